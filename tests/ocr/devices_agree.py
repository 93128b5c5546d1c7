#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The PP-OCRv4 networks give the same outputs on the cores and on lavapipe, within 1e-3.

usage: devices_agree.py GEONEURON MODELS       exit 77 (skipped) where the networks are not fetched
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from compare_onnxruntime import CASES, TOLERANCE, first_kept, page_like_input


def output_of(program, model, source, folder, device):
    subprocess.run([program, "run", model, "--input", source, "--keep", "outputs", "--no-cache",
                    "--device", device, "--out", folder], check=True, capture_output=True)
    return first_kept(folder)


def difference(program, model, shape):
    with tempfile.TemporaryDirectory() as work_name:
        work = Path(work_name)
        np.save(work / "input.npy", page_like_input(shape))
        results = [output_of(program, model, work / "input.npy", work / device, device)
                   for device in ("cpu", "lavapipe")]
    if results[0].shape != results[1].shape:
        sys.exit(f"{model}: shapes {results[0].shape} and {results[1].shape}")
    return float(np.max(np.abs(results[0] - results[1])))


def main():
    program, models = sys.argv[1], Path(sys.argv[2])
    if not (models / "detector.onnx").exists():
        print(f"skipped: no networks in {models}: ./dev models fetches them")
        sys.exit(77)
    worst = 0.0
    for name, shape in CASES:
        found = difference(program, models / f"{name}.onnx", shape)
        print(f"{name} {shape}: largest difference between the devices {found:.2e}", flush=True)
        worst = max(worst, found)
    sys.exit(0 if worst <= TOLERANCE else f"differences above {TOLERANCE}")


if __name__ == "__main__":
    main()
