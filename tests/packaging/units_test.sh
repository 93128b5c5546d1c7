#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is installed for systemd is what systemd takes, and the service is as closed as it can be.
# usage: units_test.sh BUILD      exit status 77: there is no systemd here to ask
set -euo pipefail
build=$1
# Of 100, by `systemd-analyze security`: what a service is exposed to that has GPUs and runs code
# that it wrote.
highest_exposure=10

fail() { printf 'units_test: %s\n' "$*" >&2; exit 1; }

for tool in systemd-analyze systemd-sysusers; do
  command -v $tool >/dev/null || { echo "no $tool: Debian's package systemd has it"; exit 77; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
DESTDIR='' cmake --install "$build" --component programs --prefix "$scratch" >"$scratch/log" ||
  fail "cmake --install: $(tail -n 5 "$scratch/log")"

units=$scratch/lib/systemd/system
# It says what it ignores, and ends with 0 all the same.
systemd-analyze verify --man=no "$units"/geoneuron* >"$scratch/verify" 2>&1 ||
  fail "systemd-analyze verify ends with $?: $(<"$scratch/verify")"
! grep "$units" "$scratch/verify" || fail "systemd-analyze verify finds the above"
for service in "$units"/geoneuron*.service; do
  systemd-analyze security --offline=true --threshold=$highest_exposure "$service" \
    >"$scratch/security" || fail "more is open than must be: $(grep '✗' "$scratch/security")"
  tail -n 1 "$scratch/security"
done

mkdir -p "$scratch/root/etc"
systemd-sysusers --root="$scratch/root" "$scratch/lib/sysusers.d/geoneuron.conf" 2>"$scratch/log" ||
  fail "systemd-sysusers: $(<"$scratch/log")"
grep -q '^geoneuron:.*nologin$' "$scratch/root/etc/passwd" || fail "there is no user geoneuron"
grep -q '^render:.*geoneuron' "$scratch/root/etc/group" || fail "geoneuron is not of group render"
