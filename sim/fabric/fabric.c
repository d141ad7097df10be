// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs -> tasks.
#include "sim/fabric/fabric.h"

#include <assert.h>
#include <math.h>

#include "sim/fabric/builder.h"

// Tasks of one job as they are made.
typedef struct {
    lw_builder *builder;
    lw_built *plan;
    lw_built_workload *job;
    uint32_t gate;  // task that the first task of each member waits for; LW_NO_SERVER: none
    bool *planned;  // one a job
} emitter;

#define NO_TASK LW_NO_SERVER

// The most that a job, or a task, may move: sums of few such numbers fit 64 bits.
static const int64_t bytes_max = INT64_C(1) << 62;
static const int64_t ps_per_s = 1000000000000;

// Add a task that waits for up to two others (NO_TASK: no one).
static lw_status emit(emitter *e, lw_task task, uint32_t first, uint32_t second, uint32_t *out) {
    lw_builder *builder = e->builder;
    if (builder->task.count >= LW_TASKS_MAX) {
        return lw_error(builder->diags, e->job->job->place, "lower repeat or count, or raise staging_bytes",
                        "workloads.%s takes the run over %d steps", e->job->job->name, LW_TASKS_MAX);
    }
    uint32_t *list = LW_NEW_ARRAY(builder->arena, uint32_t, 2);
    if (list == NULL) {
        return LW_NO_MEMORY;
    }
    task.name = e->job->job->name;
    task.after_count = 0;
    if (first != NO_TASK) {
        list[task.after_count++] = first;
    }
    if (second != NO_TASK) {
        list[task.after_count++] = second;
    }
    task.after = list;
    uint32_t index = (uint32_t)builder->task.count;
    lw_task *added = LW_LIST_ADD(&builder->task, lw_task, builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = task;
    *out = index;
    return LW_OK;
}

// Payload that the job delivers: `times` transfers of `bytes`.
static lw_status count_bytes(emitter *e, int64_t bytes, int64_t times) {
    const lw_workload *job = e->job->job;
    lw_int128 sum = (lw_int128)bytes * times + e->job->bytes;
    if (sum > bytes_max) {
        return lw_error(e->builder->diags, lw_workload_place(job, "bytes"), "ask for less",
                        "workloads.%s moves more than 2^62 bytes", job->name);
    }
    e->job->bytes = (int64_t)sum;
    return LW_OK;
}

// Times and sizes that the engine cannot count, so that it will refuse to run, are cut to one that it cannot count either.
static const int64_t beyond = INT64_C(1) << 61;

static int64_t cut(lw_int128 value) {
    return value < beyond ? (int64_t)value : beyond;
}

static int64_t repeated_ps(int64_t time_ps, int64_t times) {
    return cut((lw_int128)time_ps * times);
}

static lw_status emit_delay(emitter *e, int64_t duration_ps, uint32_t after, uint32_t *out) {
    lw_task delay = {.kind = LW_TASK_DELAY, .resource = LW_NO_SERVER, .duration_ps = duration_ps};
    return emit(e, delay, after, NO_TASK, out);
}

// ---- Copies ----

// A copy in one or two steps: `first` fills a bounce buffer that `second` empties, chunk by chunk.
typedef struct {
    lw_transfer first, second;
    bool staged;
    int64_t chunk_bytes;
    int buffers;
    int64_t finish_ps;  // from the last byte of a call to the caller knowing
} copy_way;

// All chunks of a staged copy: a buffer is filled again when it has been emptied.
static lw_status emit_staged(emitter *e, const copy_way *way, int64_t bytes, uint32_t start, uint32_t *end) {
    uint32_t filled = NO_TASK, emptied[2] = {NO_TASK, NO_TASK};  // the last fill; the last two drains, newest first
    int64_t done = 0;
    do {
        int64_t chunk = bytes - done < way->chunk_bytes ? bytes - done : way->chunk_bytes;
        lw_task fill = way->first.task, drain = way->second.task;
        fill.bytes = drain.bytes = chunk;
        drain.finish_ps += done + chunk == bytes ? way->finish_ps : 0;
        uint32_t wait = done == 0 ? start : filled;
        LW_TRY(emit(e, fill, wait, emptied[way->buffers - 1], &filled));
        uint32_t drained;
        LW_TRY(emit(e, drain, filled, emptied[0], &drained));
        emptied[1] = emptied[0];
        emptied[0] = drained;
        done += chunk;
    } while (done < bytes);
    *end = emptied[0];
    return LW_OK;
}

// The host whose memory a bounced copy goes through: the one nearest to both ends.
static lw_status nearest_host(const lw_builder *builder, const uint32_t pair[2], uint32_t *out) {
    lw_int128 best = -1;
    for (uint32_t d = 0; d < builder->system->device_count; d++) {
        if (builder->system->device[d].spec->kind != LW_NODE_HOST) {
            continue;
        }
        lw_int128 sum = 0;
        lw_status found = LW_OK;
        for (int i = 0; i < 2 && found == LW_OK; i++) {
            lw_route route = {0};
            found = lw_route_find(builder->system, pair[i], d, NULL, 0, builder->arena, &route);
            sum += route.latency_ps;
        }
        if (found == LW_NO_MEMORY) {
            return found;
        }
        if (found == LW_OK && (best < 0 || sum < best)) {
            best = sum;
            *out = d;
        }
    }
    return best >= 0 ? LW_OK : LW_BAD_INPUT;
}

// Does the device copy by itself, or must somebody call a core?
static bool has_engine(const lw_node *device) {
    return device->spec->kind == LW_NODE_GPU || device->spec->kind == LW_NODE_NIC;
}

static bool goes_through_host(const lw_machine *system, lw_workload *job, const uint32_t pair[2]) {
    const lw_node *from = &system->device[pair[0]], *to = &system->device[pair[1]];
    if (from->spec->kind != LW_NODE_GPU || to->spec->kind != LW_NODE_GPU) {
        return false;
    }
    int choice = LW_WORKLOAD_GET(job, p2p);
    if (choice != LW_CHOICE_AUTO) {
        return choice == LW_CHOICE_FALSE;
    }
    bool both = LW_NODE_GET(from, p2p);
    return !(LW_NODE_GET(to, p2p) && both);
}

// The bounce buffers belong to the driver of the device that calls.
static void set_staging(const lw_node *caller, copy_way *way) {
    way->staged = true;
    way->chunk_bytes = LW_NODE_GET(caller, staging_bytes);
    if (way->chunk_bytes == LW_AUTO) {
        way->chunk_bytes = INT64_MAX;
    }
    way->buffers = LW_NODE_GET(caller, staging_overlap) ? 2 : 1;
}

static lw_status engine_of(lw_builder *builder, lw_ends ends, lw_transfer *transfer) {
    return lw_slots_of_engine(builder, ends.executor, ends.executor == ends.sink, &transfer->task.resource);
}

// From GPU to GPU through host memory: the first writes the buffer, the second reads it.
static lw_status choose_bounce(lw_builder *builder, lw_workload *job, const uint32_t pair[2], copy_way *way) {
    uint32_t host = 0;
    lw_status found = nearest_host(builder, pair, &host);
    if (found == LW_BAD_INPUT) {
        return lw_error(builder->diags, lw_workload_place(job, "p2p"), "add a host that both reach, or set p2p: true",
                        "workloads.%s needs a host to bounce through", job->name);
    }
    LW_TRY(found);
    lw_ends out, in;
    LW_TRY(lw_transfer_ends(builder, job, pair[0], host, &out));
    LW_TRY(lw_transfer_ends(builder, job, host, pair[1], &in));
    LW_TRY(lw_transfer_dma(builder, job, out, lw_workload_place(job, "from"), &way->first));
    LW_TRY(lw_transfer_dma(builder, job, in, lw_workload_place(job, "to"), &way->second));
    LW_TRY(engine_of(builder, out, &way->first));
    LW_TRY(engine_of(builder, in, &way->second));
    const lw_node *caller = &builder->system->device[pair[0]];
    set_staging(caller, way);
    way->finish_ps = LW_NODE_GET(caller, finish_ps);
    way->first.submit_ps =
        way->first.guest_wait_ps + lw_node_submit_ps(caller, (lw_api)LW_WORKLOAD_GET(job, api), LW_CALL_PINNED);
    way->second.task.submit_ps = LW_NODE_GET(&builder->system->device[pair[1]], submit_bounce_ps);
    return LW_OK;
}

static lw_status choose_way(lw_builder *builder, lw_workload *job, const uint32_t pair[2], copy_way *way) {
    const lw_machine *system = builder->system;
    *way = (copy_way){.chunk_bytes = INT64_MAX, .buffers = 1};
    if (goes_through_host(system, job, pair)) {
        return choose_bounce(builder, job, pair, way);
    }
    lw_ends ends;
    LW_TRY(lw_transfer_ends(builder, job, pair[0], pair[1], &ends));
    const lw_node *executor = &system->device[ends.executor];
    uint32_t other = ends.executor == pair[0] ? pair[1] : pair[0];
    bool by_engine = has_engine(executor);
    bool at_end = ends.executor == ends.source || ends.executor == ends.sink;  // what crosses a network lies in registered memory
    bool pageable =
        by_engine && at_end && system->device[other].spec->kind == LW_NODE_HOST && LW_WORKLOAD_GET(job, pageable) == 1;
    lw_transfer dma;
    LW_TRY(lw_transfer_dma(builder, job, ends, lw_workload_place(job, "to"), &dma));
    LW_TRY(engine_of(builder, ends, &dma));
    if (by_engine) {
        lw_call call = !pageable ? LW_CALL_PINNED : ends.executor == ends.sink ? LW_CALL_PAGEABLE : LW_CALL_PAGEABLE_D2H;
        dma.submit_ps = dma.guest_wait_ps + lw_node_submit_ps(executor, (lw_api)LW_WORKLOAD_GET(job, api), call);
        way->finish_ps = LW_NODE_GET(executor, finish_ps);
    }
    way->first = dma;
    if (pageable) {
        lw_transfer core;
        LW_TRY(lw_transfer_core(builder, job, other, &core));
        dma.task.submit_ps = LW_NODE_GET(executor, submit_chunk_ps);
        bool reading = ends.executor == ends.sink;
        core.submit_ps = dma.submit_ps;
        way->first = reading ? core : dma;
        way->second = reading ? dma : core;
        set_staging(executor, way);
    }
    return LW_OK;
}

// One member of a copy job, `repeat` times. Without overlap each call waits for the copy before it; with it the calls run ahead.
static lw_status emit_copy(emitter *e, const copy_way *way, int64_t bytes) {
    lw_workload *job = e->job->job;
    int64_t repeat = LW_WORKLOAD_GET(job, repeat);
    bool overlap = repeat > 1 && LW_WORKLOAD_GET(job, overlap);
    uint32_t called = e->gate, ended = NO_TASK;
    for (int64_t i = 0; i < repeat; i++) {
        uint32_t wait = overlap || ended == NO_TASK ? called : ended;
        uint32_t start = wait;
        if (way->first.submit_ps > 0) {
            LW_TRY(emit_delay(e, way->first.submit_ps, wait, &start));
            called = start;
        }
        if (way->staged) {
            LW_TRY(emit_staged(e, way, bytes, start, &ended));
            continue;
        }
        lw_task task = way->first.task;
        task.bytes = bytes;
        task.finish_ps += overlap && i + 1 < repeat ? 0 : way->finish_ps;
        LW_TRY(emit(e, task, start, overlap ? ended : NO_TASK, &ended));
    }
    return LW_OK;
}

// What the first pair's copies cost, for the report.
static void set_copy_costs(const lw_builder *builder, const copy_way *way, int64_t bytes, lw_built_workload *plan) {
    const lw_workload_params *params = &plan->job->params;
    int64_t calls = params->overlap ? 1 : params->repeat;  // that one waits for
    int64_t piece_bytes = bytes < way->chunk_bytes ? bytes : way->chunk_bytes;
    const lw_transfer *last = way->staged ? &way->second : &way->first;
    bool dma_second = way->staged && way->first.slowest == LW_NO_SERVER;
    plan->transfer = dma_second ? way->second : way->first;
    int64_t second_ps = way->staged ? lw_transfer_latency_ps(builder, &way->second, piece_bytes) : 0;
    plan->submit_ps = repeated_ps(way->first.submit_ps + (way->staged ? 0 : way->first.task.submit_ps), calls);
    plan->finish_ps = repeated_ps(last->task.finish_ps + way->finish_ps, calls);
    plan->latency_ps = repeated_ps(cut((lw_int128)lw_transfer_latency_ps(builder, &way->first, piece_bytes) + second_ps), calls);
}

static lw_status plan_copy(emitter *e) {
    lw_workload *job = e->job->job;
    int64_t bytes = LW_WORKLOAD_GET(job, bytes);
    for (size_t i = 0; i < job->pair_count; i++) {
        copy_way way;
        LW_TRY(choose_way(e->builder, job, job->pair[i], &way));
        if (LW_WORKLOAD_GET(job, in_switch) != LW_IN_SWITCH_NONE) {
            int64_t submit_ps = way.first.submit_ps;
            LW_TRY(lw_transfer_share(e->builder, job, i == 0, &way.first));
            // The copies of a multicast start together, after the one call.
            way.first.task.submit_ps += job->params.in_switch == LW_IN_SWITCH_MULTICAST && i > 0 ? submit_ps : 0;
        }
        LW_TRY(count_bytes(e, bytes, job->params.repeat));
        LW_TRY(emit_copy(e, &way, bytes));
        if (i == 0) {
            set_copy_costs(e->builder, &way, bytes, e->job);
        }
    }
    return LW_OK;
}

// ---- Streams ----

// To the nearest ps: cut off, every gap of small packets would offer more than was asked for. bytes: at most 2^62.
static int64_t gap_of_rate(int64_t bytes, lw_int128 rate_Bps) {
    return cut(((lw_int128)bytes * ps_per_s + rate_Bps / 2) / rate_Bps);
}

static lw_status plan_stream(emitter *e) {
    lw_built_workload *plan = e->job;
    lw_workload *job = plan->job;
    for (size_t i = 0; i < job->pair_count; i++) {
        lw_ends ends = {job->pair[i][0], job->pair[i][1], job->pair[i][0]};
        lw_transfer transfer;
        LW_TRY(lw_transfer_dma(e->builder, job, ends, lw_workload_place(job, "to"), &transfer));
        lw_task task = transfer.task;
        int64_t packet = LW_WORKLOAD_GET(job, packet_bytes);
        if (packet != LW_AUTO && packet > task.packet_bytes) {
            return lw_error(e->builder->diags, lw_workload_place(job, "packet"), "ask for less, or raise mps of the link",
                            "workloads.%s: packets on this way carry at most %lld B", job->name, (long long)task.packet_bytes);
        }
        task.packet_bytes = packet != LW_AUTO ? packet : task.packet_bytes;
        task.bytes = LW_WORKLOAD_GET(job, bytes);
        task.arrivals = (lw_arrivals)LW_WORKLOAD_GET(job, arrivals);
        if (task.arrivals != LW_ARRIVALS_BACKLOG) {
            int64_t gap = LW_WORKLOAD_GET(job, gap_ps), rate = LW_WORKLOAD_GET(job, rate_Bps);
            task.gap_ps = gap != LW_AUTO ? gap : gap_of_rate(task.packet_bytes, rate);
        }
        uint32_t ended;
        LW_TRY(emit(e, task, e->gate, NO_TASK, &ended));
        if (i == 0) {
            plan->transfer = transfer;
            plan->latency_ps =
                lw_transfer_latency_ps(e->builder, &transfer, task.bytes < task.packet_bytes ? task.bytes : task.packet_bytes);
            plan->finish_ps = task.finish_ps;
        }
        LW_TRY(count_bytes(e, task.bytes, 1));
    }
    return LW_OK;
}

// ---- Small transfers of DMA engines ----

// The rate at which they come; LW_AUTO: all are there at once.
static int64_t rate_of_arrivals(lw_workload *job) {
    bool given = job->params.rate_Bps != LW_AUTO;
    return given && LW_WORKLOAD_GET(job, arrivals) != LW_ARRIVALS_BACKLOG ? LW_WORKLOAD_GET(job, rate_Bps) : LW_AUTO;
}

// So many writes of n bytes, under way at once, keep an idle way full; more would only have more turns than others at its links.
static int64_t writes_on_the_way(const lw_builder *builder, const lw_transfer *transfer, int64_t n) {
    double one_ps = (double)n / transfer->waterfall.rate_Bps[LW_STAGE_RETRY] * 1e12;
    double alone_ps = (double)lw_transfer_latency_ps(builder, transfer, n) + one_ps + (double)transfer->task.finish_ps;
    return 1 + (int64_t)fmin(ceil(alone_ps / one_ps), LW_TASKS_MAX);
}

// `count` transfers of n bytes each. Where they cut into equal packets and requests they are one long task; else one task each,
// and slots keep as many under way as the tags allow. Writes need no tags, so that a bound on them takes slots whatever their
// size. all: `count` and others beside it, which share the rate.
static lw_status emit_small(emitter *e, lw_transfer *transfer, int64_t n, int64_t count, int64_t all) {
    lw_workload *job = e->job->job;
    lw_task task = transfer->task;
    bool reading = task.kind == LW_TASK_READ;
    int64_t packet = task.packet_bytes, request = task.request_bytes, rate = rate_of_arrivals(job);
    bool uniform = n <= packet || (!reading && n % packet == 0) || (reading && n <= request && n % packet == 0) ||
                   (reading && n % request == 0 && request % packet == 0);
    int64_t writes = reading ? count : writes_on_the_way(e->builder, transfer, n);
    // What arrives by itself does not wait for its turn.
    int64_t outstanding = reading || rate == LW_AUTO ? LW_WORKLOAD_GET(job, outstanding) : LW_AUTO;
    int64_t requests = n <= request ? 1 : (n - 1) / request + 1;
    uint32_t ended;
    if (uniform && (reading || outstanding == LW_AUTO || outstanding >= count || outstanding >= writes)) {
        task.bytes = n * count;
        task.packet_bytes = n < packet ? n : packet;
        task.request_bytes = n < request ? n : request;
        if (outstanding != LW_AUTO && outstanding < task.tags / requests) {
            task.tags = outstanding * requests;
        }
        if (rate != LW_AUTO) {
            task.arrivals = (lw_arrivals)job->params.arrivals;
            int64_t piece_bytes = reading ? task.request_bytes : task.packet_bytes;  // <= n; n * all was counted
            task.gap_ps = gap_of_rate(piece_bytes * all, (lw_int128)rate * count);
        }
        transfer->task = task;
        return emit(e, task, e->gate, NO_TASK, &ended);
    }
    if (rate != LW_AUTO) {
        return lw_error(e->builder->diags, lw_workload_place(job, "rate"),
                        "take bytes that cut into equal packets, or leave rate out",
                        "workloads.%s: transfers of %lld B cannot be paced", job->name, (long long)n);
    }
    int64_t slots = writes;
    slots = reading && task.tags != LW_TAGS_INFINITE ? task.tags / requests : slots;
    if (outstanding != LW_AUTO && outstanding < slots) {
        slots = outstanding;
        e->job->writes_under_way = reading ? 0 : outstanding;
    }
    LW_TRY(lw_slots_new(e->builder, slots > 0 ? slots : 1, &task.resource));
    task.bytes = n;
    for (int64_t i = 0; i < count; i++) {
        LW_TRY(emit(e, task, e->gate, NO_TASK, &ended));
    }
    return LW_OK;
}

static lw_status plan_dma(emitter *e) {
    lw_built_workload *plan = e->job;
    lw_workload *job = plan->job;
    int op = LW_WORKLOAD_GET(job, op);
    int64_t n = LW_WORKLOAD_GET(job, bytes), count = LW_WORKLOAD_GET(job, count);
    for (size_t i = 0; i < job->pair_count; i++) {
        uint32_t device = job->pair[i][0], host = job->pair[i][1];
        for (int writing = 0; writing < 2; writing++) {
            if ((writing == 1 && op == LW_DMA_READ) || (writing == 0 && op == LW_DMA_WRITE)) {
                continue;
            }
            lw_ends ends = writing ? (lw_ends){device, host, device} : (lw_ends){host, device, device};
            lw_transfer transfer;
            int64_t asking = 0;  // those of `count` for which the device asks first, where it does not for all
            if (device == host) {
                double share;
                LW_TRY(lw_own_share(e->builder, job, device, &share));
                asking = share < 1 && LW_WORKLOAD_GET(job, outstanding) == LW_AUTO ? llround(share * (double)count) : 0;
                LW_TRY(lw_transfer_own(e->builder, job, device, writing, asking > 0 ? 1 : share, &transfer));
            } else {
                LW_TRY(lw_transfer_dma(e->builder, job, ends, lw_workload_place(job, "host"), &transfer));
            }
            if (writing == (op == LW_DMA_WRITE)) {  // both: counted one way
                LW_TRY(count_bytes(e, n, count));
            }
            if (asking > 0 && asking < count) {
                lw_transfer rest;
                LW_TRY(lw_transfer_own(e->builder, job, device, writing, 0, &rest));
                LW_TRY(emit_small(e, &rest, n, count - asking, count));
            }
            LW_TRY(emit_small(e, &transfer, n, asking > 0 ? asking : count, count));
            if (i == 0 && writing == (op == LW_DMA_WRITE)) {
                plan->transfer = transfer;
                plan->latency_ps = lw_transfer_latency_ps(e->builder, &transfer, n);
                plan->finish_ps = transfer.task.finish_ps;
            }
        }
    }
    return LW_OK;
}

static lw_status plan_read_latency(emitter *e) {
    lw_built_workload *plan = e->job;
    lw_workload *job = plan->job;
    int64_t bytes = LW_WORKLOAD_GET(job, bytes), repeat = LW_WORKLOAD_GET(job, repeat);
    for (size_t i = 0; i < job->pair_count; i++) {
        uint32_t device = job->pair[i][0], ended = e->gate;
        lw_transfer transfer;
        lw_ends ends = {job->pair[i][1], device, device};
        bool own = device == job->pair[i][1];
        if (own) {
            double share;
            LW_TRY(lw_own_share(e->builder, job, device, &share));
            LW_TRY(lw_transfer_own(e->builder, job, device, false, share, &transfer));
        } else {
            LW_TRY(lw_transfer_dma(e->builder, job, ends, lw_workload_place(job, "host"), &transfer));
        }
        lw_task task = transfer.task;
        const lw_node *reader = &e->builder->system->device[device];
        // An own load is one of the device's cores, not of its copy engine.
        task.submit_ps = 0;
        if (!own && has_engine(reader)) {
            int64_t store_Bps = LW_NODE_GET(reader, store_rate_Bps);
            task.submit_ps = LW_NODE_GET(reader, submit_ps);
            task.finish_ps += LW_NODE_GET(reader, finish_ps);
            task.finish_ps += store_Bps == LW_AUTO ? 0 : llround(fmin((double)bytes * 1e12 / (double)store_Bps, (double)beyond));
        }
        task.bytes = bytes;
        for (int64_t r = 0; r < repeat; r++) {
            LW_TRY(emit(e, task, ended, NO_TASK, &ended));
        }
        if (i == 0) {
            plan->transfer = transfer;
            plan->submit_ps = repeated_ps(task.submit_ps, repeat);
            plan->finish_ps = repeated_ps(task.finish_ps, repeat);
            plan->latency_ps = repeated_ps(lw_transfer_latency_ps(e->builder, &transfer, bytes), repeat);
        }
        LW_TRY(count_bytes(e, bytes, repeat));
    }
    return LW_OK;
}

// ---- Background load ----

static lw_status plan_memory_load(emitter *e, int64_t load_ps) {
    lw_built_workload *plan = e->job;
    lw_workload *job = plan->job;
    int64_t rate = LW_WORKLOAD_GET(job, rate_Bps), bytes = LW_WORKLOAD_GET(job, bytes), readers = LW_WORKLOAD_GET(job, count);
    plan->background = bytes == LW_AUTO;
    if (rate == 0) {
        return LW_OK;
    }
    for (size_t i = 0; i < job->pair_count; i++) {
        const lw_node *device = &e->builder->system->device[job->pair[i][0]];
        if (LW_NODE_GET(device, memory_rate_Bps) == LW_AUTO) {
            lw_warn(e->builder->diags, lw_workload_place(job, "node"), "give the node a memory_rate",
                    "workloads.%s has no effect: the memory of '%s' has no limit", job->name, device->name);
        }
        LW_TRY(lw_transfer_memory(e->builder, job, job->pair[i][0], &plan->transfer));
        lw_task task = plan->transfer.task;
        lw_int128 wanted = plan->background ? (lw_int128)rate * load_ps / ps_per_s : (lw_int128)bytes;
        wanted = wanted / readers + (wanted % readers != 0);
        task.bytes = wanted > bytes_max ? bytes_max : (int64_t)wanted;
        task.arrivals = LW_ARRIVALS_FIXED;
        task.gap_ps = gap_of_rate(cut((lw_int128)task.packet_bytes * readers), rate);
        LW_TRY(count_bytes(e, task.bytes, readers));
        for (int64_t r = 0; r < readers; r++) {
            uint32_t ended;
            LW_TRY(emit(e, task, e->gate, NO_TASK, &ended));
        }
    }
    return LW_OK;
}

// ---- All jobs ----

// One task that waits for all that the job waits for, so that members need to wait for one only.
static lw_status emit_gate(emitter *e) {
    const lw_workload *job = e->job->job;
    lw_builder *builder = e->builder;
    size_t count = 0;
    for (size_t i = 0; i < job->after_count; i++) {
        count += e->plan->job[job->after[i]].task_count;
    }
    e->gate = NO_TASK;
    if (count == 0 && job->params.start_ps == 0) {
        return LW_OK;
    }
    uint32_t *after = LW_NEW_ARRAY(builder->arena, uint32_t, count);
    if (after == NULL) {
        return LW_NO_MEMORY;
    }
    size_t used = 0;
    for (size_t i = 0; i < job->after_count; i++) {
        const lw_built_workload *other = &e->plan->job[job->after[i]];
        for (uint32_t t = 0; t < other->task_count; t++) {
            after[used++] = other->first_task + t;
        }
    }
    LW_TRY(emit_delay(e, 0, NO_TASK, &e->gate));
    lw_task *gate = &LW_LIST_ITEMS(&builder->task, lw_task)[e->gate];
    gate->start_ps = job->params.start_ps;
    gate->after = after;
    gate->after_count = used;
    return LW_OK;
}

static lw_status name_job(lw_builder *builder, lw_built_workload *plan) {
    const lw_workload *job = plan->job;
    if (job->kind == LW_WORKLOAD_MEMORY_LOAD || job->pair_count == 0) {
        return LW_OK;
    }
    // Data of a DMA read flow from the host to the device.
    bool reads = job->kind == LW_WORKLOAD_READ_LATENCY || (job->kind == LW_WORKLOAD_DMA && job->params.op != LW_DMA_WRITE);
    int source = reads ? 1 : 0;
    const lw_node *end[2];
    for (int i = 0; i < 2; i++) {
        end[i] = &builder->system->device[job->pair[0][i == 0 ? source : 1 - source]];
    }
    bool many = job->pair_count > 1;
    plan->direction = lw_arena_print(builder->arena, "%s->%s", many ? end[0]->spec->name : end[0]->name,
                                     many ? end[1]->spec->name : end[1]->name);
    lw_node_kind from = end[0]->spec->kind, to = end[1]->spec->kind;
    if (job->kind == LW_WORKLOAD_COPY && from == LW_NODE_HOST && to == LW_NODE_GPU) {
        plan->copy = "h2d";
    } else if (job->kind == LW_WORKLOAD_COPY && from == LW_NODE_GPU) {
        plan->copy = to == LW_NODE_HOST ? "d2h" : to == LW_NODE_GPU ? "d2d" : NULL;
    }
    return plan->direction == NULL ? LW_NO_MEMORY : LW_OK;
}

// What the job stands on, now that all keys have been asked for. A device on the way gives it nothing but time.
static lw_provenance take_grounds(lw_builder *builder) {
    const lw_machine *system = builder->system;
    lw_provenance sum = {LW_SPECIFIED, LW_SPECIFIED};
    for (size_t i = 0; i < system->spec_count; i++) {
        if (builder->part[i] != LW_TOUCH_NONE) {
            lw_provenance grounds = lw_node_provenance(&system->spec[i]);
            grounds.rate = builder->part[i] == LW_TOUCH_END ? grounds.rate : LW_SPECIFIED;
            lw_provenance_add(&sum, grounds);
        }
        builder->part[i] = LW_TOUCH_NONE;
    }
    for (size_t i = 0; i < system->link_count; i++) {
        if (builder->sends[i] != 0) {
            lw_provenance_add(&sum, lw_link_provenance(&system->link[i], builder->sends[i]));
        }
        builder->sends[i] = 0;
    }
    return sum;
}

static lw_status plan_job(emitter *e, uint32_t index, int64_t load_ps) {
    if (e->planned[index]) {
        return LW_OK;
    }
    e->planned[index] = true;
    lw_workload *job = &e->builder->system->job[index];
    for (size_t i = 0; i < job->after_count; i++) {
        LW_TRY(plan_job(e, job->after[i], load_ps));
    }
    e->job = &e->plan->job[index];
    *e->job = (lw_built_workload){.job = job,
                                  .first_task = (uint32_t)e->builder->task.count,
                                  .members = (int64_t)job->pair_count,
                                  .transfer = {.slowest = LW_NO_SERVER, .window = LW_NO_SERVER}};
    lw_workload_consult(job, offsetof(lw_workload_params, start_ps));
    LW_TRY(emit_gate(e));
    e->job->first_task = (uint32_t)e->builder->task.count;
    LW_TRY(name_job(e->builder, e->job));
    switch (job->kind) {
    case LW_WORKLOAD_COPY:
        LW_TRY(plan_copy(e));
        break;
    case LW_WORKLOAD_STREAM:
        LW_TRY(plan_stream(e));
        break;
    case LW_WORKLOAD_DMA:
        LW_TRY(plan_dma(e));
        break;
    case LW_WORKLOAD_READ_LATENCY:
        LW_TRY(plan_read_latency(e));
        break;
    case LW_WORKLOAD_MEMORY_LOAD:
        LW_TRY(plan_memory_load(e, load_ps));
        break;
    case LW_WORKLOAD_KINDS:
        assert(false && "no kind of job");
        break;
    }
    e->job->task_count = (uint32_t)e->builder->task.count - e->job->first_task;
    e->job->grounds = take_grounds(e->builder);
    return LW_OK;
}

lw_status lw_fabric_build(lw_machine *system, int64_t load_ps, lw_arena *arena, lw_diags *diags, lw_built *out) {
    lw_builder builder = {.system = system, .arena = arena, .diags = diags};
    LW_TRY(lw_builder_start(&builder));
    lw_built plan = {.system = system, .job = LW_NEW_ARRAY(arena, lw_built_workload, system->job_count)};
    emitter e = {.builder = &builder, .plan = &plan, .planned = LW_NEW_ARRAY(arena, bool, system->job_count)};
    if (plan.job == NULL || e.planned == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < system->job_count; i++) {
        LW_TRY(plan_job(&e, i, load_ps));
    }
    LW_TRY(lw_memories_rate(&builder));
    plan.fabric = (lw_fabric){.server = LW_LIST_ITEMS(&builder.server, lw_server),
                              .server_count = builder.server.count,
                              .task = LW_LIST_ITEMS(&builder.task, lw_task),
                              .task_count = builder.task.count,
                              .resource_slots = LW_LIST_ITEMS(&builder.resource, int64_t),
                              .resource_count = builder.resource.count};
    plan.server = LW_LIST_ITEMS(&builder.info, lw_server_info);
    plan.carries = builder.carries;
    plan.serves = builder.serves;
    *out = plan;
    return LW_OK;
}
