#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds a kernel module for one of our kernels, with W=1 and every warning an error. Kbuild writes
# beside the sources that it compiles, so it gets a tree of links to them under the build folder.
set -euo pipefail
PROGRAM=module
source "$(dirname "$(readlink -f "$0")")/common.sh"

usage() {
  cat <<'TEXT'
usage: qemu/module.sh [--sparse] 6.1|6.12|debug [FOLDER]

  Builds the modules of FOLDER (default: kmod), a Kbuild folder of this repository, for that kernel.
  They are then at build/FOLDER/KERNEL/*.ko. The kernel is fetched or built when it is missing.
  --sparse: sparse checks every source file too (C=2), and what it finds is an error.
TEXT
}

# Links the files of folder $1 of the repository into tree $2 and drops links to what is gone.
link_sources() {
  mkdir -p "$2/$1"
  cp -r --symbolic-link --force "$ROOT/$1/." "$2/$1/"
  find "$2/$1" -xtype l -delete
}

# What make needs beside its target to have sparse look at every file. sparse knows no __has_include,
# so it is told what the compiler finds for the one header that we ask for.
sparse_arguments() {
  local found
  found=$(find -L "$KERNELS/$1/headers/" "$KERNELS/$1/usr/src" -maxdepth 5 \
    -path '*/include/linux/io_uring/cmd.h' -print -quit 2>/dev/null || true)
  printf '%s\n' C=2 "CF=-Wsparse-error '-D__has_include(header)=$((${#found} > 0))'"
}

# The kernel's headers ask for BTF, which needs the vmlinux that it was linked as; we do without.
build_module() {
  local kernel=$1 tree=$2 folder=$3 log=$2/log
  shift 3
  make -C "$KERNELS/$kernel/headers" M="$tree/$folder" W=1 KCFLAGS=-Werror \
    CONFIG_DEBUG_INFO_BTF_MODULES= "$@" -j"$(nproc)" modules >"$log" 2>&1 || {
    grep -vE '^make|^  (CC|CHECK|LD|MODPOST)' "$log" >&2 || true
    die "$folder: does not build for kernel $kernel"
  }
  ! grep 'WARNING: modpost' "$log" >&2 || die "$folder: modpost warns on kernel $kernel"
}

main() {
  local kernel folder target sparse=0 arguments=()
  case ${1:-} in
    --help | -h) usage; exit 0 ;;
    --sparse) sparse=1; shift; need_commands sparse ;;
  esac
  [ $# = 1 ] || [ $# = 2 ] || { usage >&2; exit $WRONG_USAGE; }
  kernel=$1 folder=${2:-kmod} target=$BUILD/${2:-kmod}/$1
  check_kernel "$kernel"
  [ -f "$ROOT/$folder/Kbuild" ] || [ -f "$ROOT/$folder/Makefile" ] ||
    die "$folder: is no folder of this repository with a Kbuild file"
  need_commands make gcc
  "$HERE/kernel.sh" "$kernel"
  link_sources "$folder" "$target/tree"
  [ ! -d "$ROOT/uapi" ] || link_sources uapi "$target/tree"
  [ $sparse = 0 ] || mapfile -t arguments < <(sparse_arguments "$kernel")
  build_module "$kernel" "$target/tree" "$folder" "${arguments[@]}"
  cp -f "$target/tree/$folder"/*.ko "$target/"
}

main "$@"
