// SPDX-License-Identifier: GPL-3.0-or-later
// What the file of another tool holds: series of points.
#ifndef LW_SERIES_H
#define LW_SERIES_H

#include "sim/base/list.h"
#include "sim/config/catalog.h"

// What was measured.
typedef enum lw_act {
    LW_ACT_H2D,       // host to card
    LW_ACT_D2H,       // card to host
    LW_ACT_H2D_BUSY,  // host to card, while the other direction is busy; the first alone is counted
    LW_ACT_D2H_BUSY,
    LW_ACT_PEER,        // card to card
    LW_ACT_PEER_BUSY,   // while the other direction is busy
    LW_ACT_COLLECTIVE,  // of a group of cards
    LW_ACT_RDMA_WRITE,  // over a network, many under way
    LW_ACT_RDMA_READ,
    LW_ACT_RDMA_WRITE_LATENCY,  // one at a time
    LW_ACT_RDMA_READ_LATENCY,
    LW_ACT_LOADED,   // one load while others load at a rate
    LW_ACT_DECODE,   // a language model writes
    LW_ACT_PREFILL,  // it reads a prompt
    LW_ACTS
} lw_act;

// The rate of a point in GB/s: of what was timed its bytes by its time.
static inline double lw_seen_GBps(lw_act act, int64_t bytes, double value) {
    return act == LW_ACT_COLLECTIVE ? (double)bytes / (1e3 * value) : value;
}

static inline bool lw_act_is_latency(lw_act act) {
    return act == LW_ACT_RDMA_WRITE_LATENCY || act == LW_ACT_RDMA_READ_LATENCY || act == LW_ACT_LOADED;
}

// Between a host and a device over a link that must be named: no card in a slot.
static inline bool lw_act_is_remote(lw_act act) {
    return lw_act_is_latency(act) || act == LW_ACT_RDMA_WRITE || act == LW_ACT_RDMA_READ;
}

static inline bool lw_act_is_peer(lw_act act) {
    return act == LW_ACT_PEER || act == LW_ACT_PEER_BUSY;
}

static inline bool lw_act_is_llm(lw_act act) {
    return act == LW_ACT_DECODE || act == LW_ACT_PREFILL;
}

// How a language model ran.
typedef struct lw_llm_run {
    const char *model;    // with the format of its weights, as the tool says: "llama 8B Q4_K - Medium"
    int64_t file_bytes;   // of all weights; 0: not told
    double weights;       // how many; 0: not told
    int64_t build;        // of the program; 0: not told
    const char *cards;    // names, a comma and a space between them; NULL: not told
    int64_t layers;       // on cards; -1: all
    int64_t micro_batch;  // tokens of a prompt at once; 0: not told
    const char *split;    // "layer", "row", "tensor" or "none"
    const char *shares;   // of each card, "3.00/1.00"; NULL: not told
    const char *kv;       // format of keys and values
    int main_card;        // of "none"
} lw_llm_run;

// One size.
typedef struct lw_seen {
    int64_t bytes;    // of LW_ACT_LOADED those a second; tokens of a language model
    int64_t context;  // of a language model, tokens before
    // GB/s, 1 GB = 1e9 bytes; us of LW_ACT_COLLECTIVE and latencies; tokens a second
    double value;
    lw_place place;
} lw_seen;

// Points of one act on one device.
typedef struct lw_series {
    lw_act act;
    int device, peer;    // as the tool numbers them; peer: of copies between cards
    bool pageable;       // host memory
    bool memory_unsaid;  // pageable is a guess
    bool direct;         // between cards: peer access was on
    const char *work;    // LW_ACT_COLLECTIVE: its kind
    int ranks;           // LW_ACT_COLLECTIVE
    // LW_ACT_COLLECTIVE: how presets of the library begin; NULL: none is modelled
    const char *library;
    int64_t release;  // of the library, 22809 for 2.28.9; 0: not told
    const char *api;  // "cuda"; NULL: not known
    bool kernel;      // copies by loads and stores of a card's cores
    int queued;       // copies or collectives that are called at once; 0 and 1: each is waited for
    const lw_llm_run *llm;
    const char *tag;     // one more word of the name; NULL: none
    const char *method;  // what the tool did, a few words
    lw_list seen;        // lw_seen
} lw_series;

typedef struct lw_import_format lw_import_format;

// Limits, so that no file of 1 MiB takes minutes: 22 cards each with each other, twice.
enum { LW_SERIES_MAX = 1024, LW_SEEN_MAX = 4096 };

// A file and what was found in it.
typedef struct lw_import {
    const lw_source *source;
    const lw_import_format *format;
    const char *tool;  // "nvbandwidth v0.8"
    lw_list cards;     // const char *: name by number; NULL: not told
    lw_list series;    // lw_series; earlier ones move when one is added
    size_t points;     // in all series
    size_t left_out;   // values that were understood and are not for a table
    size_t strange;    // lines that were not understood
    // a machine is described and nothing measured; NULL: the other way round
    struct lw_hardware *hardware;
    lw_arena *arena;
    lw_diags *diags;
} lw_import;

// One tool.
struct lw_import_format {
    const char *name;   // for --as
    const char *title;  // "NVIDIA nvbandwidth, text or JSON"
    // texts of which a file of it has one, NULL-terminated: the first in the file says which tool
    const char *const *marks;
    bool (*is)(const char *text);  // a file without any such text; NULL: marks say it all
    lw_status (*read)(lw_import *file);
};
// ---- For readers of formats ----

// A series without points, at the end; NULL when out of memory.
lw_series *lw_import_series(lw_import *file, lw_act act, int device, int peer);
// One more point of the last series. Refused are a value that is not above 0, a size below 1 byte
// or over 2^53, and a size that is there already.
lw_status lw_import_point(lw_import *file, double bytes, double value, lw_place place) LW_CHECKED;
// The same of a language model, which writes or reads so many tokens after so many.
lw_status lw_import_tokens(lw_import *file, double tokens, double context, double per_s, lw_place place) LW_CHECKED;
// The name of card `number`.
lw_status lw_import_card(lw_import *file, size_t number, const char *name) LW_CHECKED;
const char *lw_import_card_name(const lw_import *file, int number);  // NULL: not told

#endif
