// SPDX-License-Identifier: GPL-3.0-or-later
// The family thz: channels from distance, weather and hardware; laws that must hold; published
// links.
#include "link_helpers.h"
#include "models/thz.h"
#include "sim/config/source.h"
#include "table_helpers.h"

static double rate_Gbps(const lw_link_model *link, int dir) {
    return lw_test_stage(link, dir, LW_PACKET_WRITE, LW_STAGE_RETRY) * 8e-9;
}

static double window_Gbps(const lw_link_model *link) {
    lw_waterfall waterfall;
    lw_link_model_waterfall(link, 0, LW_PACKET_WRITE, 0, 0, &waterfall);
    return waterfall.window_Bps * 8e-9;
}

static const lw_channel *channel_of(const lw_link_model *link, int dir) {
    return &link->segment[0].channel[dir];
}

static void a_channel_of_802_15_3d(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = lw_test_link(&test, "thz", "{channel: 66, mcs: 16qam-14/15, spreading: 1, tx_power: 20 dBm}");
    const lw_channel *c = channel_of(&link, 0);
    // 21.12 GBd, 4 bits: 10.56 GB/s; code 14/15; every eighth symbol a pilot.
    assert_int_equal(c->raw_Bps.num, 10560000000);
    assert_int_equal(c->raw_Bps.den, 1);
    assert_true(lw_fraction_compare(c->line_code, (lw_fraction){14, 15}) == 0);
    assert_true(lw_fraction_compare(c->periodic, (lw_fraction){1, 8}) == 0);
    // 1.5 kB and a check sum fill nine code words of 168 B.
    assert_int_equal(lw_packet_wire_bytes(&c->format[LW_PACKET_WRITE], 1500), 9 * 168);
    assert_int_equal(lw_packet_wire_bytes(&c->format[LW_PACKET_REQUEST], 0), 168);
    // 3328 + 1288 symbols before each frame.
    assert_int_equal(c->packet_ps, llround(4616 / 21.12e9 * 1e12));
    assert_int_equal(c->latency_count, 3);
    assert_string_equal(c->latency[1].name, "propagation");
    assert_int_equal(c->latency[1].ps, 33356);
    assert_int_equal(c->credits[LW_PACKET_WRITE].packets, 512);
    assert_int_equal(c->replay, LW_REPLAY_SELECTIVE);
    // There and back, two modems per direction, two spaces, preamble and header of the answer.
    assert_int_equal(c->replay_ps, 2 * 33356 + 2 * 1000000 + 2 * 3000000 + c->packet_ps);
    assert_int_equal(c->error_unit_bytes, lw_packet_wire_bytes(&c->format[LW_PACKET_WRITE], 65536));
    assert_false(c->shared_medium);
    assert_int_equal(c->evidence, LW_SPECULATIVE);
    assert_int_equal(link.evidence, LW_SPECULATIVE);
    assert_string_equal(link.label, "THz radio 265.68 GHz");
    lw_test_end(&test);
}

// Send and wait through the channel's credits is the exchange that the standard's timing gives; the
// frame is padded to code words.
static void stop_and_wait_is_the_exchange(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/mac_exchanges.csv");
    double worst = 0;
    while (lw_test_table_next(&t)) {
        const char *text = lw_arena_print(test.arena,
                                          "{mcs: 16qam-14/15, tx_power: 30 dBm, arq: stop-and-wait, modem: 0 s, frame: %s B, "
                                          "frame_space: %s us}",
                                          lw_test_text(&t, "payload_bytes"), lw_test_text(&t, "sifs_us"));
        lw_link_model link = lw_test_link(&test, "thz", text);
        double padded = (double)lw_packet_wire_bytes(&channel_of(&link, 0)->format[LW_PACKET_WRITE],
                                                     (int64_t)lw_test_number(&t, "payload_bytes")) /
                        lw_test_number(&t, "payload_bytes");
        double cycle_s = lw_test_number(&t, "payload_bytes") * 8 / (window_Gbps(&link) * 1e9);
        double expected_s = lw_test_number(&t, "cycle_us") * 1e-6 +
                            (padded - 1) * lw_test_number(&t, "payload_bytes") * 8 / (lw_test_number(&t, "phy_rate_Gbps") * 1e9);
        worst = lw_test_worst(worst, cycle_s, expected_s);
    }
    print_message("             exchanges through credits: worst %.1e, limit 1e-3\n", worst);
    assert_int_equal(t.row, 20);
    assert_true(worst <= 1e-3);
    lw_test_end(&test);
}

static void light_takes_its_time(void **state) {
    (void)state;
    const struct {
        const char *text;
        double seconds;
    } rows[] = {
        {"{path: space, distance: 384400 km, dish_a: 10 m, dish_b: 10 m, spreading_limit: 64}", 1.28222033},
        {"{path: space, distance: 600 km, dish_a: 1 m, dish_b: 1 m}", 2.00138457e-3},
        {"{path: slant, orbit: 600 km, elevation: 90 deg, dish_a: 1 m, dish_b: 3 m}", 2.00138457e-3},
        {"{path: space, distance: 400000000 km, dish_a: 34 m, dish_b: 34 m, spreading_limit: 1048576}", 1334.25638},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lw_link_model link = lw_test_link(&test, "thz", rows[i].text);
        for (int dir = 0; dir < 2; dir++) {
            assert_close((double)channel_of(&link, dir)->latency[1].ps * 1e-12, rows[i].seconds, 1e-6);
        }
    }
    lw_test_end(&test);
}

