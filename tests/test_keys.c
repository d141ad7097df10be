// SPDX-License-Identifier: GPL-3.0-or-later
// Keys of whole scenarios: those without an effect, calls that cost nothing, included files.
#include <unistd.h>

#include "sim/base/file.h"
#include "sim/base/text.h"
#include "tests/pair_scenario.h"
#include "tests/scenario_helpers.h"

static void idle_keys_are_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    load_text(&test, "nodes:\n  host: {kind: host}\n  gpu: {kind: gpu, copy_rate_d2h: 14 GB/s}\n  spare: {kind: memory, "
                     "memory_rate: 1 GB/s}\n"
                     "links:\n  slot: {between: [host, gpu], preset: pcie-4-x16, replay: standard}\n"
                     "  idle: {between: [host, spare], preset: pcie-4-x4}\n"
                     "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 MiB, overlap: true}}\n");
    assert_message(&test, LW_WARNING, "nodes.gpu.copy_rate_d2h has no effect here");
    assert_message(&test, LW_WARNING, "nodes.spare takes part in nothing");
    assert_message(&test, LW_WARNING, "links.slot.replay has no effect here");
    assert_message(&test, LW_WARNING, "links.idle carries no traffic");
    assert_message(&test, LW_WARNING, "workloads.up.overlap has no effect here");
    assert_message(&test, LW_NOTE, "nodes.host is ideal: no fixed cost, no limit of its own");
    assert_int_equal(lw_diags_warnings(test.diags), 5);
    lw_test_end(&test);
}

// A card whose preset does not know what a call costs is not taken for one whose calls are free.
static void free_calls_are_told(void **state) {
    (void)state;
    static const struct {
        const char *gpu, *size;
        bool told;
    } cases[] = {{"preset: tpu-v4", "1 MiB", true},    {"preset: tpu-v4", "1 GiB", false},
                 {"preset: tpu-v4", "0 B", false},     {"preset: tpu-v4, submit: 0 ns", "1 MiB", false},
                 {"preset: rtx-4090", "1 MiB", false}, {"preset: rtx-5090", "1 MiB", false},
                 {"kind: gpu", "1 MiB", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {host: {preset: desktop-ddr5}, gpu: {%s}}\n"
                                          "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n"
                                          "workloads: {up: {kind: copy, from: host, to: gpu, bytes: %s}}\n",
                                          cases[i].gpu, cases[i].size);
        load_text(&test, text);
        bool told = has_message(&test, LW_NOTE, "nodes.gpu has no figure for the cost of a call, so short copies look too fast");
        assert_int_equal(told, cases[i].told);
        lw_test_end(&test);
    }
}

// Measured cards know what a call costs, and a copy that names no interface pays for it.
static void copies_call_through_the_cards_interface(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result named = run_text(
        &test, PAIR("preset: desktop-ddr5", "preset: rtx-5080",
                    "preset: pcie-4-x16") "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 4 KiB, api: cuda}}\n");
    lw_result unnamed = run_text(&test, PAIR("preset: desktop-ddr5", "preset: rtx-5080", "preset: pcie-4-x16") H2D("4 KiB"));
    assert_int_equal(named.point[0].end_ps, unnamed.point[0].end_ps);
    assert_string_equal(limit_of_point(&test, &unnamed.point[0]), "fixed cost (submission 47 us)");
    lw_test_end(&test);
}

// A card that nobody measured costs a call as well, by assumption. Chips of a torus, whose programs
// are compiled with their copies, make none.
static void every_card_charges_for_a_call(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    lw_presets *presets = presets_of(&test, catalog);
    size_t cards = 0;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_DEVICES); i++) {
        const lw_preset *preset = preset_named(presets, LW_SHELF_DEVICES, lw_catalog_names(catalog, LW_SHELF_DEVICES)[i]);
        if (strcmp(preset->type, "gpu") != 0 || strcmp(preset->name, "tpu-v4") == 0) {
            continue;
        }
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {host: {preset: desktop-ddr5}, gpu: {preset: %s}}\n"
                                          "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n" H2D("4 KiB"),
                                          preset->name);
        lw_result result = run_text(&test, text);
        const double us = (double)result.point[0].end_ps / 1e6;
        if (us < 2.4 || us > 90) {
            fail_msg("4 KiB to %s take %g us", preset->name, us);
        }
        cards++;
    }
    assert_true(cards >= 28);
    lw_test_end(&test);
}

