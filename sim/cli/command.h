// SPDX-License-Identifier: GPL-3.0-or-later
// What the commands share: their surroundings, and a scenario that is ready to run.
#ifndef LW_COMMAND_H
#define LW_COMMAND_H

#include "plots/chart_list.h"
#include "sim/base/list.h"
#include "sim/cli/args.h"
#include "sim/lanewise.h"

// What becomes report.html.
typedef struct lw_cli_page {
    lw_list chart;  // lanewise_chart
    lanewise_page page;
} lw_cli_page;

// What a command works with. main prints the findings after the command has ended.
typedef struct lw_context {
    const lw_arguments *arguments;
    const lanewise_catalog *catalog;
    lanewise_findings *findings;
    lw_diags *diags;  // of the findings
    lw_arena *arena;
} lw_context;

// A loaded scenario with its charts, all checked. lw_cli_session_free in any case.
typedef struct lw_cli_session {
    lanewise_scenario *scenario;
    lw_chart_list charts;
} lw_cli_session;
lw_status lw_cli_session_load(const lw_context *context, const char *path, bool points_may_fail, lw_cli_session *out) LW_CHECKED;
void lw_cli_session_free(const lw_context *context, lw_cli_session *session);

// The path of an operand: what is no file here but has the name of a measured table (of_tables), or
// of a scenario or a system, is that one, anything else itself. LW_IO with a diagnostic where a bare
// name is none of these.
lw_status lw_command_file(const lw_context *context, bool of_tables, const char *name, const char **out) LW_CHECKED;

// Do `one` for every operand, each with its own arena and findings, which are printed at its end. A
// file that is wrong does not keep the others from their turn; after an interrupt they say that nothing
// of them ran. Returns the first
// status that was not LW_OK.
lw_status lw_command_each(const lw_context *context, lw_status (*one)(lw_context *context, const char *path)) LW_CHECKED;

// Write a picture; the path's ending (.svg, .png, .pdf) says how, anything else is LW_BAD_USAGE
// with a diagnostic.
lw_status lw_command_picture(const lw_context *context, const lw_picture *picture, const char *path) LW_CHECKED;

// The same as .svg, .png and, where it is asked for, .pdf: FOLDER/NAME.svg, ... *wrote: the names of
// what was written so far, to which it adds its own. A picture of nothing writes nothing.
lw_status lw_command_pictures(const lw_context *context, const lw_picture *picture, const char *folder, const char *name,
                              const char **wrote) LW_CHECKED;

// Add a picture to a page that began all zero; that of nothing adds none.
lw_status lw_cli_page_add(const lw_context *context, const lw_picture *picture, lw_cli_page *page) LW_CHECKED;
// All charts are there: style sheets, and the command with these files. page->page is ready then.
lw_status lw_cli_page_end(const lw_context *context, const char *const *file, size_t count, lw_cli_page *page) LW_CHECKED;
// Write what the library made of it to FOLDER/report.html, and free it. *wrote: as of pictures.
lw_status lw_cli_page_write(const lw_context *context, lanewise_status made, char *html, const char *folder,
                            const char **wrote) LW_CHECKED;

extern const lw_verb lw_verb_run, lw_verb_check, lw_verb_topo, lw_verb_list, lw_verb_explain, lw_verb_init, lw_verb_validate,
    lw_verb_calibrate, lw_verb_import, lw_verb_measure, lw_verb_plan, lw_verb_compare, lw_verb_lesson, lw_verb_man,
    lw_verb_completion, lw_verb_help, lw_verb_version;
extern const lw_verb *const lw_verbs[];  // all, NULL-terminated, in the order of --help

// Show what was imported, write it where -o says, and free it.
lw_status lw_command_imported(const lw_context *context, lanewise_imported *imported);

// Show the model beside measured tables, write report and charts where -o says, and free it. NULL:
// there is none. status: of what made it, which is returned where all else goes well.
lw_status lw_command_accuracy(const lw_context *context, lw_status status, lanewise_accuracy *accuracy);
// Make the folder of -o, if it is given, before anything runs.
lw_status lw_command_output(const lw_context *context) LW_CHECKED;

#endif
