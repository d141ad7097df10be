// SPDX-License-Identifier: GPL-3.0-or-later
// Scenarios from text for the tests of sim/scenario.
#ifndef LW_SCENARIO_HELPERS_H
#define LW_SCENARIO_HELPERS_H

#include "sim/lanewise.h"
#include "sim/study/scenario.h"
#include "tests/helpers.h"

static inline lw_catalog *shipped_catalog(lw_test *test) {
    lw_catalog *catalog = NULL;
    assert_int_equal(lw_catalog_open(LW_SOURCE_DIR "/configs", test->arena, test->diags, &catalog), LW_OK);
    return catalog;
}

static inline lw_status try_load(lw_test *test, const char *text, const lw_load *load, lw_scenario **out) {
    const lw_source *source = lw_test_source(test, "test.yaml", text, strlen(text));
    lw_yaml *root = NULL;
    lw_status status = lw_tree_parse(source, test->arena, test->diags, &root);
    return status != LW_OK ? status
                           : lw_scenario_from_tree(root, source, shipped_catalog(test), load, test->arena, test->diags, out);
}

static inline void fail_with_diags(lw_test *test) {
    const char *shown = lw_diags_format(test->diags, test->arena, false);
    fail_msg("%s", shown != NULL ? shown : "out of memory");
}

static inline lw_scenario *load_text(lw_test *test, const char *text) {
    lw_scenario *scenario = NULL;
    if (try_load(test, text, NULL, &scenario) != LW_OK) {
        fail_with_diags(test);
    }
    return scenario;
}

static inline lw_result run_text(lw_test *test, const char *text) {
    lw_result result = {0};
    const lw_run run = {.threads = 2};
    if (lw_scenario_run(load_text(test, text), &run, test->arena, test->diags, &result) != LW_OK) {
        fail_with_diags(test);
    }
    return result;
}

// The fabric of the first point.
static inline lw_fabric build_text(lw_test *test, const char *text) {
    lw_fabric fabric = {0};
    if (lw_scenario_build(load_text(test, text), 0, test->arena, test->diags, &fabric) != LW_OK) {
        fail_with_diags(test);
    }
    return fabric;
}

// Does any kept diagnostic have this message?
static inline bool has_message(const lw_test *test, lw_severity severity, const char *message) {
    for (size_t i = 0; i < lw_diags_count(test->diags); i++) {
        const lw_diag *diag = lw_diags_at(test->diags, i);
        if (diag->severity == severity && strcmp(diag->message, message) == 0) {
            return true;
        }
    }
    return false;
}

#define assert_message(test, severity, message)            \
    do {                                                   \
        if (!has_message((test), (severity), (message))) { \
            print_error("missing: %s\n", (message));       \
            fail_with_diags(test);                         \
        }                                                  \
    } while (0)

static inline const lw_workload_result *workload_of(const lw_point *point, const char *name) {
    for (size_t i = 0; i < point->workload_count; i++) {
        if (strcmp(point->workload[i].name, name) == 0) {
            return &point->workload[i];
        }
    }
    fail_msg("no workload %s", name);
    return NULL;
}

#endif
