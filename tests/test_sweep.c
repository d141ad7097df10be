// SPDX-License-Identifier: GPL-3.0-or-later
// Sweeps: values, ranges, order of the points, what a value replaces and what it keeps; --set.
#include "tests/scenario_helpers.h"

#define SYSTEM                                                               \
    "nodes: {host: {kind: host}, gpu: {kind: gpu}}\n"                        \
    "links: {slot: {between: [host, gpu], type: pcie, gen: 4, lanes: 16}}\n" \
    "workloads:\n"                                                           \
    "  up: {kind: copy, from: host, to: gpu, bytes: 1 MiB}\n"                \
    "  down: {kind: copy, from: gpu, to: host, bytes: 1 MiB, after: up}\n"

static lw_sweep sweep_of(lw_test *test, const char *sweep) {
    const char *text = lw_arena_print(test->arena, SYSTEM "sweep: %s\n", sweep);
    return load_text(test, text)->sweep;
}

static void the_first_axis_varies_slowest(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, SYSTEM "sweep: {links.slot.lanes: [4, 8], workloads.up.bytes: [1 KiB, 2 KiB, 3 KiB]}\n");
    assert_int_equal(result.point_count, 6);
    static const double lanes[] = {4, 4, 4, 8, 8, 8}, bytes[] = {1024, 2048, 3072, 1024, 2048, 3072};
    for (size_t i = 0; i < 6; i++) {
        const lw_point *point = &result.point[i];
        assert_int_equal(point->index, i);
        assert_int_equal(point->set_count, 2);
        assert_string_equal(point->set[0].path, "links.slot.lanes");
        assert_true(point->set[0].is_number && point->set[0].number == lanes[i] && point->set[0].dimension == LW_PLAIN);
        assert_true(point->set[1].is_number && point->set[1].number == bytes[i] && point->set[1].dimension == LW_BYTES);
        assert_int_equal(workload_of(point, "up")->bytes, (int64_t)bytes[i]);
    }
    lw_test_end(&test);
}

// What the points have in common is told for charts; what a sweep changes is not.
static void hardware_is_named(void **state) {
    (void)state;
    static const char file[] = "lanewise: 1\n"
                               "title: Hardware\n"
                               "nodes: {host: {preset: desktop-ddr5}, gpus: {preset: rtx-4090, count: 2}, far: {kind: memory}}\n"
                               "links: {slots: {between: [host, 'gpus[*]'], preset: pcie-4-x16},\n"
                               "        wire: {between: [host, far], preset: pcie-4-x16}}\n"
                               "workloads: {up: {kind: copy, from: host, to: 'gpus[0]', bytes: 1 MiB}}\n";
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, file);
    assert_string_equal(result.hardware,
                        "Desktop with two channels of DDR5-5600 \u00B7 2\u00A0\u00D7\u00A0NVIDIA GeForce RTX 4090, 24 GB "
                        "\u00B7 ideal memory");
    result = run_text(&test, lw_arena_print(test.arena, "%ssweep: {nodes.gpus.preset: [rtx-4090, rtx-5090]}\n", file));
    assert_string_equal(result.hardware, "Desktop with two channels of DDR5-5600 \u00B7 ideal memory");
    // The same card shared in other ways, or with another figure, is still that card.
    result = run_text(&test, lw_arena_print(test.arena,
                                            "%ssweep: {nodes.gpus: [{preset: rtx-4090}, {preset: rtx-4090, virtualisation: "
                                            "mig, guests: 2}], nodes.host: [{}, {memory_rate: 9 GB/s}]}\n",
                                            file));
    assert_string_equal(result.hardware,
                        "Desktop with two channels of DDR5-5600 \u00B7 2\u00A0\u00D7\u00A0NVIDIA GeForce RTX 4090, 24 GB "
                        "\u00B7 ideal memory");
    // of many the names, and of very many some
    static const char *const cards[] = {"rtx-3090", "rtx-4090", "rtx-5090", "a100-sxm4", "h100-sxm5",
                                        "h200",     "b200",     "mi300x",   "l40s"};
    const char *many = "lanewise: 1\nnodes:\n  host: {preset: desktop-ddr5}\n";
    for (size_t i = 0; i < COUNT(cards); i++) {
        many = lw_arena_print(test.arena, "%s  c%zu: {preset: %s}\n", many, i, cards[i]);
        assert_non_null(many);
    }
    many = lw_arena_print(test.arena,
                          "%slinks: {slot: {between: [host, c0], preset: pcie-4-x16}}\n"
                          "workloads: {up: {kind: copy, from: host, to: c0, bytes: 1 MiB}}\n",
                          many);
    result = run_text(&test, many);
    assert_non_null(strstr(result.hardware, "DDR5-5600 \u00B7 NVIDIA GeForce RTX 3090 \u00B7 NVIDIA GeForce RTX 4090 \u00B7 "));
    assert_string_equal(strstr(result.hardware, " and "), " and 2 others");
    lw_test_end(&test);
}

