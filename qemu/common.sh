# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034 # some of these are read by those who source this file
# What the scripts of this folder share: where things lie, and how they speak.

HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
ROOT=$(dirname "$HERE")
BUILD=$ROOT/build
KERNELS=$BUILD/kernels
WRONG_USAGE=2

say() { printf '%s: %s\n' "$PROGRAM" "$*" >&2; }
die() { say "$*"; exit 1; }
wrong_usage() { say "$*"; exit $WRONG_USAGE; }

# Ends with wrong usage unless $1 names one of our kernels.
check_kernel() {
  case $1 in
    6.1 | 6.12 | debug) ;;
    *) wrong_usage "no kernel named '$1': there are 6.1, 6.12 and debug" ;;
  esac
}

# Ends with one sentence unless each command given is there.
need_commands() {
  local name missing=()
  for name in "$@"; do
    command -v "$name" >/dev/null || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] ||
    die "these commands are missing: ${missing[*]}: \`./dev vm\` and \`./dev deps all\` install them"
}
