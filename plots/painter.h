// SPDX-License-Identifier: GPL-3.0-or-later
// What measures and paints text and pixels, as a table: cairo with its fonts. A program that is not
// linked with it loads it when a chart is first wanted (painter.c), for cairo and the libraries that
// come with it take longer to load than a small scenario to run.
#ifndef LW_PAINTER_H
#define LW_PAINTER_H

#include "plots/font_metrics.h"
#include "plots/plots.h"

// Of a picture: 256 MiB while it is painted.
enum { LW_PIXELS_MOST = 1 << 26 };

// As the functions of font_metrics.h and plots.h that call them.
typedef struct lw_painter {
    bool (*font_exists)(lw_arena *arena, const char **found);
    lw_status (*metrics_open)(lw_font_metrics *metrics);
    void (*metrics_close)(lw_font_metrics *metrics);
    lw_status (*png)(const lw_picture *picture, int scale, lw_text *out, lw_diags *diags);
    lw_status (*pdf)(const lw_picture *picture, lw_text *out, lw_diags *diags);
    void (*close)(void);
} lw_painter;

// draw_cairo.c; at no address where that is not linked.
extern const lw_painter lw_cairo_painter __attribute__((weak, visibility("default")));

#endif
