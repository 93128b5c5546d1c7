#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tool computes nothing: no engine's library comes with it.
# usage: links_test.sh GEONEURON WORKER
set -euo pipefail
tool=$(ldd "$1")
worker=$(ldd "$2")

fail() { printf 'links_test: %s\n' "$*" >&2; exit 1; }

for library in libdnnl libvulkan; do
  [[ $worker == *$library.so* ]] || fail "the worker has no $library: is it called otherwise now?"
  [[ $tool != *$library.so* ]] || fail "the tool has $library: computing is for workers"
done
[[ $worker != *libprotobuf* ]] || fail "the worker has libprotobuf: parsing is for geoneuron-parser"
[[ $tool == *libgeoneuron.so* ]] || fail "the tool does not go through libgeoneuron"
echo "the tool has libgeoneuron, and the worker the engines"
