// SPDX-License-Identifier: GPL-3.0-or-later
// The program: finds the command, gives it its surroundings, prints what it found and turns its status into an exit code.
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

static const lw_verb *const verbs[] = {
    &lw_verb_run, &lw_verb_check, &lw_verb_topo, &lw_verb_list, &lw_verb_explain, &lw_verb_init, &lw_verb_validate, NULL,
};

static lw_status print_help(const lw_verb *verb, lw_diags *diags) {
    lw_text text = {0};
    lw_arguments_help(verbs, verb, &text);
    return lw_console_print(LW_OK, &text, diags);
}

static lw_status print_version(lw_diags *diags) {
    lw_text text = {0};
    lw_text_add(&text, "lanewise " LANEWISE_VERSION "\n");
    return lw_console_print(LW_OK, &text, diags);
}

static lw_status run_program(int argc, char *const *argv, lw_arena *arena, lw_diags *diags, lw_arguments *arguments) {
    const lw_verb *verb = NULL;
    LW_TRY(lw_arguments_parse(argc, argv, verbs, arena, diags, arguments, &verb));
    if (arguments->version) {
        return print_version(diags);
    }
    if (arguments->help) {
        return print_help(verb, diags);
    }
    if (verb == NULL) {
        (void)lw_error(diags, (lw_place){0}, "lanewise --help lists the commands", "a command is missing");
        return LW_BAD_USAGE;
    }
    lw_catalog *catalog = NULL;
    LW_TRY(lw_catalog_open(NULL, arena, diags, &catalog));
    lw_context context = {.arguments = arguments, .catalog = catalog, .arena = arena, .diags = diags};
    return verb->run(&context);
}

static bool ended;

// libgomp ends the process where it gets no thread, with 1, which is the code of a failed check.
static void on_exit_elsewhere(void) {
    if (!ended) {
        _exit(LW_EXIT_INTERNAL);
    }
}

int main(int argc, char **argv) {
    gsl_set_error_handler_off();  // its default ends the process
    // A closed pipe and a file over the limit (ulimit -f) are errors of write; the console knows what each means.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    (void)atexit(on_exit_elsewhere);
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena == NULL ? NULL : lw_diags_new(arena);
    if (diags == NULL) {
        lw_console_message("lanewise: out of memory");
        lw_arena_free(arena);
        ended = true;
        return LW_EXIT_INTERNAL;
    }
    lw_arguments arguments = {0};
    lw_status status = run_program(argc, argv, arena, diags, &arguments);
    if (status == LW_OK && lw_diags_errors(diags) > 0) {  // an answer, but part of it is missing
        status = LW_BAD_INPUT;
    }
    lw_console_diags(diags, arena, arguments.quiet);
    if (lw_exit_of(status) == LW_EXIT_INTERNAL && lw_diags_errors(diags) == 0) {
        lw_console_message(lw_status_text(status));
    }
    lw_arena_free(arena);
    lw_plots_close();
    ended = true;
    return (int)lw_exit_of(status);
}
