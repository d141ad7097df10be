// SPDX-License-Identifier: GPL-3.0-or-later
// Hues that charts can tell apart. A link family brings one, so that it keeps its colour in every
// chart; what a hue looks like is the theme's (plots/theme.c). Families of one kind share a hue.
#ifndef LW_HUE_H
#define LW_HUE_H

typedef enum lw_hue {
    LW_HUE_GREY,  // no link, links of several families, or a family that brings none
    LW_HUE_BLUE,
    LW_HUE_TEAL,
    LW_HUE_VERMILLION,
    LW_HUE_BROWN,
    LW_HUE_VIOLET,
    LW_HUE_GREEN,
    LW_HUE_PINK,
    LW_HUE_AMBER,
    LW_HUE_CRIMSON,
    LW_HUE_NAVY,
    LW_HUE_OLIVE,
    LW_HUES
} lw_hue;

#endif
