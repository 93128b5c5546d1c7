#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The library exports, versioned, exactly what its header promises, and is found by its name.

usage: exported_symbols.py LIBRARY HEADER
"""
import re
import subprocess
import sys
from pathlib import Path

VERSION = "GEONEURON_0.1"
SONAME = "libgeoneuron.so.0"


def output(*command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


def promised(header):
    return set(re.findall(r"GEONEURON_API [^;]*?\b(geoneuron_\w+)\(", header))


def exported(library):
    """The library's names with their versions; the version's own entry has none."""
    lines = output("nm", "--dynamic", "--defined-only", library).splitlines()
    return {line.split()[-1] for line in lines if line.split()[1] != "A"}


def main():
    library, header = sys.argv[1:]
    wanted = {f"{name}@@{VERSION}" for name in promised(Path(header).read_text())}
    found = exported(library)
    problems = [f"{name}: is promised, but not exported" for name in sorted(wanted - found)]
    problems += [f"{name}: is exported, but not promised" for name in sorted(found - wanted)]
    if len(wanted) < 20:
        problems.append(f"{header}: only {len(wanted)} functions found")
    if f"[{SONAME}]" not in output("readelf", "--dynamic", library):
        problems.append(f"{library}: its name is not {SONAME}")
    print("\n".join(problems) if problems else f"{len(found)} symbols, all promised")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