static double absorption_dB(lw_test *test, const char *text, double f_GHz) {
    lw_test_params params;
    (void)lw_test_family(test, "thz", text, &params);
    lw_thz_path path;
    lw_thz_path_of((const lw_thz_params *)(const void *)params.bytes, &path);
    lw_thz_loss loss = lw_thz_loss_of(&path, f_GHz * 1e9);
    assert_true(loss.rain_dB == 0 && loss.fog_dB == 0 && loss.cloud_dB == 0);
    return loss.oxygen_dB + loss.vapour_dB;
}

static void slant_paths_lose_what_p676_says(void **state) {
    (void)state;
    const char *const big = "path: slant, orbit: 100 km, frequency: 100 GHz, dish_a: 30 m, dish_b: 30 m, tx_power: 60 dBm";
    // The two paths of ITU's workbook, which has no other.
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p676_slant.csv");
    double worst = 0;
    while (lw_test_table_next(&t)) {
        const char *text = lw_arena_print(test.arena, "{%s, altitude: %s km, elevation: %s deg}", big,
                                          lw_test_text(&t, "h_low_km"), lw_test_text(&t, "elevation_deg"));
        worst = lw_test_worst(worst, absorption_dB(&test, text, lw_test_number(&t, "f_GHz")), lw_test_number(&t, "A_gas_dB"));
    }
    assert_int_equal(t.row, 2);
    print_message("             ITU's slant paths in the family: worst %.1e, limit 1e-6\n", worst);
    assert_true(worst <= 1e-6);
    const struct {
        const char *column, *place;
    } paths[] = {{"zenith_0km_dB", "elevation: 90 deg"},
                 {"el30_0km_dB", "elevation: 30 deg"},
                 {"el10_0km_dB", "elevation: 10 deg"},
                 {"zenith_2km_dB", "elevation: 90 deg, altitude: 2 km"},
                 {"zenith_5km_dB", "elevation: 90 deg, altitude: 5 km"},
                 {"zenith_10km_dB", "elevation: 90 deg, altitude: 10 km"},
                 {"zenith_20km_dB", "elevation: 90 deg, altitude: 20 km"}};
    t = lw_test_table_open(&test, "radio/p676_slant_computed.csv");
    worst = 0;
    while (lw_test_table_next(&t)) {
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            double dB =
                absorption_dB(&test, lw_arena_print(test.arena, "{%s, %s}", big, paths[i].place), lw_test_number(&t, "f_GHz"));
            worst = lw_test_worst(worst, dB, lw_test_number(&t, paths[i].column));
        }
    }
    print_message("             slant paths of the family: worst %.1e, limit 1e-5 (digits printed)\n", worst);
    assert_true(worst <= 1e-5);
    lw_test_end(&test);
}

// ---- Laws ----

// The rate never rises, and the delay never falls, from one text to the next.
static void assert_falls(const char *const *texts, bool strictly) {
    lw_test test = lw_test_begin();
    double before = (double)INFINITY, first = 0;
    for (size_t i = 0; texts[i] != NULL; i++) {
        lw_link_model link = lw_test_link(&test, "thz", texts[i]);
        double rate = rate_Gbps(&link, 0);
        if (!(rate <= before * (1 + 1e-12))) {
            fail_msg("%s: %g after %g Gb/s", texts[i], rate, before);
        }
        first = i == 0 ? rate : first;
        before = rate;
    }
    assert_true(!strictly || before < first);
    lw_test_end(&test);
}

