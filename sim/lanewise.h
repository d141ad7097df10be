// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise as a library: load a scenario, run it, read the results. Nothing here prints or exits.
// Objects are opaque, and each is freed by the call that is named beside its constructor (NULL is
// allowed). Texts that a function hands out by `char **` are freed by lanewise_free; texts that it
// returns belong to the object they are about.
//
// A catalogue and a loaded scenario never change, so threads may share them. Findings belong to one
// thread at a time.
//
//     lanewise_findings *findings = lanewise_findings_new();
//     lanewise_catalog *catalog = NULL;
//     lanewise_scenario *scenario = NULL;
//     lanewise_result *result = NULL;
//     if (lanewise_catalog_open(NULL, findings, &catalog) == LANEWISE_OK &&
//         lanewise_scenario_load(catalog, "oculink.yaml", NULL, findings, &scenario) == LANEWISE_OK &&
//         lanewise_scenario_run(scenario, NULL, findings, &result) == LANEWISE_OK) {
//         double GBps = lanewise_result_metric(result, 0, "upload", "bandwidth_GBps");
//     }
#ifndef LANEWISE_H
#define LANEWISE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LANEWISE_API __attribute__((visibility("default")))

// ---- Status ----

// Outputs of a function are written only when it returns LANEWISE_OK, or where it says so.
typedef enum lanewise_status {
    LANEWISE_OK,
    LANEWISE_NO_MEMORY,
    LANEWISE_BAD_INPUT,     // the input is wrong; the findings say where
    LANEWISE_BAD_USAGE,     // an argument is wrong; the findings say which
    LANEWISE_IO,            // a file cannot be read
    LANEWISE_LIMIT,         // a limit of the simulator is exceeded
    LANEWISE_STUCK,         // a deadlock: every transfer waits for another
    LANEWISE_CHECK_FAILED,  // an assertion failed, or a table is over its limit
    LANEWISE_INTERRUPTED,   // lanewise_run.stop was set
    LANEWISE_INTERNAL
} lanewise_status;

LANEWISE_API const char *lanewise_status_text(lanewise_status status);  // one sentence
LANEWISE_API const char *lanewise_version(void);                        // "0.1.0"
LANEWISE_API void lanewise_free(char *text);

// ---- Findings: what is wrong, where, and what to do ----

typedef struct lanewise_findings lanewise_findings;
typedef enum lanewise_severity { LANEWISE_ERROR, LANEWISE_WARNING, LANEWISE_NOTE } lanewise_severity;
typedef struct lanewise_finding {
    lanewise_severity severity;
    const char *file;     // NULL: it stands in no file
    int line, column;     // from 1; 0: the file as a whole
    const char *message;  // one sentence
    const char *hint;     // what to do; NULL for none
} lanewise_finding;

LANEWISE_API lanewise_findings *lanewise_findings_new(void);  // NULL when out of memory
LANEWISE_API void lanewise_findings_free(lanewise_findings *findings);
LANEWISE_API size_t lanewise_findings_count(const lanewise_findings *findings);
// index < count
LANEWISE_API lanewise_finding lanewise_findings_at(const lanewise_findings *findings, size_t index);

// ---- Catalogue: presets, systems, examples and measured tables ----

typedef struct lanewise_catalog lanewise_catalog;

// folder NULL: $LANEWISE_CONFIGS, else configs of the source tree in whose build folder the program or
// the shared library lies, else share/lanewise/configs of the prefix that holds it, else what
// lanewise was configured for.
LANEWISE_API lanewise_status lanewise_catalog_open(const char *folder, lanewise_findings *findings, lanewise_catalog **out);
LANEWISE_API const char *lanewise_catalog_folder(const lanewise_catalog *catalog);  // that was read
LANEWISE_API void lanewise_catalog_close(lanewise_catalog *catalog);

// What there is of one of lanewise_lists(), as a table of text (format "table") or of Markdown ("md");
// LANEWISE_BAD_USAGE for another word.
LANEWISE_API const char *const *lanewise_lists(void);  // "links", "devices", ..., NULL
LANEWISE_API lanewise_status lanewise_list(const lanewise_catalog *catalog, const char *what, const char *format,
                                           lanewise_findings *findings, char **text);
// The names in such a list alone, one a line, for scripts; LANEWISE_BAD_USAGE for "questions", which have none.
LANEWISE_API lanewise_status lanewise_names(const lanewise_catalog *catalog, const char *what, lanewise_findings *findings,
                                            char **text);
