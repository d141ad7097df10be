// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise run: all points of each scenario, the results on stdout and, with -o, in files.
#include <errno.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status write_report(const lw_context *context, const lanewise_result *result, const char *format, const char *path) {
    char *text = NULL;
    lw_status status = (lw_status)lanewise_result_report(result, format, 0, context->findings, &text);
    if (status == LW_OK) {
        status = lw_file_write(path, text, strlen(text), context->diags);
    }
    lanewise_free(text);
    return status;
}

// Where the files of a scenario go.
typedef struct destination {
    const char *folder;
    const char *wrote;  // the names of what was written so far
    lw_cli_page page;
} destination;

static lw_status write_chart(const lw_context *context, lw_chart_request chart, const char *name, const lanewise_result *result,
                             destination *to) {
    const lw_arguments *arguments = context->arguments;
    if (arguments->theme >= 0) {
        chart.theme = arguments->theme;
    }
    lw_picture picture;
    LW_TRY(lw_chart_render(&chart, lanewise_result_raw(result), context->arena, context->diags, &picture));
    LW_TRY(lw_cli_page_add(context, &picture, &to->page));
    return lw_command_pictures(context, &picture, to->folder, name, &to->wrote);  // of nothing to draw a note says why
}

// Of work that was read from lists, what became of each line.
static lw_status write_lists(const lw_context *context, const lanewise_result *result, destination *to) {
    for (size_t i = 0;; i++) {
        char *name = NULL, *csv = NULL;
        lw_status status = (lw_status)lanewise_result_list(result, i, &name, &csv);
        if (status != LW_OK || name == NULL) {
            return status;
        }
        const char *path = lw_arena_print(context->arena, "%s/%s", to->folder, name);
        to->wrote = lw_arena_print(context->arena, "%s, %s", to->wrote, name);
        status = path == NULL || to->wrote == NULL ? LW_NO_MEMORY : lw_file_write(path, csv, strlen(csv), context->diags);
        lanewise_free(name);
        lanewise_free(csv);
        LW_TRY(status);
    }
}

static const char *folder_of_file(const lw_context *context, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    size_t length = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    return lw_arena_print(context->arena, "%s/%.*s", context->arguments->output, (int)length, name);
}

// DIR for one scenario; with several each gets a folder named after its file. Made before anything
// runs, so that a folder that cannot be is no late surprise. *folder is NULL without -o.
static lw_status make_output_folder(const lw_context *context, const char *path, const char **folder) {
    const lw_arguments *arguments = context->arguments;
    *folder = NULL;
    if (arguments->output == NULL) {
        return LW_OK;
    }
    *folder = arguments->file_count == 1 ? arguments->output : folder_of_file(context, path);
    return *folder == NULL ? LW_NO_MEMORY : lw_folder_make(*folder, context->diags);
}

// Of a single point beside its results.
static lw_status write_only_trace(const lw_context *context, const lanewise_result *result, destination *to) {
    char *text = NULL;
    LW_TRY(lanewise_result_planned(result) == 1 ? (lw_status)lanewise_result_trace(result, 0, &text) : LW_OK);
    if (text == NULL) {
        return LW_OK;
    }
    const char *path = lw_arena_print(context->arena, "%s/trace.json", to->folder);
    const lw_status status = path != NULL ? lw_file_write(path, text, strlen(text), context->diags) : LW_NO_MEMORY;
    lanewise_free(text);
    to->wrote = lw_arena_print(context->arena, "%s, trace.json", to->wrote);
    return status == LW_OK && to->wrote == NULL ? LW_NO_MEMORY : status;
}

// *worst: of the charts; one that fails keeps no other from its turn.
static lw_status write_charts(const lw_context *context, const lw_cli_session *session, const lanewise_result *result,
                              destination *to, lw_status *worst) {
    const bool late = lw_console_interrupted();  // then charts of what is finished are asked for
    *worst = LW_OK;
    for (size_t i = 0; i < session->charts.count && lanewise_result_points(result) > 0; i++) {
        if (!late && lw_console_interrupted()) {
            lw_warn(context->diags, (lw_place){0}, NULL, "interrupted, %zu of %zu charts are written", i, session->charts.count);
            return LW_INTERRUPTED;
        }
        lw_status status = write_chart(context, session->charts.chart[i], session->charts.stem[i], result, to);
        *worst = status == LW_OK ? *worst : status;
    }
    lw_chart_request suits;
    if (session->charts.count == 0 && lw_chart_suits(lanewise_result_raw(result), context->arena, &suits)) {
        *worst = write_chart(context, suits, lw_chart_words[suits.kind], result, to);
    }
    return LW_OK;
}

