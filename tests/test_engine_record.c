// SPDX-License-Identifier: GPL-3.0-or-later
// What an engine tells of each instance: the same of a run that jumps as of one that executes
// everything, once what was jumped is looked up in the period that it repeats.
#include "engine_helpers.h"
#include "sim/engine/flow/flow.h"
#include "sim/fabric/recording.h"

enum { PATHS = 2, SPANS = 1 << 14, LATENCY_PS = 1000 };

static const lw_hop path[PATHS][1] = {{{.server = 0, .granule_bytes = 1}}, {{.server = 1, .granule_bytes = 1}}};

typedef lw_status (*runs)(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out);

static const lw_recording *record_by(lw_test *test, const lw_fabric *fabric, runs run, lw_engine_how how, size_t most) {
    lw_recording *recording = LW_NEW(test->arena, lw_recording);
    lw_engine_result result = {0};
    assert_non_null(recording);
    lw_recording_begin(recording, fabric->task_count, most, test->arena);
    how.seed = 1;
    how.record = &recording->sink;
    assert_int_equal(run(fabric, &how, test->arena, &result), LW_OK);
    assert_int_equal(lw_recording_end(recording), LW_OK);
    return recording;
}

static const lw_recording *record(lw_test *test, const lw_fabric *fabric, lw_engine engine, size_t most) {
    return record_by(test, fabric, lw_engine_run, (lw_engine_how){.engine = engine}, most);
}

static int64_t skipped_in(const lw_recording *recording, const lw_recorded_gap *gap, uint32_t task) {
    const lw_skipped *skipped = LW_LIST_ITEMS(&recording->skipped, const lw_skipped);
    for (size_t i = gap->first_skipped; i < gap->first_skipped + gap->skipped; i++) {
        if (skipped[i].task == task) {
            return skipped[i].instances;
        }
    }
    return 0;
}

static bool suits(const void *user, const lw_engine_span *span) {
    const lw_engine_span *wanted = user;
    return span->task == wanted->task && span->end_ps - span->start_ps == wanted->end_ps - wanted->start_ps;
}

// The instance that a moment stands for, as if it had been told.
static lw_engine_span told_at(const lw_recording *recording, const lw_moment *moment) {
    lw_engine_span span = LW_LIST_ITEMS(&recording->span, const lw_engine_span)[moment->span];
    for (size_t d = 0; d < moment->depth; d++) {
        const lw_recorded_gap *gap = &LW_LIST_ITEMS(&recording->gap, const lw_recorded_gap)[moment->in[d].gap];
        const int64_t periods = (gap->to_ps - gap->from_ps) / gap->period_ps;
        span.instance += skipped_in(recording, gap, span.task) / periods * moment->in[d].periods;
    }
    span.ready_ps += moment->later_ps;
    span.start_ps += moment->later_ps;
    span.first_ps += moment->later_ps;
    span.delivered_ps += moment->later_ps;
    span.end_ps += moment->later_ps;
    return span;
}

// Every instance of the exact run is found in the other; returns how many are not told there.
static size_t compare(const lw_recording *exact, const lw_recording *fast) {
    const lw_engine_span *span = LW_LIST_ITEMS(&exact->span, const lw_engine_span);
    size_t jumped = 0;
    for (size_t i = 0; i < exact->span.count; i++) {
        lw_moment moment;
        const lw_lookup lookup = {.at_ps = span[i].end_ps, .suits = suits, .user = &span[i]};
        assert_true(lw_recording_find(fast, &lookup, &moment));
        const lw_engine_span found = told_at(fast, &moment);
        assert_int_equal(found.instance, span[i].instance);
        assert_int_equal(found.ready_ps, span[i].ready_ps);
        assert_int_equal(found.start_ps, span[i].start_ps);
        assert_int_equal(found.first_ps, span[i].first_ps);
        assert_int_equal(found.delivered_ps, span[i].delivered_ps);
        assert_int_equal(found.busiest, span[i].busiest);
        assert_int_equal(found.busy_ps, span[i].busy_ps);
        jumped += moment.depth > 0 ? 1 : 0;
    }
    return jumped;
}