// Which work has a mean latency is known before the run, also where only some points give it a
// rate.
static void outline_knows_what_is_paced(void **state) {
    (void)state;
    static const char file[] = "lanewise: 1\n"
                               "title: Paced\n"
                               "nodes: {host: {preset: desktop-ddr5}, gpu: {preset: rtx-5090}}\n"
                               "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n"
                               "workloads:\n"
                               "  copy: {kind: copy, from: host, to: gpu, bytes: 1 MiB}\n"
                               "  stream: {kind: stream, from: host, to: gpu, bytes: 1 MiB, rate: 1 GB/s}\n"
                               "  dma: {kind: dma, device: gpu, host: host, op: read, bytes: 256 B, count: 100}\n";
    for (int swept = 0; swept < 2; swept++) {
        lw_test test = lw_test_begin();
        const char *sweep = swept ? "sweep: {workloads.dma.rate: [1 GB/s, 2 GB/s]}\n" : "";
        lw_result outline = {0};
        assert_int_equal(lw_scenario_outline(load_text(&test, lw_arena_print(test.arena, "%s%s", file, sweep)), test.arena,
                                             test.diags, &outline),
                         LW_OK);
        assert_false(workload_of(&outline.point[0], "copy")->paced);
        assert_true(workload_of(&outline.point[0], "stream")->paced);
        assert_int_equal(workload_of(&outline.point[0], "dma")->paced, swept);
        lw_test_end(&test);
    }
}

static void ranges_hold_both_ends(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_sweep sizes = sweep_of(&test, "{workloads.up.bytes: {from: 4 KiB, to: 1 GiB, factor: 4}}");
    assert_int_equal(sizes.points, 10);
    assert_string_equal(sizes.axis[0].value[0].text, "4 KiB");
    assert_string_equal(sizes.axis[0].value[9].text, "1 GiB");
    assert_true(sizes.axis[0].value[9].number == 1073741824.0);
    lw_sweep steps = sweep_of(&test, "{workloads.up.bytes: {from: 0, to: 1 kB, step: 250 B}}");
    assert_int_equal(steps.points, 5);
    assert_true(steps.axis[0].value[4].number == 1000.0);
    lw_sweep short_of = sweep_of(&test, "{workloads.up.bytes: {from: 1 B, to: 99 B, factor: 10}}");
    assert_int_equal(short_of.points, 2);
    lw_sweep plain = sweep_of(&test, "{seed: {from: 1, to: 3, step: 1}}");
    assert_int_equal(plain.points, 3);
    lw_sweep tenths = sweep_of(&test, "{nodes.gpu.copy_rate_h2d: {from: 0.1 GB/s, to: 0.3 GB/s, step: 0.1 GB/s}}");
    assert_int_equal(tenths.points, 3);
    lw_sweep odd = sweep_of(&test, "{workloads.up.bytes: {from: 3 B, to: 20 B, factor: 1.5}}");
    assert_int_equal(odd.points, 5);  // 3, 4.5, 6.75, 10.125, 15.1875: sizes are whole
    assert_true(odd.axis[0].value[1].number == 4.0 && odd.axis[0].value[4].number == 15.0);
    lw_test_end(&test);
}

static void values_have_names(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_sweep sweep =
        sweep_of(&test, "{links.slot: [{preset: oculink-2-x4}, {preset: pcie-5-x16, lanes: 8}, {type: pcie, gen: 3, lanes: 2}]}");
    assert_string_equal(sweep.axis[0].value[0].text, "oculink-2-x4");
    assert_string_equal(sweep.axis[0].value[1].text, "pcie-5-x16 lanes=8");
    assert_string_equal(sweep.axis[0].value[2].text, "pcie gen=3 lanes=2");
    assert_false(sweep.axis[0].value[0].is_number);
    sweep = sweep_of(&test, "{workloads.up.memory: [pinned, pageable]}");
    assert_string_equal(sweep.axis[0].value[1].text, "pageable");
    sweep = sweep_of(&test, "{nodes.host.memory_rate: [10 GB/s, auto]}");
    assert_true(sweep.axis[0].value[0].is_number && sweep.axis[0].value[0].number == 10e9);
    assert_int_equal(sweep.axis[0].value[0].dimension, LW_RATE);
    assert_false(sweep.axis[0].value[1].is_number);
    lw_test_end(&test);
}

