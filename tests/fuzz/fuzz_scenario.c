// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a scenario, through everything that `lanewise run` does with a file but writing the
// answer: no crash, no leak, every refusal has a diagnostic, and what was accepted gives results
// that can be. An input has an allowance of memory, which also bounds the time of loading it, and
// one of processor time, after which its run is interrupted as by Ctrl-C.
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "plots/plots.h"
#include "sim/report/report.h"
#include "sim/report/topology_text.h"
#include "sim/study/assertion.h"
#include "sim/study/measured.h"
#include "sim/study/run.h"
#include "sim/study/topology.h"
#include "tests/fuzz/allowance.h"

enum { EXACT_HOPS_MAX = 20000 };

// What every input meets: the catalogue, and two measured tables to lay over its results.
typedef struct shelf {
    lw_catalog *catalog;
    lw_measured_series series[2];
} shelf;

static shelf *open_shelf(void) {
    static shelf shipped;
    open_allowance();
    check(atexit(lw_plots_close) == 0);
    static lw_arena *arena;  // kept to the end
    arena = lw_arena_new();
    lw_diags *diags = lw_diags_new(arena);
    check(lw_catalog_open(LW_SOURCE_DIR "/configs", arena, diags, &shipped.catalog) == LW_OK);
    static const char *const paths[] = {LW_SOURCE_DIR "/configs/measured/tomshardware-2025-oculink-h2d.yaml",
                                        LW_SOURCE_DIR "/configs/measured/cxl-expander-mess-loaded-90.yaml"};
    for (int i = 0; i < 2; i++) {
        lw_measured *table = NULL;
        check(lw_measured_load(paths[i], shipped.catalog, arena, diags, &table) == LW_OK);
        check(lw_measured_series_of(table, arena, &shipped.series[i]) == LW_OK);
    }
    static FILE *file;  // an input is read from standard input, as from any file; kept to the end
    file = tmpfile();
    check(file != NULL && dup2(fileno(file), STDIN_FILENO) == STDIN_FILENO);
    return &shipped;
}

// ---- What results can be ----

static bool is_amount(double value) {
    return isfinite(value) && value >= 0;
}

static void check_limit(const lw_limit *limit) {
    lw_text words = {0};
    lw_limit_print(limit, &words);
    check(words.failed || words.length > 0);
    check(is_amount(limit->share) && limit->share <= 1 + 1e-9);
    lw_text_free(&words);
}

static void check_point(const lw_point *point) {
    static const double hair = 1 + 1e-9;
    for (size_t i = 0; i < point->workload_count; i++) {
        const lw_workload_result *row = &point->workload[i];
        check(row->bytes >= 0 && row->start_ps >= 0 && row->end_ps >= row->start_ps && row->fixed_ps >= 0);
        check(is_amount(row->time_s) && is_amount(row->bandwidth_GBps));
        check(is_amount(row->mean_wait_ps) && is_amount(row->mean_latency_ps));
        check_limit(&row->limit);
        check(!row->has_band || (is_amount(row->low_GBps) && is_amount(row->high_GBps)));
        check(!row->has_band || (row->low_GBps <= row->bandwidth_GBps && row->bandwidth_GBps <= row->high_GBps));
    }
    for (size_t i = 0; i < point->direction_count; i++) {
        const lw_direction_result *row = &point->direction[i];
        check(is_amount(row->utilisation) && row->utilisation <= hair);
        check(row->payload_bytes >= 0 && row->wire_bytes >= row->payload_bytes && row->packets >= 0 && row->replays >= 0);
    }
    for (size_t i = 0; i < point->stage_count; i++) {
        const double *rate = point->stage[i].rate_GBps;
        for (int stage = 0; stage < LW_STAGE_COUNT; stage++) {
            check(is_amount(rate[stage]) && (stage == 0 || rate[stage] <= rate[stage - 1] * hair));
        }
    }
}

// Packet and packet-exact must agree.
static void check_exact(const lw_result *result, const lw_result *exact) {
    check(result->point_count == exact->point_count);
    for (size_t i = 0; i < result->point_count; i++) {
        const lw_point *a = &result->point[i];
        const lw_point *b = &exact->point[i];
        check(a->index == b->index && a->end_ps == b->end_ps && a->packets == b->packets && a->packet_hops == b->packet_hops);
        for (size_t k = 0; k < a->workload_count; k++) {
            check(a->workload[k].start_ps == b->workload[k].start_ps && a->workload[k].end_ps == b->workload[k].end_ps);
        }
    }
}

