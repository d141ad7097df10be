#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `lanewise validate` finds every table within its limit, and the README's table of accuracy is what it prints of each class, both
# sides, and has no other row.
# check_readme.sh LANEWISE SOURCE_DIR
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"$1" validate -q >"$here/print" || {
    cat "$here/print"
    exit 1
}
awk '$1 == "class" {
    side = $4 ", " $6 " | " $7 " / " $9 " / " $11 " %"
    if ($3 == "validate") {
        of[$2, 1] = side
    } else {
        of[$2, 0] = side
    }
    name[$2] = 1
}
END {
    for (n in name) {
        print "| `" n "` | " ((n, 0) in of ? of[n, 0] : "|") " | " ((n, 1) in of ? of[n, 1] : "|") " |"
    }
}' "$here/print" | sed 's/| | *|/| | |/g' | LC_ALL=C sort >"$here/printed"
sed -n '/^| class |/,/^$/p' "$2/README.md" | grep '^| `' | sed 's/^\(| `[^`]*`\)[^|]*|/\1 |/' | LC_ALL=C sort >"$here/shown"
test -s "$here/printed"
diff "$here/printed" "$here/shown"
