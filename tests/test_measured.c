// SPDX-License-Identifier: GPL-3.0-or-later
// Measured tables: reading, what is wrong where, statistics, series for charts, and that every
// shipped table can be read.
#include <dirent.h>
#include <omp.h>

#include "sim/base/file.h"
#include "sim/base/sha256.h"
#include "sim/study/measured.h"
#include "tests/helpers.h"

typedef struct world {
    lw_arena *arena;
    lw_diags *diags;
    lw_catalog *catalog;
} world;

static int setup(void **state) {
    static world w;
    w.arena = lw_arena_new();
    w.diags = lw_diags_new(w.arena);
    if (!w.diags || lw_catalog_open(LW_SOURCE_DIR "/configs", w.arena, w.diags, &w.catalog) != LW_OK) {
        return -1;
    }
    *state = &w;
    return 0;
}

static int teardown(void **state) {
    lw_arena_free(((world *)*state)->arena);
    return 0;
}

// An ideal host and GPU on PCIe 3.0 x4; `tail` begins at `vary:`, which stands on line 11.
static const char *write_table(world *w, const char *limit, const char *tail) {
    const char *text = lw_arena_print(w->arena,
                                      "measured: 1\n"
                                      "name: sample\n"
                                      "source: {title: A title, author: An author, date: 2026-01-02}\n"
                                      "system: ideal ends\n"
                                      "use: validate\n"
                                      "limit: %s\n"
                                      "scenario:\n"
                                      "  nodes: {host: {kind: host, read_latency: 500 ns}, gpu: {kind: gpu, submit: 10 us}}\n"
                                      "  links: {slot: {between: [host, gpu], preset: pcie-3-x4}}\n"
                                      "  workloads: {copy: {kind: copy, from: host, to: gpu, bytes: 1 MiB, memory: pinned}}\n"
                                      "%s"
                                      "quotes: {nodes.host.read_latency: as it was, nodes.gpu.submit: as it was}\n",
                                      limit, tail);
    const char *path = LW_BINARY_DIR "/test_measured_sample.yaml";
    assert_non_null(text);
    assert_int_equal(lw_file_write(path, text, strlen(text), w->diags), LW_OK);
    return path;
}

static const char *const good_limit = "{median: 5 %, worst: 20 %}";

static void validate(world *w, const char *limit, const char *tail, lw_validation *out) {
    lw_measured *table = NULL;
    const lw_run run = {.threads = 1};
    assert_int_equal(lw_measured_load(write_table(w, limit, tail), w->catalog, w->arena, w->diags, &table), LW_OK);
    lw_validations found;
    assert_int_equal(lw_measured_validate((lw_tables){&table, 1}, &run, w->arena, w->diags, &found), LW_OK);
    assert_int_equal(found.count, 1);
    *out = found.row[0];
}

// What the model says for a size, in GB/s.
static double model_of(world *w, const char *bytes) {
    lw_validation one;
    validate(w, "{median: 1000 %, worst: 1000 %}",
             lw_arena_print(w->arena, "vary: [workloads.copy.bytes]\nobserve: workloads.copy.bandwidth_GBps\npoints: [[%s, 1]]\n",
                            bytes),
             &one);
    return one.rows[0].model;
}

static void test_statistics(void **state) {
    world *w = *state;
    const double small = model_of(w, "64 KiB"), large = model_of(w, "64 MiB");
    // 10 us to submit; PCIe 3.0 x4 carries 3.94 GB/s raw
    assert_true(small > 0.5 && small < large && large < 4);
    // Pretend that the measurements were off by known amounts: errors 0.10, 0, 0.02 and 0.04,
    // sorted 0, 0.02, 0.04, 0.10.
    const char *tail = lw_arena_print(w->arena,
                                      "vary: [workloads.copy.bytes]\nobserve: workloads.copy.bandwidth_GBps\n"
                                      "points: [[64 KiB, %.17g], [64 MiB, %.17g], [64 KiB, %.17g], [64 MiB, %.17g]]\n",
                                      small / 1.10, large, small / 0.98, large / 1.04);
    lw_validation all;
    validate(w, good_limit, tail, &all);
    assert_string_equal(all.name, "sample");
    assert_string_equal(all.family, "pcie");
    assert_string_equal(all.use, "validate");
    assert_int_equal(all.points, 4);
    assert_close(all.error.median, 0.03, 1e-9);
    assert_close(all.error.p90, 0.10, 1e-9);
    assert_close(all.error.worst, 0.10, 1e-9);
    assert_true(all.ok);
    assert_close(all.rows[0].x, 65536, 1e-15);
    assert_close(all.rows[1].measured, large, 1e-15);
    assert_close(all.rows[1].model, large, 1e-15);
    validate(w, "{median: 2.9 %, worst: 20 %}", tail, &all);
    assert_false(all.ok);
    validate(w, "{median: 5 %, worst: 9.9 %}", tail, &all);
    assert_false(all.ok);
}

