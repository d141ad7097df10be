// SPDX-License-Identifier: GPL-3.0-or-later
// Presets: what is shipped can be used and says where its numbers come from; what is wrong in a
// preset's file is told.
#include <unistd.h>

#include "models/family.h"
#include "sim/base/file.h"
#include "sim/config/catalog.h"
#include "tests/scenario_helpers.h"

// The shelves whose files are presets.
static const lw_shelf of_presets[] = {LW_SHELF_LINKS, LW_SHELF_DEVICES, LW_SHELF_LIBRARIES};

static void shipped_presets_are_sourced(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    lw_presets *presets = presets_of(&test, catalog);
    int gpus = 0;
    for (size_t s = 0; s < COUNT(of_presets); s++) {
        const lw_shelf shelf = of_presets[s];
        const char *const *names = lw_catalog_names(catalog, shelf);
        assert_true(lw_catalog_count(catalog, shelf) >
                    (shelf == LW_SHELF_LIBRARIES || shelf == LW_SHELF_MODELS || shelf == LW_SHELF_RUNTIMES ? 1 : 10));
        for (size_t i = 0; i < lw_catalog_count(catalog, shelf); i++) {
            const lw_preset *preset = NULL, *again = NULL;
            if (lw_presets_read(presets, shelf, names[i], &preset) != LW_OK || preset == NULL) {
                fail_with_diags(&test);
                return;
            }
            assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
            assert_true(lw_catalog_has(catalog, shelf, names[i]));
            assert_int_equal(lw_presets_read(presets, shelf, names[i], &again), LW_OK);
            assert_ptr_equal(again, preset);
            assert_string_equal(preset->name, names[i]);
            assert_int_equal(preset->shelf, shelf);
            assert_true(strlen(preset->summary) > 10);
            gpus += strcmp(preset->type, "gpu") == 0;
            for (const lw_yaml *row = preset->rows->first; row != NULL; row = row->next) {
                const char *source = lw_map_text(row, "source");
                if (source == NULL || strlen(source) < 5) {
                    fail_msg("%s: %s has no source", preset->name, row->key);
                }
            }
        }
    }
    assert_true(gpus >= 12);
    lw_test_end(&test);
}

// Each device in the place where it belongs, each link between ideal ends: every value passes its
// table.
static void shipped_presets_can_be_used(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    lw_presets *presets = presets_of(&test, catalog);
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_DEVICES); i++) {
        const lw_preset *preset = preset_named(presets, LW_SHELF_DEVICES, lw_catalog_names(catalog, LW_SHELF_DEVICES)[i]);
        bool host = strcmp(preset->type, "host") == 0;
        if (strcmp(preset->type, "switch") == 0) {
            lw_result passed = run_text(
                &test,
                lw_arena_print(test.arena,
                               "nodes: {a: {kind: host}, s: {preset: %s}, b: {kind: gpu}}\n"
                               "links: {l: {between: [a, s], preset: pcie-3-x4}, m: {between: [s, b], preset: pcie-3-x4}}\n"
                               "workloads: {w: {kind: copy, from: b, to: a, bytes: 1 MiB}}\n",
                               preset->name));
            assert_true(passed.point[0].workload[0].bandwidth_GBps > 3.0);
            continue;
        }
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {a: {%s}, b: {%s}}\nlinks: {l: {between: [a, b], preset: pcie-3-x4}}\n"
                                          "workloads: {w: {kind: copy, from: a, to: b, bytes: 1 MiB, memory: pageable}}\n",
                                          host ? lw_arena_print(test.arena, "preset: %s", preset->name) : "kind: host",
                                          host ? "kind: gpu" : lw_arena_print(test.arena, "preset: %s", preset->name));
        lw_result result = run_text(&test, text);
        assert_true(result.point[0].workload[0].bandwidth_GBps > 0.5);
        assert_true(result.point[0].workload[0].bandwidth_GBps < 3.94);
    }
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_LINKS); i++) {
        const lw_preset *preset = preset_named(presets, LW_SHELF_LINKS, lw_catalog_names(catalog, LW_SHELF_LINKS)[i]);
        const lw_joins *joins = lw_family_find(preset->type)->joins;
        const bool hosts = joins != NULL && !lw_joins_allow(joins, LW_END_GPU, LW_END_HOST);
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {a: {kind: host}, b: {kind: %s}}\nlinks: {l: {between: [a, b], preset: %s}}\n"
                                          "workloads: {w: {kind: copy, from: b, to: a, bytes: 1 MiB}}\n",
                                          hosts ? "host" : "gpu", preset->name);
        double least_GBps = preset->evidence == LW_SPECULATIVE ? 0 : 0.1;  // some go to Mars
        assert_true(run_text(&test, text).point[0].workload[0].bandwidth_GBps > least_GBps);
    }
    lw_test_end(&test);
}

