#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tidy check finds what it promises to find, and nothing in good code."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import tidy

LICENCE = "// SPDX-License-Identifier: MIT\n"


class Tidy(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.write("userspace/base/CMakeLists.txt", "add_library(base a.cpp)\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def findings_of(self, text, name="userspace/base/a.cpp"):
        self.write(name, text)
        return list(tidy.findings(self.root))

    def test_accepts_good_code(self):
        self.assertEqual(self.findings_of(LICENCE + "int f() {\n  return 0;\n}\n"), [])

    def test_finds_a_missing_licence(self):
        self.assertIn("licence", self.findings_of("int f();\n")[0])

    def test_finds_a_long_function(self):
        body = "  g();\n" * 71
        self.assertIn("function of", self.findings_of(LICENCE + "void f() {\n" + body + "}\n")[0])

    def test_finds_a_long_method_but_not_a_long_class(self):
        methods = "".join(f"  int m{i}() {{\n    return 0;\n  }}\n" for i in range(40))
        self.assertEqual(self.findings_of(LICENCE + "class A {\n" + methods + "};\n"), [])
        body = "    g();\n" * 71
        found = self.findings_of(LICENCE + "struct A {\n  void m() const {\n" + body + "  }\n};\n")
        self.assertEqual(len(found), 1)

    def test_finds_long_lines_and_files(self):
        self.assertIn("columns", self.findings_of(LICENCE + "int " + "a" * 100 + ";\n")[0])
        self.assertIn("split", self.findings_of(LICENCE + "int a;\n" * 400)[0])

    def test_finds_an_include_against_the_arrows(self):
        found = self.findings_of(LICENCE + '#include "engine/profiler.hpp"\n')
        self.assertIn("may include only", found[0])

    def test_finds_a_source_that_cmake_does_not_name(self):
        found = self.findings_of(LICENCE + "int a;\n", "userspace/base/b.cpp")
        self.assertTrue(any("named by no" in line for line in found))

    def test_braces_in_strings_and_comments_do_not_count(self):
        text = LICENCE + "const char* a = \"{\";  // {\nint f() { return '{'; }\n"
        self.assertEqual(self.findings_of(text), [])


if __name__ == "__main__":
    unittest.main()