// A preset begins afresh (gen and lanes of the file are gone) and keeps `between`; other maps are
// merged.
static void maps_replace_or_merge(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, SYSTEM "sweep: {links.slot: [{preset: oculink-2-x4}, {lanes: 8}, {type: pcie, gen: 3, lanes: 4}]}\n");
    assert_string_equal(result.point[0].stage[0].label, "OCuLink PCIe 4.0 x4");
    assert_string_equal(result.point[1].stage[0].label, "PCIe 4.0 x8");
    assert_string_equal(result.point[2].stage[0].label, "PCIe 3.0 x4");
    lw_test_end(&test);
}

static void a_star_stands_for_all(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, SYSTEM "sweep: {workloads.*.bytes: [1 KiB, 4 KiB]}\n");
    assert_int_equal(result.point_count, 2);
    assert_int_equal(workload_of(&result.point[1], "up")->bytes, 4096);
    assert_int_equal(workload_of(&result.point[1], "down")->bytes, 4096);
    lw_test_end(&test);
}

static const lw_document *load_set(lw_test *test, const char *const *set, size_t count) {
    const lw_document *document = NULL;
    const lw_load load = {.set = set, .set_count = count};
    if (try_load(test, SYSTEM "sweep: {links.slot.lanes: [4, 8]}\n", &load, &document) != LW_OK) {
        fail_with_diags(test);
    }
    return document;
}

static size_t points_of(lw_test *test, const char *const *set, size_t count) {
    return load_set(test, set, count)->sweep.points;
}

// Two axes that each change a part of one value: neither undoes the other.
static void parts_of_one_value_are_swept(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_document *document = load_text(&test, "nodes: {a: {kind: host}, b: {kind: host}, c: {kind: gpu}, d: {kind: gpu}}\n"
                                                   "links: {l: {between: [a, c], preset: pcie-4-x16}}\n"
                                                   "sweep: {'links.l.between[0]': [a, b], 'links.l.between[1]': [c, d]}\n");
    for (size_t p = 0; p < 4; p++) {
        lw_setup setup;
        assert_int_equal(lw_document_point(document, p, NULL, 0, test.arena, &setup), LW_OK);
        const lw_link_common *common = setup.object[LW_SECTION_LINKS][0]->common;
        assert_string_equal(common->between->first->text, p < 2 ? "a" : "b");
        assert_string_equal(common->between->first->next->text, p % 2 == 0 ? "c" : "d");
    }
    lw_test_end(&test);
}

static void set_ends_a_sweep_or_begins_one(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_int_equal(points_of(&test, (const char *const[]){"workloads.up.bytes=3 KiB"}, 1), 2);
    assert_int_equal(points_of(&test, (const char *const[]){"links.slot.lanes=16"}, 1), 1);
    assert_int_equal(points_of(&test, (const char *const[]){"sweep.links.slot.lanes=[1, 2, 4]"}, 1), 3);
    assert_int_equal(points_of(&test, (const char *const[]){"sweep.workloads.up.bytes=[1 B, 2 B, 3 B]"}, 1), 6);
    assert_int_equal(points_of(&test, (const char *const[]){"links.slot={preset: oculink-2-x4}", "seed=7"}, 2), 2);
    lw_test_end(&test);
}

static lw_result run_set(lw_test *test, const char *sweep, const char *const *set, size_t count) {
    const lw_document *document = NULL;
    lw_result result = {0};
    const lw_run run = {0};
    const lw_load load = {.set = set, .set_count = count};
    const char *text = lw_arena_print(test->arena, SYSTEM "sweep: %s\n", sweep);
    if (try_load(test, text, &load, &document) != LW_OK ||
        lw_scenario_run(document, &run, test->arena, test->diags, &result) != LW_OK) {
        fail_with_diags(test);
    }
    return result;
}