static void test_time_and_two_paths(void **state) {
    world *w = *state;
    const double GBps = model_of(w, "1 MiB");
    lw_validation all;
    validate(w, good_limit,
             lw_arena_print(w->arena,
                            "vary: [links.slot.preset, workloads.copy.bytes]\nobserve: workloads.copy.time_us\n"
                            "points: [[pcie-3-x4, 1 MiB, %.17g], [pcie-3-x16, 1 MiB, %.17g]]\n",
                            1048576 / GBps / 1e3, 1048576 / GBps / 4e3),
             &all);
    assert_close(all.rows[0].model, all.rows[0].measured, 1e-9);
    // four times the lanes: the wire's part of the time shrinks,
    assert_true(all.rows[1].model < all.rows[0].model / 2);
    assert_true(all.rows[1].model > all.rows[1].measured);  // the 10 us of submission do not
    // a preset's name is no quantity: the point's number
    assert_close(all.rows[0].x, 0, 0);
    assert_close(all.rows[1].x, 1, 0);
    assert_string_equal(all.rows[1].name, "pcie-3-x16");
}

static void test_series(void **state) {
    world *w = *state;
    lw_measured *table = NULL;
    lw_measured_series series;
    const char *path =
        write_table(w, good_limit,
                    "vary: [workloads.copy.bytes]\nobserve: workloads.copy.bandwidth_GBps\npoints: [[4 KiB, 0.4], [1 MiB, 3]]\n");
    assert_int_equal(lw_measured_load(path, w->catalog, w->arena, w->diags, &table), LW_OK);
    assert_int_equal(lw_measured_series_of(table, w->arena, &series), LW_OK);
    assert_string_equal(series.table, "sample");
    assert_string_equal(series.label, "sample");
    assert_string_equal(series.provenance, "An author: A title, 2026-01-02");
    assert_string_equal(series.series, "pcie-3-x4");
    assert_string_equal(series.family, "pcie");
    assert_string_equal(series.observe->name, "bandwidth_GBps");
    assert_true(series.over_sizes);
    assert_string_equal(series.direction, "h2d");
    assert_true(series.validate_only);
    assert_int_equal(series.count, 2);
    assert_close(series.points[1][0], 1048576, 0);
    assert_close(series.points[1][1], 3, 0);
    assert_false(series.modelled);
    path = write_table(w, good_limit,
                       "vary: [workloads.copy.bytes]\nobserve: workloads.copy.bandwidth_GBps\npoints: [[4 KiB, 0.4]]\n"
                       "evidence: model\n");
    assert_int_equal(lw_measured_load(path, w->catalog, w->arena, w->diags, &table), LW_OK);
    assert_int_equal(lw_measured_series_of(table, w->arena, &series), LW_OK);
    assert_true(series.modelled);
}

