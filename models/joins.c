// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/joins.h"

const char *const lw_end_words[LW_ENDS] = {"host", "gpu", "memory", "switch", "nic"};

bool lw_joins_allow(const lw_joins *joins, unsigned a, unsigned b) {
    for (int i = 0; i < LW_JOINS_MAX; i++) {
        const lw_join *j = &joins->join[i];
        if (((j->one & a) != 0 && (j->other & b) != 0) || ((j->one & b) != 0 && (j->other & a) != 0)) {
            return true;
        }
    }
    return false;
}

// PCI Express Base Specification, ch. 1: a link has a downstream port, of a root complex or a
// switch, and an upstream port, of an endpoint or a switch. Two root ports meet in a
// non-transparent bridge alone, which is a device of its own at both links.
const lw_joins lw_joins_pcie = {
    .join = {{LW_END_HOST | LW_END_SWITCH, LW_END_DEVICES | LW_END_SWITCH}},
    .why = "one end is a root port or that of a switch, the other a device or a switch",
    .between_hosts = "put a switch with a non-transparent bridge between them, or take ethernet or infiniband",
};

// Cards with such a bridge are sold for slots, with a cable from one computer to the other; nobody
// sells one for an M.2 adapter or an eGPU's cable.
const lw_joins lw_joins_slot = {
    .join = {{LW_END_HOST | LW_END_SWITCH, LW_END_DEVICES | LW_END_SWITCH}, {LW_END_HOST, LW_END_HOST}},
    .why = "one end is a root port or that of a switch, the other a device or a switch",
    .bridge = "joins two hosts by a non-transparent bridge alone, which is taken to cost nothing",
};

const lw_joins lw_joins_accelerators = {
    .join = {{LW_END_GPU, LW_END_GPU | LW_END_SWITCH | LW_END_HOST}, {LW_END_SWITCH, LW_END_SWITCH | LW_END_HOST}},
    .why = "it is a fabric of accelerators, with switches and hosts that are made for it",
    .between_hosts = "take type: socket within a computer, ethernet or infiniband between two",
};

const lw_joins lw_joins_network = {
    .join = {{LW_END_HOST | LW_END_GPU | LW_END_SWITCH | LW_END_NIC, LW_END_HOST | LW_END_GPU | LW_END_SWITCH | LW_END_NIC}},
    .why = "its ends are network cards, or devices that have one",
};
