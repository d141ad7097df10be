// SPDX-License-Identifier: GPL-3.0-or-later
// Which kinds of devices a link joins: its protocol gives its ends roles.
#ifndef LW_JOINS_H
#define LW_JOINS_H

#include <stdbool.h>

typedef enum lw_end {
    LW_END_HOST = 1,
    LW_END_GPU = 2,
    LW_END_MEMORY = 4,
    LW_END_SWITCH = 8,
    LW_END_NIC = 16,
    LW_END_DEVICES = LW_END_GPU | LW_END_MEMORY | LW_END_NIC,
} lw_end;
enum { LW_ENDS = 5 };
extern const char *const lw_end_words[LW_ENDS];  // by bit: "host", "gpu", ..., as scenarios call them

// One end is one of these, the other one of those, whichever is written first.
typedef struct lw_join {
    unsigned one, other;
} lw_join;

enum { LW_JOINS_MAX = 4 };
typedef struct lw_joins {
    lw_join join[LW_JOINS_MAX];  // up to the first that is empty
    const char *why;             // a clause: "one end is the root, the other a device"
    // what to take between two hosts; NULL: nothing in particular
    const char *between_hosts;
    // what is taken for granted where it joins two hosts all the same, a warning; NULL: nothing
    const char *bridge;
    bool one_host;  // all of its links that meet belong to one host: no switch of it leads to a second
} lw_joins;

bool lw_joins_allow(const lw_joins *joins, unsigned a, unsigned b);

extern const lw_joins lw_joins_pcie;          // a root port or a switch to what hangs from it
extern const lw_joins lw_joins_slot;          // the same, and cards that bridge two hosts
extern const lw_joins lw_joins_accelerators;  // accelerators, their switches, and a host made for it
extern const lw_joins lw_joins_network;       // whatever has a network card, or is one

#endif