// Each interface has its price on a card of which nobody measured any, and Windows has its own; queued
// calls of Vulkan are submissions. A figure of the card's own stands before those.
static void interfaces_have_their_prices(void **state) {
    (void)state;
    static const struct {
        const char *gpu, *manner, *says;
    } cases[] = {
        {"preset: rtx-4090", "api: cuda", "fixed cost (submission 11.06 us)"},
        {"preset: rtx-4090", "api: hip", "fixed cost (submission 23.64 us)"},
        {"preset: rtx-4090", "api: vulkan", "fixed cost (submission 23.5 us)"},
        {"preset: rtx-4090", "api: d3d12", "fixed cost (submission 79 us)"},
        {"preset: rtx-4090", "api: cuda-windows", "fixed cost (submission 47 us)"},
        {"preset: rtx-4090", "api: opencl-windows", "fixed cost (submission 84 us)"},
        {"preset: rx-9070-xt", "api: opencl-windows", "fixed cost (submission 84.06 us)"},
        {"preset: rtx-4090, submit_d3d12: 70 us", "api: d3d12", "fixed cost (submission 70 us)"},
        {"kind: gpu, submit: 5 us", "api: d3d12", "fixed cost (submission 5 us)"},
        {"kind: gpu, submit: 5 us, submit_vulkan: 30 us", "api: vulkan-windows", "fixed cost (submission 30 us)"},
        {"preset: rtx-4090", "api: vulkan, repeat: 1000, overlap: true", "fixed cost (queued calls 23.5 us each)"},
        {"preset: rtx-4090", "api: cuda, repeat: 1000, overlap: true", "fixed cost (queued calls 2.5 us each)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "nodes: {host: {preset: desktop-ddr5}, gpu: {%s}}\n"
                                           "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n"
                                           "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 KiB, %s}}\n",
                                           cases[i].gpu, cases[i].manner));
        assert_string_equal(limit_of_point(&test, &result.point[0]), cases[i].says);
        lw_test_end(&test);
    }
}

// What matters in one point of a sweep matters.
static void keys_of_some_points_are_not_idle(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    load_text(&test, PAIR("kind: host, cpu_copy_rate: 5 GB/s", "preset: mi100", "preset: pcie-4-x16")
                         H2D("1 MiB") "sweep: {workloads.up.memory: [pinned, pageable]}\n");
    assert_int_equal(lw_diags_warnings(test.diags), 0);
    lw_test_end(&test);
}

// What a sweep sets and what changes nothing is told at each of its values.
static void swept_keys_may_be_idle(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    load_text(&test, PAIR("kind: host", "kind: gpu, submit: 1 us", "preset: pcie-4-x16")
                         H2D("1 MiB") "sweep: {nodes.gpu.copy_rate_d2h: [1 GB/s, 2 GB/s], workloads.up.bytes: [1 MiB, 2 MiB]}\n");
    assert_int_equal(lw_diags_warnings(test.diags), 2);
    assert_diag(&test, 1, "4:35: nodes.gpu.copy_rate_d2h has no effect here");
    assert_diag(&test, 2, "4:43: nodes.gpu.copy_rate_d2h has no effect here");
    lw_test_end(&test);
}

