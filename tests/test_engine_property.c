// SPDX-License-Identifier: GPL-3.0-or-later
// The engine that jumps against the oracle that does not: random small fabrics must give the same
// picosecond, packet for packet. Failing cases print their number; LANEWISE_PROPERTY_CASES sets how
// many are drawn (default 2400), LANEWISE_PROPERTY_FIRST where.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/engine.h"
#include "sim/engine/flow/flow.h"
#include "sim/fabric/recording.h"

enum { SERVERS_MAX = 10, TASKS_MAX = 8, HOPS_MAX = 5, NEEDS_MAX = 4 };

typedef struct world {
    lw_fabric fabric;
    lw_server server[SERVERS_MAX];
    lw_flow flow[TASKS_MAX];
    lw_task task[TASKS_MAX];
    lw_hop hop[TASKS_MAX][2][HOPS_MAX];
    lw_need need[TASKS_MAX][NEEDS_MAX];
    uint32_t loop[2], end[2];  // tasks of an outer loop and of one in it, from .. up to
    int64_t times[2];          // iterations
    int64_t slots[2];
    uint64_t random;
    lw_engine_memory *memory;
} world;

static uint64_t next(world *w) {
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return w->random;
}
static int64_t draw(world *w, int64_t low, int64_t high) {
    return low + (int64_t)(next(w) % (uint64_t)(high - low + 1));
}
static bool chance(world *w, int percent) {
    return draw(w, 1, 100) <= percent;
}

// Rates as links have them: powers of two of a line code, flits, and a few odd ones.
static lw_fraction draw_rate(world *w) {
    static const lw_fraction common[] = {{8125, 32}, {8125, 64}, {8125, 128},    {8125, 512}, {125, 8},   {125, 16},
                                         {500, 59},  {4000, 1},  {100000, 1337}, {20, 9},     {1000, 27}, {35, 1}};
    return common[draw(w, 0, (int64_t)(sizeof common / sizeof *common) - 1)];
}

static void draw_server(world *w, uint32_t index) {
    lw_server *s = &w->server[index];
    *s = (lw_server){.ps_per_byte = draw_rate(w), .latency_ps = draw(w, 0, 3) * draw(w, 0, 400000), .opposite = LW_NO_SERVER};
    if (chance(w, 15)) {
        s->packet_ps = draw(w, 1, 30000);
    }
    if (chance(w, 20)) {
        s->role = chance(w, 60) ? LW_SERVER_FORWARD : LW_SERVER_MEMORY;
        return;
    }
    if (chance(w, 30)) {
        s->data_unit_bytes = 16;
        s->credit_return_ps = draw(w, 0, 300000);
        s->credit_on_arrival = chance(w, 30);
        for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
            s->credits[kind] = (lw_credits){draw(w, 2, 40), draw(w, 40, 900)};
        }
    }
    if (chance(w, 30)) {
        s->opposite = index ^ 1U;
        s->control_bytes = 16;
        s->control_interval_ps = draw(w, 10000, 200000);
        s->control_for_writes = chance(w, 30);
        s->control_by_timer = chance(w, 40);
    }
    if (chance(w, 10)) {
        s->outage_gap_ps = draw(w, 1000000, 90000000);
        s->outage_ps = draw(w, 100000, 9000000);
    }
    if (chance(w, 10)) {
        s->turnaround_ps = draw(w, 0, 200000);
    }
    if (chance(w, 12)) {
        s->error_probability = 1e-4 * (double)draw(w, 1, 30);
        s->error_unit_bytes = chance(w, 50) ? 256 : 64;
        s->replay = chance(w, 50) ? LW_REPLAY_GO_BACK_N : LW_REPLAY_SELECTIVE;
        s->replay_ps = draw(w, 0, 900000);
    }
}

static size_t draw_path(world *w, lw_hop *hop, int64_t overhead) {
    // Paths go up the server numbers or down, so that finite credits cannot wait in a circle.
    size_t count = (size_t)draw(w, 1, HOPS_MAX - 1);
    int64_t at = draw(w, 0, 3);
    size_t made = 0;
    for (size_t i = 0; i < count && at < SERVERS_MAX; i++) {
        hop[made++] = (lw_hop){.server = (uint32_t)at,
                               .overhead_bytes = overhead,
                               .granule_bytes = chance(w, 80) ? 1 : 16,
                               .store_forward = chance(w, 30),
                               .segment_bytes = chance(w, 20) ? draw(w, 1, 300) : 0,
                               .paces = chance(w, 10),
                               .back = chance(w, 30),
                               .buffer_packets = chance(w, 15) ? draw(w, 1, 20) : 0};
        at += draw(w, 1, 3);
    }
    return made;
}

