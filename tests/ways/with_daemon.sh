#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In a guest whose module is loaded: runs a command beside a daemon that serves the kernel's
# clients, ends the daemon, and expects it to end well.
# usage: with_daemon.sh GEONEUROND COMMAND [ARGUMENT ...]
set -euo pipefail
daemon=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# On a busy host a guest's worker takes long to start.
echo 'worker_patience_seconds = 600' >"$folder/conf"
"$daemon" --kernel yes --socket "$folder/socket" --config "$folder/conf" &
pid=$!
until [ -S "$folder/socket" ]; do
  kill -0 $pid || { echo "with_daemon: the daemon ended" >&2; exit 1; }
  sleep 0.05
done
"$@"
kill $pid
wait $pid || { echo "with_daemon: the daemon ended with status $?" >&2; exit 1; }
