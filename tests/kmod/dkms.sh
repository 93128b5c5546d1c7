#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the sources that are installed for DKMS by the words of their dkms.conf alone: without the
# repository, and without qemu/module.sh.
# usage: dkms.sh HEADERS BUILD   (the folder to build modules against; what to install from)
set -euo pipefail
kernel_source_dir=$(readlink -f "$1")
dkms_tree=$(mktemp -d)
trap 'rm -rf "$dkms_tree"' EXIT

fail() { printf 'dkms: %s\n' "$*" >&2; exit 1; }

DESTDIR='' cmake --install "$2" --component dkms --prefix "$dkms_tree/installed" >"$dkms_tree/log" ||
  fail "cmake --install: $(tail -n 5 "$dkms_tree/log")"
source=$(echo "$dkms_tree"/installed/src/geoneuron-*)
version=${source##*/geoneuron-}

# As dkms does: the tree is copied, dkms.conf is sourced with its variables set.
build=$dkms_tree/geoneuron/$version/build
mkdir -p "${build%/*}"
cp -r "$source" "$build"
declare -a MAKE BUILT_MODULE_NAME BUILT_MODULE_LOCATION DEST_MODULE_LOCATION
# shellcheck source=../../kmod/dkms.conf
source "$build/dkms.conf"
[ "$PACKAGE_NAME/$PACKAGE_VERSION" = "geoneuron/$version" ] ||
  fail "dkms.conf: names $PACKAGE_NAME/$PACKAGE_VERSION, and its folder is geoneuron-$version"
[ -n "${DEST_MODULE_LOCATION[0]}" ] || fail "dkms.conf: DEST_MODULE_LOCATION is missing"

cd "$build"
# BTF needs pahole, which comes with headers that are installed; these are only unpacked.
export MAKEFLAGS=CONFIG_DEBUG_INFO_BTF_MODULES=
${MAKE[0]} >"$dkms_tree/log" 2>&1 || { tail -n 30 "$dkms_tree/log" >&2; fail "it does not build"; }
module=$build/${BUILT_MODULE_LOCATION[0]}/${BUILT_MODULE_NAME[0]}.ko
[ -s "$module" ] || fail "the module is not at ${module#"$build/"}, where dkms.conf says it is"
${CLEAN:?} >>"$dkms_tree/log" 2>&1 || fail "CLEAN fails"
[ ! -e "$module" ] || fail "CLEAN leaves the module"
echo "dkms: built and cleaned"
