// SPDX-License-Identifier: GPL-3.0-or-later
// One allocation that fails, whichever it is, in a whole command through the library: it is told as
// out of memory, or the output is what it always is. Never is it another error, and never another
// output. The same where every later one fails too.
#include "tests/helpers.h"

#include "sim/lanewise.h"

#include <sys/wait.h>
#include <unistd.h>

// A command is run once. At a request for memory the process forks: the child is refused it and goes
// on, so that each failure costs what is left of the command and no start of it.
typedef struct trial {
    lw_test_memory memory;
    int64_t step;    // each step-th request is tried
    bool is_child;   // in which a request was refused ...
    bool for_good;   // ... and so is every later one
    int64_t failed;  // the request that was refused
    int faults;      // of the children
} trial;

enum { FAULT = 3, EACH = INT32_MAX };  // exit status of a child that found one; each allocation is tried

static void *request(void *old, size_t bytes, void *user) {
    trial *t = user;
    if (bytes > 0 && t->is_child && t->for_good) {
        return NULL;
    }
    if (bytes == 0 && t->is_child) {  // counted, not freed: pages stay shared with the parent
        t->memory.blocks -= old != NULL;
        return NULL;
    }
    if (bytes > 0 && !t->is_child && t->step > 0 && t->memory.requests % t->step == 0) {
        for (int k = 0; k < 2; k++) {
            const pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0) {
                t->is_child = true;
                t->for_good = k == 1;
                t->failed = t->memory.requests + 1;
                return NULL;
            }
            int status = 0;
            assert_int_equal(waitpid(child, &status, 0), child);
            if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != FAULT)) {
                print_error("request %lld refused: the child ends by signal or status %d\n", (long long)t->memory.requests + 1,
                            status);
            }
            t->faults += status != 0;
        }
    }
    return lw_test_resize(old, bytes, &t->memory);
}

// What a command gave: its status, its text, and how many findings.
typedef struct outcome {
    lanewise_status status;
    char *text;
    size_t findings;
    bool told;  // one of them says that memory ran out
} outcome;

typedef struct command {
    const char *name;
    lanewise_status (*act)(const lanewise_catalog *catalog, const char *what, lanewise_findings *findings, char **text);
    const char *what;
    int64_t samples;  // of its allocations, or EACH
} command;

static lanewise_status report(const lanewise_catalog *catalog, const char *path, const char *format, lanewise_findings *findings,
                              char **text) {
    const lanewise_run run = {.threads = 1};
    lanewise_scenario *scenario = NULL;
    lanewise_result *result = NULL;
    lanewise_status status = lanewise_scenario_load(catalog, path, NULL, findings, &scenario);
    status = status == LANEWISE_OK ? lanewise_scenario_run(scenario, &run, findings, &result) : status;
    status = status == LANEWISE_OK ? lanewise_result_report(result, format, 0, findings, text) : status;
    status = status == LANEWISE_OK ? lanewise_result_check(result, findings) : status;
    lanewise_result_free(result);
    lanewise_scenario_free(scenario);
    return status;
}

static lanewise_status table(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    return report(catalog, path, "table", findings, text);
}

static lanewise_status json(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    return report(catalog, path, "json", findings, text);
}

static lanewise_status csv(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    return report(catalog, path, "csv", findings, text);
}

static lanewise_status page(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    const lanewise_run run = {.threads = 1};
    const lanewise_chart chart = {"a", "b", "<svg></svg>"};
    const lanewise_page with = {.chart = &chart, .chart_count = 1, .light = "", .command = "lanewise run"};
    lanewise_scenario *scenario = NULL;
    lanewise_result *result = NULL;
    lanewise_status status = lanewise_scenario_load(catalog, path, NULL, findings, &scenario);
    status = status == LANEWISE_OK ? lanewise_scenario_run(scenario, &run, findings, &result) : status;
    status = status == LANEWISE_OK ? lanewise_result_page(result, &with, text) : status;
    lanewise_result_free(result);
    lanewise_scenario_free(scenario);
    return status;
}

static lanewise_status trace(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    const lanewise_run run = {.threads = 1, .timelines = true};
    lanewise_scenario *scenario = NULL;
    lanewise_result *result = NULL;
    lanewise_status status = lanewise_scenario_load(catalog, path, NULL, findings, &scenario);
    status = status == LANEWISE_OK ? lanewise_scenario_run(scenario, &run, findings, &result) : status;
    status = status == LANEWISE_OK ? lanewise_result_trace(result, 0, text) : status;
    lanewise_result_free(result);
    lanewise_scenario_free(scenario);
    return status;
}

