// SPDX-License-Identifier: GPL-3.0-or-later
// What is uncertain about a link reaches the results: the same run at both ends of it.
#include "sim/report/report.h"
#include "tests/scenario_helpers.h"

static const char head[] = "lanewise: 1\n"
                           "nodes: {here: {kind: host}, there: {kind: host}, far: {kind: gpu}}\n";

static double waterfall_GBps(const lw_link_model *link) {
    lw_waterfall waterfall;
    lw_link_model_waterfall(link, 0, LW_PACKET_WRITE, 0, 0, &waterfall);
    return waterfall.rate_Bps[LW_STAGE_RETRY] / 1e9;
}

// A long transfer has the rates of the slow and of the fast link; one over wires has no band, one
// over both has.
static void test_both_ends_are_run(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *text = lw_arena_print(test.arena,
                                      "%s"
                                      "links: {air: {between: [here, there], type: thz, distance: 5 m, margin: 6 dB}, wire: "
                                      "{between: [there, far], preset: pcie-4-x4}}\n"
                                      "workloads:\n"
                                      "  radio: {kind: copy, from: here, to: there, bytes: 1 GiB}\n"
                                      "  wire: {kind: copy, from: there, to: far, bytes: 1 MiB}\n"
                                      "  both: {kind: copy, from: here, to: far, bytes: 1 MiB, after: [radio, wire]}\n",
                                      head);
    lw_result result = run_text(&test, text);
    lw_link_model slow;
    lw_link_model fast;
    const lw_link_spec *air = first_point(&test, load_text(&test, text))->machine->link[0].spec;
    assert_string_equal(air->object->name, "air");
    air->family->band(air->params, &slow, &fast);

    const lw_workload_result *radio = workload_of(&result.point[0], "radio");
    assert_true(radio->has_band);
    assert_true(radio->low_GBps < radio->bandwidth_GBps && radio->bandwidth_GBps < radio->high_GBps);
    assert_close(radio->low_GBps, waterfall_GBps(&slow), 0.02);
    assert_close(radio->high_GBps, waterfall_GBps(&fast), 0.02);
    const lw_workload_result *wire = workload_of(&result.point[0], "wire");
    assert_false(wire->has_band);
    assert_true(wire->low_GBps == 0 && wire->high_GBps == 0);
    const lw_workload_result *both = workload_of(&result.point[0], "both");
    assert_true(both->has_band && both->low_GBps <= both->bandwidth_GBps && both->bandwidth_GBps <= both->high_GBps);

    lw_text json = {0};
    assert_int_equal(lw_report(&result, LW_FORMAT_JSON, 0, &json), LW_OK);
    const char *first = strstr(json.bytes, "\"bandwidth_low_GBps\":");
    assert_non_null(first);
    assert_non_null(strstr(first, "\"bandwidth_high_GBps\":"));
    const char *second = strstr(first + 1, "\"bandwidth_low_GBps\":");
    assert_non_null(second);
    assert_null(strstr(second + 1, "\"bandwidth_low_GBps\":"));  // not for the wire
    assert_non_null(strstr(json.bytes, "\"evidence\":\"speculative\""));
    lw_text_free(&json);
    lw_text table = {0};
    assert_int_equal(lw_report(&result, LW_FORMAT_TABLE, 0, &table), LW_OK);
    assert_non_null(strstr(table.bytes, "speculative"));
    assert_non_null(strstr(table.bytes, "uncertain, GB/s"));
    assert_non_null(strstr(table.bytes, lw_arena_print(test.arena, "%.3g to %.3g", radio->low_GBps, radio->high_GBps)));
    lw_text_free(&table);
    lw_text csv = {0};
    assert_int_equal(lw_report(&result, LW_FORMAT_CSV, 0, &csv), LW_OK);
    assert_non_null(strstr(csv.bytes, "radio.bandwidth_low_GBps,radio.bandwidth_high_GBps,"));
    assert_null(strstr(csv.bytes, "wire.bandwidth_low_GBps"));
    lw_text_free(&csv);
    lw_test_end(&test);
}

