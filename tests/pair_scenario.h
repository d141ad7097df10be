// SPDX-License-Identifier: GPL-3.0-or-later
// A host, a card and a link between them as text, and a copy to the card.
#ifndef LW_PAIR_SCENARIO_H
#define LW_PAIR_SCENARIO_H

#define PAIR(host, gpu, link) "nodes: {host: {" host "}, gpu: {" gpu "}}\nlinks: {slot: {between: [host, gpu], " link "}}\n"
#define H2D(size) "workloads: {up: {kind: copy, from: host, to: gpu, bytes: " size "}}\n"

#endif
