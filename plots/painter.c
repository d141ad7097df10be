// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the painter: the one that is linked, else that of the module LW_PAINTER_FILE beside the program,
// or where its prefix has modules. Nothing is kept: a module that is loaded is found in microseconds.
#include "plots/painter.h"

#include <dlfcn.h>

static const lw_painter *find_painter(int flags) {
    if (&lw_cairo_painter != NULL) {
        return &lw_cairo_painter;
    }
    void *module = dlopen("$ORIGIN/" LW_PAINTER_FILE, RTLD_NOW | flags);
    module = module != NULL ? module : dlopen("$ORIGIN/" LW_MODULES "/" LW_PAINTER_FILE, RTLD_NOW | flags);
    return module != NULL ? dlsym(module, "lw_cairo_painter") : NULL;
}

static const lw_painter *painter(void) {
    return find_painter(RTLD_LOCAL);
}

bool lw_font_exists(lw_arena *arena, const char **found) {
    *found = "no font at all";
    return painter() != NULL && painter()->font_exists(arena, found);
}

lw_status lw_font_metrics_open(lw_font_metrics *metrics) {
    return painter() != NULL ? painter()->metrics_open(metrics) : LW_IO;
}

void lw_font_metrics_close(lw_font_metrics *metrics) {
    if (metrics->user != NULL) {
        painter()->metrics_close(metrics);
    }
}

lw_status lw_font_metrics_find(lw_place place, lw_arena *arena, lw_diags *diags, lw_font_metrics *metrics) {
    const char *found;
    if (painter() == NULL) {
        const char *why = dlerror();
        (void)lw_error(diags, place, "install " LW_PAINTER_FILE " together with the program", "no charts: %s",
                       why != NULL ? why : LW_PAINTER_FILE " holds something else");
        return LW_IO;
    }
    if (!lw_font_exists(arena, &found)) {
        lw_note(diags, place, "install fonts-dejavu-core", "the font %s is missing, %s comes in its place", lw_font_family,
                found);
    }
    return lw_font_metrics_open(metrics);
}

lw_status lw_picture_png(const lw_picture *picture, int scale, lw_text *out, lw_diags *diags) {
    return painter() != NULL ? painter()->png(picture, scale, out, diags) : LW_IO;
}

lw_status lw_picture_pdf(const lw_picture *picture, lw_text *out, lw_diags *diags) {
    return painter() != NULL ? painter()->pdf(picture, out, diags) : LW_IO;
}

void lw_plots_close(void) {
    const lw_painter *loaded = find_painter(RTLD_NOLOAD);
    if (loaded != NULL) {
        loaded->close();
    }
}
