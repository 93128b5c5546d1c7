#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What ./dev answers before it installs or builds anything. usage: dev_test.sh DEV
set -euo pipefail
dev=$1

fail() { echo "$*"; exit 1; }

# Every package is missing, and none can be installed: whoever goes on to work is found out.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
for tool in apt-get dpkg-query cmake sudo npm; do
  printf '#!/bin/sh\necho "%s was called"\nexit 97\n' $tool >"$tools/$tool"
  chmod +x "$tools/$tool"
done
export PATH=$tools:$PATH

verbs=(deps build package demo test bench models lint format)

expect_help() {
  local output
  output=$("$dev" "$@" 2>&1) || fail "$* ends with $?: $output"
  [[ $output == "usage: ./dev VERB"* ]] || fail "$* prints no usage: $output"
  [[ $output != *"was called"* ]] || fail "$* does more than help: $output"
}

# One sentence that holds $1, for the arguments after it.
expect_refusal() {
  local words=$1 output status=0
  shift
  output=$("$dev" "$@" 2>&1) || status=$?
  [ "$status" = 2 ] || fail "$* ends with $status, not 2: $output"
  [[ $output == "dev: "*"$words"* ]] || fail "$* does not say \"$words\": $output"
  [ "$(wc -l <<<"$output")" = 1 ] || fail "$* says more than a sentence: $output"
}

# Goes on to work, which fails here.
expect_accepted() {
  local output status=0
  output=$("$dev" "$@" 2>&1) || status=$?
  [ "$status" != 2 ] || fail "$* is refused: $output"
  [[ $output == *"was called"* ]] || fail "$* ends with $status before any work: $output"
}

# What CTest is asked to run ($1) for the arguments after it, where every package is installed and
# nothing needs building.
expect_selection() {
  local selection=$1 output ready=$tools/ready
  shift
  mkdir -p "$ready/bin"
  cp "$dev" "$ready/dev" # there it can write its folder build/
  printf '#!/bin/sh\necho install ok installed\n' >"$ready/bin/dpkg-query"
  printf '#!/bin/sh\n' >"$ready/bin/cmake"
  # shellcheck disable=SC2016 # the stub's own arguments
  printf '#!/bin/sh\nwhile [ "$1" != -j ]; do shift; done\nshift 2\necho "$*"\n' >"$ready/bin/ctest"
  chmod +x "$ready"/bin/*
  output=$(PATH=$ready/bin:$PATH GEONEURON_NO_SKIPS=0 "$ready/dev" test "$@") || fail "test $* ends with $?"
  [ "$output" = "$selection" ] || fail "test $* has CTest run '$output', not '$selection'"
}

expect_help
expect_help help
for verb in "${verbs[@]}"; do
  expect_help "$verb" --help
  expect_help "$verb" -h
  expect_refusal "$verb does not take '--frob'" "$verb" --frob
done
expect_help test --asan --help
expect_refusal "build does not take 'surplus'" build surplus
expect_refusal "package does not take 'deb'" package deb
expect_refusal "deps does not take 'some'" deps some
expect_refusal "models does not take '--onnx'" models --onnx
expect_refusal "test does not take 'vulkan'" test -L unit vulkan
expect_refusal "test -L needs a value" test -L
expect_refusal "demo --out needs a value" demo --out
expect_refusal "bench does not take 'veiws'" bench perception veiws
expect_refusal "there is no verb 'dmeo'" dmeo

expect_accepted test -L unit --asan
expect_accepted deps all
expect_accepted package
expect_accepted demo --out x
expect_accepted bench views daemon

expect_selection "-LE slow"
expect_selection "-LE vm" --no-vm
expect_selection "-LE slow|vulkan" -LE vulkan
expect_selection "-R Ring -LE slow|vulkan|e2e" -LE vulkan -R Ring -LE e2e
expect_selection "" --slow
expect_selection "-LE vulkan" -LE vulkan --slow
