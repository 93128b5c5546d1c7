# SPDX-License-Identifier: MIT
"""Trains models/digits.onnx on digits drawn from fonts, and writes the pictures it is tested on.

    train_digits.py                         train, write models/digits.onnx, measure it
    train_digits.py --evaluate              measure models/digits.onnx as it is
    train_digits.py --write-test-set DIR    1,000 pictures of unseen families, for others to measure
    train_digits.py --write-sample FILE     one clean picture for the demo

Run with OPENBLAS_NUM_THREADS=1: one thread is as fast here, and gives the same file each time."""

import argparse
import os
import sys
import time

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import glyphs
import network

MODEL = os.path.join(glyphs.HERE, "digits.onnx")
TRAIN_SEED, TEST_SEED = 1, 2
TEST_COUNT = 1000
BATCH, ROUND = 64, 6400  # pictures per step, and between two lines of progress
PICTURES = 256_000
PEAK_RATE, DECAY, SMOOTHING = 4e-3, 0.02, 0.05


def to_input(pictures):
    """uint8 [N,48,48] -> the network's input, float32 [N,1,48,48] in [0,1]."""
    return (pictures.astype(np.float32) / np.float32(255))[:, None]


def test_set():
    """(pictures, labels, file names): digits and families in turn, from unseen families only."""
    rng = np.random.default_rng(TEST_SEED)
    families = glyphs.load_families("test")
    names = list(families)
    pictures, labels, files = [], [], []
    for index in range(TEST_COUNT):
        digit, family = index % 10, names[index // 10 % len(names)]
        stem, drawn = families[family][rng.integers(len(families[family]))]
        pictures.append(glyphs.to_bytes(glyphs.distorted(rng, drawn[digit])))
        labels.append(digit)
        files.append(f"{digit}_{stem}_{index:03d}.png")
    return np.array(pictures), np.array(labels, np.int64), files, names


def write_test_set(folder):
    """PNG files named by label and font, and the same values as images.npy and labels.npy."""
    pictures, labels, files, names = test_set()
    os.makedirs(folder, exist_ok=True)
    for picture, name in zip(pictures, files):
        Image.fromarray(picture).save(os.path.join(folder, name))
    np.save(os.path.join(folder, "images.npy"), to_input(pictures))
    np.save(os.path.join(folder, "labels.npy"), labels)
    with open(os.path.join(folder, "families.txt"), "w", encoding="utf-8") as out:
        out.writelines(name + "\n" for name in names)
    print(f"wrote {len(labels)} pictures of {len(names)} unseen families to {folder}")


def learning_rate(done):
    """Up over the first twentieth, then down along a cosine; `done` in [0,1]."""
    if done < 0.05:
        return PEAK_RATE * (0.05 + 0.95 * done / 0.05)
    return PEAK_RATE * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * (done - 0.05) / 0.95)))


def train(count):
    """A network trained on `count` pictures, each drawn anew and seen once."""
    rng = np.random.default_rng(TRAIN_SEED)
    families = glyphs.load_families("train")
    print(f"training on {len(families)} families")
    net = network.Network(rng)
    adam = network.Adam(net.parameters(), DECAY)
    began = time.monotonic()
    for start in range(0, count, ROUND):
        pictures, labels = glyphs.draw_batch(rng, families, ROUND)
        losses = []
        for at in range(0, ROUND, BATCH):
            part = slice(at, at + BATCH)
            loss, gradients = net.step_gradients(to_input(pictures[part]), labels[part], SMOOTHING)
            adam.step(gradients, learning_rate((start + at) / count))
            losses.append(loss)
        right = np.mean(net.infer(to_input(pictures[:1000])).argmax(1) == labels[:1000])
        print(f"{start + ROUND:7d} pictures  loss {np.mean(losses):.4f}  "
              f"right on the last ones {right:.1%}  {time.monotonic() - began:4.0f} s", flush=True)
    return net


def measure(model, net=None):
    """Prints what a model file does on the test set, read back and evaluated node by node; with a
    network, also how far the file's answers are from the network's own."""
    import digits_onnx
    pictures, labels, files, names = test_set()
    values, edges = digits_onnx.evaluate(model, to_input(pictures))
    logits = values["logits"]
    if net is not None:
        far = np.abs(net.infer(to_input(pictures)) - logits).max()
        print(f"largest difference between network and file: {far:.2g}")
    wrong = np.flatnonzero(logits.argmax(1) != labels)
    for index in wrong:
        print(f"wrong: {files[index]} read as {logits[index].argmax()}")
    print("unit edges: " + ", ".join(f"{name} {count:,}" for name, count in edges.items())
          + f", together {sum(edges.values()):,}")
    print(f"digits: {100 - 100 * len(wrong) / len(labels):.1f} % of {len(labels)} "
          f"on {len(names)} unseen families")


def write_sample(path):
    """A 5 of an unseen family, light on dark, 256x256: it has straight strokes, a bow and serifs,
    and fills as much of the picture as the digits that the network was trained on."""
    digit, side, fine = "5", 256, 4  # drawn `fine` times larger, against jagged edges
    font = next(f for f in glyphs.read_font_list() if f.path.endswith("DejaVuSerif-Bold.ttf"))
    file = os.path.join(glyphs.FONT_ROOT, font.path)
    if not os.path.exists(file):
        raise glyphs.FontError(f"{file}: is missing: install the Debian package {font.package}")
    image = Image.new("L", (2 * fine * side,) * 2, 10)
    face = ImageFont.truetype(file, fine * 230, layout_engine=ImageFont.Layout.BASIC)
    ImageDraw.Draw(image).text((fine * side,) * 2, digit, fill=245, font=face, anchor="mm")
    edge = fine * side // 2
    image = image.rotate(-5, Image.BICUBIC).crop((edge, edge, 3 * edge, 3 * edge))
    image.reduce(fine).save(path)
    print(f"wrote {path}: a {digit} of {font.family}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--evaluate", action="store_true", help="measure models/digits.onnx")
    what.add_argument("--write-test-set", metavar="DIR", help="write the pictures of the test")
    what.add_argument("--write-sample", metavar="FILE", help="write one clean picture of a digit")
    parser.add_argument("--model", metavar="FILE", default=MODEL,
                        help="the network to write or to measure (default %(default)s)")
    parser.add_argument("--pictures", type=int, default=PICTURES,
                        help="how many pictures to train on (default %(default)s)")
    wanted = parser.parse_args()
    if wanted.write_test_set:
        write_test_set(wanted.write_test_set)
    elif wanted.write_sample:
        write_sample(wanted.write_sample)
    elif wanted.evaluate:
        measure(wanted.model)
    else:
        import digits_onnx
        net = train(wanted.pictures)
        digits_onnx.write(net, wanted.model)
        print(f"wrote {wanted.model}: {os.path.getsize(wanted.model):,} bytes")
        measure(wanted.model, net)


if __name__ == "__main__":
    try:
        main()
    except ImportError as error:
        sys.exit(f"train_digits.py: {error}: install what packages-train.txt lists")
    except (glyphs.FontError, OSError) as error:
        sys.exit(f"train_digits.py: {error}")
