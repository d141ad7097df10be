#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The package of `cpack -G DEB`: its fields, its files, and that what is in it runs from the folder where it was
# unpacked, with an empty environment and, where the system allows it, without the source tree.
#
# Usage: check_package.sh CPACK BUILD SOURCE VERSION. Exit 0: fine, 1: not, 77: this system makes no such packages.
set -eu
cpack=$1 build=$2 source=$3 version=$4
for tool in dpkg-deb dpkg-shlibdeps; do
  command -v $tool >/dev/null || { echo "skipped: no $tool here" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "$*"
  exit 1
}
"$cpack" --config "$build/CPackConfig.cmake" -G DEB -B "$work" >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
deb=$(find "$work" -maxdepth 1 -name "lanewise_${version}_*.deb")
[ -s "$deb" ] || fail "there is no package"

field() { dpkg-deb -f "$deb" "$1"; }
expect() {
  field "$1" | grep -q -e "$2" || fail "$1 is '$(field "$1")', without $2"
}
expect Package '^lanewise$'
expect Version "^$version\$"
expect Section '^science$'
expect Maintainer '^lanewise developers <.*>$'
expect Recommends fonts-dejavu-core
expect Description 'how long bytes take to cross a link'
for library in libc6 libcairo2 libfontconfig1 libgomp1 libgsl libjansson4 libyaml-0-2; do expect Depends "$library"; done
field Depends | grep -q -e libcmocka -e libhwloc -e libxml2 && fail "Depends: $(field Depends)"

dpkg-deb -c "$deb" >"$work/files"
for file in bin/lanewise lib/lanewise/lanewise-painter.so include/lanewise.h lib/pkgconfig/lanewise.pc \
  share/lanewise/configs/scenarios/oculink-or-thunderbolt.yaml share/lanewise/schema/plan.schema.json \
  share/man/man1/lanewise-run.1 share/bash-completion/completions/lanewise share/doc/lanewise/copyright; do
  grep -q "/usr/$file" "$work/files" || fail "the package has no $file"
done
grep -v ' \./usr/' "$work/files" | grep -v ' \./$' && fail "the package has files beside /usr"

dpkg-deb -x "$deb" "$work/root"
grep -rlF "$source" "$work/root" --include=*.h --include=*.pc --include=*.cmake --include=*.yaml && fail "it names the source tree"
cat >"$work/run.sh" <<'RUN'
set -eu
root=$1 out=$2 source=$3 hide=$4
if [ "$hide" = yes ]; then mount -t tmpfs none "$source"; fi
cd /
lanewise() { env -i "$root/usr/bin/lanewise" "$@"; }
lanewise --version | grep -qx "presets: $root/usr/share/lanewise/configs"
lanewise run oculink-or-thunderbolt -q -o "$out" | grep -q "oculink-2-x4"
for file in results.json report.html bandwidth.svg bandwidth.png; do [ -s "$out/$file" ]; done
lanewise list links | grep -q oculink-2-x4
lanewise explain oculink | grep -q -i oculink
lanewise lesson 04 | grep -q "Requests in flight"
lanewise man run | grep -q "^\.TH"
# a program that was found in PATH, in a root where nobody has mounted /proc
if [ "$hide" = yes ]; then mount -t tmpfs none /proc; fi
env -i PATH="$root/usr/bin:/usr/bin:/bin" lanewise --version | grep -qx "presets: $root/usr/share/lanewise/configs"
RUN
root=$(realpath "$work/root")
if unshare -Urm mount -t tmpfs none "$source" 2>/dev/null; then
  unshare -Urm sh "$work/run.sh" "$root" "$work/out" "$source" yes
else
  sh "$work/run.sh" "$root" "$work/out" "$source" no
  echo "the source tree could not be hidden here"
fi
echo "$(basename "$deb"), $(wc -l <"$work/files") files"
