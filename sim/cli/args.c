// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/cli/args.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "plots/plots.h"
#include "sim/base/suggest.h"
#include "sim/lanewise.h"

typedef enum flag_kind {
    FLAG_SWITCH,  // bool
    FLAG_TEXT,    // const char *
    FLAG_LIST,    // may come again: const char ** with an int64_t count after it
    FLAG_WORD,    // int: index into words
    FLAG_COUNT    // int64_t from minimum to maximum
} flag_kind;

typedef struct flag {
    const char *name;
    char letter;  // 0: none
    flag_kind kind;
    size_t offset;                      // in lw_arguments
    const char *value;                  // its name in the help
    const char *const *(*words)(void);  // NULL: none
    int64_t minimum, maximum;
    const char *help;  // NULL: the verb says it
} flag;

static const char *const *themes(void) {
    return lw_theme_words;
}

static const flag flags[] = {
    {"output", 'o', FLAG_TEXT, offsetof(lw_arguments, output), "PATH", NULL, 0, 0, NULL},
    {"set", 0, FLAG_LIST, offsetof(lw_arguments, set), "PATH=VALUE", NULL, 0, 0,
     "change a value of the file, as in --set links.egpu.lanes=8"},
    {"format", 0, FLAG_WORD, offsetof(lw_arguments, format), NULL, lanewise_formats, 0, 0,
     "form of the results on stdout (table)"},
    {"as", 0, FLAG_WORD, offsetof(lw_arguments, as), "FORMAT", lanewise_import_formats, 0, 0,
     "tool that wrote the file, as lanewise explain import names them (by its content)"},
    {"on", 0, FLAG_TEXT, offsetof(lw_arguments, on), "NAME,...", NULL, 0, 0,
     "where it was measured: presets of host, card and link, or a system"},
    {"rate", 0, FLAG_TEXT, offsetof(lw_arguments, rate), "RATE", NULL, 0, 0,
     "instead of a file: which links does one number fit, as in --rate \"24 GB/s h2d\""},
    {"from-machine", 0, FLAG_SWITCH, offsetof(lw_arguments, from_machine), NULL, NULL, 0, 0,
     "instead of a file: the machine that this runs on, through hwloc"},
    {"device", 0, FLAG_COUNT, offsetof(lw_arguments, device), "N", NULL, 0, 63,
     "number of the OpenCL device (the first that is no processor)"},
    {"quick", 0, FLAG_SWITCH, offsetof(lw_arguments, brief), NULL, NULL, 0, 0, "fewer sizes, to 256 MiB"},
    {"threads", 'j', FLAG_COUNT, offsetof(lw_arguments, threads), "N", NULL, 1, 4096,
     "points that run at the same time (OMP_NUM_THREADS or all cores)"},
    {"seed", 0, FLAG_COUNT, offsetof(lw_arguments, seed), "N", NULL, 0, INT64_C(1) << 53,
     "seed of all random draws (as in the file)"},
    {"engine", 0, FLAG_WORD, offsetof(lw_arguments, engine), NULL, lanewise_engines, 0, 0,
     "exact packets, or fair rates of flows: lanewise explain scenario (as in the file)"},
    {"trace", 0, FLAG_TEXT, offsetof(lw_arguments, trace), "FILE", NULL, 0, 0,
     "what ran when, for ui.perfetto.dev or chrome://tracing; of a sweep one file a point, FILE-0.json and so on"},
    {"lift", 0, FLAG_SWITCH, offsetof(lw_arguments, lift), NULL, NULL, 0, 0,
     "run each point again without the link, engine or memory that limits a workload: what it is worth to widen it"},
    {"stats", 0, FLAG_SWITCH, offsetof(lw_arguments, stats), NULL, NULL, 0, 0, "what the run cost, as one JSON line on stderr"},
    {"uncertainty", 0, FLAG_COUNT, offsetof(lw_arguments, draws), "N", NULL, 1, 100000,
     "run all N times more with other values of what presets say is uncertain: 5th and 95th percentile of times"},
    {"percentiles", 0, FLAG_TEXT, offsetof(lw_arguments, percentiles), "P,...", NULL, 0, 0,
     "times of members, and of packets and reads that are timed one by one, at these percentages, as in 50,90,99,99.9"},
    {"band", 0, FLAG_WORD, offsetof(lw_arguments, band), NULL, lanewise_bands, 0, 0,
     "how far what presets say is uncertain moves each result, by two runs for each such value (auto: where they take little)"},
    {"fit", 0, FLAG_WORD, offsetof(lw_arguments, fit), NULL, lanewise_fits, 0, 0,
     "t = alpha + n / beta for each workload whose bytes are swept, and which sizes are off by more than 10 %"},
    {"bands", 0, FLAG_SWITCH, offsetof(lw_arguments, bands), NULL, NULL, 0, 0,
     "count the points that lie in the band of what presets say is uncertain, by two runs for each such value"},
    {"theme", 0, FLAG_WORD, offsetof(lw_arguments, theme), NULL, themes, 0, 0, "look of the charts (as the chart says)"},
    {"scale", 0, FLAG_COUNT, offsetof(lw_arguments, scale), "N", NULL, 1, 4, "pixels of a PNG per unit of the chart (2)"},
    {"pdf", 0, FLAG_SWITCH, offsetof(lw_arguments, pdf), NULL, NULL, 0, 0, "write each chart as .pdf too"},
    {"write", 0, FLAG_SWITCH, offsetof(lw_arguments, write), NULL, NULL, 0, 0, "put the values into the presets' files"},
    {"schema", 0, FLAG_SWITCH, offsetof(lw_arguments, schema), NULL, NULL, 0, 0,
     "print the JSON Schema of the files, for editors: scenario, measured, plan or result as FILE (scenario)"},
    {"names", 0, FLAG_SWITCH, offsetof(lw_arguments, names), NULL, NULL, 0, 0, "the names alone, one a line, for scripts"},
    {"quiet", 'q', FLAG_SWITCH, offsetof(lw_arguments, quiet), NULL, NULL, 0, 0, "no warnings, notes or progress; errors remain"},
    {"help", 'h', FLAG_SWITCH, offsetof(lw_arguments, help), NULL, NULL, 0, 0, "show this help"},
    {"version", 'V', FLAG_SWITCH, offsetof(lw_arguments, version), NULL, NULL, 0, 0, "show the version"},
};
enum { FLAGS = sizeof flags / sizeof flags[0] };

