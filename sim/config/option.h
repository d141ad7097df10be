// SPDX-License-Identifier: GPL-3.0-or-later
// Option tables: one row a key. Parsing, checking, defaults, `lanewise explain`, the README tables
// and the JSON Schema all come from them.
#ifndef LW_OPTION_H
#define LW_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/evidence.h"
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
    // const lw_yaml *: parsed by the owner of the table (lists, nested maps)
    LW_OPTION_YAML
} lw_option_kind;

// What an optional number holds when nothing was given and its default is "auto".
#define LW_AUTO INT64_MIN
bool lw_is_auto(double value);  // for LW_OPTION_QUANTITY_REAL, whose auto is a NaN

typedef struct lw_option {
    const char *key;
    lw_option_kind kind;
    lw_dimension dimension;  // quantities
    size_t offset;           // of the field in the struct
    // Default as text, parsed like the user's. NULL: required; "auto": LW_AUTO or NaN; "": NULL or
    // empty text.
    const char *fallback;
    // LW_OPTION_WORD: the words, NULL-terminated; numbers: the allowed values as text, or NULL for
    // any in the range.
    const char *const *words;
    // in the base unit; both 0: no bound; an infinity: no bound on that side
    double minimum, maximum;
    const char *help;  // one sentence
    // of the default: standard and section, paper, table; NULL for keys that are no figures
    const char *source;
    // LW_OPTION_YAML: members of its JSON Schema; NULL: a name or a list of names
    const char *schema;
    // of the default; LW_ASSUMED: a guess, for which the source gives the reason
    lw_evidence evidence;
    // a fit to measurements may set it, in a preset; a measured table only with a quotation
    bool fitted;
} lw_option;

// A table ends with a row whose key is NULL.

// Which keys were given: index in the table -> its place (line 0 when not given).
enum { LW_OPTION_MAX = 192 };
typedef struct lw_option_mark {
    lw_place place;  // of the value
    bool given;      // by the user or a preset
} lw_option_mark;
typedef struct lw_option_set {
    lw_option_mark mark[LW_OPTION_MAX];
} lw_option_set;

// An empty set with as many marks as the table has rows, and no more: to be used with that table
// alone. NULL: out of memory.
lw_option_set *lw_option_set_new(const lw_option *table, lw_arena *arena);
// Copy what one set of a table says into another.
void lw_option_set_copy(const lw_option *table, const lw_option_set *from, lw_option_set *to);

// Fill *target (a struct that the table describes) with the defaults. Tables are ours, so a bad
// default is an assertion.
void lw_options_default(const lw_option *table, void *target);

// Read the keys of map that the table knows into *target (over what is there), record them in *set
// (may be NULL). Diagnosed are values out of range, of the wrong type or with a wrong unit, and
// unknown keys ("did you mean"), except those in `other` (NULL-terminated, may be NULL) and those
// that begin with "x-". Reads on after an error; returns LW_BAD_INPUT if there was any. An empty
// scalar for a map ("gpu:") sets nothing.
lw_status lw_options_parse(const lw_option *table, const lw_yaml *map, const char *const *other, void *target, lw_option_set *set,
                           lw_diags *diags) LW_CHECKED;
// The same for the keys of the table alone: what else stands in the map is somebody else's to read.
lw_status lw_options_pick(const lw_option *table, const lw_yaml *map, void *target, lw_option_set *set,
                          lw_diags *diags) LW_CHECKED;
// Diagnose a key that nobody reads, with the keys of the table and those in `other` to choose from.
// Always LW_BAD_INPUT.
lw_status lw_option_unknown(const lw_option *table, const char *const *other, const char *key, lw_place at, lw_diags *diags);
// Diagnose required keys that were not given. `what` names the owner: "links.egpu (type pcie)".
lw_status lw_options_require(const lw_option *table, const lw_option_set *set, const char *what, lw_place at,
                             lw_diags *diags) LW_CHECKED;
// Read one value as the row says, into *target (the struct).
lw_status lw_option_parse_value(const lw_option *row, const lw_yaml *value, void *target, lw_diags *diags) LW_CHECKED;

// Copy the value of a row from one struct to another.
void lw_option_copy(const lw_option *row, const void *from, void *to);

// What came of another value.
typedef enum lw_tried {
    LW_TRIED,            // go on
    LW_TRIED_FORBIDDEN,  // rules across options do not allow it: go on
    LW_TRIED_ENOUGH      // stop
} lw_tried;

// Calls visit with other values that the row allows than the one in `params` (a struct of `size`
// bytes, at most LW_PARAMS_MAX), each time in a copy of the whole struct, until visit has seen
// enough; then returns true. Numbers are tried at half and twice their value and at both ends of
// the range (what matters above or below some threshold shows there), and in octaves between where
// an end is forbidden; words, flags and listed values all. A text or a YAML value has no others
// that could be guessed.
enum { LW_PARAMS_MAX = 2048 };
typedef lw_tried lw_option_visit(const void *params, void *user);
bool lw_option_try_others(const lw_option *row, const void *params, size_t size, lw_option_visit *visit, void *user);
// Must the key be given: has it no default, or one that visit finds forbidden?
bool lw_option_is_required(const lw_option *row, const void *params, size_t size, lw_option_visit *visit, void *user);

// The value of a row in a struct as text ("16", "0.5 m", "auto"); buffer of LW_QUANTITY_TEXT bytes
// for numbers. Returns a text.
const char *lw_option_print(const lw_option *row, const void *target, char *buffer);
const lw_option *lw_option_find(const lw_option *table, const char *key);
size_t lw_options_count(const lw_option *table);

// The map lacks all of these keys (NULL-terminated): diagnoses `message` with the hint at the map,
// or, if a key of the map is nearly one of them, that one as unknown. Always LW_BAD_INPUT.
lw_status lw_key_missing(const lw_yaml *map, const char *const *keys, const char *hint, const char *message, lw_diags *diags);

#endif