// ---- One input ----

typedef struct input {
    const uint8_t *data;
    size_t size;
    shelf *shipped;
    lw_arena *arena;
    lw_diags *diags;
} input;

static bool load(const input *in, const lw_load *how, const lw_document **out) {
    check(ftruncate(STDIN_FILENO, 0) == 0 && pwrite(STDIN_FILENO, in->data, in->size, 0) == (ssize_t)in->size);
    check(lseek(STDIN_FILENO, 0, SEEK_SET) == 0);
    return accepted(lw_scenario_load("-", in->shipped->catalog, how, in->arena, in->diags, out), in->diags);
}

static bool run(const input *in, const lw_document *document, lw_result *result) {
    const lw_run options = {.threads = 1, .stop = &stop};
    *result = (lw_result){0};
    bool ran = accepted(lw_scenario_run(document, &options, in->arena, in->diags, result), in->diags);
    for (size_t i = 0; i < result->point_count; i++) {
        check_point(&result->point[i]);
    }
    return ran;
}

static void run_exact(const input *in, const lw_result *result) {
    const lw_load how = {.engine = "packet-exact"};
    const lw_document *document = NULL;
    lw_result exact;
    if (load(in, &how, &document) && run(in, document, &exact)) {
        check_exact(result, &exact);
    }
}

static void draw(const input *in, const lw_picture *picture) {
    lw_text svg = {0};
    (void)!accepted(lw_picture_svg(picture, &svg, in->diags), in->diags);
    lw_text_free(&svg);
}

static void report(const input *in, const lw_document *document, const lw_result *result) {
    for (int format = LW_FORMAT_TABLE; format <= LW_FORMAT_JSONL; format++) {
        lw_text text = {0};
        (void)!accepted(lw_report(result, (lw_report_format)format, 80, &text), in->diags);
        lw_text_free(&text);
    }
    lw_topology topology;
    lw_picture picture;
    lw_text tree = {0};
    if (accepted(lw_scenario_topology(document, 0, in->arena, in->diags, &topology), in->diags)) {
        (void)!accepted(lw_topology_text(&topology, &tree), in->diags);
        if (accepted(lw_topology_render(&topology, LW_THEME_DARK, in->arena, in->diags, &picture), in->diags)) {
            draw(in, &picture);
        }
    }
    lw_text_free(&tree);
}

static void use(const input *in, const lw_document *document) {
    const lw_yaml *charts = document->head.charts;
    const lw_assertion *assertion = NULL;
    size_t assertions = 0;
    lw_status asserts = lw_assertions_parse(document->head.asserts, in->arena, in->diags, &assertion, &assertions);
    bool checkable = accepted(asserts, in->diags) &&
                     accepted(lw_assertions_check_names(assertion, assertions, document, in->diags), in->diags);
    lw_result result;
    bool ran = run(in, document, &result);
    result.measured = in->shipped->series;
    result.measured_count = sizeof in->shipped->series / sizeof in->shipped->series[0];
    report(in, document, &result);
    for (const lw_yaml *item = charts == NULL ? NULL : charts->first; item != NULL; item = item->next) {
        lw_chart_request chart;
        lw_picture picture;
        if (accepted(lw_chart_parse(item, &chart, in->diags), in->diags) &&
            accepted(lw_chart_render(&chart, &result, in->arena, in->diags, &picture), in->diags) && picture.draw != NULL) {
            draw(in, &picture);
        }
    }
    if (checkable) {
        (void)!accepted(lw_assertions_check(assertion, assertions, &result, in->diags), in->diags);
    }
    int64_t hops = 0;
    for (size_t i = 0; i < result.point_count && hops <= EXACT_HOPS_MAX; i++) {
        hops += result.point[i].packet_hops;
    }
    if (ran && hops <= EXACT_HOPS_MAX) {
        run_exact(in, &result);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static shelf *shipped;
    shipped = shipped == NULL ? open_shelf() : shipped;
    begin_input();
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = lw_diags_new(arena);
    const lw_document *document = NULL;
    const input in = {.data = data, .size = size, .shipped = shipped, .arena = arena, .diags = diags};
    if (load(&in, NULL, &document)) {
        use(&in, document);
    }
    end_input(arena, diags);
    return 0;
}