// Of tables over several paths charts show what is as the scenario says, else as the last point.
static void test_series_of_two_paths(void **state) {
    world *w = *state;
    static const struct {
        const char *tail;
        double first;
        size_t count;
    } cases[] = {
        {"vary: [workloads.copy.bytes, links.slot.preset]\nobserve: workloads.copy.time_us\n"
         "points: [[4 KiB, pcie-3-x4, 1], [1 MiB, pcie-3-x4, 2], [4 KiB, pcie-3-x16, 3]]\n",
         1, 2},
        {"vary: [workloads.copy.bytes, links.slot.preset]\nobserve: workloads.copy.time_us\n"
         "points: [[4 KiB, pcie-3-x8, 1], [1 MiB, pcie-3-x8, 2], [4 KiB, pcie-3-x16, 3]]\n",
         3, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_measured *table = NULL;
        lw_measured_series series;
        const char *path = write_table(w, good_limit, cases[i].tail);
        assert_int_equal(lw_measured_load(path, w->catalog, w->arena, w->diags, &table), LW_OK);
        assert_int_equal(lw_measured_series_of(table, w->arena, &series), LW_OK);
        assert_int_equal(series.count, cases[i].count);
        assert_close(series.points[0][1], cases[i].first, 0);
    }
}

// A key of the user's own among the limits is no limit.
static void test_own_keys_are_no_limits(void **state) {
    world *w = *state;
    lw_validation all;
    validate(w, "{median: 1000 %, x-why: [a, b], worst: 1000 %, x-note: seen once}",
             "vary: [workloads.copy.bytes]\nobserve: workloads.copy.bandwidth_GBps\npoints: [[1 MiB, 3]]\n", &all);
    assert_true(all.ok);
    assert_close(all.limit_median, 10, 0);
}

typedef struct crew {
    size_t done;
    int threads;
} crew;

static void count_crew(size_t done, size_t total, void *user) {
    crew *seen = user;
    assert_true(done <= total);
    seen->done = done;
    seen->threads = omp_get_num_threads();
}

// The points of all tables share the threads, and no number depends on how many there are. A table
// that fails stops no other.
static void test_tables_share_the_threads(void **state) {
    world *w = *state;
    const char *const tails[3] = {
        "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[1 KiB, 3], [1 MiB, 4], [2 MiB, 5]]\n",
        // beyond the clock
        "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[4000000 TiB, 3]]\n",
        "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[3 KiB, 3], [3 MiB, 4]]\n",
    };
    lw_measured *table[3] = {0};
    for (int t = 0; t < 3; t++) {
        assert_int_equal(lw_measured_load(write_table(w, good_limit, tails[t]), w->catalog, w->arena, w->diags, &table[t]),
                         LW_OK);
    }
    lw_validations out[2];
    for (int threads = 1; threads <= 2; threads++) {
        crew seen = {0};
        lw_diags *diags = lw_diags_new(w->arena);
        const lw_run run = {.threads = threads, .progress = count_crew, .user = &seen};
        lw_validations *found = &out[threads - 1];
        assert_int_equal(lw_measured_validate((lw_tables){table, 3}, &run, w->arena, diags, found), LW_LIMIT);
        assert_int_equal(found->count, 2);
        assert_int_equal(seen.done, 6);
        assert_int_equal(seen.threads, threads);
        assert_int_equal(lw_diags_errors(diags), 1);
        assert_int_equal(found->row[0].points, 3);
        assert_int_equal(found->row[1].points, 2);
    }
    assert_memory_equal(out[0].row[0].rows, out[1].row[0].rows, 3 * sizeof(lw_compared));
    assert_memory_equal(out[0].row[1].rows, out[1].row[1].rows, 2 * sizeof(lw_compared));
}

static void test_errors_have_places(void **state) {
    world *w = *state;
    static const struct {
        const char *limit, *tail;
        int line, column;
        const char *message;
    } cases[] = {
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\npoints: [[1 MiB, 3]]\n", 1, 1, "observe"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.speed\npoints: [[1 MiB, 3]]\n", 12,
         10, "a workload has no 'speed'"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: links.slot.utilisation\npoints: [[1 MiB, 3]]\n",
         12, 10, "nothing that can be observed"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.other.time_us\npoints: [[1 MiB, 3]]\n",
         12, 10, "no workload 'other'"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[1 MiB, 3, 4]]\n",
         13, 10, "a point is one value for each varied path"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[1 MiB, 0]]\n",
         13, 18, "greater than 0"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[1 MiB, 3 us]]\n",
         13, 18, "no bare number"},
        {"{median: 5 %, worst: 20 %}", "vary: []\nobserve: workloads.copy.time_us\npoints: [[3]]\n", 11, 7, "vary must list"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: []\n", 13, 9,
         "at least one point"},
        {"{median: 5, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[1 MiB, 3]]\n", 6,
         17, "the limit '5' is not in percent"},
        {"[5 %, 20 %]", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[1 MiB, 3]]\n", 6, 8,
         "limit must be a map of keys and values"},
        {"{median: 5 %, worst: 20 %}", "vary: [[workloads.copy.bytes]]\nobserve: workloads.copy.time_us\npoints: [[1 MiB, 3]]\n",
         11, 8, "a varied path must be a text"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[1 MiB, [3]]]\n",
         13, 18, "the observed value must be a number"},
        {"{median: 5 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: [[1 MiB, 3]]\n", 6, 8, "worst"},
        {"{median: 5 %, worst: 20 %}",
         "vary: [workloads.copy.bytes]\nobserve: {max: [workloads.copy.time_us]}\npoints: [[1 B, 3]]\n", 12, 11,
         "'max' says nothing of several workloads"},
        {"{median: 5 %, worst: 20 %}",
         "vary: [workloads.copy.bytes]\nobserve: {sum: workloads.copy.time_us}\npoints: [[1 B, 3]]\n", 12, 10,
         "observe takes one workload, or one list of several"},
        {"{median: 5 %, worst: 20 %}",
         "vary: [workloads.copy.bytes]\nobserve: {makespan: [workloads.copy.bandwidth_GBps]}\npoints: [[1 B, 3]]\n", 12, 22,
         "a makespan is a time, not bandwidth_GBps"},
        {"{median: 5 %, worst: 20 %}",
         "vary: [workloads.copy.bytes]\nobserve: {sum: [workloads.copy.time_us, workloads.copy.time_us]}\npoints: [[1 B, 3]]\n",
         12, 41, "stands there twice"},
        {"{median: 5 %, worst: 20 %}",
         "vary: [workloads.copy.bytes]\nobserve: {sum: [workloads.a.time_us, workloads.b.bytes]}\npoints: [[1 B, 3]]\n", 12, 38,
         "a workload has no 'bytes'"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: [a]\npoints: [[1 B, 3]]\n", 12, 10,
         "what is observed must be a text"},
        {"{median: 5 %, worst: 20 %}", "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: none.csv\n", 13, 9,
         "there is no file 'none.csv' of points"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_measured *table = NULL;
        lw_diags *diags = lw_diags_new(w->arena);
        const char *path = write_table(w, cases[i].limit, cases[i].tail);
        assert_int_equal(lw_measured_load(path, w->catalog, w->arena, diags, &table), LW_BAD_INPUT);
        assert_null(table);
        assert_int_equal(lw_diags_errors(diags), 1);
        const lw_diag *diag = lw_diags_at(diags, 0);
        if (!strstr(diag->message, cases[i].message) || diag->place.line != cases[i].line ||
            diag->place.column != cases[i].column) {
            fail_msg("case %zu: %d:%d: %s", i, diag->place.line, diag->place.column, diag->message);
        }
    }
}

