#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# An installation stands alone: program, presets, lessons, schemas, manual pages and completion are there, and a
# small C program is built against it by pkg-config and by CMake,
# static and shared, and runs with the presets of the installation. Nothing installed names the
# source tree; where the system allows it, the source tree is hidden meanwhile.
#
# Usage: check_install.sh CMAKE BUILD SOURCE CC. Exit 0: fine, 1: not.
set -eu
cmake=$1 build=$2 source=$3 cc=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
"$cmake" --install "$build" --prefix "$prefix" >"$work/log"

cat >"$work/embed.c" <<'PROGRAM'
#include <lanewise.h>
#include <stdio.h>

int main(int count, char **words) {
    lanewise_findings *findings = lanewise_findings_new();
    lanewise_catalog *catalog = NULL;
    lanewise_scenario *scenario = NULL;
    lanewise_result *result = NULL;
    char *csv = NULL;
    int wrong = lanewise_catalog_open(NULL, findings, &catalog) || count < 2 ||
                lanewise_scenario_load(catalog, words[1], NULL, findings, &scenario) ||
                lanewise_scenario_run(scenario, NULL, findings, &result) ||
                lanewise_result_report(result, "csv", 0, findings, &csv);
    printf("%s", wrong ? "" : csv);
    lanewise_free(csv);
    lanewise_result_free(result);
    lanewise_scenario_free(scenario);
    lanewise_catalog_close(catalog);
    lanewise_findings_free(findings);
    return wrong;
}
PROGRAM
cat >"$work/CMakeLists.txt" <<'PROJECT'
cmake_minimum_required(VERSION 3.25)
project(embed C)
find_package(lanewise REQUIRED)
foreach(kind IN ITEMS static shared)
  add_executable(embed_${kind} embed.c)
  target_link_libraries(embed_${kind} PRIVATE lanewise::${kind})
endforeach()
PROJECT

cat >"$work/check.sh" <<'CHECK'
set -eu
cmake=$1 work=$2 source=$3 cc=$4 hide=$5
prefix=$work/prefix
if [ "$hide" = yes ]; then mount -t tmpfs none "$source"; fi
unset LANEWISE_CONFIGS
pc=$(find "$prefix" -name lanewise.pc)
libs=${pc%/pkgconfig/lanewise.pc}
export PKG_CONFIG_PATH="${pc%/*}"
$cc -std=c17 -Wall -Wextra -Werror "$work/embed.c" $(pkg-config --cflags --libs lanewise) -o "$work/pc_shared"
$cc -std=c17 "$work/embed.c" $(pkg-config --cflags lanewise) "$libs/liblanewise.a" \
  $(pkg-config --static --libs lanewise | sed 's/-llanewise//') -o "$work/pc_static"
"$cmake" -S "$work" -B "$work/out" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
"$cmake" --build "$work/out" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
scenario=$prefix/share/lanewise/configs/scenarios/first.yaml
"$prefix/bin/lanewise" run "$scenario" --format csv >"$work/expected.csv"
[ "$(wc -l <"$work/expected.csv")" -gt 1 ]
"$prefix/bin/lanewise" run "${scenario%/*}/oculink-or-thunderbolt.yaml" -q -o "$work/charts" >"$work/log" || { cat "$work/log"; exit 1; }
[ -s "$work/charts/bandwidth.png" ]
run() {
  (cd / && LD_LIBRARY_PATH="$libs" "$@" "$scenario") >"$work/got.csv"
  cmp "$work/expected.csv" "$work/got.csv"
}
run "$work/pc_shared"
run "$work/out/embed_shared"
# A static program knows the prefix that was configured, not one that was chosen when it was installed.
export LANEWISE_CONFIGS="$prefix/share/lanewise/configs"
run "$work/pc_static"
run "$work/out/embed_static"
CHECK

# What lies where other programs look for it.
share=$prefix/share
for file in bin/lanewise include/lanewise.h share/lanewise/configs/links/oculink-2-x4.yaml \
  share/lanewise/configs/lessons/04-requests-in-flight.yaml share/bash-completion/completions/lanewise \
  share/zsh/site-functions/_lanewise share/fish/vendor_completions.d/lanewise.fish share/doc/lanewise/copyright \
  share/doc/lanewise/LICENSE; do
  [ -s "$prefix/$file" ] || { echo "$file is not installed" && exit 1; }
done
for kind in scenario measured plan result; do
  "$prefix/bin/lanewise" check --schema $kind | cmp - "$share/lanewise/schema/$kind.schema.json"
  ls "$share/man/man5/lanewise-$kind".5* >/dev/null
done
for shell in bash:bash-completion/completions/lanewise zsh:zsh/site-functions/_lanewise fish:fish/vendor_completions.d/lanewise.fish; do
  "$prefix/bin/lanewise" completion "${shell%%:*}" | cmp - "$share/${shell#*:}"
done
ls "$share/man/man1/lanewise.1"* >/dev/null
for verb in $("$prefix/bin/lanewise" help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
  ls "$share/man/man1/lanewise-$verb".1* >/dev/null
done
(unset LANEWISE_CONFIGS && cd / && "$prefix/bin/lanewise" lesson 04) | grep -q "Requests in flight"
if command -v man >/dev/null; then
  (export MANPATH="$share/man" && cd / && man lanewise-run && man 5 lanewise-plan) </dev/null >"$work/pages" 2>&1 ||
    { cat "$work/pages" && exit 1; }
  grep -q "Simulate scenarios" "$work/pages"
fi

# A tree that was copied reads its own presets, not those of the tree where it was built.
copy=$work/copy
mkdir -p "$copy/build/release"
cp -r "$source/configs" "$copy/"
for place in "$copy" "$copy/build/release"; do
  cp "$work/prefix/bin/lanewise" "$place/"
  (unset LANEWISE_CONFIGS && "$place/lanewise" --version) | grep -qx "presets: $(realpath "$copy")/configs" || {
    echo "$place/lanewise reads other presets than those of its tree"
    exit 1
  }
done

# Only what the header declares is visible (and the locks of OpenMP, which the whole program shares).
if nm -D --defined-only "$(find "$prefix" -name liblanewise.so)" | grep -v -e ' lanewise_' -e ' \.gomp_' | grep -E ' [TDBR] '; then
  echo "the shared library shows more than its header"
  exit 1
fi
if grep -rlF "$source" "$prefix" --include=*.h --include=*.pc --include=*.cmake; then
  echo "installed files name the source tree"
  exit 1
fi
if unshare -Urm mount -t tmpfs none "$source" 2>/dev/null; then
  unshare -Urm sh "$work/check.sh" "$cmake" "$work" "$source" "$cc" yes
else
  sh "$work/check.sh" "$cmake" "$work" "$source" "$cc" no
  echo "the source tree could not be hidden here"
fi