// Reads through a tunnel whose requests are unknown range from 32 of 128 B to what the link
// carries; where they are given, only routers and residual are uncertain. A table of sizes by links
// shows the range beside what limits them.
static void test_tunnels_are_uncertain(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, "lanewise: 1\n"
                        "nodes: {host: {preset: laptop-ddr5}, gpu: {kind: gpu}}\n"
                        "links: {box: {between: [host, gpu], preset: thunderbolt-5}}\n"
                        "workloads:\n"
                        "  up: {kind: copy, from: host, to: gpu, bytes: 256 MiB}\n"
                        "  down: {kind: copy, from: gpu, to: host, bytes: 256 MiB, after: [up]}\n"
                        "sweep:\n"
                        "  links.box: [{preset: thunderbolt-5}, {preset: thunderbolt-5, tags: 256}, {preset: pcie-4-x4}]\n"
                        "  workloads.*.bytes: [16 MiB, 256 MiB]\n");
    assert_int_equal(result.point_count, 6);
    const lw_workload_result *unknown = workload_of(&result.point[1], "up"), *given = workload_of(&result.point[3], "up");
    const lw_workload_result *down = workload_of(&result.point[1], "down"), *wire = workload_of(&result.point[5], "up");
    assert_true(unknown->has_band && given->has_band && down->has_band && !wire->has_band);
    assert_close(unknown->bandwidth_GBps, 6.70, 0.01);
    assert_close(unknown->low_GBps, 2.38, 0.02);  // 19 Gb/s
    assert_close(unknown->high_GBps, 6.70, 0.01);
    assert_close(given->low_GBps, 0.91 * 6.70, 0.03);
    assert_close(down->low_GBps, 0.91 * 6.62, 0.03);
    assert_close(down->high_GBps, 6.62, 0.01);
    lw_text table = {0};
    assert_int_equal(lw_report(&result, LW_FORMAT_TABLE, 0, &table), LW_OK);
    assert_non_null(strstr(table.bytes, "uncertain, GB/s"));
    assert_non_null(strstr(table.bytes, lw_arena_print(test.arena, "%.3g to %.3g", unknown->low_GBps, unknown->high_GBps)));
    lw_text_free(&table);
    lw_test_end(&test);
}

// A sweep over sizes and uncertain links: the bands stand in the cells.
static void test_a_matrix_has_bands(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, lw_arena_print(test.arena,
                                                      "%s"
                                                      "links: {way: {between: [here, there], preset: thz-desk}}\n"
                                                      "workloads: {send: {kind: copy, from: here, to: there, bytes: 1 MiB}}\n"
                                                      "sweep: {links.way: [{preset: thz-desk}, {preset: thz-room}], "
                                                      "workloads.send.bytes: [1 MiB, 64 MiB]}\n",
                                                      head));
    assert_int_equal(result.point_count, 4);
    lw_text table = {0};
    assert_int_equal(lw_report(&result, LW_FORMAT_TABLE, 0, &table), LW_OK);
    assert_non_null(strstr(table.bytes, "GB/s by links.way (in brackets: what is uncertain)\n"));
    for (size_t i = 0; i < result.point_count; i++) {
        const lw_workload_result *send = workload_of(&result.point[i], "send");
        const char *cell = send->has_band ? lw_arena_print(test.arena, "%#.3g (%#.3g to %#.3g)", send->bandwidth_GBps,
                                                           send->low_GBps, send->high_GBps)
                                          : lw_arena_print(test.arena, " %#.3g", send->bandwidth_GBps);
        assert_non_null(strstr(table.bytes, cell));
        assert_true(send->has_band ==
                    (strstr(result.point[i].set[0].text, "thz") != NULL || strstr(result.point[i].set[1].text, "thz") != NULL));
    }
    lw_text_free(&table);
    lw_test_end(&test);
}

// At 74 m the radio just closes; with 1 dB less it does not.
static void test_a_bad_end_may_be_silence(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, lw_arena_print(test.arena,
                                       "%s"
                                       "links: {air: {between: [here, there], type: thz, symbol_rate: 21.12 GHz}}\n"
                                       "workloads: {send: {kind: copy, from: here, to: there, bytes: 16 MiB}}\n"
                                       "sweep: {links.air.distance: [50 m, 74 m]}\n",
                                       head));
    assert_int_equal(result.point_count, 2);
    const lw_workload_result *near = workload_of(&result.point[0], "send");
    const lw_workload_result *limit = workload_of(&result.point[1], "send");
    assert_true(near->low_GBps > 0 && near->low_GBps <= near->bandwidth_GBps && near->high_GBps >= near->bandwidth_GBps);
    assert_true(limit->has_band && limit->bandwidth_GBps > 0 && limit->low_GBps == 0 &&
                limit->high_GBps >= limit->bandwidth_GBps);
    // and of the mode in use the margin at both ends
    for (size_t i = 0; i < result.point_count; i++) {
        const lw_workload_result *send = workload_of(&result.point[i], "send");
        const double margin_dB = lw_signal_margin_dB(&send->signal);
        assert_true(send->low_margin_dB < margin_dB && margin_dB < send->high_margin_dB);
        assert_true(send->high_margin_dB - send->low_margin_dB < 12);
    }
    assert_true(limit->low_margin_dB < 0);
    lw_test_end(&test);
}

