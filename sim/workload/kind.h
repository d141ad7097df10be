// SPDX-License-Identifier: GPL-3.0-or-later
// The interface of a kind of work (copy, stream, ...): a table of options, rules across them, and
// options -> tasks. A new kind is one .c file that defines `const lw_work_kind lw_work_WORD`, and
// WORD in the list LW_WORK_KINDS of sim/workload/CMakeLists.txt.
#ifndef LW_KIND_H
#define LW_KIND_H

#include "sim/config/object.h"
#include "sim/result/metric.h"

struct lw_graph_builder;
struct lw_graph_workload;
struct lw_weighted;

typedef struct lw_work_kind {
    lw_type type;  // its example is complete: with the nodes `host` and `gpu`
    // Names of the metrics that it reports (sim/result/metric.h), the one that people ask for
    // first; NULL-terminated.
    const char *const *metrics;
    // Metrics of its own, LW_OWN_METRICS_MAX at most, which end with a name of NULL; and their
    // values from the options and the other results of a workload. NULL: none.
    const lw_metric *own;
    void (*measure)(const void *params, const struct lw_workload_result *result, double *value);
    // Instead of that, of work whose members are timed alone: values, and what else its result says, from how long
    // each member took and what `expand` kept for it in the plan of the workload. NULL: no such work.
    void (*replay)(const struct lw_graph_workload *workload, const struct lw_weighted *member_ps,
                   struct lw_workload_result *result);
    // Of a collective, as nccl-tests prints them: "sum" or "none"; "-1", or the root. NULL: it is none.
    const char *redop, *root;
    bool nests;  // it may be a task of a graph
    // Write the tasks of the workload that the builder has open. Findings are diagnosed.
    lw_status (*expand)(struct lw_graph_builder *builder);
} lw_work_kind;

// The registered kinds, NULL-terminated, in the order of the list.
extern const lw_work_kind *const lw_work_kinds[];
const lw_work_kind *lw_work_kind_of(const lw_type *type);  // type: one of lw_work_type_at
// The kinds as registered types; NULL past the last.
const lw_type *lw_work_type_at(size_t index);

// Keys of every workload, whatever its kind.
typedef struct lw_work_common {
    int64_t start_ps;
    const lw_yaml *after;  // names of workloads, or one name; NULL: none
} lw_work_common;
extern const lw_option lw_work_common_options[];

// ---- Rows that several kinds have; `place` is the offset of the field ----

// Bytes may reach 2^62; times 100 hours, so that a sum of some stays below 2^63 ps.
#define LW_WORK_LONGEST_PS INT64_C(360000000000000000)
#define LW_WORK_BYTES(word, place, otherwise, low, says)                                                                  \
    {                                                                                                                     \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_BYTES, .offset = (place), .fallback = (otherwise), \
        .minimum = (low), .maximum = 0x1p62, .help = (says)                                                               \
    }
#define LW_WORK_TIME(word, place, otherwise, says)                                                                       \
    {                                                                                                                    \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_TIME, .offset = (place), .fallback = (otherwise), \
        .maximum = (double)LW_WORK_LONGEST_PS, .help = (says)                                                            \
    }
#define LW_WORK_COUNT(word, place, otherwise, says)                                                                         \
    {                                                                                                                       \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = (place), .fallback = (otherwise), .minimum = 1, .maximum = 1e9, \
        .help = (says)                                                                                                      \
    }
#define LW_WORK_RATE(word, place, otherwise, low, says)                                                                  \
    {                                                                                                                    \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_RATE, .offset = (place), .fallback = (otherwise), \
        .minimum = (low), .maximum = 1e18, .help = (says)                                                                \
    }
#define LW_WORK_NODE(word, place, says) \
    { .key = (word), .kind = LW_OPTION_TEXT, .offset = (place), .help = (says) }
#define LW_WORK_WORD(word, place, otherwise, list, says) \
    { .key = (word), .kind = LW_OPTION_WORD, .offset = (place), .fallback = (otherwise), .words = (list), .help = (says) }
#define LW_WORK_PIXELS(word, place, otherwise, says)                                                                        \
    {                                                                                                                       \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = (place), .fallback = (otherwise), .minimum = 1, .maximum = 1e5, \
        .help = (says)                                                                                                      \
    }
#define LW_WORK_VIA(place)                                                       \
    {                                                                            \
        .key = "via", .kind = LW_OPTION_YAML, .offset = (place), .fallback = "", \
        .help = "nodes that the route must pass, in order"                       \
    }

// ---- Metrics of a kind's own (lw_work_kind.own); what two kinds mean alike has one name ----

#define LW_OWN_METRIC(word, without_unit, base, scale, head, says)                                                               \
    {                                                                                                                            \
        .name = (word), .quantity = (without_unit), .dimension = (base), .unit = (scale), .of = LW_OF_WORKLOAD, .title = (head), \
        .help = (says)                                                                                                           \
    }
#define LW_OWN_TIME(word, without_unit, head, says) LW_OWN_METRIC(word, without_unit, LW_TIME, 1e6, head, says)
#define LW_OWN_PLAIN(word, without_unit, head, says) LW_OWN_METRIC(word, without_unit, LW_PLAIN, 1, head, says)

// "backlog", "fixed", "poisson", NULL: in the order of lw_arrivals
extern const char *const lw_arrival_words[];

#endif
