// SPDX-License-Identifier: GPL-3.0-or-later
// What cannot work for a physical reason is a result: rate 0 and the reason, beside all that works.
#include "sim/report/report.h"
#include "sim/study/assertion.h"
#include "tests/scenario_helpers.h"

static const char head[] = "lanewise: 1\n"
                           "nodes: {a: {kind: gpu}, b: {kind: host}, c: {kind: host, memory_rate: 50 GB/s}}\n";

static bool fails(const lw_workload_result *workload, const char *code) {
    const char *found = lw_limit_failure(&workload->limit);
    return code == NULL ? found == NULL : found != NULL && strcmp(found, code) == 0;
}

static const char *report_of(lw_test *test, const lw_result *result, lw_report_format format) {
    lw_text out = {0};
    assert_int_equal(lw_report(result, format, 0, &out), LW_OK);
    const char *kept = lw_arena_copy(test->arena, out.bytes);
    lw_text_free(&out);
    return kept;
}

// A sweep past the reach of a radio: the near points are what they are alone, the far ones have a
// reason; a direction that closes is no use without the other.
static void a_sweep_goes_on_past_the_reach(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, lw_arena_print(test.arena,
                                                            "%s"
                                                            "links: {air: {between: [a, b], preset: thz-backhaul-1km}}\n"
                                                            "workloads: {s: {kind: copy, from: a, to: b, bytes: 100 MB}}\n"
                                                            "sweep: {links.air.distance: [1 km, 3 km, 10 km, 100 km]}\n",
                                                            head));
    assert_int_equal(result.point_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const lw_workload_result *s = workload_of(&result.point[i], "s");
        assert_true(fails(s, i < 2 ? NULL : "no-signal"));
        assert_true(i < 2 ? s->bandwidth_GBps > 5 : s->bandwidth_GBps == 0);
        assert_true(i < 2 || (s->bytes == 0 && s->limit.snr_dB < s->limit.needed_dB && s->limit.lost > 0.5));
        assert_true(lw_point_limit(&result.point[i]).kind == s->limit.kind);
    }
    for (size_t i = 0; i < 4; i++) {  // the budget stands beside the rate, and falls with the distance
        const lw_signal *signal = &workload_of(&result.point[i], "s")->signal;
        assert_true(signal->mode != NULL && (i < 2) == (signal->snr_dB >= signal->needed_dB));
        assert_true(i == 0 || signal->received_dBm < workload_of(&result.point[i - 1], "s")->signal.received_dBm);
    }
    assert_true(workload_of(&result.point[2], "s")->high_GBps > 0);  // at its best it would get through
    assert_true(workload_of(&result.point[3], "s")->high_GBps == 0);
    const char *table = report_of(&test, &result, LW_FORMAT_TABLE);
    assert_non_null(strstr(table, "links.air a->b does not close: SNR -6.7 dB, bpsk-11/15 needs 3.1 dB"));
    const char *json = report_of(&test, &result, LW_FORMAT_JSON);
    const char *failed = strstr(json, "\"failed\":{\"code\":\"no-signal\",\"link\":\"air\",\"direction\":\"a->b\"");
    assert_non_null(failed);
    assert_non_null(strstr(failed, "\"mode\":\"bpsk-11/15\",\"snr_dB\":-6.7"));
    assert_null(strstr(failed, "\"time_us\""));  // they have none
    assert_non_null(strstr(failed, "\"margin_dB\":-"));
    const char *csv = report_of(&test, &result, LW_FORMAT_CSV);
    assert_non_null(strstr(csv, "s.received_dBm,s.noise_dBm,s.snr_dB,s.margin_dB,"));
    assert_non_null(strstr(csv, "\n2,10000,,0,0,,\"links.air a->b does not close"));
    lw_test_end(&test);
}

