# SPDX-License-Identifier: MIT
"""The parts of models/ that need neither fonts nor ONNX."""

import os
import sys
import tempfile
import unittest

import numpy as np
from PIL import Image, ImageDraw

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "models"))
sys.dont_write_bytecode = True

import glyphs
import network


def drawn(draw):
    image = Image.new("L", (60, 60))
    draw(ImageDraw.Draw(image))
    return image


class FontList(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "fonts.txt")
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
            return glyphs.read_font_list(path)

    def test_refuses_a_family_in_both_splits(self):
        with self.assertRaisesRegex(glyphs.FontError, ":2: family F is in both splits"):
            self.read("p, F, a.ttf, train\np, F, b.ttf, test\n")

    def test_refuses_an_unknown_split(self):
        with self.assertRaisesRegex(glyphs.FontError, ":2: .*must be"):
            self.read("# a remark\np, F, a.ttf, both\n")

    def test_the_committed_list_has_ten_unseen_families_at_least(self):
        fonts = glyphs.read_font_list()
        self.assertGreaterEqual(len({f.family for f in fonts if f.split == "test"}), 10)
        self.assertGreaterEqual(len({f.family for f in fonts if f.split == "train"}), 20)

    def test_the_packages_of_the_test_are_listed_for_installation(self):
        with open(os.path.join(ROOT, "models", "packages.txt"), encoding="utf-8") as lines:
            listed = set(lines.read().split())
        for font in glyphs.read_font_list():
            if font.split == "test":
                self.assertIn(font.package, listed)


class EulerNumber(unittest.TestCase):
    def test_counts_pieces_minus_holes(self):
        disc = drawn(lambda d: d.ellipse((10, 10, 50, 50), fill=255))
        ring = drawn(lambda d: d.ellipse((10, 10, 50, 50), outline=255, width=6))
        eyes = drawn(lambda d: [d.ellipse((10, y, 40, y + 26), outline=255, width=6)
                                for y in (4, 26)])
        self.assertEqual(glyphs.euler_numbers(disc), (1, 1))
        self.assertEqual(glyphs.euler_numbers(ring), (0, 0))
        self.assertIn(-1, glyphs.euler_numbers(eyes))

    def test_tells_joined_corners_from_parted_ones(self):
        corners = drawn(lambda d: [d.rectangle((10, 10, 19, 19), fill=255),
                                   d.rectangle((20, 20, 29, 29), fill=255)])
        self.assertEqual(glyphs.euler_numbers(corners), (1, 2))


class Gradients(unittest.TestCase):

    def test_agree_with_differences(self):
        rng = np.random.default_rng(5)
        net = network.Network(rng)
        images, labels = rng.random((6, 1, 48, 48), np.float32), rng.integers(0, 10, 6)
        _, gradients = net.step_gradients(images, labels, 0.05)
        for parameter, gradient in zip(net.parameters(), gradients):
            step = np.float32(0.004) * gradient / np.linalg.norm(gradient)
            before = parameter.copy()
            losses = []
            for sign in (1, -1):
                parameter[...] = before + sign * step
                losses.append(net.step_gradients(images, labels, 0.05)[0])
            parameter[...] = before
            predicted = 2 * float((gradient * step).sum())
            self.assertAlmostEqual((losses[0] - losses[1]) / predicted, 1, delta=0.1)


class Columns(unittest.TestCase):
    def test_uncolumns_is_the_transpose(self):
        rng = np.random.default_rng(6)
        x = rng.standard_normal((3, 2, 6, 6)).astype(np.float32)
        y = rng.standard_normal((27, 72)).astype(np.float32)
        there = float((network.columns(x) * y).sum())
        back = float((x * network.uncolumns(y, x.shape)).sum())
        self.assertAlmostEqual(there, back, delta=1e-3)


if __name__ == "__main__":
    unittest.main()
