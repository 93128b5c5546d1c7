#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In a guest whose init is systemd: installs the Debian packages, has an ordinary user use the
# services that they bring, ends what it uses, and removes them.
# usage: guest.sh PACKAGES MODULE CLIENT
#   PACKAGES  the folder of the packages
#   MODULE    geoneuron.ko for the guest's kernel
#   CLIENT    patient_client; the library that it finds is the installed one
set -euo pipefail
packages=$1 module=$2 client=$3
scratch=$(mktemp -d)
chmod 777 "$scratch"

fail() {
  printf 'packaging guest: %s\n' "$*" >&2
  { systemctl status --no-pager geoneuron.service geoneuron.socket || true
    journalctl --no-pager -n 60 -u geoneuron.service -u geoneuron.socket || true; } >&2
  exit 1
}

say() { printf '%4d s: %s\n' "$SECONDS" "$*"; }

# Ends the test unless what follows $1 comes true.
await() {
  local what=$1 _
  shift
  for _ in {1..600}; do
    ! "$@" || return 0
    sleep 0.1
  done
  fail "$what: not after a minute"
}

is_state() { [ "$(systemctl is-active "$1")" = "$2" ]; }
main_pid() { systemctl show -P MainPID geoneuron.service; }
as_alice() { runuser -u alice -- env -i PATH=/usr/bin:/bin "$@"; }

# Has alice draw by way $1 (auto, kernel, socket), and says which way it was.
draw() { as_alice LD_LIBRARY_PATH="$libraries" "$client" "$1" || fail "alice cannot draw"; }

# The host's dpkg, but for the lists of files of what it has installed, which take minutes to read
# from here. So it still knows whether what geoneuron depends on is there.
lighten_dpkg() {
  mkdir /run/dpkg
  (cd /var/lib/dpkg && cp -r status triggers /run/dpkg/)
  mount --bind /run/dpkg /var/lib/dpkg
  mkdir -p /var/lib/dpkg/{info,updates}
  dpkg-query -W -f='${binary:Package}.list\n' | (cd /var/lib/dpkg/info && xargs touch)
  dpkg-query -W -f='${Package}.list\n' | (cd /var/lib/dpkg/info && xargs touch)
}

# Triggers would have ldconfig look at every library of the host.
run_dpkg() {
  dpkg --force-unsafe-io --no-triggers "$@" >"$scratch/dpkg" 2>&1 ||
    fail "dpkg $1: $(<"$scratch/dpkg")"
}

installs() {
  rm -f /usr/sbin/policy-rc.d # by which a host may keep services from starting
  lighten_dpkg
  run_dpkg -i "$packages"/geoneuron_*.deb
  is_state geoneuron.socket active || fail "the socket is not there after the installation"
  systemctl is-enabled --quiet geoneuron.socket || fail "the socket would not be there after a boot"
  [ "$(stat -c '%U %G %a' /run/geoneuron/socket)" = "root geoneuron 660" ] ||
    fail "the socket is $(stat -c '%U %G %a' /run/geoneuron/socket)"
  libraries=$(dirname "$(dpkg -L geoneuron | grep '/libgeoneuron\.so\.0$')")
  useradd --groups geoneuron alice
  useradd bob
  # However slow the machine is, there is a worker to be held later. Without Vulkan's drivers the
  # daemon starts sooner.
  mkdir -p /etc/geoneuron /etc/systemd/system/geoneuron.service.d
  printf '[Service]\nEnvironment=VK_ICD_FILENAMES=/dev/null\n' \
    >/etc/systemd/system/geoneuron.service.d/test.conf
  systemctl daemon-reload
  echo "worker_idle_seconds = 3600" >/etc/geoneuron/geoneurond.conf
}

first_client_starts_it() {
  is_state geoneuron.service inactive || fail "the service runs before anybody wants it"
  [ "$(draw auto)" = socket ] || fail "alice does not come to the socket by herself"
  is_state geoneuron.service active || fail "the service does not run after a client came"
  [ "$(stat -c %U "/proc/$(main_pid)")" = geoneuron ] || fail "the daemon runs as another user"
  grep -q '^CapBnd:.*0000000000000000$' "/proc/$(main_pid)/status" || fail "it has capabilities"
  as_alice geoneuron devices >"$scratch/devices" || fail "geoneuron devices: $(<"$scratch/devices")"
  grep -q cpu "$scratch/devices" || fail "geoneuron devices names no cpu: $(<"$scratch/devices")"
  ! runuser -u bob -- env LD_LIBRARY_PATH="$libraries" "$client" socket 2>"$scratch/refusal" ||
    fail "bob, who is not of the group, is served"
}

