// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/family.h"

#include <assert.h>
#include <math.h>
#include <string.h>

const lw_family *lw_family_find(const char *name) {
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        if (strcmp(lw_families[i]->name, name) == 0) {
            return lw_families[i];
        }
    }
    return NULL;
}

lw_place lw_family_place(const lw_option *options, const lw_option_set *set, const char *key, lw_place at) {
    const lw_option *row = lw_option_find(options, key);
    assert(row != NULL);
    size_t index = (size_t)(row - options);
    return set != NULL && set->given[index] ? set->place[index] : at;
}

// A trial: the parameters with one field changed, against what they gave before.
typedef struct trial {
    const lw_family *family;
    const lw_option *row;
    const unsigned char *params;
    unsigned kinds;  // of the packets that go over the link
    lw_arena *arena;
    size_t warnings;                // of the unchanged parameters
    lw_link_model before, ends[2];  // ends: of the band, cleared where there is none
} trial;

// A channel as packets of these kinds meet it: formats and credits of others are cleared, and so is what only reads ask for and
// the return of credits where none is ever short.
static void keep_kinds(lw_channel *channel, unsigned kinds) {
    bool finite = false;
    for (unsigned kind = 0; kind < LW_PACKET_KINDS; kind++) {
        lw_credits *credits = &channel->credits[kind];
        if ((kinds & 1U << kind) == 0) {
            *credits = (lw_credits){0};
            channel->format[kind] = (lw_packet_format){0};
        } else {
            finite = finite || credits->packets != LW_CREDITS_INFINITE || credits->data_units != LW_CREDITS_INFINITE;
        }
    }
    channel->credit_return_ps = finite ? channel->credit_return_ps : 0;
    channel->request_max_bytes = (kinds & 1U << LW_PACKET_REQUEST) != 0 ? channel->request_max_bytes : 0;
}

static void keep_what_counts(const trial *t, lw_link_model *link) {
    link->read_tags = (t->kinds & 1U << LW_PACKET_REQUEST) != 0 ? link->read_tags : 0;
    if ((t->kinds & LW_ASKED) == 0) {
        memset(&link->ask, 0, sizeof link->ask);
    }
    for (int s = 0; s < link->segment_count; s++) {
        for (int dir = 0; dir < 2; dir++) {
            keep_kinds(&link->segment[s].channel[dir], t->kinds);
        }
    }
}

static void resolve_for(const trial *t, const void *params, lw_link_model *link) {
    t->family->resolve(params, link);
    keep_what_counts(t, link);
}

static void band_for(const trial *t, const void *params, lw_link_model ends[2]) {
    memset(ends, 0, 2 * sizeof *ends);
    if (t->family->band != NULL) {
        t->family->band(params, &ends[0], &ends[1]);
        keep_what_counts(t, &ends[0]);
        keep_what_counts(t, &ends[1]);
    }
}

// Each trial has diagnostics of its own, for a warning seen before would not count again. Without memory for them nothing can be
// told, which passes for a difference.
static size_t warnings_of(const lw_family *family, const void *params, lw_arena *arena, bool *legal) {
    static const lw_option_set none;  // constant: findings have no place here
    lw_diags *diags = lw_diags_new(arena);
    *legal = diags == NULL || family->check == NULL || family->check(params, &none, (lw_place){0}, diags) == LW_OK;
    return diags == NULL ? SIZE_MAX : lw_diags_warnings(diags);
}

static bool differs(const trial *t, const void *params) {
    bool legal;
    size_t warnings = warnings_of(t->family, params, t->arena, &legal);
    if (!legal) {
        return false;
    }
    lw_link_model after, ends[2];
    resolve_for(t, params, &after);
    // resolve clears the link first, so equal links are equal bytes.
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison)
    if (warnings != t->warnings || memcmp(&after, &t->before, sizeof after) != 0) {
        return true;
    }
    band_for(t, params, ends);
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison)
    return memcmp(ends, t->ends, sizeof ends) != 0;
}

