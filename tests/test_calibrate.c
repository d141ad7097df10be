// SPDX-License-Identifier: GPL-3.0-or-later
// Fits: a value that is known comes back from points that it made, and lands in its file; shipped
// presets are what their tables give; what cannot be fitted is told.
#include <sys/stat.h>

#include "sim/base/file.h"
#include "sim/base/text.h"
#include "sim/config/source.h"
#include "sim/study/calibrate.h"
#include "sim/study/uncertain.h"
#include "tests/helpers.h"

static const char folder[] = LW_BINARY_DIR "/test_calibrate";

static void put(lw_test *test, const char *name, const char *text) {
    const char *path = lw_arena_print(test->arena, "%s/%s", folder, name);
    assert_int_equal(lw_file_write(path, text, strlen(text), test->diags), LW_OK);
}

static const char card_head[] = "preset: 1\nname: card\ntype: gpu\nsummary: \"a card\"\nevidence: calibrated\nparameters:\n";

// A card of 10 us a call and 20 GB/s, whose preset says otherwise, and what was measured of it.
static lw_catalog *own_catalog(lw_test *test, const char *rows, const char *use) {
    static const char *const shelves[] = {"links", "devices", "measured"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(lw_folder_make(lw_arena_print(test->arena, "%s/%s", folder, shelves[i]), test->diags), LW_OK);
    }
    put(test, "devices/card.yaml", lw_arena_print(test->arena, "%s%s", card_head, rows));
    lw_text table = {0};
    lw_text_print(&table,
                  "measured: 1\nname: sample\nsource: {title: T, author: A, date: '2026'}\nsystem: s\nuse: %s\n"
                  "limit: {median: 5 %%, worst: 20 %%}\nscenario:\n"
                  "  nodes: {host: {kind: host}, gpu: {preset: card}}\n"
                  "  links: {slot: {between: [host, gpu], type: link, rate: 40 GB/s}}\n"
                  "  workloads: {copy: {kind: copy, from: host, to: gpu, bytes: 1 MiB}}\n"
                  "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints:\n",
                  use);
    for (int64_t bytes = 1024; bytes <= INT64_C(1) << 28; bytes *= 4) {
        lw_text_print(&table, "  - [%lld B, %.6f]\n", (long long)bytes, 10 + (double)bytes / 20e3);
    }
    put(test, "measured/sample.yaml", table.bytes);
    lw_text_free(&table);
    lw_catalog *catalog;
    assert_int_equal(lw_catalog_open(folder, test->arena, test->diags, &catalog), LW_OK);
    return catalog;
}

static const lw_run run = {.threads = 2};

static void test_known_values_come_back(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *rows =
        "  submit: {value: 4 us, source: \"guess, at first\", evidence: calibrated, tables: [sample]}\n"
        "  copy_rate_h2d: {value: 31 GB/s, error: 3 %, source: guess, evidence: calibrated, tables: [sample]}  # keep\n"
        "  native_gen: {value: 4, source: its box}\n";
    const lw_catalog *catalog = own_catalog(&test, rows, "calibrate");
    const char *const names[] = {"card"};
    lw_calibrations found;
    assert_int_equal(lw_presets_calibrate(catalog, &(lw_calibrate){names, 1, true}, &run, test.arena, test.diags, &found), LW_OK);
    assert_int_equal(found.count, 1);
    const lw_calibration *group = &found.group[0];
    assert_int_equal(group->fitted_count, 2);
    assert_int_equal(group->points, 10);
    // a first packet passes an engine's pace for nothing, so that a call costs a little more
    assert_true(fabs((1 + group->fitted[0].moved) * 4 / 10 - 1) < 0.01);
    assert_true(fabs((1 + group->fitted[1].moved) * 31 / 20 - 1) < 0.002);
    assert_true(group->after.worst < 1e-2 && group->before.worst > 0.3);
    assert_true(group->fitted[0].error < 1e-2 && group->fitted[1].error < 1e-2);
    assert_null(group->fitted[0].alike);
    // the files say so now, and nothing else of them has changed
    lw_calibrations again;
    const lw_source *source;
    const char *path = lw_catalog_path(catalog, LW_SHELF_DEVICES, "card", test.arena);
    assert_int_equal(lw_source_read(path, test.arena, test.diags, &source), LW_OK);
    assert_non_null(strstr(source->text, lw_arena_print(test.arena, "  submit: {value: %s, error: ", group->fitted[0].value)));
    assert_non_null(strstr(source->text, ", source: \"guess, at first\", evidence: calibrated, tables: [sample]}\n"));
    assert_non_null(
        strstr(source->text, lw_arena_print(test.arena, "  copy_rate_h2d: {value: %s, error: ", group->fitted[1].value)));
    const char *correlates = strstr(source->text, " %, correlates: {submit: ");
    assert_non_null(correlates);
    assert_non_null(strstr(correlates, "}, source: guess, evidence: calibrated, tables: [sample]}  # keep\n"
                                       "  native_gen: {value: 4, source: its box}\n"));
    assert_int_equal(lw_presets_calibrate(catalog, &(lw_calibrate){NULL, 0, false}, &run, test.arena, test.diags, &again), LW_OK);
    assert_true(again.group[0].before.worst < 1e-2);
    // written again, in their places
    assert_int_equal(lw_presets_calibrate(catalog, &(lw_calibrate){names, 1, true}, &run, test.arena, test.diags, &again), LW_OK);
    assert_int_equal(lw_source_read(path, test.arena, test.diags, &source), LW_OK);
    correlates = strstr(source->text, "correlates: {submit: ");
    assert_non_null(correlates);
    assert_null(strstr(correlates + 1, "correlates"));
    assert_non_null(strstr(correlates, "}, source: guess, evidence: calibrated, tables: [sample]}  # keep\n"));
    lw_test_end(&test);
}

