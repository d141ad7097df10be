#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# report.html in a browser: it loads without an error and fetches nothing, its switches, tables and hints work,
# text can be read, nothing is wider than a telephone, and it prints.
# Usage: check_page.sh LANEWISE SOURCE SCRATCH. Exit 0: fine, 1: not, 77: there is no browser (skipped).
set -eu

lanewise=$1
source=$2
work=$3/page
browser=
for name in chromium chromium-browser google-chrome; do
    browser=${browser:-$(command -v "$name" || true)}
done
if [ -z "$browser" ]; then
    echo "skipped: there is no Chromium (Debian: apt-get install chromium)"
    exit 77
fi
rm -rf "$work"
mkdir -p "$work"

# The page with what watches it before its own script, and what tries it after.
probe() { # FOLDER
    awk -v source="$source/tests/page_probe.js" '
        function put(file, line) { print "<script>"; while ((getline line < file) > 0) print line; close(file); print "</script>" }
        /<head>/ { print; print "<script>window.problems = []; addEventListener(\"error\", (e) => problems.push(e.message)); " \
            "addEventListener(\"securitypolicyviolation\", (e) => problems.push(\"loads \" + e.blockedURI));</script>"; next }
        /<\/body>/ { put(source) }
        { print }' "$1/report.html" >"$1/probe.html"
}

open_page() { # FOLDER SIZE FLAGS...
    page=$1/probe.html size=$2
    shift 2
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --user-data-dir="$work/profile" --enable-logging=stderr --window-size="$size" "$@" "file://$page" \
        2>"$work/log"
}

fail() {
    echo "$*"
    grep -h "CONSOLE" "$work/log" || true
    exit 1
}

check() { # FOLDER SIZE FLAGS...
    open_page "$@" --dump-dom >"$work/dom"
    told=$(sed -n 's/.*<html[^>]* data-probe="\([^"]*\)".*/\1/p' "$work/dom")
    case $told in
    fine*) ;;
    *) fail "$1 at $2 ${3:-}: ${told:-the script did not end}" ;;
    esac
    if grep -q "CONSOLE" "$work/log"; then fail "$1 at $2: the console has a word"; fi
}

"$lanewise" run oculink-or-thunderbolt -q -o "$work/run" >/dev/null
"$lanewise" run thz-margin-by-weather -q -o "$work/radio" >/dev/null
"$lanewise" run hgx-all-pairs -q -o "$work/pairs" >/dev/null
"$lanewise" run one-copy-engine -q -o "$work/timeline" >/dev/null
"$lanewise" validate p2p-off-rtx-5090-gen5x16 -q -o "$work/validate" >/dev/null
cat >"$work/evil.yaml" <<'SCENARIO'
lanewise: 1
title: "<script>window.hacked = 1</script><img src=x onerror='hacked = 1'>"
description: "</p><script>hacked = 1</script> \"quoted\" 'too' &amp; https://example.org/?a=<b>&c"
nodes: {host: {preset: desktop-ddr5}, gpu: {preset: rtx-5090}}
links: {egpu: {between: [host, gpu], preset: oculink-2-x4}}
workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 MiB}}
sweep: {workloads.up.bytes: [4 KiB, 64 KiB, 1 MiB, 16 MiB], links.egpu: [{preset: oculink-2-x4}, {preset: pcie-4-x16}]}
charts: [{kind: bandwidth, title: "</svg><script>hacked = 1</script>"}]
SCENARIO
"$lanewise" run "$work/evil.yaml" -q -o "$work/evil" >/dev/null
for folder in run radio pairs timeline validate evil; do
    probe "$work/$folder"
    check "$work/$folder" 1366,900
    check "$work/$folder" 500,900 --blink-settings=preferredColorScheme=0
done
open_page "$work/run" 1366,900 --no-pdf-header-footer --print-to-pdf="$work/report.pdf" >/dev/null
[ "$(head -c 5 "$work/report.pdf")" = "%PDF-" ] || fail "it does not print"
echo "fine: $("$browser" --version 2>/dev/null)"
