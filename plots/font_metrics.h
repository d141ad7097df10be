// SPDX-License-Identifier: GPL-3.0-or-later
// How wide a text is. Layout asks a metrics object, so that tests can lay out without any font.
#ifndef LW_FONT_METRICS_H
#define LW_FONT_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/status.h"

typedef struct lw_font_metrics {
    double (*width)(void *user, const char *utf8, double size, bool bold);  // in user units
    void *user;
    const char *family;  // font family; static or as long as the object
} lw_font_metrics;

typedef struct lw_face {
    const lw_font_metrics *metrics;
    double size;
    bool bold;
} lw_face;

// The family that pictures are made for, and what fontconfig would give for it. The toy API of
// cairo replaces a missing family in silence, so the caller asks first. Returns true when the
// wanted family exists; else *found is what comes in its place (in the arena).
extern const char lw_font_family[];
bool lw_font_exists(lw_arena *arena, const char **found);

// Metrics by cairo. Close what was opened. LW_NO_MEMORY when cairo has none, LW_IO when cairo cannot
// be loaded.
lw_status lw_font_metrics_open(lw_font_metrics *metrics) LW_CHECKED;
// The same, for a chart at that place: what is missing is diagnosed.
lw_status lw_font_metrics_find(lw_place place, lw_arena *arena, lw_diags *diags, lw_font_metrics *metrics) LW_CHECKED;
void lw_font_metrics_close(lw_font_metrics *metrics);

// Every character is 0.6 of the size wide (0.64 when bold): for tests and where no font is at hand.
lw_font_metrics lw_font_metrics_fixed(void);

double lw_text_width(const lw_font_metrics *metrics, const char *utf8, double size, bool bold);

// The longest beginning of text that fits into width, with an ellipsis when it was cut. NULL when
// out of memory.
char *lw_text_fit(const lw_font_metrics *metrics, lw_arena *arena, const char *utf8, double size, bool bold,
                  double width) LW_CHECKED;

// Break text at spaces into at most max lines of at most width; the last one is cut with an
// ellipsis. Returns the number of lines, 0 when out of memory or for an empty text.
size_t lw_text_wrap(const lw_face *face, lw_arena *arena, const char *utf8, double width, const char **lines, size_t max);

#endif