static int64_t all_skipped(const lw_recording *recording) {
    const lw_skipped *skipped = LW_LIST_ITEMS(&recording->skipped, const lw_skipped);
    int64_t sum = 0;
    for (size_t i = 0; i < recording->skipped.count; i++) {
        sum += skipped[i].instances;
    }
    return sum;
}

// A staged copy: a buffer is filled again when it has been emptied; calls of so many chunks each.
// jumped: instances at least.
static void check_staged(int64_t calls, int64_t chunks, uint32_t buffers, size_t jumped) {
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GEN5_X16, 2 * LATENCY_PS)};
    const int64_t count = calls * chunks;
    job call = delay(70000), fill = writes(path[0], 1, 4096, 256), drain = writes(path[1], 1, 4096, 512);
    fill.task.submit_ps = 300;
    drain.task.finish_ps = 500;
    fill.task.last_bytes = drain.task.last_bytes = 1024;
    drain.task.last_finish_ps = 2500;
    call.task.count = calls;
    fill.task.count = drain.task.count = count;
    fill.task.inner = drain.task.inner = chunks;
    const lw_need called[] = {{.task = 2, .distance = 1, .own = 1, .other = chunks, .window = calls, .first = INT64_MAX}};
    const lw_need filled[] = {{.task = 0, .own = chunks, .other = 1, .window = calls, .first = 1},
                              {.task = 1, .distance = 1, .own = 1, .other = 1, .window = chunks, .first = INT64_MAX},
                              {.task = 2, .distance = buffers, .own = 1, .other = 1, .window = chunks, .first = INT64_MAX}};
    const lw_need drained[] = {{.task = 1, .own = 1, .other = 1, .window = chunks, .first = INT64_MAX},
                               {.task = 2, .distance = 1, .own = 1, .other = 1, .window = chunks, .first = INT64_MAX}};
    call.task.need = called;
    call.task.need_count = calls > 1 ? 1 : 0;  // a loop that ends before waits for nothing
    fill.task.need = filled;
    fill.task.need_count = 3;
    drain.task.need = drained;
    drain.task.need_count = 2;
    const job jobs[] = {call, fill, drain};
    const lw_fabric fabric = fabric_of(&test, server, COUNT(server), jobs, COUNT(jobs));
    const lw_recording *exact = record(&test, &fabric, LW_ENGINE_PACKET_EXACT, SPANS);
    const lw_recording *fast = record(&test, &fabric, LW_ENGINE_PACKET, SPANS);
    assert_int_equal(exact->gap.count, 0);
    assert_int_equal(exact->span.count, calls + 2 * count);
    assert_int_equal((int64_t)fast->span.count + all_skipped(fast), calls + 2 * count);
    assert_true(compare(exact, fast) >= jumped);
    const lw_recording *each = record_by(&test, &fabric, lw_flow_run_each, (lw_engine_how){0}, SPANS);
    const lw_recording *flow = record(&test, &fabric, LW_ENGINE_FLOW, SPANS);
    assert_int_equal(each->span.count, calls + 2 * count);
    assert_int_equal((int64_t)flow->span.count + all_skipped(flow), calls + 2 * count);
    assert_true(compare(each, flow) >= jumped);
    lw_test_end(&test);
}

static void test_what_is_jumped_is_found(void **state) {
    (void)state;
    check_staged(1, 1000, 1, 1900);
    check_staged(1, 1000, 2, 0);
    check_staged(40, 50, 2, 3000);
    check_staged(200, 3, 2, 1300);
    check_staged(3, 3, 2, 0);
}

