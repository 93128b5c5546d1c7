#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Debian packages hold what packaging/installed.txt lists, each file once. They
# are then in FOLDER, for the guest that installs them.
# usage: packages_test.sh SOURCE BUILD FOLDER
set -euo pipefail
source=$1
build=$2
folder=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() { printf 'packages_test: %s\n' "$*" >&2; exit 1; }

rm -rf "$folder"
cpack --config "$build/CPackConfig.cmake" -B "$folder" >"$scratch/log" 2>&1 ||
  fail "cpack: $(tail -n 20 "$scratch/log")"

# What is in them beside Debian's own documents, by the names that the list has.
libdir=$(sed -n 's/^CMAKE_INSTALL_LIBDIR:[A-Z]*=//p' "$build/CMakeCache.txt")
for package in "$folder"/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -t
done | grep -vE '/$|share/doc/[^/]*/(copyright|changelog\.gz)$' |
  sed -E "s|^\./usr/||; s|^$libdir/|LIBDIR/|; s|(geoneuronTargets)-[a-z]+\.|\1-TYPE.|; \
    s|(share/man/.*)\.gz$|\1|" | LC_ALL=C sort >"$scratch/packed"
grep -v '^#' "$source/packaging/installed.txt" |
  diff -u --label packaging/installed.txt --label packed - "$scratch/packed" ||
  fail "the packages hold other files than are installed"

for name in geoneuron geoneuron-dev geoneuron-dkms; do
  package=$(echo "$folder/${name}"_[0-9]*.deb)
  [ -f "$package" ] || fail "there is no package $name"
  documents=$(dpkg-deb --fsys-tarfile "$package" | tar -t | grep -cE "share/doc/$name/(copyright|changelog.gz)$")
  [ "$documents" = 2 ] || fail "$name lacks its licence or its history"
done
depends=$(dpkg-deb -f "$folder"/geoneuron_*.deb Depends)
[[ $depends == *libdnnl* ]] || fail "geoneuron depends on no library: $depends"