static const lw_place nowhere = {0};

static lw_status usage_error(lw_diags *diags, const char *hint, const char *message) {
    (void)lw_error(diags, nowhere, hint, "%s", message);
    return LW_BAD_USAGE;
}

// "table, csv, json or jsonl"
static const char *word_list(const char *const *words, lw_diags *diags) {
    const char *all = "";
    for (int i = 0; words[i] != NULL; i++) {
        all = lw_diags_text(diags, "%s%s%s", all, i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
    }
    return all;
}

static lw_status set_word(const flag *f, const char *value, int *field, lw_diags *diags) {
    const char *const *words = f->words();
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0) {
            *field = i;
            return LW_OK;
        }
    }
    return usage_error(diags, lw_did_you_mean(diags, value, words, lw_word_count(words), NULL),
                       lw_diags_text(diags, "--%s takes %s, not \"%s\"", f->name, word_list(words, diags), value));
}

static lw_status set_count(const flag *f, const char *value, int64_t *field, lw_diags *diags) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0 || number < f->minimum || number > f->maximum) {
        return usage_error(diags, NULL,
                           lw_diags_text(diags, "--%s takes a whole number from %lld to %lld, not \"%s\"", f->name,
                                         (long long)f->minimum, (long long)f->maximum, value));
    }
    *field = number;
    return LW_OK;
}

static lw_status set_flag(const flag *f, const char *value, lw_arguments *out, lw_diags *diags) {
    char *field = (char *)out + f->offset;
    switch (f->kind) {
    case FLAG_SWITCH:
        *(bool *)(void *)field = true;
        return LW_OK;
    case FLAG_TEXT:
        *(const char **)(void *)field = value;
        return LW_OK;
    case FLAG_WORD:
        return set_word(f, value, (int *)(void *)field, diags);
    case FLAG_COUNT:
        return set_count(f, value, (int64_t *)(void *)field, diags);
    case FLAG_LIST:
        out->set[out->set_count++] = value;  // --set is the only one
        return LW_OK;
    }
    return LW_INTERNAL;
}

static const flag *find_flag(const char *name, size_t length) {
    for (size_t i = 0; i < FLAGS; i++) {
        if (strlen(flags[i].name) == length && strncmp(flags[i].name, name, length) == 0) {
            return &flags[i];
        }
    }
    return NULL;
}

static const flag *find_letter(char letter) {
    for (size_t i = 0; i < FLAGS; i++) {
        if (flags[i].letter != 0 && flags[i].letter == letter) {
            return &flags[i];
        }
    }
    return NULL;
}

static lw_status unknown_flag(const char *argument, lw_diags *diags) {
    const char *names[FLAGS];
    for (size_t i = 0; i < FLAGS; i++) {
        names[i] = flags[i].name;
    }
    const char *near = strncmp(argument, "--", 2) == 0 ? lw_nearest(argument + 2, names, FLAGS) : NULL;
    const char *hint = near != NULL ? lw_diags_text(diags, "did you mean --%s?", near) : "lanewise --help lists what there is";
    return usage_error(diags, hint, lw_diags_text(diags, "unknown flag %s", argument));
}