// The file of a scenario, system or measured table by its name: "scenarios", "systems" or
// "measured", "first". NULL: there is none. lanewise_free.
LANEWISE_API char *lanewise_catalog_path(const lanewise_catalog *catalog, const char *what, const char *name);

// The text of a shipped example scenario, or one for a collective by its kind ("all-reduce");
// LANEWISE_BAD_USAGE for an unknown name.
LANEWISE_API lanewise_status lanewise_example(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings,
                                              char **text);

// ---- Pages: a result as one HTML file that needs no other ----

typedef struct lanewise_chart {
    const char *title, *caption;
    const char *svg;  // an <svg> element as it stands in HTML, trusted; its ids are its own
} lanewise_chart;

// What a page gets from outside; all else of it is known inside. Texts that are NULL are left out.
typedef struct lanewise_page {
    const lanewise_chart *chart;
    size_t chart_count;
    // style sheets of the charts: on a light and a dark screen, and on paper
    const char *light, *dark, *print;
    const char *command;  // that makes the page again
} lanewise_page;

// ---- Scenario ----

typedef struct lanewise_scenario lanewise_scenario;

typedef struct lanewise_load {
    const char *const *set;  // "PATH=VALUE" over what the file says, in order
    size_t set_count;
    const char *engine;  // one of lanewise_engines(); NULL: as the file says
    const char *seed;    // as text; NULL: as the file says
    bool look_only;      // nothing is to run: no word about missing workloads
    // of a sweep, points that cannot be built are left to the run to tell, unless none can
    bool points_may_fail;
} lanewise_load;
LANEWISE_API const char *const *lanewise_engines(void);  // "packet", "packet-exact", "flow", "auto", NULL

// Read a file ("-" is stdin), what it includes and the measured tables that it names, and check
// every point of its sweep. load may be NULL. The catalogue must outlive the scenario. Where only
// its tables or assertions are wrong, the scenario is handed out all the same: it can be looked at,
// and a run returns what the load did.
LANEWISE_API lanewise_status lanewise_scenario_load(const lanewise_catalog *catalog, const char *path, const lanewise_load *load,
                                                    lanewise_findings *findings, lanewise_scenario **out);
LANEWISE_API void lanewise_scenario_free(lanewise_scenario *scenario);
LANEWISE_API const char *lanewise_scenario_title(const lanewise_scenario *scenario);
LANEWISE_API size_t lanewise_scenario_points(const lanewise_scenario *scenario);
// Packets times servers that a run with engine packet-exact executes, and with packet at the most; 0
// with others.
LANEWISE_API lanewise_status lanewise_scenario_packet_hops(const lanewise_scenario *scenario, double *hops);
LANEWISE_API size_t lanewise_scenario_assertions(const lanewise_scenario *scenario);

// ---- Run ----

typedef struct lanewise_result lanewise_result;

typedef struct lanewise_run {
    int threads;  // 0: OMP_NUM_THREADS or the cores
    // non-zero stops soon; finished points are kept; may be NULL
    const volatile sig_atomic_t *stop;
    // called from one thread at a time; may be NULL
    void (*progress)(size_t done, size_t total, void *user);
    // the same within points: `done` with the shares of those that are being run; may be NULL
    void (*within)(double done, size_t total, void *user);
    void *user;
    bool timelines;  // keep what ran when, of the first 16 points: for lanewise_result_trace and charts
    bool lift;       // run each point again without what limits its workloads: metric lifted_us
    // how far what presets say is uncertain moves each result (metrics low_us, high_us, bandwidth_low_GBps,
    // bandwidth_high_GBps): index into lanewise_bands()
    int band;
    int64_t draws;    // the same by running all so often with other values
    const char *fit;  // one of lanewise_fits(): a line for each series over sizes, in tables and JSON (`fits`); NULL: none
    // Percentages over 0 and up to 100, to a thousandth, at most 16 and none twice: at each of them the times of
    // members, and of packets or reads that are timed one by one, in tables and JSON. NULL: none.
    const double *percentile;
    size_t percentile_count;
} lanewise_run;
// "auto" where two runs for each such value take little, "always", "never", NULL
LANEWISE_API const char *const *lanewise_bands(void);

// "hockney": t = alpha + n / beta; NULL
LANEWISE_API const char *const *lanewise_fits(void);

// Run all points; run may be NULL. No byte of the result depends on the number of threads.
// A point that fails keeps no other from its turn: it is told, the status is that of the first one,
// and *out holds the others, as it holds the points that finished with LANEWISE_INTERRUPTED. *out is
// NULL where nothing could run. The scenario must outlive the result.
LANEWISE_API lanewise_status lanewise_scenario_run(const lanewise_scenario *scenario, const lanewise_run *run,
                                                   lanewise_findings *findings, lanewise_result **out);
