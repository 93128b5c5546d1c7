#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `cmake --install` leaves the files of packaging/installed.txt and no others, and what it leaves
# works from wherever it is moved to, for a program that lies elsewhere.
# usage: install_test.sh SOURCE BUILD
set -euo pipefail
source=$1
build=$2
scratch=$(mktemp -d)
daemon=''
trap '[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true; rm -rf "$scratch"' EXIT

fail() { printf 'install_test: %s\n' "$*" >&2; exit 1; }

libdir=$(sed -n 's/^CMAKE_INSTALL_LIBDIR:[A-Z]*=//p' "$build/CMakeCache.txt")

# What is there, by the names that the list has for what depends on machine and build type.
installed_files() {
  (cd "$1" && find . -type f -o -type l) |
    sed -E "s|^\./||; s|^$libdir/|LIBDIR/|; s|(geoneuronTargets)-[a-z]+\.|\1-TYPE.|" | LC_ALL=C sort
}

installs_what_is_listed() {
  DESTDIR='' cmake --install "$build" --prefix "$scratch/built" >"$scratch/log" ||
    fail "cmake --install: $(tail -n 5 "$scratch/log")"
  grep -v '^#' "$source/packaging/installed.txt" |
    diff -u --label packaging/installed.txt --label installed - <(installed_files "$scratch/built") ||
    fail "other files are installed than packaging/installed.txt lists"
  grep -qx "ExecStart=$scratch/built/sbin/geoneurond" \
    "$scratch/built/lib/systemd/system/geoneuron.service" ||
    fail "geoneuron.service does not start the daemon that was installed with it"
}

# The heatmap example at $1, with no environment that would help it to find a daemon but what follows.
draw() {
  local program=$1
  shift
  (cd / && env -i HOME="$scratch" PATH=/usr/bin:/bin "$@" \
    "$program" - 320 240 "$scratch/drawn.ppm") || fail "$program draws nothing"
  cmp "$scratch/drawn.ppm" "$scratch/expected.ppm" || fail "$program draws another picture"
}

works_where_it_is_moved_to() {
  local prefix="$scratch/moved here" flags _
  mv "$scratch/built" "$prefix"
  "$build/bin/heatmap" - 320 240 "$scratch/expected.ppm"
  # The flags have a folder with a blank in it; pkg-config writes them for a shell.
  flags=$(PKG_CONFIG_PATH="$prefix/$libdir/pkgconfig" pkg-config --cflags --libs geoneuron)
  mkdir "$scratch/program"
  eval "cc -o '$scratch/program/heatmap' '$source/examples/heatmap.c' $flags -lm"

  draw "$scratch/program/heatmap" LD_LIBRARY_PATH="$prefix/$libdir" # by a daemon of its own
  "$prefix/sbin/geoneurond" --socket "$scratch/socket" 2>"$scratch/daemon.log" &
  daemon=$!
  for _ in {1..600}; do
    [ ! -S "$scratch/socket" ] || break
    kill -0 "$daemon" 2>/dev/null || fail "geoneurond ends: $(<"$scratch/daemon.log")"
    sleep 0.1
  done
  draw "$scratch/program/heatmap" LD_LIBRARY_PATH="$prefix/$libdir" GEONEURON_SOCKET="$scratch/socket"
  kill "$daemon"
  wait "$daemon" || fail "geoneurond ends with $? after SIGTERM: $(<"$scratch/daemon.log")"
  daemon=''

  (cd / && env -i HOME="$scratch" PATH=/usr/bin:/bin "$prefix/bin/geoneuron" render \
    "$source/models/digits.onnx" --input "$source/models/digit_5.png" --view feature_grid \
    --tensor relu1 --out "$scratch/grid.png" >"$scratch/render.log" 2>&1) ||
    fail "geoneuron render: $(<"$scratch/render.log")"
  [ -s "$scratch/grid.png" ] || fail "geoneuron render draws nothing"
}

# Every line that the example shows is one that the daemon takes.
example_configuration_is_right() {
  local conf=$scratch/geoneurond.conf status=0
  sed -E 's/^#([a-z_]+ = )/\1/; s/_group = .*/_group = root/' \
    "$source/packaging/geoneurond.conf" >"$conf"
  [ "$(grep -c ' = ' "$conf")" -ge 11 ] || fail "packaging/geoneurond.conf shows too few names"
  "$build/bin/geoneurond" --config "$conf" --socket /nowhere/socket 2>"$scratch/conf.log" || status=$?
  [ "$status" = 1 ] && grep -q '/nowhere/socket' "$scratch/conf.log" ||
    fail "packaging/geoneurond.conf is not taken: $(<"$scratch/conf.log")"
}

installs_what_is_listed
works_where_it_is_moved_to
example_configuration_is_right
echo "installed, moved, used"
