// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise man: the manual pages as roff, from the tables of verbs and flags, and of keys and metrics.
#include <ctype.h>
#include <string.h>

#include "sim/base/suggest.h"
#include "sim/cli/command.h"
#include "sim/cli/console.h"

// A page: of a verb, of a kind of file, or of the program where both are NULL.
typedef struct manual {
    const char *name;  // "lanewise-run"
    int section;
    const lw_verb *verb;
    const char *file;
} manual;

// The index-th page; its name is NULL past the last.
static lw_status manual_at(const lw_context *context, size_t index, manual *out) {
    size_t verbs = 0;
    const char *const *file = lanewise_file_kinds();
    while (lw_verbs[verbs] != NULL) {
        verbs++;
    }
    *out = (manual){.name = "lanewise", .section = 1};
    if (index == 0) {
        return LW_OK;
    }
    if (index <= verbs) {
        out->verb = lw_verbs[index - 1];
    } else if (index - verbs <= lw_word_count(file)) {
        out->file = file[index - verbs - 1];
        out->section = 5;
    } else {
        out->name = NULL;
        return LW_OK;
    }
    out->name = lw_arena_print(context->arena, "lanewise-%s", out->verb != NULL ? out->verb->name : out->file);
    return out->name != NULL ? LW_OK : LW_NO_MEMORY;
}

static void add_line(const char *macro, const char *text, lw_text *out) {
    lw_text_add(out, macro);
    lw_text_roff(out, text);
    lw_text_add(out, "\n");
}

