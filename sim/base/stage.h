// SPDX-License-Identifier: GPL-3.0-or-later
// The stages between the raw rate of a link and the payload that arrives.
#ifndef LW_STAGE_H
#define LW_STAGE_H

// Where the raw rate goes, in this order, for every family: the closed list behind every waterfall.
typedef enum lw_stage {
    LW_STAGE_RAW,        // signalling rate
    LW_STAGE_LINE_CODE,  // 8b/10b, 128b/130b, ...
    LW_STAGE_PERIODIC,   // SKP ordered sets and the like
    LW_STAGE_FRAMING,    // headers, CRC, FEC, flit packing
    // flow control, control traffic of the opposite direction, a platform's residual, software in
    // front
    LW_STAGE_CONTROL,
    LW_STAGE_RETRY,     // replays
    LW_STAGE_WINDOW,    // outstanding requests, credits
    LW_STAGE_SHARING,   // other work that the link carries meanwhile
    LW_STAGE_ENDPOINT,  // copy engine, memory, fixed costs
    LW_STAGE_COUNT
} lw_stage;
extern const char *const lw_stage_words[];  // "raw", "line code", ..., NULL

#endif
