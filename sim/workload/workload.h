// SPDX-License-Identifier: GPL-3.0-or-later
// The workloads of a scenario: what the user asks for. How a job becomes tasks stands in plan.h.
#ifndef LW_WORKLOAD_H
#define LW_WORKLOAD_H

#include "sim/lanewise.h"

typedef enum lw_workload_kind {
    LW_WORKLOAD_COPY,
    LW_WORKLOAD_STREAM,
    LW_WORKLOAD_DMA,
    LW_WORKLOAD_READ_LATENCY,
    LW_WORKLOAD_MEMORY_LOAD,
    LW_WORKLOAD_KINDS
} lw_workload_kind;
extern const char *const lw_workload_words[];  // "copy", ..., NULL
extern const char *const lw_workload_help[];

typedef enum lw_dma_op { LW_DMA_READ, LW_DMA_WRITE, LW_DMA_BOTH } lw_dma_op;
typedef enum lw_in_switch { LW_IN_SWITCH_NONE, LW_IN_SWITCH_MULTICAST, LW_IN_SWITCH_REDUCE } lw_in_switch;
typedef enum lw_choice { LW_CHOICE_AUTO, LW_CHOICE_TRUE, LW_CHOICE_FALSE } lw_choice;

// Parameters of all kinds; the table of a kind says which of them it has.
typedef struct lw_workload_params {
    const char *from, *to;  // selections of devices; device and host of dma and read-latency; memory-load has only `from`
    int64_t bytes;          // of each transfer; LW_AUTO for memory-load: as long as the other jobs run
    int pageable;           // 0 pinned, 1 pageable
    int api;                // lw_api
    int p2p;                // lw_choice
    int64_t repeat;
    bool overlap;
    int in_switch;               // lw_in_switch
    int64_t packet_bytes;        // LW_AUTO: as large as the path takes
    int64_t rate_Bps, gap_ps;    // of streams, the rate also of small transfers; LW_AUTO: not given
    int arrivals;                // lw_arrivals
    int op;                      // lw_dma_op
    int64_t count, outstanding;  // small transfers in all, and under way at once (LW_AUTO: as tags and way allow)
    int64_t start_ps;
    const lw_yaml *after, *via;  // lists of names, or one name; NULL: none
} lw_workload_params;

typedef struct lw_workload {
    const char *name;
    lw_workload_kind kind;
    lw_place place;
    lw_workload_params params;
    lw_option_set set;
    bool consulted[LW_OPTION_MAX];  // rows of the kind's table that something asked for
    uint32_t (*pair)[2];            // devices: from, to of each member
    size_t pair_count;
    const uint32_t *after;  // jobs
    size_t after_count;
    const uint32_t *via;  // devices
    size_t via_count;
} lw_workload;

const lw_option *lw_workload_options(lw_workload_kind kind);
// Read one workload; names are resolved later (system.c).
lw_status lw_workload_read(const lw_yaml *node, lw_diags *diags, lw_workload *out) LW_CHECKED;
lw_place lw_workload_place(const lw_workload *job, const char *key);  // of a key's value, else of the job

// Does its work come at a rate, however slow the links are?
bool lw_workload_is_paced(const lw_workload *job);

// A parameter of a job, and a record that it matters.
#define LW_WORKLOAD_GET(job, field) (lw_workload_consult((job), offsetof(lw_workload_params, field)), (job)->params.field)
void lw_workload_consult(lw_workload *job, size_t offset);

#endif