static lw_status write_page(const lw_context *context, const char *file, const lanewise_result *result, destination *to) {
    char *html = NULL;
    LW_TRY(lw_cli_page_end(context, &file, 1, &to->page));
    const lanewise_status made = lanewise_result_page(result, &to->page.page, &html);
    return lw_cli_page_write(context, made, html, to->folder, &to->wrote);
}

static lw_status write_files(const lw_context *context, const lw_cli_session *session, const char *folder, const char *file,
                             const lanewise_result *result) {
    const char *csv = lw_arena_print(context->arena, "%s/results.csv", folder);
    const char *json = lw_arena_print(context->arena, "%s/results.json", folder);
    if (csv == NULL || json == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(write_report(context, result, "csv", csv));
    LW_TRY(write_report(context, result, "json", json));
    lw_status worst;
    destination to = {.folder = folder, .wrote = "results.csv, results.json"};
    LW_TRY(write_only_trace(context, result, &to));
    LW_TRY(write_lists(context, result, &to));
    LW_TRY(write_charts(context, session, result, &to, &worst));
    LW_TRY(write_page(context, file, result, &to));
    const char *told =
        to.wrote == NULL || context->arguments->quiet ? NULL : lw_arena_print(context->arena, "wrote %s: %s", folder, to.wrote);
    if (told != NULL) {
        lw_console_message(told);
    }
    return worst;
}

// "out/t.json" of point 3 of a sweep: "out/t-3.json".
static const char *trace_path(const lw_context *context, const lanewise_result *result, size_t point) {
    const char *path = context->arguments->trace;
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    const size_t stem = dot == NULL || (slash != NULL && dot < slash) ? strlen(path) : (size_t)(dot - path);
    return lanewise_result_planned(result) == 1 ? path
                                                : lw_arena_print(context->arena, "%.*s-%d%s", (int)stem, path,
                                                                 lanewise_result_raw(result)->point[point].index, path + stem);
}

// Points beyond those whose timeline is kept are named, never left out in silence.
static lw_status write_traces(const lw_context *context, const lanewise_result *result) {
    size_t written = 0;
    for (size_t i = 0; i < lanewise_result_points(result); i++) {
        char *text = NULL;
        LW_TRY((lw_status)lanewise_result_trace(result, i, &text));
        if (text == NULL) {
            continue;
        }
        const char *path = trace_path(context, result, i);
        lw_status status = path != NULL ? lw_file_write(path, text, strlen(text), context->diags) : LW_NO_MEMORY;
        lanewise_free(text);
        LW_TRY(status);
        written++;
    }
    if (written < lanewise_result_points(result)) {
        lw_note(
            context->diags, (lw_place){0}, written > 0 ? "--set PATH=VALUE holds a value, so that fewer points are left" : NULL,
            written > 0 ? "--trace wrote the first %zu of %zu points" : "--trace wrote %zu of %zu points: no task was recorded",
            written, lanewise_result_points(result));
    }
    return LW_OK;
}

static void print_stats(const lw_context *context, const lanewise_result *result, double begin_s) {
    const lanewise_counts counts = lanewise_result_counts(result);
    struct timespec cpu = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    int threads = context->arguments->threads > 0 ? (int)context->arguments->threads : omp_get_max_threads();
    const char *line = lw_arena_print(
        context->arena,
        "{\"points\":%zu,\"packets\":%lld,\"packet_hops\":%lld,\"events\":%lld,\"wall_s\":%.6f,\"cpu_s\":%.6f,"
        "\"peak_rss_bytes\":%lld,\"threads\":%d}",
        lanewise_result_points(result), (long long)counts.packets, (long long)counts.packet_hops, (long long)counts.events,
        lw_console_clock_s() - begin_s, (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec, 1024LL * usage.ru_maxrss, threads);
    lw_console_message(line != NULL ? line : "{}");
}

// Tables of several files follow each other: a blank line, then "# FILE", then its head and rows.
static lw_status print_separator(const lw_context *context, const char *path, const char *format) {
    lw_text line = {0};
    if (strcmp(format, "csv") == 0 && context->arguments->file_count > 1) {
        lw_text_add(&line, path == context->arguments->file[0] ? "# " : "\n# ");
        lw_text_visible(&line, path);
        lw_text_add(&line, "\n");
    }
    return lw_console_print(LW_OK, &line, context->diags);
}

static lw_status print_report(const lw_context *context, const char *path, const lanewise_result *result) {
    char *text = NULL;
    const char *format = lanewise_formats()[context->arguments->format];
    LW_TRY(print_separator(context, path, format));
    lanewise_status made = lanewise_result_report(result, format, lw_console_width(), context->findings, &text);
    return lw_console_show_text(made, format, text, context->diags);
}

// What has run: files first, since whoever reads stdout may leave early, and that ends the program.
static lw_status tell(const lw_context *context, const lw_cli_session *session, const lanewise_result *result, const char *folder,
                      const char *path) {
    lw_status written = folder != NULL ? write_files(context, session, folder, path, result) : LW_OK;
    lw_status traced = context->arguments->trace != NULL ? write_traces(context, result) : LW_OK;
    written = written == LW_OK ? traced : written;
    LW_TRY(print_report(context, path, result));
    LW_TRY(written);
    return (lw_status)lanewise_result_check(result, context->findings);
}

static bool has_timeline(const lw_cli_session *session) {
    bool has = false;
    for (size_t i = 0; i < session->charts.count; i++) {
        has = has || lw_chart_needs_timeline(session->charts.chart[i].kind);
    }
    return has;
}

// Before the run, so that it can be thought better of. A core executes some tens of millions of hops
// a second.
static lw_status say_what_it_costs(const lw_context *context, const lw_cli_session *session) {
    static const double worth_a_word = 1e9, hops_per_s = 4e7;
    double hops;
    LW_TRY((lw_status)lanewise_scenario_packet_hops(session->scenario, &hops));
    const char *word = lw_arena_print(context->arena,
                                      "up to %.2g packet hops, %.0f s of one core: packet-exact executes each, packet jumps over "
                                      "what repeats, --engine flow has none",
                                      hops, hops / hops_per_s);
    if (word == NULL) {
        return LW_NO_MEMORY;
    }
    if (hops >= worth_a_word && !context->arguments->quiet) {
        lw_console_message(word);
    }
    return LW_OK;
}

// "50,90,99.9"; which numbers there may be, the library says.
enum { PERCENTILES_MOST = 17 };  // one more than it takes, so that it says so
static lw_status read_percentiles(const lw_context *context, double *out, size_t *count) {
    const char *at = context->arguments->percentiles;
    *count = 0;
    while (at != NULL && *count < PERCENTILES_MOST) {
        const size_t digits = strspn(at, "0123456789.");
        char *end = NULL;
        out[*count] = strtod(at, &end);
        if (digits == 0 || end != at + digits || (*end != ',' && *end != '\0')) {
            (void)lw_error(context->diags, (lw_place){0}, "write for example --percentiles 50,90,99,99.9",
                           "--percentiles takes numbers with commas between, not \"%s\"", context->arguments->percentiles);
            return LW_BAD_USAGE;
        }
        (*count)++;
        at = *end == ',' ? end + 1 : NULL;
    }
    return LW_OK;
}

static lw_status run_session(const lw_context *context, const char *path, const lw_cli_session *session, double begin_s) {
    const lw_arguments *arguments = context->arguments;
    const char *folder = NULL;
    LW_TRY(make_output_folder(context, path, &folder));
    LW_TRY(say_what_it_costs(context, session));
    double percentile[PERCENTILES_MOST];
    size_t percentile_count;
    LW_TRY(read_percentiles(context, percentile, &percentile_count));
    lw_console_progress progress;
    lw_console_progress_begin(&progress, arguments->quiet);
    const lanewise_run run = {
        .threads = (int)arguments->threads,
        .stop = lw_console_catch_interrupt(),
        .progress = lw_console_progress_show,
        .within = lw_console_progress_show_within,
        .user = &progress,
        .lift = arguments->lift,
        .band = arguments->band,
        .draws = arguments->draws,
        .fit = arguments->fit < 0 ? NULL : lanewise_fits()[arguments->fit],
        .percentile = percentile,
        .percentile_count = percentile_count,
        .timelines = arguments->trace != NULL ||
                     (folder != NULL && (has_timeline(session) || lanewise_scenario_points(session->scenario) == 1)),
    };
    lanewise_result *result = NULL;
    lw_status ran = (lw_status)lanewise_scenario_run(session->scenario, &run, context->findings, &result);
    lw_console_progress_end(&progress);
    if (result == NULL) {
        return ran;
    }
    if (ran == LW_INTERRUPTED) {
        lw_warn(context->diags, (lw_place){0}, NULL, "%s: interrupted, %zu of %zu points are finished", path,
                lanewise_result_points(result), lanewise_result_planned(result));
    }
    lw_status told = tell(context, session, result, folder, path);
    if (arguments->stats && told == LW_OK) {
        print_stats(context, result, begin_s);
    }
    lanewise_result_free(result);
    return ran != LW_OK ? ran : told;
}

static lw_status run_one(lw_context *context, const char *path) {
    const double begin_s = lw_console_clock_s();
    lw_cli_session session;
    lw_status status = lw_cli_session_load(context, path, true, &session);
    status = status == LW_OK ? run_session(context, path, &session, begin_s) : status;
    lw_cli_session_free(context, &session);
    return status;
}

// One document holds one scenario, and so does a trace; lines can follow each other.
static lw_status check_format(const lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    if (arguments->file_count > 1 && arguments->trace != NULL) {
        (void)lw_error(context->diags, (lw_place){0}, "run them one by one, each with a --trace of its own",
                       "--trace takes one FILE");
        return LW_BAD_USAGE;
    }
    const char *format = lanewise_formats()[arguments->format];
    if (arguments->file_count == 1 || strcmp(format, "json") != 0) {
        return LW_OK;
    }
    (void)lw_error(context->diags, (lw_place){0},
                   "--format jsonl takes several; -o DIR writes results.json and results.csv for each",
                   "--format %s takes one FILE", format);
    return LW_BAD_USAGE;
}

// Several files whose results would go to one folder are told before any of them runs.
static lw_status check_folders(const lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    if (arguments->file_count == 1 || arguments->output == NULL) {
        return LW_OK;
    }
    const char **folder = LW_NEW_ARRAY(context->arena, const char *, (size_t)arguments->file_count);
    if (folder == NULL) {
        return LW_NO_MEMORY;
    }
    for (int64_t i = 0; i < arguments->file_count; i++) {
        folder[i] = folder_of_file(context, arguments->file[i]);
        if (folder[i] == NULL) {
            return LW_NO_MEMORY;
        }
        for (int64_t k = 0; k < i; k++) {
            if (strcmp(folder[k], folder[i]) == 0) {
                (void)lw_error(context->diags, (lw_place){0}, "run them one by one, each with an -o of its own",
                               "the results of '%s' and '%s' would both go to %s", arguments->file[k], arguments->file[i],
                               folder[i]);
                return LW_BAD_USAGE;
            }
        }
    }
    return LW_OK;
}

static lw_status run_verb(lw_context *context) {
    LW_TRY(check_format(context));
    LW_TRY(check_folders(context));
    return lw_command_each(context, run_one);
}

static const char *const flag_names[] = {"output", "set",   "format", "threads",     "seed",        "engine",
                                         "trace",  "lift",  "band",   "percentiles", "uncertainty", "fit",
                                         "stats",  "theme", "scale",  "pdf",         NULL};
static const char *const offers[] = {"@scenarios", NULL};

const lw_verb lw_verb_run = {
    .name = "run",
    .operands = "FILE...",
    .summary = "Simulate scenarios; a table on stdout.",
    .examples = "  lanewise run oculink.yaml                          a table on the terminal\n"
                "  lanewise run oculink.yaml -o results               and results.csv, results.json, charts, report.html\n"
                "  lanewise run oculink.yaml --set links.egpu.lanes=8 with one value changed\n"
                "  lanewise run oculink.yaml --format jsonl | jq .    one point a line\n"
                "  lanewise run oculink.yaml --trace trace.json       what ran when, for ui.perfetto.dev\n"
                "  lanewise run oculink.yaml --lift                   what it would be without its limit\n",
    .details =
        "FILE - is stdin; the name of a scenario that comes with lanewise is that one (lanewise list scenarios). With several\n"
        "files -o makes a folder for each below DIR, and stdout is a table; JSON Lines: a line about each file, then one for each\n"
        "of its points; or CSV: a line '# FILE' before each table, a blank line between two. Ctrl-C stops soon and keeps what is\n"
        "finished.\n"
        "Results do not depend on the number of threads.\n",
    .flags = flag_names,
    .output = "a folder for results.csv, results.json, charts, report.html and, of one point, trace.json",
    .least = 1,
    .most = INT64_MAX,
    .offers = offers,
    .run = run_verb,
};