// Points in a file are as those in the table, and what is wrong with them is told in the file.
static void test_points_in_a_file(void **state) {
    world *w = *state;
    static const struct {
        const char *text, *wrong;
        int line, column;
    } cases[] = {
        {"bytes,time_us\n64 KiB,30\n1 MiB,300\n", NULL, 0, 0},
        {"# mine\r\n\r\nworkloads.copy.bytes [KiB] , time_us\r\n 64,\"30\"\r\n1 MiB,300", NULL, 0, 0},
        {"\xEF\xBB\xBF"
         "bytes,time_us\n64 KiB,30\n1 MiB,300\n",
         NULL, 0, 0},
        {"\xEF\xBB\xBF"
         "bytes,time_ms\n",
         "the columns are others than the table has", 1, 7},
        {"", "the file does not begin with the names of the columns", 0, 0},
        {"secret:of:others\n", "the file does not begin with the names of the columns", 0, 0},
        {"time_us,bytes\n", "the file does not begin with the names of the columns", 0, 0},
        {"bytes,time_ms\n", "the columns are others than the table has", 1, 7},
        {"bytes,time_us [ms]\n1 MiB,3\n", "the unit of what was observed stands in its name", 1, 7},
        {"bytes,time_us,more\n", "the columns are others than the table has", 1, 15},
        {"bytes\n", "the columns are others than the table has", 1, 1},
        {"bytes,time_us\n", "points must list at least one point", 0, 0},
        {"bytes,time_us\n1 MiB\n", "a point is one value for each varied path and then what was observed", 2, 1},
        {"bytes,time_us\n\n1 MiB,\n", "the observed value '' is no bare number", 3, 7},
        {"bytes,time_us\n1 MiB,3 us\n", "the observed value '3 us' is no bare number", 2, 7},
        {"bytes,time_us\n 1 parsec,3\n", "'bytes' is '1 parsec'", 2, 2},
    };
    static const char tail[] =
        "vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints: test_measured_points.csv\n";
    const char *file = LW_BINARY_DIR "/test_measured_points.csv";
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_measured *table = NULL;
        lw_diags *diags = lw_diags_new(w->arena);
        assert_int_equal(lw_file_write(file, cases[i].text, strlen(cases[i].text), w->diags), LW_OK);
        const lw_status status = lw_measured_load(write_table(w, good_limit, tail), w->catalog, w->arena, diags, &table);
        assert_int_equal(status, cases[i].wrong == NULL ? LW_OK : LW_BAD_INPUT);
        if (cases[i].wrong == NULL) {
            assert_int_equal(table->point_count, 2);
            assert_close(table->point[0].x, 65536, 0);
            assert_close(table->point[1].observed, 300, 0);
            continue;
        }
        const lw_diag *diag = lw_diags_at(diags, 0);
        if (strstr(diag->message, cases[i].wrong) == NULL || diag->place.line != cases[i].line ||
            diag->place.column != cases[i].column) {
            fail_msg("case %zu: %d:%d: %s", i, diag->place.line, diag->place.column, diag->message);
        }
        assert_int_equal(strcmp(diag->place.source->name, file), 0);
    }
}

