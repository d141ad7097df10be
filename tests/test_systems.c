// SPDX-License-Identifier: GPL-3.0-or-later
// Every machine in configs/systems: included by a scenario of the user's, it can be drawn, carries
// a copy from its first node to the farthest, and between two GPUs no less than their own links. And which
// route is taken where cards have hosts in common.
#include <dirent.h>

#include "sim/report/topology_text.h"
#include "sim/study/topology.h"
#include "tests/scenario_helpers.h"

// The end of the longest route from the first node that may send and receive.
static const lw_topology_node *farthest(const lw_topology *topology) {
    const lw_topology_node *found = NULL;
    for (uint32_t i = 1; i < topology->node_count; i++) {
        const lw_topology_node *node = &topology->node[i];
        bool sends = strcmp(node->kind, "switch") != 0 && strcmp(node->kind, "nic") != 0;
        if (sends && (found == NULL || node->depth > found->depth)) {
            found = node;
        }
    }
    return found;
}

static void assert_links_are_drawn(const lw_topology *topology) {
    assert_true(topology->node_count >= 1 && topology->link_count >= 1);
    for (uint32_t i = 0; i < topology->link_count; i++) {
        const lw_topology_link *link = &topology->link[i];
        assert_true(link->rate_Bps[0] > 0 && link->rate_Bps[1] > 0 && link->latency_ps > 0);
        assert_true(link->end[0] < topology->node_count && link->end[1] < topology->node_count);
    }
    lw_text text = {0};
    assert_int_equal(lw_topology_text(topology, &text), LW_OK);
    for (uint32_t i = 0; i < topology->node_count; i++) {
        assert_non_null(strstr(text.bytes, topology->node[i].group));
    }
    lw_text_free(&text);
}

static const char *member(lw_test *test, const lw_topology_node *node, uint32_t index) {
    return node->count == 1 ? node->name : lw_arena_print(test->arena, "%s[%u]", node->group, (unsigned)index);
}

static void system_carries_a_copy(const char *name) {
    lw_test test = lw_test_begin();
    lw_topology topology = {0};
    const char *include = lw_arena_print(test.arena, "lanewise: 1\ninclude: systems/%s\n", name);
    if (lw_scenario_topology(load_text(&test, include), 0, test.arena, test.diags, &topology) != LW_OK) {
        fail_with_diags(&test);
    }
    assert_links_are_drawn(&topology);
    const lw_topology_node *to = topology.node_count > 1 ? farthest(&topology) : &topology.node[0];
    assert_non_null(to);
    // within a large group, which is drawn as one
    const lw_topology_node *from = to->count > 1 ? to : &topology.node[0];
    const char *copy = lw_arena_print(test.arena, "%sworkloads: {probe: {kind: copy, from: '%s', to: '%s', bytes: 1 MiB}}\n",
                                      include, member(&test, from, 0), member(&test, to, to->count - 1));
    lw_result result = run_text(&test, copy);
    assert_int_equal(workload_of(&result.point[0], "probe")->bytes, 1 << 20);
    assert_true(workload_of(&result.point[0], "probe")->bandwidth_GBps > 0);
    lw_test_end(&test);
}

// Over links that are no PCIe ports and end at no host, figures of host copies hold nothing up.
static bool is_native(const lw_machine *machine, const lw_route *route) {
    for (size_t i = 0; i < route->count; i++) {
        const lw_link *link = &machine->link[route->leg[i].link];
        if (link->spec->family->train_down != NULL || machine->node[link->end[0]].spec->kind == LW_NODE_HOST ||
            machine->node[link->end[1]].spec->kind == LW_NODE_HOST) {
            return false;
        }
    }
    return true;
}