static void what_makes_it_slower(void **state) {
    (void)state;
    assert_falls((const char *const[]){"{distance: 1 m}", "{distance: 3 m}", "{distance: 10 m}", "{distance: 30 m}",
                                       "{distance: 100 m}", "{distance: 1 km, spreading_limit: 64}",
                                       "{distance: 3 km, spreading_limit: 1048576}", NULL},
                 true);
    assert_falls((const char *const[]){"{distance: 500 m, gain_a: 45 dB, gain_b: 45 dB}",
                                       "{distance: 500 m, gain_a: 45 dB, gain_b: 45 dB, rain: 5 mm/h}",
                                       "{distance: 500 m, gain_a: 45 dB, gain_b: 45 dB, rain: 25 mm/h}",
                                       "{distance: 500 m, gain_a: 45 dB, gain_b: 45 dB, rain: 100 mm/h}", NULL},
                 true);
    assert_falls((const char *const[]){"{distance: 1 km, frequency: 340 GHz, gain_a: 47 dB, gain_b: 47 dB, humidity: 0}",
                                       "{distance: 1 km, frequency: 340 GHz, gain_a: 47 dB, gain_b: 47 dB, humidity: 40 %}",
                                       "{distance: 1 km, frequency: 340 GHz, gain_a: 47 dB, gain_b: 47 dB, humidity: 100 %}",
                                       NULL},
                 true);
    assert_falls((const char *const[]){"{jitter: 0 deg}", "{jitter: 1 deg}", "{jitter: 2 deg}", "{jitter: 4 deg}", NULL}, true);
    assert_falls(
        (const char *const[]){"{evm: 5 %, distance: 1 m}", "{evm: 10 %, distance: 1 m}", "{evm: 20 %, distance: 1 m}", NULL},
        true);
    assert_falls((const char *const[]){"{pointing_error: 0 deg}", "{pointing_error: 3 deg}", "{pointing_error: 6 deg}", NULL},
                 true);
    assert_falls((const char *const[]){"{noise_figure: 3 dB}", "{noise_figure: 10 dB}", "{noise_figure: 20 dB}", NULL}, true);
    assert_falls(
        (const char *const[]){"{path: slant, elevation: 90 deg, dish_a: 3 m, dish_b: 3 m}",
                              "{path: slant, elevation: 30 deg, dish_a: 3 m, dish_b: 3 m}",
                              "{path: slant, elevation: 20 deg, dish_a: 3 m, dish_b: 3 m}",
                              "{path: slant, elevation: 20 deg, dish_a: 3 m, dish_b: 3 m, rain: 1 mm/h, spreading_limit: 64}",
                              NULL},
        true);
    assert_falls((const char *const[]){"{blockage_gap: 0 s}", "{blockage_gap: 60 s}", "{blockage_gap: 10 s}", NULL}, true);
    assert_falls((const char *const[]){"{frame: 64 KiB}", "{frame: 16 KiB}", "{frame: 1500 B}", NULL}, true);
    assert_falls((const char *const[]){"{evm_corner: 40 GHz, channel: 69, distance: 1 m}", "{channel: 69, distance: 1 m}",
                                       "{evm_corner: 15 GHz, channel: 69, distance: 1 m}", NULL},
                 true);
    // A narrower band around the same middle never carries more: what is too wide for the power or
    // the hardware stays empty.
    assert_falls((const char *const[]){"{distance: 50 m, frequency: 265 GHz, bandwidth: 69.12 GHz}",
                                       "{distance: 50 m, frequency: 265 GHz, bandwidth: 51.84 GHz}",
                                       "{distance: 50 m, frequency: 265 GHz, bandwidth: 25.92 GHz}",
                                       "{distance: 50 m, frequency: 265 GHz, bandwidth: 17.28 GHz}",
                                       "{distance: 50 m, frequency: 265 GHz, bandwidth: 8.64 GHz}",
                                       "{distance: 50 m, frequency: 265 GHz, bandwidth: 4.32 GHz}",
                                       "{distance: 50 m, frequency: 265 GHz, bandwidth: 2.16 GHz}", NULL},
                 true);
    // Losses count in the near field too.
    assert_falls((const char *const[]){"{distance: 10 cm, gain_a: 40 dB, gain_b: 40 dB, tx_power: -15 dBm}",
                                       "{distance: 10 cm, gain_a: 40 dB, gain_b: 40 dB, tx_power: -15 dBm, margin: 20 dB}",
                                       "{distance: 10 cm, gain_a: 40 dB, gain_b: 40 dB, tx_power: -15 dBm, margin: 40 dB}", NULL},
                 true);
    // Deep in space, twice as far is a quarter of the rate.
    lw_test test = lw_test_begin();
    lw_link_model near = lw_test_link(&test, "thz",
                                      "{path: space, distance: 100000000 km, dish_a: 12 m, dish_b: 12 m, bandwidth: 100 MHz, "
                                      "spreading_limit: 65536}");
    lw_link_model far = lw_test_link(&test, "thz",
                                     "{path: space, distance: 200000000 km, dish_a: 12 m, dish_b: 12 m, bandwidth: 100 MHz, "
                                     "spreading_limit: 65536}");
    assert_close(rate_Gbps(&near, 0) / rate_Gbps(&far, 0), 4, 0.02);
    lw_test_end(&test);
}

static void rates_stay_below_shannon(void **state) {
    (void)state;
    // 10 m, 8 - 6.5 dBm, 30 dBi each, 10 dB of noise figure: the worked budget of 19.758 dB at 10
    // dBm, less 8.5 dB.
    lw_test test = lw_test_begin();
    lw_link_model link = lw_test_link(&test, "thz", "{distance: 10 m}");
    double snr = lw_snr_with_evm(lw_from_dB(19.758 - 8.5), 0.1);
    double shannon_Gbps = 21.12 * log2(1 + snr);
    assert_true(rate_Gbps(&link, 0) < shannon_Gbps);
    assert_true(rate_Gbps(&link, 0) > shannon_Gbps / 2);
    lw_test_end(&test);
}

static void the_two_ways_differ_where_they_should(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = lw_test_link(&test, "thz", "{return_power: -10 dBm}");
    assert_true(rate_Gbps(&link, 1) < rate_Gbps(&link, 0));
    link = lw_test_link(&test, "thz", "{}");
    assert_memory_equal(channel_of(&link, 0), channel_of(&link, 1), sizeof(lw_channel));
    // An array sends with all its amplifiers, and gains on both ways.
    lw_link_model one = lw_test_link(&test, "thz", "{distance: 3 m, elements_a: 16}");
    assert_true(rate_Gbps(&one, 0) > rate_Gbps(&one, 1));
    // A cold sky above, a warm Earth below: the downlink hears better with a quiet receiver.
    lw_link_model sky = lw_test_link(
        &test, "thz", "{path: slant, altitude: 5 km, elevation: 90 deg, dish_a: 1 m, dish_b: 1 m, noise_figure: 1 dB}");
    assert_true(rate_Gbps(&sky, 1) >= rate_Gbps(&sky, 0));
    lw_test_end(&test);
}