// What is known before a run: the points with their swept values, and the names of their workloads.
// For lanewise_result_raw.
LANEWISE_API lanewise_status lanewise_scenario_outline(const lanewise_scenario *scenario, lanewise_findings *findings,
                                                       lanewise_result **out);
LANEWISE_API void lanewise_result_free(lanewise_result *result);

LANEWISE_API size_t lanewise_result_points(const lanewise_result *result);
// points of the sweep, finished or not
LANEWISE_API size_t lanewise_result_planned(const lanewise_result *result);
// points that failed, and of each its index in the sweep and the reason; index < count
LANEWISE_API size_t lanewise_result_failures(const lanewise_result *result);
LANEWISE_API const char *lanewise_result_failure(const lanewise_result *result, size_t index, size_t *point);
LANEWISE_API size_t lanewise_result_workloads(const lanewise_result *result, size_t point);
// its name
LANEWISE_API const char *lanewise_result_workload(const lanewise_result *result, size_t point, size_t index);
// A metric by its name or its quantity in the unit of the name ("bandwidth_GBps", "time_us"); NaN
// where there is none such.
LANEWISE_API double lanewise_result_metric(const lanewise_result *result, size_t point, const char *workload, const char *metric);
// What limits a workload, in words ("links.egpu host->gpu: channel"). lanewise_free; NULL when
// unknown.
LANEWISE_API char *lanewise_result_limit(const lanewise_result *result, size_t point, const char *workload);
// What the time of a point went to: "62 % links.uplink host->sw, 30 % host memory, 8 % launch".
// lanewise_free; NULL when unknown.
LANEWISE_API char *lanewise_result_critical_path(const lanewise_result *result, size_t point);
// Totals over all points.
typedef struct lanewise_counts {
    int64_t packets, packet_hops, events;
} lanewise_counts;
LANEWISE_API lanewise_counts lanewise_result_counts(const lanewise_result *result);

// The whole result in one of lanewise_formats(). width: columns of a terminal, 0 for no limit.
LANEWISE_API const char *const *lanewise_formats(void);  // "table", "csv", "json", "jsonl", "nccl-tests", "md", NULL
LANEWISE_API lanewise_status lanewise_result_report(const lanewise_result *result, const char *format, int width,
                                                    lanewise_findings *findings, char **text);
// The result as a page: the question, the answer in a sentence, charts, tables, and all that it
// stands on with evidence and source.
LANEWISE_API lanewise_status lanewise_result_page(const lanewise_result *result, const lanewise_page *with, char **html);
// What ran when in a point, in the Trace Event format that Perfetto and chrome://tracing read.
// *text is NULL where no timeline was kept of the point.
LANEWISE_API lanewise_status lanewise_result_trace(const lanewise_result *result, size_t point, char **text);
// The members of the index-th workload that was read from a list, as CSV: a row for each with its
// start and finish, in the order of the list. *name: of a file for it, "NAME.flows.csv". Both are
// NULL past the last; free them with lanewise_free.
LANEWISE_API lanewise_status lanewise_result_list(const lanewise_result *result, size_t index, char **name, char **csv);
// The assertions of the scenario on every point: LANEWISE_CHECK_FAILED with an error for each that
// does not hold.
LANEWISE_API lanewise_status lanewise_result_check(const lanewise_result *result, lanewise_findings *findings);

// ---- Validation: the model against measured tables ----

typedef struct lanewise_tables {
    const char *const *path;
    size_t count;    // 0: all tables of the catalogue
    const char *on;  // as lanewise_importing.on, for files of other tools among them
    bool bands;      // and how many points lie in the band of what presets say is uncertain
} lanewise_tables;

// The model beside measured tables.
typedef struct lanewise_accuracy lanewise_accuracy;

// Run the tables. A table that cannot be run keeps no other from its turn: *out has those that could,
// whatever the status, and is NULL where none could. A file of another tool (see Import) is compared
// too, and a sentence says whether what it measured is normal.
LANEWISE_API lanewise_status lanewise_validate(const lanewise_catalog *catalog, lanewise_tables tables, const lanewise_run *run,
                                               lanewise_findings *findings, lanewise_accuracy **out);

// ---- Calibration: presets fitted to measured tables ----

typedef struct lanewise_presets {
    const char *const *name;
    size_t count;  // 0: all that have fitted rows
    bool write;    // put values and errors into their files
} lanewise_presets;

