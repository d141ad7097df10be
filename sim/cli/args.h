// SPDX-License-Identifier: GPL-3.0-or-later
// The command line: one table of flags, one row a verb; parsing, suggestions and --help come from
// them.
#ifndef LW_ARGS_H
#define LW_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/diag.h"
#include "sim/base/text.h"

// What the user wrote. A flag means the same under every verb that takes it.
typedef struct lw_arguments {
    const char *verb;   // NULL when none was given
    const char **file;  // all that is no flag, after the verb
    int64_t file_count;
    const char **set;  // of each --set
    int64_t set_count;
    const char *trace;        // a file for what ran when; NULL: none
    const char *output;       // of -o: a folder, or the file of a picture; NULL: none
    int engine;               // index into lanewise_engines(); -1: as the file says
    int as;                   // index into lanewise_import_formats(); -1: by content
    const char *on;           // where it was measured; NULL: as the file says
    const char *percentiles;  // of --percentiles; NULL: none
    const char *rate;         // one number instead of a file; NULL: none
    int64_t seed;             // -1: as the file says
    int format;               // index into lanewise_formats()
    int theme;                // lw_theme_kind; -1: as the chart says
    int64_t threads;          // 0: OMP_NUM_THREADS or the cores
    int64_t scale;            // pixels a user unit of a PNG
    int band;                 // index into lanewise_bands()
    int fit;                  // index into lanewise_fits(); -1: none
    bool bands;               // of measured tables
    int64_t draws;            // of what is uncertain; 0: none
    int64_t device;           // number of an OpenCL device; -1: the first card
    bool from_machine, brief, pdf, stats, write, lift, quiet, schema, names, help, version;
    const struct lw_verb *found;  // the verb by that name; NULL when none was given
} lw_arguments;

struct lw_context;

// One verb of the program.
typedef struct lw_verb {
    const char *name;
    const char *operands;  // "FILE...", for the usage line
    const char *summary;   // one sentence
    const char *examples;  // whole lines, shown first
    const char *details;   // paragraphs after the flags; NULL for none
    // names of the flags it takes besides --quiet and --help, NULL-terminated
    const char *const *flags;
    const char *output;  // what --output takes, for the help; NULL where it is no flag of the verb
    // Words of --format that it takes, a NULL-terminated part of lanewise_formats(); NULL: all.
    const char *const *formats;
    int64_t least, most;  // number of operands
    // What an operand can be, for the shells' completion, NULL-terminated: words, "@LIST" for the names of
    // `lanewise list LIST --names`, "@lessons", "@verbs"; files wherever `operands` says FILE. NULL: nothing more.
    const char *const *offers;
    lw_status (*run)(struct lw_context *context);  // NULL: main does it
} lw_verb;

// Read argv[1..argc). Flags and operands may come in any order; "--" ends the flags, "-" is an
// operand. The texts are those of argv. LW_BAD_USAGE with diagnostics for an unknown flag or verb,
// a missing or wrong value, a flag that the verb does not take, and a wrong number of operands.
// verbs ends with NULL.
lw_status lw_arguments_parse(int argc, char *const *argv, const lw_verb *const *verbs, lw_arena *arena, lw_diags *diags,
                             lw_arguments *out) LW_CHECKED;

// The verb by its name; LW_BAD_USAGE with a diagnostic where there is none such.
lw_status lw_verb_find(const lw_verb *const *verbs, const char *name, lw_arena *arena, lw_diags *diags,
                       const lw_verb **out) LW_CHECKED;

// A flag as a verb takes it.
typedef struct lw_verb_flag {
    const char *name;
    char letter;               // 0: none
    const char *value;         // what it takes, as "FILE"; NULL: nothing, or one of words
    const char *const *words;  // that it takes, NULL-terminated; NULL: any value
    const char *help;
} lw_verb_flag;
// The index-th flag of a verb, in the order of --help; of the program where verb is NULL. False past the last.
bool lw_verb_flag_at(const lw_verb *verb, size_t index, lw_verb_flag *out);

extern const char lw_first_steps[], lw_exit_codes[];  // whole lines, of the help and the manual

// Append the help of the program (verb NULL) or of a verb.
void lw_arguments_help(const lw_verb *const *verbs, const lw_verb *verb, lw_text *out);

#endif
