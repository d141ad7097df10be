#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The README's table of collectives is what `lanewise validate` prints of each class, and has no other row.
# check_readme.sh LANEWISE SOURCE_DIR
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"$1" validate "$2"/configs/measured/nccl-*.yaml "$2"/configs/measured/rccl-*.yaml >"$here/print"
sed -n 's/^class \([^ ]*\) *\([0-9]*\) *\([0-9]*\) *\([0-9.]* %\) *\([0-9.]* %\) *\([0-9.]* %\).*/| `\1` | \2 | \3 | \4 | \5 | \6 |/p' \
    "$here/print" | sort >"$here/printed"
grep -E '^\| `(nccl|rccl)-' "$2/README.md" | sed 's/ [^|]*|$/&/; s/^\(| `[^`]*`\)[^|]*|/\1 |/' | sort >"$here/shown"
test -s "$here/printed"
diff "$here/printed" "$here/shown"
