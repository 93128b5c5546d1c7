#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs one command in a virtual machine whose root is the host's, and tells how it and the kernel
# under it fared. The host's root reaches the guest read-only through 9p (guest/init), output and
# exit status come back through virtio-serial ports that QEMU writes to files (guest/session).
set -euo pipefail
PROGRAM=vm
source "$(dirname "$(readlink -f "$0")")/common.sh"

STATUS_COMPLAINT=99
STATUS_TIME_LIMIT=124
STATUS_NO_ANSWER=125

usage() {
  cat <<'TEXT'
usage: ./dev vm [OPTION ...] -- COMMAND [ARGUMENT ...]

  --kernel 6.1|6.12|debug  the guest's kernel (default: 6.1); fetched or built when it is missing
  --rw DIR                 a folder of the host that the guest may write to; may be repeated
  --qemu 'ARGUMENTS'       more arguments for QEMU, split at blanks: '-device virtio-gpu-pci',
                           '-smp 1 -m 4096' (default: -smp 2 -m 2048)
  --systemd                systemd is the guest's init, and COMMAND a service of it that starts when
                           the basic system is up; udev renames and owns nodes as on a machine
  --time-limit SECONDS     ends the machine after that long (default: 300)

Runs COMMAND as root in a guest that sees the host's files; what it writes goes to memory and is
gone with the guest, but under --rw. Its input is empty. Modules: modprobe finds the kernel's own;
ours lie at build/kmod/KERNEL/ (qemu/module.sh builds them).

Exit status: COMMAND's; 2 wrong usage; 99 the kernel complained (BUG, WARNING, Oops, KASAN,
lockdep, UBSAN, hung task, kmemleak ...; what it said is printed); 124 the time limit; 125 the
guest did not get as far as COMMAND's end.
TEXT
}

kernel=6.1 time_limit=300 writable=() qemu_arguments=() argv=() systemd=''

# Ends with wrong usage unless option $1 and its value are among the $2 arguments left.
need_value() { [ "$2" -ge 2 ] || wrong_usage "$1: needs a value: see ./dev vm --help"; }

parse_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage; exit 0 ;;
      --kernel) need_value "$1" $#; check_kernel "$2"; kernel=$2; shift ;;
      --rw) need_value "$1" $#; add_writable "$2"; shift ;;
      --systemd) systemd=yes ;;
      --qemu) need_value "$1" $#; add_qemu_arguments "$2"; shift ;;
      --time-limit) need_value "$1" $#; set_time_limit "$2"; shift ;;
      --) shift; argv=("$@"); break ;;
      -*) wrong_usage "no option named '$1': see ./dev vm --help" ;;
      *) wrong_usage "'$1': a command must follow --: ./dev vm -- $1" ;;
    esac
    shift
  done
  [ ${#argv[@]} -gt 0 ] || wrong_usage "no command: ./dev vm [OPTION ...] -- COMMAND"
}

add_writable() {
  [ -d "$1" ] || wrong_usage "--rw $1: is not a folder"
  writable+=("$(readlink -f "$1")")
}

add_qemu_arguments() {
  local words
  read -ra words <<<"$1"
  qemu_arguments+=("${words[@]}")
}

set_time_limit() {
  [[ $1 =~ ^[1-9][0-9]{0,5}$ ]] ||
    wrong_usage "--time-limit $1: must be whole seconds, from 1 to 999999"
  time_limit=$1
}

# The folder of this run, which the end of the run removes.
work=''
processes=()

# What a run left that was killed outright is removed by the next.
remove_leftovers() {
  local folder
  for folder in "$BUILD"/vm/run.*; do
    [ ! -d "$folder" ] || [ -d "/proc/${folder##*.}" ] || rm -rf "$folder"
  done
}

# shellcheck disable=SC2317 # a trap calls it
clean_up() {
  local process
  for process in "${processes[@]}"; do
    kill "$process" 2>/dev/null || true
  done
  wait
  [ -z "$work" ] || rm -rf "$work"
}

make_work_folder() {
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  remove_leftovers
  work=$BUILD/vm/run.$$
  mkdir -p "$work"
}

# The modules that the guest needs to reach its root, dependencies first.
modules_for_root() {
  local folder=$1 release=$2
  [ -d "$folder/lib/modules/$release" ] || return 0
  modprobe -C /dev/null -d "$folder" -S "$release" --show-depends \
    -a virtio_pci 9pnet_virtio 9p overlay virtio_console |
    awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# Packs folder $1 for the kernel, which takes several such archives one after the other.
pack() { (cd "$1" && find . | cpio --quiet -o -H newc -R 0:0); }

# The part of the initramfs that depends on the kernel alone, kept beside it.
update_initramfs() {
  local folder=$1 release=$2 tree=$work/initramfs.tree number=100 module
  [ ! "$folder/initramfs" -nt "$HERE/guest/init" ] || [ ! "$folder/initramfs" -nt "$HERE/vm.sh" ] ||
    return 0
  mkdir -p "$tree"/{bin,modules,proc,sys,dev,host,memory,root}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  install -m 755 "$HERE/guest/init" "$tree/init"
  while read -r module; do
    number=$((number + 1))
    case $module in
      *.xz) xz -dc "$module" >"$tree/modules/$number.ko" ;;
      *) cp "$module" "$tree/modules/$number.ko" ;;
    esac
  done < <(modules_for_root "$folder" "$release")
  pack "$tree" >"$work/initramfs.kernel"
  mv "$work/initramfs.kernel" "$folder/initramfs"
}

