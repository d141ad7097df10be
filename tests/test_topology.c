// SPDX-License-Identifier: GPL-3.0-or-later
// Systems: every one in configs/systems is right and runs; what a drawing is made from; where it
// puts things. LANEWISE_PICTURES=DIR leaves the pictures in DIR to be looked at;
// LANEWISE_UPDATE_GOLDEN=1 rewrites the golden files.
#include <dirent.h>

#include "plots/topology_layout.h"
#include "sim/report/topology_text.h"
#include "sim/study/topology.h"
#include "tests/chart_helpers.h"
#include "tests/scenario_helpers.h"

static const char systems[] = LW_SOURCE_DIR "/configs/systems";

static lw_topology topology_of_file(lw_test *test, const char *path) {
    const lw_load load = {.look_only = true};
    const lw_document *document = NULL;
    lw_topology topology = {0};
    if (lw_scenario_load(path, shipped_catalog(test), &load, test->arena, test->diags, &document) != LW_OK ||
        lw_scenario_topology(document, 0, test->arena, test->diags, &topology) != LW_OK) {
        fail_with_diags(test);
    }
    // neither the version nor a comment in the file shall change a golden
    topology.tool_version = "0.1.0";
    topology.sha256[0] = '\0';
    return topology;
}

static lw_topology topology_of(lw_test *test, const char *text) {
    lw_topology topology = {0};
    if (lw_scenario_topology(load_text(test, text), 0, test->arena, test->diags, &topology) != LW_OK) {
        fail_with_diags(test);
    }
    return topology;
}

static void each_system(void (*action)(lw_test *test, const char *name, const lw_topology *topology)) {
    DIR *folder = opendir(systems);
    assert_non_null(folder);
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0) {
            lw_test test = lw_test_begin();
            lw_topology topology = topology_of_file(&test, lw_arena_print(test.arena, "%s/%s", systems, entry->d_name));
            assert_int_equal(lw_diags_count(test.diags), 0);  // not even a note
            action(&test, lw_arena_copy_n(test.arena, entry->d_name, length - 5), &topology);
            lw_test_end(&test);
            count++;
        }
    }
    closedir(folder);
    assert_true(count >= 29);
}

static uint32_t node_named(const lw_topology *topology, const char *name) {
    for (uint32_t i = 0; i < topology->node_count; i++) {
        if (strcmp(topology->node[i].name, name) == 0) {
            return i;
        }
    }
    fail_msg("no node %s", name);
    return 0;
}

// ---- Every system ----

// The first device of a node that holds data.
static const char *device_of(lw_test *test, const lw_topology_node *node) {
    return node->count > 1 ? lw_arena_print(test->arena, "%s[0]", node->name) : node->name;
}

static bool holds_data(const lw_topology_node *node) {
    return strcmp(node->kind, "switch") != 0 && strcmp(node->kind, "nic") != 0;
}

// Included by its name alone, with a copy from the first node that holds data to the last.
static void assert_it_runs(lw_test *test, const char *name, const lw_topology *topology) {
    const lw_topology_node *from = NULL, *to = NULL;
    for (uint32_t i = 0; i < topology->node_count; i++) {
        if (holds_data(&topology->node[i])) {
            from = from == NULL ? &topology->node[i] : from;
            to = &topology->node[i];
        }
    }
    assert_true(from != NULL && to != from);
    const char *text =
        lw_arena_print(test->arena, "include: systems/%s\nworkloads: {w: {kind: copy, from: '%s', to: '%s', bytes: 64 KiB}}\n",
                       name, device_of(test, from), device_of(test, to));
    lw_result result = run_text(test, text);
    if (!(result.point[0].workload[0].bandwidth_GBps > 0)) {
        fail_msg("%s: nothing arrives", name);
    }
    assert_int_equal(result.point[0].workload[0].bytes, 65536);
    // idle parts of a system are none of our business
    if (lw_diags_errors(test->diags) + lw_diags_warnings(test->diags) > 0) {
        fail_with_diags(test);
    }
}

static void every_system_runs(void **state) {
    (void)state;
    each_system(assert_it_runs);
}

