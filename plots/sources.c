// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/sources.h"

#include <stdint.h>
#include <string.h>

lw_table_set lw_table_set_of(const lw_measured_series *measured) {
    return measured->modelled ? LW_SET_MODEL : measured->validate_only ? LW_SET_VALIDATION : LW_SET_CALIBRATION;
}

// Does a mark say which line it belongs to, in a foot that has no colours?
static bool is_only_mark(const lw_chart_data *data, const lw_curve *dots) {
    for (size_t i = 0; i < data->panel_count; i++) {
        const lw_panel *panel = &data->panel[i];
        for (size_t k = 0; k < panel->measured_count; k++) {
            if (panel->measured[k].series != dots->series && panel->measured[k].shape == dots->shape) {
                return false;
            }
        }
    }
    return dots->series != SIZE_MAX && (dots->measured->modelled || dots->shape == data->series[dots->series].shape);
}

// "\u25CF RTX 4090 (A. Author: title, date)": where the mark says which link, the label's first part,
// which says it too, is left out.
static const char *source_of(const lw_chart_data *data, lw_arena *arena, const lw_curve *dots) {
    static const char *const marks[LW_SHAPES] = {"\u25CF", "\u25A0", "\u25C6", "\u25B2", "\u25BC", "\u2715"};
    const lw_measured_series *measured = dots->measured;
    const char *source = measured->provenance != NULL ? measured->provenance : measured->table;
    const char *what = measured->label != NULL ? measured->label : measured->table;
    const char *comma = is_only_mark(data, dots) ? strstr(what, ", ") : NULL;
    return lw_arena_print(arena, "%s %s (%s)", marks[dots->shape], comma != NULL ? comma + 2 : what, source);
}

const char *lw_sources_note(const lw_chart_data *data, lw_arena *arena) {
    static const char *const heads[LW_SETS] = {
        "Measured, open to fitting: ", "Measured, never fitted: ", "A model of others, not measured: "};
    const char *note = "";
    for (int which = 0; which < LW_SETS && note != NULL; which++) {
        const char *text = "";
        for (size_t i = 0; i < data->panel_count && text != NULL; i++) {
            for (size_t k = 0; k < data->panel[i].measured_count && text != NULL; k++) {
                const lw_curve *dots = &data->panel[i].measured[k];
                const char *source = source_of(data, arena, dots);
                if (source != NULL && lw_table_set_of(dots->measured) == (lw_table_set)which && strstr(text, source) == NULL) {
                    text = lw_arena_print(arena, "%s%s%s", text, text[0] == '\0' ? heads[which] : "; ", source);
                }
            }
        }
        bool adds = text != NULL && text[0] != '\0';
        note = text == NULL ? NULL : adds ? lw_arena_print(arena, "%s%s%s", note, note[0] == '\0' ? "" : ". ", text) : note;
    }
    return note;
}