static bool is_in(const world *w, uint32_t task, int loop) {
    return task >= w->loop[loop] && task < w->end[loop];
}

// Instances of a task in one iteration of the outer loop, of the inner one (loop: 0, 1), or at all (-1).
static int64_t instances(const world *w, uint32_t task, int loop) {
    int64_t count = 1;
    for (int l = loop + 1; l < 2; l++) {
        count *= is_in(w, task, l) ? w->times[l] : 1;
    }
    return count;
}

static void add_need(world *w, uint32_t index, uint32_t on, uint32_t distance) {
    lw_task *t = &w->task[index];
    int common = -1;
    while (common < 1 && is_in(w, index, common + 1) && is_in(w, on, common + 1)) {
        common++;
    }
    if (t->need_count == NEEDS_MAX || (common < 0 && distance > 0)) {
        return;
    }
    w->need[index][t->need_count++] = (lw_need){.task = on,
                                                .distance = distance,
                                                .own = instances(w, index, common),
                                                .other = instances(w, on, common),
                                                .window = common >= 0 ? w->times[common] : 1,
                                                .first = INT64_MAX};
}

// Tasks from one to another are a loop, some of them a loop in it, and most wait for an iteration
// before. Only the first iterations wait for what is outside.
static void draw_loops(world *w, uint32_t tasks) {
    w->loop[0] = (uint32_t)draw(w, 0, tasks - 1);
    w->end[0] = (uint32_t)draw(w, w->loop[0] + 1, tasks);
    w->loop[1] = (uint32_t)draw(w, w->loop[0], w->end[0] - 1);
    w->end[1] = chance(w, 40) ? (uint32_t)draw(w, w->loop[1] + 1, w->end[0]) : w->loop[1];
    w->times[0] = draw(w, 2, chance(w, 30) ? 200 : 20);
    w->times[1] = draw(w, 2, 12);
}

static void close_loops(world *w) {
    for (uint32_t i = w->loop[0]; i < w->end[0]; i++) {
        lw_task *t = &w->task[i];
        const int innermost = is_in(w, i, 1) ? 1 : 0;
        t->count = instances(w, i, -1);
        t->inner = w->times[innermost];
        t->bytes = t->bytes / (chance(w, 50) ? 40 : 12);
        t->last_bytes = chance(w, 50) ? t->bytes : draw(w, 0, 2 * t->bytes);
        t->last_finish_ps = chance(w, 50) ? t->finish_ps : draw(w, 0, 9000000);
        const uint32_t distance = (uint32_t)draw(w, 1, 3);
        int64_t first = INT64_MAX;
        if (chance(w, 80)) {
            add_need(w, i, i, distance);
            first = distance;
        }
        if (chance(w, 30)) {
            add_need(w, i, (uint32_t)draw(w, w->loop[innermost], w->end[innermost] - 1), (uint32_t)draw(w, 1, 3));
        }
        for (size_t n = 0; n < t->need_count; n++) {
            const bool outside = !is_in(w, w->need[i][n].task, innermost);
            w->need[i][n].first = outside ? first : INT64_MAX;
        }
    }
}

// Packets that come by themselves faster than the first server can take them, and many of them: the
// queue grows, and no arrival comes back to the phase of a start.
static void flood(world *w, uint32_t index) {
    lw_flow *f = &w->flow[index];
    const lw_fraction pace = w->server[f->data[0].server].ps_per_byte;
    f->arrivals = LW_ARRIVALS_FIXED;
    f->gap_ps = 1 + f->packet_bytes * pace.num / pace.den * draw(w, 20, 99) / 100;
    w->task[index].bytes = draw(w, 500, 6000) * f->packet_bytes - draw(w, 0, 60);
}

