#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In a guest: loads the module, runs a command, and unloads the module again, within 2 seconds.
# usage: guest.sh MODULE COMMAND [ARGUMENT ...]
set -euo pipefail
module=$1
shift
insmod "$module"
"$@"
timeout 2 rmmod geoneuron || { echo "guest: the module cannot be unloaded" >&2; exit 1; }