// What explains a type by example is of that type, and right where it stands.
static void types_have_their_examples(void **state) {
    (void)state;
    static const struct {
        const char *before, *after;
        size_t index;  // of `it`
    } forms[] = {
        [LW_SECTION_NODES] =
            {"nodes: {host: {kind: host}, it: ",
             ", more: {kind: gpu}}\nlinks: {a: {between: [host, it], type: link, rate: 1 GB/s}, b: {between: [it, "
             "more], type: link, rate: 1 GB/s}}\n",
             1},
        [LW_SECTION_LINKS] = {"nodes: {host: {kind: host}, gpu: {kind: gpu}, other: {kind: host}}\nlinks: {it: {between: [host, ",
                              "}\n", 0},
        [LW_SECTION_LIBRARIES] = {"nodes: {host: {kind: host}, gpu: {kind: gpu}}\nlinks: {slot: {between: [host, gpu], preset: "
                                  "pcie-4-x4}}\nlibraries: {it: ",
                                  "}\n", 0},
        [LW_SECTION_MODELS] = {"nodes: {host: {kind: host}, gpu: {kind: gpu}}\nlinks: {slot: {between: [host, gpu], preset: "
                               "pcie-4-x4}}\nmodels: {it: ",
                               "}\n", 0},
        [LW_SECTION_RUNTIMES] = {"nodes: {host: {kind: host}, gpu: {kind: gpu}}\nlinks: {slot: {between: [host, gpu], preset: "
                                 "pcie-4-x4}}\nruntimes: {it: ",
                                 "}\n", 0},
        [LW_SECTION_WORKLOADS] = {
            "nodes: {host: {kind: host, memory_rate: 1 GB/s}, gpu: {kind: gpu, memory_rate: 1 GB/s, compute_rate: 1 TFLOP/s}}\n"
            "links: {slot: {between: [host, gpu], preset: pcie-4-x4}}\nworkloads: {it: ",
            "}\n", 0}};
    size_t families = 0;
    for (int id = 0; id < LW_SECTION_RUN; id++) {
        const lw_section *section = &lw_scenario_format()->section[id];
        for (size_t i = 0; section->type_at(i) != NULL; i++) {
            lw_test test = lw_test_begin();
            const lw_type *type = section->type_at(i);
            assert_non_null(type->example);
            // the form has the bracket
            const char *example = type->example;
            if (id == LW_SECTION_LINKS) {
                const lw_joins *joins = lw_family_find(type->name)->joins;
                const bool hosts = joins != NULL && !lw_joins_allow(joins, LW_END_GPU, LW_END_HOST);
                example = lw_arena_print(test.arena, "%s], %s", hosts ? "other" : "gpu", type->example + 1);
            }
            const lw_document *document =
                load_text(&test, lw_arena_print(test.arena, "%s%s%s", forms[id].before, example, forms[id].after));
            const lw_object *object = document->object[id][forms[id].index];
            assert_string_equal(object->name, "it");
            assert_string_equal(object->type->name, type->name);
            families += id == LW_SECTION_LINKS && object->preset != NULL;
            lw_test_end(&test);
        }
    }
    assert_true(families > 10);
}

static void unknown_presets_are_none(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    lw_presets *presets = presets_of(&test, catalog);
    const lw_preset *preset = NULL;
    assert_false(lw_catalog_has(catalog, LW_SHELF_LINKS, "pcie-4-x17"));
    assert_int_equal(lw_presets_read(presets, LW_SHELF_LINKS, "pcie-4-x17", &preset), LW_OK);
    assert_null(preset);
    assert_int_equal(lw_diags_count(test.diags), 0);
    const lw_yaml *name = lw_test_tree(&test, "oculink-2-x5");
    assert_int_equal(lw_presets_use(presets, LW_SHELF_LINKS, name, test.diags, &preset), LW_BAD_INPUT);
    assert_diag(&test, 0, "1:1: there is no link preset 'oculink-2-x5' | did you mean 'oculink-2-x4'?");
    const lw_yaml *far = lw_test_tree(&test, "unheard-of");
    assert_int_equal(lw_presets_use(presets, LW_SHELF_DEVICES, far, test.diags, &preset), LW_BAD_INPUT);
    assert_diag(&test, 1, "1:1: there is no device preset 'unheard-of' | `lanewise list devices` names them all");
    assert_string_equal(lw_catalog_folder(catalog), LW_SOURCE_DIR "/configs");
    lw_test_end(&test);
}