static void draw_task(world *w, uint32_t index) {
    lw_flow *f = &w->flow[index];
    lw_task *t = &w->task[index];
    static const int64_t packets[] = {64, 128, 256, 256, 512, 1000, 4096};
    int64_t packet = packets[draw(w, 0, 6)];
    bool writes = chance(w, 55);
    bool moves = writes || chance(w, 90);
    bool reads = moves && !writes;
    *f = (lw_flow){.kind = reads ? LW_FLOW_READ : LW_FLOW_WRITE,
                   .packet_bytes = packet,
                   .data = w->hop[index][0],
                   .data_kind = reads ? LW_PACKET_COMPLETION : LW_PACKET_WRITE,
                   .request = w->hop[index][1]};
    *t =
        (lw_task){.flow = moves ? index : LW_NO_FLOW, .acquires = LW_NO_RESOURCE, .releases = LW_NO_RESOURCE, .gate = LW_NO_TASK};
    t->bytes = chance(w, 5) ? 0 : draw(w, 1, chance(w, 30) ? 40 : 1500) * draw(w, 1, packet);
    t->start_ps = chance(w, 50) ? 0 : draw(w, 0, 40000000);
    t->submit_ps = chance(w, 50) ? 0 : draw(w, 0, 9000000);
    t->finish_ps = chance(w, 50) ? 0 : draw(w, 0, 9000000);
    if (!moves) {
        t->submit_ps += draw(w, 0, 9000000);
    }
    f->data_count = draw_path(w, w->hop[index][0], draw(w, 0, 30));
    if (reads) {
        f->request_count = chance(w, 85) ? draw_path(w, w->hop[index][1], 24) : 0;
        f->request_bytes = chance(w, 20) ? draw(w, 1, packet) : packet * draw(w, 1, 8);
        f->tags = chance(w, 20) ? LW_TAGS_INFINITE : draw(w, 1, 64);
        f->completer_ps = draw(w, 0, 500000);
    }
    if (chance(w, 12)) {
        f->arrivals = chance(w, 60) ? LW_ARRIVALS_FIXED : LW_ARRIVALS_POISSON;
        f->bounded = chance(w, 50);
        f->gap_ps = draw(w, 1000, 300000);
        if (chance(w, 50)) {
            flood(w, index);
        }
    }
    t->need = w->need[index];
    for (int64_t n = chance(w, 25) && index > 0 ? draw(w, 1, 2) : 0; n > 0; n--) {
        add_need(w, index, (uint32_t)draw(w, 0, index - 1), 0);
    }
    if (moves && chance(w, 15)) {
        t->flow = (uint32_t)draw(w, 0, index);
    }
    if (chance(w, 20)) {
        t->acquires = t->releases = (uint32_t)draw(w, 0, 1);
    }
}

// Three tasks of which the first takes a slot and the last gives it back, as a copy in parts does.
static void hold_slot_over(world *w, uint32_t first) {
    lw_task *t = &w->task[first];
    const uint32_t slots = (uint32_t)draw(w, 0, 1);
    for (uint32_t i = 0; i < 3; i++) {
        t[i].acquires = t[i].releases = LW_NO_RESOURCE;
        t[i].flow = i == 1 ? t[i].flow : LW_NO_FLOW;
        if (i > 0) {
            t[i].need_count = 0;
            add_need(w, first + i, first + i - 1, 0);
        }
    }
    t[0].acquires = t[2].releases = slots;
}

static void draw_world(world *w, uint64_t seed) {
    memset(w, 0, sizeof *w);
    w->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (int i = 0; i < 8; i++) {
        (void)next(w);
    }
    for (uint32_t s = 0; s < SERVERS_MAX; s++) {
        draw_server(w, s);
    }
    size_t tasks = (size_t)draw(w, 1, TASKS_MAX);
    const bool loops = chance(w, 50);
    if (loops) {
        draw_loops(w, (uint32_t)tasks);
    }
    for (uint32_t t = 0; t < tasks; t++) {
        draw_task(w, t);
    }
    if (tasks >= 3 && chance(w, 25)) {
        const uint32_t first = (uint32_t)draw(w, 0, (int64_t)tasks - 3);
        bool alike = true;
        for (int l = 0; l < 2; l++) {
            alike = alike && is_in(w, first, l) == is_in(w, first + 1, l) && is_in(w, first, l) == is_in(w, first + 2, l);
        }
        if (alike) {
            hold_slot_over(w, first);
        }
    }
    if (loops) {
        close_loops(w);
    }
    w->slots[0] = 1;
    w->slots[1] = 2;
    w->fabric = (lw_fabric){.server = w->server,
                            .server_count = SERVERS_MAX,
                            .flow = w->flow,
                            .flow_count = tasks,
                            .task = w->task,
                            .task_count = tasks,
                            .resource_slots = w->slots,
                            .resource_count = 2};
}

#define SAME(field)                                                                                                  \
    if (a.field != b.field) {                                                                                        \
        fprintf(stderr, "case %llu: " #field " %lld, oracle %lld\n", (unsigned long long)number, (long long)a.field, \
                (long long)b.field);                                                                                 \
        fail();                                                                                                      \
    }

