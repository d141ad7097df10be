// SPDX-License-Identifier: GPL-3.0-or-later
// Fabrics by hand, and their answer once both engines agree on it.
#ifndef LW_TEST_ENGINE_HELPERS_H
#define LW_TEST_ENGINE_HELPERS_H

#include "helpers.h"
#include "sim/engine/engine.h"

// Picoseconds that a byte takes: 1e12 / (bytes per second), exactly.
static const lw_fraction TB_1 = {1, 1};           // 1 TB/s
static const lw_fraction GB_1 = {1000, 1};        // 1 GB/s
static const lw_fraction GB_64 = {125, 8};        // 64 GB/s: 15.625
static const lw_fraction GB_450 = {20, 9};        // 450 GB/s: 2.222...
static const lw_fraction GEN5_X16 = {8125, 512};  // 32 GT/s x 16 lanes x 128/130 = 63.015 GB/s (PCIe 5.0, section 4.2.2)
static const lw_fraction TB_1_8 = {5, 9};         // 1.8 TB/s: less than a picosecond a byte

// What bytes take on a wire, rounded down once.
static inline int64_t wire_ps(lw_fraction ps_per_byte, int64_t bytes) {
    return (int64_t)((lw_int128)bytes * ps_per_byte.num / ps_per_byte.den);
}

static inline lw_server line(lw_fraction ps_per_byte, int64_t latency_ps) {
    return (lw_server){.name = "line", .ps_per_byte = ps_per_byte, .latency_ps = latency_ps, .opposite = LW_NO_SERVER};
}

static inline lw_hop over(uint32_t server) {
    return (lw_hop){.server = server, .granule_bytes = 1};
}

static inline lw_task delay(int64_t duration_ps) {
    return (lw_task){.name = "delay", .kind = LW_TASK_DELAY, .resource = LW_NO_SERVER, .duration_ps = duration_ps};
}

static inline lw_task writes(const lw_hop *path, size_t hops, int64_t bytes, int64_t packet_bytes) {
    return (lw_task){.name = "write",
                     .kind = LW_TASK_WRITE,
                     .resource = LW_NO_SERVER,
                     .bytes = bytes,
                     .packet_bytes = packet_bytes,
                     .data = path,
                     .data_count = hops,
                     .data_kind = LW_PACKET_WRITE};
}

// Requests go over `request` (NULL: no path), one hop each way.
static inline lw_task reads(const lw_hop *request, const lw_hop *data, int64_t bytes, int64_t request_bytes,
                            int64_t packet_bytes) {
    lw_task task = writes(data, 1, bytes, packet_bytes);
    task.name = "read";
    task.kind = LW_TASK_READ;
    task.data_kind = LW_PACKET_COMPLETION;
    task.request = request;
    task.request_count = request != NULL;
    task.request_bytes = request_bytes;
    task.tags = LW_TAGS_INFINITE;
    return task;
}

#define assert_same(field) assert_int_equal(a->field, b->field)

// The same answer, picosecond for picosecond and byte for byte; only the work done for it may differ.
static inline void assert_same_result(const lw_fabric *fabric, const lw_engine_result *one, const lw_engine_result *other) {
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task_result *a = &one->task[t];
        const lw_task_result *b = &other->task[t];
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
        hops += result->task[t].packets * (int64_t)task->data_count;
        bytes += task->bytes * (int64_t)task->data_count;
        if (task->kind == LW_TASK_READ) {
            int64_t requests = task->bytes / task->request_bytes + (task->bytes % task->request_bytes > 0);
            hops += requests * (int64_t)task->request_count;
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
    assert_int_equal(lw_engine_run(fabric, engine, seed, NULL, test->arena, &result, NULL), LW_OK);
    assert_all_passed(fabric, &result);
    return result;
}

static inline lw_engine_result run_fabric(lw_test *test, const lw_fabric *fabric, uint64_t seed) {
    lw_engine_result fast = run_one(test, fabric, LW_ENGINE_PACKET, seed);
    lw_engine_result exact = run_one(test, fabric, LW_ENGINE_PACKET_EXACT, seed);
    assert_same_result(fabric, &fast, &exact);
    return fast;
}

// Servers and tasks given as arrays, no resources.
#define RUN(test, servers, tasks) run_fabric((test), &(lw_fabric){(servers), COUNT(servers), (tasks), COUNT(tasks), NULL, 0}, 1)

#endif
