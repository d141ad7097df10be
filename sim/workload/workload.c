// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/workload.h"

#include <string.h>

#include "sim/machine/node.h"

const char *const lw_workload_words[] = {"copy", "stream", "dma", "read-latency", "memory-load", NULL};
const char *const lw_workload_help[] = {"copy a buffer, as cudaMemcpy does",
                                        "send packets at a given rate, for queueing experiments",
                                        "many small DMA transfers at once, as network cards do",
                                        "one DMA read at a time",
                                        "CPU cores that read a host's memory in the background",
                                        NULL};

#define AT(field) offsetof(lw_workload_params, field)
// Bytes may reach 2^62; times 100 hours, so that a sum of some stays below 2^63 ps.
#define SIZE_ROW(key, field, fallback, low, help) \
    { key, LW_OPTION_QUANTITY_INT, LW_BYTES, AT(field), fallback, NULL, low, 0x1p62, help, NULL }
#define TIME_ROW(key, field, fallback, help) \
    { key, LW_OPTION_QUANTITY_INT, LW_TIME, AT(field), fallback, NULL, 0, 3.6e17, help, NULL }
#define COUNT_ROW(key, field, fallback, help) \
    { key, LW_OPTION_INTEGER, LW_PLAIN, AT(field), fallback, NULL, 1, 1e9, help, NULL }
#define NODE_ROW(key, field, help) \
    { key, LW_OPTION_TEXT, LW_PLAIN, AT(field), NULL, NULL, 0, 0, help, NULL }
#define RATE_ROW(key, field, fallback, low, help) \
    { key, LW_OPTION_QUANTITY_INT, LW_RATE, AT(field), fallback, NULL, low, 1e18, help, NULL }

#define PLACE_IN_TIME_ROWS                                                                                         \
    TIME_ROW("start", start_ps, "0 ns", "earliest start"), {                                                       \
        "after", LW_OPTION_YAML, LW_PLAIN, AT(after), "", NULL, 0, 0, "workloads that must have ended first", NULL \
    }
#define VIA_ROW \
    { "via", LW_OPTION_YAML, LW_PLAIN, AT(via), "", NULL, 0, 0, "nodes that the route must pass, in order", NULL }

static const char *const memory_words[] = {"pinned", "pageable", NULL};
static const char *const in_switch_words[] = {"none", "multicast", "reduce", NULL};  // in the order of lw_in_switch
static const char *const choice_words[] = {"auto", "true", "false", NULL};
static const char *const arrival_words[] = {"backlog", "fixed", "poisson", NULL};  // in the order of lw_arrivals
static const char *const op_words[] = {"read", "write", "both", NULL};

static const lw_option copy_options[] = {
    NODE_ROW("from", from, "node or group that holds the data"),
    NODE_ROW("to", to, "node or group that gets it"),
    SIZE_ROW("bytes", bytes, NULL, 0, "size of the copy"),
    {"memory", LW_OPTION_WORD, LW_PLAIN, AT(pageable), "pinned", memory_words, 0, 0,
     "host memory: pinned (the device reads and writes it) or pageable (staged through a pinned bounce buffer)", NULL},
    {"api", LW_OPTION_WORD, LW_PLAIN, AT(api), "auto", lw_api_words, 0, 0,
     "interface that the copy is called through; auto: the device's", NULL},
    {"p2p", LW_OPTION_WORD, LW_PLAIN, AT(p2p), "auto", choice_words, 0, 0,
     "between GPUs: straight, or through a bounce buffer in host memory; auto: what both devices can", NULL},
    COUNT_ROW("repeat", repeat, "1", "the same copy again and again"),
    {"in_switch", LW_OPTION_WORD, LW_PLAIN, AT(in_switch), "none", in_switch_words, 0, 0,
     "what a switch with multicast: true does for copies from one node to a group (multicast) or from a group to one node "
     "(reduce)",
     NULL},
    {"overlap", LW_OPTION_FLAG, LW_PLAIN, AT(overlap), "false", NULL, 0, 0,
     "repeat: call the next copy before the one before has ended", NULL},
    PLACE_IN_TIME_ROWS,
    VIA_ROW,
    {0}};

static const lw_option stream_options[] = {
    NODE_ROW("from", from, "node or group that sends"),
    NODE_ROW("to", to, "node or group that receives"),
    SIZE_ROW("bytes", bytes, NULL, 0, "payload in all"),
    SIZE_ROW("packet", packet_bytes, "auto", 1, "payload of a packet; auto: as large as the path takes"),
    RATE_ROW("rate", rate_Bps, "auto", 1, "mean payload rate that is offered; or give gap"),
    TIME_ROW("gap", gap_ps, "auto", "mean time between packets; or give rate"),
    {"arrivals", LW_OPTION_WORD, LW_PLAIN, AT(arrivals), "fixed", arrival_words, 0, 0,
     "fixed gaps, exponential gaps (poisson), or all packets at once (backlog)", NULL},
    PLACE_IN_TIME_ROWS,
    VIA_ROW,
    {0}};