static void outages_and_sharing(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model clear = lw_test_link(&test, "thz", "{}");
    lw_link_model cut = lw_test_link(&test, "thz", "{blockage_gap: 9 s, blockage: 1 s}");
    assert_close(rate_Gbps(&cut, 0), 0.9 * rate_Gbps(&clear, 0), 1e-12);
    assert_int_equal(channel_of(&cut, 0)->outages.gap_ps, INT64_C(9000000000000));
    assert_int_equal(channel_of(&cut, 1)->outages.length_ps, INT64_C(1000000000000));
    assert_int_equal(channel_of(&clear, 0)->outages.length_ps, 0);
    lw_link_model shared = lw_test_link(&test, "thz", "{duplex: shared, window: 8}");
    assert_true(channel_of(&shared, 0)->shared_medium);
    assert_int_equal(channel_of(&shared, 0)->turnaround_ps, 3000000);
    // The answer to eight frames: two spaces, a preamble and a header.
    int64_t head_ps = channel_of(&clear, 0)->packet_ps;
    assert_int_equal(channel_of(&shared, 0)->packet_ps, head_ps + (head_ps + 6000000) / 8);
    // The ground hears the sky's noise, the satellite the ground's: on one medium both keep to the
    // weaker direction's mode.
#define SLANT "path: slant, altitude: 5 km, elevation: 90 deg, dish_a: 1 m, dish_b: 1 m, noise_figure: 1 dB"
    lw_link_model apart = lw_test_link(&test, "thz", "{" SLANT "}");
    lw_link_model joined = lw_test_link(&test, "thz", "{" SLANT ", duplex: shared}");
#undef SLANT
    assert_true(rate_Gbps(&apart, 0) != rate_Gbps(&apart, 1));
    assert_true(rate_Gbps(&joined, 0) == rate_Gbps(&joined, 1));
    lw_test_end(&test);
}

static void windows(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *const base = "path: space, distance: 384400 km, dish_a: 20 m, dish_b: 20 m, bandwidth: 1 GHz";
    const struct {
        const char *arq;
        int64_t credits;
        lw_replay replay;
    } rows[] = {{"stop-and-wait", 1, LW_REPLAY_SELECTIVE},
                {"go-back-n", 512, LW_REPLAY_GO_BACK_N},
                {"block-ack", 512, LW_REPLAY_SELECTIVE},
                {"ltp", LW_CREDITS_INFINITE, LW_REPLAY_SELECTIVE}};
    for (size_t i = 0; i < 4; i++) {
        lw_link_model link = lw_test_link(&test, "thz", lw_arena_print(test.arena, "{%s, arq: %s}", base, rows[i].arq));
        assert_int_equal(channel_of(&link, 0)->credits[LW_PACKET_WRITE].packets, rows[i].credits);
        assert_int_equal(channel_of(&link, 0)->replay, rows[i].replay);
        assert_true(channel_of(&link, 0)->replay_ps > INT64_C(2564440000000));  // there and back
    }
    // One frame of 64 KiB in flight over 2.56 s there and back.
    lw_link_model wait = lw_test_link(&test, "thz", lw_arena_print(test.arena, "{%s, arq: stop-and-wait}", base));
    assert_true(window_Gbps(&wait) < 65536 * 8 / 2.5644e9);
    lw_link_model ltp = lw_test_link(&test, "thz", lw_arena_print(test.arena, "{%s, arq: ltp}", base));
    assert_true(isinf(window_Gbps(&ltp)));
    lw_test_end(&test);
}

#define LEO                                                                                                                  \
    "path: slant, altitude: 5068 m, elevation: 45 deg, tx_power: 16 dBm, dish_a: 3.5 m, dish_b: 0.5 m, noise_figure: 5 dB, " \
    "pointing_error: 0.003 deg, modem: 20 us, frame: 128 KiB"

// No mode that is named carries more than the one that is found, whatever a lost frame costs. Over
// a long path the sender that goes back wants a sturdier mode than the one that repeats single
// frames.
static void auto_carries_most(void **state) {
    (void)state;
    const char *const texts[] = {LEO, "", "distance: 30 m", "distance: 15 m, duplex: shared, window: 1",
                                 "path: space, distance: 384400 km, dish_a: 3 m, dish_b: 3 m, spreading_limit: 4096"};
    const char *const arqs[] = {"go-back-n", "block-ack"};
    lw_test test = lw_test_begin();
    const lw_option *mcs = lw_option_find(lw_thz_options, "mcs");
    double rate[2] = {0, 0};
    for (size_t i = 0; i < 2 * COUNT(texts); i++) {
        const char *text =
            lw_arena_print(test.arena, "{arq: %s%s%s}", arqs[i % 2], *texts[i / 2] != '\0' ? ", " : "", texts[i / 2]);
        lw_test_params params;
        const lw_family *family = lw_test_family(&test, "thz", text, &params);
        lw_link_model found, named;
        family->resolve(params.bytes, &found);
        rate[i % 2] = rate_Gbps(&found, 0);
        int *mode = (int *)(void *)(params.bytes + mcs->offset);
        for (*mode = 1; mcs->words[*mode] != NULL; ++*mode) {
            family->resolve(params.bytes, &named);
            if (!(rate_Gbps(&named, 0) <= rate[i % 2] * (1 + 1e-9))) {
                fail_msg("%s: %s has %g Gb/s, auto %g", text, mcs->words[*mode], rate_Gbps(&named, 0), rate[i % 2]);
            }
        }
        if (i == 1) {
            print_message("             to a satellite: %.3g Gb/s going back, %.3g repeating one by one\n", rate[0], rate[1]);
            assert_true(rate[0] > 0.5 * rate[1] && rate[0] < rate[1]);
        }
    }
    lw_test_end(&test);
}

