// SPDX-License-Identifier: GPL-3.0-or-later
// Communication libraries: what they make of a collective on the machine that they find. Each is a
// type of the section `libraries`, whose presets hold its figures.
#ifndef LW_LIBRARY_H
#define LW_LIBRARY_H

#include "sim/workload/collective/collective.h"

typedef enum lw_operation { LW_ALL_REDUCE, LW_ALL_GATHER, LW_REDUCE_SCATTER } lw_operation;

typedef struct lw_library {
    lw_type type;
    // Write the tasks of an operation over these ranks. `chosen` is a copy of the workload's options
    // that the library may fill in; params: its own.
    lw_status (*write)(lw_graph_builder *builder, const void *params, lw_operation operation, const lw_ranks *ranks,
                       lw_collective_params *chosen);
} lw_library;

extern const lw_library lw_library_nccl, lw_library_rccl;
const lw_type *lw_library_type_at(size_t index);  // NULL past the last

// Let the library that the workload names write it; *taken is false when it names none.
lw_status lw_library_take(lw_graph_builder *builder, lw_operation operation, const lw_ranks *ranks, bool *taken) LW_CHECKED;

// All-gather and reduce-scatter: their options, and one of them as tasks.
extern const lw_option lw_parts_options[];
lw_status lw_parts_expand(lw_graph_builder *builder, lw_operation operation) LW_CHECKED;
// Their closed forms, for their pages.
#define LW_PARTS_FORMS                                                                                    \
    "With n ranks, a time a for the first byte of a link and b for each byte:\n"                          \
    "  ring              (n-1) a + (n-1)/n S b\n"                                                         \
    "  rings             the same of S/k each, on k rings that share no link\n"                           \
    "  halving-doubling  log2(n) a + (n-1)/n S b, of a power of two ranks\n"                              \
    "  pat               the same, with log2(n) rounded up, of any number of ranks\n"                     \
    "  direct            a + 1/n S b on a mesh of links; a shared port divides it\n"                      \
    "\n"                                                                                                  \
    "busbw_GBps is S (n-1)/n by time, as nccl-tests counts it, and `bytes` of the result likewise. See\n" \
    "lanewise explain all-reduce for order, channels and cards without peer to peer."

#endif
