// SPDX-License-Identifier: GPL-3.0-or-later
// A system as a picture needs it: boxes and lines as plain data. Nothing here knows how it was
// written or how it is run.
#ifndef LW_TOPOLOGY_H
#define LW_TOPOLOGY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/diag.h"
#include "sim/base/evidence.h"
#include "sim/base/hue.h"

#define LW_TOPOLOGY_NONE UINT32_MAX

// A group of more members than this stands as one node, and so does every group that is linked to
// such a one.
enum { LW_TOPOLOGY_MEMBERS_MAX = 16, LW_TOPOLOGY_AXES = 3 };

// To three digits, for drawings: 63.0 of 63.015 GB/s.
static inline double lw_topology_round(double rate_Bps) {
    double scale = rate_Bps > 0 ? pow(10.0, floor(log10(rate_Bps)) - 2.0) : 1.0;
    return round(rate_Bps / scale) * scale;
}

typedef struct lw_topology_node {
    const char *name;    // "gpus[3]"; "gpus" when it stands for a whole group
    const char *group;   // "gpus"; the key under nodes:
    const char *kind;    // "host", "gpu", "memory", "switch", "nic"
    const char *detail;  // what the preset is, in a few words; "" without one
    uint32_t count;      // devices that it stands for
    uint32_t machine;    // nodes of one machine share it: no network or radio lies between them
    uint32_t depth;      // links between it and the nearest root
    uint32_t up;         // the link towards that root; LW_TOPOLOGY_NONE for a root
} lw_topology_node;

typedef struct lw_topology_link {
    const char *name;       // "slots[3]"; "slots" when it stands for several
    const char *group;      // the key under links:
    const char *label;      // "PCIe 4.0 x16"
    const char *family;     // "pcie"
    lw_hue hue;             // of the family
    bool between_machines;  // its ends are different machines
    // how the key joins its groups: "each", "star", "ring", "mesh", "torus"
    const char *pattern;
    uint32_t shape[LW_TOPOLOGY_AXES];  // of a torus; 0 else
    uint32_t end[2];                   // nodes; the same one where links join the members of a node
    uint32_t count;                    // links that it stands for
    // of one link, after its line code: end[0] to end[1], and back
    double rate_Bps[2];
    int64_t latency_ps;  // of one link, first bit, end[0] to end[1]
    lw_evidence evidence;
} lw_topology_link;

typedef struct lw_topology {
    const char *title, *file, *tool_version;
    char sha256[65];
    lw_place first_node;  // in the scenario
    bool swept;           // the scenario has other points too, whose links may be others
    lw_topology_node *node;
    uint32_t node_count;
    lw_topology_link *link;
    uint32_t link_count;
} lw_topology;

#endif