// A walk over argv that knows which flags were seen.
typedef struct reader {
    int argc;
    char *const *argv;
    int next;
    bool seen[FLAGS];
    lw_diags *diags;
    lw_arguments *out;
} reader;

// The value of a flag: what follows in the same argument, or the next argument.
static lw_status read_value(reader *r, const flag *f, const char *attached) {
    r->seen[f - flags] = true;
    if (f->kind == FLAG_SWITCH) {
        return attached == NULL ? set_flag(f, NULL, r->out, r->diags)
                                : usage_error(r->diags, NULL, lw_diags_text(r->diags, "--%s takes no value", f->name));
    }
    if (attached == NULL && r->next >= r->argc) {
        const char *value = f->value != NULL ? f->value : word_list(f->words(), r->diags);
        return usage_error(r->diags, NULL, lw_diags_text(r->diags, "--%s needs a value: %s", f->name, value));
    }
    return set_flag(f, attached != NULL ? attached : r->argv[r->next++], r->out, r->diags);
}

static lw_status read_long(reader *r, const char *argument) {
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    const flag *f = find_flag(name, length);
    return f == NULL ? unknown_flag(argument, r->diags) : read_value(r, f, name[length] == '=' ? name + length + 1 : NULL);
}

// "-q", "-j4", "-j 4", "-qj4".
static lw_status read_letters(reader *r, const char *argument) {
    for (const char *c = argument + 1; *c != '\0'; c++) {
        const flag *f = find_letter(*c);
        if (f == NULL) {
            return unknown_flag(argument, r->diags);
        }
        if (f->kind != FLAG_SWITCH) {
            return read_value(r, f, c[1] != '\0' ? c + 1 : NULL);
        }
        LW_TRY(read_value(r, f, NULL));
    }
    return LW_OK;
}

static lw_status read_all(reader *r) {
    bool only_operands = false;
    while (r->next < r->argc) {
        const char *argument = r->argv[r->next++];
        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            if (r->out->verb == NULL) {
                r->out->verb = argument;
            } else {
                r->out->file[r->out->file_count++] = argument;
            }
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (argument[1] == '-') {
            LW_TRY(read_long(r, argument));
        } else {
            LW_TRY(read_letters(r, argument));
        }
    }
    return LW_OK;
}

lw_status lw_verb_find(const lw_verb *const *verbs, const char *name, lw_arena *arena, lw_diags *diags, const lw_verb **out) {
    size_t count = 0;
    for (; verbs[count] != NULL; count++) {
        if (strcmp(verbs[count]->name, name) == 0) {
            *out = verbs[count];
            return LW_OK;
        }
    }
    const char **names = LW_NEW_ARRAY(arena, const char *, count);
    if (names == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = verbs[i]->name;
    }
    const char *near = lw_nearest(name, names, count);
    const char *hint =
        near != NULL ? lw_diags_text(diags, "did you mean lanewise %s?", near) : "lanewise --help lists what there is";
    return usage_error(diags, hint, lw_diags_text(diags, "unknown command \"%s\"", name));
}

static bool takes_flag(const lw_verb *verb, const flag *f) {
    const bool helps = f->offset == offsetof(lw_arguments, help);
    if (verb == NULL) {  // the program alone
        return helps || f->offset == offsetof(lw_arguments, version);
    }
    return helps || f->offset == offsetof(lw_arguments, quiet) || lw_is_among(f->name, verb->flags);
}

static bool is_format(const flag *f) {
    return f->offset == offsetof(lw_arguments, format);
}

// The words of a flag under a verb.
static const char *const *words_of(const flag *f, const lw_verb *verb) {
    return is_format(f) && verb->formats != NULL ? verb->formats : f->words != NULL ? f->words() : NULL;
}

static lw_status check_format(const reader *r, const lw_verb *verb, const flag *f) {
    const char *word = f->words()[r->out->format];
    const char *const *words = words_of(f, verb);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0) {
            return LW_OK;
        }
    }
    return usage_error(
        r->diags, NULL,
        lw_diags_text(r->diags, "--format of lanewise %s is %s, not \"%s\"", verb->name, word_list(words, r->diags), word));
}

