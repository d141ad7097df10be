// SPDX-License-Identifier: GPL-3.0-or-later
// How CXL.mem and CXL.cache messages fill flits: slots, formats and limits of the Compute Express
// Link Specification revisions 2.0 and 3.x ("CXL"), 4.2 for 68 B flits and 4.3 for 256 B flits.
#ifndef LW_CXL_SLOTS_H
#define LW_CXL_SLOTS_H

#include <stdbool.h>

#include "sim/base/fraction.h"

typedef enum lw_cxl_flit {
    LW_CXL_68B,
    LW_CXL_256B,       // standard
    LW_CXL_256B_LOPT,  // latency-optimised: two halves, each with a CRC of its own
    LW_CXL_256B_PBR,   // standard layout, messages with the wider ids of port-based routing
    LW_CXL_FLITS
} lw_cxl_flit;

typedef enum lw_cxl_message {
    LW_CXL_M2S_REQ,    // host to device: read of device memory
    LW_CXL_M2S_RWD,    // write, brings a line
    LW_CXL_M2S_BIRSP,  // answer to a back-invalidate snoop
    LW_CXL_H2D_REQ,    // snoop of the device's cache
    LW_CXL_H2D_RSP,    // leave to go on, or to send written data
    LW_CXL_H2D_DATA,   // brings a line
    LW_CXL_S2M_NDR,    // device to host: a write is done
    LW_CXL_S2M_DRS,    // what a read asked for, brings a line
    LW_CXL_S2M_BISNP,  // back-invalidate snoop
    LW_CXL_D2H_REQ,    // read or write of host memory
    LW_CXL_D2H_RSP,    // answer to a snoop
    LW_CXL_D2H_DATA,   // brings a line
    LW_CXL_MESSAGES
} lw_cxl_message;

enum { LW_CXL_LINE_BYTES = 64, LW_CXL_LINE_SLOTS = 4 };

int64_t lw_cxl_flit_bytes(lw_cxl_flit flit);  // on the wire: 68 or 256

// Flits that one round of a mix takes when rounds follow each other without end, exactly. mix says
// how many of each message are in a round, messages of one direction only. False where these flits
// cannot carry one of them (back-invalidation in 68 B flits).
//
// The sender always has messages of each class waiting and keeps to the mix within a few rounds.
// Data fill the generic slots before messages do; a slot gets the format that brings on what is
// furthest behind. A cleverer sender can be slightly better.
bool lw_cxl_pack(lw_cxl_flit flit, const int64_t mix[LW_CXL_MESSAGES], lw_fraction *flits);

#endif
