// SPDX-License-Identifier: GPL-3.0-or-later
// The contract of a link end to end: every preset in configs/links carries copies of several sizes,
// both ways, between ideal ends.
#include "models/family.h"
#include "tests/scenario_helpers.h"

enum { SIZES = 6 };
typedef struct journey {
    int64_t end_ps[SIZES];
    double largest_ps;  // of the largest size, by its rate after repeats alone
    int64_t fixed_ps;
} journey;

// Stages fall from the raw rate to what arrived, and payload is never more than the wire.
static void assert_rates_add_up(const char *name, const lw_point *point) {
    const lw_workload_result *send = &point->workload[0];
    assert_int_equal(point->stage_count, 1);
    const double *rate_GBps = point->stage[0].rate_GBps;
    for (int stage = 1; stage < LW_STAGE_COUNT; stage++) {
        if (!(rate_GBps[stage] <= rate_GBps[stage - 1])) {
            fail_msg("%s: stage %s gains", name, lw_stage_words[stage]);
        }
    }
    // Fewer errors than expected may happen in a run; more than the wire carries may not.
    assert_close(rate_GBps[LW_STAGE_ENDPOINT], fmin(send->bandwidth_GBps, rate_GBps[LW_STAGE_RETRY]), 1e-9);
    assert_true(send->bandwidth_GBps <= rate_GBps[LW_STAGE_CONTROL] * (1 + 1e-9));
    for (size_t i = 0; i < point->direction_count; i++) {
        assert_true(point->direction[i].payload_bytes <= point->direction[i].wire_bytes);
    }
    assert_true(send->fixed_ps > 0 && send->fixed_ps <= send->end_ps - send->start_ps);
}

// From the tunnel on the faster inner link whole packets go, from the inner link into the tunnel
// their heads: one packet of 154 B lies between the two directions, at 3.225 GB/s in the slowest
// tunnel.
static int64_t seam_ps(const char *name) {
    return strncmp(name, "thunderbolt", 11) == 0 || strncmp(name, "usb4", 4) == 0 ? 47800 : 0;
}

// A GPU pushes to a host, where the link joins such, else a host to a host. ends: of the link.
static journey travel(const lw_preset *preset, const char *ends, int seed) {
    lw_test test = lw_test_begin();
    const char *const name = preset->name;
    const lw_joins *joins = lw_family_find(preset->type)->joins;
    const bool hosts = joins != NULL && !lw_joins_allow(joins, LW_END_GPU, LW_END_HOST);
    const char *text = lw_arena_print(test.arena,
                                      "lanewise: 1\nseed: %d\n"
                                      "nodes: {a: {kind: %s}, b: {kind: host}}\n"
                                      "links: {link: {between: %s, preset: %s}}\n"
                                      "workloads: {send: {kind: copy, from: a, to: b, bytes: 1 B}}\n"
                                      "sweep: {workloads.send.bytes: [1 B, 64 B, 65 B, 4 KiB, 1 MiB, 64 MiB]}\n",
                                      seed, hosts ? "host" : "gpu", ends, name);
    assert_non_null(text);
    lw_result result = run_text(&test, text);
    assert_int_equal(result.point_count, SIZES);
    journey out = {.fixed_ps = 0};
    for (size_t i = 0; i < SIZES; i++) {
        assert_rates_add_up(name, &result.point[i]);
        out.end_ps[i] = result.point[i].end_ps;
        out.fixed_ps = result.point[i].workload[0].fixed_ps;
        out.largest_ps = (double)result.point[i].workload[0].bytes / result.point[i].stage[0].rate_GBps[LW_STAGE_RETRY] * 1e3;
        if (i > 0 && out.end_ps[i] < out.end_ps[i - 1]) {
            fail_msg("%s over %s: size %zu arrives before the smaller one", name, ends, i);
        }
    }
    lw_test_end(&test);
    return out;
}

static bool is_slant(const lw_preset *preset) {
    const char *path = strcmp(preset->type, "thz") == 0 ? lw_map_text(preset->values, "path") : NULL;
    return path != NULL && strcmp(path, "slant") == 0;
}

// The mean of several seeds where a single lost frame decides how long a small copy takes.
static journey travel_often(const lw_preset *preset, const char *ends) {
    enum { SEEDS = 8 };
    const int seeds = is_slant(preset) ? SEEDS : 1;
    journey mean = {.fixed_ps = 0};
    for (int seed = 1; seed <= seeds; seed++) {
        const journey once = travel(preset, ends, seed);
        mean.largest_ps = once.largest_ps;
        mean.fixed_ps = once.fixed_ps;
        for (size_t i = 0; i < SIZES; i++) {
            mean.end_ps[i] += once.end_ps[i] / seeds;
        }
    }
    return mean;
}

// The return path takes as long, but where it should not: radio loses other frames per direction,
// and at the two ends of a slant path an antenna sees other noise. And where software is in front
// of the wire, the last packet, which is shorter, is the last that both handle or the first.
static double allowed_difference(const lw_preset *preset) {
    if (strcmp(preset->type, "thz") == 0) {
        return is_slant(preset) ? 0.5 : 0.02;
    }
    bool software = (strcmp(preset->type, "ethernet") == 0 && strstr(preset->name, "rdma") == NULL) ||
                    strcmp(preset->type, "thunderbolt-net") == 0;
    return software ? 0.002 : 0;
}

static void every_preset_carries_copies_both_ways(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    lw_presets *presets = presets_of(&test, catalog);
    size_t count = lw_catalog_count(catalog, LW_SHELF_LINKS);
    assert_true(count >= 140);
    for (size_t i = 0; i < count; i++) {
        const lw_preset *preset = preset_named(presets, LW_SHELF_LINKS, lw_catalog_names(catalog, LW_SHELF_LINKS)[i]);
        journey there = travel_often(preset, "[a, b]");
        journey back = travel_often(preset, "[b, a]");
        for (size_t size = 0; size < SIZES; size++) {
            // A slant path may be in different modes up and down: of a long copy the difference is that
            // of their rates and, where one loses frames and the other does not, one round trip.
            const int64_t apart_ps = llabs(back.end_ps[size] - there.end_ps[size]);
            const double by_mode_ps = fabs(back.largest_ps - there.largest_ps) + 2.0 * (double)there.fixed_ps;
            if (size == SIZES - 1 && is_slant(preset)) {
                if ((double)apart_ps > by_mode_ps) {
                    fail_msg("%s: the return path takes %g s more or less, %g are explained", preset->name,
                             (double)apart_ps / 1e12, by_mode_ps / 1e12);
                }
                continue;
            }
            double difference = fabs((double)back.end_ps[size] / (double)there.end_ps[size] - 1);
            if (difference > allowed_difference(preset) && apart_ps > seam_ps(preset->name)) {
                fail_msg("%s: size %zu takes %g more or less on the return path", preset->name, size, difference);
            }
        }
    }
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_carries_copies_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