# How many buffers of clients the daemon has.
has_buffers() { [ "$(find "/proc/$(main_pid)/fd" -lname '/memfd:*' | wc -l)" -ge "$1" ]; }

# With the worker held, what alice asks for is under way when the daemon dies.
clients_go_on_when_it_is_killed() {
  local before drawing killed
  killed=$(main_pid)
  before=$(find "/proc/$killed/fd" -lname '/memfd:*' | wc -l)
  pkill -STOP -u geoneuron -f geoneuron-worker || fail "there is no worker"
  draw socket >"$scratch/way" &
  drawing=$!
  await "alice's buffers" has_buffers $((before + 2))
  sleep 1 # and now her command, which nothing tells of
  systemctl kill --signal=KILL --kill-whom=main geoneuron.service
  wait "$drawing" || fail "a client does not survive the daemon's death"
  await "the service's new start" is_state geoneuron.service active
  [ "$(main_pid)" != "$killed" ] || fail "the daemon was not killed"
  [ "$(systemctl show -P NRestarts geoneuron.service)" -ge 1 ] || fail "systemd did not restart it"
}

stops_cleanly() {
  systemctl reload geoneuron.service || fail "it cannot be reloaded"
  systemctl stop geoneuron.socket geoneuron.service || fail "it cannot be stopped"
  [ "$(systemctl show -P Result geoneuron.service)" = success ] ||
    fail "it stops with $(systemctl show -P Result geoneuron.service)"
  ! pgrep -u geoneuron >/dev/null || fail "processes are left"
}

is_unloaded() { rmmod geoneuron 2>/dev/null; }

# The module brings the daemon: there may be clients that never come to the socket.
module_starts_it() {
  insmod "$module"
  await "the service, which udev wants" is_state geoneuron.service active
  [ "$(stat -c '%U %G %a' /dev/geoneuron)" = "root geoneuron 660" ] ||
    fail "/dev/geoneuron is $(stat -c '%U %G %a' /dev/geoneuron)"
  [ "$(stat -c '%U %a' /dev/geoneuron-server)" = "geoneuron 600" ] ||
    fail "/dev/geoneuron-server is $(stat -c '%U %a' /dev/geoneuron-server)"
  draw auto >"$scratch/way"
}

# At once: the service, which systemd starts anew, finds the kernel's clients served.
standby_takes_over() {
  systemctl start geoneuron-standby.service || fail "the standby does not start"
  [ ! -e /run/geoneuron-standby/socket ] || fail "the standby listens before it is needed"
  systemctl kill --signal=KILL --kill-whom=main geoneuron.service
  await "the standby's turn" test -S /run/geoneuron-standby/socket
  [ "$(draw kernel)" = kernel ] || fail "alice does not come through the kernel"
  await "the service's new start" is_state geoneuron.service active
  systemctl stop geoneuron-standby.service || fail "the standby cannot be stopped"
  [ "$(systemctl show -P Result geoneuron-standby.service)" = success ] ||
    fail "the standby stops with $(systemctl show -P Result geoneuron-standby.service)"
  [ ! -e /run/geoneuron-standby ] || fail "the standby leaves its folder"
  stops_cleanly
  await "the module's end" is_unloaded
}

is_nowhere() { [ ! -e "$1" ] && [ ! -L "$1" ]; }

# While it is in use.
is_removed() {
  local files file
  files=$(dpkg -L geoneuron)
  systemctl start geoneuron.socket
  systemctl --quiet enable geoneuron-standby.service 2>"$scratch/enable" ||
    fail "the standby cannot be enabled: $(<"$scratch/enable")"
  draw socket >"$scratch/way"
  rm -r /etc/systemd/system/geoneuron.service.d
  run_dpkg -r geoneuron
  ! pgrep -u geoneuron >/dev/null || fail "processes are left: $(pgrep -au geoneuron)"
  for file in $files /run/geoneuron/socket; do
    [ -d "$file" ] || is_nowhere "$file" || fail "$file is left"
  done
  run_dpkg -P geoneuron
  file=$(find /etc/systemd /var/lib/systemd -name 'geoneuron*.s*' -print -quit)
  [ -z "$file" ] || fail "$file is left"
  [ "$(systemctl show -P LoadState geoneuron.socket)" = not-found ] ||
    fail "systemd still knows geoneuron.socket"
}

for step in installs first_client_starts_it clients_go_on_when_it_is_killed stops_cleanly \
  module_starts_it standby_takes_over is_removed; do
  $step
  say "$step"
done
