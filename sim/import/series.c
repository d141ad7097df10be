// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/series.h"

#include <math.h>

lw_series *lw_import_series(lw_import *file, lw_act act, int device, int peer) {
    lw_series *series = LW_LIST_ADD(&file->series, lw_series, file->arena);
    if (series != NULL) {
        *series = (lw_series){.act = act, .device = device, .peer = peer};
    }
    return series;
}

static lw_status add_point(lw_import *file, const char *unit, double bytes, double context, double value, lw_place place) {
    enum { BITS = 53 };  // of a double: larger sizes would be rounded
    lw_series *series = &LW_LIST_ITEMS(&file->series, lw_series)[file->series.count - 1];
    if (!(bytes >= 1 && bytes <= ldexp(1, BITS)) || floor(bytes) < bytes) {
        return lw_error(file->diags, place, NULL, "a size of %.15g %s is no whole number from 1 to 2^53", bytes, unit);
    }
    if (!(value > 0) || !isfinite(value)) {
        return lw_error(file->diags, place, "what was not measured is left out of the file", "a rate or a time must be above 0");
    }
    if (file->series.count > LW_SERIES_MAX || series->seen.count == LW_SEEN_MAX) {
        return lw_error(file->diags, place, "split the file", "more than %d series, or more than %d sizes of one", LW_SERIES_MAX,
                        LW_SEEN_MAX);
    }
    const lw_seen *seen = LW_LIST_ITEMS(&series->seen, const lw_seen);
    for (size_t i = 0; i < series->seen.count; i++) {
        if (seen[i].bytes == (int64_t)bytes && seen[i].context == (int64_t)context) {
            return lw_error(file->diags, place, "keep one run a file", "%lld %s are here again; they were in line %d",
                            (long long)bytes, unit, seen[i].place.line);
        }
    }
    lw_seen *slot = LW_LIST_ADD(&series->seen, lw_seen, file->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = (lw_seen){(int64_t)bytes, (int64_t)context, value, place};
    file->points++;
    return LW_OK;
}

lw_status lw_import_point(lw_import *file, double bytes, double value, lw_place place) {
    return add_point(file, "bytes", bytes, 0, value, place);
}

lw_status lw_import_tokens(lw_import *file, double tokens, double context, double per_s, lw_place place) {
    return add_point(file, "tokens", tokens, context, per_s, place);
}

lw_status lw_import_card(lw_import *file, size_t number, const char *name) {
    while (file->cards.count <= number) {
        if (LW_LIST_ADD(&file->cards, const char *, file->arena) == NULL) {
            return LW_NO_MEMORY;
        }
    }
    const char *copy = lw_arena_copy(file->arena, name);
    LW_LIST_ITEMS(&file->cards, const char *)[number] = copy;
    return copy == NULL ? LW_NO_MEMORY : LW_OK;
}

const char *lw_import_card_name(const lw_import *file, int number) {
    return number >= 0 && (size_t)number < file->cards.count ? LW_LIST_ITEMS(&file->cards, const char *)[number] : NULL;
}
