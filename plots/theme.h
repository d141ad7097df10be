// SPDX-License-Identifier: GPL-3.0-or-later
// Colours and type sizes. Charts name roles; a theme says what a role looks like. One link family
// keeps one hue in every chart.
#ifndef LW_THEME_H
#define LW_THEME_H

#include <stdint.h>

#include "sim/base/hue.h"

// Shades of one hue: three for lines of the same hue (contrast to the background at least 3), one
// for text (at least 4.5) and a pale one for fills that need no contrast of their own; and steps for
// lines that a number orders: little to much, away from the background (the first at least 3).
enum { LW_LINE_SHADES = 3, LW_STEPS = 7 };
typedef enum lw_shade {
    LW_SHADE_FIRST,
    LW_SHADE_SECOND,
    LW_SHADE_THIRD,
    LW_SHADE_TEXT,
    LW_SHADE_TINT,
    LW_SHADE_STEP,
    LW_SHADE_STEP_LAST = LW_SHADE_STEP + LW_STEPS - 1,
    LW_SHADES
} lw_shade;

enum { LW_RAMP_STEPS = 7 };

// A role is one of these or lw_role_of(hue, shade).
typedef enum lw_role {
    LW_ROLE_NONE,  // do not paint
    LW_ROLE_BACKGROUND,
    LW_ROLE_INK,    // titles, labels
    LW_ROLE_MUTED,  // subtitles, foot, tick labels; still readable text
    LW_ROLE_AXIS,   // axis lines, ticks, leaders
    LW_ROLE_GRID,
    LW_ROLE_LOSS_1,  // what is lost at successive stages, from the wire to the endpoint
    LW_ROLE_LOSS_2,
    LW_ROLE_LOSS_3,
    LW_ROLE_LOSS_4,
    LW_ROLE_LOSS_5,
    LW_ROLE_LOSS_6,
    LW_ROLE_LOSS_7,
    LW_ROLE_LOSS_8,
    LW_ROLE_RAMP,  // first of LW_RAMP_STEPS: little to much, away from the background
    LW_ROLE_RAMP_LAST = LW_ROLE_RAMP + LW_RAMP_STEPS - 1,
    LW_ROLE_HUES,  // first of those by hue
    LW_ROLE_COUNT = LW_ROLE_HUES + LW_HUES * LW_SHADES
} lw_role;

static inline lw_role lw_role_of(lw_hue hue, lw_shade shade) {
    return (lw_role)(LW_ROLE_HUES + (int)hue * LW_SHADES + (int)shade);
}

// 0xRRGGBB of every role; [LW_ROLE_NONE] means nothing.
typedef struct lw_theme {
    const char *name;
    uint32_t colour[LW_ROLE_COUNT];
} lw_theme;

// kind: lw_theme_kind of plots/plots.h. Static, read-only.
const lw_theme *lw_theme_of(int kind);

// Text beside a line, in the shade of the line where that is readable (a contrast of 4.5). The
// first shade is that of text or nearly so.
lw_role lw_role_for_text(const lw_theme *theme, lw_hue hue, lw_shade shade);

// "ink", "grid", "blue-first", ...: the class of a role in SVG and in text dumps. Writes into
// buffer (LW_ROLE_NAME bytes) and returns it.
enum { LW_ROLE_NAME = 24 };
const char *lw_role_name(lw_role role, char *buffer);

// Contrast of two 0xRRGGBB colours, 1..21 (WCAG 2.1, "contrast ratio" and "relative luminance").
double lw_contrast(uint32_t a, uint32_t b);

// Type sizes in user units.
#define LW_SIZE_TITLE 18.0
#define LW_SIZE_LABEL 13.0
#define LW_SIZE_TICK 12.0
#define LW_SIZE_SMALL 11.0
#define LW_SIZE_FOOT 10.0
#define LW_LINE_HEIGHT 1.25  // times the size

#endif
