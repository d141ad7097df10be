// SPDX-License-Identifier: GPL-3.0-or-later
// A result such as the simulator gives: copies to and from an external GPU behind six links, with
// measurements.
#ifndef LW_DEMO_RESULT_H
#define LW_DEMO_RESULT_H

#include "tests/chart_helpers.h"

enum { LINKS = 6, SIZES = 10, POINTS = LINKS * SIZES };
// kinds that show this result; test_planes.c has the others
enum { SIZE_KINDS = LW_CHART_WATERFALL + 1 };

typedef struct link_facts {
    const char *preset, *label, *family;
    double raw_GBps, line_code, periodic, framing, control;  // shares that are left
    double peak_GBps[2];                                     // host to gpu, gpu to host
    double fixed_s;
} link_facts;

static const link_facts facts[LINKS] = {
    {"pcie-5-x16", "PCIe 5.0 x16", "pcie", 64.0, 128.0 / 130, 0.9974, 0.924, 0.993, {56.4, 56.9}, 9e-6},
    {"pcie-4-x16", "PCIe 4.0 x16", "pcie", 32.0, 128.0 / 130, 0.9974, 0.924, 0.993, {25.6, 26.9}, 9.5e-6},
    {"oculink-2-x4", "OCuLink 4.0 x4", "oculink", 8.0, 128.0 / 130, 0.9974, 0.924, 0.993, {6.6, 6.7}, 10e-6},
    {"thunderbolt-5", "Thunderbolt 5", "usb4", 10.0, 0.95, 1.0, 0.70, 0.97, {5.6, 5.7}, 12e-6},
    {"thunderbolt-4", "Thunderbolt 4", "usb4", 5.0, 0.97, 1.0, 0.72, 0.97, {2.7, 2.9}, 12e-6},
    {"thunderbolt-3", "Thunderbolt 3", "usb4", 5.0, 0.97, 1.0, 0.66, 0.96, {2.3, 2.4}, 13e-6},
};

static inline void fill_stages(const link_facts *f, int direction, const char *workload, lw_stage_result *out) {
    *out =
        (lw_stage_result){.workload = workload, .link = "egpu", .label = f->label, .family = f->family, .hue = hue_of(f->family)};
    double left[LW_STAGE_COUNT] = {1.0, f->line_code, f->periodic, f->framing, f->control, 1.0, 1.0, 1.0, 1.0};
    double rate = f->raw_GBps;
    for (int i = 0; i < LW_STAGE_COUNT; i++) {
        rate *= left[i];
        out->rate_GBps[i] = rate;
    }
    out->rate_GBps[LW_STAGE_ENDPOINT] = fmin(rate, f->peak_GBps[direction]);
}

static inline void fill_point(lw_arena *arena, lw_point *point, int index) {
    static const char *const sizes[SIZES] = {"4 KiB", "16 KiB", "64 KiB", "256 KiB", "1 MiB",
                                             "4 MiB", "16 MiB", "64 MiB", "256 MiB", "1 GiB"};
    const link_facts *f = &facts[index / SIZES];
    int step = index % SIZES;
    double bytes = ldexp(4096.0, 2 * step);
    *point = (lw_point){.index = index, .set_count = 2, .workload_count = 2, .stage_count = 2, .evidence = LW_CALIBRATED};
    point->set = LW_NEW_ARRAY(arena, lw_set_value, 2);
    point->workload = LW_NEW_ARRAY(arena, lw_workload_result, 2);
    point->stage = LW_NEW_ARRAY(arena, lw_stage_result, 2);
    assert_non_null(point->set);
    assert_non_null(point->workload);
    assert_non_null(point->stage);
    point->set[0] = (lw_set_value){.path = "links.egpu", .text = f->preset};
    point->set[1] = (lw_set_value){
        .path = "workloads.*.bytes", .text = sizes[step], .is_number = true, .number = bytes, .dimension = LW_BYTES};
    for (int d = 0; d < 2; d++) {
        double time_s = f->fixed_s * (d == 0 ? 1.0 : 0.9) + bytes / (f->peak_GBps[d] * 1e9);
        point->workload[d] = (lw_workload_result){.name = d == 0 ? "upload" : "download",
                                                  .direction = d == 0 ? "host->gpu" : "gpu->host",
                                                  .copy = d == 0 ? "h2d" : "d2h",
                                                  .bytes = (int64_t)bytes,
                                                  .time_s = time_s,
                                                  .bandwidth_GBps = bytes / time_s / 1e9};
        fill_stages(f, d, point->workload[d].name, &point->stage[d]);
    }
}

static inline void fill_measured(lw_arena *arena, lw_result *result) {
    static double oculink[][2] = {{65536, 3.1}, {1048576, 5.9}, {16777216, 6.54}, {268435456, 6.62}};
    static double thunderbolt[][2] = {{65536, 1.35}, {1048576, 2.45}, {16777216, 2.72}, {268435456, 2.74}};
    static double slot[][2] = {{4096, 0.36}, {16384, 1.4}, {65536, 4.9}, {1048576, 18.4}, {16777216, 25.0}, {268435456, 25.4}};
    result->measured = LW_NEW_ARRAY(arena, lw_measured_series, 3);
    assert_non_null(result->measured);
    result->measured_count = 3;
    result->measured[0] = (lw_measured_series){.table = "oculink-h2d",
                                               .label = "OCuLink, RX 5700 XT",
                                               .provenance = "A. Tester, OCuLink against a slot, 2025-03-01",
                                               .series = "oculink-2-x4",
                                               .family = "oculink",
                                               .hue = hue_of("oculink"),
                                               .observe = metric_of("bandwidth_GBps"),
                                               .direction = "h2d",
                                               .over_sizes = true,
                                               .points = oculink,
                                               .count = 4};
    result->measured[1] = (lw_measured_series){.table = "thunderbolt-h2d",
                                               .label = "Thunderbolt 4, RTX 5090",
                                               .provenance = "B. Writer, Thunderbolt 4 docks, 2025-06-11",
                                               .series = "thunderbolt-4",
                                               .family = "usb4",
                                               .hue = hue_of("usb4"),
                                               .observe = metric_of("bandwidth_GBps"),
                                               .direction = "h2d",
                                               .over_sizes = true,
                                               .points = thunderbolt,
                                               .count = 4};
    result->measured[2] = (lw_measured_series){.table = "slot-d2h",
                                               .label = "PCIe 4.0 x16, MI100",
                                               .provenance = "C. Reader, Copies on MI100, 2024-01-20",
                                               .series = "pcie-4-x16",
                                               .family = "pcie",
                                               .hue = hue_of("pcie"),
                                               .observe = metric_of("bandwidth_GBps"),
                                               .direction = "d2h",
                                               .over_sizes = true,
                                               .points = slot,
                                               .count = 6};
}

static inline lw_result demo_result(lw_arena *arena) {
    lw_result result = {.tool_version = "0.1.0",
                        .title = "OCuLink, Thunderbolt or a slot?",
                        .file = "configs/scenarios/oculink-or-thunderbolt.yaml",
                        .sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                        .seed = 1,
                        .hardware = "Desktop with two channels of DDR5-5600 \u00B7 NVIDIA GeForce RTX 5090, 32 GB",
                        .point_count = POINTS};
    result.point = LW_NEW_ARRAY(arena, lw_point, POINTS);
    assert_non_null(result.point);
    for (int i = 0; i < POINTS; i++) {
        fill_point(arena, &result.point[i], i);
    }
    fill_measured(arena, &result);
    return result;
}

#endif
