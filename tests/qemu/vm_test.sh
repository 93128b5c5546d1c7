#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What `./dev vm` promises. usage: vm_test.sh TEST KERNEL [SOURCE]
set -euo pipefail
HERE=$(dirname "$(readlink -f "$0")")
ROOT=$(readlink -f "$HERE/../..")
VM=$ROOT/qemu/vm.sh

fail() { printf 'vm_test: %s\n' "$*" >&2; exit 1; }

# Ends the test unless $2, which is the $1, is $3.
expect() { [ "$2" = "$3" ] || fail "the $1 is '$2', and should be '$3'"; }

# Runs the machine with the arguments given; leaves its output, errors and status in variables.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
run() {
  status=0
  "$VM" "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
  output=$(<"$scratch/out") errors=$(<"$scratch/err")
}

passes_output_and_status() {
  # shellcheck disable=SC2016 # the guest's shell expands these
  run --kernel "$kernel" -- sh -c 'uname -r; printf "%s|" "$@"; echo told >&2; exit 7' sh 'a  b' '*'
  expect "exit status ($errors)" "$status" 7
  expect output "$output" "$(<"$ROOT/build/kernels/$kernel/release")"$'\na  b|*|'
  expect "error output" "$errors" told
  # More than any pipe or queue on the way holds, right before the end.
  run --kernel "$kernel" -- seq 300000
  expect "exit status ($errors)" "$status" 0
  cmp -s "$scratch/out" <(seq 300000) || fail "the output of seq is not whole"
}

fails_when_the_kernel_warns() {
  local folder
  folder=tests/qemu/$(dirname "$source")
  "$ROOT/qemu/module.sh" "$kernel" "$folder"
  run --kernel "$kernel" -- insmod "$ROOT/build/$folder/$kernel/gn_warning.ko"
  expect "exit status ($errors)" "$status" 99
  [[ $errors == "vm: the kernel complained"*"WARNING: "*gn_warning_init* ]] ||
    fail "the complaint is not printed: $errors"
}

keeps_the_host_unchanged_but_for_rw() {
  mkdir "$scratch/shared,with comma" "$scratch/other"
  run --kernel "$kernel" --rw "$scratch/shared,with comma" -- \
    sh -c "echo kept >'$scratch/shared,with comma/file' && echo lost >'$scratch/other/file'"
  expect "exit status ($errors)" "$status" 0
  expect "shared file" "$(<"$scratch/shared,with comma/file")" kept
  [ ! -e "$scratch/other/file" ] || fail "the guest wrote to the host outside of --rw"
}

ends_at_the_time_limit() {
  run --kernel "$kernel" --time-limit 1 -- sleep 1000
  expect "exit status ($errors)" "$status" 124
  [[ $errors == *"after 1 s (--time-limit)"* ]] || fail "the time limit is not named: $errors"
}

# The processes that have the folder of run $1 among their arguments; the pattern does not match
# itself.
machines_of_run() { grep -lzs "vm/run[.]$1/console" /proc/[0-9]*/cmdline; }

leaves_nothing_behind_when_interrupted() {
  local machine
  "$VM" --kernel "$kernel" -- sleep 1000 >"$scratch/out" 2>&1 &
  machine=$!
  for _ in {1..300}; do
    ! machines_of_run "$machine" >/dev/null || break
    sleep 0.1
  done
  machines_of_run "$machine" >/dev/null || fail "no machine started: $(<"$scratch/out")"
  kill -TERM "$machine"
  status=0
  wait "$machine" || status=$?
  expect "exit status" "$status" 143
  [ ! -e "$ROOT/build/vm/run.$machine" ] || fail "build/vm/run.$machine is still there"
  ! machines_of_run "$machine" >/dev/null || fail "QEMU is still running"
}

# Ends the test unless the arguments from $2 on are refused with sentence $1.
expect_refusal() {
  local sentence=$1
  shift
  run "$@"
  expect "exit status of vm $*" "$status" 2
  expect "sentence" "$errors" "vm: $sentence"
}

refuses_wrong_usage() {
  expect_refusal "no command: ./dev vm [OPTION ...] -- COMMAND"
  expect_refusal "no command: ./dev vm [OPTION ...] -- COMMAND" --
  expect_refusal "'true': a command must follow --: ./dev vm -- true" true
  expect_refusal "no option named '--frob': see ./dev vm --help" --frob -- true
  expect_refusal "no kernel named '5.10': there are 6.1, 6.12 and debug" --kernel 5.10 -- true
  expect_refusal "--kernel: needs a value: see ./dev vm --help" --kernel
  expect_refusal "--rw /nowhere: is not a folder" --rw /nowhere -- true
  expect_refusal "--time-limit soon: must be whole seconds, from 1 to 999999" \
    --time-limit soon -- true
  run --help
  expect "exit status of --help" "$status" 0
  [[ $output == "usage: ./dev vm"* ]] || fail "--help does not begin with the usage: $output"
}

kernel=$2 source=${3:-}
"$1"