// Also the shelves that hold no presets: every name on one is a file.
static void shelves_hold_what_lies_in_their_folders(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    for (int shelf = 0; shelf < LW_SHELVES; shelf++) {
        size_t count = lw_catalog_count(catalog, (lw_shelf)shelf);
        assert_true(count > (shelf == LW_SHELF_TEMPLATES                                                          ? 0
                             : shelf == LW_SHELF_PLANS || (shelf > LW_SHELF_DEVICES && shelf < LW_PRESET_SHELVES) ? 1
                                                                                                                  : 10));
        for (size_t i = 0; i < count; i++) {
            const char *name = lw_catalog_names(catalog, (lw_shelf)shelf)[i];
            const char *path = lw_catalog_path(catalog, (lw_shelf)shelf, name, test.arena);
            const char *expected = lw_arena_print(test.arena, LW_SOURCE_DIR "/configs/%s/%s.yaml", lw_shelf_words[shelf], name);
            assert_string_equal(path, expected);
            assert_int_equal(access(path, R_OK), 0);
        }
    }
    lw_test_end(&test);
}

static void folders_are_found(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = NULL;
    assert_int_equal(lw_catalog_open("/nonexistent/configs", test.arena, test.diags, &catalog), LW_IO);
    assert_int_equal(setenv("LANEWISE_CONFIGS", LW_SOURCE_DIR "/tests", 1), 0);
    assert_int_equal(lw_catalog_open(NULL, test.arena, test.diags, &catalog), LW_OK);
    assert_string_equal(lw_catalog_folder(catalog), LW_SOURCE_DIR "/tests");
    assert_int_equal(lw_catalog_count(catalog, LW_SHELF_LINKS), 0);
    assert_int_equal(unsetenv("LANEWISE_CONFIGS"), 0);
    assert_int_equal(lw_catalog_open(NULL, test.arena, test.diags, &catalog), LW_OK);
    assert_true(lw_catalog_count(catalog, LW_SHELF_LINKS) > 10);
    lw_test_end(&test);
}

#define HEAD "preset: 1\nname: sample\ntype: gpu\nsummary: a card\nevidence: assumed\n"

static void wrong_files_are_told(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"preset: 1\n", "the preset needs the key 'name'"},
        {"preset: 2\nname: sample\ntype: gpu\nsummary: a card\nevidence: assumed\n",
         "'preset' is 2: this program reads format 1"},
        {HEAD "parameters: [1]\n", "'parameters' must be a map"},
        {HEAD "parameters: {p2p: true}\n", "'p2p' has no source"},
        {HEAD "parameters: {p2p: {value: true}}\n", "p2p needs the key 'source'"},
        {HEAD "parameters: {p2p: {value: true, source: mine, sauce: 1}}\n", "unknown key 'sauce'"},
        {HEAD "parameters: {p2p: {value: true, source: mine, correlates: [mps]}}\n",
         "'correlates' must be a map of keys and numbers"},
        {HEAD "parameters: {p2p: {value: true, source: mine, correlates: {mps: 1.5}}}\n",
         "a correlation is a number from -1 to 1"},
        {HEAD "parameters: {p2p: {value: true, source: mine, correlates: {mps: much}}}\n",
         "a correlation is a number from -1 to 1"},
        {"preset: 1\nname: sample\ntype: gpu\nsummary: a card\nevidence: calibrated\n"
         "parameters: {p2p: {value: true, source: mine, evidence: assumed}}\n",
         "the preset 'sample' is calibrated, but none of its values is"},
        {"preset: 1\nname: other\ntype: gpu\nsummary: a card\nevidence: assumed\n",
         "the preset 'other' lies in a file 'sample.yaml'"},
        {HEAD "base: none-such\n", "'none-such' can be no base of the preset 'sample'"},
        {HEAD "base: sample\n", "'sample' can be no base of the preset 'sample'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *folder = LW_BINARY_DIR "/test_catalog", *path = LW_BINARY_DIR "/test_catalog/devices/sample.yaml";
        assert_int_equal(lw_folder_make(LW_BINARY_DIR "/test_catalog/devices", test.diags), LW_OK);
        assert_int_equal(lw_file_write(path, cases[i].text, strlen(cases[i].text), test.diags), LW_OK);
        lw_catalog *catalog = NULL;
        assert_int_equal(lw_catalog_open(folder, test.arena, test.diags, &catalog), LW_OK);
        assert_int_equal(lw_catalog_count(catalog, LW_SHELF_DEVICES), 1);
        lw_presets *presets = presets_of(&test, catalog);
        const lw_preset *preset = NULL;
        assert_int_equal(lw_presets_read(presets, LW_SHELF_DEVICES, "sample", &preset), LW_BAD_INPUT);
        size_t errors = lw_diags_errors(test.diags);
        assert_message(&test, LW_ERROR, cases[i].message);
        // Told once; a scenario that uses it is told that it cannot.
        const lw_yaml *name = lw_test_tree(&test, "sample");
        assert_int_equal(lw_presets_use(presets, LW_SHELF_DEVICES, name, test.diags, &preset), LW_BAD_INPUT);
        assert_message(&test, LW_ERROR, "the device preset 'sample' cannot be used");
        assert_int_equal(lw_diags_errors(test.diags), errors + 1);
        lw_test_end(&test);
    }
}

