// SPDX-License-Identifier: GPL-3.0-or-later
// The interface of a link family (pcie, usb4, ...): a parameter table, a check across fields, and
// parameters -> channels. All functions are pure: no globals, no allocation, safe in threads. A new
// family is one .c file that defines `const lw_family lw_family_NAME`, its presets in
// configs/links/, and NAME in the list LW_FAMILIES of models/CMakeLists.txt.
#ifndef LW_FAMILY_H
#define LW_FAMILY_H

#include "models/channel.h"
#include "models/coherence.h"
#include "models/joins.h"
#include "models/switch_limits.h"
#include "sim/base/hue.h"
#include "sim/config/type.h"

// One line of a reckoning: "free-space loss", 100.9, dB. value: text of a number from end a to b
// and from b to a.
typedef struct lw_fact {
    const char *what;
    const char *value[2];
    const char *unit;  // "" where there is none
} lw_fact;
typedef void lw_fact_visit(const lw_fact *fact, void *user);

// What the PCIe port of a device at an end has; LW_AUTO: no bound.
typedef struct lw_port_bound {
    int64_t gen, lanes;
} lw_port_bound;
// The key of an option, its value and what it was lowered to.
typedef void lw_lowered(const char *key, int64_t from, int64_t to, void *user);

// How traffic uses several routes that are equally short.
typedef enum lw_multipath {
    LW_MULTIPATH_STRIPED,  // all of them, packet by packet: planes of switches, bonded cables
    LW_MULTIPATH_HASHED,   // one for each flow, by a hash: ECMP of networks
    // one for all: trees of PCIe, dimension-ordered routing of a torus; cables that join the same
    // two nodes and are as quick are bonded
    LW_MULTIPATH_FIXED
} lw_multipath;

typedef struct lw_family {
    // its example names a preset or gives the parameters, without the ends of the link
    lw_type type;
    lw_hue hue;  // in charts
    // Checked parameters -> segments; clears *link. Must succeed for whatever type.check lets pass.
    // A link that cannot carry anything for a physical reason (a radio past its reach) is no error:
    // its channels lose what they are given (lw_link_model_works).
    void (*resolve)(const void *params, lw_link_model *link);
    // The same link at both ends of what is uncertain about it, as two links like resolve's: slower
    // and faster. NULL: no band is known. Either may be so bad that nothing gets
    // through (lw_link_model_works).
    void (*band)(const void *params, lw_link_model *slow, lw_link_model *fast);
    // Who must be asked before memory behind the link is used. NULL: nobody.
    void (*coherence)(const void *params, lw_coherence *out);
    // What its standard lets switches join. NULL: no limit is known.
    void (*switch_limits)(const void *params, lw_switch_limits *out);
    // How the numbers of resolve come about, line by line in the order of the reckoning: a link
    // budget. The texts live as long as the call of visit. NULL: nothing to show but parameters.
    void (*facts)(const void *params, lw_fact_visit *visit, void *user);
    lw_multipath multipath;
    // What its ends may be. NULL: anything.
    const lw_joins *joins;
    bool between_machines;  // its two ends are different machines, for drawings
    // Lower the parameters to what the PCIe port of a device at an end has, and tell what was
    // lowered. NULL: its ends are no PCIe ports.
    void (*train_down)(void *params, const lw_port_bound *port, lw_lowered *lowered, void *user);
} lw_family;

// The registered families, NULL-terminated, in the order of the list.
extern const lw_family *const lw_families[];
const lw_family *lw_family_find(const char *name);  // NULL when unknown

#endif
