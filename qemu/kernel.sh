#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Puts a kernel under build/kernels/KERNEL, unless it is there:
#   release      what `uname -r` answers under it
#   vmlinux      the image that QEMU boots: uncompressed, which halves the time to boot under TCG,
#                but for debug, whose KASAN does not survive the way in that QEMU takes then
#   headers      the folder to build modules against
#   lib/modules  its own modules, indexed (none for debug, in which everything is built in)
# 6.1 and 6.12 are Debian's, downloaded and unpacked but never installed. debug is built from
# Debian's source of 6.1 with qemu/debug.config.
set -euo pipefail
PROGRAM=kernel
source "$(dirname "$(readlink -f "$0")")/common.sh"

usage() {
  cat <<'TEXT'
usage: qemu/kernel.sh 6.1|6.12|debug|checkpatch

  Puts that kernel under build/kernels/ unless it is there. 6.1 and 6.12 are downloaded (80 and
  120 MB) from the machine's Debian mirrors; debug is built, which takes two cores ten minutes.
  checkpatch is no kernel but the checker of Linux 6.1 for sources, at
  build/kernels/checkpatch/checkpatch.pl; with the debug kernel there, nothing is downloaded for it.
TEXT
}

# An apt with sources, lists and cache of its own: nothing of the machine's is changed, and its
# apt.conf, keyrings and mirrors still hold.
private_apt() {
  local tool=$1 state=$KERNELS/apt
  shift
  "$tool" -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$state/sources" \
    -o Dir::Etc::trusted=/usr/share/keyrings/debian-archive-keyring.gpg \
    -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache" \
    -o APT::Sandbox::User=root "$@"
}

# The machine's mirrors of Debian 12, as apt sees them, and the backports beside them.
mirrors() {
  # shellcheck disable=SC2016 # apt expands these, not the shell
  apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' |
    awk '$2 ~ /^bookworm(-updates|-security|-backports)?$/ && $3 == "main" { print "deb", $1, $2, $3 }
         $2 == "bookworm" && $3 == "main" { print "deb", $1, "bookworm-backports", $3 }' |
    sort -u
}

# What fails here shows when a package is looked for; its words are kept for then.
update_lists() {
  local state=$KERNELS/apt
  mkdir -p "$state/sources" "$state/lists/partial" "$state/cache/archives/partial"
  mirrors >"$state/sources/debian.list"
  [ -s "$state/sources/debian.list" ] ||
    die "/etc/apt: names no mirror of Debian 12 (bookworm, main), which the kernels come from"
  private_apt apt-get update >"$state/update.log" 2>&1 || true
}

die_of_apt() {
  tail -n 5 "$KERNELS/apt/update.log" >&2 || true
  die "$*: check the network and the sources in /etc/apt"
}

# The newest release of series $1 that modules can be built for.
newest_release() {
  private_apt apt-cache pkgnames "linux-headers-$1." |
    sed -nE "s/^linux-headers-(${1//./\\.}\.[0-9][^-]*(-[0-9]+)?-amd64)$/\1/p" | sort -V | tail -n 1
}

# The packages that hold release $1, one a line.
packages_of() {
  printf '%s\n' "linux-image-$1" "linux-headers-$1"
  private_apt apt-cache show --no-all-versions "linux-headers-$1" | sed -n 's/^Depends: //p' |
    tr ',' '\n' | awk '{ print $1 }' | grep -E '^linux-(headers|kbuild)-'
}