static void compare(uint64_t number, const lw_fabric *fabric, const lw_engine_result *fast, const lw_engine_result *exact) {
    for (size_t t = 0; t < fabric->task_count; t++) {
        lw_task_result a = fast->task[t];
        lw_task_result b = exact->task[t];
        SAME(ready_ps)
        SAME(start_ps)
        SAME(queued_from_ps)
        SAME(queued_until_ps)
        SAME(queued_ps)
        SAME(phase_ps)
        SAME(watched_ps)
        SAME(first_ps)
        SAME(delivered_ps)
        SAME(end_ps)
        SAME(packets)
        SAME(wait_ps)
        SAME(window_stall_ps)
        SAME(busiest)
        const lw_flow *flow = fabric->task[t].flow != LW_NO_FLOW ? &fabric->flow[fabric->task[t].flow] : NULL;
        for (size_t h = 0; flow != NULL && h < flow->data_count + flow->request_count; h++) {
            SAME(load[h].busy_ps)
        }
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        lw_server_result a = fast->server[s];
        lw_server_result b = exact->server[s];
        SAME(busy_ps)
        SAME(packets)
        SAME(wire_bytes)
        SAME(payload_bytes)
        SAME(control_bytes)
        SAME(replays)
    }
    lw_engine_result a = *fast;
    lw_engine_result b = *exact;
    SAME(end_ps)
    SAME(packets)
    SAME(packet_hops)
}

static bool is_alike(const void *user, const lw_engine_span *span) {
    const lw_engine_span *wanted = user;
    const int64_t later_ps = wanted->end_ps - span->end_ps;
    return span->task == wanted->task && span->ready_ps + later_ps == wanted->ready_ps &&
           span->start_ps + later_ps == wanted->start_ps && span->first_ps + later_ps == wanted->first_ps &&
           span->delivered_ps + later_ps == wanted->delivered_ps && span->busy_ps == wanted->busy_ps &&
           span->stall_ps == wanted->stall_ps;
}

// Each instance of the exact run is told, or repeats one that is; returns how many do.
static int64_t compare_records(uint64_t number, const lw_recording *fast, const lw_recording *exact) {
    const lw_engine_span *span = LW_LIST_ITEMS(&exact->span, const lw_engine_span);
    const lw_skipped *skipped = LW_LIST_ITEMS(&fast->skipped, const lw_skipped);
    int64_t told = (int64_t)fast->span.count;
    for (size_t i = 0; i < fast->skipped.count; i++) {
        told += skipped[i].instances;
    }
    int64_t repeats = 0;
    bool alike = told == (int64_t)exact->span.count && fast->lost == 0 && exact->lost == 0;
    for (size_t i = 0; alike && i < exact->span.count; i++) {
        lw_moment moment;
        alike =
            lw_recording_find(fast, &(const lw_lookup){.at_ps = span[i].end_ps, .suits = is_alike, .user = &span[i]}, &moment);
        repeats += alike && moment.depth > 0 ? 1 : 0;
        if (!alike) {
            fprintf(stderr, "task %u, instance %lld, end %lld\n", (unsigned)span[i].task, (long long)span[i].instance,
                    (long long)span[i].end_ps);
        }
    }
    if (!alike) {
        fprintf(stderr, "case %llu: records differ: %lld of %zu instances\n", (unsigned long long)number, (long long)told,
                exact->span.count);
        fail();
    }
    return repeats;
}

typedef lw_status (*runs)(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out);

static lw_status run_recorded(const world *w, runs run, lw_engine engine, uint64_t number, lw_engine_result *out,
                              lw_recording *recording) {
    enum { SPANS_MOST = 1 << 20 };
    lw_recording_begin(recording, w->fabric.task_count, SPANS_MOST, recording->arena);
    const lw_engine_how how = {.engine = engine, .seed = number, .record = &recording->sink, .memory = w->memory};
    const lw_status status = run(&w->fabric, &how, recording->arena, out);
    assert_int_equal(lw_recording_end(recording), LW_OK);
    return status;
}