static lanewise_status run_as(const lanewise_catalog *catalog, const char *path, lanewise_run run, lanewise_findings *findings,
                              char **text) {
    lanewise_scenario *scenario = NULL;
    lanewise_result *result = NULL;
    lanewise_status status = lanewise_scenario_load(catalog, path, NULL, findings, &scenario);
    status = status == LANEWISE_OK ? lanewise_scenario_run(scenario, &run, findings, &result) : status;
    status = status == LANEWISE_OK ? lanewise_result_report(result, "table", 0, findings, text) : status;
    lanewise_result_free(result);
    lanewise_scenario_free(scenario);
    return status;
}

static lanewise_status lifted(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    return run_as(catalog, path, (lanewise_run){.threads = 1, .lift = true}, findings, text);
}

static lanewise_status uncertain(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    return run_as(catalog, path, (lanewise_run){.threads = 1, .draws = 2}, findings, text);
}

// What became of each line of a list.
static lanewise_status members(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    const lanewise_run run = {.threads = 1};
    lanewise_scenario *scenario = NULL;
    lanewise_result *result = NULL;
    char *name = NULL;
    lanewise_status status = lanewise_scenario_load(catalog, path, NULL, findings, &scenario);
    status = status == LANEWISE_OK ? lanewise_scenario_run(scenario, &run, findings, &result) : status;
    status = status == LANEWISE_OK ? lanewise_result_list(result, 0, &name, text) : status;
    lanewise_free(name);
    lanewise_result_free(result);
    lanewise_scenario_free(scenario);
    return status;
}

static lanewise_status explain(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    return lanewise_explain(catalog, name[0] == '\0' ? NULL : name, NULL, findings, text);
}

static lanewise_status lesson(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    return lanewise_lesson(catalog, name, true, findings, text);
}

static lanewise_status plan(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    const lanewise_run run = {.threads = 1};
    lanewise_planned *planned = NULL;
    lanewise_status status = lanewise_plan(catalog, path, &run, findings, &planned);
    status = status == LANEWISE_OK ? lanewise_planned_report(planned, "json", 0, findings, text) : status;
    lanewise_planned_free(planned);
    return status;
}

// A scenario against itself, or two presets.
static lanewise_status compare(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    const lanewise_run run = {.threads = 1, .draws = 2};
    const bool link = strchr(name, '/') == NULL;
    const char *const names[] = {name, link ? "thunderbolt-4" : name};
    lanewise_comparison *comparison = NULL;
    lanewise_status status =
        lanewise_compare(catalog, &(lanewise_contenders){.name = names, .count = 2}, &run, findings, &comparison);
    status = status == LANEWISE_OK ? lanewise_comparison_report(comparison, link ? "table" : "json", 0, findings, text) : status;
    lanewise_comparison_free(comparison);
    return status;
}

static lanewise_status list(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    return lanewise_list(catalog, name, "table", findings, text);
}

static lanewise_status names(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    return lanewise_names(catalog, name, findings, text);
}

static lanewise_status schema(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    (void)catalog;
    return lanewise_schema(name, NULL, findings, text);
}

static lanewise_status manual(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    (void)catalog;
    return lanewise_manual(name, NULL, findings, text);
}

static lanewise_status topology(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    lanewise_scenario *scenario = NULL;
    lanewise_topology *drawn = NULL;
    lanewise_status status = lanewise_scenario_load(catalog, path, NULL, findings, &scenario);
    status = status == LANEWISE_OK ? lanewise_scenario_topology(scenario, findings, &drawn) : status;
    status = status == LANEWISE_OK ? lanewise_topology_text(drawn, text) : status;
    lanewise_topology_free(drawn);
    lanewise_scenario_free(scenario);
    return status;
}