// Each node hangs on one that is a step nearer to the roots, as the links say.
static void assert_sound(lw_test *test, const char *name, const lw_topology *t) {
    (void)test;
    assert_true(strlen(t->title) > 5 && strlen(name) > 3);
    for (uint32_t i = 0; i < t->node_count; i++) {
        const lw_topology_node *node = &t->node[i];
        assert_true(node->count >= 1 && node->depth < 8 && node->detail[0] != '\0');
        assert_true((node->up == LW_TOPOLOGY_NONE) == (node->depth == 0));
        if (node->up != LW_TOPOLOGY_NONE) {
            const uint32_t *end = t->link[node->up].end;
            uint32_t parent = end[0] == i ? end[1] : end[0];
            assert_true(end[0] == i || end[1] == i);
            assert_int_equal(t->node[parent].depth + 1, node->depth);
        }
    }
    for (uint32_t l = 0; l < t->link_count; l++) {
        const lw_topology_link *link = &t->link[l];
        assert_true(link->rate_Bps[0] > 0 && link->rate_Bps[1] > 0 && link->latency_ps > 0 && link->label[0] != '\0');
        uint32_t a = t->node[link->end[0]].depth, b = t->node[link->end[1]].depth;
        assert_true(a <= b + 1 && b <= a + 1);
    }
}

static void every_system_is_sound(void **state) {
    (void)state;
    each_system(assert_sound);
}

static bool apart(const lw_topology_box *a, const lw_topology_box *b) {
    return a->left + a->width <= b->left || b->left + b->width <= a->left || a->top + a->height <= b->top ||
           b->top + b->height <= a->top;
}

static void assert_boxes_are_apart(const lw_topology *topology, const lw_topology_layout *layout) {
    for (uint32_t i = 0; i < topology->node_count; i++) {
        const lw_topology_box *box = &layout->box[i];
        for (uint32_t k = 0; k < i && box->shown; k++) {
            assert_true(!layout->box[k].shown || apart(box, &layout->box[k]));
        }
        assert_true(!box->shown || (box->left >= 0 && box->top >= 0 && box->left + box->width <= layout->width + 1e-9 &&
                                    box->top + box->height <= layout->height + 1e-9));
    }
    for (uint32_t c = 0; c < layout->circle_count; c++) {
        const lw_topology_circle *circle = &layout->circle[c];
        double outer = circle->radius + LW_TOPOLOGY_DISC;
        const lw_topology_box around = {
            .left = circle->x - outer, .top = circle->y - outer, .width = 2 * outer, .height = 2 * outer};
        for (uint32_t i = 0; i < topology->node_count; i++) {
            assert_true(!layout->box[i].shown || apart(&around, &layout->box[i]));
        }
    }
}

// No text on another, none outside, no box on another: with both kinds of metrics.
static void assert_picture_is_clean(lw_test *test, const char *name, const lw_topology *topology) {
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_font_metrics real;
    assert_int_equal(lw_font_metrics_open(&real), LW_OK);
    const lw_font_metrics *both[] = {&fixed, &real};
    for (int i = 0; i < 2; i++) {
        lw_picture picture;
        lw_topology_layout layout;
        assert_int_equal(lw_topology_lay_out(topology, both[i], test->arena, &layout), LW_OK);
        assert_boxes_are_apart(topology, &layout);
        assert_int_equal(lw_topology_render_with(topology, LW_THEME_LIGHT, both[i], test->arena, test->diags, &picture), LW_OK);
        check_texts(test, &picture, both[i]);
        if (i == 1 && getenv("LANEWISE_PICTURES") != NULL) {
            lw_text png = {0};
            assert_int_equal(lw_picture_png(&picture, 1, &png, test->diags), LW_OK);
            leave(test, lw_arena_print(test->arena, "topology-%s.png", name), &png);
            lw_text_free(&png);
        }
    }
    lw_font_metrics_close(&real);
}

static void every_picture_is_clean(void **state) {
    (void)state;
    each_system(assert_picture_is_clean);
}

// ---- What a drawing is made from ----

static void large_groups_stand_as_one(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_topology t = topology_of_file(&test, LW_SOURCE_DIR "/configs/systems/tpu-v4-torus.yaml");
    assert_int_equal(t.node_count, 2);
    assert_int_equal(t.node[0].count, 16);  // few enough, but linked to what is not
    assert_int_equal(t.node[1].count, 64);
    assert_string_equal(t.node[1].name, "tpus");
    assert_int_equal(t.link_count, 2);
    assert_int_equal(t.link[0].count, 64);
    assert_int_equal(t.link[1].count, 192);
    assert_int_equal(t.link[1].end[0], t.link[1].end[1]);
    assert_string_equal(t.link[1].pattern, "torus");
    assert_int_equal(t.link[1].shape[2], 4);

    lw_topology few = topology_of(&test, "nodes: {host: {kind: host}, gpus: {kind: gpu, count: 16}}\n"
                                         "links: {slot: {between: [host, gpus], preset: pcie-4-x16}}\n");
    assert_int_equal(few.node_count, 17);
    lw_topology many = topology_of(&test, "nodes: {host: {kind: host}, gpus: {kind: gpu, count: 17}}\n"
                                          "links: {slot: {between: [host, gpus], preset: pcie-4-x16}}\n");
    assert_int_equal(many.node_count, 2);
    assert_int_equal(many.link[0].count, 17);
    lw_test_end(&test);
}

