#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In a guest: for each command loads the module, runs it, and unloads the module again. Commands are
# separated by a plus sign, so that several need only one guest.
# usage: guest.sh MODULE COMMAND [ARGUMENT ...] [+ COMMAND ...]
set -euo pipefail
module=$1
shift

# The kernel closes the files of a process's io_uring a moment after its end. What takes longer
# than 2 seconds is told; a busy host makes it take as long.
unload() {
  local began=$SECONDS
  until rmmod geoneuron 2>/dev/null; do
    [ $((SECONDS - began)) -lt 20 ] || return 1
    sleep 0.05
  done
  [ $((SECONDS - began)) -le 2 ] || echo "guest: unloaded after $((SECONDS - began)) s"
}

run() {
  insmod "$module"
  "$@" || { echo "guest: $*: exit status $?" >&2; exit 1; }
  unload || { echo "guest: $*: the module cannot be unloaded afterwards" >&2; exit 1; }
}

while [ $# -gt 0 ]; do
  command=()
  while [ $# -gt 0 ] && [ "$1" != + ]; do
    command+=("$1")
    shift
  done
  [ $# = 0 ] || shift
  run "${command[@]}"
done