// Reported in a format, or as both pages where there is none.
static lanewise_status told_accuracy(lanewise_status status, lanewise_accuracy *accuracy, const char *format,
                                     lanewise_findings *findings, char **text) {
    static const char *const pictures[] = {"parity.svg", NULL};
    lanewise_status told = LANEWISE_OK;
    if (accuracy != NULL) {
        char *html = NULL;
        told = format != NULL ? lanewise_accuracy_report(accuracy, format, findings, text)
                              : lanewise_accuracy_page(accuracy, pictures, text);
        if (told == LANEWISE_OK && format == NULL) {
            told = lanewise_accuracy_html(accuracy, NULL, &html);
            lanewise_free(told == LANEWISE_OK ? html : *text);
            *text = told == LANEWISE_OK ? *text : NULL;
        }
    }
    lanewise_accuracy_free(accuracy);
    return status == LANEWISE_OK ? told : status;
}

static lanewise_status validate_as(const lanewise_catalog *catalog, const char *name, const char *format,
                                   lanewise_findings *findings, char **text) {
    const bool bands = format != NULL && strcmp(format, "csv") == 0;  // with all that there is
    const lanewise_run run = {.threads = 1};
    lanewise_accuracy *accuracy = NULL;
    char *path = lanewise_catalog_path(catalog, "measured", name);
    lanewise_status status = LANEWISE_NO_MEMORY;
    if (path != NULL) {
        const char *const paths[] = {path};
        status = lanewise_validate(catalog, (lanewise_tables){paths, 1, NULL, bands}, &run, findings, &accuracy);
    }
    lanewise_free(path);
    return told_accuracy(status, accuracy, format, findings, text);
}

static lanewise_status validate(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    return validate_as(catalog, name, "table", findings, text);
}

static lanewise_status validate_page(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings,
                                     char **text) {
    return validate_as(catalog, name, NULL, findings, text);
}

static lanewise_status calibrate(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **text) {
    const lanewise_run run = {.threads = 1};
    lanewise_accuracy *accuracy = NULL;
    const lanewise_status status = lanewise_calibrate(catalog, (lanewise_presets){&name, 1, false}, &run, findings, &accuracy);
    return told_accuracy(status, accuracy, "table", findings, text);
}

static lanewise_status validate_json(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings,
                                     char **text) {
    return validate_as(catalog, name, "json", findings, text);
}

static lanewise_status calibrate_page(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings,
                                      char **text) {
    const lanewise_run run = {.threads = 1};
    lanewise_accuracy *accuracy = NULL;
    const lanewise_status status = lanewise_calibrate(catalog, (lanewise_presets){&name, 1, false}, &run, findings, &accuracy);
    return told_accuracy(status, accuracy, NULL, findings, text);
}

static lanewise_status validate_bands(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings,
                                      char **text) {
    return validate_as(catalog, name, "csv", findings, text);
}

static lanewise_status import(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    const lanewise_importing how = {.on = strstr(path, ".csv") != NULL  ? "oculink-2-x4,rtx-4090"
                                          : strstr(path, "ib_") != NULL ? "infiniband-hdr"
                                          : strstr(path, "mlc") != NULL ? "cxl-2.0-x8,cxl-expander-target"
                                                                        : NULL};
    lanewise_imported *imported = NULL;
    lanewise_status status = lanewise_import(catalog, path, &how, findings, &imported);
    status = status == LANEWISE_OK ? lanewise_imported_overview(imported, text) : status;
    lanewise_imported_free(imported);
    return status;
}

static lanewise_status judge(const lanewise_catalog *catalog, const char *path, lanewise_findings *findings, char **text) {
    const lanewise_run run = {.threads = 1};
    const char *const paths[] = {path};
    lanewise_accuracy *accuracy = NULL;
    const lanewise_status status =
        lanewise_validate(catalog, (lanewise_tables){paths, 1, NULL, false}, &run, findings, &accuracy);
    return told_accuracy(status, accuracy, "table", findings, text);
}

static lanewise_status rate(const lanewise_catalog *catalog, const char *rate, lanewise_findings *findings, char **text) {
    const lanewise_run run = {.threads = 1};
    return lanewise_import_rate(catalog, rate, "oculink-2-x4", &run, findings, text);
}

