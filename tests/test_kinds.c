// SPDX-License-Identifier: GPL-3.0-or-later
// The contract of every kind of work: a new one is tested before its author writes a test.
#include <math.h>

#include "scenario_helpers.h"
#include "sim/config/schema.h"
#include "sim/report/explain/explain.h"
#include "sim/report/explain/manual.h"
#include "sim/report/list.h"
#include "sim/result/metric_table.h"
#include "sim/study/format.h"
#include "sim/workload/graph.h"
#include "sim/workload/kind.h"

static const char *scenario_of(lw_test *test, const lw_work_kind *kind, const char *more) {
    const char *text = lw_arena_print(test->arena,
                                      "nodes: {host: {preset: desktop-ddr5}, gpu: {preset: rtx-4090}}\n"
                                      "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n"
                                      "workloads:\n  probe: %s\n%s",
                                      kind->type.example, more);
    assert_non_null(text);
    return text;
}

static void it_says_what_it_is(void **state) {
    (void)state;
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        const lw_type *type = &lw_work_kinds[k]->type;
        assert_non_null(type->name);
        assert_true(lw_is_name(type->name));
        assert_non_null(type->summary);
        assert_true(strlen(type->summary) > 10 && strlen(type->summary) < 100);
        for (size_t other = 0; other < k; other++) {
            assert_string_not_equal(lw_work_kinds[other]->type.name, type->name);
        }
        assert_ptr_equal(lw_work_kind_of(type), lw_work_kinds[k]);
        assert_ptr_equal(lw_work_type_at(k), type);
    }
}

// Defaults are right, every key says what it is, and none hides a key of every workload.
static void its_options_are_sound(void **state) {
    (void)state;
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        const lw_type *type = &lw_work_kinds[k]->type;
        _Alignas(max_align_t) unsigned char params[LW_PARAMS_MAX];
        assert_true(type->params_size <= sizeof params);
        lw_options_default(type->options, params);
        for (const lw_option *row = type->options; row->key != NULL; row++) {
            assert_non_null(row->help);
            assert_true(row->offset < type->params_size);
            assert_null(lw_option_find(lw_work_common_options, row->key));
            assert_ptr_equal(lw_option_find(type->options, row->key), row);
        }
    }
}

static void its_example_runs(void **state) {
    (void)state;
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        const lw_work_kind *kind = lw_work_kinds[k];
        lw_test test = lw_test_begin();
        assert_non_null(kind->type.example);
        lw_result result = run_text(&test, scenario_of(&test, kind, ""));
        assert_int_equal(result.point[0].workload_count, 1);
        const lw_workload_result *probe = &result.point[0].workload[0];
        assert_true(probe->time_s > 0);
        assert_true(probe->bytes > 0);
        assert_int_not_equal(probe->limit.kind, LW_LIMITED_BY_NOTHING);
        assert_non_null(kind->metrics[0]);
        for (size_t m = 0; kind->metrics[m] != NULL; m++) {
            const lw_metric *metric = lw_metric_find(kind->metrics[m], LW_OF_WORKLOAD, kind->own);
            double value = -1;
            assert_non_null(metric);
            // what depends on an option, as the mean latency of work that comes at a rate, may be
            // absent
            assert_true(lw_metric_of_workload(metric, probe, &value) || m > 0);
            assert_true(isfinite(value));
        }
        lw_test_end(&test);
    }
}

static double time_with(lw_test *test, const lw_work_kind *kind, const char *engine, const char *start) {
    const lw_document *document = NULL;
    const char *const set[] = {start};
    const lw_load load = {.set = set, .set_count = 1, .engine = engine};
    const lw_run run = {.threads = 1};
    lw_result result = {0};
    assert_int_equal(try_load(test, scenario_of(test, kind, ""), &load, &document), LW_OK);
    assert_int_equal(lw_scenario_run(document, &run, test->arena, test->diags, &result), LW_OK);
    return result.point[0].workload[0].time_s;
}

