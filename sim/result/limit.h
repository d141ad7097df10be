// SPDX-License-Identifier: GPL-3.0-or-later
// What a workload would have to be rid of to be faster.
#ifndef LW_LIMIT_H
#define LW_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/text.h"

typedef enum lw_limit_kind {
    LW_LIMITED_BY_NOTHING,     // it took no time
    LW_LIMITED_BY_FIXED_COST,  // of each call: submission, completion, latency (part, time_ps)
    LW_LIMITED_BY_CHANNEL,     // one direction of a link is busy
    LW_LIMITED_BY_COMPUTE,     // the cores of a node (`name`) work on what the workload has them do
    // a memory, a copy engine, a core, a root complex is busy: `name` says which
    LW_LIMITED_BY_NODE,
    // `count` of them (`name`, `use`) were at other copies
    LW_LIMITED_BY_COPY_ENGINES,
    LW_LIMITED_BY_DMA_ENGINE,    // that needs time_ps for each packet or request
    LW_LIMITED_BY_READ_WINDOW,   // a link's tags: count x bytes, round trip time_ps
    LW_LIMITED_BY_WRITE_WINDOW,  // the workload's own bound: count
    LW_LIMITED_BY_CREDITS,       // the receive buffer behind one direction of a link
    LW_LIMITED_BY_REPEATS,       // of what a link lost
    LW_LIMITED_BY_OFFERED_LOAD,  // no more was asked for
    // It cannot run at all, and its rate is 0:
    LW_FAILED_FOR_SIGNAL,  // one direction of a link does not close: snr_dB, needed_dB of a mode
    LW_FAILED_FOR_ERRORS,  // one direction of a link loses nearly all that it is given: lost
    LW_FAILED_FOR_ANOTHER  // it is to run after a workload that cannot: `name` says which
} lw_limit_kind;

typedef enum lw_fixed_part {
    LW_FIXED_SUBMISSION,
    LW_FIXED_COMPLETION,
    LW_FIXED_LATENCY,
    LW_FIXED_CALLS,  // that are queued: time_ps each
    LW_FIXED_GAP,    // between transfers of an engine: time_ps each
    LW_FIXED_DELAY   // that the work itself has, such as the time to the next contact
} lw_fixed_part;

typedef struct lw_limit {
    lw_limit_kind kind;
    // of the link ("egpu"), or what is busy in a node ("host memory"); NULL where nothing is named
    const char *name;
    const char *direction;  // of a link: "host->gpu"; NULL
    const char *segment;    // of a link of several segments; NULL or "" else
    const char *use;        // copy engines: "that write"
    double share;           // of the workload's time: while that is busy, is waited for, or is paid
    bool of_time;           // times decide there instead of rates
    bool for_requests;      // DMA engine: for each request, not for each packet
    lw_fixed_part part;
    bool each;  // of a fixed cost: time_ps is that of one call, not of all of them
    int64_t time_ps, count, bytes;
    const char *mode;  // of a radio that does not close; static text
    double snr_dB, needed_dB;
    double lost;  // share of the packets
} lw_limit;

// Can it not run at all? Returns a word that says why, which never changes: "no-signal", "errors",
// "after-failed"; NULL: it can.
const char *lw_limit_failure(const lw_limit *limit);

// Append it in words: "links.egpu host->gpu: channel".
void lw_limit_print(const lw_limit *limit, lw_text *out);
// The same in memory of its own; NULL when out of memory.
const char *lw_limit_text(const lw_limit *limit, lw_arena *arena) LW_CHECKED;

#endif
