# SPDX-License-Identifier: MIT
"""Digits drawn from fonts: which fonts there are, whether a font's digits are usable, and a
distorted picture of one digit. Everything random comes from the generator that is passed in."""

import collections
import os

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

HERE = os.path.dirname(os.path.abspath(__file__))
FONT_LIST = os.path.join(HERE, "fonts.txt")
FONT_ROOT = "/usr/share/fonts"
SIDE = 48  # pixels of a picture's side
GLYPH_SIDE = 80  # pixels of a stored glyph's longer side: enough for a smooth 48-pixel picture

FontFile = collections.namedtuple("FontFile", "package family path split")


class FontError(Exception):
    """A sentence for the user."""


def read_font_list(path=FONT_LIST):
    """The committed list. Refuses a family that is on both sides of the split."""
    fonts, sides = [], {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            fields = [field.strip() for field in line.split(",")]
            if len(fields) != 4 or fields[3] not in ("train", "test"):
                raise FontError(f"{path}:{number}: '{line}': must be "
                                "'package, family, file, train or test'")
            font = FontFile(*fields)
            if sides.setdefault(font.family, font.split) != font.split:
                raise FontError(f"{path}:{number}: family {font.family} is in both splits: "
                                "must be in one")
            fonts.append(font)
    return fonts


def draw_glyph(font, character):
    """A character as a grey picture cut to its ink, or None where it leaves no ink."""
    left, top, right, bottom = font.getbbox(character)
    if right <= left or bottom <= top:
        return None
    image = Image.new("L", (right - left + 8, bottom - top + 8))
    ImageDraw.Draw(image).text((4 - left, 4 - top), character, fill=255, font=font)
    box = image.point(lambda value: 255 if value > 127 else 0).getbbox()
    return image.crop(box) if box else None


def euler_numbers(image):
    """Pieces minus holes of a picture's ink, from counts of 2x2 patterns (Gray, Local properties
    of binary images in two dimensions, 1971): where pixels touch at a corner they are joined for
    the first number and apart for the second, so a single stray pixel spoils one of them only."""
    ink = np.pad(np.asarray(image) > 127, 1).astype(np.int32)
    a, b, c, d = ink[:-1, :-1], ink[:-1, 1:], ink[1:, :-1], ink[1:, 1:]
    total = a + b + c + d
    diagonal = np.count_nonzero((total == 2) & (a == d))
    corners = np.count_nonzero(total == 1) - np.count_nonzero(total == 3)
    return (corners - 2 * diagonal) // 4, (corners + 2 * diagonal) // 4


# Pieces minus holes that a legible digit can have: a zero may carry a dot or a stroke, a two or
# a four may be closed. Symbols, outlines, stencils and inverted fonts fail this.
LEGIBLE_EULER = {0: (0, 1, -1), 1: (1,), 2: (1, 0), 3: (1,), 4: (0, 1),
                 5: (1,), 6: (0,), 7: (1,), 8: (-1,), 9: (0,)}


def same_picture(one, other):
    return (one is not None and other is not None and one.size == other.size
            and ImageChops.difference(one, other).getbbox() is None)


def usable_digits(path):
    """([ten glyphs], '') of a font file, or (None, why not)."""
    font = ImageFont.truetype(path, 120, layout_engine=ImageFont.Layout.BASIC)
    glyphs = [draw_glyph(font, str(digit)) for digit in range(10)]
    tofu = [draw_glyph(font, character) for character in ("\uffff", "\U0010ffff")]
    for digit, glyph in enumerate(glyphs):
        if glyph is None or any(same_picture(glyph, box) for box in tofu):
            return None, f"has no digit {digit}"
        for earlier in range(digit):
            if same_picture(glyph, glyphs[earlier]):
                return None, f"draws {earlier} and {digit} alike"
        if not set(euler_numbers(glyph)) & set(LEGIBLE_EULER[digit]):
            return None, f"draws a {digit} whose pieces and holes are not those of a {digit}"
    return glyphs, ""


def stroke_variants(glyph):
    """The glyph at its stored size, with thinner and thicker strokes where that stays legible."""
    scale = GLYPH_SIDE / max(glyph.size)
    size = [max(4, round(length * scale)) for length in glyph.size]
    plain = Image.new("L", (size[0] + 8, size[1] + 8))
    plain.paste(glyph.resize(size, Image.BOX), (4, 4))
    variants = [plain]
    for changed in (plain.filter(ImageFilter.MinFilter(3)), plain.filter(ImageFilter.MaxFilter(3))):
        if set(euler_numbers(changed)) & set(euler_numbers(plain)):
            variants.append(changed)
    return variants


def load_families(split, say=print):
    """{family: [(file stem, ten lists of glyph variants), ...]} of one split, in list order.
    Says each file that was rejected and why; a missing file is a FontError naming its package."""
    families = {}
    for font in read_font_list():
        if font.split != split:
            continue
        path = os.path.join(FONT_ROOT, font.path)
        if not os.path.exists(path):
            raise FontError(f"{path}: is missing: install the Debian package {font.package}")
        glyphs, why = usable_digits(path)
        if glyphs is None:
            say(f"rejected: {font.family} ({font.path}) {why}")
            continue
        stem = os.path.splitext(os.path.basename(font.path))[0].replace(" ", "")
        families.setdefault(font.family, []).append((stem, [stroke_variants(g) for g in glyphs]))
    if not families:
        raise FontError(f"{FONT_LIST}: no font of the {split} split is usable: add one with digits")
    return families


def placement(rng, size, height):
    """The affine map from picture to glyph pixels: aspect, slant, turn and place at random."""
    angle = np.deg2rad(rng.uniform(-12, 12))
    shear = rng.uniform(-0.2, 0.2)
    scale = height / max(size)
    aspect = np.exp(rng.uniform(-0.15, 0.15))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    forward = turn @ np.array([[1, shear], [0, 1]]) @ np.diag([scale * aspect, scale / aspect])
    slack = max(0.0, (SIDE - height) / 2 - 2)
    centre = SIDE / 2 + rng.uniform(-slack, slack, 2) * 0.8
    inverse = np.linalg.inv(forward)
    offset = np.array(size) / 2 - inverse @ centre
    return inverse, offset


def distorted(rng, variants):
    """One picture [48,48] float32 in [0,1]: a light digit on a dark ground."""
    glyph = variants[rng.integers(len(variants))]
    inverse, offset = placement(rng, glyph.size, rng.uniform(22, 40))
    inverse = inverse / 2  # drawn at twice the size, then halved, against jagged edges
    data = (inverse[0, 0], inverse[0, 1], offset[0], inverse[1, 0], inverse[1, 1], offset[1])
    image = glyph.transform((2 * SIDE, 2 * SIDE), Image.AFFINE, data, Image.BILINEAR).reduce(2)
    if rng.random() < 0.6:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.1)))
    picture = np.asarray(image, np.float32) / 255
    ground, ink = rng.uniform(0, 0.25), rng.uniform(0.6, 1)
    picture = ground + (ink - ground) * picture
    noise = rng.standard_normal(picture.shape, np.float32) * np.float32(rng.uniform(0, 0.08))
    return np.clip(picture + noise, 0, 1).astype(np.float32)


def to_bytes(picture):
    """[48,48] in [0,1] as the 8-bit grey values that a PNG holds."""
    return np.round(picture * 255).astype(np.uint8)


def draw_batch(rng, families, count):
    """(uint8 pictures [count,48,48], labels [count]): family, file and digit at random."""
    names = list(families)
    pictures = np.empty((count, SIDE, SIDE), np.uint8)
    labels = rng.integers(0, 10, count)
    for index, digit in enumerate(labels):
        files = families[names[rng.integers(len(names))]]
        _, glyphs = files[rng.integers(len(files))]
        pictures[index] = to_bytes(distorted(rng, glyphs[digit]))
    return pictures, labels
