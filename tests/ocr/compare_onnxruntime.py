#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares geoneuron with ONNX Runtime on the PP-OCRv4 networks: results and, with --time, speed.

usage: compare_onnxruntime.py GEONEURON MODELS MODULES [--device D] [--only NETWORK]
                              [--time REPEAT [--rounds N] [--out FILE.json]]
Exit 77 (skipped) where networks or ONNX Runtime are not fetched.

MODELS holds detector.onnx, recogniser.onnx and classifier.onnx; MODULES a folder with ONNX Runtime
for Node.js. Both run on one thread, in turn. Exit 1 where results differ by more than 1e-3.
With --time each round runs both REPEAT times; the median of the rounds' ratios counts. --out writes
the rows as Google Benchmark does, for tests/bench/summary.py.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

TOLERANCE = 1e-3
CASES = [
    ("detector", (1, 3, 640, 640)),
    ("recogniser", (1, 3, 48, 160)),
    ("recogniser", (1, 3, 48, 320)),
    ("recogniser", (1, 3, 48, 480)),
    ("classifier", (1, 3, 48, 192)),
]
# How many times as fast as ONNX Runtime: the detector may take 1.5 times as long.
AIMS = {("detector", (1, 3, 640, 640)): 1 / 1.5}


def page_like_input(shape):
    """A smooth background with dark strokes, normalised to [-1, 1], seeded by the shape."""
    random = np.random.default_rng(shape[3])
    image = np.full(shape, 0.9, np.float32)
    for _ in range(shape[2] * shape[3] // 400):
        y, x = random.integers(shape[2]), random.integers(shape[3])
        height, width = random.integers(1, 4), random.integers(2, 14)
        image[:, :, y:y + height, x:x + width] = -0.9
    return image + random.normal(0, 0.02, shape).astype(np.float32)


def first_kept(folder):
    """The first tensor that `geoneuron run` left in the folder."""
    tensors = json.loads((folder / "manifest.json").read_text())["tensors"]
    return np.load(folder / next(iter(tensors.values()))["file"])


def run_geoneuron(program, model, source, folder, options):
    command = [program, "run", model, "--input", source, "--keep", "outputs", "--out", folder,
               "--threads", "1", "--no-cache", "--json", "--device", options.device,
               "--repeat", str(options.time)]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return first_kept(folder), report


def run_onnxruntime(modules, model, source, target, options):
    script = Path(__file__).with_name("onnxruntime.mjs")
    command = ["node", script, modules, model, source, target, str(options.time)]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return np.load(target), report


def run_both(name, shape, options):
    """One round: both outputs and both reports."""
    with tempfile.TemporaryDirectory() as work_name:
        work = Path(work_name)
        model = options.models / f"{name}.onnx"
        source = work / "input.npy"
        np.save(source, page_like_input(shape))
        ours, our_report = run_geoneuron(options.program, model, source, work / "ours", options)
        theirs, their_report = run_onnxruntime(options.modules, model, source, work / "o.npy", options)
    if ours.shape != theirs.shape:
        sys.exit(f"{name} {shape}: shape {ours.shape}, ONNX Runtime gives {theirs.shape}")
    return float(np.max(np.abs(ours - theirs))), our_report["median_ms"], their_report["median_ms"]


def benchmark_row(name, shape, our_times, their_times):
    ratios = sorted(theirs / ours for ours, theirs in zip(our_times, their_times))
    row = {"name": f"onnxruntime/{name}/{shape[2]}x{shape[3]}",
           "label": "CPU engine against ONNX Runtime, one thread each",
           "baseline_ms": statistics.median(their_times), "ours_ms": statistics.median(our_times),
           "ratio": statistics.median(ratios), "ratio_low": ratios[len(ratios) // 4],
           "ratio_high": ratios[3 * len(ratios) // 4]}
    if (name, shape) in AIMS:
        row["aim_ratio_at_least"] = AIMS[name, shape]
    return row


def compare(name, shape, options, rows):
    differences, our_times, their_times = zip(
        *[run_both(name, shape, options) for _ in range(options.rounds)])
    line = f"{name} {shape}: largest difference {max(differences):.2e}"
    if options.time > 1:
        row = benchmark_row(name, shape, our_times, their_times)
        rows.append(row)
        line += (f", geoneuron {row['ours_ms']:.1f} ms, ONNX Runtime {row['baseline_ms']:.1f} ms, "
                 f"geoneuron takes {1 / row['ratio']:.2f} times as long")
    print(line, flush=True)
    return max(differences) <= TOLERANCE


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("modules", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--only")
    parser.add_argument("--time", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    for needed in (options.models / "detector.onnx", options.modules / "node_modules"):
        if not needed.exists():
            print(f"skipped: {needed} is missing: ./dev models --onnxruntime fetches it")
            sys.exit(77)
    rows = []
    agreed = [compare(name, shape, options, rows) for name, shape in CASES
              if options.only in (None, name)]
    if options.out:
        options.out.write_text(json.dumps({"benchmarks": rows}, indent=1) + "\n")
    sys.exit(0 if all(agreed) else f"differences above {TOLERANCE}")


if __name__ == "__main__":
    main()