// What the command line says of a part of a swept thing holds in every point.
static void set_below_a_sweep_holds_in_every_point(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_set(&test, "{links.slot: [{preset: pcie-4-x16}, {preset: oculink-2-x4}]}",
                               (const char *const[]){"links.slot.lanes=8"}, 1);
    assert_int_equal(result.point_count, 2);
    assert_string_equal(result.point[0].stage[0].label, "PCIe 4.0 x8");
    assert_string_equal(result.point[1].stage[0].label, "OCuLink PCIe 4.0 x8");
    // One of all: the others are swept on. All of one: nothing is left to sweep.
    result = run_set(&test, "{workloads.*.bytes: [1 KiB, 4 KiB]}", (const char *const[]){"workloads.up.bytes=3 KiB"}, 1);
    assert_int_equal(result.point_count, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(workload_of(&result.point[i], "up")->bytes, 3072);
        assert_int_equal(workload_of(&result.point[i], "down")->bytes, i == 0 ? 1024 : 4096);
    }
    result = run_set(&test, "{workloads.up.bytes: [1 KiB, 4 KiB]}", (const char *const[]){"workloads.*.bytes=3 KiB"}, 1);
    assert_int_equal(result.point_count, 1);
    assert_int_equal(workload_of(&result.point[0], "up")->bytes, 3072);
    // The last word counts, as it does without a sweep.
    result = run_set(&test, "{links.slot: [{preset: pcie-4-x16}, {preset: oculink-2-x4}]}",
                     (const char *const[]){"links.slot.lanes=8", "links.slot={preset: pcie-3-x4}"}, 2);
    assert_int_equal(result.point_count, 1);
    assert_string_equal(result.point[0].stage[0].label, "PCIe 3.0 x4");
    // Above a sweep it is what the sweep changes.
    result = run_set(&test, "{links.slot.lanes: [4, 8]}", (const char *const[]){"links.slot={type: pcie, gen: 3, lanes: 1}"}, 1);
    assert_string_equal(result.point[1].stage[0].label, "PCIe 3.0 x8");
    lw_test_end(&test);
}

// A setting must not make the sweep's values something else than they are called.
static void set_against_a_sweep_is_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_document *document = NULL;
    lw_load load = {.set = (const char *const[]){"links.slot.preset=pcie-3-x4"}, .set_count = 1};
    assert_int_equal(
        try_load(&test, SYSTEM "sweep: {links.slot: [{preset: pcie-4-x16}, {preset: oculink-2-x4}]}\n", &load, &document),
        LW_BAD_INPUT);
    assert_diag(&test, 0, "1:1: the sweep of links.slot sets preset itself | set links.slot, which ends the sweep");
    load.set = (const char *const[]){"workloads.up.bytes=3 KiB"};
    assert_int_equal(try_load(&test, SYSTEM "sweep: {workloads.*.bytes: [1 KiB, 4 KiB]}\n", &load, &document), LW_OK);
    assert_message(&test, LW_WARNING,
                   "points are named by the sweep of workloads.*.bytes, which workloads.up.bytes does not follow");
    lw_test_end(&test);
}

// Not every link of the sweep may take the value: that is told.
static void set_below_a_sweep_is_checked(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_document *document = NULL;
    const lw_load load = {.set = (const char *const[]){"links.slot.lanes=1"}, .set_count = 1};
    assert_int_equal(
        try_load(&test, SYSTEM "sweep: {links.slot: [{preset: pcie-4-x16}, {preset: oculink-2-x4}]}\n", &load, &document),
        LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, "oculink has no cable or connector of 1 lanes");
    lw_test_end(&test);
}

