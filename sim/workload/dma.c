// SPDX-License-Identifier: GPL-3.0-or-later
// Many small DMA transfers at once, as network cards make them.
#include "sim/workload/graph.h"

typedef enum dma_op { OP_READ, OP_WRITE, OP_BOTH } dma_op;
static const char *const op_words[] = {"read", "write", "both", NULL};

// Which writes of a network card its caller waits for.
typedef enum completes { COMPLETES_EACH, COMPLETES_BATCH } completes;
static const char *const completes_words[] = {"each", "batch", NULL};

typedef struct dma_params {
    const char *device, *host;
    int op;  // dma_op
    int64_t bytes, count;
    int64_t outstanding;  // LW_AUTO: as tags and route allow
    int completes;        // completes
    int64_t rate_Bps;     // LW_AUTO: as fast as it goes
    int arrivals;         // lw_arrivals
    const lw_yaml *via;
} dma_params;

#define AT(field) offsetof(dma_params, field)
static const lw_option options[] = {
    LW_WORK_NODE("device", AT(device), "node that reads or writes"),
    LW_WORK_NODE("host", AT(host), "node whose memory it is; may be the device itself"),
    LW_WORK_WORD("op", AT(op), "read", op_words, "both: as many reads as writes, counted one way"),
    LW_WORK_BYTES("bytes", AT(bytes), NULL, 1, "size of one transfer"),
    LW_WORK_COUNT("count", AT(count), "10000", "transfers in all"),
    LW_WORK_COUNT("outstanding", AT(outstanding), "auto",
                  "transfers in flight at once; auto: as many as the tags allow, and of writes as many as keep the route full"),
    LW_WORK_WORD(
        "completes", AT(completes), "each", completes_words,
        "writes of a network card with so many outstanding: each makes room for another, or the last of them for as many"),
    LW_WORK_RATE("rate", AT(rate_Bps), "auto", 1, "mean payload rate that is offered, per direction; auto: as fast as it goes"),
    LW_WORK_WORD("arrivals", AT(arrivals), "fixed", lw_arrival_words,
                 "with a rate: fixed gaps, exponential gaps (poisson), or all at once (backlog)"),
    LW_WORK_VIA(AT(via)),
    {0}};

static lw_move move_of(const lw_graph_builder *builder, const uint32_t pair[2], lw_via via, bool writes) {
    const dma_params *params = builder->object->params;
    uint32_t device = pair[0], host = pair[1];
    lw_move move = writes ? lw_move_between(device, host, device) : lw_move_between(host, device, device);
    move.by = device == host ? LW_BY_OWNER : LW_BY_ENGINE;
    move.writes = writes;
    move.message_bytes = params->bytes;
    move.via = via;
    move.place = lw_object_place(builder->object, "host");
    move.packet_place = lw_object_place(builder->object, "rate");
    if (params->rate_Bps != LW_AUTO && params->arrivals != LW_ARRIVALS_BACKLOG) {
        move.arrivals = (lw_arrivals)params->arrivals;
        move.rate_Bps = params->rate_Bps;
    }
    return move;
}

// What completes each write of a network card whose writes under way are bounded: whoever posts the next
// one waits for it. 0 where nobody counts them.
static int64_t completion_ps(const lw_graph_builder *builder, const lw_move *move, int64_t outstanding) {
    const lw_node *node = &builder->machine->node[move->executor];
    const bool waits = outstanding != LW_AUTO && node->spec->kind == LW_NODE_NIC && move->executor != move->to;
    return waits ? lw_node_submit_ps(node, LW_API_AUTO, LW_CALL_PINNED) + node->spec->params->finish_ps : 0;
}

// So many are posted at once, and the next ones when the completion of the last has come.
static lw_status add_batches(lw_graph_builder *builder, const lw_graph_task *batch) {
    lw_graph_task one = *batch, completion = lw_graph_task_none();
    one.count = one.finish_ps = 0;
    one.outstanding = LW_AUTO;
    completion.submit_ps = batch->finish_ps;
    LW_TRY(lw_graph_open_loop(builder, batch->count / batch->outstanding));
    LW_TRY(lw_graph_open_loop(builder, batch->outstanding));
    uint32_t posted = lw_graph_next_task(builder), completed = posted + 1;
    LW_TRY(lw_graph_add_task(builder, &one, &(lw_dependency){completed, 1}, 1, &posted));
    lw_graph_close_loop(builder);
    LW_TRY(lw_graph_add_task(builder, &completion, &(lw_dependency){posted, 0}, 1, &completed));
    lw_graph_close_loop(builder);
    return LW_OK;
}