static void networks_part_machines(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_topology t = topology_of_file(&test, LW_SOURCE_DIR "/configs/systems/remote-gpu-100g.yaml");
    uint32_t desk = t.node[node_named(&t, "desk")].machine, server = t.node[node_named(&t, "server")].machine;
    assert_int_equal(t.node[node_named(&t, "cards[0]")].machine, desk);
    assert_int_equal(t.node[node_named(&t, "cards[1]")].machine, server);
    assert_int_equal(t.node[node_named(&t, "gpu")].machine, server);
    assert_true(desk != server && t.node[node_named(&t, "rack")].machine != desk);
    assert_int_equal(t.node[node_named(&t, "server")].depth, 4);  // only the near host is a root
    assert_int_equal(t.node[node_named(&t, "gpu")].depth, 5);
    lw_test_end(&test);
}

static void rates_are_those_of_the_wire(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_topology t = topology_of_file(&test, LW_SOURCE_DIR "/configs/systems/chipset-slot.yaml");
    assert_string_equal(t.link[0].label, "PCIe 4.0 x4");
    assert_close(t.link[0].rate_Bps[0], 4 * 16e9 / 8 * 128 / 130, 1e-12);  // 128b/130b
    assert_string_equal(lw_topology_rate(&t.link[0], test.arena), "7.88 GB/s");
    assert_int_equal(t.link[0].evidence, LW_SPECIFIED);
    t.link[0].rate_Bps[1] = 1e9;
    assert_string_equal(lw_topology_rate(&t.link[0], test.arena), "7.88 GB/s, back 1 GB/s");
    lw_topology mars = topology_of_file(&test, LW_SOURCE_DIR "/configs/systems/mars-link.yaml");
    assert_int_equal(mars.link[0].evidence, LW_SPECULATIVE);
    lw_test_end(&test);
}

static void nodes_without_links_are_drawn(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_topology t = topology_of(&test, "nodes: {alone: {kind: gpu}, host: {kind: host}, other: {kind: host}}\n");
    assert_int_equal(t.node_count, 3);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_topology_layout layout;
    assert_int_equal(lw_topology_lay_out(&t, &fixed, test.arena, &layout), LW_OK);
    assert_boxes_are_apart(&t, &layout);
    lw_topology none = topology_of(&test, "nodes: {}\n");
    lw_picture picture;
    assert_int_equal(lw_topology_render_with(&none, LW_THEME_DARK, &fixed, test.arena, test.diags, &picture), LW_OK);
    lw_test_end(&test);
}

// ---- Where it is drawn ----

static void circles_keep_partners_face_to_face(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_topology_layout layout;
    lw_topology cube = topology_of_file(&test, LW_SOURCE_DIR "/configs/systems/dgx-1-v100.yaml");
    assert_int_equal(lw_topology_lay_out(&cube, &fixed, test.arena, &layout), LW_OK);
    assert_int_equal(layout.circle_count, 1);
    static const char *const folded[] = {"gpus[4]", "gpus[5]", "gpus[6]", "gpus[7]", "gpus[3]", "gpus[2]", "gpus[1]", "gpus[0]"};
    for (int i = 0; i < 8; i++) {
        assert_string_equal(cube.node[layout.circle[0].node[i]].name, folded[i]);
    }
    lw_topology ring = topology_of(&test, "nodes: {gpus: {kind: gpu, count: 6}}\n"
                                          "links: {r: {between: [gpus, gpus], preset: xgmi-mi100, pattern: ring}}\n");
    assert_int_equal(lw_topology_lay_out(&ring, &fixed, test.arena, &layout), LW_OK);
    assert_int_equal(layout.circle_count, 1);
    assert_false(layout.box[0].shown);  // only on the circle
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(layout.circle[0].node[i], i);
    }
    assert_string_equal(lw_topology_circle_name(&ring, &layout, 0, test.arena), "gpus");
    lw_test_end(&test);
}

// A box is as tall as what hangs on it, so lines run level.
static void lines_run_level(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_topology t = topology_of_file(&test, LW_SOURCE_DIR "/configs/systems/hgx-h100.yaml");
    lw_picture picture;
    assert_int_equal(lw_topology_render_with(&t, LW_THEME_LIGHT, &fixed, test.arena, test.diags, &picture), LW_OK);
    int level = 0, upright = 0;
    for (size_t i = 0; i < picture.draw->count; i++) {
        const lw_draw_item *item = &picture.draw->item[i];
        if (item->kind == LW_DRAW_PATH && item->count == 2) {
            level += item->points[0].y == item->points[1].y;
            upright += item->points[0].x == item->points[1].x;
        }
    }
    // uplinks, slots of cards and network cards, NVLink, legend
    assert_int_equal(level, 4 + 8 + 8 + 8 + 4);
    assert_int_equal(upright, 1);  // the two processors
    assert_false(has_text(&picture, "sweep"));
    t.swept = true;
    assert_int_equal(lw_topology_render_with(&t, LW_THEME_LIGHT, &fixed, test.arena, test.diags, &picture), LW_OK);
    assert_true(has_text(&picture, "First point of the sweep."));
    lw_test_end(&test);
}

