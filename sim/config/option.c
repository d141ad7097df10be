// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/config/option.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/suggest.h"
#include "sim/base/text.h"

bool lw_is_auto(double value) {
    return isnan(value);
}

const lw_option *lw_option_find(const lw_option *table, const char *key) {
    for (const lw_option *row = table; row->key; row++) {
        if (strcmp(row->key, key) == 0) {
            return row;
        }
    }
    return NULL;
}

size_t lw_options_count(const lw_option *table) {
    size_t count = 0;
    while (table[count].key) {
        count++;
    }
    return count;
}

// ---- One value ----

static void *field_of(const lw_option *row, void *target) {
    return (char *)target + row->offset;
}

// "a, b and c" is for prose; a plain list is enough here: "1, 2, 4, 8, 16".
static const char *list_words(const char *const *words, lw_diags *diags) {
    lw_text list = {0};
    for (size_t i = 0; words[i]; i++) {
        lw_text_add(&list, i > 0 ? ", " : "");
        lw_text_add(&list, words[i]);
    }
    const char *text = list.failed || !list.bytes ? "" : lw_diags_text(diags, "%s", list.bytes);
    lw_text_free(&list);
    return text;
}

// Everything that reading one value needs.
typedef struct reading {
    const lw_option *row;
    const char *text;
    lw_place place;
    lw_diags *diags;
} reading;

static lw_status refuse(const reading *in, const char *problem, const char *hint) {
    return lw_error(in->diags, in->place, hint, "'%s' is '%.60s': %s", in->row->key, in->text, problem);
}

static lw_dimension dimension_of(const lw_option *row) {
    return row->kind == LW_OPTION_INTEGER ? LW_PLAIN : row->dimension;
}

// A number that reads back: the short text if it does, else all digits in the base unit.
static const char *print_value(double value, bool whole, int64_t integer, const lw_option *row, char *buffer) {
    lw_dimension dimension = dimension_of(row);
    lw_quantity back;
    const char *problem, *hint;
    if (row->kind == LW_OPTION_INTEGER) {
        snprintf(buffer, LW_QUANTITY_TEXT, "%" PRId64, integer);
        return buffer;
    }
    lw_quantity_print(value, dimension, buffer);
    if (lw_quantity_parse(buffer, dimension, &back, &problem, &hint) &&
        (whole ? back.is_exact && back.exact.den == 1 && back.exact.num == integer : back.value == value)) {
        return buffer;
    }
    if (whole) {
        snprintf(buffer, LW_QUANTITY_TEXT, "%" PRId64, integer);
    } else {
        lw_number_print(value, buffer);
    }
    const char *unit = lw_dimension_base(dimension);
    size_t length = strlen(buffer);
    snprintf(buffer + length, LW_QUANTITY_TEXT - length, "%s%s", *unit ? " " : "", unit);
    return buffer;
}

// Is value one of the allowed texts or within the range? Diagnosed if not.
static lw_status check_range(const reading *in, double value) {
    const lw_option *row = in->row;
    if (row->words) {
        for (size_t i = 0; row->words[i]; i++) {
            lw_quantity allowed;
            const char *problem, *hint;
            bool ok = lw_quantity_parse(row->words[i], dimension_of(row), &allowed, &problem, &hint);
            assert(ok);
            if (ok && allowed.value == value) {
                return LW_OK;
            }
        }
        return lw_error(in->diags, in->place, NULL, "'%s' is %.60s: allowed are %s", row->key, in->text,
                        list_words(row->words, in->diags));
    }
    bool bounded = row->minimum != 0 || row->maximum != 0;
    if (!bounded || (value >= row->minimum && value <= row->maximum)) {
        return LW_OK;
    }
    char low[LW_QUANTITY_TEXT], high[LW_QUANTITY_TEXT];
    lw_quantity_print(row->minimum, dimension_of(row), low);
    lw_quantity_print(row->maximum, dimension_of(row), high);
    if (row->minimum == row->maximum) {  // the version of a format: nothing else has only one value
        return lw_error(in->diags, in->place, NULL, "'%s' is %.60s: this program reads format %s", row->key, in->text, low);
    }
    if (isinf(row->maximum)) {
        return lw_error(in->diags, in->place, NULL, "'%s' is %.60s: it must be at least %s", row->key, in->text, low);
    }
    if (isinf(row->minimum)) {
        return lw_error(in->diags, in->place, NULL, "'%s' is %.60s: it must be at most %s", row->key, in->text, high);
    }
    return lw_error(in->diags, in->place, NULL, "'%s' is %.60s: it must be between %s and %s", row->key, in->text, low, high);
}