static lw_status add_member(lw_graph_builder *builder, const uint32_t pair[2], lw_via via, bool first) {
    const dma_params *params = builder->object->params;
    for (int writes = 0; writes < 2; writes++) {
        if (params->op == (writes ? OP_READ : OP_WRITE)) {
            continue;
        }
        lw_move move = move_of(builder, pair, via, writes);
        lw_graph_task task = lw_graph_task_none();
        task.bytes = task.last_bytes = params->bytes;
        task.count = params->count;
        // What arrives by itself does not wait for its turn.
        task.outstanding = !writes || move.rate_Bps == LW_AUTO ? params->outstanding : LW_AUTO;
        task.finish_ps = writes ? completion_ps(builder, &move, task.outstanding) : 0;
        const bool batches = task.finish_ps > 0 && params->completes == COMPLETES_BATCH;
        LW_TRY(lw_graph_add_move(builder, &move, &task.move));
        if (writes == (params->op == OP_WRITE)) {  // both: counted one way
            LW_TRY(lw_graph_deliver(builder, params->bytes, params->count));
            if (first) {
                builder->workload->main_move = task.move;
                builder->workload->cost = (lw_fixed_cost){.move = {task.move, LW_NO_MOVE},
                                                          .piece_bytes = params->bytes,
                                                          .calls = batches ? params->count / params->outstanding : 1,
                                                          .finish_ps = task.finish_ps,
                                                          .turn = LW_NO_MOVE};
            }
        }
        uint32_t unused;
        LW_TRY(batches ? add_batches(builder, &task) : lw_graph_add_task(builder, &task, NULL, 0, &unused));
    }
    return LW_OK;
}

static lw_status expand(lw_graph_builder *builder) {
    const dma_params *params = builder->object->params;
    const lw_pair_keys keys = {.key = {"device", "host"}, .selector = {params->device, params->host}, .one_node = true};
    lw_via via;
    lw_pairs pairs;
    LW_TRY(lw_graph_pair(builder, &keys, &pairs));
    LW_TRY(lw_graph_via(builder, params->via, &via));
    const uint32_t *pair = pairs.node[0];
    LW_TRY(params->op == OP_WRITE ? lw_graph_name_direction(builder, pair[0], pair[1])
                                  : lw_graph_name_direction(builder, pair[1], pair[0]));
    bool paced = params->rate_Bps != LW_AUTO && params->arrivals != LW_ARRIVALS_BACKLOG;
    builder->workload->paced = builder->workload->counts_time = builder->workload->offered = paced;
    for (size_t i = 0; i < pairs.count; i++) {
        builder->member = (uint32_t)i;
        LW_TRY(add_member(builder, pairs.node[i], via, i == 0));
    }
    return LW_OK;
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const dma_params *p = params;
    if (p->completes == COMPLETES_EACH) {
        return LW_OK;
    }
    const lw_place place = lw_type_place(options, set, "completes", at);
    if (p->outstanding == LW_AUTO || p->op != OP_WRITE) {
        return lw_error(diags, place, "add op: write and outstanding: 8", "batches are of writes, so many at once");
    }
    if (p->count % p->outstanding != 0) {
        return lw_error(diags, place,
                        lw_diags_text(diags, "write count: %lld", (long long)(p->count / p->outstanding + 1) * p->outstanding),
                        "%lld writes are no whole number of batches of %lld", (long long)p->count, (long long)p->outstanding);
    }
    return LW_OK;
}

static const char page[] =
    "Many transfers of one size, started by the device itself without a call for each: what a network\n"
    "card does with packets, and what microbenchmarks of DMA engines do. `op: read` asks for data and is\n"
    "bounded by tags x request / round trip; `write` sends and needs no answer; `both` does as many of\n"
    "each at once.\n"
    "\n"
    "`outstanding` bounds how many are in flight; by default the tags do, and of writes as many as keep\n"
    "the route full. A network card that writes gets to know of each when it is complete, which takes\n"
    "its submit and finish beyond the link: with few under way that is what limits it.\n"
    "`completes: batch` posts as many as may be outstanding and waits for the last of them, as perftest\n"
    "does where its queue is shorter than its cq_mod of 100. With a `rate` the transfers arrive by\n"
    "themselves, and the result has their mean wait and latency.\n"
    "\n"
    "Where the device is a host its cores read and write line by line: lines that come at random\n"
    "(`arrivals: poisson`) each wait for a bank of the memory (bank_time), and all of them get load_share\n"
    "of its rate. With `op: read` at a growing rate that is what Intel's MLC calls loaded latency.\n"
    "\n"
    "A device whose `device` and `host` are itself uses its own memory, line by line: a CXL accelerator\n"
    "in host bias asks its host before it does.";

static const char *const metrics[] = {"bandwidth_GBps", "time_us", "mean_latency_us", "mean_wait_us", NULL};

const lw_work_kind lw_work_dma = {
    .type = {.name = "dma",
             .summary = "many small DMA transfers at once, as network cards do",
             .page = page,
             .example = "{kind: dma, device: gpu, host: host, op: read, bytes: 256 B, count: 1000}",
             .options = options,
             .params_size = sizeof(dma_params),
             .check = check},
    .metrics = metrics,
    .expand = expand,
};