static lanewise_status run_command(const command *c, outcome *out) {
    *out = (outcome){.status = LANEWISE_NO_MEMORY};
    lanewise_findings *findings = lanewise_findings_new();
    lanewise_catalog *catalog = NULL;
    if (findings != NULL) {
        out->status = lanewise_catalog_open(LW_SOURCE_DIR "/configs", findings, &catalog);
    }
    if (catalog != NULL) {
        out->status = c->act(catalog, c->what, findings, &out->text);
        out->findings = lanewise_findings_count(findings);
    }
    for (size_t i = 0; i < out->findings; i++) {
        out->told = out->told || strstr(lanewise_findings_at(findings, i).message, "out of memory") != NULL;
    }
    lanewise_catalog_close(catalog);
    lanewise_findings_free(findings);
    return out->status;
}

static bool is_same(const outcome *a, const outcome *b) {
    return a->status == b->status && a->text != NULL && strcmp(a->text, b->text) == 0 && (a->findings == b->findings || a->told);
}

// Of a child, which ends here.
static void judge_child(const command *c, const trial *t, const outcome *wanted, outcome *found) {
    bool is_fault = false;
    if (found->status != LANEWISE_NO_MEMORY && !is_same(found, wanted)) {
        print_error("%s %s: request %lld fails: status %d, %zu findings (%d and %zu without)\n", c->name, c->what,
                    (long long)t->failed, (int)found->status, found->findings, (int)wanted->status, wanted->findings);
        is_fault = true;
    }
    lanewise_free(found->text);
    if (t->memory.blocks != 0) {
        print_error("%s %s: request %lld fails: memory is lost\n", c->name, c->what, (long long)t->failed);
        is_fault = true;
    }
    _exit(is_fault ? FAULT : 0);
}

// Returns how many of the tried failures were neither told nor without effect.
static int faults_of(const command *c) {
    outcome wanted, found;
    trial counting = {.memory = {.fail_at = INT64_MAX}};
    lw_memory_hook(request, &counting);
    (void)run_command(c, &wanted);
    assert_non_null(wanted.text);
    const char *all = getenv("LANEWISE_MEMORY_ALL");
    trial t = {.memory = {.fail_at = INT64_MAX}, .step = all != NULL ? 1 : counting.memory.requests / c->samples + 1};
    print_message("%s %s: %lld requests, every %lldth fails\n", c->name, c->what, (long long)counting.memory.requests,
                  (long long)t.step);
    lw_memory_hook(request, &t);
    (void)run_command(c, &found);
    if (t.is_child) {
        lw_memory_hook(lw_test_resize, &t.memory);
        judge_child(c, &t, &wanted, &found);
    }
    assert_true(is_same(&found, &wanted));
    lanewise_free(found.text);
    assert_int_equal(t.memory.blocks, 0);
    lw_memory_hook(request, &counting);
    lanewise_free(wanted.text);
    lw_memory_hook(NULL, NULL);
    assert_int_equal(counting.memory.blocks, 0);
    return t.faults;
}