# Downloads the packages given and unpacks them into folder $1.
unpack_packages() {
  local folder=$1 package
  shift
  mkdir -p "$folder/packages"
  (cd "$folder/packages" && private_apt apt-get download "$@" >"$folder/download.log" 2>&1) || {
    cat "$folder/download.log" >&2
    die_of_apt "apt could not download $*"
  }
  for package in "$folder"/packages/*.deb; do
    dpkg -x "$package" "$folder"
  done
  rm -r "$folder/packages" "$folder/download.log"
}

# The unsigned number of $3 bytes at offset $2 of file $1.
number_at() { od -An "-tu$3" -j"$2" -N"$3" "$1" | tr -d ' '; }

# Writes the kernel inside bzImage $1 to $2. Where its compressed payload lies is in the header
# (Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length); the payload's last
# four bytes are its uncompressed size.
uncompress_kernel() {
  local start length decompress
  start=$((($(number_at "$1" 497 1) + 1) * 512 + $(number_at "$1" 584 4)))
  length=$(($(number_at "$1" 588 4) - 4))
  case $(od -An -tx1 -j"$start" -N4 "$1" | tr -d ' ') in
    fd377a58) decompress=xz ;;
    28b52ffd) decompress=zstd ;;
    1f8b*) decompress=gzip ;;
    *) die "$1: is compressed neither by xz nor by zstd nor by gzip" ;;
  esac
  need_commands "$decompress"
  dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$start" count="$length" status=none |
    "$decompress" -dc >"$2"
}

# Debian's headers name each other by absolute path; after this they follow the folder.
relocate_headers() {
  local headers=$1/usr/src/linux-headers-$2
  # shellcheck disable=SC2016 # make expands these, not the shell
  sed -i 's|^include /usr/src/|include $(dir $(lastword $(MAKEFILE_LIST)))../|' "$headers/Makefile"
  ln -s "usr/src/linux-headers-$2" "$1/headers"
}

fetch_stock_kernel() {
  local series=$1 folder=$2 release packages
  update_lists
  release=$(newest_release "$series")
  [ -n "$release" ] || die_of_apt "no Debian kernel $series was found"
  mapfile -t packages < <(packages_of "$release")
  say "downloading Linux $release into build/kernels/$series/"
  unpack_packages "$folder" "${packages[@]}"
  relocate_headers "$folder" "$release"
  uncompress_kernel "$folder/boot/vmlinuz-$release" "$folder/vmlinux"
  depmod -b "$folder" "$release"
  printf '%s\n' "$release" >"$folder/release"
}

fetch_source() {
  update_lists
  say "downloading the source of Linux 6.1 (135 MB)"
  unpack_packages "$1" linux-source-6.1
  rm -rf "$1/source.partial"
  mkdir "$1/source.partial"
  tar -xf "$1/usr/src/linux-source-6.1.tar.xz" -C "$1/source.partial" --strip-components=1
  rm -r "${1:?}/usr"
  mv "$1/source.partial" "$1/source"
}

# checkpatch.pl with the two lists that it reads beside itself, from the debug kernel's source or,
# where that is not there, from the same package (135 MB).
prepare_checkpatch() {
  local folder=$KERNELS/checkpatch partial=$KERNELS/checkpatch.partial source=$KERNELS/debug/source
  local files=(checkpatch.pl spelling.txt const_structs.checkpatch)
  rm -rf "$partial"
  trap 'rm -rf "$KERNELS"/*.partial' EXIT
  if [ ! -f "$source/scripts/checkpatch.pl" ]; then
    fetch_source "$partial"
    source=$partial/source
  fi
  mkdir -p "$folder"
  (cd "$source/scripts" && cp "${files[@]}" "$folder")
}

# Names each line of qemu/debug.config that kconfig dropped: its conditions are not met, and what
# it stands for would silently be missing.
check_configuration() {
  local line dropped=()
  while read -r line; do
    case $line in
      CONFIG_*=n) ! grep -q "^${line%n}" "$1" || dropped+=("$line") ;;
      CONFIG_*) grep -qxF "$line" "$1" || dropped+=("$line") ;;
    esac
  done <"$HERE/debug.config"
  [ ${#dropped[@]} = 0 ] || die "qemu/debug.config: kconfig dropped ${dropped[*]}"
}

configure_debug_kernel() {
  local source=$1
  make -s -C "$source" tinyconfig
  (cd "$source" && scripts/kconfig/merge_config.sh -m .config "$HERE/debug.config" >/dev/null)
  make -s -C "$source" olddefconfig
  check_configuration "$source/.config"
}

build_debug_kernel() {
  local folder=$1
  need_commands make gcc flex bison bc
  [ -d "$folder/source" ] || fetch_source "$folder"
  say "building the debug kernel: ten minutes on two cores"
  configure_debug_kernel "$folder/source"
  nice make -s -C "$folder/source" -j"$(nproc)" bzImage modules ||
    die "the debug kernel does not build: see make's words above"
  ln -sfn source/arch/x86/boot/bzImage "$folder/vmlinux"
  ln -sfn source "$folder/headers"
  cp "$HERE/debug.config" "$folder/built.config"
  make -s -C "$folder/source" kernelrelease >"$folder/release"
}

# Whether kernel $1 is complete, and for debug still the one that its configuration asks for.
is_ready() {
  [ "$1" != checkpatch ] || { [ -s "$KERNELS/checkpatch/checkpatch.pl" ]; return; }
  [ -s "$KERNELS/$1/release" ] || return 1
  [ "$1" != debug ] || cmp -s "$HERE/debug.config" "$KERNELS/debug/built.config"
}

prepare_stock_kernel() {
  local partial=$KERNELS/$1.partial
  rm -rf "$partial" "${KERNELS:?}/$1"
  trap 'rm -rf "$KERNELS"/*.partial' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir -p "$partial"
  fetch_stock_kernel "$1" "$partial"
  mv "$partial" "$KERNELS/$1"
}

# One at a time: whoever comes second finds it ready.
prepare() {
  local lock
  is_ready "$1" && return 0
  mkdir -p "$KERNELS/$1" 2>/dev/null || true
  [ -w "$KERNELS/$1" ] || die "$KERNELS: cannot be written; take a clone of your own"
  need_commands apt-get dpkg depmod flock
  exec {lock}>"$KERNELS/lock"
  flock "$lock"
  is_ready "$1" && return 0
  case $1 in
    debug) build_debug_kernel "$KERNELS/debug" ;;
    checkpatch) prepare_checkpatch ;;
    *) prepare_stock_kernel "$1" ;;
  esac
}

main() {
  case ${1:-} in
    --help | -h) usage; exit 0 ;;
  esac
  [ $# = 1 ] || { usage >&2; exit $WRONG_USAGE; }
  [ "$1" = checkpatch ] || check_kernel "$1"
  PATH=$PATH:/usr/sbin:/sbin
  prepare "$1"
}

main "$@"
