// SPDX-License-Identifier: GPL-3.0-or-later
// The program: finds the command, gives it its surroundings, prints what it found and turns its
// status into an exit code.
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

const lw_verb *const lw_verbs[] = {
    &lw_verb_run,      &lw_verb_check,     &lw_verb_topo,       &lw_verb_list,    &lw_verb_explain, &lw_verb_init,
    &lw_verb_validate, &lw_verb_calibrate, &lw_verb_import,     &lw_verb_measure, &lw_verb_plan,    &lw_verb_compare,
    &lw_verb_lesson,   &lw_verb_man,       &lw_verb_completion, &lw_verb_help,    &lw_verb_version, NULL,
};

static const char *const no_flags[] = {NULL}, *const verb_offers[] = {"@verbs", NULL};

const lw_verb lw_verb_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "What the program does, or a command: lanewise help run is lanewise run --help.",
    .examples = "  lanewise help        the commands\n"
                "  lanewise help run    what one does, with its flags\n",
    .flags = no_flags,
    .least = 0,
    .most = 1,
    .offers = verb_offers,
};

const lw_verb lw_verb_version = {
    .name = "version",
    .operands = "",
    .summary = "The version, and which presets are read: lanewise --version.",
    .examples = "  lanewise version\n",
    .flags = no_flags,
    .least = 0,
    .most = 0,
};

// verb NULL: of the program.
static lw_status print_help(const lw_verb *verb, lw_diags *diags) {
    lw_text text = {0};
    lw_arguments_help(lw_verbs, verb, &text);
    return lw_console_show(LW_OK, &text, diags);
}

static lw_status print_help_of(const lw_context *context) {
    const lw_verb *verb = NULL;
    if (context->arguments->file_count > 0) {
        LW_TRY(lw_verb_find(lw_verbs, context->arguments->file[0], context->arena, context->diags, &verb));
    }
    return print_help(verb, context->diags);
}

// The version, and which presets a run would read.
static lw_status print_version(const lw_context *context) {
    lw_text text = {0};
    lanewise_catalog *catalog = NULL;
    lw_text_print(&text, "lanewise %s\n", lanewise_version());
    lw_status status = (lw_status)lanewise_catalog_open(NULL, context->findings, &catalog);
    if (status == LW_OK) {
        lw_text_add(&text, "presets: ");
        lw_text_visible(&text, lanewise_catalog_folder(catalog));
        lw_text_add(&text, "\n");
    }
    lanewise_catalog_close(catalog);
    lw_status printed = lw_console_print(LW_OK, &text, context->diags);
    return printed != LW_OK ? printed : status;
}

static lw_status run_verb(const lw_verb *verb, lw_context *context) {
    lanewise_catalog *catalog = NULL;
    LW_TRY((lw_status)lanewise_catalog_open(NULL, context->findings, &catalog));
    context->catalog = catalog;
    lw_status status = verb->run(context);
    lanewise_catalog_close(catalog);
    return status;
}

static lw_status run_program(int argc, char *const *argv, lw_context *context, lw_arguments *arguments) {
    LW_TRY(lw_arguments_parse(argc, argv, lw_verbs, context->arena, context->diags, arguments));
    const lw_verb *verb = arguments->found;
    if (arguments->version) {
        return print_version(context);
    }
    if (arguments->help) {
        return print_help(verb, context->diags);
    }
    if (verb == &lw_verb_version) {
        return print_version(context);
    }
    if (verb == &lw_verb_help) {
        return print_help_of(context);
    }
    if (verb == NULL) {
        (void)lw_error(context->diags, (lw_place){0}, "lanewise --help lists the commands", "a command is missing");
        return LW_BAD_USAGE;
    }
    return run_verb(verb, context);
}

static bool ended;

// libgomp ends the process where it gets no thread, with 1, which is the code of a failed check.
static void on_exit_elsewhere(void) {
    if (!ended) {
        _exit(LW_EXIT_INTERNAL);
    }
}

int main(int argc, char **argv) {
    lw_memory_keep();
    gsl_set_error_handler_off();  // its default ends the process
    // A closed pipe and a file over the limit (ulimit -f) are errors of write; the console knows
    // what each means.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    (void)atexit(on_exit_elsewhere);
    lw_arguments arguments = {0};
    lw_context context = {.arguments = &arguments, .arena = lw_arena_new(), .findings = lanewise_findings_new()};
    if (context.arena == NULL || context.findings == NULL) {
        lw_console_message("lanewise: out of memory");
        lanewise_findings_free(context.findings);
        lw_arena_free(context.arena);
        ended = true;
        return LW_EXIT_INTERNAL;
    }
    context.diags = lanewise_findings_raw(context.findings);
    lw_status status = run_program(argc, argv, &context, &arguments);
    // an answer, but part of it is missing
    if (status == LW_OK && lw_diags_errors(context.diags) > 0) {
        status = LW_BAD_INPUT;
    }
    lw_console_diags(context.diags, context.arena, arguments.quiet);
    if (lw_exit_of(status) == LW_EXIT_INTERNAL && lw_diags_errors(context.diags) == 0) {
        lw_console_message(lw_status_text(status));
    }
    lanewise_findings_free(context.findings);
    lw_arena_free(context.arena);
    lw_plots_close();
    ended = true;
    return (int)lw_exit_of(status);
}