// Two copies, one after the other: what they did together follows from what each did.
static void test_several_workloads(void **state) {
    world *w = *state;
    static const char text[] = "measured: 1\n"
                               "name: sample\n"
                               "source: {title: A title, author: An author, date: 2026-01-02}\n"
                               "system: a machine of the catalogue\n"
                               "use: validate\n"
                               "scenario:\n"
                               "  include: systems/mini-pc-oculink\n"
                               "  workloads:\n"
                               "    up: {kind: copy, from: minipc, to: gpu, bytes: 1 MiB, memory: pinned}\n"
                               "    down: {kind: copy, from: gpu, to: minipc, bytes: 2 MiB, memory: pinned, after: up}\n"
                               "vary: [workloads.up.bytes, links.cable.preset]\n"
                               "observe: %s\n"
                               "points: [[1 MiB, oculink-2-x4, 1]]\n";
    static const char *const observed[] = {
        "workloads.up.time_us", "workloads.down.time_us", "{sum: [workloads.up.time_us, workloads.down.time_us]}",
        "{mean: [workloads.down.time_us, workloads.up.time_us]}", "{makespan: [workloads.up.time_us, workloads.down.time_us]}"};
    const char *path = LW_BINARY_DIR "/test_measured_sample.yaml";
    const lw_run run = {.threads = 1};
    double model[COUNT(observed)];
    for (size_t i = 0; i < COUNT(observed); i++) {
        lw_measured *table = NULL;
        lw_measured_series series;
        lw_validations out;
        const char *whole = lw_arena_print(w->arena, text, observed[i]);
        assert_int_equal(lw_file_write(path, whole, strlen(whole), w->diags), LW_OK);
        assert_int_equal(lw_measured_load(path, w->catalog, w->arena, w->diags, &table), LW_OK);
        assert_int_equal(lw_measured_series_of(table, w->arena, &series), LW_OK);
        assert_int_equal(series.over_sizes, i == 0);
        assert_int_equal(lw_measured_validate((lw_tables){&table, 1}, &run, w->arena, w->diags, &out), LW_OK);
        assert_string_equal(out.row[0].family, "oculink");
        assert_true(out.row[0].ok && !out.row[0].limited);
        assert_null(out.row[0].rows[0].name);
        assert_close(out.row[0].rows[0].bytes, i == 1 ? 2 << 20 : i == 0 ? 1 << 20 : 3 << 20, 0);
        model[i] = out.row[0].rows[0].model;
    }
    assert_true(model[0] > 100 && model[1] > model[0]);
    assert_close(model[2], model[0] + model[1], 1e-12);
    assert_close(model[3], model[2] / 2, 1e-12);
    assert_true(model[4] > model[2] * 0.999 && model[4] < model[2] * 1.1);
}

