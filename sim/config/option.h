// SPDX-License-Identifier: GPL-3.0-or-later
// Option tables: one row a key. Parsing, checking, defaults, `lanewise explain`, the README tables and the JSON Schema all come
// from them.
#ifndef LW_OPTION_H
#define LW_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/quantity.h"
#include "sim/config/yaml.h"

// What the field at `offset` is:
typedef enum lw_option_kind {
    LW_OPTION_QUANTITY_INT,   // int64_t in the base unit (bytes, ps, B/s, T/s); must come out whole
    LW_OPTION_QUANTITY_REAL,  // double in the base unit
    LW_OPTION_INTEGER,        // int64_t, a bare whole number (counts: lanes, tags, retimers)
    LW_OPTION_WORD,           // int: index into words
    LW_OPTION_FLAG,           // bool: true or false
    LW_OPTION_TEXT,           // const char *
    LW_OPTION_YAML            // const lw_yaml *: parsed by the owner of the table (lists, nested maps)
} lw_option_kind;

// What an optional number holds when nothing was given and its default is "auto".
#define LW_AUTO INT64_MIN
bool lw_is_auto(double value);  // for LW_OPTION_QUANTITY_REAL, whose auto is a NaN

typedef struct lw_option {
    const char *key;
    lw_option_kind kind;
    lw_dimension dimension;  // quantities
    size_t offset;           // of the field in the struct
    // Default as text, parsed like the user's. NULL: required; "auto": LW_AUTO or NaN; "": NULL or empty text.
    const char *fallback;
    // LW_OPTION_WORD: the words, NULL-terminated; numbers: the allowed values as text, or NULL for any in the range.
    const char *const *words;
    double minimum, maximum;  // in the base unit; both 0: no bound; an infinity: no bound on that side
    const char *help;         // one sentence
    const char *source;       // of the default: standard and section, paper, table; NULL for keys that are no figures
} lw_option;

// A table ends with a row whose key is NULL.

// Which keys were given: index in the table -> its place (line 0 when not given).
enum { LW_OPTION_MAX = 64 };
typedef struct lw_option_set {
    lw_place place[LW_OPTION_MAX];  // of the value
    bool given[LW_OPTION_MAX];      // by the user or a preset
} lw_option_set;

// Fill *target (a struct that the table describes) with the defaults. Tables are ours, so a bad default is an assertion.
void lw_options_default(const lw_option *table, void *target);

// Read the keys of map that the table knows into *target (over what is there), record them in *set (may be NULL).
// Diagnosed are values out of range, of the wrong type or with a wrong unit, and unknown keys ("did you mean"), except those in
// `other` (NULL-terminated, may be NULL) and those that begin with "x-". Reads on after an error; returns LW_BAD_INPUT if there
// was any. An empty scalar for a map ("gpu:") sets nothing.
lw_status lw_options_parse(const lw_option *table, const lw_yaml *map, const char *const *other, void *target, lw_option_set *set,
                           lw_diags *diags) LW_CHECKED;
// Diagnose required keys that were not given. `what` names the owner: "links.egpu (type pcie)".
lw_status lw_options_require(const lw_option *table, const lw_option_set *set, const char *what, lw_place at,
                             lw_diags *diags) LW_CHECKED;
// Read one value as the row says, into *target (the struct).
lw_status lw_option_parse_value(const lw_option *row, const lw_yaml *value, void *target, lw_diags *diags) LW_CHECKED;

// The value of a row in a struct as text ("16", "0.5 m", "auto"); buffer of LW_QUANTITY_TEXT bytes for numbers. Returns a text.
const char *lw_option_print(const lw_option *row, const void *target, char *buffer);
const lw_option *lw_option_find(const lw_option *table, const char *key);
size_t lw_options_count(const lw_option *table);

// The map lacks all of these keys (NULL-terminated): diagnoses `message` with the hint at the map, or, if a key of the map is
// nearly one of them, that one as unknown. Always LW_BAD_INPUT.
lw_status lw_key_missing(const lw_yaml *map, const char *const *keys, const char *hint, const char *message, lw_diags *diags);

// The candidate nearest to word by edit distance (at most 3 and a third of its length, rounded up), whatever the case of letters;
// NULL when none is near.
const char *lw_nearest(const char *word, const char *const *candidates, size_t count);
// Is word one of words (NULL-terminated; NULL: none)?
bool lw_is_among(const char *word, const char *const *words);

#endif
