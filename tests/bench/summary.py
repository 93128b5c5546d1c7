#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the rows of benchmark results (Google Benchmark's JSON) with their ratios and aims.

usage: summary.py [--markdown] FILE.json ...
"""
import argparse
import json
import sys
from pathlib import Path

HEADINGS = ("row", "what", "baseline", "ours", "times faster (quartiles)", "aim", "")


def milliseconds(row, key):
    return f"{row[key]:.3g} ms" if key in row else ""


def number(row):
    """A simulated value with half its 95 % interval; empty where there is none."""
    if "value" not in row:
        return ""
    unit = f" {row['unit']}" if row.get("unit") else ""
    return f"{row['value']:.4g}{unit} (+- {row['value_half']:.2g})"


def speed(row):
    if "ratio" not in row:
        return ""
    return f"{row['ratio']:.2f} ({row['ratio_low']:.2f} to {row['ratio_high']:.2f})"


def aim(row):
    """The aim in words, and whether it is met; two empty texts where there is none."""
    if "aim_ratio_at_least" in row:
        least = row["aim_ratio_at_least"]
        words = f"at least {least:g} times" if least >= 1 else f"at most {1 / least:g} times as long"
        return words, row["ratio"] >= least
    if "aim_ours_at_most_ms" in row:
        most = row["aim_ours_at_most_ms"]
        return f"at most {most:g} ms", row["ours_ms"] <= most
    if "aim_value_at_most" in row:
        return f"at most {row['aim_value_at_most']:g}", row["value"] <= row["aim_value_at_most"]
    if "aim_value_at_least" in row:
        return f"at least {row['aim_value_at_least']:g}", row["value"] >= row["aim_value_at_least"]
    return "", None


def cells(row):
    name = row["name"].split("/iterations")[0]
    if row.get("error_occurred"):
        return (name, f"skipped: {row['error_message']}", "", "", "", "", "")
    words, met = aim(row)
    verdict = "" if met is None else "met" if met else "missed"
    return (name, row.get("label", ""), milliseconds(row, "baseline_ms"),
            milliseconds(row, "ours_ms") or number(row), speed(row), words, verdict)


def as_markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(HEADINGS) + "|", *lines[1:]])


def as_text(rows):
    # A skipped row's sentence stands alone: it must not widen the columns of the others.
    widths = [max(len(row[i]) for row in rows if any(row[2:])) for i in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                     for row in rows)


def load_warnings(results):
    """A sentence for each file that was measured while the machine had other things to do."""
    for path, result in results:
        context = result.get("context", {})
        load, cores = context.get("load_avg", [0])[0], context.get("num_cpus", 1)
        if load > cores + 1 and not context.get("simulated"):
            yield (f"{path}: measured at a load of {load:.1f} on {cores} cores: other work took part "
                   "of them; measure again when it is done")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    rows = [HEADINGS]
    results = [(path, json.loads(path.read_text())) for path in options.files]
    for _, result in results:
        rows += [cells(row) for row in result["benchmarks"]]
    print(as_markdown(rows) if options.markdown else as_text(rows))
    for warning in load_warnings(results):
        print(warning, file=sys.stderr)
    if len(rows) == 1:
        sys.exit("no results")


if __name__ == "__main__":
    main()
