#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what compilers do not: include direction, lengths, and files that CMake does not name.

usage: tidy.py ROOT       prints one line per finding; exit 1 if there is any
"""
import re
import subprocess
import sys
from pathlib import Path

MAXIMUM_COLUMNS = 100
MAXIMUM_FILE_LINES = 400
MAXIMUM_FUNCTION_LINES = 70

# The whole contract with the kernel in one file, most of it words, for those who read it there.
ONE_FILE = {Path("uapi/linux/geoneuron.h")}

# Which folders a folder of userspace/ or scheduler/ may include, itself apart (DESIGN: arrows run
# one way).
ALLOWED_INCLUDES = {
    "userspace/base": set(),
    "userspace/perception": {"base"},
    "userspace/views": {"base", "perception"},
    "userspace/engine": {"base", "perception", "views", "shaders"},
    "userspace/ring": {"base"},
    "userspace/parser": {"base", "perception", "ring"},
    "userspace/worker": {"base", "perception", "views", "engine", "ring", "parser"},
    "userspace/client": {"base"},
    "userspace/cli": {"base", "perception", "views", "client"},
    "scheduler/policy": set(),
    "scheduler/daemon": {"base", "ring", "policy"},
    "scheduler/simulator": {"base", "policy"},
}

CODE = {".c", ".h", ".cpp", ".hpp", ".comp", ".glsl"}
COMPILED = {".c", ".cpp", ".comp"}
SPDX = re.compile(r"SPDX-License-Identifier: (MIT|GPL-2\.0)")


def tracked_files(root):
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, text=True,
                             capture_output=True, check=True).stdout.split("\n")
    return [root / name for name in listing if name and (root / name).is_file()]


def without_comments_and_strings(text):
    """The text with comments, strings and character literals blanked; line breaks stay."""
    pattern = re.compile(
        r'R"([^()\s]*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'")
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def opens_function(head):
    """Whether a brace after `head` (the text since the last ; { or }) opens a function body."""
    head = head.strip()
    if "(" not in head or re.search(r"\b(namespace|enum)\b", head):
        return False
    if re.match(r"^(class|struct|union)\b[^(]*$", head):
        return False
    return re.search(r"=\s*$|\breturn\s*$", head) is None


def functions(text):
    """Yields (first line, number of lines, head) of every outermost function."""
    depth, head_start, start = 0, 0, None
    stack = []
    code = re.sub(r"(?m)^[ \t]*#.*(?:\\\n.*)*$", lambda m: re.sub(r"[^\n]", " ", m.group()),
                  without_comments_and_strings(text))
    for position, character in enumerate(code):
        if character == "{":
            is_function = start is None and opens_function(code[head_start:position])
            if is_function:
                start = (position, depth, code[head_start:position].strip())
            stack.append(is_function)
            depth += 1
            head_start = position + 1
        elif character == "}" and depth > 0:
            depth -= 1
            head_start = position + 1
            if stack.pop() and start is not None:
                first = code.count("\n", 0, start[0]) + 1
                yield first, code.count("\n", 0, position) + 1 - first, start[2]
                start = None
        elif character == ";":
            head_start = position + 1


def check_lengths(relative, text):
    lines = text.split("\n")
    if len(lines) - 1 > MAXIMUM_FILE_LINES and relative not in ONE_FILE:
        yield f"has {len(lines) - 1} lines; at most {MAXIMUM_FILE_LINES}: split it"
    for number, line in enumerate(lines, 1):
        if len(line) > MAXIMUM_COLUMNS:
            yield f"line {number} has {len(line)} columns; at most {MAXIMUM_COLUMNS}"
    if relative.suffix in {".c", ".h", ".cpp", ".hpp"}:
        for first, length, head in functions(text):
            if length > MAXIMUM_FUNCTION_LINES:
                name = " ".join(head.split())[-60:]
                yield f"line {first}: function of {length} lines; at most {MAXIMUM_FUNCTION_LINES}: {name}"


def check_includes(relative, text):
    parts = relative.parts
    if parts[0] not in {"userspace", "scheduler"}:
        return
    own = "/".join(parts[:2])
    allowed = ALLOWED_INCLUDES.get(own)
    if allowed is None:
        yield f"lies in a folder that tidy.py has no include rule for: {own}"
        return
    for included in re.findall(r'^#include "([^"]+)"', text, re.MULTILINE):
        folder = included.split("/")[0]
        if "/" not in included:
            yield f'includes "{included}": must be named from the folder root'
        elif folder != parts[1] and folder not in allowed:
            yield f'includes "{included}": {parts[1]} may include only {sorted(allowed)}'


def check_named_by_cmake(root, path, cmake_text):
    folder = path.parent
    while folder != root.parent:
        named = cmake_text.get(folder)
        if named is not None:
            name = str(path.relative_to(folder))
            if re.search(r"(?<![\w./-])" + re.escape(name) + r"(?![\w./-])", named):
                return
        folder = folder.parent
    yield "is named by no CMakeLists.txt above it"


def findings(root):
    files = tracked_files(root)
    cmake_text = {path.parent: path.read_text() for path in files if path.name == "CMakeLists.txt"}
    for path in files:
        relative = path.relative_to(root)
        if path.suffix not in CODE and path.suffix not in {".py", ".cmake"}:
            continue
        text = path.read_text()
        problems = []
        if not SPDX.search("\n".join(text.split("\n")[:2])):
            problems.append("must name its licence in the first lines (SPDX-License-Identifier)")
        if path.suffix in CODE:
            problems += check_lengths(relative, text)
            problems += check_includes(relative, text)
        if path.suffix in COMPILED and relative.parts[0] != "kmod":
            problems += check_named_by_cmake(root, path, cmake_text)
        for problem in problems:
            yield f"{relative}: {problem}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = list(findings(Path(sys.argv[1]).resolve()))
    print("\n".join(found) if found else "tidy: nothing to mend")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