static void test_packet_equals_packet_exact(void **state) {
    (void)state;
    const char *cases = getenv("LANEWISE_PROPERTY_CASES");
    const char *first = getenv("LANEWISE_PROPERTY_FIRST");
    uint64_t begin = first == NULL ? 1 : strtoull(first, NULL, 10);
    uint64_t count = cases == NULL ? 2400 : strtoull(cases, NULL, 10);
    int64_t jumped = 0;
    int64_t saved = 0;
    int64_t ran = 0;
    int64_t repeats = 0;
    world *w = malloc(sizeof *w);
    assert_non_null(w);
    // Cases that were wrong once follow those asked for.
    static const uint64_t once_wrong[] = {202717};
    for (uint64_t i = 0; i < count + sizeof once_wrong / sizeof *once_wrong; i++) {
        const uint64_t number = i < count ? begin + i : once_wrong[i - count];
        draw_world(w, number);
        lw_arena *arena = lw_arena_new();
        lw_engine_result fast = {0};
        lw_engine_result exact = {0};
        lw_recording recording[2] = {{.arena = arena}, {.arena = arena}};
        lw_status exact_status = run_recorded(w, lw_engine_run, LW_ENGINE_PACKET_EXACT, number, &exact, &recording[0]);
        lw_status fast_status = run_recorded(w, lw_engine_run, LW_ENGINE_PACKET, number, &fast, &recording[1]);
        // LW_LIMIT: a packet that is nearly always bad.
        bool expected = exact_status == LW_OK || exact_status == LW_STUCK || exact_status == LW_LIMIT;
        if (fast_status != exact_status || !expected) {
            fprintf(stderr, "case %llu: status %d, oracle %d\n", (unsigned long long)number, (int)fast_status, (int)exact_status);
            fail();
        }
        if (exact_status == LW_OK) {
            compare(number, &w->fabric, &fast, &exact);
            repeats += compare_records(number, &recording[1], &recording[0]);
            jumped += fast.jumps > 0;
            saved += exact.events - fast.events;
            ran += exact.events;
        }
        lw_arena_free(arena);
    }
    free(w);
    fprintf(stderr, "%llu fabrics, %lld of them with jumps; %.0f %% of %lld events skipped\n", (unsigned long long)count,
            (long long)jumped, 100.0 * (double)saved / (double)ran, (long long)ran);
    fprintf(stderr, "%lld instances of tasks skipped\n", (long long)repeats);
    // The comparison says nothing unless many cases do jump.
    assert_true(jumped * 4 > (int64_t)count && repeats * 4 > (int64_t)count);
}

static void compare_loads(uint64_t number, const lw_fabric *fabric, const lw_engine_result *fast, const lw_engine_result *exact) {
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task *task = &fabric->task[t];
        const size_t hops =
            task->flow == LW_NO_FLOW ? 0 : fabric->flow[task->flow].data_count + fabric->flow[task->flow].request_count;
        for (size_t h = 0; h < hops; h++) {
            lw_task_load a = fast->task[t].load[h], b = exact->task[t].load[h];
            SAME(busy_ps)
        }
        lw_task_result a = fast->task[t], b = exact->task[t];
        SAME(sample_count)
        for (size_t i = 0; i < fast->task[t].sample_count; i++) {
            lw_task_sample c = a.sample[i], d = b.sample[i];
            assert_true(c.time_ps == d.time_ps && c.count == d.count);
        }
    }
    for (size_t r = 0; r < fabric->resource_count; r++) {
        assert_true(fast->held_ps[r] == exact->held_ps[r]);
    }
}

// The same for flows: over loops it jumps, or executes each instance.
static void test_flow_equals_each_instance(void **state) {
    (void)state;
    const char *cases = getenv("LANEWISE_PROPERTY_CASES");
    const char *first = getenv("LANEWISE_PROPERTY_FIRST");
    uint64_t begin = first == NULL ? 1 : strtoull(first, NULL, 10);
    uint64_t count = cases == NULL ? 2400 : strtoull(cases, NULL, 10);
    int64_t jumped = 0, repeats = 0;
    world *w = malloc(sizeof *w);
    assert_non_null(w);
    for (uint64_t number = begin; number < begin + count; number++) {
        draw_world(w, number);
        for (size_t t = 0; t < w->fabric.task_count; t++) {
            w->task[t].sampled = t % 2 == 0;
        }
        lw_arena *arena = lw_arena_new();
        lw_engine_result fast = {0}, exact = {0};
        lw_recording recording[2] = {{.arena = arena}, {.arena = arena}};
        lw_status exact_status = run_recorded(w, lw_flow_run_each, LW_ENGINE_FLOW, number, &exact, &recording[0]);
        lw_status fast_status = run_recorded(w, lw_flow_run, LW_ENGINE_FLOW, number, &fast, &recording[1]);
        bool expected = exact_status == LW_OK || exact_status == LW_STUCK || exact_status == LW_LIMIT;
        if (fast_status != exact_status || !expected) {
            fprintf(stderr, "case %llu: status %d, oracle %d\n", (unsigned long long)number, (int)fast_status, (int)exact_status);
            fail();
        }
        if (exact_status == LW_OK) {
            compare(number, &w->fabric, &fast, &exact);
            compare_loads(number, &w->fabric, &fast, &exact);
            repeats += compare_records(number, &recording[1], &recording[0]);
            jumped += fast.jumps > 0;
        }
        lw_arena_free(arena);
    }
    free(w);
    fprintf(stderr, "%llu fabrics, %lld of them with jumps of flows, %lld instances skipped\n", (unsigned long long)count,
            (long long)jumped, (long long)repeats);
    assert_true(jumped * 20 > (int64_t)count && repeats * 20 > (int64_t)count);
}

