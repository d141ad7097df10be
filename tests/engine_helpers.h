// SPDX-License-Identifier: GPL-3.0-or-later
// Fabrics by hand, and their answer once both engines agree on it.
#ifndef LW_TEST_ENGINE_HELPERS_H
#define LW_TEST_ENGINE_HELPERS_H

#include "helpers.h"
#include "sim/engine/engine.h"

// Picoseconds that a byte takes: 1e12 / (bytes per second), exactly.
static const lw_fraction TB_1 = {1, 1};     // 1 TB/s
static const lw_fraction GB_1 = {1000, 1};  // 1 GB/s
static const lw_fraction GB_64 = {125, 8};  // 64 GB/s: 15.625
static const lw_fraction GB_450 = {20, 9};  // 450 GB/s: 2.222...
// 32 GT/s x 16 lanes x 128/130 = 63.015 GB/s (PCIe 5.0, section 4.2.2)
static const lw_fraction GEN5_X16 = {8125, 512};
static const lw_fraction TB_1_8 = {5, 9};  // 1.8 TB/s: less than a picosecond a byte

// What bytes take on a wire, rounded down once.
static inline int64_t wire_ps(lw_fraction ps_per_byte, int64_t bytes) {
    return (int64_t)((lw_int128)bytes * ps_per_byte.num / ps_per_byte.den);
}

static inline lw_server line(lw_fraction ps_per_byte, int64_t latency_ps) {
    return (lw_server){.ps_per_byte = ps_per_byte, .latency_ps = latency_ps, .opposite = LW_NO_SERVER};
}

static inline lw_hop over(uint32_t server) {
    return (lw_hop){.server = server, .granule_bytes = 1};
}

// A task with a flow of its own; a delay has none.
typedef struct job {
    lw_flow flow;
    lw_task task;
} job;

static inline job delay(int64_t duration_ps) {
    return (job){.task = {.flow = LW_NO_FLOW,
                          .acquires = LW_NO_RESOURCE,
                          .releases = LW_NO_RESOURCE,
                          .gate = LW_NO_TASK,
                          .submit_ps = duration_ps}};
}

static inline job writes(const lw_hop *path, size_t hops, int64_t bytes, int64_t packet_bytes) {
    return (job){.flow = {.kind = LW_FLOW_WRITE,
                          .packet_bytes = packet_bytes,
                          .data = path,
                          .data_count = hops,
                          .data_kind = LW_PACKET_WRITE},
                 .task = {.acquires = LW_NO_RESOURCE, .releases = LW_NO_RESOURCE, .gate = LW_NO_TASK, .bytes = bytes}};
}

// Requests go over `request` (NULL: no path), one hop per direction.
static inline job reads(const lw_hop *request, const lw_hop *data, int64_t bytes, int64_t request_bytes, int64_t packet_bytes) {
    job read = writes(data, 1, bytes, packet_bytes);
    read.flow.kind = LW_FLOW_READ;
    read.flow.data_kind = LW_PACKET_COMPLETION;
    read.flow.request = request;
    read.flow.request_count = request != NULL;
    read.flow.request_bytes = request_bytes;
    read.flow.tags = LW_TAGS_INFINITE;
    return read;
}

// An iteration of a loop of so many waits for one of another task in the same loop.
static inline lw_need need_of(uint32_t task, uint32_t distance, int64_t iterations) {
    return (lw_need){.task = task, .distance = distance, .own = 1, .other = 1, .window = iterations, .first = INT64_MAX};
}

// Without resources, in the arena of the test.
static inline lw_fabric fabric_of(lw_test *test, const lw_server *server, size_t servers, const job *jobs, size_t count) {
    lw_flow *flow = LW_NEW_ARRAY(test->arena, lw_flow, count);
    lw_task *task = LW_NEW_ARRAY(test->arena, lw_task, count);
    assert_non_null(flow);
    assert_non_null(task);
    uint32_t flows = 0;
    for (size_t i = 0; i < count; i++) {
        task[i] = jobs[i].task;
        if (task[i].flow != LW_NO_FLOW) {
            task[i].flow = flows;
            flow[flows++] = jobs[i].flow;
        }
    }
    return (lw_fabric){
        .server = server, .server_count = servers, .flow = flow, .flow_count = flows, .task = task, .task_count = count};
}

#define assert_same(field) assert_int_equal(a->field, b->field)

// The same answer, picosecond for picosecond and byte for byte; only the work done for it may
// differ.
static inline void assert_same_result(const lw_fabric *fabric, const lw_engine_result *one, const lw_engine_result *other) {
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task_result *a = &one->task[t];
        const lw_task_result *b = &other->task[t];
        assert_same(ready_ps);
        assert_same(watched_ps);
        assert_same(start_ps);
        assert_same(first_ps);
        assert_same(delivered_ps);
        assert_same(end_ps);
        assert_same(packets);
        assert_same(wait_ps);
        assert_same(window_stall_ps);
        assert_same(busiest);
        assert_true(a->busiest_share == b->busiest_share);
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        const lw_server_result *a = &one->server[s];
        const lw_server_result *b = &other->server[s];
        assert_same(busy_ps);
        assert_same(packets);
        assert_same(wire_bytes);
        assert_same(payload_bytes);
        assert_same(control_bytes);
        assert_same(replays);
    }
    const lw_engine_result *a = one;
    const lw_engine_result *b = other;
    assert_same(end_ps);
    assert_same(packets);
    assert_same(packet_hops);
}

// Each packet and request passes each server of its path once, and so does each byte.
static inline void assert_all_passed(const lw_fabric *fabric, const lw_engine_result *result) {
    int64_t hops = 0;
    int64_t bytes = 0;
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task *task = &fabric->task[t];
        if (task->flow == LW_NO_FLOW) {
            continue;
        }
        const lw_flow *flow = &fabric->flow[task->flow];
        hops += result->task[t].packets * (int64_t)flow->data_count;
        for (int64_t i = 0; i < lw_task_count(task); i++) {
            const int64_t own = lw_task_bytes(task, i);
            bytes += own * (int64_t)flow->data_count;
            if (flow->kind == LW_FLOW_READ) {
                hops += (own / flow->request_bytes + (own % flow->request_bytes > 0)) * (int64_t)flow->request_count;
            }
        }
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        hops -= result->server[s].packets;
        bytes -= result->server[s].payload_bytes;
    }
    assert_int_equal(hops, 0);
    assert_int_equal(bytes, 0);
}

static inline lw_engine_result run_one(lw_test *test, const lw_fabric *fabric, lw_engine engine, uint64_t seed) {
    lw_engine_result result = {0};
    assert_int_equal(lw_engine_run(fabric, &(const lw_engine_how){.engine = engine, .seed = seed}, test->arena, &result), LW_OK);
    assert_all_passed(fabric, &result);
    return result;
}

static inline lw_engine_result run_fabric(lw_test *test, const lw_fabric *fabric, uint64_t seed) {
    lw_engine_result fast = run_one(test, fabric, LW_ENGINE_PACKET, seed);
    lw_engine_result exact = run_one(test, fabric, LW_ENGINE_PACKET_EXACT, seed);
    assert_same_result(fabric, &fast, &exact);
    return fast;
}

static inline lw_engine_result run_jobs(lw_test *test, const lw_server *server, size_t servers, const job *jobs, size_t count) {
    const lw_fabric fabric = fabric_of(test, server, servers, jobs, count);
    return run_fabric(test, &fabric, 1);
}

// Servers and jobs given as arrays.
#define RUN(test, servers, jobs) run_jobs((test), (servers), COUNT(servers), (jobs), COUNT(jobs))

#endif
