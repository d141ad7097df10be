// SPDX-License-Identifier: GPL-3.0-or-later
// Execution traces of training and inference, as PyTorch and ASTRA-sim have them.
#include <string.h>

#include "sim/config/source.h"
#include "sim/workload/chakra_trace.h"
#include "sim/workload/schedule.h"

typedef struct chakra_params {
    const char *trace;
    const lw_yaml *bytes;
    int algorithm;  // lw_chakra_algorithm
    lw_schedule_params schedule;
} chakra_params;

static const char *const algorithm_words[] = {"ring", "direct", NULL};

#define AT(field) offsetof(chakra_params, field)
static const lw_option options[] = {
    {.key = "trace",
     .kind = LW_OPTION_TEXT,
     .offset = AT(trace),
     .fallback = "",
     .help =
         "the files NAME.0.et, NAME.1.et and so on, one a rank, without what follows NAME, from the folder of the file that says so"},
    {.key = "bytes",
     .kind = LW_OPTION_YAML,
     .offset = AT(bytes),
     .fallback = "",
     .help = "the traces themselves, in hexadecimal, one a rank, instead of files"},
    LW_WORK_WORD("algorithm", AT(algorithm), "ring", algorithm_words,
                 "of all-reduces, all-gathers and reduce-scatters: round a ring of the ranks, or every rank with every other"),
    LW_SCHEDULE_ROWS(AT(schedule)),
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const chakra_params *p = params;
    if ((p->trace[0] != '\0') == (p->bytes != NULL)) {
        return lw_error(diags, lw_type_place(options, set, "bytes", at), "write trace: NAME for NAME.0.et, NAME.1.et and so on",
                        p->bytes != NULL ? "the traces are both files and bytes" : "there are no traces");
    }
    return LW_OK;
}

// ---- Bytes in hexadecimal ----