// ---- Work that goes round in step ----

// A path of servers that no other task passes, but for a memory that has room for all.
static void draw_own_path(world *w, uint32_t index, uint32_t *servers) {
    lw_flow *f = &w->flow[index];
    *f = (lw_flow){.packet_bytes = draw(w, 1, 700), .data = w->hop[index][0], .data_kind = LW_PACKET_WRITE};
    const uint32_t least = *servers + 1;
    while (f->data_count + 1 < HOPS_MAX && *servers < SERVERS_MAX && (*servers < least || chance(w, 30))) {
        w->server[*servers] = (lw_server){.ps_per_byte = draw_rate(w), .latency_ps = draw(w, 0, 300), .opposite = LW_NO_SERVER};
        w->server[*servers].packet_ps = chance(w, 20) ? draw(w, 1, 900) : 0;
        w->hop[index][0][f->data_count++] = (lw_hop){.server = (*servers)++,
                                                     .overhead_bytes = draw(w, 0, 30),
                                                     .granule_bytes = chance(w, 80) ? 1 : 16,
                                                     .store_forward = chance(w, 30),
                                                     .buffer_packets = chance(w, 15) ? draw(w, 1, 20) : 0};
    }
    if (chance(w, 30)) {
        w->hop[index][0][f->data_count++] = (lw_hop){.server = 0, .granule_bytes = 1};
    }
}

// A task that does the same as the one before, over servers of its own.
static void copy_before(world *w, uint32_t index, uint32_t *servers) {
    lw_task *t = &w->task[index];
    const lw_task *before = t - 1;
    t->bytes = before->bytes;
    t->last_bytes = before->last_bytes;
    t->submit_ps = before->submit_ps;
    t->finish_ps = before->finish_ps;
    t->last_finish_ps = before->last_finish_ps;
    t->inner = before->inner;
    const lw_flow *flow = &w->flow[index - 1];
    if (t->flow == LW_NO_FLOW || before->flow == LW_NO_FLOW || *servers + flow->data_count > SERVERS_MAX) {
        return;
    }
    w->flow[index] = *flow;
    w->flow[index].data = w->hop[index][0];
    for (size_t h = 0; h < flow->data_count; h++) {
        w->hop[index][0][h] = w->hop[index - 1][0][h];
        if (w->hop[index][0][h].server > 0) {
            w->server[*servers] = w->server[w->hop[index][0][h].server];
            w->hop[index][0][h].server = (*servers)++;
        }
    }
}

// Each task waits for itself and for some others, of the round before or of this one.
static void draw_rounds(world *w, uint64_t number) {
    *w = (world){.random = number * UINT64_C(0x9e3779b97f4a7c15) + 1};
    const uint32_t tasks = (uint32_t)draw(w, 1, TASKS_MAX - 1);
    const int64_t count = draw(w, 2, chance(w, 50) ? 12 : 400);
    uint32_t servers = 1;
    w->server[0] = (lw_server){.role = LW_SERVER_MEMORY, .ps_per_byte = {1, 1000000}, .opposite = LW_NO_SERVER};
    for (uint32_t i = 0; i < tasks; i++) {
        const bool moves = servers < SERVERS_MAX && chance(w, 85), loops = chance(w, 80);
        lw_task *t = &w->task[i];
        *t =
            (lw_task){.flow = moves ? i : LW_NO_FLOW, .acquires = LW_NO_RESOURCE, .releases = LW_NO_RESOURCE, .gate = LW_NO_TASK};
        if (moves) {
            draw_own_path(w, i, &servers);
        }
        t->count = count;
        t->inner = loops ? count : 0;
        t->bytes = t->last_bytes = draw(w, 0, chance(w, 50) ? 3 : 3000);
        t->last_bytes = loops && chance(w, 50) ? draw(w, 0, 3000) : t->bytes;
        t->start_ps = chance(w, 50) ? 0 : draw(w, 0, 90000);
        t->submit_ps = chance(w, 50) ? 0 : draw(w, 0, 2000);
        t->finish_ps = t->last_finish_ps = draw(w, 0, chance(w, 50) ? 4 : 3000);
        t->last_finish_ps = loops && chance(w, 30) ? draw(w, 0, 3000) : t->finish_ps;
        if (i > 0 && chance(w, 40)) {
            copy_before(w, i, &servers);
        }
        t->need = w->need[i];
        const lw_need own = {.task = i, .distance = 1, .own = 1, .other = 1, .window = count, .first = INT64_MAX};
        w->need[i][t->need_count++] = own;
        for (int64_t n = chance(w, 60) ? 1 : draw(w, 0, 2); n > 0; n--) {
            const uint32_t on = (uint32_t)draw(w, 0, tasks - 1);
            if (on != i && (n == 2 || t->need_count == 1 || w->need[i][1].task != on)) {
                w->need[i][t->need_count] = own;
                w->need[i][t->need_count].distance = on < i && chance(w, 30) ? 0 : 1;
                w->need[i][t->need_count++].task = on;
            }
        }
    }
    w->fabric = (lw_fabric){.server = w->server,
                            .server_count = SERVERS_MAX,
                            .flow = w->flow,
                            .flow_count = tasks,
                            .task = w->task,
                            .task_count = tasks,
                            .resource_slots = w->slots,
                            .resource_count = 2};
    for (uint32_t s = servers; s < SERVERS_MAX; s++) {
        w->server[s] = (lw_server){.ps_per_byte = {1, 1}, .opposite = LW_NO_SERVER};
    }
}

