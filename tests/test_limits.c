// SPDX-License-Identifier: GPL-3.0-or-later
// Large inputs: work that grows with the file, not with its square, and a stated limit with a place
// beyond what fits. Each text here took seconds to minutes, or gigabytes, before.
#include <sys/resource.h>
#include <time.h>

#include "sim/base/text.h"
#include "tests/scenario_helpers.h"

static const char pair_of_nodes[] = "lanewise: 1\nnodes: {h: {kind: host}, g: {kind: gpu}}\n"
                                    "links: {l: {between: [h, g], preset: pcie-5-x16}}\n";

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Far above what each takes (0.3 s), far below what the square of it would.
static const double enough_s = 8;
enum { ENOUGH_MIB = 400 };

static void load_soon(lw_text *text) {
    lw_test test = lw_test_begin();
    const double begin_s = cpu_s();
    assert_false(text->failed);
    load_text(&test, text->bytes);
    assert_true(cpu_s() - begin_s < enough_s);
    assert_true(lw_arena_used(test.arena) < (size_t)ENOUGH_MIB << 20);
    lw_text_free(text);
    lw_test_end(&test);
}

static void load_refused(lw_text *text, const char *message, int line) {
    lw_test test = lw_test_begin();
    const lw_document *document = NULL;
    const double begin_s = cpu_s();
    assert_int_equal(try_load(&test, text->bytes, NULL, &document), LW_BAD_INPUT);
    assert_true(cpu_s() - begin_s < enough_s);
    assert_message(&test, LW_ERROR, message);
    assert_int_equal(lw_diags_at(test.diags, 0)->place.line, line);
    lw_text_free(text);
    lw_test_end(&test);
}

static void a_chain_of_workloads(void **state) {
    (void)state;
    enum { COUNT = 8000 };
    lw_text text = {0};
    lw_text_print(&text, "%sworkloads:\n", pair_of_nodes);
    for (int i = 0; i < COUNT; i++) {
        lw_text_print(&text, " w%d: {kind: copy, from: h, to: g, bytes: 64 KiB", i);
        lw_text_print(&text, i > 0 ? ", after: [w%d]}\n" : "}\n", i - 1);
    }
    load_soon(&text);
}

static void long_lists_of_after(void **state) {
    (void)state;
    enum { COUNT = 2000, NAMES = 50 };
    lw_text text = {0};
    lw_text_print(&text, "%sworkloads:\n", pair_of_nodes);
    for (int i = 0; i < COUNT; i++) {
        lw_text_print(&text, " w%d: {kind: copy, from: h, to: g, bytes: 1 B, after: [", i);
        for (int k = 0; k < i && k < NAMES; k++) {
            lw_text_print(&text, k > 0 ? ", w%d" : "w%d", k);
        }
        lw_text_add(&text, "]}\n");
    }
    load_soon(&text);
}

// Names that are not there: the hints must not cost the square either.
static void many_wrong_names(void **state) {
    (void)state;
    enum { COUNT = 8000 };
    lw_text text = {0};
    lw_text_print(&text, "%sworkloads:\n", pair_of_nodes);
    for (int i = 0; i < COUNT; i++) {
        lw_text_print(&text, " w%d: {kind: copy, from: h, to: g, bytes: 1 B, after: x%d}\n", i, i);
    }
    load_refused(&text, "there is no workload 'x0'", 5);
}

static void a_group_to_one_node(void **state) {
    (void)state;
    lw_text text = {0};
    lw_text_add(&text, "nodes: {here: {kind: host, count: 16000}, there: {kind: host}}\n"
                       "links: {l: {between: [here, there], preset: ethernet-100g-rdma}}\n"
                       "workloads: {send: {kind: copy, from: here, to: there, bytes: 1 KiB},\n"
                       "  get: {kind: copy, from: there, to: here, bytes: 1 KiB}}\n");
    load_soon(&text);
}

static void paths_of_a_sweep_are_limited(void **state) {
    (void)state;
    lw_text text = {0};
    lw_text_print(&text, "%sworkloads: {w: {kind: copy, from: h, to: g, bytes: 1 MiB}}\nsweep:\n", pair_of_nodes);
    for (int i = 0; i <= LW_AXES_MAX; i++) {
        lw_text_print(&text, " nodes.h.x-%d: [1]\n", i);
    }
    load_refused(&text, "the sweep has more than 256 paths", 5);
}

static void links_of_a_mesh_are_limited(void **state) {
    (void)state;
    lw_text text = {0};
    lw_text_add(&text, "nodes: {g: {kind: gpu, count: 1400}}\n"
                       "links: {l: {between: [g, g], preset: nvlink-h100, pattern: mesh}}\n"
                       "workloads: {w: {kind: copy, from: \"g[0]\", to: \"g[1399]\", bytes: 1 MiB}}\n");
    load_refused(&text, "there are more than 262144 links", 2);
}

// A file that includes one file 300 times.
static void included_files_are_limited(void **state) {
    (void)state;
    static const char leaf[] = LW_BINARY_DIR "/limits-leaf.yaml";
    FILE *file = fopen(leaf, "wb");
    assert_non_null(file);
    assert_true(fputs("{lanewise: 1, nodes: {a: {kind: host}}}\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    lw_text text = {0};
    lw_text_add(&text, "lanewise: 1\ninclude:\n");
    for (int i = 0; i < 300; i++) {
        lw_text_print(&text, "- %s\n", leaf);
    }
    load_refused(&text, "more than 256 files are included", 2 + 257);
}

// A file that changes every node of the one that it includes.
static void a_large_file_over_another(void **state) {
    (void)state;
    enum { COUNT = 10000 };
    static const char leaf[] = LW_BINARY_DIR "/limits-leaf.yaml";
    lw_text text = {0};
    for (int pass = 0; pass < 2; pass++) {
        lw_text_free(&text);
        lw_text_print(&text, "lanewise: 1\n");
        if (pass == 1) {
            lw_text_print(&text, "include: %s\n", leaf);
        }
        lw_text_add(&text, "nodes:\n");
        for (int i = 0; i < COUNT; i++) {
            lw_text_print(&text, " n%d: {kind: host}\n", i);
        }
        FILE *file = pass == 0 ? fopen(leaf, "wb") : NULL;
        if (file != NULL) {
            assert_int_equal(fwrite(text.bytes, 1, text.length, file), text.length);
            assert_int_equal(fclose(file), 0);
        }
    }
    load_soon(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_of_workloads),
        cmocka_unit_test(long_lists_of_after),
        cmocka_unit_test(many_wrong_names),
        cmocka_unit_test(a_group_to_one_node),
        cmocka_unit_test(paths_of_a_sweep_are_limited),
        cmocka_unit_test(links_of_a_mesh_are_limited),
        cmocka_unit_test(included_files_are_limited),
        cmocka_unit_test(a_large_file_over_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