// Is there a pair of GPUs with links of their own? Then a long copy reaches 98 % of what its
// slowest link carries, or of what was measured of its copy engines on such links.
static bool native_pair_runs_at_its_link(const char *name) {
    lw_test test = lw_test_begin();
    const char *include = lw_arena_print(test.arena, "lanewise: 1\ninclude: systems/%s\n", name);
    const lw_machine *machine = first_point(&test, load_text(&test, include))->machine;
    uint32_t pair[2] = {0, 0}, found = 0;
    for (uint32_t n = 0; n < machine->node_count && found < 2; n++) {
        if (machine->node[n].spec->kind == LW_NODE_GPU) {
            pair[found++] = n;
        }
    }
    bool native = false;
    if (found == 2) {
        const char *copy =
            lw_arena_print(test.arena, "%sworkloads: {probe: {kind: copy, from: '%s', to: '%s', bytes: 16 GiB, p2p: true}}\n",
                           include, machine->node[pair[0]].name, machine->node[pair[1]].name);
        const lw_built built = build_text(&test, copy);
        native = is_native(built.machine, &built.workload[0].main.route);
        const lw_result result = run_text(&test, copy);
        double fit_GBps = built.workload[0].main.waterfall.rate_Bps[LW_STAGE_RETRY] / 1e9;
        const int64_t peer_Bps = machine->node[pair[0]].spec->params->peer_write_rate_Bps;
        if (peer_Bps != LW_AUTO && (double)peer_Bps / 1e9 < fit_GBps) {
            fit_GBps = (double)peer_Bps / 1e9;
        }
        if (native && workload_of(&result.point[0], "probe")->bandwidth_GBps < 0.98 * fit_GBps) {
            fail_msg("%s: %g GB/s of %g", name, workload_of(&result.point[0], "probe")->bandwidth_GBps, fit_GBps);
        }
    }
    lw_test_end(&test);
    return native;
}

static void every_system_can_be_drawn_and_run(void **state) {
    (void)state;
    DIR *folder = opendir(LW_SOURCE_DIR "/configs/systems");
    assert_non_null(folder);
    int count = 0, native = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[sizeof entry->d_name];
        size_t length = strlen(entry->d_name);
        if (length <= 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0) {
            continue;
        }
        (void)snprintf(name, sizeof name, "%.*s", (int)(length - 5), entry->d_name);
        system_carries_a_copy(name);
        native += native_pair_runs_at_its_link(name) ? 1 : 0;
        count++;
    }
    (void)closedir(folder);
    assert_true(count >= 29 && native >= 10);
}

// Two cards that have two hosts in common go by the quicker one, but by neither where
// a route over none is there, however slow.
static void a_common_host_is_passed_last(void **state) {
    (void)state;
    static const struct {
        const char *extra;
        int slow, quick, third;  // MiB over a, c and f
    } cases[] = {
        {"", 0, 1, 0},
        {"  e: {between: [g0, s], type: link, rate: 1 GB/s, latency: 1 us}\n", 0, 1, 0},
        {"  e: {between: [g0, s], type: link, rate: 1 GB/s, latency: 1 us}\n"
         "  f: {between: [s, g1], type: link, rate: 1 GB/s, latency: 1 us}\n",
         0, 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_text(
            &test,
            lw_arena_print(test.arena,
                           "nodes: {h0: {kind: host}, h1: {kind: host}, g0: {kind: gpu}, g1: {kind: gpu}, s: {kind: switch}}\n"
                           "links:\n"
                           "  a: {between: [h0, g0], type: link, rate: 10 GB/s, latency: 1 us}\n"
                           "  b: {between: [h0, g1], type: link, rate: 10 GB/s, latency: 1 us}\n"
                           "  c: {between: [h1, g0], type: link, rate: 20 GB/s, latency: 1 us}\n"
                           "  d: {between: [h1, g1], type: link, rate: 20 GB/s, latency: 1 us}\n"
                           "  n: {between: [h0, s], type: link, rate: 10 GB/s, latency: 1 us}\n"
                           "  m: {between: [h1, s], type: link, rate: 10 GB/s, latency: 1 us}\n%s"
                           "workloads: {w: {kind: copy, from: g0, to: g1, bytes: 1 MiB}}\n",
                           cases[i].extra));
        const int64_t MiB = 1 << 20;
        if (payload_over(&result, "a") != cases[i].slow * MiB || payload_over(&result, "c") != cases[i].quick * MiB ||
            payload_over(&result, "f") != cases[i].third * MiB) {
            fail_msg("case %zu", i);
        }
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_system_can_be_drawn_and_run),
        cmocka_unit_test(a_common_host_is_passed_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
