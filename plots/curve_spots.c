// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_spots.h"

#include <stdio.h>
#include <string.h>

#define SPOT 14.0  // of a side: a finger's tip is larger, a mouse needs no more

typedef char words[LW_TICK_TEXT + 16];

static void x_words(const lw_curves *l, double x, words out) {
    const lw_chart_data *data = l->chart->data;
    char number[LW_TICK_TEXT];
    if (lw_is_loaded(l)) {
        lw_rate_digits(x, out);
    } else if (data->x_dimension == LW_BYTES) {
        lw_tick_size(x, out);
    } else {
        lw_number_short(x, 3, number);
        (void)snprintf(out, sizeof(words), "%s%s%s", number, data->x_unit[0] != '\0' ? " " : "", data->x_unit);
    }
}

static void y_words(const lw_curves *l, double y, words out) {
    char number[LW_TICK_TEXT];
    if (lw_is_time(l)) {
        lw_seconds_digits(y, out);
    } else if (lw_is_margin(l)) {
        lw_number_short(y, 3, number);
        (void)snprintf(out, sizeof(words), "%s dB", number);
    } else {
        lw_rate_digits(y, out);
    }
}

void lw_spots_draw(const lw_curves *l, const lw_curve *curve, const char *name) {
    for (size_t i = 0; i < curve->count; i++) {
        const lw_sample *sample = &curve->point[i];
        const lw_xy at = lw_on_page(l, sample->at);
        words x, y, low, high;
        x_words(l, sample->at.x, x);
        y_words(l, sample->at.y, y);
        y_words(l, sample->low, low);
        y_words(l, sample->high, high);
        const bool banded = strcmp(low, y) != 0 || strcmp(high, y) != 0;
        const char *band = !banded           ? ""
                           : lw_is_loaded(l) ? lw_arena_print(l->canvas->arena, " (median %s, 99 %% %s)", low, high)
                                             : lw_arena_print(l->canvas->arena, " (%s to %s)", low, high);
        const char *text = band != NULL ? lw_arena_print(l->canvas->arena, "%s, %s: %s%s", name, x, y, band) : NULL;
        if (text == NULL) {
            l->canvas->draw->status = LW_NO_MEMORY;
            return;
        }
        lw_draw_spot(l->canvas->draw, (lw_rect){at.x - SPOT / 2, at.y - SPOT / 2, SPOT, SPOT}, text);
    }
}
