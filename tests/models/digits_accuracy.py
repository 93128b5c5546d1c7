# SPDX-License-Identifier: MIT
"""Measures models/digits.onnx through the geoneuron program on digits of font families that the
network never saw:

    digits_accuracy.py PROGRAM WORK_FOLDER [argument of `geoneuron run`...]

Makes the pictures, runs the program on all of them at once, and reads the logits that it kept.
Prints one line; exits 1 below 98 % or when something is missing or malformed."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODELS = os.path.join(ROOT, "models")
WANTED_PERCENT = 98.0


def make_pictures(folder):
    """(path of the images, labels, number of families)."""
    script = os.path.join(MODELS, "train_digits.py")
    subprocess.run([sys.executable, script, "--write-test-set", folder], check=True)
    labels = np.load(os.path.join(folder, "labels.npy"))
    with open(os.path.join(folder, "families.txt"), encoding="utf-8") as lines:
        families = [line for line in lines if line.strip()]
    return os.path.join(folder, "images.npy"), labels, len(families)


def kept_file(folder, tensor):
    """The path of a kept tensor, as the run's manifest names it."""
    path = os.path.join(folder, "manifest.json")
    with open(path, encoding="utf-8") as text:
        tensors = json.load(text)["tensors"]
    if tensor not in tensors:
        sys.exit(f"{path}: names no tensor '{tensor}': must name what --keep outputs kept")
    return os.path.join(folder, tensors[tensor]["file"])


def run_program(program, images, folder, arguments):
    """The logits that the program computes."""
    shutil.rmtree(folder, ignore_errors=True)  # an earlier run must not be measured
    command = [program, "run", os.path.join(MODELS, "digits.onnx"), "--input", images,
               "--keep", "outputs", "--out", folder, *arguments]
    finished = subprocess.run(command, check=False)
    if finished.returncode != 0:
        sys.exit(f"{' '.join(command)}: exited {finished.returncode}: must exit 0")
    return np.load(kept_file(folder, "logits"))


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: digits_accuracy.py PROGRAM WORK_FOLDER [argument of `geoneuron run`...]")
    program, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    images, labels, families = make_pictures(os.path.join(work, "test-set"))
    logits = run_program(program, images, os.path.join(work, "kept"), sys.argv[3:])
    if logits.shape != (len(labels), 10):
        sys.exit(f"logits: shape {list(logits.shape)}: must be [{len(labels)}, 10]")
    if not np.isfinite(logits).all():
        sys.exit("logits: some are not finite: all must be")
    percent = 100 * np.mean(logits.argmax(1) == labels)
    print(f"digits: {percent:.1f} % of {len(labels)} on {families} unseen families")
    if percent < WANTED_PERCENT:
        sys.exit(f"digits: must be at least {WANTED_PERCENT:.1f} %")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"digits_accuracy.py: {error}")