static bool has_told(const lw_recording *recording, const lw_engine_span *wanted) {
    const lw_engine_span *span = LW_LIST_ITEMS(&recording->span, const lw_engine_span);
    size_t i = 0;
    while (i < recording->span.count && (span[i].task != wanted->task || span[i].instance != wanted->instance)) {
        i++;
    }
    return i < recording->span.count && span[i].end_ps == wanted->end_ps && span[i].ready_ps == wanted->ready_ps;
}

// A record that can hold less says how much it lacks, and has the path all the same; how much of it was lost.
static size_t look_at_short_record(const world *w, uint64_t number, const lw_recording *exact, lw_arena *arena) {
    const size_t most = 8 + number % 100;
    lw_recording recording;
    lw_engine_result unused;
    lw_recording_begin(&recording, w->fabric.task_count, most, arena);
    const lw_engine_how how = {.engine = LW_ENGINE_PACKET, .seed = number, .record = &recording.sink};
    assert_int_equal(lw_engine_run(&w->fabric, &how, arena, &unused), LW_OK);
    assert_int_equal(lw_recording_end(&recording), LW_OK);
    const lw_engine_span *span = LW_LIST_ITEMS(&recording.span, const lw_engine_span);
    int64_t told = (int64_t)recording.span.count + recording.lost, all = 0;
    for (size_t i = 0; i < recording.skipped.count; i++) {
        told += LW_LIST_ITEMS(&recording.skipped, const lw_skipped)[i].instances;
    }
    for (size_t t = 0; t < w->fabric.task_count; t++) {
        all += lw_task_count(&w->task[t]);
    }
    assert_true(told == all && recording.span.count <= most);
    for (size_t i = 1; i < recording.span.count; i++) {
        assert_true(span[i - 1].end_ps <= span[i].end_ps);
    }
    const lw_engine_span *path = LW_LIST_ITEMS(&recording.path, const lw_engine_span);
    for (size_t i = 0; i < recording.path.count; i++) {
        assert_true(i == 0 || path[i].ready_ps == path[i - 1].end_ps);
        assert_true(has_told(exact, &path[i]));
    }
    return recording.path.count;
}

static void test_rounds_equal_packet_exact(void **state) {
    (void)state;
    const char *cases = getenv("LANEWISE_PROPERTY_CASES"), *first = getenv("LANEWISE_PROPERTY_FIRST");
    const uint64_t begin = first == NULL ? 1 : strtoull(first, NULL, 10);
    const uint64_t count = cases == NULL ? 2400 : strtoull(cases, NULL, 10);
    int64_t jumped = 0, saved = 0, ran = 0, paths = 0;
    world *w = malloc(sizeof *w);
    assert_non_null(w);
    for (uint64_t number = begin; number < begin + count; number++) {
        draw_rounds(w, number);
        lw_arena *arena = lw_arena_new();
        lw_engine_result fast = {0}, exact = {0};
        lw_recording recording[2] = {{.arena = arena}, {.arena = arena}};
        assert_int_equal(run_recorded(w, lw_engine_run, LW_ENGINE_PACKET_EXACT, number, &exact, &recording[0]), LW_OK);
        assert_int_equal(run_recorded(w, lw_engine_run, LW_ENGINE_PACKET, number, &fast, &recording[1]), LW_OK);
        compare(number, &w->fabric, &fast, &exact);
        compare_loads(number, &w->fabric, &fast, &exact);
        (void)compare_records(number, &recording[1], &recording[0]);
        paths += look_at_short_record(w, number, &recording[0], arena) > 0;
        jumped += fast.jumps > 0;
        saved += exact.events - fast.events;
        ran += exact.events;
        lw_arena_free(arena);
    }
    free(w);
    fprintf(stderr, "%llu fabrics in step, %lld of them still at last, %lld with a path that was lost, %.1f %% of events saved\n",
            (unsigned long long)count, (long long)jumped, (long long)paths, 100.0 * (double)saved / (double)ran);
    assert_true(saved * 10 > ran * 8 && jumped * 5 > (int64_t)count && paths > 0);
}

