// SPDX-License-Identifier: GPL-3.0-or-later
// The event queue against a list that is searched: the same order for every distribution of times.
#include <stdlib.h>

#include "helpers.h"
#include "sim/engine/packet/event.h"

enum { ENTITIES = 50, SLOTS = ENTITIES * LW_EVENT_KINDS, STEPS = 30000 };

typedef struct model {
    lw_event_queue queue;
    lw_arena *arena;
    int64_t pending_ps[SLOTS];  // -1: none; in the order of kind and entity
    size_t pending;
    uint64_t random;
} model;

static uint64_t draw(model *m, uint64_t below) {
    m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (m->random >> 33) % below;
}

static void start(model *m, uint64_t seed) {
    *m = (model){.arena = lw_arena_new(), .random = seed};
    size_t entities[LW_EVENT_KINDS];
    for (int kind = 0; kind < LW_EVENT_KINDS; kind++) {
        entities[kind] = ENTITIES;
    }
    assert_non_null(m->arena);
    assert_true(lw_event_init(&m->queue, entities, m->arena));
    for (size_t i = 0; i < SLOTS; i++) {
        m->pending_ps[i] = -1;
    }
}

static void push(model *m, size_t slot, int64_t time_ps) {
    if (m->pending_ps[slot] < 0) {
        m->pending_ps[slot] = time_ps;
        m->pending++;
        lw_event_push(&m->queue, time_ps, (lw_event_kind)(slot / ENTITIES), (uint32_t)(slot % ENTITIES));
    }
}

// Both must name the same event. Returns its slot.
static size_t take(model *m) {
    size_t first = SLOTS;
    for (size_t i = 0; i < SLOTS; i++) {
        if (m->pending_ps[i] >= 0 && (first == SLOTS || m->pending_ps[i] < m->pending_ps[first])) {
            first = i;
        }
    }
    uint32_t key = LW_EVENT_NONE;
    assert_true(lw_event_take(&m->queue, &key));
    assert_int_equal(m->queue.now_ps, m->pending_ps[first]);
    assert_int_equal(lw_event_kind_of(key), first / ENTITIES);
    assert_int_equal(lw_event_entity(key), first % ENTITIES);
    m->pending_ps[first] = -1;
    m->pending--;
    return first;
}

static void finish(model *m) {
    uint32_t key;
    while (m->pending > 0) {
        (void)take(m);
    }
    assert_false(lw_event_take(&m->queue, &key));
    assert_false(lw_event_take(&m->queue, &key));
    lw_arena_free(m->arena);
}

typedef int64_t (*ahead_ps)(model *m, int step);

static int64_t at_once(model *m, int step) {
    (void)m;
    (void)step;
    return 0;
}
static int64_t in_step(model *m, int step) {
    (void)step;
    return 4000 * (int64_t)draw(m, 3);
}
static int64_t as_links(model *m, int step) {
    (void)step;
    return (int64_t)draw(m, 2) * 4000 + (int64_t)draw(m, 200) * 977;
}
static int64_t over_all_scales(model *m, int step) {
    (void)step;
    return (int64_t)draw(m, UINT64_C(1) << 31) >> draw(m, 31) << draw(m, 15);
}
// Quiet, then a burst, again and again: the width of the slices is always that of the phase before.
static int64_t in_bursts(model *m, int step) {
    return (int64_t)draw(m, 1000) * (step / 5000 % 2 == 0 ? 1 : 1000000000);
}
static int64_t few_far(model *m, int step) {
    (void)step;
    return draw(m, 500) == 0 ? INT64_C(1000000000000000) : (int64_t)draw(m, 300);
}

static void test_order_for_every_distribution(void **state) {
    (void)state;
    static const ahead_ps shapes[] = {at_once, in_step, as_links, over_all_scales, in_bursts, few_far};
    model *m = malloc(sizeof *m);
    assert_non_null(m);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        start(m, s + 1);
        for (size_t slot = 0; slot < SLOTS; slot += 1 + s) {
            push(m, slot, shapes[s](m, 0));
        }
        for (int step = 0; step < STEPS && m->pending > 0; step++) {
            size_t slot = take(m);
            push(m, slot, m->queue.now_ps + shapes[s](m, step));
            if (draw(m, 4) == 0) {
                push(m, draw(m, SLOTS), m->queue.now_ps + shapes[s](m, step));
            }
        }
        finish(m);
    }
    free(m);
}

static void test_times_at_the_limits(void **state) {
    (void)state;
    model *m = malloc(sizeof *m);
    assert_non_null(m);
    start(m, 1);
    static const int64_t times_ps[] = {0,
                                       1,
                                       INT64_C(1) << 40,
                                       INT64_C(1000000000000000000),
                                       INT64_C(1000000000000000001),
                                       (INT64_C(1) << 61) - 1,
                                       INT64_C(1) << 61,
                                       INT64_MAX - 1};
    for (size_t i = 0; i < sizeof times_ps / sizeof *times_ps; i++) {
        push(m, SLOTS - 1 - i, times_ps[i]);
        push(m, i, times_ps[i]);
    }
    finish(m);
    free(m);
}

// What a jump does: some events move, others stay, and the clock is set.
static void test_gather_and_scatter(void **state) {
    (void)state;
    model *m = malloc(sizeof *m);
    assert_non_null(m);
    start(m, 7);
    for (size_t slot = 0; slot < SLOTS; slot++) {
        push(m, slot, as_links(m, 0));
    }
    for (int step = 0; step < STEPS; step++) {
        size_t slot = take(m);
        push(m, slot, m->queue.now_ps + as_links(m, step));
        if (step % 97 == 0) {
            size_t count;
            int64_t shift_ps = (int64_t)draw(m, 3) * 12345;
            lw_event *event = lw_event_gather(&m->queue, &count);
            assert_int_equal(count, m->pending);
            for (size_t i = 0; i < count; i++) {
                size_t moved = lw_event_kind_of(event[i].key) * (size_t)ENTITIES + lw_event_entity(event[i].key);
                assert_int_equal(event[i].time_ps, m->pending_ps[moved]);
                event[i].time_ps += shift_ps;
                m->pending_ps[moved] += shift_ps;
            }
            lw_event_scatter(&m->queue, count, m->queue.now_ps + shift_ps);
        }
    }
    finish(m);
    free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_for_every_distribution),
        cmocka_unit_test(test_times_at_the_limits),
        cmocka_unit_test(test_gather_and_scatter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