static void bands_hold_the_rate(void **state) {
    (void)state;
    const char *const texts[] = {
        "{}",
        "{distance: 1 m, channel: 69}",
        "{distance: 100 m, frequency: 850 GHz, gain_a: 45 dB, gain_b: 45 dB}",
        "{path: slant, dish_a: 3 m, dish_b: 3 m}",
        "{path: space, distance: 600 km, dish_a: 1 m, dish_b: 1 m}",
        "{arq: go-back-n, " LEO "}",
        "{arq: go-back-n, jitter: 0.002 deg, return_power: 12 dBm, " LEO "}",
        "{path: space, distance: 384400 km, arq: go-back-n, dish_a: 3 m, dish_b: 3 m, spreading_limit: 4096}"};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lw_test_params params;
        const lw_family *family = lw_test_family(&test, "thz", texts[i], &params);
        lw_link_model link, slow, fast;
        family->resolve(params.bytes, &link);
        family->band(params.bytes, &slow, &fast);
        for (int dir = 0; dir < 2; dir++) {
            double low = rate_Gbps(&slow, dir), middle = rate_Gbps(&link, dir), high = rate_Gbps(&fast, dir);
            print_message("             %s: %.4g to %.4g Gb/s around %.4g\n", texts[i], low, high, middle);
            assert_true(low <= middle && middle <= high && low < high);
        }
    }
    // Without a doubt there is no band; each doubt alone makes one.
    const char *const sure = "distance: 300 m, frequency: 340 GHz, gain_a: 47 dB, gain_b: 47 dB, pointing_error: 0.3 deg, "
                             "power_doubt: 0 dB, noise_doubt: 0 dB, antenna_doubt: 0 dB, code_doubt: 0 dB, slow_vapour: 1, "
                             "fast_vapour: 1, slow_evm: 1, fast_evm: 1, slow_pointing: 1, fast_pointing: 1";
    const char *const doubts[] = {"power_doubt: 3 dB", "noise_doubt: 3 dB", "antenna_doubt: 3 dB", "code_doubt: 3 dB",
                                  "slow_vapour: 3",    "fast_vapour: 0",    "slow_evm: 4",         "fast_evm: 0.1",
                                  "slow_pointing: 3",  "fast_pointing: 0"};
    for (size_t i = 0; i <= COUNT(doubts); i++) {
        lw_test_params unsure;
        const lw_option_set none = {0};
        const lw_family *thz = lw_test_family(&test, "thz", lw_arena_print(test.arena, "{%s}", sure), &unsure);
        lw_link_model least, most;
        unsure.set = none;
        if (i < COUNT(doubts)) {
            const lw_yaml *more = lw_test_tree(&test, lw_arena_print(test.arena, "{%s}", doubts[i]));
            assert_int_equal(lw_options_parse(thz->type.options, more, NULL, unsure.bytes, &unsure.set, test.diags), LW_OK);
        }
        thz->band(unsure.bytes, &least, &most);
        assert_true((rate_Gbps(&least, 0) < rate_Gbps(&most, 0)) == (i < COUNT(doubts)));
    }
    // A mode that the worst hardware cannot carry: nothing gets through, and that is a rate too.
    lw_test_params params;
    const lw_family *family = lw_test_family(&test, "thz", "{distance: 1 m, mcs: 64qam-11/15, spreading: 1}", &params);
    lw_link_model slow, fast;
    family->band(params.bytes, &slow, &fast);
    assert_true(rate_Gbps(&slow, 0) < 1e-3);
    lw_test_end(&test);
}

// ---- Link budget ----

typedef struct sheet {
    double free_dB, gains_dB, sent_dBm, received_dBm, losses_dB, snr_dB, noise_dBm, payload_GBps[2];
    int lines;
} sheet;

