#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs clang-tidy over files of a build folder, and remembers what was clean.

clang_tidy.py BUILD_FOLDER FILE...

A file is clean as long as what the compiler sees of it, the checks and clang-tidy itself are the
same; such a file is not looked at again. What was clean is kept in BUILD_FOLDER/clang-tidy/. One
process per file: after the first, the analyzer takes every va_list for uninitialized. Exits with 1
where something was found.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys


def commands_of(build):
    """{source file: (folder, compile command without its output)}"""
    result = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        if os.path.basename(words[0]) in ("ccache", "distcc"):
            words.pop(0)
        result[entry["file"]] = entry["directory"], words[: words.index("-o")]
    return result


def what_is_seen(folder, command, file):
    """The preprocessed text, with the comments that speak to clang-tidy."""
    return subprocess.run([*command, "-E", "-C", "-P", file], cwd=folder, check=True,
                          stdout=subprocess.PIPE).stdout


def look(file, folder, command, build, base):
    """"" where it is clean, else what clang-tidy said."""
    key = base.copy()
    key.update(what_is_seen(folder, command, file))
    mark = build / "clang-tidy" / key.hexdigest()
    if mark.exists():
        return ""
    run = subprocess.run(["clang-tidy", "--quiet", "-p", str(build), file], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if run.returncode == 0:
        mark.write_text(file + "\n")
        return ""
    return run.stdout or f"{file}: clang-tidy ended with {run.returncode}\n"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    files = [str(pathlib.Path(name).resolve()) for name in sys.argv[2:]]
    commands = commands_of(build)
    unknown = [name for name in files if name not in commands]
    if unknown:
        sys.exit(f"clang_tidy.py: {unknown[0]}: is not built in {build}")
    (build / "clang-tidy").mkdir(exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], check=True, stdout=subprocess.PIPE).stdout
    base = hashlib.sha256(version + pathlib.Path(".clang-tidy").read_bytes())
    found = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda name: look(name, *commands[name], build, base), files)
        for done, said in enumerate(results, 1):
            found += said != ""
            sys.stdout.write(said)
            if sys.stderr.isatty():
                sys.stderr.write(f"\rclang-tidy: {done} of {len(files)} files\033[K")
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    sys.exit(1 if found else 0)


main()