// What only the scenario can see is told with the table's place, also when it is not the first
// point that is wrong: of objects when the table is read, of the whole when it is to run.
static void test_errors_of_a_point(void **state) {
    world *w = *state;
    static const struct {
        const char *tail;
        int line;
        const char *message;
        bool can_be_read;
    } cases[] = {
        {"vary: [workloads.copy.bytes]\nobserve: workloads.copy.time_us\npoints:\n  - [1 MiB, 3]\n  - [1 parsec, 3]\n", 15,
         "'bytes' is '1 parsec'", false},
        {"vary: [links.slot.preset]\nobserve: workloads.copy.time_us\npoints:\n  - [pcie-3-x4, 3]\n  - [pcie-3-x5, 3]\n", 15,
         "there is no link preset 'pcie-3-x5'", false},
        {"vary: [workloads.copy.to]\nobserve: workloads.copy.time_us\npoints:\n  - [gpu, 3]\n  - [gpux, 3]\n", 15,
         "there is no node 'gpux'", true},
        {"vary: [links.slot.lanes]\nobserve: workloads.copy.time_us\npoints:\n  - [4, 3]\n  - [4 m, 3]\n", 15, "'lanes' is '4 m'",
         false},
        {"vary: [workloads.copy.bites]\nobserve: workloads.copy.time_us\npoints:\n  - [1 MiB, 3]\n", 11, "unknown key 'bites'",
         false},
    };
    const lw_run run = {.threads = 1};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_measured *table = NULL;
        lw_validations out;
        lw_diags *diags = lw_diags_new(w->arena);
        const char *path = write_table(w, good_limit, cases[i].tail);
        lw_status read = lw_measured_load(path, w->catalog, w->arena, diags, &table);
        assert_int_equal(read, cases[i].can_be_read ? LW_OK : LW_BAD_INPUT);
        if (cases[i].can_be_read) {
            assert_int_equal(lw_diags_errors(diags), 0);
            assert_int_equal(lw_measured_validate((lw_tables){&table, 1}, &run, w->arena, diags, &out), LW_BAD_INPUT);
            assert_int_equal(out.count, 0);
        } else {
            assert_null(table);
        }
        assert_true(lw_diags_errors(diags) > 0);
        const lw_diag *diag = lw_diags_at(diags, lw_diags_count(diags) - 1);
        assert_int_equal(diag->severity, LW_ERROR);
        assert_string_equal(diag->place.source->name, path);
        if (!strstr(diag->message, cases[i].message) || diag->place.line != cases[i].line) {
            fail_msg("case %zu: %d:%d: %s", i, diag->place.line, diag->place.column, diag->message);
        }
    }
}

static void test_shipped_tables(void **state) {
    world *w = *state;
    const char *folder = LW_SOURCE_DIR "/configs/measured";
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    size_t tables = 0, calibrate = 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".yaml") != 0) {
            continue;
        }
        lw_measured *table = NULL;
        lw_measured_series series;
        const char *path = lw_arena_print(w->arena, "%s/%s", folder, entry->d_name);
        assert_int_equal(lw_measured_load(path, w->catalog, w->arena, w->diags, &table), LW_OK);
        assert_int_equal(lw_measured_series_of(table, w->arena, &series), LW_OK);
        // A chart and `measured:` find a table by its name.
        assert_int_equal(strlen(series.table), dot - entry->d_name);
        assert_memory_equal(series.table, entry->d_name, strlen(series.table));
        assert_string_not_equal(series.family, "unknown");
        assert_true(table->limited);
        tables++;
        calibrate += !series.validate_only;
    }
    closedir(entries);
    assert_true(tables >= 14);
    assert_true(calibrate > 0 && calibrate < tables);
}

// ---- Sides ----

enum { TABLES_MAX = 1000, CALIBRATE = 0, VALIDATE = 1, NEITHER = 2, HASH = 0, SHAPED = 1, KEPT = 2 };

typedef struct shipped {
    const lw_measured *table[TABLES_MAX];
    size_t count;
} shipped;

static void load_all(world *w, shipped *out) {
    const char *folder = LW_SOURCE_DIR "/configs/measured";
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        lw_measured *table = NULL;
        if (strstr(entry->d_name, ".yaml") != NULL) {
            const char *path = lw_arena_print(w->arena, "%s/%s", folder, entry->d_name);
            assert_int_equal(lw_measured_load(path, w->catalog, w->arena, w->diags, &table), LW_OK);
            assert_true(out->count < TABLES_MAX);
            out->table[out->count++] = table;
        }
    }
    closedir(entries);
}