// Neither a later start nor an engine that makes every packet an event changes how long it takes.
static void it_runs_alike_later_and_exactly(void **state) {
    (void)state;
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        lw_test test = lw_test_begin();
        const double time_s = time_with(&test, lw_work_kinds[k], "packet", "workloads.probe.start=1 ns");
        assert_true(time_s > 0);
        assert_true(time_with(&test, lw_work_kinds[k], "packet", "workloads.probe.start=3 us") == time_s);
        assert_true(time_with(&test, lw_work_kinds[k], "packet-exact", "workloads.probe.start=1 ns") == time_s);
        lw_test_end(&test);
    }
}

// Tasks wait for tasks of their own workload: for earlier ones, or for some of an iteration before.
static void its_graph_is_sound(void **state) {
    (void)state;
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        lw_test test = lw_test_begin();
        const lw_document *document = load_text(&test, scenario_of(&test, lw_work_kinds[k], ""));
        const lw_graph *graph = &first_point(&test, document)->graph;
        const lw_graph_workload *probe = &graph->workload[0];
        assert_true(probe->task_count > 0 && probe->task_count <= graph->task_count);
        assert_true(probe->members > 0 && probe->bytes > 0);
        for (uint32_t t = 0; t < graph->task_count; t++) {
            const lw_graph_task *task = &graph->task[t];
            assert_true(task->move == LW_NO_MOVE || task->move < graph->move_count);
            assert_true(task->loop == LW_NO_LOOP || task->loop < graph->loop_count);
            for (size_t a = 0; a < task->after_count; a++) {
                assert_true(task->after[a].task < graph->task_count);
                assert_true(task->after[a].task < t || task->after[a].distance > 0);
            }
        }
        for (uint32_t l = 0; l < graph->loop_count; l++) {
            const lw_loop *loop = &graph->loop[l];
            assert_true(loop->first < loop->end && loop->end <= graph->task_count && loop->count >= 1);
            assert_true(loop->around == LW_NO_LOOP || loop->around < l);
        }
        lw_test_end(&test);
    }
}

// Lists, explanations and the schema know it unaided.
static void it_is_known_everywhere(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_format *format = lw_scenario_format();
    const lw_option charts[] = {{0}};
    const lw_catalog *catalog = shipped_catalog(&test);
    lw_text list = {0}, manual = {0};
    const char *schema = NULL;
    const lw_explaining all = {format, catalog, presets_of(&test, catalog), charts, test.arena, test.diags};
    assert_int_equal(lw_manual_scenario(&all, &manual), LW_OK);
    assert_int_equal(lw_list_of("workloads", false, presets_of(&test, catalog), test.arena, test.diags, &list), LW_OK);
    assert_int_equal(lw_schema_write(format, charts, test.arena, &schema), LW_OK);
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        const lw_work_kind *kind = lw_work_kinds[k];
        lw_text page = {0};
        const lw_explaining in = {format, catalog, presets_of(&test, catalog), charts, test.arena, test.diags};
        assert_int_equal(lw_explain(&in, kind->type.name, &page), LW_OK);
        assert_non_null(strstr(page.bytes, kind->type.summary));
        assert_non_null(strstr(page.bytes, kind->type.example));
        for (const lw_option *row = kind->type.options; row->key != NULL; row++) {
            assert_non_null(strstr(page.bytes, row->help));
            assert_non_null(strstr(manual.bytes, lw_arena_print(test.arena, "\n.B %s\n", row->key)));
        }
        for (size_t m = 0; kind->metrics[m] != NULL; m++) {
            assert_non_null(strstr(page.bytes, kind->metrics[m]));
        }
        for (const char *at = kind->type.page, *end; at != NULL && *at != '\0'; at = end + (*end != '\0')) {
            end = at + strcspn(at, "\n");
            assert_true(end - at <= 100);
        }
        assert_non_null(strstr(list.bytes, kind->type.name));
        assert_non_null(strstr(schema, lw_arena_print(test.arena, "\"workload-%s\"", kind->type.name)));
        lw_text_free(&page);
    }
    lw_text_free(&list);
    lw_text_free(&manual);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_it_is), cmocka_unit_test(its_options_are_sound),
        cmocka_unit_test(its_example_runs),   cmocka_unit_test(it_runs_alike_later_and_exactly),
        cmocka_unit_test(its_graph_is_sound), cmocka_unit_test(it_is_known_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