static void wrong_sets_are_told(void **state) {
    (void)state;
    static const struct {
        const char *set, *expected;
        lw_status status;
    } cases[] = {
        {"links.slot.lanes", "1:1: 'links.slot.lanes' is not of the form PATH=VALUE | write --set links.egpu.lanes=8",
         LW_BAD_USAGE},
        {"=3", "1:1: '=3' is not of the form PATH=VALUE | write --set links.egpu.lanes=8", LW_BAD_USAGE},
        {"seed=", "1:1: --set seed gives no value | write --set links.egpu.lanes=8", LW_BAD_USAGE},
        {"links.solt.lanes=4", "1:1: the scenario has no 'links.solt' | did you mean 'links.slot'?", LW_BAD_INPUT},
        {"links.slot.lanes=3", "1:1: 'lanes' is 3: allowed are 1, 2, 4, 8, 12, 16, 32", LW_BAD_INPUT},
        {"links.slot.lanes=[4", NULL, LW_BAD_USAGE},
        {"sweep.links.slot.lanes=4",
         "1:1: the sweep of 'links.slot.lanes' has no values | write a list of values, or {from: 4 KiB, to: "
         "1 GiB, factor: 4}",
         LW_BAD_INPUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_document *document = NULL;
        const lw_load load = {.set = &cases[i].set, .set_count = 1};
        assert_int_equal(try_load(&test, SYSTEM, &load, &document), cases[i].status);
        if (cases[i].expected != NULL) {
            assert_diag(&test, 0, cases[i].expected);
        }
        lw_test_end(&test);
    }
}

static void unknown_keys_of_a_sweep_are_told_at_the_sweep(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_document *document = NULL;
    assert_int_equal(try_load(&test, SYSTEM "sweep:\n  links.slot.lnaes: [4, 8]\n", NULL, &document), LW_BAD_INPUT);
    assert_diag(&test, 0, "7:3: unknown key 'lnaes' | did you mean 'lanes'?");
    lw_test_end(&test);
}

// A thread goes on from what points of other sizes have in common, whichever of them it ran before.
static void points_are_as_if_each_were_alone(void **state) {
    (void)state;
    static const char *const links[] = {"oculink-2-x4", "pcie-4-x16", "thunderbolt-4", "pcie-5-x8"};
    static const char *const sizes[] = {"3 MB", "64 KiB", "100 kB", "1 GiB", "7654321 B", "300 MB", "1 B", "16 MiB"};
    lw_test test = lw_test_begin();
    for (size_t l = 0; l < COUNT(links); l++) {
        for (int down = 0; down < 2; down++) {
            const char *head = lw_arena_print(test.arena,
                                              "lanewise: 1\nnodes: {host: {preset: desktop-ddr5}, gpu: {preset: rtx-5090}}\n"
                                              "links: {slot: {between: [host, gpu], preset: %s}}\nworkloads: {copy: {kind: copy, "
                                              "from: %s, to: %s, bytes: ",
                                              links[l], down ? "gpu" : "host", down ? "host" : "gpu");
            const char *list = sizes[0];
            for (size_t i = 1; i < COUNT(sizes); i++) {
                list = lw_arena_print(test.arena, "%s, %s", list, sizes[i]);
            }
            const char *sweep = lw_arena_print(test.arena, "%s1 KiB}}\nsweep: {workloads.copy.bytes: [%s]}\n", head, list);
            lw_result together[2];
            for (int threads = 0; threads < 2; threads++) {
                const lw_run run = {.threads = threads == 0 ? 1 : 3};
                assert_int_equal(lw_scenario_run(load_text(&test, sweep), &run, test.arena, test.diags, &together[threads]),
                                 LW_OK);
            }
            for (size_t i = 0; i < COUNT(sizes); i++) {
                const lw_result alone = run_text(&test, lw_arena_print(test.arena, "%s%s}}\n", head, sizes[i]));
                for (int threads = 0; threads < 2; threads++) {
                    const lw_point *a = &together[threads].point[i], *b = &alone.point[0];
                    assert_true(a->end_ps == b->end_ps && a->events == b->events && a->packets == b->packets);
                    assert_true(a->workload[0].bandwidth_GBps == b->workload[0].bandwidth_GBps);
                    assert_true(a->workload[0].limit.kind == b->workload[0].limit.kind &&
                                a->workload[0].limit.share == b->workload[0].limit.share);
                    assert_int_equal(a->path.count, b->path.count);
                    for (size_t d = 0; d < a->direction_count; d++) {
                        assert_true(a->direction[d].utilisation == b->direction[d].utilisation &&
                                    a->direction[d].wire_bytes == b->direction[d].wire_bytes);
                    }
                }
            }
        }
    }
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_axis_varies_slowest),
        cmocka_unit_test(hardware_is_named),
        cmocka_unit_test(outline_knows_what_is_paced),
        cmocka_unit_test(ranges_hold_both_ends),
        cmocka_unit_test(values_have_names),
        cmocka_unit_test(maps_replace_or_merge),
        cmocka_unit_test(a_star_stands_for_all),
        cmocka_unit_test(parts_of_one_value_are_swept),
        cmocka_unit_test(set_ends_a_sweep_or_begins_one),
        cmocka_unit_test(set_below_a_sweep_holds_in_every_point),
        cmocka_unit_test(set_below_a_sweep_is_checked),
        cmocka_unit_test(set_against_a_sweep_is_told),
        cmocka_unit_test(wrong_sets_are_told),
        cmocka_unit_test(unknown_keys_of_a_sweep_are_told_at_the_sweep),
        cmocka_unit_test(points_are_as_if_each_were_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
