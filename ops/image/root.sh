#!/bin/sh
# Makes the root of an image that holds one program and what it needs to run: root.sh PROGRAM ROOT
#
# Its shared libraries where the loader looks for them, certificate authorities, names for two numbers, a
# folder for data and one for temporary files. Debian's records of the packages these came from go along, so
# that scanners of images know what is inside. Run on Debian, as root (for the owners), by the Dockerfile.
set -eu

program=$1
root=$2
user=65532
authorities=/etc/ssl/certs/ca-certificates.crt
packages=$root/var/lib/dpkg/status.d

[ ! -e "$root" ] || { echo "$root is there already" >&2; exit 1; }
[ -s "$authorities" ] || { echo "install ca-certificates" >&2; exit 1; }
mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$packages"

# package_of FILE: Debian knows files under /usr/lib by their address under /lib.
package_of() {
  dpkg -S "$1" 2>/dev/null || dpkg -S "${1#/usr}" 2>/dev/null || dpkg -S "/usr$1" 2>/dev/null
}

record() {
  name=$(package_of "$1" | head -n 1 | cut -d: -f1)
  [ -n "$name" ] || { echo "no package has $1" >&2; exit 1; }
  dpkg -s "$name" >"$packages/$name"
}

install -m 755 "$program" "$root/usr/bin/$(basename "$program")"

# Lines such as `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)`, and the loader by its address alone.
libraries=$(ldd "$program" | grep -oE '/[^ ]+' || true)
for library in $libraries; do
  install -D -m 755 "$(readlink -f "$library")" "$root$library"
  record "$(readlink -f "$library")"
done

install -m 644 "$authorities" "$root$authorities"
dpkg -s ca-certificates >"$packages/ca-certificates"
grep -E '^(PRETTY_NAME|NAME|VERSION_ID|VERSION|ID)=' /etc/os-release >"$root/etc/os-release"
printf 'root:x:0:0:root:/nonexistent:/sbin/nologin\ntenantry:x:%s:%s:tenantry:/data:/sbin/nologin\n' "$user" "$user" >"$root/etc/passwd"
printf 'root:x:0:\ntenantry:x:%s:\n' "$user" >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"

install -d -m 1777 "$root/tmp"
install -d -m 750 -o "$user" -g "$user" "$root/data"