// A key without which the scenario would be refused has an effect, though no other value of it
// may stand there.
static void needed_keys_are_not_idle(void **state) {
    (void)state;
    static const struct {
        const char *text, *key;
    } cases[] = {
        {"nodes: {gpu: {kind: gpu, count: 8, forwards: true}}\n"
         "links: {l: {between: [gpu, gpu], preset: ici-v4, pattern: torus, shape: [4, 2]}}\n"
         "workloads: {w: {kind: copy, from: 'gpu[0]', to: 'gpu[6]', bytes: 1 MiB}}\n",
         "nodes.gpu.forwards"},
        {"nodes: {gpu: {kind: gpu, count: 8, forwards: true}}\n"
         "links: {l: {between: [gpu, gpu], preset: ici-v4, pattern: torus, shape: [4, 2]}}\n"
         "workloads: {w: {kind: copy, from: 'gpu[0]', to: 'gpu[6]', bytes: 1 MiB}}\n",
         "links.l.pattern"},
        {PAIR("kind: host", "kind: gpu", "preset: pcie-4-x16") "workloads: {w: {kind: stream, from: gpu, to: host, bytes: 1 MiB, "
                                                               "arrivals: backlog}}\n",
         "workloads.w.arrivals"},
        {PAIR("kind: host", "kind: nic", "preset: pcie-3-x8") "workloads: {w: {kind: dma, device: gpu, host: host, op: write, "
                                                              "bytes: 257 B, count: 100, rate: 1 GB/s, arrivals: backlog}}\n",
         "workloads.w.arrivals"},
        // without a host there is nothing to go through
        {PAIR("kind: gpu, p2p: true", "kind: gpu",
              "type: nvlink, gen: 4") "workloads: {w: {kind: all-reduce, on: [host, gpu], bytes: 1 MiB}}\n",
         "nodes.host.p2p"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_test test = lw_test_begin();
        load_text(&test, cases[i].text);
        const char *told = lw_arena_print(test.arena, "%s has no effect here", cases[i].key);
        if (has_message(&test, LW_WARNING, told)) {
            fail_with_diags(&test);
        }
        lw_test_end(&test);
    }
}

static void included_files_come_first(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    const lw_document *scenario = NULL;
    lw_result result = {0};
    const lw_run run = {0};
    const char *folder = LW_BINARY_DIR "/test_scenario";
    assert_int_equal(lw_folder_make(folder, test.diags), LW_OK);
    write_file(&test, LW_BINARY_DIR "/test_scenario/box.yaml",
               PAIR("kind: host, memory_rate: 1 GB/s", "kind: gpu", "preset: pcie-4-x16"));
    write_file(&test, LW_BINARY_DIR "/test_scenario/main.yaml",
               "lanewise: 1\ninclude: [box]\nlinks: {slot: {preset: pcie-3-x4}}\n" H2D("1 MiB"));
    write_file(&test, LW_BINARY_DIR "/test_scenario/self.yaml", "lanewise: 1\ninclude: self\n" H2D("1 MiB"));
    assert_int_equal(lw_scenario_load(LW_BINARY_DIR "/test_scenario/main.yaml", catalog, NULL, test.arena, test.diags, &scenario),
                     LW_OK);
    assert_string_equal(scenario->title, "main");
    assert_int_equal(lw_scenario_run(scenario, &run, test.arena, test.diags, &result), LW_OK);
    assert_string_equal(result.point[0].stage[0].label, "PCIe 3.0 x4");
    assert_string_equal(limit_of_point(&test, &result.point[0]), "host memory");
    assert_int_equal(lw_scenario_load(LW_BINARY_DIR "/test_scenario/self.yaml", catalog, NULL, test.arena, test.diags, &scenario),
                     LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, "includes are nested more than 8 deep");
    assert_int_equal(lw_scenario_load(LW_BINARY_DIR "/test_scenario/none.yaml", catalog, NULL, test.arena, test.diags, &scenario),
                     LW_IO);
    lw_test_end(&test);
}

// A system holds more than one scenario uses: only what the scenario says itself is called idle.
static void idle_parts_of_an_included_file_are_fine(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    const lw_document *scenario = NULL;
    assert_int_equal(lw_folder_make(LW_BINARY_DIR "/test_scenario", test.diags), LW_OK);
    write_file(&test, LW_BINARY_DIR "/test_scenario/large.yaml",
               "nodes: {host: {kind: host, memory_rate: 9 GB/s}, gpu: {kind: gpu, tags: 9, count: 3}}\n"
               "links: {slot: {between: [host, gpu], preset: pcie-4-x16}, peer: {between: ['gpu[0]', 'gpu[1]'], preset: "
               "nvlink-rtx-3090}}\n");
    write_file(&test, LW_BINARY_DIR "/test_scenario/small.yaml",
               "lanewise: 1\ninclude: large\nnodes: {mine: {kind: switch}}\n"
               "workloads: {up: {kind: copy, from: host, to: 'gpu[0]', bytes: 1 MiB}}\n");
    assert_int_equal(
        lw_scenario_load(LW_BINARY_DIR "/test_scenario/small.yaml", catalog, NULL, test.arena, test.diags, &scenario), LW_OK);
    assert_int_equal(lw_diags_count(test.diags), 1);
    assert_message(&test, LW_WARNING, "nodes.mine takes part in nothing");
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_keys_are_told),
        cmocka_unit_test(free_calls_are_told),
        cmocka_unit_test(copies_call_through_the_cards_interface),
        cmocka_unit_test(every_card_charges_for_a_call),
        cmocka_unit_test(interfaces_have_their_prices),
        cmocka_unit_test(keys_of_some_points_are_not_idle),
        cmocka_unit_test(swept_keys_may_be_idle),
        cmocka_unit_test(needed_keys_are_not_idle),
        cmocka_unit_test(included_files_come_first),
        cmocka_unit_test(idle_parts_of_an_included_file_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