// Two tasks one after the other, and a third that waits for the slot of the first: no two of them
// share anything, so that packets and flows take the same times.
static void check_times(lw_engine engine) {
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    const int64_t slots = 1;
    job jobs[] = {writes(path[0], 1, 2560, 256), delay(5000), writes(path[0], 1, 2560, 256)};
    const lw_need need[] = {lw_need_all(0, &jobs[0].task, &jobs[1].task)};
    jobs[0].task.submit_ps = 100;
    jobs[0].task.finish_ps = 30;
    jobs[0].task.acquires = jobs[0].task.releases = jobs[2].task.acquires = jobs[2].task.releases = 0;
    jobs[1].task.need = need;
    jobs[1].task.need_count = 1;
    lw_fabric fabric = fabric_of(&test, server, COUNT(server), jobs, COUNT(jobs));
    fabric.resource_slots = &slots;
    fabric.resource_count = 1;
    const lw_recording *recording = record(&test, &fabric, engine, SPANS);
    const lw_engine_span *span = LW_LIST_ITEMS(&recording->span, const lw_engine_span);
    assert_int_equal(recording->span.count, 3);
    const int64_t end_ps = 100 + 40000 + LATENCY_PS + 30;
    assert_int_equal(span[0].task, 0);
    assert_int_equal(span[0].ready_ps, 0);
    assert_int_equal(span[0].first_ps, 100);
    assert_int_equal(span[0].delivered_ps, end_ps - 30);
    assert_int_equal(span[0].end_ps, end_ps);
    assert_int_equal(span[0].busiest, 0);
    assert_int_equal(span[0].busy_ps, 40000);
    assert_int_equal(span[1].task, 1);
    assert_int_equal(span[1].ready_ps, end_ps);
    assert_int_equal(span[1].busiest, LW_NO_SERVER);
    assert_int_equal(span[2].ready_ps, 0);
    assert_int_equal(span[2].start_ps, end_ps);
    assert_int_equal(span[2].busy_ps, 40000);  // not what the first did while it waited
    assert_int_equal(span[2].end_ps, end_ps + 40000 + LATENCY_PS);
    lw_test_end(&test);
}

static void test_times_of_an_instance(void **state) {
    (void)state;
    check_times(LW_ENGINE_PACKET);
    check_times(LW_ENGINE_FLOW);
}

// Two that share a line keep it busy together; one with two tags of four waits for them.
static void test_flows_tell_who_was_busy(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS), line(GB_64, 50000)};
    const lw_hop back[] = {over(2)};
    job jobs[] = {writes(path[0], 1, 2560, 256), writes(path[0], 1, 2560, 256), reads(path[1], back, 25600, 256, 256)};
    jobs[2].flow.tags = 2;
    const lw_fabric fabric = fabric_of(&test, server, COUNT(server), jobs, COUNT(jobs));
    const lw_recording *recording = record(&test, &fabric, LW_ENGINE_FLOW, SPANS);
    const lw_engine_span *span = LW_LIST_ITEMS(&recording->span, const lw_engine_span);
    assert_int_equal(recording->span.count, 3);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(span[i].busiest, 0);
        assert_int_equal(span[i].busy_ps, 80000);
        assert_int_equal(span[i].stall_ps, 0);
    }
    assert_int_equal(span[2].busiest, 2);
    assert_true(span[2].stall_ps > (span[2].end_ps - span[2].busy_ps) / 2);
    lw_test_end(&test);
}

// What packets told before they gave up is no part of it.
static void test_flows_after_packets(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_450, LATENCY_PS)};
    job jobs[] = {writes(path[0], 1, 2560, 256), writes(path[1], 1, 512, 256)};
    const lw_need before[] = {need_of(0, 1, 50)};
    jobs[0].task.count = 50;
    jobs[0].task.need = before;
    jobs[0].task.need_count = 1;
    const lw_fabric fabric = fabric_of(&test, server, COUNT(server), jobs, COUNT(jobs));
    const lw_engine_how how = {.engine = LW_ENGINE_AUTO, .events_most = 30};
    const lw_recording *both = record_by(&test, &fabric, lw_engine_run, how, 20);
    const lw_recording *flow = record(&test, &fabric, LW_ENGINE_FLOW, 20);
    assert_int_equal(both->span.count, flow->span.count);
    assert_int_equal((int64_t)both->span.count + all_skipped(both) + both->lost, 51);
    assert_int_equal(compare(flow, both), compare(flow, flow));
    lw_test_end(&test);
}