static void read_fact(const lw_fact *fact, void *user) {
    sheet *s = user;
    const struct {
        const char *what;
        double *at;
        double factor;
    } known[] = {{"free-space loss", &s->free_dB, 1},
                 {"gain of both antennas", &s->gains_dB, 1},
                 {"power sent, less back-off", &s->sent_dBm, 1},
                 {"power received", &s->received_dBm, 1},
                 {"oxygen", &s->losses_dB, 1},
                 {"water vapour", &s->losses_dB, 1},
                 {"rain", &s->losses_dB, 1},
                 {"fog", &s->losses_dB, 1},
                 {"clouds", &s->losses_dB, 1},
                 {"pointing", &s->losses_dB, 1},
                 {"margin", &s->losses_dB, 1},
                 {"not gained: near field", &s->losses_dB, 1},
                 {"signal to noise in the middle", &s->snr_dB, 1},
                 {"noise at this symbol rate", &s->noise_dBm, 1}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(fact->what, known[i].what) == 0) {
            *known[i].at += strtod(fact->value[0], NULL);
        }
    }
    if (strcmp(fact->what, "payload that arrives") == 0) {
        s->payload_GBps[0] = strtod(fact->value[0], NULL);
        s->payload_GBps[1] = strtod(fact->value[1], NULL);
    }
    assert_true(fact->unit != NULL && fact->value[0][0] != '\0' && fact->value[1][0] != '\0');
    s->lines++;
}

// What explain shows adds up, and ends at the rate of the link.
static void the_budget_adds_up(void **state) {
    (void)state;
    const char *const texts[] = {
        "{}", "{distance: 10 cm, gain_a: 45 dB, gain_b: 45 dB, margin: 3 dB, pointing_error: 0.1 deg}",
        "{distance: 500 m, gain_a: 50 dB, gain_b: 50 dB, rain: 25 mm/h, fog: 0.1 g/m3, frequency: 150 GHz}",
        "{path: slant, dish_a: 3 m, dish_b: 3 m, cloud: 0.1 mm, return_power: 5 dBm}",
        "{path: space, distance: 400000 km, dish_a: 3 m, dish_b: 12 m, spreading_limit: 1024}"};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lw_test_params params;
        const lw_family *family = lw_test_family(&test, "thz", texts[i], &params);
        sheet s = {0};
        family->facts(params.bytes, read_fact, &s);
        assert_true(s.lines >= 15);
        assert_true(fabs(s.sent_dBm + s.gains_dB - s.free_dB - s.losses_dB - s.received_dBm) < 0.03);
        assert_true(fabs(s.received_dBm - s.noise_dBm - s.snr_dB) < 0.02);
        lw_link_model link;
        family->resolve(params.bytes, &link);
        for (int dir = 0; dir < 2; dir++) {
            assert_close(s.payload_GBps[dir] * 8, rate_Gbps(&link, dir), 1e-3);
        }
    }
    lw_test_end(&test);
}

// ---- Published links ----

static const char *either(const lw_test_table *t, const char *published, const char *assumed) {
    const char *text = lw_test_text(t, published);
    return text[0] != '\0' ? text : lw_test_text(t, assumed);
}

static const char *published_link(lw_test *test, const lw_test_table *t) {
    const char *symbols = lw_test_text(t, "symbol_rate_GBd"), *width = either(t, "bandwidth_GHz", "assumed_bandwidth_GHz");
    const char *rate = symbols[0] == '\0' ? "" : lw_arena_print(test->arena, "symbol_rate: %s GHz, ", symbols);
    if (width[0] == '\0') {
        width = lw_arena_print(test->arena, "%.17g", lw_test_number(t, "symbol_rate_GBd") * 27 / 22);
    }
    return lw_arena_print(
        test->arena,
        "{frequency: %s GHz, bandwidth: %s GHz, %sdistance: %s m, streams: %s, tx_power: %s dBm, "
        "noise_figure: %s dB, gain_a: %s dBi, gain_b: %s dBi, elements_a: %s, elements_b: %s, "
        "pilot_words: %s, frame: 1 MiB}",
        lw_test_text(t, "freq_GHz"), width, rate, lw_test_text(t, "distance_m"), lw_test_text(t, "streams"),
        either(t, "tx_power_dBm", "assumed_power_dBm"), either(t, "rx_noise_figure_dB", "assumed_noise_figure_dB"),
        lw_test_text(t, "assumed_gain_dBi")[0] != '\0' ? lw_test_text(t, "assumed_gain_dBi") : "0",
        lw_test_text(t, "assumed_gain_dBi")[0] != '\0' ? lw_test_text(t, "assumed_gain_dBi") : "0",
        lw_test_text(t, "assumed_elements"), lw_test_text(t, "assumed_elements"), lw_test_text(t, "assumed_pilot_words"));
}

// Held out: each is feasible with published inputs, where there are any, and hardware of the class
// else; and none is exceeded by more than four times. What the model does not reach is named in the
// table, with the ratio.
static void published_links_are_feasible(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/links_measured.csv");
    int exceptions = 0;
    while (lw_test_table_next(&t)) {
        lw_link_model link = lw_test_link(&test, "thz", published_link(&test, &t));
        bool gross = strcmp(lw_test_text(&t, "compared"), "gross") == 0;
        double record = lw_test_number(&t, "data_rate_Gbps") * lw_test_number(&t, "net_of_published");
        double model = gross ? lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RAW) * 8e-9 : rate_Gbps(&link, 0);
        double ratio = model / record, exception = lw_test_number(&t, "exception");
        print_message("             %s: %s GHz over %s m: %.4g Gb/s, model %.4g, %.3f times%s\n", lw_test_text(&t, "id"),
                      lw_test_text(&t, "freq_GHz"), lw_test_text(&t, "distance_m"), record, model, ratio,
                      isnan(exception) ? "" : " (exception)");
        if (isnan(exception)) {
            assert_true(ratio >= 1 - 1e-9 && ratio <= 4);
        } else {
            assert_close(ratio, exception, 0.01);
            exceptions++;
        }
    }
    assert_int_equal(t.row, 15);
    assert_int_equal(exceptions, 3);
    lw_test_end(&test);
}

