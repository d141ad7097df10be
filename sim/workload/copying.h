// SPDX-License-Identifier: GPL-3.0-or-later
// How a buffer gets from node to node, for all kinds of work that copy: who moves it, in one step
// or staged through a buffer, and what its calls cost.
#ifndef LW_COPYING_H
#define LW_COPYING_H

#include "sim/workload/graph.h"

typedef enum lw_choice { LW_CHOICE_AUTO, LW_CHOICE_TRUE, LW_CHOICE_FALSE } lw_choice;
typedef enum lw_host_memory { LW_PINNED, LW_PAGEABLE } lw_host_memory;
typedef enum lw_copier { LW_COPIER_ENGINE, LW_COPIER_KERNEL } lw_copier;
// In their order, NULL at the end: "auto", "true", "false"; "pinned", ...; "engine", "kernel".
extern const char *const lw_choice_words[], *const lw_memory_words[], *const lw_copier_words[];

// What is asked for.
typedef struct lw_copy_params {
    const char *from, *to;
    int64_t bytes;
    int memory;  // lw_host_memory
    int api;     // lw_api
    int by;      // lw_copier
    int p2p;     // lw_choice
    const lw_yaml *via;
} lw_copy_params;

// Rows for such a struct that stands `at` so many bytes into another.
#define LW_COPY_ENDS(at)                                                                              \
    LW_WORK_NODE("from", (at) + offsetof(lw_copy_params, from), "node or group that holds the data"), \
        LW_WORK_NODE("to", (at) + offsetof(lw_copy_params, to), "node or group that gets it"),        \
        LW_WORK_BYTES("bytes", (at) + offsetof(lw_copy_params, bytes), NULL, 0, "size of the copy")
#define LW_COPY_MANNERS(at)                                                                                                   \
    LW_WORK_WORD("memory", (at) + offsetof(lw_copy_params, memory), "pinned", lw_memory_words,                                \
                 "host memory: pinned (the device reads and writes it) or pageable (staged through a pinned bounce buffer)"), \
        LW_WORK_WORD("api", (at) + offsetof(lw_copy_params, api), "auto", lw_api_words,                                       \
                     "interface that the copy is called through; auto: the device's"),                                        \
        LW_WORK_WORD("by", (at) + offsetof(lw_copy_params, by), "engine", lw_copier_words,                                    \
                     "who copies: a copy engine of the card, or a kernel: loads and stores of its cores, in packets of "      \
                     "their own (kernel_packet, kernel_tags of the device) and without an engine's limits"),                  \
        LW_WORK_WORD("p2p", (at) + offsetof(lw_copy_params, p2p), "auto", lw_choice_words,                                    \
                     "between GPUs: straight, or through a bounce buffer in host memory; auto: what both devices can")

// Rules across them; `place` is where `memory` stands.
lw_status lw_copy_check(const lw_copy_params *params, lw_place place, lw_diags *diags) LW_CHECKED;

// Where what is asked for stands, for findings, and what it is called: "workloads.upload".
typedef struct lw_copy_place {
    const char *what;
    lw_place from, to, p2p;
} lw_copy_place;

// A copy in one or two steps: `fill` moves a chunk, where it is staged into a buffer that `drain`
// empties.
typedef struct lw_copying {
    const lw_copy_params *params;
    lw_copy_place place;
    lw_via via;
    int64_t bytes;  // of each copy: those of the params, or what is set before steps are added
    lw_move fill, drain;
    bool staged;
    int64_t fill_submit_ps, drain_submit_ps;  // of each chunk
    int64_t chunk_bytes;                      // INT64_MAX: all at once
    uint32_t buffers;
    bool calls;       // somebody calls the copy engine of `caller`
    bool fill_calls;  // it is that of fill
    int64_t call_ps, finish_ps;
    int64_t queued_ps, gap_ps;  // of calls that do not wait, and between their transfers

    // what its tasks refer to
    uint32_t fill_move, drain_move;  // drain: LW_NO_MOVE where nothing is staged
    uint32_t turn;
    bool one_call;  // of a multicast: the first member's call serves this one, too
} lw_copying;

// From pair[0] to pair[1]. params must outlive it.
lw_status lw_copy_plan(const lw_graph_builder *builder, const lw_copy_params *params, const lw_copy_place *place, lw_via via,
                       const uint32_t pair[2], lw_copying *out) LW_CHECKED;
// Adds its moves to the graph, once for all of its tasks.
lw_status lw_copy_add_moves(lw_graph_builder *builder, lw_copying *c) LW_CHECKED;
// The move that it is explained by: over links.
uint32_t lw_copy_main_move(const lw_copying *c);
// What moves the bytes once the task `call` has ended. overlap: the transfer comes after the one of
// the iteration before, and the last of them pays for completion. *last: what ends with the copy.
lw_status lw_copy_add_steps(lw_graph_builder *builder, const lw_copying *c, uint32_t call, bool overlap,
                            uint32_t *last) LW_CHECKED;
// "h2d", "d2h", "d2d"; NULL: no copy between host and device.
const char *lw_copy_word(const lw_machine *machine, const uint32_t pair[2]);
// How: "engine", "kernel", "pageable", or between GPUs "staged".
const char *lw_copy_manner(const lw_copying *c);

#endif