static void begin(const manual *page, const char *what, lw_text *out) {
    lw_text title = {0};
    lw_text_roff(&title, page->name);
    for (char *c = title.bytes; c != NULL && *c != '\0'; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
    const char *name = title.failed ? "" : title.bytes;
    lw_text_print(out, ".TH %s %d \"\" \"lanewise %s\" \"lanewise manual\"\n.SH NAME\n", name, page->section, lanewise_version());
    lw_text_roff(out, page->name);
    add_line(" \\- ", what, out);
    lw_text_free(&title);
}

static void add_flags(const lw_verb *verb, lw_text *out) {
    lw_verb_flag f;
    lw_text_add(out, ".SH OPTIONS\n");
    for (size_t i = 0; lw_verb_flag_at(verb, i, &f); i++) {
        lw_text_add(out, ".TP\n");
        if (f.letter != 0) {
            lw_text_print(out, "\\fB\\-%c\\fR, ", f.letter);
        }
        lw_text_add(out, "\\fB\\-\\-");
        lw_text_roff(out, f.name);
        lw_text_add(out, f.value != NULL || f.words != NULL ? "\\fR \\fI" : "\\fR");
        lw_text_roff(out, f.value != NULL ? f.value : "");
        for (size_t w = 0; f.value == NULL && f.words != NULL && f.words[w] != NULL; w++) {
            lw_text_add(out, w > 0 ? "|" : "");
            lw_text_roff(out, f.words[w]);
        }
        lw_text_add(out, f.value != NULL || f.words != NULL ? "\\fR\n" : "\n");
        add_line("", f.help, out);
    }
}

static void add_verbatim(const char *text, lw_text *out) {
    lw_text_add(out, ".nf\n");
    lw_text_roff(out, text);
    lw_text_add(out, ".fi\n");
}

static void add_exit_codes(lw_text *out) {
    lw_text_add(out, ".SH EXIT STATUS\n");
    lw_text_roff(out, lw_exit_codes);
}

static void write_verb(const manual *page, lw_text *out) {
    const lw_verb *verb = page->verb;
    begin(page, verb->summary, out);
    lw_text_print(out, ".SH SYNOPSIS\n.B lanewise %s\n", verb->name);
    add_line(verb->operands[0] != '\0' ? "[FLAGS] " : "[FLAGS]", verb->operands, out);
    add_line(".SH DESCRIPTION\n", verb->summary, out);
    if (verb->details != NULL) {
        lw_text_add(out, ".PP\n");
        lw_text_roff(out, verb->details);
    }
    add_flags(verb, out);
    lw_text_add(out, ".SH EXAMPLES\n");
    add_verbatim(verb->examples, out);
    add_exit_codes(out);
    lw_text_add(out, ".SH SEE ALSO\n.BR lanewise (1),\n.BR lanewise\\-scenario (5)\n");
}

static lw_status add_pages(const lw_context *context, lw_text *out) {
    manual page;
    lw_text_add(out, ".SH SEE ALSO\n");
    for (size_t i = 1;; i++) {
        LW_TRY(manual_at(context, i, &page));
        if (page.name == NULL) {
            lw_text_add(out, "\n");
            return LW_OK;
        }
        lw_text_add(out, i > 1 ? ",\n.BR " : ".BR ");
        lw_text_roff(out, page.name);
        lw_text_print(out, " (%d)", page.section);
    }
}

static lw_status write_program(const lw_context *context, const manual *page, lw_text *out) {
    begin(page, "how long bytes take to cross a link, on this machine, for this job, and why", out);
    lw_text_add(out, ".SH SYNOPSIS\n.B lanewise\n.I COMMAND\n[FLAGS] [OPERANDS]\n.SH DESCRIPTION\n"
                     "A discrete\\-event simulator of interconnects: it reads a scenario, runs it packet by packet, and prints\n"
                     "tables, CSV, JSON and charts. Results go to stdout, all else to stderr.\n");
    lw_text_add(out, ".PP\n");
    add_verbatim(lw_first_steps, out);
    lw_text_add(out, ".SH COMMANDS\n");
    for (const lw_verb *const *verb = lw_verbs; *verb != NULL; verb++) {
        lw_text_print(out, ".TP\n.B %s\n", (*verb)->name);
        add_line("", (*verb)->summary, out);
    }
    add_flags(NULL, out);
    add_exit_codes(out);
    lw_text_add(out,
                ".SH ENVIRONMENT\n.TP\n.B LANEWISE_CONFIGS\nfolder of presets, systems, scenarios and measured tables that is\n"
                "read instead of that of the program\n"
                ".TP\n.B OMP_NUM_THREADS\npoints that run at the same time, where \\-\\-threads says nothing\n"
                ".TP\n.B NO_COLOR\nset to anything: no colours\n");
    return add_pages(context, out);
}

static lw_status write_manual(const lw_context *context, const manual *page, lw_text *out) {
    if (page->verb != NULL) {
        write_verb(page, out);
    } else if (page->file == NULL) {
        LW_TRY(write_program(context, page, out));
    } else {
        char *text = NULL;
        LW_TRY((lw_status)lanewise_manual(page->file, lw_chart_options, context->findings, &text));
        lw_text_add(out, text);
        lanewise_free(text);
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}

// "run", "lanewise-run", "plan.5": as man finds the page of a verb before that of a file of the same name.
static bool is_named(const manual *page, const char *word) {
    static const char prefix[] = "lanewise-";
    const char *dot = strrchr(word, '.');
    const size_t length = dot != NULL ? (size_t)(dot - word) : strlen(word);
    const bool whole = strncmp(word, page->name, length) == 0 && page->name[length] == '\0';
    const char *end = strncmp(page->name, prefix, sizeof prefix - 1) == 0 ? page->name + sizeof prefix - 1 : page->name;
    const bool ends = strncmp(word, end, length) == 0 && end[length] == '\0';
    return (whole || ends) && (dot == NULL || (dot[1] == '0' + page->section && dot[2] == '\0'));
}

static lw_status find_manual(const lw_context *context, const char *word, manual *out) {
    for (size_t i = 0;; i++) {
        LW_TRY(manual_at(context, i, out));
        if (out->name == NULL) {
            (void)lw_error(context->diags, (lw_place){0}, "lanewise man lists them at its end", "there is no manual page \"%s\"",
                           word);
            return LW_BAD_USAGE;
        }
        if (is_named(out, word)) {
            return LW_OK;
        }
    }
}

static lw_status write_file(const lw_context *context, const manual *page) {
    lw_text text = {0};
    const char *folder = lw_arena_print(context->arena, "%s/man%d", context->arguments->output, page->section);
    const char *path = lw_arena_print(context->arena, "%s/%s.%d", folder, page->name, page->section);
    lw_status status = folder != NULL && path != NULL ? lw_folder_make(folder, context->diags) : LW_NO_MEMORY;
    status = status == LW_OK ? write_manual(context, page, &text) : status;
    status = status == LW_OK ? lw_file_write(path, text.bytes, text.length, context->diags) : status;
    lw_text_free(&text);
    return status;
}

static lw_status man_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    manual page;
    lw_text text = {0};
    LW_TRY(arguments->file_count > 0 ? find_manual(context, arguments->file[0], &page) : manual_at(context, 0, &page));
    if (arguments->output == NULL) {
        const lw_status status = write_manual(context, &page, &text);
        return lw_console_print(status, &text, context->diags);
    }
    LW_TRY(lw_command_output(context));
    if (arguments->file_count > 0) {
        return write_file(context, &page);
    }
    for (size_t i = 0; page.name != NULL; i++) {
        LW_TRY(manual_at(context, i, &page));
        LW_TRY(page.name != NULL ? write_file(context, &page) : LW_OK);
    }
    return LW_OK;
}

static const char *const flag_names[] = {"output", NULL};
static const char *const offers[] = {"@verbs", "scenario.5", "measured.5", "plan.5", "result.5", NULL};

const lw_verb lw_verb_man = {
    .name = "man",
    .operands = "[PAGE]",
    .summary = "Manual pages as roff: one on stdout, or all in a folder.",
    .examples = "  lanewise man run | man -l -      the page of a command, where it is not installed\n"
                "  lanewise man scenario | man -l - every key of the scenario file; also measured, plan.5 and result\n"
                "  lanewise man -o man              all of them, for man -M man lanewise\n",
    .flags = flag_names,
    .output = "a folder for all pages, or for PAGE, in man1 and man5",
    .least = 0,
    .most = 1,
    .offers = offers,
    .run = man_verb,
};