// Fit the rows of presets that name measured tables to these tables. *out is NULL where nothing was
// fitted.
LANEWISE_API lanewise_status lanewise_calibrate(const lanewise_catalog *catalog, lanewise_presets presets,
                                                const lanewise_run *run, lanewise_findings *findings, lanewise_accuracy **out);

LANEWISE_API void lanewise_accuracy_free(lanewise_accuracy *accuracy);
// In a format of lanewise_formats(): "table", "md", "json", or "csv", a row a point.
LANEWISE_API lanewise_status lanewise_accuracy_report(const lanewise_accuracy *accuracy, const char *format,
                                                      lanewise_findings *findings, char **text);
// A page of Markdown with these pictures, names of files beside it, NULL-terminated.
LANEWISE_API lanewise_status lanewise_accuracy_page(const lanewise_accuracy *accuracy, const char *const *pictures, char **text);
// As a page that stands alone.
LANEWISE_API lanewise_status lanewise_accuracy_html(const lanewise_accuracy *accuracy, const lanewise_page *with, char **html);

// ---- Lessons ----

// A line each; one of them, by its name or the number that it begins with, for who teaches with its answers; and
// which of the answers to its exercises are right (LANEWISE_CHECK_FAILED: not all, and *text says which).
LANEWISE_API lanewise_status lanewise_lessons(const lanewise_catalog *catalog, lanewise_findings *findings, char **text);
LANEWISE_API lanewise_status lanewise_lesson(const lanewise_catalog *catalog, const char *name, bool teacher,
                                             lanewise_findings *findings, char **text);
LANEWISE_API lanewise_status lanewise_lesson_check(const lanewise_catalog *catalog, const char *name, const char *const *answer,
                                                   size_t count, lanewise_findings *findings, char **text);

// ---- Plans: what to buy or rent ----

typedef struct lanewise_planned lanewise_planned;
// Read a plan and run all that it allows. *out is NULL where nothing came of it.
LANEWISE_API lanewise_status lanewise_plan(const lanewise_catalog *catalog, const char *path, const lanewise_run *run,
                                           lanewise_findings *findings, lanewise_planned **out);
// The ranking in a format of lanewise_formats(): "table", "md", "json" or "csv". width: columns of the terminal; 0: no limit.
LANEWISE_API lanewise_status lanewise_planned_report(const lanewise_planned *planned, const char *format, int width,
                                                     lanewise_findings *findings, char **text);
LANEWISE_API lanewise_status lanewise_planned_page(const lanewise_planned *planned, const lanewise_page *with, char **html);
// Warn, as a finding, of prices more than 90 days older than that day ("2026-11-30").
LANEWISE_API void lanewise_planned_prices(const lanewise_planned *planned, const char *today, lanewise_findings *findings);
LANEWISE_API void lanewise_planned_free(lanewise_planned *planned);

// ---- Comparison: which is faster, by how much, how surely, and why ----

typedef struct lanewise_comparison lanewise_comparison;
// Two or more of one kind, the first of which is set against each of the others: scenarios (a path, "-", or the name of
// one that comes with lanewise), or systems, link presets or GPU presets by name, of which a standard question is asked:
// copies of pinned memory, each of 4 KiB, 1 MiB, 64 MiB and 1 GiB.
typedef struct lanewise_contenders {
    const char *const *name;
    size_t count;
    lanewise_load load;  // holds for all
} lanewise_contenders;

// Run all, and all again with values that are drawn of what presets and links say is uncertain (run->draws times, 0: 200;
// what several have is drawn alike in all). What pairs with nothing, by the name of its workload and its swept values, is a
// note; LANEWISE_BAD_INPUT where nothing pairs, LANEWISE_BAD_USAGE for fewer than two or unlike kinds, LANEWISE_IO for a
// name of nothing. A point that fails keeps no other from its turn: *out has those that could run, and is NULL where
// none could. run may be NULL; run->progress is told of draws.
LANEWISE_API lanewise_status lanewise_compare(const lanewise_catalog *catalog, const lanewise_contenders *what,
                                              const lanewise_run *run, lanewise_findings *findings, lanewise_comparison **out);
// In a format of lanewise_formats(): "table", "json" (lanewise-compare/1) or "csv". width: columns of the terminal; 0: no limit.
LANEWISE_API lanewise_status lanewise_comparison_report(const lanewise_comparison *comparison, const char *format, int width,
                                                        lanewise_findings *findings, char **text);
LANEWISE_API void lanewise_comparison_free(lanewise_comparison *comparison);

// ---- Import: what other tools measured ----

typedef struct lanewise_imported lanewise_imported;
typedef struct lanewise_importing {
    const char *as;  // one of lanewise_import_formats(); NULL: by content
    // where it was measured: names of presets of the host, the card and the link with commas
    // between, or of a system; NULL: as the file says
    const char *on;
} lanewise_importing;

