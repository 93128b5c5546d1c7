#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What `cmake --install` leaves is enough to build programs with, by pkg-config and by CMake.
# usage: install_test.sh SOURCE BUILD
set -euo pipefail
source=$1
build=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

cmake --install "$build" --prefix "$prefix/usr" >"$prefix/log"
pc=$(find "$prefix/usr" -name geoneuron.pc)
libdir=$(dirname "$(dirname "$pc")")
[ -e "$libdir/libgeoneuron.so.0" ] || { echo "no libgeoneuron.so.0 in $libdir"; exit 1; }
[ -e "$prefix/usr/share/man/man3/geoneuron.3" ] || { echo "no man page"; exit 1; }

export PKG_CONFIG_PATH=${pc%/*}
read -ra flags < <(pkg-config --cflags --libs geoneuron)
cc -std=c11 -Wall -Wextra -Werror -o "$prefix/heatmap" "$source/examples/heatmap.c" "${flags[@]}" -lm
status=0
LD_LIBRARY_PATH=$libdir "$prefix/heatmap" 2>"$prefix/usage" || status=$?
[ $status = 2 ] || { echo "the program ends with $status instead of telling its usage"; exit 1; }

cmake -S "$source/examples" -B "$prefix/build" -DCMAKE_PREFIX_PATH="$prefix/usr" >>"$prefix/log"
cmake --build "$prefix/build" >>"$prefix/log" || { cat "$prefix/log"; exit 1; }
# Without -q, which ends at the first match and would fail ldd by its pipe.
ldd "$prefix/build/perceive" | grep "libgeoneuron.so.0 => $prefix" >/dev/null ||
  { echo "perceive does not find the installed library"; exit 1; }
echo "both examples build against what was installed"
