// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks that do the same are run as one: the answer is that of running each.
#include "sim/engine/flow/flow.h"
#include "sim/engine/flow/fold.h"
#include "tests/engine_helpers.h"

enum { RANKS = 512, SENDS = 3, TASKS = RANKS * (SENDS + 1), HOPS = 4, SERVERS = 3 * RANKS, ITERATIONS = 20 };

// Each rank has a memory, and links to a switch and back, whose other direction carries control
// traffic. In each iteration it sends its next rank two alike pieces and the one behind that another,
// when it has got what was sent to it in the iteration before, and then waits.
typedef struct ring {
    lw_server server[SERVERS];
    lw_flow flow[RANKS * SENDS];
    lw_hop hop[RANKS * SENDS][HOPS];
    lw_task task[TASKS];
    lw_need need[TASKS][SENDS];
    lw_fabric fabric;
} ring;

static void fill(ring *w) {
    for (uint32_t r = 0; r < RANKS; r++) {
        w->server[3 * r] = line(GB_450, 0);
        w->server[3 * r + 1] = w->server[3 * r + 2] = line(GB_64, 300000);
        for (uint32_t d = 1; d <= 2; d++) {
            lw_server *link = &w->server[3 * r + d];
            link->opposite = 3 * r + 3 - d;
            link->control_bytes = 8;
            link->control_interval_ps = 100000;
            link->credits[LW_PACKET_WRITE] = (lw_credits){64, LW_CREDITS_INFINITE};
        }
        for (uint32_t s = 0; s < SENDS; s++) {
            const uint32_t i = r * SENDS + s, to = (r + 1 + s / 2) % RANKS, task = r * (SENDS + 1) + s;
            const uint32_t passed[HOPS] = {3 * r, 3 * r + 1, 3 * to + 2, 3 * to};
            for (int h = 0; h < HOPS; h++) {
                w->hop[i][h] = (lw_hop){.server = passed[h], .overhead_bytes = 24, .granule_bytes = 4};
            }
            const job sends = writes(w->hop[i], HOPS, s == 2 ? 70000 : 100001, 256);
            w->flow[i] = sends.flow;
            w->task[task] = sends.task;
            w->task[task].flow = i;
            w->task[task].count = ITERATIONS;
            w->need[task][0] = need_of(r * (SENDS + 1) + SENDS, 1, ITERATIONS);
            w->task[task].need = w->need[task];
            w->task[task].need_count = 1;
        }
        const uint32_t last = r * (SENDS + 1) + SENDS;
        w->task[last] = delay(500).task;
        w->task[last].count = ITERATIONS;
        for (uint32_t s = 0; s < SENDS; s++) {
            w->need[last][s] = need_of((r + RANKS - 1 - s / 2) % RANKS * (SENDS + 1) + s, 0, ITERATIONS);
        }
        w->task[last].need = w->need[last];
        w->task[last].need_count = SENDS;
    }
    w->fabric = (lw_fabric){.server = w->server,
                            .server_count = SERVERS,
                            .flow = w->flow,
                            .flow_count = RANKS * SENDS,
                            .task = w->task,
                            .task_count = TASKS};
}

static ring *new_ring(void) {
    ring *w = calloc(1, sizeof *w);
    assert_non_null(w);
    fill(w);
    return w;
}

static void test_the_answer_is_that_of_each(void **state) {
    (void)state;
    ring *w = new_ring();
    lw_test test = lw_test_begin();
    const lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1};
    lw_fold fold;
    lw_engine_result folded, each;
    assert_int_equal(lw_fold_make(&w->fabric, test.arena, &fold), LW_OK);
    // two sends that are alike, another one, and the wait
    assert_int_equal(fold.fabric.task_count, 3);
    assert_int_equal(fold.fabric.server_count, 3);
    assert_int_equal(fold.fabric.flow[0].data[0].copies, 2);
    assert_int_equal(lw_flow_run(&w->fabric, &how, test.arena, &folded), LW_OK);
    assert_int_equal(lw_flow_run_each(&w->fabric, &how, test.arena, &each), LW_OK);
    assert_same_result(&w->fabric, &folded, &each);
    assert_true(folded.events * RANKS <= each.events);
    assert_non_null(folded.alike);
    assert_int_equal(folded.alike[TASKS - 1], SENDS);
    lw_test_end(&test);
    free(w);
}

// One slow link is felt further away in each iteration.
static void test_what_differs_is_run_by_itself(void **state) {
    (void)state;
    ring *w = new_ring();
    lw_test test = lw_test_begin();
    const lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1};
    lw_engine_result folded, each;
    w->server[100].ps_per_byte = GB_1;
    assert_int_equal(lw_flow_run(&w->fabric, &how, test.arena, &folded), LW_OK);
    assert_int_equal(lw_flow_run_each(&w->fabric, &how, test.arena, &each), LW_OK);
    assert_same_result(&w->fabric, &folded, &each);
    assert_null(folded.alike);
    lw_test_end(&test);
    free(w);
}

typedef struct told {
    int64_t spans;
    bool first;  // of each kind alone
} told;

static void tell(const lw_engine_span *span, void *user) {
    told *t = user;
    t->spans++;
    t->first = t->first && span->task <= SENDS && (span->busiest < 9 || span->task == SENDS);
}

static void pass_over(const lw_engine_gap *gap, void *user) {
    told *t = user;
    for (size_t i = 0; i < TASKS; i++) {
        t->spans += gap->instances[i];
    }
}

static void test_a_record_has_one_of_each_kind(void **state) {
    (void)state;
    ring *w = new_ring();
    for (int i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        told t = {0, true};
        const lw_engine_record record = {.span = tell, .gap = pass_over, .user = &t};
        const lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1, .record = &record, .record_each = i == 1};
        lw_engine_result result;
        assert_int_equal(lw_flow_run(&w->fabric, &how, test.arena, &result), LW_OK);
        assert_int_equal(t.spans, (i == 1 ? TASKS : 3) * ITERATIONS);
        assert_true(i == 1 || t.first);
        lw_test_end(&test);
    }
    free(w);
}

static lw_status run_some(void *user) {
    lw_arena *arena = lw_arena_new();
    lw_engine_result result;
    const lw_status status =
        arena != NULL ? lw_flow_run(user, &(lw_engine_how){.engine = LW_ENGINE_FLOW}, arena, &result) : LW_NO_MEMORY;
    lw_arena_free(arena);
    return status;
}

static void test_each_failed_allocation_is_told(void **state) {
    (void)state;
    ring *w = new_ring();
    lw_memory_chunks(0);  // each allocation alone
    assert_true(lw_test_out_of_memory(run_some, &w->fabric) > 10);
    lw_memory_chunks(SIZE_MAX);
    free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_answer_is_that_of_each),
        cmocka_unit_test(test_what_differs_is_run_by_itself),
        cmocka_unit_test(test_a_record_has_one_of_each_kind),
        cmocka_unit_test(test_each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