// The first and the last are kept, and what lies between is told as lost.
static void test_a_record_has_bounds(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(GB_64, LATENCY_PS)};
    job jobs[] = {writes(path[0], 1, 256, 256)};
    jobs[0].task.count = 100;
    const lw_need before[] = {need_of(0, 1, 100)};
    jobs[0].task.need = before;
    jobs[0].task.need_count = 1;
    const lw_fabric fabric = fabric_of(&test, server, COUNT(server), jobs, COUNT(jobs));
    const lw_recording *recording = record(&test, &fabric, LW_ENGINE_PACKET_EXACT, 10);
    const lw_engine_span *span = LW_LIST_ITEMS(&recording->span, const lw_engine_span);
    assert_int_equal(recording->span.count, 10);
    assert_int_equal(recording->lost, 90);
    for (int64_t i = 0; i < 10; i++) {
        assert_int_equal(span[i].instance, i < 5 ? i : 90 + i);
        assert_int_equal(span[i].end_ps, (span[i].instance + 1) * (4000 + LATENCY_PS));
    }
    assert_int_equal(recording->lost_from_ps, span[4].end_ps);
    assert_true(recording->lost_to_ps > span[4].end_ps && recording->lost_to_ps < span[5].end_ps);
    lw_test_end(&test);
}

// Of a ring too long to be recorded those on the way back from its end are told all the same: two slow
// tasks far apart, of which the faster one rules its neighbours for thousands of rounds.
static void test_a_path_without_its_record(void **state) {
    enum { RING = 7, ROUNDS = 2500, LEAST = 2400 };
    (void)state;
    lw_test test = lw_test_begin();
    lw_task task[RING];
    lw_need need[RING][2];
    for (uint32_t t = 0; t < RING; t++) {
        const lw_need own = {.task = t, .distance = 1, .own = 1, .other = 1, .window = ROUNDS, .first = INT64_MAX};
        need[t][0] = need[t][1] = own;
        need[t][1].task = (t + RING - 1) % RING;
        const int64_t took_ps = t == 0 ? 1000000 : t == 5 ? 1000001 : 1000 + 7 * t;
        task[t] = (lw_task){.flow = LW_NO_FLOW,
                            .acquires = LW_NO_RESOURCE,
                            .releases = LW_NO_RESOURCE,
                            .gate = LW_NO_TASK,
                            .need = need[t],
                            .need_count = 2,
                            .count = ROUNDS,
                            .inner = ROUNDS,
                            .finish_ps = took_ps,
                            .last_finish_ps = took_ps};
    }
    const lw_fabric fabric = {.task = task, .task_count = RING};
    const lw_recording *all = record(&test, &fabric, LW_ENGINE_PACKET_EXACT, (size_t)RING * ROUNDS);
    const lw_recording *some = record(&test, &fabric, LW_ENGINE_PACKET, LEAST);
    static int64_t end_ps[ROUNDS][RING];
    for (size_t i = 0; i < all->span.count; i++) {
        const lw_engine_span *span = &LW_LIST_ITEMS(&all->span, const lw_engine_span)[i];
        end_ps[span->instance][span->task] = span->end_ps;
    }
    assert_int_equal(some->lost + (int64_t)some->span.count, RING * ROUNDS);
    assert_int_equal(some->path.count, some->lost / RING);
    uint32_t at = 0;
    for (uint32_t t = 1; t < RING; t++) {
        at = end_ps[ROUNDS - 1][t] >= end_ps[ROUNDS - 1][at] ? t : at;
    }
    const lw_engine_span *span = LW_LIST_ITEMS(&some->path, const lw_engine_span);
    const int64_t first = span[0].instance;
    for (int64_t i = ROUNDS - 1; i > first; i--) {
        const uint32_t before = (at + RING - 1) % RING;
        at = end_ps[i - 1][before] > end_ps[i - 1][at] || (end_ps[i - 1][before] == end_ps[i - 1][at] && before > at) ? before
                                                                                                                      : at;
        if (i - 1 - first < (int64_t)some->path.count) {
            assert_int_equal(span[i - 1 - first].instance, i - 1);
            assert_int_equal(span[i - 1 - first].task, at);
            assert_int_equal(span[i - 1 - first].end_ps, end_ps[i - 1][at]);
        }
    }
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_of_an_instance), cmocka_unit_test(test_flows_tell_who_was_busy),
        cmocka_unit_test(test_flows_after_packets),  cmocka_unit_test(test_what_is_jumped_is_found),
        cmocka_unit_test(test_a_record_has_bounds),  cmocka_unit_test(test_a_path_without_its_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