// The whole number of base units. Rates from decimals of bits may be off by less than a part in
// 10^9; all else must be whole.
static lw_status make_whole(const reading *in, const lw_quantity *quantity, int64_t *out) {
    if (quantity->is_exact && quantity->exact.den == 1) {
        if (quantity->exact.num == LW_AUTO) {
            return refuse(in, "the number is too small", NULL);
        }
        *out = quantity->exact.num;
        return LW_OK;
    }
    if (!(fabs(quantity->value) < 0x1p63)) {
        return refuse(in, "the number is too large", NULL);
    }
    double rounded = nearbyint(quantity->value);
    switch (quantity->dimension) {
    case LW_RATE:
    case LW_TRANSFERS:
    case LW_FREQUENCY:
        if (fabs(rounded - quantity->value) < 1e-9 * fabs(quantity->value) && fabs(rounded) < 0x1p63) {
            *out = (int64_t)rounded;
            return LW_OK;
        }
        return refuse(in, "it is no whole number in the base unit", "round it, or write it in a smaller unit");
    case LW_TIME:
        return refuse(in, "it is finer than 1 ps", "round it to whole picoseconds");
    case LW_BYTES:
        return refuse(in, "it is no whole number of bytes", "round it to whole bytes");
    default:
        return refuse(in, "it must be a whole number", "write digits only");
    }
}

static lw_status read_number(const reading *in, void *field) {
    const lw_option *row = in->row;
    if (strcmp(in->text, "auto") == 0 && row->fallback && strcmp(row->fallback, "auto") == 0) {
        if (row->kind == LW_OPTION_QUANTITY_REAL) {
            *(double *)field = (double)NAN;
        } else {
            *(int64_t *)field = LW_AUTO;
        }
        return LW_OK;
    }
    lw_quantity quantity;
    const char *problem, *hint;
    if (row->kind == LW_OPTION_INTEGER && strchr(in->text, '%')) {
        return refuse(in, "it must be a whole number", "write digits only");
    }
    if (!lw_quantity_parse(in->text, dimension_of(row), &quantity, &problem, &hint)) {
        if (row->kind == LW_OPTION_INTEGER) {
            hint = "write a whole number";
        }
        return refuse(in, problem, hint);
    }
    int64_t whole = 0;
    LW_TRY(check_range(in, quantity.value));
    if (row->kind != LW_OPTION_QUANTITY_REAL) {
        LW_TRY(make_whole(in, &quantity, &whole));
    }
    lw_quantity_remark(&quantity, in->place, in->diags);
    if (row->kind == LW_OPTION_QUANTITY_REAL) {
        *(double *)field = quantity.value;
    } else {
        *(int64_t *)field = whole;
    }
    return LW_OK;
}

// Many write true and false where the words are on and off.
static const char *meant_word(const char *text, const char *const *words) {
    if (lw_is_among(text, words)) {
        return text;
    }
    const char *other = strcmp(text, "true") == 0 ? "on" : strcmp(text, "false") == 0 ? "off" : NULL;
    return other != NULL && lw_is_among(other, words) ? other : text;
}

static lw_status read_word(const reading *in, int *field) {
    const char *const *words = in->row->words;
    const char *meant = meant_word(in->text, words);
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], meant) == 0) {
            *field = i;
            return LW_OK;
        }
    }
    const char *near = lw_nearest(in->text, words, lw_word_count(words));
    const char *list = list_words(words, in->diags);
    const char *hint = near ? lw_diags_text(in->diags, "did you mean '%s'? allowed are %s", near, list)
                            : lw_diags_text(in->diags, "allowed are %s", list);
    return refuse(in, "no such word here", hint);
}

static lw_status read_flag(const reading *in, bool *field) {
    bool yes = strcmp(in->text, "true") == 0;
    if (!yes && strcmp(in->text, "false") != 0) {
        return refuse(in, "it must be true or false", "write true or false");
    }
    *field = yes;
    return LW_OK;
}