static bool same(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

// The first table of its system within its class (of any class: NULL).
static bool is_first(const shipped *all, size_t index, const char *class) {
    for (size_t i = 0; i < index; i++) {
        if ((class == NULL || same(all->table[i]->class, class)) &&
            same(all->table[i]->system_id, all->table[index]->system_id)) {
            return false;
        }
    }
    return true;
}

static int compare_hashes(const char *one, const char *other) {
    char a[65], b[65];
    lw_sha256(one, strlen(one), a);
    lw_sha256(other, strlen(other), b);
    return strcmp(a, b);
}

// Is the system of this table, which is drawn, among those of its class that validate?
static bool is_drawn(const shipped *all, const lw_measured *of) {
    size_t systems = 0, kept = 0, before = 0;
    for (size_t i = 0; i < all->count; i++) {
        const lw_measured *t = all->table[i];
        if (same(t->class, of->class) && is_first(all, i, of->class)) {
            systems++;
            kept += t->side == KEPT;
            before += t->side == HASH && compare_hashes(t->system_id, of->system_id) < 0;
        }
    }
    const size_t wanted = systems / 3 > 1 ? systems / 3 : 1;
    return kept + before < wanted;
}

// Nobody chooses the side of a system: the hash of its name does, or what it was used for before.
static void test_sides_are_drawn(void **state) {
    world *w = *state;
    static shipped all;
    all.count = 0;
    load_all(w, &all);
    size_t drawn = 0;
    for (size_t i = 0; i < all.count; i++) {
        const lw_measured *t = all.table[i];
        assert_non_null(t->class);
        assert_string_not_equal(t->system_id, t->name);
        assert_int_equal(t->use == NEITHER, t->modelled || same(t->class, "cxl-simulated"));
        bool validates = t->side == KEPT;
        for (size_t other = 0; other < all.count; other++) {
            const lw_measured *o = all.table[other];
            if (same(o->system_id, t->system_id)) {
                assert_int_equal(o->use, t->use);
                assert_int_equal(o->side, t->side);
                validates = validates || (o->side == HASH && o->use != NEITHER && is_drawn(&all, o));
            }
        }
        drawn += t->side == HASH;
        if (t->use != NEITHER && (t->use == VALIDATE) != validates) {
            fail_msg("%s: the side of %s is another", t->name, t->system_id);
        }
    }
    assert_true(drawn > 20);
}

// A number that only a fit could have found is refused, unless the source is quoted for it.
static void test_fitted_numbers_need_a_quotation(void **state) {
    world *w = *state;
    static const char *const text = "measured: 1\n"
                                    "name: sample\n"
                                    "source: {title: A title, author: An author, date: 2026-01-02}\n"
                                    "system: a host and a card\n"
                                    "use: validate\n"
                                    "limit: {median: 5 %%, worst: 20 %%}\n"
                                    "scenario:\n"
                                    "  nodes: {host: {kind: host}, gpu: {kind: gpu, mps: 128 B, submit: 10 us}}\n"
                                    "  links: {slot: {between: [host, gpu], preset: pcie-3-x4}}\n"
                                    "  workloads: {copy: {kind: copy, from: host, to: gpu, bytes: 1 MiB}}\n"
                                    "vary: [workloads.copy.bytes]\n"
                                    "observe: workloads.copy.time_us\n"
                                    "points: [[1 MiB, 300]]\n%s";
    static const char *const quotes[] = {"", "quotes: {nodes.host.submit: ten}\n",
                                         "quotes: {nodes.gpu.submit: about 10 us a call}\n"};
    for (size_t i = 0; i < 3; i++) {
        const char *path = LW_BINARY_DIR "/test_measured_sample.yaml";
        const char *whole = lw_arena_print(w->arena, text, quotes[i]);
        lw_diags *diags = lw_diags_new(w->arena);
        lw_measured *table = NULL;
        assert_int_equal(lw_file_write(path, whole, strlen(whole), w->diags), LW_OK);
        assert_int_equal(lw_measured_load(path, w->catalog, w->arena, diags, &table), i == 2 ? LW_OK : LW_BAD_INPUT);
        if (i < 2) {
            const lw_diag *diag = lw_diags_at(diags, 0);
            assert_string_equal(diag->message, "the table sets nodes.gpu.submit, which fits produce, and quotes nobody for it");
            assert_int_equal(diag->place.line, 8);
            assert_int_equal(diag->place.column, 68);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_statistics, setup, teardown),
        cmocka_unit_test_setup_teardown(test_time_and_two_paths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_series, setup, teardown),
        cmocka_unit_test_setup_teardown(test_series_of_two_paths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_keys_are_no_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tables_share_the_threads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors_have_places, setup, teardown),
        cmocka_unit_test_setup_teardown(test_points_in_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_several_workloads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors_of_a_point, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shipped_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sides_are_drawn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fitted_numbers_need_a_quotation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