static size_t count_groups(const lw_picture *picture, const char *klass) {
    size_t count = 0;
    for (size_t i = 0; i < picture->draw->count; i++) {
        const lw_draw_item *item = &picture->draw->item[i];
        count += item->kind == LW_DRAW_GROUP_PUSH && strcmp(item->klass, klass) == 0;
    }
    return count;
}

// Also: a frame around each of several hosts with its own, and around each switch; none where
// machines have theirs.
static void drawings_stay_as_they_are(void **state) {
    (void)state;
    static const size_t hosts[] = {2, 2, 0, 0, 0, 0}, switches[] = {4, 4, 1, 0, 0, 0};
    static const char *const names[] = {"hgx-h100",    "dgx-1-v100",      "chipset-slot",
                                        "gb200-nvl72", "remote-gpu-100g", "tpu-v4-torus"};
    lw_font_metrics fixed = lw_font_metrics_fixed();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        lw_test test = lw_test_begin();
        lw_topology t = topology_of_file(&test, lw_arena_print(test.arena, "%s/%s.yaml", systems, names[i]));
        lw_picture picture;
        assert_int_equal(lw_topology_render_with(&t, LW_THEME_LIGHT, &fixed, test.arena, test.diags, &picture), LW_OK);
        check_golden(&test, &picture, lw_arena_print(test.arena, "topology-%s", names[i]));
        assert_int_equal(count_groups(&picture, "host"), hosts[i]);
        assert_int_equal(count_groups(&picture, "switch"), switches[i]);
        lw_test_end(&test);
    }
}

static void too_large_systems_are_refused(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    enum { NODES = 600 };
    lw_text text = {0};
    lw_text_add(&text, "nodes:\n  host: {kind: host}\n");
    for (int i = 0; i < NODES; i++) {
        lw_text_print(&text, "  gpu%d: {kind: gpu}\n", i);
    }
    lw_text_add(&text, "links:\n");
    for (int i = 0; i < NODES; i++) {
        lw_text_print(&text, "  slot%d: {between: [host, gpu%d], preset: pcie-4-x1}\n", i, i);
    }
    lw_topology t = topology_of(&test, text.bytes);
    lw_text_free(&text);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_picture picture;
    assert_int_equal(lw_topology_render_with(&t, LW_THEME_LIGHT, &fixed, test.arena, test.diags, &picture), LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, "the system is too large for a picture");
    const lw_diag *last = lw_diags_at(test.diags, lw_diags_count(test.diags) - 1);
    assert_true(last->place.line > 0 && last->place.line == t.first_node.line && last->place.column == 3);
    lw_test_end(&test);
}

// ---- Memory ----

static lw_status draw_in_little_memory(void *user) {
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena == NULL ? NULL : lw_diags_new(arena);
    lw_text tree = {0};
    lw_picture picture;
    lw_status status =
        diags == NULL ? LW_NO_MEMORY : lw_topology_render_with(user, LW_THEME_PRINT, &fixed, arena, diags, &picture);
    if (status == LW_OK) {
        status = lw_topology_text(user, &tree);
    }
    lw_text_free(&tree);
    lw_arena_free(arena);
    return status;
}

static void memory_may_run_out(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_topology t = topology_of_file(&test, LW_SOURCE_DIR "/configs/systems/dgx-1-p100.yaml");
    assert_true(lw_test_out_of_memory(draw_in_little_memory, &t) > 3);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_system_runs),
        cmocka_unit_test(every_system_is_sound),
        cmocka_unit_test(every_picture_is_clean),
        cmocka_unit_test(large_groups_stand_as_one),
        cmocka_unit_test(networks_part_machines),
        cmocka_unit_test(rates_are_those_of_the_wire),
        cmocka_unit_test(nodes_without_links_are_drawn),
        cmocka_unit_test(circles_keep_partners_face_to_face),
        cmocka_unit_test(lines_run_level),
        cmocka_unit_test(drawings_stay_as_they_are),
        cmocka_unit_test(too_large_systems_are_refused),
        cmocka_unit_test(memory_may_run_out),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lw_plots_close();
    return failed;
}