static lw_status check_verb(const reader *r, const lw_verb *verb) {
    for (size_t i = 0; i < FLAGS; i++) {
        if (r->seen[i] && !takes_flag(verb, &flags[i])) {
            return usage_error(r->diags, lw_diags_text(r->diags, "lanewise %s --help lists its flags", verb->name),
                               lw_diags_text(r->diags, "lanewise %s does not take --%s", verb->name, flags[i].name));
        }
        if (r->seen[i] && is_format(&flags[i])) {
            LW_TRY(check_format(r, verb, &flags[i]));
        }
    }
    const char *usage = lw_diags_text(r->diags, "usage: lanewise %s [FLAGS] %s", verb->name, verb->operands);
    if (r->out->file_count < verb->least) {
        return usage_error(r->diags, usage, lw_diags_text(r->diags, "missing on the command line: %s", verb->operands));
    }
    if (r->out->file_count > verb->most) {
        return usage_error(r->diags, usage,
                           lw_diags_text(r->diags, "too much on the command line: \"%s\"", r->out->file[verb->most]));
    }
    return LW_OK;
}

lw_status lw_arguments_parse(int argc, char *const *argv, const lw_verb *const *verbs, lw_arena *arena, lw_diags *diags,
                             lw_arguments *out) {
    lw_arguments arguments = {.engine = -1, .fit = -1, .as = -1, .seed = -1, .device = -1, .theme = -1, .scale = 2};
    size_t room = argc > 0 ? (size_t)argc : 1;
    arguments.file = LW_NEW_ARRAY(arena, const char *, room);
    arguments.set = LW_NEW_ARRAY(arena, const char *, room);
    if (arguments.file == NULL || arguments.set == NULL) {
        return LW_NO_MEMORY;
    }
    reader r = {.argc = argc, .argv = argv, .next = 1, .diags = diags, .out = &arguments};
    LW_TRY(read_all(&r));
    if (arguments.verb != NULL) {
        LW_TRY(lw_verb_find(verbs, arguments.verb, arena, diags, &arguments.found));
        if (!arguments.help && !arguments.version) {
            LW_TRY(check_verb(&r, arguments.found));
        }
    }
    *out = arguments;
    return LW_OK;
}

bool lw_verb_flag_at(const lw_verb *verb, size_t index, lw_verb_flag *out) {
    for (const flag *f = flags; f < flags + FLAGS; f++) {
        if (takes_flag(verb, f) && index-- == 0) {
            *out = (lw_verb_flag){f->name, f->letter, f->value, verb != NULL ? words_of(f, verb) : NULL,
                                  f->help != NULL ? f->help : verb->output};
            return true;
        }
    }
    return false;
}

static void add_flag_help(const lw_verb_flag *f, lw_text *out) {
    lw_text line = {0};
    if (f->letter != 0) {
        lw_text_print(&line, "-%c, ", f->letter);
    }
    lw_text_print(&line, "--%s%s%s", f->name, f->value != NULL ? " " : "", f->value != NULL ? f->value : "");
    for (int i = 0; f->value == NULL && f->words != NULL && f->words[i] != NULL; i++) {
        lw_text_print(&line, "%s%s", i == 0 ? " " : "|", f->words[i]);
    }
    lw_text_print(out, "  %-32s  %s\n", line.failed ? "" : line.bytes, f->help);
    lw_text_free(&line);
}

const char lw_first_steps[] = "  lanewise init > my.yaml            an example to start from\n"
                              "  lanewise run my.yaml               a table on the terminal\n"
                              "  lanewise run my.yaml -o results    and CSV, JSON and charts in results/\n"
                              "  lanewise explain oculink           what a link is and where its numbers come from\n";
const char lw_exit_codes[] =
    "0 fine, 1 a check failed, 2 wrong command line, 3 bad input file, 4 a file cannot be read or written,\n"
    "5 internal error, 130 interrupted.\n";

static void add_program_help(const lw_verb *const *verbs, lw_text *out) {
    lw_text_print(out, "lanewise: how long bytes take to cross a link, on this machine, for this job, and why.\n\n%s\nCommands\n",
                  lw_first_steps);
    for (const lw_verb *const *verb = verbs; *verb != NULL; verb++) {
        lw_text_print(out, "  %-10s  %s\n", (*verb)->name, (*verb)->summary);
    }
    lw_text_print(out,
                  "\nlanewise help COMMAND, which is COMMAND --help, says more; lanewise version is --version.\n"
                  "Results go to stdout, all else to stderr.\nExit codes: %s",
                  lw_exit_codes);
}

void lw_arguments_help(const lw_verb *const *verbs, const lw_verb *verb, lw_text *out) {
    if (verb == NULL) {
        add_program_help(verbs, out);
        return;
    }
    lw_text_print(out, "%s\n\n%s\nUsage: lanewise %s [FLAGS]%s%s\n\n", verb->summary, verb->examples, verb->name,
                  verb->operands[0] != '\0' ? " " : "", verb->operands);
    lw_verb_flag taken;
    for (size_t i = 0; lw_verb_flag_at(verb, i, &taken); i++) {
        add_flag_help(&taken, out);
    }
    if (verb->details != NULL) {
        lw_text_print(out, "\n%s", verb->details);
    }
}