LANEWISE_API const char *const *lanewise_import_formats(void);  // "nvbandwidth", ..., NULL
// Read a file of another tool ("-" is stdin) and make measured tables of it. how may be NULL. path
// NULL: the machine that the program runs on becomes a system.
LANEWISE_API lanewise_status lanewise_import(const lanewise_catalog *catalog, const char *path, const lanewise_importing *how,
                                             lanewise_findings *findings, lanewise_imported **out);
// Time copies to and from a card of this machine through OpenCL. LANEWISE_IO where there is none, or
// the library was built without OpenCL.
typedef struct lanewise_measuring {
    int device;      // number of the OpenCL device; -1: the first that is no processor
    bool quick;      // steps of 16 from 4 KiB to 256 MiB, not of 4 to 1 GiB
    const char *on;  // as lanewise_importing.on
} lanewise_measuring;
LANEWISE_API lanewise_status lanewise_measure(const lanewise_catalog *catalog, const lanewise_measuring *how,
                                              lanewise_findings *findings, lanewise_imported **out);
LANEWISE_API void lanewise_imported_free(lanewise_imported *imported);
LANEWISE_API size_t lanewise_imported_tables(const lanewise_imported *imported);
// name, for NAME.yaml, and the whole text of a table; index < count
LANEWISE_API const char *lanewise_imported_name(const lanewise_imported *imported, size_t index);
LANEWISE_API const char *lanewise_imported_yaml(const lanewise_imported *imported, size_t index);
// A machine was described and nothing measured: the only text is a system to include, and so is the
// overview.
LANEWISE_API bool lanewise_imported_is_system(const lanewise_imported *imported);
// What was found, as a table of text.
LANEWISE_API lanewise_status lanewise_imported_overview(const lanewise_imported *imported, char **text);
// The links that one number fits: rate is "24 GB/s h2d" or "... d2h", on as in lanewise_importing.
// LANEWISE_CHECK_FAILED, with the text, where no link carries it.
LANEWISE_API lanewise_status lanewise_import_rate(const lanewise_catalog *catalog, const char *rate, const char *on,
                                                  const lanewise_run *run, lanewise_findings *findings, char **text);

// ---- Topology ----

typedef struct lanewise_topology lanewise_topology;

// The machine of the first point.
LANEWISE_API lanewise_status lanewise_scenario_topology(const lanewise_scenario *scenario, lanewise_findings *findings,
                                                        lanewise_topology **out);
LANEWISE_API void lanewise_topology_free(lanewise_topology *topology);
LANEWISE_API lanewise_status lanewise_topology_text(const lanewise_topology *topology, char **text);

// ---- For programs of the same distribution: its charts work on these ----

struct lw_accuracy;
struct lw_choices;
struct lw_diags;
struct lw_option;
struct lw_result;
struct lw_topology;
struct lw_yaml;
LANEWISE_API struct lw_diags *lanewise_findings_raw(lanewise_findings *findings);
LANEWISE_API const struct lw_result *lanewise_result_raw(const lanewise_result *result);
LANEWISE_API const struct lw_topology *lanewise_topology_raw(const lanewise_topology *topology);
LANEWISE_API const struct lw_accuracy *lanewise_accuracy_raw(const lanewise_accuracy *accuracy);
LANEWISE_API const struct lw_choices *lanewise_planned_raw(const lanewise_planned *planned);
// the list, or NULL
LANEWISE_API const struct lw_yaml *lanewise_scenario_charts(const lanewise_scenario *scenario);
// The files that lanewise reads and writes: "scenario", "measured", "plan", "result", NULL.
LANEWISE_API const char *const *lanewise_file_kinds(void);
// charts: the option table of an entry under `charts:`; NULL: none.
// The JSON Schema of one of these, and its manual page as roff (section 5); LANEWISE_BAD_USAGE for another word.
LANEWISE_API lanewise_status lanewise_schema(const char *kind, const struct lw_option *charts, lanewise_findings *findings,
                                             char **text);
LANEWISE_API lanewise_status lanewise_manual(const char *kind, const struct lw_option *charts, lanewise_findings *findings,
                                             char **text);
// What is known about a preset, link family, kind of work, table, key or word of the field; NULL:
// what there is.
LANEWISE_API lanewise_status lanewise_explain(const lanewise_catalog *catalog, const char *name, const struct lw_option *charts,
                                              lanewise_findings *findings, char **text);

#ifdef __cplusplus
}
#endif

#endif