static bool differs_with(const trial *t, const void *value, size_t size) {
    _Alignas(max_align_t) unsigned char params[LW_PARAMS_MAX];
    memcpy(params, t->params, t->family->params_size);
    memcpy(params + t->row->offset, value, size);
    return differs(t, params);
}

static bool differs_with_text(const trial *t, const char *text) {
    _Alignas(max_align_t) unsigned char params[LW_PARAMS_MAX];
    memcpy(params, t->params, t->family->params_size);
    lw_yaml node = {.kind = LW_SCALAR, .text = text};
    return lw_option_parse_value(t->row, &node, params, NULL) == LW_OK && differs(t, params);
}

static bool differs_with_number(const trial *t, double number) {
    const lw_option *row = t->row;
    if (row->minimum < row->maximum && (number < row->minimum || number > row->maximum)) {
        return false;
    }
    if (row->kind == LW_OPTION_QUANTITY_REAL) {
        return differs_with(t, &number, sizeof number);
    }
    if (fabs(number) >= 0x1p62) {
        return false;
    }
    int64_t whole = (int64_t)number;
    return differs_with(t, &whole, sizeof whole);
}

// The number of a field; NaN when it is auto.
static double number_of(const trial *t) {
    if (t->row->kind == LW_OPTION_QUANTITY_REAL) {
        double value;
        memcpy(&value, t->params + t->row->offset, sizeof value);
        return lw_is_auto(value) ? (double)NAN : value;
    }
    int64_t value;
    memcpy(&value, t->params + t->row->offset, sizeof value);
    return value == LW_AUTO ? (double)NAN : (double)value;
}

static bool any_number_differs(const trial *t) {
    const lw_option *row = t->row;
    if (row->fallback != NULL && strcmp(row->fallback, "auto") == 0 && differs_with_text(t, "auto")) {
        return true;
    }
    for (const char *const *word = row->words; word != NULL && *word != NULL; word++) {
        if (differs_with_text(t, *word)) {
            return true;
        }
    }
    if (row->words != NULL) {
        return false;
    }
    double now = number_of(t);
    if (!isnan(now) && (differs_with_number(t, now / 2) || differs_with_number(t, now * 2))) {
        return true;
    }
    if (row->minimum >= row->maximum) {
        return differs_with_number(t, 1.0) || differs_with_number(t, 1e6);
    }
    // Both ends of the range, and between them in octaves: the rules may forbid the ends.
    double octave = row->maximum;
    for (int i = 0; i < 20; i++, octave /= 2) {
        if (differs_with_number(t, octave)) {
            return true;
        }
    }
    return differs_with_number(t, row->minimum);
}

static bool any_differs(const trial *t) {
    switch (t->row->kind) {
    case LW_OPTION_WORD:
        for (int word = 0; t->row->words[word] != NULL; word++) {
            if (differs_with(t, &word, sizeof word)) {
                return true;
            }
        }
        return false;
    case LW_OPTION_FLAG: {
        bool flag;
        memcpy(&flag, t->params + t->row->offset, sizeof flag);
        flag = !flag;
        return differs_with(t, &flag, sizeof flag);
    }
    case LW_OPTION_INTEGER:
    case LW_OPTION_QUANTITY_INT:
    case LW_OPTION_QUANTITY_REAL:
        return any_number_differs(t);
    case LW_OPTION_TEXT:
    case LW_OPTION_YAML:
        break;  // no other value can be guessed: the benefit of the doubt
    }
    return true;
}

bool lw_family_has_effect(const lw_family *family, const void *params, const char *key, unsigned kinds) {
    assert(family->params_size <= LW_PARAMS_MAX);
    trial t = {.family = family, .row = lw_option_find(family->options, key), .params = params, .kinds = kinds};
    t.arena = lw_arena_new();
    bool effect = true;  // without memory or a row nobody is accused
    if (t.row != NULL && t.arena != NULL) {
        bool legal;
        t.warnings = warnings_of(family, params, t.arena, &legal);
        resolve_for(&t, params, &t.before);
        band_for(&t, params, t.ends);
        effect = any_differs(&t);
    }
    lw_arena_free(t.arena);
    return effect;
}