// ---- Rules ----

static void rules(void **state) {
    (void)state;
    const lw_test_rule rows[] = {
        {"thz", "{frequency: 990 GHz}", LW_BAD_INPUT,
         "1:13: a band of 25.92 GHz around 990 GHz leaves the range of 1 to 1000 GHz | absorption by air and rain "
         "is known from 1 to 1000 GHz (P.676, P.838); take another frequency or a smaller bandwidth"},
        {"thz", "{frequency: 6 GHz}", LW_BAD_INPUT,
         "1:13: a band of 25.92 GHz around 6 GHz leaves the range of 1 to 1000 GHz | absorption by air and rain "
         "is known from 1 to 1000 GHz (P.676, P.838); take another frequency or a smaller bandwidth"},
        {"thz", "{frequency: 6 GHz, bandwidth: 160 MHz, distance: 100 m}", LW_OK, NULL},
        {"thz", "{path: slant, altitude: 5 km, orbit: 2 km}", LW_BAD_INPUT,
         "1:38: the far end (2 km) must be above the station (5 km) | give the height of the far end above the sea"},
        {"thz", "{bandwidth: 10 GHz, symbol_rate: 11 GHz}", LW_BAD_INPUT,
         "1:34: 11 GBd do not fit into 10 GHz | give a wider band, or symbol_rate: auto"},
        {"thz", "{distance: 1 m, channel: 69, symbol_rate: 56.32 GHz}", LW_OK,
         "1:12: the link does not close from end a: -13.6 dB of signal to noise, where bpsk-11/15 needs 3.1 dB | the hardware is the limit: a lower evm, a lower symbol_rate, less jitter, or mcs: auto"},
        // The end of a downpour's curve in configs/scenarios/thz-rate-by-weather.yaml: 500 m
        // closes, 520 m does not.
        {"thz",
         "{distance: 520 m, frequency: 240 GHz, bandwidth: 39.3 GHz, tx_power: 8.5 dBm, noise_figure: 9.5 dB, gain_a: 40 dBi, gain_b: 40 dBi, jitter: 0.02 deg, vapour: 7.5 g/m3, temperature: 303 K, rain: 100 mm/h}",
         LW_OK,
         "1:12: the link does not close from end a: 2.7 dB of signal to noise, where bpsk-11/15 needs 3.1 dB | take larger antennas, more power, a shorter or drier path, less jitter, or mcs: auto"},
        {"thz", "{vapour: 7 g/m3, humidity: 40 %}", LW_BAD_INPUT,
         "1:28: humidity and vapour say the same thing twice | leave one of them out"},
        {"thz", "{vapour: 30 g/m3}", LW_BAD_INPUT,
         "1:10: air of 288.1 K holds 12.9 g/m3 of vapour at most, not 30 | give less vapour or warmer air"},
        {"thz", "{distance: 100 km, mcs: qpsk-14/15, spreading: 1}", LW_OK,
         "1:25: the link does not close from end a: -401.9 dB of signal to noise, where qpsk-14/15 needs 9.4 dB | take larger antennas, more power, a shorter or drier path, less jitter, or mcs: auto"},
        {"thz", "{frequency: 300 GHz, fog: 0.1 g/m3}", LW_OK,
         "1:27: the model of fog (P.840) is valid to 200 GHz | take the loss in fog as an estimate"},
        {"thz",
         "{frequency: 300 GHz, path: slant, altitude: 5 km, elevation: 80 deg, distance: 500 km, tx_power: 30 dBm, "
         "gain_a: 75 dB, gain_b: 75 dB, cloud: 0.01 mm}",
         LW_OK, "1:143: the model of clouds (P.840) is valid to 200 GHz | take the loss in clouds as an estimate"},
        {"thz", "{distance: 10 cm, gain_a: 50 dB, gain_b: 50 dB}", LW_OK,
         "1:12: closer than 38.1 m is the near field of these antennas: what arrives is an estimate, at most all | "
         "smaller antennas may do as well"},
        {"thz", "{distance: 3 km, rain: 10 mm/h, gain_a: 60 dB, gain_b: 60 dB}", LW_OK,
         "1:24: rain seldom falls as hard on all of a path over 1 km; it is taken as rained on evenly | give the mean rain rate of the "
         "whole path"},
    };
    assert_rules(rows);
}

// ---- Whatever the ranges allow is refused or sound ----

static uint32_t draw(uint32_t *state) {
    *state = *state * 1664525 + 1013904223;  // Numerical Recipes, ch. 7.1
    return *state >> 8;
}

