#!/bin/sh
# collect.sh FOLDER PATH... - copies files and folders into FOLDER, each to its own place, with the shared
# libraries that the programs among them are linked with. A link becomes what it leads to.
set -eu
folder=$1
shift
find "$@" -type f \( -perm -100 -o -name '*.so' \) >/tmp/programs
# "libc.so.6 => /lib/libc.so.6 (0x…)" and "/lib64/ld-linux-x86-64.so.2 (0x…)"; scripts are not linked.
xargs -n 50 ldd </tmp/programs 2>/dev/null | sed -n 's/.*[[:space:]]\(\/[^ ]*\) (0x.*/\1/p' |
  sort -u >/tmp/libraries
mkdir -p "$folder"
{ printf '%s\n' "$@"; cat /tmp/libraries; } | sed 's/^\///' >/tmp/paths
tar -C / -chf - -T /tmp/paths | tar -C "$folder" -xf -
