#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The example programs, unchanged, by the way that they find.
# usage: examples.sh FOLDER MODEL
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$1/heatmap" - 64 48 "$folder/ripple.ppm"
[ "$(head -c 9 "$folder/ripple.ppm")" = "$(printf 'P6\n64 48')" ] ||
  { echo "examples: heatmap wrote another picture" >&2; exit 1; }
head -c 9216 /dev/zero >"$folder/pixels"
"$1/perceive" "$2" image 1,1,48,48 "$folder/pixels" >"$folder/kept"
grep -q '"name":"probabilities"' "$folder/kept" ||
  { echo "examples: perceive kept something else" >&2; exit 1; }
