// SPDX-License-Identifier: GPL-3.0-or-later
// A model's file, from a disk or the page cache into a card.
#include <math.h>

#include "sim/result/result.h"
#include "sim/workload/task_graph.h"

typedef struct load_params {
    const char *disk, *host, *gpu;
    int64_t bytes, piece_bytes, fault_ps;
    int memory;
    bool cached, mapped, overlaps;
} load_params;

static const char *const memory_words[] = {"pageable", "pinned", NULL};
enum { PAGE_BYTES = 4096 };

#define AT(field) offsetof(load_params, field)
static const lw_option options[] = {
    LW_WORK_BYTES("bytes", AT(bytes), NULL, 1, "size of the file"),
    {.key = "gpu", .kind = LW_OPTION_TEXT, .offset = AT(gpu), .fallback = "gpu", .help = "the card that it goes to"},
    {.key = "host",
     .kind = LW_OPTION_TEXT,
     .offset = AT(host),
     .fallback = "host",
     .help = "the computer whose memory it passes"},
    {.key = "disk",
     .kind = LW_OPTION_TEXT,
     .offset = AT(disk),
     .fallback = "disk",
     .help = "node that it lies on; of no use when cached"},
    {.key = "cached",
     .kind = LW_OPTION_FLAG,
     .offset = AT(cached),
     .fallback = "false",
     .help = "it is in the page cache already"},
    {.key = "mapped",
     .kind = LW_OPTION_FLAG,
     .offset = AT(mapped),
     .fallback = "false",
     .help = "the program maps the file (mmap): each page of 4 KiB is a fault"},
    LW_WORK_WORD("memory", AT(memory), "pageable", memory_words, "what the copies to the card come from"),
    {.key = "overlaps",
     .kind = LW_OPTION_FLAG,
     .offset = AT(overlaps),
     .fallback = "false",
     .help = "the next piece is read while one goes up, else each waits for the other"},
    LW_WORK_BYTES("piece", AT(piece_bytes), "64 MiB", PAGE_BYTES, "that is read and copied at once"),
    {.key = "fault",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = AT(fault_ps),
     .fallback = "2 us",
     .maximum = 1e9,
     .help = "time of the fault of a page",
     .source = "40 GB into an A100: 33.7 s mapped and 14.3 s read (llama.cpp PR 14399), by the 9.8 million pages",
     .evidence = LW_ASSUMED},
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const load_params *p = params;
    return p->piece_bytes <= p->bytes
               ? LW_OK
               : lw_error(diags, lw_type_place(options, set, "piece", at), "give it as much as the file at most",
                          "a piece of %lld B of a file of %lld B", (long long)p->piece_bytes, (long long)p->bytes);
}

static lw_status expand(lw_graph_builder *builder) {
    const load_params *p = builder->object->params;
    const int64_t pieces = (p->bytes + p->piece_bytes - 1) / p->piece_bytes;
    const long long each = llround((double)p->bytes / (double)pieces), most = LW_WORK_LONGEST_PS;
    const double fault_ps = p->mapped ? ceil((double)each / PAGE_BYTES) * (double)p->fault_ps : 0;
    const char *read = p->cached ? ""
                                 : lw_arena_print(builder->arena, "read: {copy: {from: '%s', to: '%s', bytes: %lld B}%s}\n",
                                                  p->disk, p->host, each, p->overlaps ? ", after: up@-2" : "");
    const char *text = read == NULL
                           ? NULL
                           : lw_arena_print(builder->arena,
                                            "%sfaults: {delay: %lld ps, after: %s}\n"
                                            "up: {copy: {from: '%s', to: '%s', bytes: %lld B, memory: %s}, after: faults}\n",
                                            read, llround(fmin(fault_ps, (double)most)), p->cached ? "up@-1" : "read", p->host,
                                            p->gpu, each, memory_words[p->memory]);
    return text == NULL ? LW_NO_MEMORY : lw_task_graph_of_text(builder, text, pieces, p->overlaps ? 3 : 1);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const load_params *p = params;
    const double time_us = (double)(result->end_ps - result->start_ps) / 1e6;
    value[0] = time_us;
    value[1] = time_us > 0 ? (double)p->bytes / time_us / 1e3 : 0;
}

static const lw_metric own[] = {LW_OWN_TIME("load_us", "load", "load", "until all of the file is on the card"),
                                LW_OWN_METRIC("load_GBps", "load_rate", LW_RATE, 1e9, "of the file", "the file by that time"),
                                {0}};
static const char *const metrics[] = {"load_us", "load_GBps", "time_us", NULL};

static const char page[] = "A program loads a model: the file is read from a disk into the host's memory, unless it is in the\n"
                           "page cache, and copied to the card.\n"
                           "\n"
                           "  load: {kind: model-load, bytes: 40 GB, disk: disk, gpu: gpu, memory: pinned, overlaps: true}\n"
                           "\n"
                           "Pieces of 64 MiB are read and copied one after the other; with overlaps the next is read while\n"
                           "one goes up, and the slower of the two decides. A mapped file costs a fault for each page of 4 KiB,\n"
                           "which is what made loads two to ten times as long in published comparisons; pageable copies pass\n"
                           "a buffer besides. The critical path of the result says which of disk, faults and link is the brake.";

const lw_work_kind lw_work_model_load = {
    .type = {.name = "model-load",
             .summary = "a model's file, from a disk or the page cache into a card",
             .page = page,
             .example = "{kind: model-load, bytes: 256 MiB, cached: true}",
             .options = options,
             .params_size = sizeof(load_params),
             .check = check},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