static int digit_of(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static lw_status read_hex(const lw_graph_builder *builder, const lw_yaml *text, uint32_t rank, const lw_source **out) {
    static const char hint[] = "write two digits a byte: 0a00";
    if (text == NULL || text->kind != LW_SCALAR) {
        return lw_error(builder->diags, text != NULL ? text->place : lw_object_place(builder->object, "bytes"), hint,
                        "there are no bytes of rank %u", rank);
    }
    const size_t length = strlen(text->text);
    char *bytes = lw_arena_alloc(builder->arena, length / 2 + 1, 1);
    lw_source *source = LW_NEW(builder->arena, lw_source);
    const char *name = lw_arena_print(builder->arena, "workloads.%s.bytes[%u]", builder->object->name, rank);
    if (bytes == NULL || source == NULL || name == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < length; i++) {
        const int digit = digit_of(text->text[i]);
        if (digit < 0 || length % 2 != 0) {
            return lw_error(builder->diags, text->place, hint, "the bytes of rank %u are no hexadecimal digits, two a byte",
                            rank);
        }
        bytes[i / 2] = (char)((unsigned)(unsigned char)bytes[i / 2] << 4U | (unsigned)digit);
    }
    *source = (lw_source){name, bytes, length / 2};
    *out = source;
    return LW_OK;
}

// ---- Files ----

static lw_status read_file(const lw_graph_builder *builder, uint32_t rank, const lw_source **out) {
    const chakra_params *params = builder->object->params;
    const lw_place place = lw_object_place(builder->object, "trace");
    const char *folder = place.source != NULL && params->trace[0] != '/' ? lw_folder_of(place.source->name, builder->arena) : "";
    const char *path = folder == NULL ? NULL
                                      : lw_arena_print(builder->arena, "%s%s%s.%u.et", folder, folder[0] != '\0' ? "/" : "",
                                                       params->trace, rank);
    return path == NULL ? LW_NO_MEMORY : lw_source_read_at(path, LW_GOAL_BYTES_MAX, place, builder->arena, builder->diags, out);
}

static lw_status write_schedule(lw_graph_builder *builder, const chakra_params *params) {
    const int64_t us = 1000000;
    const uint32_t *node;
    size_t nodes;
    lw_goal goal = {0};
    lw_list collectives = {0};
    LW_TRY(lw_schedule_nodes(builder, params->schedule.ranks, &node, &nodes));
    const lw_source **source = LW_NEW_ARRAY(builder->arena, const lw_source *, nodes);
    if (source == NULL) {
        return LW_NO_MEMORY;
    }
    goal.ranks = (uint32_t)nodes;
    goal.of_rank = source;
    const bool listed = params->bytes != NULL && params->bytes->kind == LW_LIST;
    const lw_yaml *item = listed ? params->bytes->first : params->bytes;
    for (uint32_t rank = 0; rank < nodes; rank++) {
        LW_TRY(params->bytes != NULL ? read_hex(builder, item, rank, &source[rank]) : read_file(builder, rank, &source[rank]));
        LW_TRY(lw_chakra_read(source[rank], rank, &goal, &collectives, builder->arena, builder->diags));
        item = listed ? item->next : NULL;
    }
    if (item != NULL) {
        return lw_error(builder->diags, item->place, "name as many nodes as there are traces",
                        "workloads.%s: there are more traces than ranks", builder->object->name);
    }
    LW_TRY(lw_chakra_expand(&goal, &collectives, (lw_chakra_algorithm)params->algorithm, builder->arena, builder->diags));
    LW_TRY(lw_goal_match(&goal, builder->arena, builder->diags));
    return lw_schedule_write(builder, &params->schedule, &goal, node, us);
}

static lw_status expand(lw_graph_builder *builder) {
    const lw_status status = write_schedule(builder, builder->object->params);
    if (status != LW_OK) {
        lw_diags_own_sources(builder->diags);  // findings outlive the memory of a point
    }
    return status;
}

static const char page[] =
    "Execution traces in the format of Chakra (MLCommons, schema 0.0.4), which PyTorch's traces become\n"
    "and which ASTRA-sim runs: a graph of nodes for each rank, in a file of its own.\n"
    "\n"
    "Taken: computes, which hold the device of their rank for their duration, one after the other, or its\n"
    "processor where is_cpu_op is true; loads and stores of memory, which take their duration beside\n"
    "both; sends and receives (comm_size, comm_dst or comm_src, comm_tag), which are matched and cross\n"
    "the links of the scenario as those of a GOAL schedule do; metadata nodes, which take no time; data\n"
    "and control dependencies alike.\n"
    "\n"
    "Collectives (comm_type, comm_size, pg_name) run as messages, too. The ranks of a group are those\n"
    "that have nodes of its name; the first of each is one call, then the second, and a call that a rank\n"
    "lacks, or of another type or size, is told. comm_size is what a rank gives, as ASTRA-sim has it: of\n"
    "an all-gather its own part. All-reduces, all-gathers and reduce-scatters go round a ring of the\n"
    "ranks, or to all at once (algorithm: direct), all-to-alls to all at once, broadcasts and reductions\n"
    "along a binomial tree of the first rank, gathers and scatters to and from it, barriers in log2(n)\n"
    "rounds. Sums take no time, nor do launches, and computes go on beside them.\n"
    "\n"
    "Not taken, and told with the node and its byte: storage nodes, compressed files, and\n"
    "files over 64 MiB. Start times are not used: a node starts when what it depends on has ended.";

static const char *const metrics[] = {"time_us", "compute_us", "exposed_us", "bandwidth_GBps", NULL};

const lw_work_kind lw_work_chakra = {
    .type =
        {.name = "chakra",
         .summary = "Chakra execution traces: nodes that compute, send and receive",
         .page = page,
         .example =
             "{kind: chakra, ranks: [host, gpu], bytes: [070a05302e302e340608011804380526080218052a0101520f0a09636f6d6d5f73697a6548808004520c0a08636f6d6d5f6473744801, "
             "070a05302e302e342308011806520f0a09636f6d6d5f73697a6548808004520c0a08636f6d6d5f7372634800]}",
         .options = options,
         .params_size = sizeof(chakra_params),
         .check = check},
    .metrics = metrics,
    .expand = expand,
};