# The part that depends on the run: the session and its settings.
pack_session() {
  local folder=$1 release=$2 directory=$PWD modules=$1/lib/modules/$2
  [ -d "$modules" ] || modules=''
  mkdir -p "$work/tree/session"
  cp "$HERE/guest/session" "$work/tree/session/session"
  declare -p argv writable directory release modules systemd |
    sed 's/^declare -- //' >"$work/tree/session/settings"
  { cat "$folder/initramfs"; pack "$work/tree"; } >"$work/initramfs"
}

# KVM only where the processor has it: elsewhere /dev/kvm may exist, and hang.
accelerator() {
  if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
    printf '%s\n' -accel kvm -cpu host
  else
    printf '%s\n' -accel tcg,thread=multi -cpu max
  fi
}

# A virtio-serial port named $1 whose data QEMU writes to the file of that name.
port_arguments() {
  printf '%s\n' -chardev "file,id=$1,path=${work//,/,,}/$1" \
    -device "virtserialport,chardev=$1,name=$1"
}

share_arguments() {
  printf '%s\n' -virtfs "local,mount_tag=$1,path=${2//,/,,},security_model=none,multidevs=remap$3"
}

# Kernel messages at level 4 and worse reach the console while the guest boots, all of them later.
# tsc=unstable: under TCG on a busy host the kernel misjudges the TSC's frequency, and its clock
# then runs several times too fast.
# ioeventfd=off: a write to a port has reached its file before the guest goes on, so that nothing
# is lost when it resets the machine.
machine_arguments() {
  local folder=$1 name i
  accelerator
  printf '%s\n' -machine q35 -smp 2 -m 2048 -nodefaults -no-user-config -no-reboot -display none \
    -kernel "$folder/vmlinux" -initrd "$work/initramfs" -append \
    "console=ttyS0 quiet panic=-1 oops=panic mitigations=off nokaslr no_timer_check tsc=unstable" \
    -chardev "file,id=console,path=${work//,/,,}/console" -serial chardev:console \
    -device virtio-serial-pci,ioeventfd=off
  for name in out err status log; do
    port_arguments "$name"
  done
  share_arguments root / ,readonly=on
  for i in "${!writable[@]}"; do
    share_arguments "rw$i" "${writable[$i]}" ''
  done
}

# Starts QEMU, and what copies the guest's output to ours while it comes. Each dies with us even
# if we are killed outright.
start_machine() {
  local arguments
  mapfile -t arguments < <(machine_arguments "$1")
  touch "$work"/{out,err,status,log,console}
  setpriv --pdeathsig KILL timeout -k 5 "$time_limit" setpriv --pdeathsig KILL \
    qemu-system-x86_64 "${arguments[@]}" "${qemu_arguments[@]}" \
    </dev/null >"$work/qemu.log" 2>&1 &
  processes=($!)
  tail --pid "$!" -s 0.05 -c +1 -f "$work/err" >&2 &
  processes+=($!)
  tail --pid "${processes[0]}" -s 0.05 -c +1 -f "$work/out" &
  processes+=($!)
}

# Waits for the machine's end and keeps QEMU's exit status. Whoever reads our output may go before
# that, which ends the machine too, as a broken pipe ends any program.
machine_status=0
wait_for_machine() {
  local finished status=0 machine=${processes[0]}
  wait -n -p finished "${processes[@]}" || status=$?
  if [ "$finished" != "$machine" ]; then
    [ "$status" = 0 ] || exit "$status"
    status=0
    wait "$machine" || status=$?
  fi
  machine_status=$status
  wait
  processes=()
}

# Prints the first complaint in what the kernel said, and what followed it; fails if there is none.
print_complaint() {
  local file line
  for file in "$work/log" "$work/console"; do
    line=$(grep -a -n -m 1 -E -f "$HERE/complaints.txt" "$file" | cut -d: -f1) || true
    [ -n "$line" ] || continue
    say "the kernel complained:"
    tail -n "+$line" "$file" | head -n 60 | tr -d '\r' >&2
    return 0
  done
  return 1
}

print_why_no_answer() {
  say "the guest stopped before the command had ended (QEMU's exit status: $machine_status)"
  { cat "$work/qemu.log"; tail -n 20 "$work/console" | tr -d '\r'; } >&2
}

# Leaves with the status that the help promises.
report() {
  local status
  status=$(<"$work/status")
  if print_complaint; then
    exit $STATUS_COMPLAINT
  elif [ -n "$status" ]; then
    exit "$status"
  elif [ "$machine_status" = 124 ] || [ "$machine_status" = 137 ]; then
    say "the command had not ended after $time_limit s (--time-limit)"
    exit $STATUS_TIME_LIMIT
  fi
  print_why_no_answer
  exit $STATUS_NO_ANSWER
}

main() {
  local folder release
  PATH=$PATH:/usr/sbin:/sbin
  parse_arguments "$@"
  need_commands qemu-system-x86_64 busybox cpio modprobe xz setpriv timeout
  "$HERE/kernel.sh" "$kernel"
  folder=$(readlink -f "$KERNELS/$kernel")
  release=$(<"$folder/release")
  make_work_folder
  update_initramfs "$folder" "$release"
  pack_session "$folder" "$release"
  start_machine "$folder"
  wait_for_machine
  report
}

main "$@"