static void one_failed_allocation_is_told_or_has_no_effect(void **state) {
    (void)state;
    // Those of much memory last: a fork copies the pages' table.
    static const command commands[] = {
        {"run, table", table, LW_SOURCE_DIR "/tests/cli/data/assert.yaml", EACH},
        {"run, lift", lifted, LW_SOURCE_DIR "/tests/cli/data/one-copy.yaml", EACH},
        {"run, trace", trace, LW_SOURCE_DIR "/tests/cli/data/one-copy.yaml", EACH},
        {"run, csv", csv, LW_SOURCE_DIR "/tests/cli/data/flows.yaml", EACH},
        {"explain", explain, "", EACH},
        {"validate", validate, "p2p-off-rtx-5090-gen5x16", EACH},
        {"run, table", table, LW_SOURCE_DIR "/configs/scenarios/first.yaml", 100},
        {"run, table", table, LW_SOURCE_DIR "/configs/scenarios/two-gpus-one-switch.yaml", 100},
        {"run, json", json, LW_SOURCE_DIR "/tests/cli/data/assert.yaml", 200},
        {"run, page", page, LW_SOURCE_DIR "/tests/cli/data/sweep.yaml", 300},
        {"validate, page", validate_page, "p2p-off-rtx-5090-gen5x16", 100},
        {"run, csv", csv, LW_SOURCE_DIR "/tests/cli/data/sweep.yaml", 200},
        {"run, trace", trace, LW_SOURCE_DIR "/configs/scenarios/two-gpus-one-switch.yaml", 300},
        {"members", members, LW_SOURCE_DIR "/tests/cli/data/flows.yaml", 200},
        {"explain", explain, "pcie", 200},
        {"explain", explain, "copy", 100},
        {"explain", explain, "bytes", 100},
        {"schema", schema, "scenario", 100},
        {"schema", schema, "measured", 100},
        {"schema", schema, "result", 10},
        {"manual", manual, "scenario", 60},
        {"manual", manual, "plan", 10},
        {"names", names, "measured", 5},
        {"topo", topology, LW_SOURCE_DIR "/configs/scenarios/two-gpus-one-switch.yaml", 300},
        {"run, uncertainty", uncertain, LW_SOURCE_DIR "/configs/scenarios/first.yaml", 60},
        {"validate, json", validate_json, "p2p-off-rtx-5090-gen5x16", 100},
        {"validate, bands", validate_bands, "p2p-off-rtx-5090-gen5x16", 60},
        {"import", import, LW_SOURCE_DIR "/tests/import/nvbandwidth.json", 300},
        {"import", import, LW_SOURCE_DIR "/tests/import/nvbandwidth.txt", 100},
        {"import", import, LW_SOURCE_DIR "/tests/import/list.csv", 200},
        {"import", import, LW_SOURCE_DIR "/tests/import/p2p.txt", 100},
        {"import", import, LW_SOURCE_DIR "/tests/import/rocm.txt", 100},
        {"import", import, LW_SOURCE_DIR "/tests/import/nccl_tests.txt", 100},
        {"import", import, LW_SOURCE_DIR "/tests/import/ib_write_bw.txt", 300},
        {"import", import, LW_SOURCE_DIR "/tests/import/mlc.txt", 100},
        {"import a machine", import, LW_SOURCE_DIR "/tests/import/lspci.txt", 300},
        {"import a machine", import, LW_SOURCE_DIR "/tests/import/nvidia_topo.txt", 200},
#ifdef LW_WITH_LIBXML2
        {"import a machine", import, LW_SOURCE_DIR "/tests/import/nccl_topology.xml", 100},
#endif
        {"import --rate", rate, "6.6 GB/s h2d", 100},
        {"run, csv", csv, LW_SOURCE_DIR "/tests/fuzz/corpus_scenario/task-graph.yaml", 200},
        {"run, csv", csv, LW_SOURCE_DIR "/tests/fuzz/corpus_scenario/goal.yaml", 200},
        {"run, csv", csv, LW_SOURCE_DIR "/tests/fuzz/corpus_scenario/chakra.yaml", 100},
        {"run, table", table, LW_SOURCE_DIR "/tests/cli/data/collectives.yaml", 200},
        {"run, table", table, LW_SOURCE_DIR "/tests/cli/data/nccl-sends.yaml", 200},
        {"explain", explain, "rtx-4090", 200},
        {"explain", explain, "pcie-4-x16", 200},
        {"plan", plan, LW_SOURCE_DIR "/configs/plans/laptop-gamer.yaml", 15},
        {"compare", compare, "oculink-2-x4", 60},
        {"compare", compare, LW_SOURCE_DIR "/tests/cli/data/sweep.yaml", 60},
        {"lesson", lesson, "04", 100},
        {"run, csv", csv, LW_SOURCE_DIR "/configs/scenarios/games-by-link-and-screen.yaml", 20},
        {"run, csv", csv, LW_SOURCE_DIR "/configs/scenarios/lanes-for-a-model.yaml", 8},
        {"list", list, "sources", 60},
        {"list", list, "catalogue", 60},
        {"list", list, "questions", 60},
        {"list", list, "links", 100},
        {"list", list, "devices", 100},
        {"list", list, "measured", 100},
        {"calibrate", calibrate, "a100-pcie", 60},
        {"calibrate, page", calibrate_page, "a100-pcie", 60},
        {"validate a file of another tool", judge, LW_SOURCE_DIR "/tests/import/bandwidth_test.txt", 100},
        {"run, table", table, LW_SOURCE_DIR "/configs/scenarios/oculink-or-thunderbolt.yaml", 30},
        {"run, json", json, LW_SOURCE_DIR "/configs/scenarios/shared-gpu.yaml", 30},
    };
    int faults = 0;
    lw_memory_chunks(0);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        faults += faults_of(&commands[i]);
    }
    lw_memory_chunks(SIZE_MAX);
    assert_int_equal(faults, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_failed_allocation_is_told_or_has_no_effect)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