static lw_status read_text(const reading *in, void *target) {
    void *field = field_of(in->row, target);
    switch (in->row->kind) {
    case LW_OPTION_WORD:
        return read_word(in, field);
    case LW_OPTION_FLAG:
        return read_flag(in, field);
    case LW_OPTION_TEXT:
        *(const char **)field = in->text;
        return LW_OK;
    default:
        assert(in->row->kind == LW_OPTION_QUANTITY_INT || in->row->kind == LW_OPTION_QUANTITY_REAL ||
               in->row->kind == LW_OPTION_INTEGER);
        return read_number(in, field);
    }
}

static const char *wanted_form(const lw_option *row) {
    switch (row->kind) {
    case LW_OPTION_INTEGER:
        return "a whole number";
    case LW_OPTION_WORD:
        return "a word";
    case LW_OPTION_FLAG:
        return "true or false";
    case LW_OPTION_TEXT:
    case LW_OPTION_YAML:
        return "a text";
    default:
        return lw_dimension_name(row->dimension);
    }
}

static const char *wanted_example(const lw_option *row) {
    switch (row->kind) {
    case LW_OPTION_INTEGER:
        return row->words ? row->words[0] : row->maximum == 1 ? "1" : "4";
    case LW_OPTION_WORD:
        return row->words[0];
    case LW_OPTION_FLAG:
        return "true";
    case LW_OPTION_TEXT:
    case LW_OPTION_YAML:
        return "\"some text\"";
    default:
        return lw_dimension_example(row->dimension);
    }
}

lw_status lw_option_parse_value(const lw_option *row, const lw_yaml *value, void *target, lw_diags *diags) {
    if (row->kind == LW_OPTION_YAML) {
        *(const lw_yaml **)field_of(row, target) = value;
        return LW_OK;
    }
    if (value->kind != LW_SCALAR) {
        return lw_error(diags, value->place, lw_diags_text(diags, "write %s: %s", row->key, wanted_example(row)),
                        "'%s' must be %s, not a %s", row->key, wanted_form(row), value->kind == LW_MAP ? "map" : "list");
    }
    if (*value->text == '\0' && !value->quoted) {
        return lw_error(diags, value->place,
                        lw_diags_text(diags, "write %s: %s, or delete the key", row->key, wanted_example(row)),
                        "'%s' has no value", row->key);
    }
    reading in = {row, value->text, value->place, diags};
    return read_text(&in, target);
}

// ---- Whole tables ----

void lw_options_default(const lw_option *table, void *target) {
    for (const lw_option *row = table; row->key; row++) {
        if (!row->fallback) {
            continue;
        }
        if (row->kind == LW_OPTION_YAML) {
            *(const lw_yaml **)field_of(row, target) = NULL;
            continue;
        }
        reading in = {.row = row, .text = row->fallback};
        lw_status status = read_text(&in, target);
        assert(status == LW_OK);
        (void)status;
    }
}

lw_status lw_option_unknown(const lw_option *table, const char *const *other, const char *key, lw_place at, lw_diags *diags) {
    // only counted: no hint is needed, and there may be 100 000 of them
    if (lw_diags_errors(diags) >= LW_DIAG_MAX) {
        return lw_error(diags, at, NULL, "unknown key");
    }
    const char *candidates[2 * LW_OPTION_MAX];
    size_t count = 0;
    for (const lw_option *row = table; row->key && count < LW_OPTION_MAX; row++) {
        candidates[count++] = row->key;
    }
    for (size_t i = 0; other && other[i] && count < 2 * LW_OPTION_MAX - 1; i++) {
        candidates[count++] = other[i];
    }
    candidates[count] = NULL;
    const char *otherwise = lw_diags_text(diags, "keys here are %s", list_words(candidates, diags));
    return lw_error(diags, at, lw_did_you_mean(diags, key, candidates, count, otherwise), "unknown key '%.60s'", key);
}

// strict: a key that neither the table nor `other` knows is an error.
// Where a table's values go.
typedef struct filling {
    const lw_option *table;
    void *target;
    lw_option_set *set;  // may be NULL
} filling;