static const lw_option dma_options[] = {
    NODE_ROW("device", from, "node that reads or writes"),
    NODE_ROW("host", to, "node whose memory it is; may be the device itself"),
    {"op", LW_OPTION_WORD, LW_PLAIN, AT(op), "read", op_words, 0, 0, "both: as many reads as writes, counted one way", NULL},
    SIZE_ROW("bytes", bytes, NULL, 1, "size of one transfer"),
    COUNT_ROW("count", count, "10000", "transfers in all"),
    COUNT_ROW("outstanding", outstanding, "auto",
              "transfers under way at once; auto: as many as the tags allow, and of writes as many as keep the way full"),
    RATE_ROW("rate", rate_Bps, "auto", 1, "mean payload rate that is offered, each way; auto: as fast as it goes"),
    {"arrivals", LW_OPTION_WORD, LW_PLAIN, AT(arrivals), "fixed", arrival_words, 0, 0,
     "with a rate: fixed gaps, exponential gaps (poisson), or all at once (backlog)", NULL},
    PLACE_IN_TIME_ROWS,
    VIA_ROW,
    {0}};

static const lw_option read_latency_options[] = {NODE_ROW("device", from, "node that reads"),
                                                 NODE_ROW("host", to, "node whose memory it is; may be the device itself"),
                                                 SIZE_ROW("bytes", bytes, NULL, 1, "size of one read"),
                                                 COUNT_ROW("repeat", repeat, "1", "reads, one after the other"),
                                                 PLACE_IN_TIME_ROWS,
                                                 VIA_ROW,
                                                 {0}};

static const lw_option memory_load_options[] = {
    NODE_ROW("node", from, "node or group whose memory is read"),
    RATE_ROW("rate", rate_Bps, NULL, 0, "rate of all readers together"),
    COUNT_ROW("readers", count, "1", "cores that read, each taking its turns at the memory"),
    SIZE_ROW("bytes", bytes, "auto", 1, "bytes in all; auto: as long as the other workloads run"),
    SIZE_ROW("packet", packet_bytes, "256 B", 1, "bytes the memory serves at a turn"),
    PLACE_IN_TIME_ROWS,
    {0}};

const lw_option *lw_workload_options(lw_workload_kind kind) {
    static const lw_option *const tables[LW_WORKLOAD_KINDS] = {copy_options, stream_options, dma_options, read_latency_options,
                                                               memory_load_options};
    return tables[kind];
}

lw_place lw_workload_place(const lw_workload *job, const char *key) {
    const lw_option *table = lw_workload_options(job->kind);
    for (size_t i = 0; table[i].key != NULL; i++) {
        if (strcmp(table[i].key, key) == 0 && job->set.given[i]) {
            return job->set.place[i];
        }
    }
    return job->place;
}

void lw_workload_consult(lw_workload *job, size_t offset) {
    const lw_option *table = lw_workload_options(job->kind);
    for (size_t i = 0; table[i].key != NULL; i++) {
        job->consulted[i] |= table[i].offset == offset;
    }
}

static lw_status check_rates(const lw_workload *job, lw_diags *diags) {
    const lw_workload_params *p = &job->params;
    if (job->kind != LW_WORKLOAD_STREAM) {
        return LW_OK;
    }
    if (p->rate_Bps != LW_AUTO && p->gap_ps != LW_AUTO) {
        return lw_error(diags, lw_workload_place(job, "gap"), "leave one of them out", "workloads.%s gives both a rate and a gap",
                        job->name);
    }
    if (p->arrivals != LW_ARRIVALS_BACKLOG && p->rate_Bps == LW_AUTO && p->gap_ps == LW_AUTO) {
        return lw_error(diags, job->place, "add rate: 1 GB/s, or arrivals: backlog",
                        "workloads.%s does not say how fast it sends", job->name);
    }
    return LW_OK;
}

lw_status lw_workload_read(const lw_yaml *node, lw_diags *diags, lw_workload *out) {
    static const char *const own[] = {"kind", NULL};
    static const lw_option kind_row = {"kind", LW_OPTION_WORD, LW_PLAIN, 0, NULL, lw_workload_words, 0, 0, "", NULL};
    *out = (lw_workload){.name = node->key, .place = node->key_place};
    out->params.repeat = 1;
    out->params.count = 1;
    if (node->kind != LW_MAP) {
        return lw_error(diags, node->place, "write NAME: {kind: copy, from: host, to: gpu, bytes: 1 GiB}",
                        "the workload '%s' must be a map", node->key);
    }
    if (strpbrk(node->key, ".[] ") != NULL || node->key[0] == '\0') {
        return lw_error(diags, node->key_place, "use letters, digits, - and _", "'%s' is no name for a workload", node->key);
    }
    const lw_yaml *kind = lw_map_get(node, "kind");
    if (kind == NULL) {
        static const char *const wanted[] = {"kind", NULL};
        return lw_key_missing(node, wanted, "add kind: copy, stream, dma, read-latency or memory-load",
                              lw_diags_text(diags, "the workload '%s' has no kind", node->key), diags);
    }
    int word = 0;
    LW_TRY(lw_option_parse_value(&kind_row, kind, &word, diags));
    out->kind = (lw_workload_kind)word;
    const lw_option *table = lw_workload_options(out->kind);
    lw_options_default(table, &out->params);
    LW_TRY(lw_options_parse(table, node, own, &out->params, &out->set, diags));
    const char *what = lw_diags_text(diags, "workloads.%s (kind %s)", node->key, lw_workload_words[word]);
    LW_TRY(lw_options_require(table, &out->set, what, node->place, diags));
    return check_rates(out, diags);
}

bool lw_workload_is_paced(const lw_workload *job) {
    return job->kind == LW_WORKLOAD_STREAM || (job->kind == LW_WORKLOAD_DMA && job->params.rate_Bps != LW_AUTO);
}