// What is likeliest lies between what could be worst and best, for every preset.
static void test_presets_have_a_band_on_both_sides(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, lw_arena_print(test.arena,
                                                      "%s"
                                                      "links: {air: {between: [here, there], preset: thz-desk}}\n"
                                                      "workloads: {send: {kind: copy, from: here, to: there, bytes: 1 GiB}}\n"
                                                      "sweep: {links.air: [{preset: thz-desk}, {preset: thz-room}, "
                                                      "{preset: thz-backhaul-1km}, {preset: thz-leo}, "
                                                      "{preset: thz-inter-satellite}, {preset: thz-moon}, {preset: thz-mars}]}\n",
                                                      head));
    assert_int_equal(result.point_count, 7);
    for (size_t i = 0; i < result.point_count; i++) {
        const lw_workload_result *send = workload_of(&result.point[i], "send");
        print_message("             %s: %.4g to %.4g GB/s around %.4g\n", result.point[i].set[0].text, send->low_GBps,
                      send->high_GBps, send->bandwidth_GBps);
        assert_true(send->low_GBps > 0 && send->low_GBps < 0.95 * send->bandwidth_GBps);
        assert_true(send->high_GBps > 1.02 * send->bandwidth_GBps);
    }
    lw_test_end(&test);
}

// Where two routes lie near each other, a band is that of the route the nominal run took, whatever
// else runs beside.
static void test_a_band_is_of_one_way(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char *const later[] = {"", "  other: {kind: copy, from: gpu, to: host, bytes: 4 KiB, after: [up]}\n"};
    double low_GBps[2];
    for (int i = 0; i < 2; i++) {
        lw_result result = run_text(
            &test,
            lw_arena_print(test.arena,
                           "nodes: {host: {kind: host}, gpu: {kind: gpu}}\n"
                           "links:\n"
                           "  tb: {between: [host, gpu], type: usb4, standard: thunderbolt-5, tunnel_latency: 210 ns}\n"
                           "  slot: {between: [host, gpu], type: pcie, gen: 3, lanes: 8, tx_port: 720 ns, rx_port: 720 ns}\n"
                           "workloads:\n"
                           "  up: {kind: copy, from: host, to: gpu, bytes: 16 MiB}\n%s",
                           later[i]));
        const lw_workload_result *up = workload_of(&result.point[0], "up");
        assert_true(up->has_band);
        low_GBps[i] = up->low_GBps;
        assert_true(up->low_GBps < 0.9 * up->bandwidth_GBps);
    }
    assert_close(low_GBps[1], low_GBps[0], 1e-9);
    lw_test_end(&test);
}

// A bad end may take longer than the clock counts; the point itself is fine.
static void test_a_bad_end_may_take_for_ever(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, lw_arena_print(test.arena,
                                                      "%s"
                                                      "links: {air: {between: [here, there], preset: thz-mars}}\n"
                                                      "workloads: {send: {kind: copy, from: here, to: there, bytes: 200 GB}}\n",
                                                      head));
    const lw_workload_result *send = workload_of(&result.point[0], "send");
    assert_true(send->has_band && send->low_GBps == 0);
    assert_true(send->bandwidth_GBps > 0 && send->high_GBps > send->bandwidth_GBps);
    lw_test_end(&test);
}

// Who compares with measurements asks for what is likeliest, and pays for no more.
static void test_bands_may_be_left_out(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *text = lw_arena_print(test.arena,
                                      "%s"
                                      "links: {air: {between: [here, there], preset: thz-desk}}\n"
                                      "workloads: {send: {kind: copy, from: here, to: there, bytes: 1 MiB}}\n",
                                      head);
    const lw_run run = {.nominal = true};
    lw_result bare = {0}, full = run_text(&test, text);
    assert_int_equal(lw_scenario_run(load_text(&test, text), &run, test.arena, test.diags, &bare), LW_OK);
    const lw_workload_result *send = workload_of(&bare.point[0], "send");
    assert_false(send->has_band);
    assert_true(send->low_GBps == 0 && send->high_GBps == 0);
    assert_true(send->bandwidth_GBps == workload_of(&full.point[0], "send")->bandwidth_GBps);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ends_are_run),     cmocka_unit_test(test_a_matrix_has_bands),
        cmocka_unit_test(test_tunnels_are_uncertain), cmocka_unit_test(test_a_bad_end_may_be_silence),
        cmocka_unit_test(test_a_band_is_of_one_way),  cmocka_unit_test(test_a_bad_end_may_take_for_ever),
        cmocka_unit_test(test_bands_may_be_left_out), cmocka_unit_test(test_presets_have_a_band_on_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
