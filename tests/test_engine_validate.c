// SPDX-License-Identifier: GPL-3.0-or-later
// The invariants of a run hold between events, and each that is broken is found.
#include "engine_helpers.h"
#include "sim/engine/packet/state.h"

enum { SLOTS = 1 };

// Two writes with credits over two links and one slot between them, and a read in the other
// direction.
static void begin(lw_test *test, lw_run_state *run) {
    static lw_server servers[3];
    static lw_hop there[2], back[1];
    static const int64_t slots[] = {SLOTS};
    servers[0] = line(GB_1, 600000);
    servers[0].credit_return_ps = 100000;
    servers[0].credits[LW_PACKET_WRITE] = (lw_credits){4, 64};
    servers[0].data_unit_bytes = 16;
    servers[1] = line(GB_1, 500);
    servers[2] = line(GB_1, 700);
    there[0] = over(0);
    there[1] = over(1);
    back[0] = over(2);
    job jobs[] = {writes(there, 2, 4096, 256), writes(there, 2, 4096, 256), reads(there, back, 4096, 512, 256)};
    jobs[0].task.acquires = jobs[0].task.releases = jobs[1].task.acquires = jobs[1].task.releases = 0;
    jobs[2].flow.tags = 3;
    lw_fabric *fabric = LW_NEW(test->arena, lw_fabric);
    assert_non_null(fabric);
    *fabric = fabric_of(test, servers, 3, jobs, 3);
    fabric->resource_slots = slots;
    fabric->resource_count = 1;
    assert_int_equal(lw_run_state_make(fabric, &(lw_engine_how){.seed = 1}, test->arena, run), LW_OK);
    assert_true(lw_islands_make(run));
    lw_progress_begin(&run->progress);
}

static bool step(lw_run_state *run) {
    uint32_t key;
    if (!lw_event_take(&run->queue, &key)) {
        return false;
    }
    run->now_ps = run->queue.now_ps;
    lw_packet_step(run, key);
    return true;
}

static void nothing_is_broken_in_a_run(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_run_state run;
    begin(&test, &run);
    int events = 0;
    do {
        assert_null(lw_run_state_validate(&run));
        events++;
    } while (step(&run));
    assert_true(events > 50);
    assert_int_equal(run.progress.left, 0);
    lw_run_state_free(&run);
    lw_test_end(&test);
}

// Put another value into a field, expect the message, and put the old one back.
#define assert_broken(run, field, value, message)                        \
    do {                                                                 \
        __typeof__(field) before = (field);                              \
        (field) = (value);                                               \
        const char *found = lw_run_state_validate(run);                  \
        assert_string_equal(found != NULL ? found : "nothing", message); \
        (field) = before;                                                \
        assert_null(lw_run_state_validate(run));                         \
    } while (0)

static uint32_t stop_that_waits(const lw_run_state *run) {
    uint32_t i = 0;
    while (i < run->stop_count && run->stop[i].queued == 0) {
        i++;
    }
    assert_true(i < run->stop_count);
    return i;
}

static void what_is_broken_is_found(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_run_state run;
    begin(&test, &run);
    while (run.server[0].flight.count < 2 || run.loop[0].back.count == 0) {
        assert_true(step(&run));
    }
    assert_null(lw_run_state_validate(&run));
    lw_stop *stop = &run.stop[run.stream[run.task[0].data].first_stop];
    const uint32_t waits = stop_that_waits(&run);
    lw_server_state *server = &run.server[run.stop[waits].server];

    assert_broken(&run, stop->started, stop->started - 1, "packets got lost between two stops, or came from nowhere");
    assert_broken(&run, run.stop[waits].queued, -1, "a stop has more packets than its stream");
    assert_broken(&run, stop->total, stop->queued + stop->started - 1, "a stop has more packets than its stream");
    assert_broken(&run, run.task[2].outstanding, 4, "a task has more outstanding reads than it has tags");
    assert_broken(&run, run.task[0].offered, run.task[0].offered + 1, "a task has sent more or less than it was offered");
    assert_broken(&run, run.task[1].offered, 1, "a task moves packets before its time");
    assert_broken(&run, run.task[0].phase, LW_PHASE_FINISHING, "a task ended before its last byte was delivered");
    assert_broken(&run, run.server[0].credits[LW_PACKET_WRITE].packets, 5, "credits got lost, or came from nowhere");
    assert_broken(&run, lw_fifo_at(&run.loop[0].back, 0)->id, 1, "credits got lost, or came from nowhere");
    assert_broken(&run, lw_fifo_at(&run.server[0].flight, 0)->time_ps, LW_TIME_MAX, "what is in flight is out of order");
    assert_broken(&run, server->waiting_first, LW_NONE, "an input has packets and does not wait for its server");
    assert_broken(&run, server->waiting_last, LW_NONE, "the line of a server has no end");
    assert_broken(&run, run.resource[0].free_slots, SLOTS, "slots got lost, or came from nowhere");
    assert_broken(&run, run.task[0].in_island, LW_NONE, "a task is in two islands");
    lw_run_state_free(&run);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_broken_in_a_run),
        cmocka_unit_test(what_is_broken_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