// A sweep says once how far it goes past the reach of a radio, and warns only where no point lies
// within.
static void a_sweep_tells_it_once(void **state) {
    (void)state;
    static const char beyond[] = "the link does not close from end a: -6.7 dB of signal to noise, where bpsk-11/15 needs 3.1 dB";
    static const struct {
        const char *sweep;
        size_t warnings;
        const char *note;  // NULL: none of the link
    } cases[] = {
        {"sweep: {links.air.distance: [1 km, 3 km]}\n", 0, NULL},
        {"sweep: {links.air.distance: [1 km, 3 km, 10 km, 100 km]}\n", 0,
         "links.air does not close at 2 of 4 points, the first is point 2 (links.air.distance = 10 km)"},
        // machines that come again, between others
        {"sweep: {workloads.s.bytes: [1 MB, 2 MB], links.air.distance: [10 km, 1 km]}\n", 0,
         "links.air does not close at 2 of 4 points, the first is point 0 (workloads.s.bytes = 1 MB, links.air.distance = 10 km)"},
        {"sweep: {links.air: [{preset: pcie-4-x16}, {distance: 10 km}]}\n", 0,
         "links.air does not close at 1 of 2 points, the first is point 1 (links.air = distance=10 km)"},
        {"sweep: {links.air.distance: [20 km, 10 km]}\n", 1,
         "links.air closes at none of 2 points; the nearest is point 1 (links.air.distance = 10 km)"},
        {"sweep: {links.air.distance: [10 km], workloads.s.bytes: [1 MB, 2 MB]}\n", 1, NULL},
        {"sweep: {links.air.distance: [10 km]}\n", 1, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        (void)load_text(&test, lw_arena_print(test.arena,
                                              "%s"
                                              "links: {air: {between: [a, b], preset: thz-backhaul-1km}}\n"
                                              "workloads: {s: {kind: copy, from: a, to: b, bytes: 100 MB}}\n"
                                              "%s",
                                              head, cases[i].sweep));
        assert_int_equal(lw_diags_warnings(test.diags) - has_message(&test, LW_WARNING, "nodes.c takes part in nothing"),
                         cases[i].warnings);
        assert_int_equal(has_message(&test, LW_WARNING, beyond), cases[i].warnings == 1);
        size_t told = 0;
        for (size_t k = 0; k < lw_diags_count(test.diags); k++) {
            told += strncmp(lw_diags_at(test.diags, k)->message, "links.air ", strlen("links.air ")) == 0;
        }
        assert_int_equal(told, cases[i].note != NULL);
        if (cases[i].note != NULL) {
            assert_message(&test, LW_NOTE, cases[i].note);
        }
        lw_test_end(&test);
    }
}

// What comes after a workload that cannot run never starts; what does not goes on, and takes the
// time that it takes alone.
static void the_rest_goes_on(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *const wire = "links: {air: {between: [a, b], preset: thz-room, distance: 9 km}, wire: {between: [b, c], type: "
                             "link, rate: 8 GB/s}}\n";
    const lw_result result =
        run_text(&test, lw_arena_print(test.arena,
                                       "%s%s"
                                       "workloads:\n"
                                       "  radio: {kind: copy, from: a, to: b, bytes: 1 MiB}\n"
                                       "  after: {kind: copy, from: b, to: c, bytes: 1 MiB, after: radio}\n"
                                       "  later: {kind: copy, from: c, to: b, bytes: 1 MiB, after: [wire, after]}\n"
                                       "  wire: {kind: copy, from: b, to: c, bytes: 64 MiB}\n"
                                       "  hum: {kind: memory-load, node: c, rate: 1 GB/s, bytes: 1 MiB}\n",
                                       head, wire));
    const lw_point *point = &result.point[0];
    assert_true(fails(workload_of(point, "radio"), "no-signal"));
    assert_true(fails(workload_of(point, "after"), "after-failed"));
    assert_string_equal(workload_of(point, "after")->limit.name, "radio");
    assert_true(fails(workload_of(point, "later"), "after-failed"));
    assert_string_equal(workload_of(point, "later")->limit.name, "after");
    const lw_result alone = run_text(&test, lw_arena_print(test.arena,
                                                           "%s%s"
                                                           "workloads:\n"
                                                           "  wire: {kind: copy, from: b, to: c, bytes: 64 MiB}\n"
                                                           "  hum: {kind: memory-load, node: c, rate: 1 GB/s, bytes: 1 MiB}\n",
                                                           head, wire));
    assert_true(workload_of(point, "wire")->end_ps == workload_of(&alone.point[0], "wire")->end_ps);
    assert_true(fails(workload_of(point, "hum"), NULL));
    lw_test_end(&test);
}

// Links of other kinds that lose all they are given: told alike. The wire beside carries what the
// radio cannot, where both lead there.
static void other_links_fail_alike(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(
        &test, lw_arena_print(test.arena,
                              "%s"
                              "links: {wire: {between: [a, b], type: pcie, gen: 3, lanes: 4}, air: {between: [b, c], type: "
                              "thz, distance: 9 km}, net: {between: [b, c], type: ethernet, rate: 10 Gb/s}}\n"
                              "workloads:\n"
                              "  up: {kind: copy, from: a, to: b, bytes: 1 MiB}\n"
                              "  round: {kind: copy, from: b, to: c, bytes: 1 MiB}\n"
                              "sweep: {links.wire.bit_error_rate: [0, 0.001]}\n",
                              head));
    assert_int_equal(result.point_count, 2);
    assert_true(fails(workload_of(&result.point[0], "up"), NULL));
    assert_true(fails(workload_of(&result.point[1], "up"), "errors"));
    assert_true(workload_of(&result.point[1], "up")->bandwidth_GBps == 0);
    for (size_t i = 0; i < 2; i++) {
        assert_true(fails(workload_of(&result.point[i], "round"), NULL));
        assert_true(workload_of(&result.point[i], "round")->bandwidth_GBps > 0.5);
    }
    lw_test_end(&test);
}

static lw_status assert_of(lw_test *test, const char *assertion) {
    const char *text = lw_arena_print(test->arena,
                                      "%s"
                                      "links: {air: {between: [a, b], preset: thz-room, distance: 9 km}}\n"
                                      "workloads: {s: {kind: copy, from: a, to: b, bytes: 1 MB}}\n"
                                      "assert: [\"%s\"]\n",
                                      head, assertion);
    const lw_document *document = load_text(test, text);
    lw_result result;
    assert_int_equal(lw_scenario_run(document, NULL, test->arena, test->diags, &result), LW_OK);
    const lw_assertion *all = NULL;
    size_t count = 0;
    assert_int_equal(lw_assertions_parse(document->head.asserts, test->arena, test->diags, &all, &count), LW_OK);
    return lw_assertions_check(all, count, &result, test->diags);
}

// Its rate can be asserted; a time that it does not have is neither short nor long.
static void assertions_see_it(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_int_equal(assert_of(&test, "workloads.s.bandwidth_GBps == 0"), LW_OK);
    assert_int_equal(assert_of(&test, "workloads.s.margin < -10 dB"), LW_OK);
    assert_int_equal(assert_of(&test, "workloads.s.bandwidth > 1 GB/s"), LW_CHECK_FAILED);
    assert_int_equal(assert_of(&test, "workloads.s.time < 1 s"), LW_CHECK_FAILED);
    assert_int_equal(assert_of(&test, "workloads.s.time >= 1 s"), LW_CHECK_FAILED);
    const char *found = lw_diags_format(test.diags, test.arena, false);
    assert_non_null(strstr(found, "there is no time, for workloads.s cannot run: links.air a->b does not close"));
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sweep_goes_on_past_the_reach),
        cmocka_unit_test(a_sweep_tells_it_once),
        cmocka_unit_test(the_rest_goes_on),
        cmocka_unit_test(other_links_fail_alike),
        cmocka_unit_test(assertions_see_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