// Small copies alone say nothing of a rate, and the value stays as it was.
static void test_what_no_table_shows_stays(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *rows = "  submit: {value: 4 us, source: guess, evidence: calibrated, tables: [sample]}\n"
                       "  copy_rate_d2h: {value: 31 GB/s, source: guess, evidence: calibrated, tables: [sample]}\n";
    const lw_catalog *catalog = own_catalog(&test, rows, "calibrate");
    lw_calibrations found;
    assert_int_equal(lw_presets_calibrate(catalog, &(lw_calibrate){NULL, 0, false}, &run, test.arena, test.diags, &found), LW_OK);
    assert_true(isnan(found.group[0].fitted[1].error));
    assert_string_equal(found.group[0].fitted[1].value, "31 GB/s");
    lw_test_end(&test);
}

static void test_errors(void **state) {
    (void)state;
    static const struct {
        const char *rows, *use, *preset, *message;
        int line;
    } cases[] = {
        {"  submit: {value: 4 us, source: s}\n", "calibrate", "card", "nothing of the preset 'card' is fitted to tables", 1},
        {"  submit: {value: 4 us, source: s}\n", "calibrate", "cart", "there is no preset 'cart'", 0},
        {"  submit: {value: 4 us, source: s, tables: [simple]}\n", "calibrate", "card", "there is no measured table 'simple'", 7},
        {"  submit: {value: 4 us, source: s, tables: sample}\n", "calibrate", "card", "'tables' must list measured tables", 7},
        {"  submit: {value: 0 us, source: s, tables: [sample]}\n", "calibrate", "card", "a fit needs a value above zero here", 7},
        {"  mps: {value: 256 B, source: s, tables: [sample]}\n", "calibrate", "card", "'mps' is nothing that is fitted to tables",
         7},
        {"  submit: {value: 4 us, source: s, tables: [sample]}\n", "validate", "card",
         "the table 'sample' is not for calibration", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *rows =
            lw_arena_print(test.arena, "%s  native_gen: {value: 4, source: s, evidence: calibrated}\n", cases[i].rows);
        const lw_catalog *catalog = own_catalog(&test, rows, cases[i].use);
        lw_calibrations found;
        assert_int_equal(
            lw_presets_calibrate(catalog, &(lw_calibrate){&cases[i].preset, 1, true}, &run, test.arena, test.diags, &found),
            LW_BAD_INPUT);
        assert_true(lw_diags_count(test.diags) > 0);
        const lw_diag *diag = lw_diags_at(test.diags, 0);
        assert_string_equal(diag->message, cases[i].message);
        assert_int_equal(diag->place.line, cases[i].line);
        lw_test_end(&test);
    }
}

// A shipped value never drifts from the tables that it names.
static void test_shipped_values_are_fits(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *const names[] = {"mi100", "rtx-pro-6000", "nvlink-p100-pair"};
    lw_catalog *catalog;
    lw_calibrations found;
    assert_int_equal(lw_catalog_open(LW_SOURCE_DIR "/configs", test.arena, test.diags, &catalog), LW_OK);
    assert_int_equal(lw_presets_calibrate(catalog, &(lw_calibrate){names, 3, false}, &run, test.arena, test.diags, &found),
                     LW_OK);
    assert_true(found.count >= 3);
    for (size_t g = 0; g < found.count; g++) {
        for (size_t i = 0; i < found.group[g].fitted_count; i++) {
            const lw_fitted *row = &found.group[g].fitted[i];
            const double allowed = isnan(row->error) ? 0.002 : row->error;
            if (!(fabs(row->moved) <= allowed)) {
                fail_msg("%s.%s: %s, its tables say %s", row->preset, row->key, row->before, row->value);
            }
        }
    }
    lw_test_end(&test);
}

// A call that is said to take 11 us took 10: within the error of the one card, not of the other. What
// states none has no band.
static void test_bands_of_tables(void **state) {
    (void)state;
    static const struct {
        const char *error;
        size_t banded, inside;
    } cases[] = {{", error: 10 %", 10, 10}, {", error: 1 %", 10, 0}, {"", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *rows = lw_arena_print(test.arena,
                                          "  submit: {value: 11 us%s, source: guess, evidence: assumed}\n"
                                          "  copy_rate_h2d: {value: 20 GB/s, source: guess, evidence: calibrated}\n",
                                          cases[i].error);
        const lw_catalog *catalog = own_catalog(&test, rows, "calibrate");
        lw_measured *table;
        lw_validations found;
        const char *path = lw_catalog_path(catalog, LW_SHELF_MEASURED, "sample", test.arena);
        assert_int_equal(lw_measured_load(path, catalog, test.arena, test.diags, &table), LW_OK);
        assert_int_equal(lw_measured_validate((lw_tables){&table, 1}, &run, test.arena, test.diags, &found), LW_OK);
        assert_int_equal(found.row[0].banded, 0);
        assert_int_equal(lw_validations_add_bands((lw_tables){&table, 1}, &run, &found), LW_OK);
        assert_int_equal(found.row[0].banded, cases[i].banded);
        assert_int_equal(found.row[0].inside, cases[i].inside);
        lw_test_end(&test);
    }
}

static const lw_shelf shelves[] = {LW_SHELF_LINKS, LW_SHELF_DEVICES, LW_SHELF_LIBRARIES};

// The row that "key" or "preset.key" names in a row of a preset; NULL: none.
static const lw_yaml *row_named(lw_test *test, lw_presets *presets, const lw_preset *preset, const char *word) {
    const char *dot = strrchr(word, '.');
    const char *name = dot != NULL ? lw_arena_copy_n(test->arena, word, (size_t)(dot - word)) : preset->name;
    for (size_t s = 0; s < sizeof shelves / sizeof shelves[0]; s++) {
        const lw_preset *other;
        assert_int_equal(lw_presets_read(presets, shelves[s], name, &other), LW_OK);
        if (other != NULL) {
            return lw_map_get(other->rows, dot != NULL ? dot + 1 : word);
        }
    }
    return NULL;
}

// Correlations are with rows that state an error.
static void test_shipped_correlations(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog;
    assert_int_equal(lw_catalog_open(LW_SOURCE_DIR "/configs", test.arena, test.diags, &catalog), LW_OK);
    lw_presets *presets = lw_presets_new(catalog, test.arena, test.diags);
    assert_non_null(presets);
    size_t pairs = 0;
    for (size_t s = 0; s < sizeof shelves / sizeof shelves[0]; s++) {
        for (size_t i = 0; i < lw_catalog_count(catalog, shelves[s]); i++) {
            const lw_preset *preset;
            assert_int_equal(lw_presets_read(presets, shelves[s], lw_catalog_names(catalog, shelves[s])[i], &preset), LW_OK);
            for (const lw_yaml *row = preset->rows != NULL ? preset->rows->first : NULL; row != NULL; row = row->next) {
                const lw_yaml *map = lw_map_get(row, "correlates");
                for (const lw_yaml *item = map != NULL ? map->first : NULL; item != NULL; item = item->next, pairs++) {
                    const lw_yaml *other = row_named(&test, presets, preset, item->key);
                    if (other == NULL || other == row || lw_map_get(other, "error") == NULL) {
                        fail_msg("%s.%s correlates with '%s', which states no error", preset->name, row->key, item->key);
                    }
                }
            }
        }
    }
    assert_true(pairs > 0);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values_come_back),
        cmocka_unit_test(test_what_no_table_shows_stays),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_shipped_values_are_fits),
        cmocka_unit_test(test_shipped_correlations),
        cmocka_unit_test(test_bands_of_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
