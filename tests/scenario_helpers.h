// SPDX-License-Identifier: GPL-3.0-or-later
// Scenarios from text for the tests of sim/study.
#ifndef LW_SCENARIO_HELPERS_H
#define LW_SCENARIO_HELPERS_H

#include <unistd.h>

#include "sim/base/file.h"
#include "sim/result/metric_table.h"
#include "sim/study/run.h"
#include "sim/study/scenario.h"
#include "tests/helpers.h"

static inline lw_catalog *shipped_catalog(lw_test *test) {
    lw_catalog *catalog = NULL;
    assert_int_equal(lw_catalog_open(LW_SOURCE_DIR "/configs", test->arena, test->diags, &catalog), LW_OK);
    return catalog;
}

static inline lw_presets *presets_of(lw_test *test, const lw_catalog *catalog) {
    lw_presets *presets = lw_presets_new(catalog, test->arena, test->diags);
    assert_non_null(presets);
    return presets;
}

// A preset that must be there and right.
static inline const lw_preset *preset_named(lw_presets *presets, lw_shelf shelf, const char *name) {
    const lw_preset *preset = NULL;
    if (lw_presets_read(presets, shelf, name, &preset) != LW_OK || preset == NULL) {
        fail_msg("no preset %s", name);
    }
    return preset;
}

// Scenarios are read from files: the text becomes standard input, the file "-". Where it does not
// say which format it has, a last line does, so that lines and columns stay what they are.
static inline void put_on_stdin(const char *text) {
    static FILE *file;
    static const char format[] = "\nlanewise: 1\n";
    if (file == NULL) {
        file = tmpfile();
        assert_non_null(file);
        assert_int_equal(dup2(fileno(file), STDIN_FILENO), STDIN_FILENO);
    }
    const size_t length = strlen(text), more = strstr(text, "lanewise:") == NULL ? strlen(format) : 0;
    assert_int_equal(ftruncate(STDIN_FILENO, 0), 0);
    assert_int_equal(pwrite(STDIN_FILENO, text, length, 0), length);
    assert_int_equal(pwrite(STDIN_FILENO, format, more, (off_t)length), more);
    assert_int_equal(lseek(STDIN_FILENO, 0, SEEK_SET), 0);
}

static inline void write_file(lw_test *test, const char *path, const char *text) {
    assert_int_equal(lw_file_write(path, text, strlen(text), test->diags), LW_OK);
}

static inline lw_status try_load(lw_test *test, const char *text, const lw_load *load, const lw_document **out) {
    put_on_stdin(text);
    return lw_scenario_load("-", shipped_catalog(test), load, test->arena, test->diags, out);
}

static inline void fail_with_diags(lw_test *test) {
    const char *shown = lw_diags_format(test->diags, test->arena, false);
    fail_msg("%s", shown != NULL ? shown : "out of memory");
}

static inline const lw_document *load_text(lw_test *test, const char *text) {
    const lw_document *document = NULL;
    if (try_load(test, text, NULL, &document) != LW_OK) {
        fail_with_diags(test);
    }
    return document;
}

static inline lw_result run_text(lw_test *test, const char *text) {
    lw_result result = {0};
    const lw_run run = {.threads = 2};
    if (lw_scenario_run(load_text(test, text), &run, test->arena, test->diags, &result) != LW_OK) {
        fail_with_diags(test);
    }
    return result;
}

// Payload that the links whose names begin so carried, in both directions, in the first point.
static inline int64_t payload_over(const lw_result *result, const char *link) {
    const lw_point *point = &result->point[0];
    int64_t sum = 0;
    for (size_t d = 0; d < point->direction_count; d++) {
        sum += strncmp(point->direction[d].link, link, strlen(link)) == 0 ? point->direction[d].payload_bytes : 0;
    }
    return sum;
}

// The first point of a document, and its fabric.
static inline const lw_point_setup *first_point(lw_test *test, const lw_document *document) {
    lw_point_setup *setup = LW_NEW(test->arena, lw_point_setup);
    assert_non_null(setup);
    if (lw_point_make(document, 0, NULL, test->arena, test->diags, setup) != LW_OK) {
        fail_with_diags(test);
    }
    return setup;
}

static inline lw_built build_document(lw_test *test, const lw_document *document) {
    lw_built built = {0};
    if (lw_point_build(first_point(test, document), (lw_build){.load_ps = 0}, test->arena, test->diags, &built) != LW_OK) {
        fail_with_diags(test);
    }
    return built;
}

static inline lw_built build_text(lw_test *test, const char *text) {
    return build_document(test, load_text(test, text));
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

static inline double value_of(const lw_workload_result *workload, const char *name) {
    double value = 0;
    assert_true(lw_metric_of_workload(lw_metric_find(name, LW_OF_WORKLOAD, workload->own), workload, &value));
    return value;
}

// What limits a workload, and a whole point, in words.
static inline const char *limit_in_words(lw_test *test, const lw_limit *limit) {
    const char *text = lw_limit_text(limit, test->arena);
    assert_non_null(text);
    return text;
}

static inline const char *limit_of_point(lw_test *test, const lw_point *point) {
    const lw_limit limit = lw_point_limit(point);
    return limit_in_words(test, &limit);
}

#endif
