// SPDX-License-Identifier: GPL-3.0-or-later
// What a file says of a machine: parts in a tree, the PCIe link of each, and what joins cards
// beside it.
#ifndef LW_HARDWARE_H
#define LW_HARDWARE_H

#include "sim/base/text.h"
#include "sim/import/machine.h"

typedef enum lw_part_kind {
    LW_PART_BRIDGE,  // a port as the tree of buses shows it; settling makes switches of some
    LW_PART_SWITCH,
    LW_PART_CARD,
    LW_PART_NIC,
} lw_part_kind;

// Generation and lanes of a link; 0: not told.
typedef struct lw_width {
    int64_t gen, lanes;
} lw_width;

#define LW_NO_PART SIZE_MAX

typedef struct lw_part {
    lw_part_kind kind;
    size_t parent;        // LW_NO_PART: the processor
    const char *name;     // as the tool prints it; NULL: not told
    const char *id;       // "10de:2684"; NULL: not told
    const char *address;  // "0000:01:00.0", or the tool's own word
    int socket;           // memory node that it is at; -1: not told
    lw_width now, most;   // of the link to the parent: as it runs, and as this end can
    lw_place place;
    // made by lw_hardware_settle
    bool gone;           // not part of the picture
    bool has;            // something that stays is below it
    lw_width link;       // as it will run when it has work
    const char *told;    // what differs from that now, or was assumed; NULL: nothing
    const char *tunnel;  // the preset of the tunnel that it is behind; NULL: none
    int number;          // of its kind, in order
} lw_part;

// Links of a fabric of their own between two cards, or to a switch of that fabric.
typedef struct lw_bond {
    size_t a, b;  // parts; b LW_NO_PART: the switch
    int64_t links;
} lw_bond;

typedef struct lw_hardware {
    lw_list part;        // lw_part
    lw_list bond;        // lw_bond
    const char *host;    // preset of the processors; NULL: not told
    int sockets;         // at least so many; 0: as the parts say
    bool one_processor;  // memory nodes say nothing
    lw_place guest;      // where the text says that this is a virtual machine; source NULL: nowhere
} lw_hardware;

// ---- For readers ----

// The hardware of the file, which is of a machine from now on; NULL when out of memory.
lw_hardware *lw_hardware_of(lw_import *file);
// LW_BAD_INPUT where there are too many parts.
lw_status lw_hardware_add(lw_import *file, const lw_part *part, size_t *out) LW_CHECKED;
lw_status lw_hardware_bond(lw_import *file, size_t a, size_t b, int64_t links) LW_CHECKED;
// A PCI function as hwloc tells it.
typedef struct lw_function {
    bool bridge;
    unsigned class, vendor, device;
    const char *vendor_name, *device_name;  // NULL: not told
    const char *address;                    // "0000:01:00.0"
    size_t parent;
    int socket;
    lw_width now, most;
    lw_place place;
} lw_function;
// Add it where it is a bridge, a card or a network card, *out is its part; else it is counted as left out, and *out stays.
lw_status lw_hardware_function(lw_import *file, const lw_function *function, size_t *out) LW_CHECKED;
// A link of so many GB/s after its line code, as wide as fits: 3.938 is x4 of generation 3, which x2
// of generation 4 could be as well.
lw_width lw_width_of(double GBps);
// The PCIe generation of "16", "2.5" GT/s; 0: of none.
int64_t lw_generation_of(double gigatransfers);
// The preset of a processor; NULL: none is known. vendor as cpuid says it.
const char *lw_host_of(const char *vendor, int family, int model);

// This machine, through hwloc. LW_BAD_INPUT with what to install where the program was built
// without it.
lw_status lw_hwloc_read(lw_import *file) LW_CHECKED;

// ---- For the writer ----

// Bridges become switches or vanish, and each link gets its generation and width.
lw_status lw_hardware_settle(const lw_import *file) LW_CHECKED;
// Append the machine as a system. LW_BAD_INPUT where nobody says which cards they are.
lw_status lw_system_write(const lw_import *file, const lw_import_on *on, lw_presets *presets, lw_text *out) LW_CHECKED;

#endif