static void set_drawn(const lw_option *row, uint32_t *seed, unsigned char *params) {
    double share = (draw(seed) % 65) / 64.0;  // both ends included
    double low = row->minimum, high = row->maximum;
    double value = low > 0 ? low * pow(high / low, share) : low + (high - low) * share * share * share;
    if (row->kind == LW_OPTION_QUANTITY_REAL) {
        memcpy(params + row->offset, &value, sizeof value);
    } else if (row->words == NULL && (row->kind == LW_OPTION_INTEGER || row->kind == LW_OPTION_QUANTITY_INT)) {
        int64_t whole = llround(value);
        memcpy(params + row->offset, &whole, sizeof whole);
    } else if (row->kind == LW_OPTION_WORD) {
        int words = 0;
        while (row->words[words] != NULL) {
            words++;
        }
        int word = (int)(draw(seed) % (uint32_t)words);
        memcpy(params + row->offset, &word, sizeof word);
    }
}

static void assert_finite(const lw_link_model *link) {
    for (int dir = 0; dir < 2; dir++) {
        const lw_channel *c = channel_of(link, dir);
        lw_fraction ps;
        (void)lw_channel_ps_per_byte(c, &ps);
        assert_true(ps.num > 0 && ps.den > 0);
        assert_true(c->raw_Bps.num > 0);
        assert_true(c->error_probability >= 0 && c->error_probability <= 1);
        assert_true(c->signal.mode != NULL && isfinite(c->signal.received_dBm) && isfinite(c->signal.noise_dBm));
        assert_true(isfinite(c->signal.snr_dB) && isfinite(c->signal.needed_dB));
        assert_true(c->packet_ps > 0 && c->replay_ps > 0 && c->credit_return_ps > 0 && lw_channel_latency_ps(c) >= 0);
        assert_true(isfinite(rate_Gbps(link, dir)));
        assert_true(rate_Gbps(link, dir) > 0 || !lw_link_model_works(link, NULL, NULL));
    }
}

static void drawn_parameters_are_sound_or_refused(void **state) {
    (void)state;
    const lw_family *family = lw_family_find("thz");
    uint32_t seed = 20261122;
    int sound = 0, refused = 0;
    for (int i = 0; i < 1500; i++) {
        lw_test test = lw_test_begin();
        lw_test_params params;
        memset(&params, 0, sizeof params);
        lw_options_default(family->type.options, params.bytes);
        for (const lw_option *row = family->type.options; row->key != NULL; row++) {
            if (draw(&seed) % 6 == 0) {
                set_drawn(row, &seed, params.bytes);
            }
        }
        if (family->type.check(params.bytes, &params.set, (lw_place){0}, test.diags) == LW_OK) {
            lw_link_model link;
            family->resolve(params.bytes, &link);
            assert_finite(&link);
            sound++;
        } else {
            assert_true(lw_diags_errors(test.diags) > 0);
            refused++;
        }
        lw_test_end(&test);
    }
    print_message("             %d sound, %d refused\n", sound, refused);
    assert_true(sound > 100 && refused > 100);
}

static void keys_have_effect(void **state) {
    (void)state;
    const lw_test_effect rows[] = {
        {"thz", "{}", "distance", true},
        {"thz", "{path: slant, dish_a: 3 m, dish_b: 3 m}", "distance", false},
        {"thz", "{}", "elevation", false},
        {"thz", "{path: slant, dish_a: 3 m, dish_b: 3 m}", "elevation", true},
        {"thz", "{}", "channel", true},
        {"thz", "{frequency: 300 GHz, bandwidth: 2.16 GHz}", "channel", false},
        {"thz", "{}", "bandwidth", true},
        {"thz", "{symbol_rate: 1.76 GHz}", "spreading_limit", false},
        {"thz", "{distance: 150 m}", "spreading_limit", true},
        {"thz", "{distance: 150 m, spreading: 2}", "spreading_limit", false},
        {"thz", "{}", "gain_a", true},
        {"thz", "{dish_a: 0.1 m}", "gain_a", false},
        {"thz", "{}", "aperture_efficiency", false},
        {"thz", "{dish_a: 0.1 m}", "aperture_efficiency", true},
        {"thz", "{}", "blockage", false},
        {"thz", "{blockage_gap: 10 s}", "blockage", true},
        {"thz", "{}", "window", true},
        {"thz", "{arq: ltp}", "window", false},
        {"thz", "{path: space, dish_a: 1 m, dish_b: 1 m, distance: 100 km}", "humidity", false},
        {"thz", "{distance: 100 m, frequency: 325 GHz}", "humidity", true},
    };
    assert_effects(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel_of_802_15_3d),
        cmocka_unit_test(stop_and_wait_is_the_exchange),
        cmocka_unit_test(light_takes_its_time),
        cmocka_unit_test(slant_paths_lose_what_p676_says),
        cmocka_unit_test(what_makes_it_slower),
        cmocka_unit_test(rates_stay_below_shannon),
        cmocka_unit_test(the_two_ways_differ_where_they_should),
        cmocka_unit_test(outages_and_sharing),
        cmocka_unit_test(windows),
        cmocka_unit_test(auto_carries_most),
        cmocka_unit_test(bands_hold_the_rate),
        cmocka_unit_test(the_budget_adds_up),
        cmocka_unit_test(published_links_are_feasible),
        cmocka_unit_test(rules),
        cmocka_unit_test(drawn_parameters_are_sound_or_refused),
        cmocka_unit_test(keys_have_effect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
