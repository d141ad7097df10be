// SPDX-License-Identifier: GPL-3.0-or-later
// Which other values an option could have, to find out whether it matters.
#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/config/option.h"

static size_t size_of(const lw_option *row) {
    switch (row->kind) {
    case LW_OPTION_QUANTITY_INT:
    case LW_OPTION_INTEGER:
        return sizeof(int64_t);
    case LW_OPTION_QUANTITY_REAL:
        return sizeof(double);
    case LW_OPTION_WORD:
        return sizeof(int);
    case LW_OPTION_FLAG:
        return sizeof(bool);
    case LW_OPTION_TEXT:
    case LW_OPTION_YAML:
        break;
    }
    return sizeof(const char *);
}

void lw_option_copy(const lw_option *row, const void *from, void *to) {
    memcpy((char *)to + row->offset, (const char *)from + row->offset, size_of(row));
}

typedef struct trial {
    const lw_option *row;
    const void *params;
    size_t size;
    lw_option_visit *visit;
    void *user;
} trial;

static lw_tried try_value(const trial *t, const void *value) {
    _Alignas(max_align_t) unsigned char params[LW_PARAMS_MAX];
    memcpy(params, t->params, t->size);
    memcpy(params + t->row->offset, value, size_of(t->row));
    return t->visit(params, t->user);
}

static bool is_enough(const trial *t, const char *text) {
    _Alignas(max_align_t) unsigned char params[LW_PARAMS_MAX];
    memcpy(params, t->params, t->size);
    const lw_yaml value = {.kind = LW_SCALAR, .text = text};
    return lw_option_parse_value(t->row, &value, params, NULL) == LW_OK && t->visit(params, t->user) == LW_TRIED_ENOUGH;
}

static lw_tried try_number(const trial *t, double number) {
    const lw_option *row = t->row;
    if (row->minimum < row->maximum && (number < row->minimum || number > row->maximum)) {
        return LW_TRIED_FORBIDDEN;
    }
    if (row->kind == LW_OPTION_QUANTITY_REAL) {
        return try_value(t, &number);
    }
    if (fabs(number) >= 0x1p62) {
        return LW_TRIED_FORBIDDEN;
    }
    int64_t whole = (int64_t)number;
    return try_value(t, &whole);
}

// The number of a field; NaN when it is auto.
static double number_of(const trial *t) {
    const char *field = (const char *)t->params + t->row->offset;
    if (t->row->kind == LW_OPTION_QUANTITY_REAL) {
        double value;
        memcpy(&value, field, sizeof value);
        return value;  // a NaN is auto
    }
    int64_t value;
    memcpy(&value, field, sizeof value);
    return value == LW_AUTO ? (double)NAN : (double)value;
}

enum { STEPS = 20 };

static bool try_range(const trial *t) {
    const lw_option *row = t->row;
    const double ends[] = {row->maximum, row->minimum};
    bool forbidden = false;
    for (int end = 0; end < 2; end++) {
        lw_tried came = try_number(t, ends[end]);
        if (came == LW_TRIED_ENOUGH) {
            return true;
        }
        forbidden = forbidden || came == LW_TRIED_FORBIDDEN;
    }
    // Down to the lower end, to 1, or of a share to 2^-20, in steps of equal powers of two.
    double low = row->minimum > 0 ? row->minimum : row->maximum > 1 ? 1 : row->maximum / 0x1p20;
    int octaves = ilogb(row->maximum / low), step = octaves > STEPS ? (octaves + STEPS - 1) / STEPS : 1;
    for (int down = step; down <= octaves && forbidden; down += step) {
        if (try_number(t, ldexp(row->maximum, -down)) == LW_TRIED_ENOUGH) {
            return true;
        }
    }
    return false;
}

static bool try_numbers(const trial *t) {
    const lw_option *row = t->row;
    if (row->fallback != NULL && strcmp(row->fallback, "auto") == 0 && is_enough(t, "auto")) {
        return true;
    }
    for (const char *const *word = row->words; word != NULL && *word != NULL; word++) {
        if (is_enough(t, *word)) {
            return true;
        }
    }
    if (row->words != NULL) {
        return false;
    }
    double now = number_of(t);
    if (!isnan(now) && (try_number(t, now / 2) == LW_TRIED_ENOUGH || try_number(t, now * 2) == LW_TRIED_ENOUGH)) {
        return true;
    }
    if (row->minimum >= row->maximum) {  // no bounds
        return try_number(t, 1.0) == LW_TRIED_ENOUGH || try_number(t, 1e6) == LW_TRIED_ENOUGH;
    }
    return try_range(t);
}

bool lw_option_is_required(const lw_option *row, const void *params, size_t size, lw_option_visit *visit, void *user) {
    assert(size <= LW_PARAMS_MAX);
    if (row->fallback == NULL || row->kind == LW_OPTION_TEXT || row->kind == LW_OPTION_YAML) {
        return row->fallback == NULL;
    }
    _Alignas(max_align_t) unsigned char other[LW_PARAMS_MAX];
    memcpy(other, params, size);
    const lw_yaml value = {.kind = LW_SCALAR, .text = row->fallback};
    return lw_option_parse_value(row, &value, other, NULL) != LW_OK || visit(other, user) == LW_TRIED_FORBIDDEN;
}

bool lw_option_try_others(const lw_option *row, const void *params, size_t size, lw_option_visit *visit, void *user) {
    assert(size <= LW_PARAMS_MAX);
    const trial t = {row, params, size, visit, user};
    switch (row->kind) {
    case LW_OPTION_WORD:
        for (int word = 0; row->words[word] != NULL; word++) {
            if (try_value(&t, &word) == LW_TRIED_ENOUGH) {
                return true;
            }
        }
        return false;
    case LW_OPTION_FLAG: {
        bool flag;
        memcpy(&flag, (const char *)params + row->offset, sizeof flag);
        flag = !flag;
        return try_value(&t, &flag) == LW_TRIED_ENOUGH;
    }
    case LW_OPTION_INTEGER:
    case LW_OPTION_QUANTITY_INT:
    case LW_OPTION_QUANTITY_REAL:
        return try_numbers(&t);
    case LW_OPTION_TEXT:
    case LW_OPTION_YAML:
        break;
    }
    return false;
}