// strict: keys that neither the table nor `other` knows are diagnosed.
static lw_status parse_map(const filling *into, const lw_yaml *map, bool strict, const char *const *other, lw_diags *diags) {
    const lw_option *table = into->table;
    lw_option_set *set = into->set;
    if (lw_is_empty(map)) {
        return LW_OK;  // "gpu:" and nothing after it: all defaults
    }
    if (map->kind != LW_MAP) {
        return lw_error(diags, map->place, "write {key: value, ...}, or one 'key: value' a line",
                        "a map is wanted here, not a %s", map->kind == LW_LIST ? "list" : "text");
    }
    lw_status status = LW_OK;
    for (lw_yaml *child = map->first; child; child = child->next) {
        const lw_option *row = lw_option_find(table, child->key);
        if (row) {
            assert(row - table < LW_OPTION_MAX);
            if (lw_option_parse_value(row, child, into->target, diags) != LW_OK) {
                status = LW_BAD_INPUT;
            }
            if (set) {
                set->mark[row - table].given = true;
                set->mark[row - table].place = child->place;
            }
        } else if (strict && strncmp(child->key, "x-", 2) != 0 && !lw_is_among(child->key, other)) {
            status = lw_option_unknown(table, other, child->key, child->key_place, diags);
        }
    }
    return status;
}

lw_status lw_options_parse(const lw_option *table, const lw_yaml *map, const char *const *other, void *target, lw_option_set *set,
                           lw_diags *diags) {
    return parse_map(&(const filling){table, target, set}, map, true, other, diags);
}

lw_status lw_options_pick(const lw_option *table, const lw_yaml *map, void *target, lw_option_set *set, lw_diags *diags) {
    return parse_map(&(const filling){table, target, set}, map, false, NULL, diags);
}

lw_status lw_key_missing(const lw_yaml *map, const char *const *keys, const char *hint, const char *message, lw_diags *diags) {
    size_t count = 0;
    while (keys[count] != NULL) {
        count++;
    }
    for (const lw_yaml *child = map->kind == LW_MAP ? map->first : NULL; child != NULL; child = child->next) {
        const char *near = lw_nearest(child->key, keys, count);
        if (near != NULL) {
            return lw_error(diags, child->key_place, lw_diags_text(diags, "did you mean '%s'?", near), "unknown key '%.60s'",
                            child->key);
        }
    }
    return lw_error(diags, map->place, hint, "%s", message);
}

static size_t marks_size(const lw_option *table) {
    size_t rows = 0;
    while (table[rows].key != NULL) {
        rows++;
    }
    return rows * sizeof(lw_option_mark);
}

lw_option_set *lw_option_set_new(const lw_option *table, lw_arena *arena) {
    return lw_arena_alloc(arena, 1, marks_size(table));
}

void lw_option_set_copy(const lw_option *table, const lw_option_set *from, lw_option_set *to) {
    memcpy(to->mark, from->mark, marks_size(table));
}

lw_status lw_options_require(const lw_option *table, const lw_option_set *set, const char *what, lw_place at, lw_diags *diags) {
    lw_status status = LW_OK;
    for (const lw_option *row = table; row->key; row++) {
        if (!row->fallback && !set->mark[row - table].given) {
            const char *hint = row->kind == LW_OPTION_YAML
                                   ? row->help
                                   : lw_diags_text(diags, "add '%s: %s': %s", row->key, wanted_example(row), row->help);
            status = lw_error(diags, at, hint, "%s needs the key '%s'", what, row->key);
        }
    }
    return status;
}

const char *lw_option_print(const lw_option *row, const void *target, char *buffer) {
    const void *field = (const char *)target + row->offset;
    switch (row->kind) {
    case LW_OPTION_QUANTITY_INT:
    case LW_OPTION_INTEGER: {
        int64_t value = *(const int64_t *)field;
        return value == LW_AUTO ? "auto" : print_value((double)value, true, value, row, buffer);
    }
    case LW_OPTION_QUANTITY_REAL: {
        double value = *(const double *)field;
        return lw_is_auto(value) ? "auto" : print_value(value, false, 0, row, buffer);
    }
    case LW_OPTION_WORD:
        return row->words[*(const int *)field];
    case LW_OPTION_FLAG:
        return *(const bool *)field ? "true" : "false";
    case LW_OPTION_TEXT: {
        const char *text = *(const char *const *)field;
        return text ? text : "";
    }
    case LW_OPTION_YAML:
        break;
    }
    const lw_yaml *node = *(const lw_yaml *const *)field;
    return node && node->kind == LW_SCALAR ? node->text : "";
}