// Rows of a base follow a preset's own, but for those of which it has one itself, and carry their evidence.
static void bases_fill_in(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    lw_presets *presets = presets_of(&test, catalog);
    const lw_preset *base = preset_named(presets, LW_SHELF_DEVICES, "any-card");
    const lw_preset *preset = preset_named(presets, LW_SHELF_DEVICES, "rtx-5080");
    assert_string_equal(lw_map_text(base->values, "submit_cuda"), "11.06 us");
    assert_string_equal(lw_map_text(preset->values, "submit_cuda"), "47 us");
    assert_string_equal(lw_map_text(preset->values, "submit_d3d12"), lw_map_text(base->values, "submit_d3d12"));
    bool stated = false;
    assert_int_equal(lw_preset_evidence(preset, "submit_d3d12", &stated), LW_ASSUMED);
    assert_true(stated);
    assert_int_equal(lw_preset_evidence(preset, "submit_cuda", &stated), LW_CALIBRATED);
    assert_int_equal(preset->values->count, preset->rows->count);
    lw_test_end(&test);
}

static void announced_rows_weaken_a_preset(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char text[] =
        HEAD "parameters: {p2p: {value: true, source: a talk, evidence: announced}, x-more: {value: 1, source: me}}\n";
    assert_int_equal(lw_folder_make(LW_BINARY_DIR "/test_catalog/devices", test.diags), LW_OK);
    assert_int_equal(lw_file_write(LW_BINARY_DIR "/test_catalog/devices/sample.yaml", text, strlen(text), test.diags), LW_OK);
    lw_catalog *catalog = NULL;
    assert_int_equal(lw_catalog_open(LW_BINARY_DIR "/test_catalog", test.arena, test.diags, &catalog), LW_OK);
    const lw_preset *preset = preset_named(presets_of(&test, catalog), LW_SHELF_DEVICES, "sample");
    assert_int_equal(preset->evidence, LW_ANNOUNCED);
    // Of the rows one by one: what each says, and specified where it says nothing.
    bool stated = false;
    assert_int_equal(lw_preset_evidence(preset, "p2p", &stated), LW_ANNOUNCED);
    assert_true(stated);
    assert_int_equal(lw_preset_evidence(preset, "x-more", &stated), LW_SPECIFIED);
    assert_true(stated);
    (void)lw_preset_evidence(preset, "submit", &stated);
    assert_false(stated);
    lw_test_end(&test);
}

#define READ "workloads: {r: {kind: read-latency, device: a, host: b, bytes: 64 B}}\n"

// Where no source says otherwise, a bridge between two chips takes less time than a route through a
// switch between them.
static void bridges_are_faster_than_switches(void **state) {
    (void)state;
    static const char *const pairs[][3] = {{"nvlink-h100-bridge", "nvlink-h100", "nvswitch-3"},
                                           {"nvlink-a100-bridge", "nvlink-a100", "nvswitch-2"},
                                           {"nvlink-rtx-3090", "nvlink-a100", "nvswitch-2"},
                                           {"nvlink-v100-pair", "nvlink-v100", "nvswitch-1"}};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        lw_result bridge = run_text(&test, lw_arena_print(test.arena,
                                                          "nodes: {a: {kind: gpu}, b: {kind: gpu}}\n"
                                                          "links: {l: {between: [a, b], preset: %s}}\n" READ,
                                                          pairs[i][0]));
        lw_result passed =
            run_text(&test, lw_arena_print(test.arena,
                                           "nodes: {a: {kind: gpu}, b: {kind: gpu}, s: {preset: %s}}\n"
                                           "links: {l: {between: [a, s], preset: %s}, m: {between: [s, b], preset: %s}}\n" READ,
                                           pairs[i][2], pairs[i][1], pairs[i][1]));
        assert_true(bridge.point[0].workload[0].time_s < passed.point[0].workload[0].time_s);
    }
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_presets_are_sourced),
        cmocka_unit_test(shipped_presets_can_be_used),
        cmocka_unit_test(bridges_are_faster_than_switches),
        cmocka_unit_test(types_have_their_examples),
        cmocka_unit_test(unknown_presets_are_none),
        cmocka_unit_test(shelves_hold_what_lies_in_their_folders),
        cmocka_unit_test(folders_are_found),
        cmocka_unit_test(wrong_files_are_told),
        cmocka_unit_test(bases_fill_in),
        cmocka_unit_test(announced_rows_weaken_a_preset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
