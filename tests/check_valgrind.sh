#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# valgrind finds nothing in `lanewise check` of one scenario with every preset of configs/links, where
# all other presets are listed, nor in what the verbs do once.
# Usage: check_valgrind.sh LANEWISE CONFIGS SCRATCH. Exit 0: fine, 77: valgrind is missing (skipped).
set -eu

lanewise=$1
configs=$2
scenario=$3/valgrind.yaml

if ! command -v valgrind > /dev/null; then
    echo "skipped: valgrind is missing"
    exit 77
fi
unset LANEWISE_CONFIGS
OMP_NUM_THREADS=1
export OMP_NUM_THREADS

# From a node of a kind to a host over a preset, all with a number in their names.
nodes_of() { # NUMBER KIND
    echo "  a$1: {kind: $2}"
    echo "  b$1: {kind: host}"
}
link_of() { # NUMBER PRESET
    echo "  l$1: {between: [a$1, b$1], preset: $2}"
}
work_of() { # NUMBER
    echo "  w$1: {kind: copy, from: a$1, to: b$1, bytes: 1 MiB}"
}
scenario_of() {
    echo "lanewise: 1"
    echo "nodes:"
    echo "$1"
    echo "links:"
    echo "$2"
    echo "workloads:"
    echo "$3"
}

nodes=
links=
works=
presets=0
for file in "$configs"/links/*.yaml; do
    link=$(link_of "$presets" "$(basename "$file" .yaml)")
    work=$(work_of "$presets")
    kind=gpu
    # Some links join hosts alone.
    scenario_of "$(nodes_of "$presets" gpu)" "$link" "$work" | "$lanewise" check -q - > /dev/null 2>&1 || kind=host
    nodes="$nodes$(nodes_of "$presets" "$kind")
"
    links="$links$link
"
    works="$works$work
"
    presets=$((presets + 1))
done
scenario_of "$nodes" "$links" "$works" > "$scenario"

watched() { # ARGUMENTS of lanewise
    valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite "$lanewise" "$@" > /dev/null
}
watched check -q "$scenario"
watched list devices
watched list systems
watched run -q first
watched run -q first --format json
watched topo first
watched explain pcie
watched validate p2p-off-rtx-5090-gen5x16
echo "$presets presets"