// ---- Sizes of one transfer ----

// One task that moves bytes, with delays before and behind it.
static uint32_t draw_lone(world *w, uint64_t number) {
    draw_world(w, number);
    for (uint32_t s = 0; s < SERVERS_MAX; s++) {
        w->server[s].error_probability = chance(w, 98) ? 0 : w->server[s].error_probability;
        w->server[s].outage_ps = chance(w, 98) ? 0 : w->server[s].outage_ps;
    }
    const uint32_t tasks = (uint32_t)draw(w, 1, 4), mover = (uint32_t)draw(w, 0, tasks - 1);
    w->loop[0] = w->loop[1] = w->end[0] = w->end[1] = 0;
    for (uint32_t i = 0; i < tasks; i++) {
        do {
            draw_task(w, i);
        } while (i == mover && w->task[i].flow == LW_NO_FLOW);
        w->task[i].flow = i == mover ? i : LW_NO_FLOW;
        w->task[i].sampled = chance(w, 50);
    }
    w->fabric.task_count = tasks;
    return mover;
}

static void compare_spans(const lw_recording *one, const lw_recording *other) {
    assert_int_equal(one->span.count, other->span.count);
    for (size_t i = 0; i < one->span.count; i++) {
        const lw_engine_span *a = &LW_LIST_ITEMS(&one->span, const lw_engine_span)[i];
        const lw_engine_span *b = &LW_LIST_ITEMS(&other->span, const lw_engine_span)[i];
        assert_true(a->task == b->task && a->ready_ps == b->ready_ps && a->start_ps == b->start_ps &&
                    a->first_ps == b->first_ps && a->delivered_ps == b->delivered_ps && a->end_ps == b->end_ps &&
                    a->busiest == b->busiest && a->busy_ps == b->busy_ps && a->stall_ps == b->stall_ps);
    }
}

// What one run leaves to the next changes nothing, not even how many events there were.
static void test_sizes_equal_runs_of_their_own(void **state) {
    (void)state;
    enum { SIZES = 6 };
    const char *cases = getenv("LANEWISE_PROPERTY_CASES"), *first = getenv("LANEWISE_PROPERTY_FIRST");
    const uint64_t begin = first == NULL ? 1 : strtoull(first, NULL, 10);
    const uint64_t count = cases == NULL ? 1200 : strtoull(cases, NULL, 10) / 2;
    int64_t resumed = 0, ran = 0;
    world *w = malloc(sizeof *w);
    assert_non_null(w);
    for (uint64_t number = begin; number < begin + count; number++) {
        const uint32_t mover = draw_lone(w, number);
        lw_engine_memory *memory = lw_engine_memory_new();
        for (int size = 0; size < SIZES; size++) {
            w->task[mover].bytes = draw(w, 1, chance(w, 30) ? 200 : 8000) * w->flow[mover].packet_bytes;
            w->task[mover].bytes -= chance(w, 50) ? draw(w, 0, w->flow[mover].packet_bytes - 1) : 0;
            lw_arena *arena = lw_arena_new();
            lw_engine_result with = {0}, alone = {0};
            lw_recording recording[2] = {{.arena = arena}, {.arena = arena}};
            w->memory = memory;
            const lw_status with_status = run_recorded(w, lw_engine_run, LW_ENGINE_PACKET, number, &with, &recording[0]);
            w->memory = NULL;
            assert_int_equal(run_recorded(w, lw_engine_run, LW_ENGINE_PACKET, number, &alone, &recording[1]), with_status);
            if (with_status == LW_OK) {
                compare(number, &w->fabric, &with, &alone);
                compare_loads(number, &w->fabric, &with, &alone);
                compare_spans(&recording[0], &recording[1]);
                lw_engine_result a = with, b = alone;
                SAME(events)
                SAME(jumps)
                ran++;
            }
            lw_arena_free(arena);
        }
        resumed += lw_engine_memory_resumed(memory);
        lw_engine_memory_free(memory);
    }
    free(w);
    fprintf(stderr, "%lld transfers of %llu kinds, %lld of them went on from another\n", (long long)ran,
            (unsigned long long)count, (long long)resumed);
    assert_true(resumed * 10 > ran);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packet_equals_packet_exact), cmocka_unit_test(test_sizes_equal_runs_of_their_own),
        cmocka_unit_test(test_rounds_equal_packet_exact), cmocka_unit_test(test_flow_equals_each_instance)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
