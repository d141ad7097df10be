// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/theme.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "plots/plots.h"

const char *const lw_theme_words[] = {"light", "dark", "print", NULL};

// Blue, vermillion, green and pink are those of Okabe and Ito ("Color Universal Design", 2008),
// darkened or lightened until they keep a contrast of 3 on the background of their theme. Violet
// was picked as the hue that stays furthest from blue and vermillion for normal, protanopic,
// deuteranopic and tritanopic eyes (CIELAB distance after the matrices of Machado, Oliveira and
// Fernandes, IEEE TVCG 15(6), 2009), since PCIe, OCuLink and USB4 meet in every chart about
// external GPUs. Crimson, navy and olive were picked alike, away from green and blue. More hues
// than these nobody can tell apart: families of one kind share one, and their names stand beside
// the marks.
#define HUE(name, first, second, third, text, tint)                                                                      \
    [LW_ROLE_HUES + LW_HUE_##name * LW_SHADES + LW_SHADE_FIRST] = (first),                                               \
                                                [LW_ROLE_HUES + LW_HUE_##name * LW_SHADES + LW_SHADE_SECOND] = (second), \
                                                [LW_ROLE_HUES + LW_HUE_##name * LW_SHADES + LW_SHADE_THIRD] = (third),   \
                                                [LW_ROLE_HUES + LW_HUE_##name * LW_SHADES + LW_SHADE_TEXT] = (text),     \
                                                [LW_ROLE_HUES + LW_HUE_##name * LW_SHADES + LW_SHADE_TINT] = (tint)

// clang-format off
#define RAMP(a, b, c, d, e, f, g) \
    [LW_ROLE_RAMP] = (a), [LW_ROLE_RAMP + 1] = (b), [LW_ROLE_RAMP + 2] = (c), [LW_ROLE_RAMP + 3] = (d), \
    [LW_ROLE_RAMP + 4] = (e), [LW_ROLE_RAMP + 5] = (f), [LW_ROLE_RAMP + 6] = (g)
// One hue from pale to dark, which every eye and every copier keeps in order.
#define RAMP_ON_WHITE RAMP(0xE6F0F7, 0xC5DCEC, 0x98C3DF, 0x63A4CC, 0x3383B5, 0x125F93, 0x0B3F66)
#define HUES_ON_WHITE \
    HUE(BLUE, 0x0072B2, 0x0D4666, 0x4799C8, 0x0072B2, 0xB8D8E9), \
    HUE(TEAL, 0x227373, 0x1E4646, 0x629C9C, 0x227373, 0xC1D8D8), \
    HUE(VERMILLION, 0xD55E00, 0x783C0D, 0xDC7829, 0xBF5603, 0xF3D2B8), \
    HUE(BROWN, 0x8C5E46, 0x533C30, 0xAC8B7A, 0x8C5E46, 0xDFD2CB), \
    HUE(VIOLET, 0x7A45E6, 0x4A3080, 0xA27DEE, 0x7A45E6, 0xDACBF8), \
    HUE(GREEN, 0x00875F, 0x0D503C, 0x3BA384, 0x01855E, 0xB8DDD2), \
    HUE(PINK, 0xB8568C, 0x693853, 0xC779A4, 0xB25487, 0xEBD0DF), \
    HUE(AMBER, 0xB87A00, 0x694A0D, 0x423214, 0x9C6905, 0xEBDAB8), \
    HUE(CRIMSON, 0xA3122E, 0x5E1422, 0xD0566B, 0xA3122E, 0xEBC0C8), \
    HUE(NAVY, 0x2B3A8C, 0x1B2350, 0x6A78C8, 0x2B3A8C, 0xC3C9E6), \
    HUE(OLIVE, 0x6B7A00, 0x3E4608, 0x8D9733, 0x6B7A00, 0xDDE1B8), \
    HUE(GREY, 0x6B6B6B, 0x424242, 0x919191, 0x6B6B6B, 0xD6D6D6)

static const lw_theme themes[LW_THEME_KINDS] = {
    [LW_THEME_LIGHT] = {
        .name = "light",
        .colour = {
            [LW_ROLE_BACKGROUND] = 0xFFFFFF,
            [LW_ROLE_INK] = 0x1A1A1A,
            [LW_ROLE_MUTED] = 0x5A5A5A,
            [LW_ROLE_AXIS] = 0x808080,
            [LW_ROLE_GRID] = 0xE3E3E3,
            [LW_ROLE_LOSS_1] = 0x3C3C3C,
            [LW_ROLE_LOSS_2] = 0x6E6E6E,
            [LW_ROLE_LOSS_3] = 0x919191,
            [LW_ROLE_LOSS_4] = 0x8A6D3B,
            [LW_ROLE_LOSS_5] = 0xC0392B,
            [LW_ROLE_LOSS_6] = 0xB8860B,
            [LW_ROLE_LOSS_7] = 0x8E7CA6,
            RAMP_ON_WHITE,
            HUES_ON_WHITE
        },
    },
    [LW_THEME_DARK] = {
        .name = "dark",
        .colour = {
            [LW_ROLE_BACKGROUND] = 0x1B1B1B,
            [LW_ROLE_INK] = 0xF0F0F0,
            [LW_ROLE_MUTED] = 0xB4B4B4,
            [LW_ROLE_AXIS] = 0x8A8A8A,
            [LW_ROLE_GRID] = 0x343434,
            [LW_ROLE_LOSS_1] = 0xD8D8D8,
            [LW_ROLE_LOSS_2] = 0xA8A8A8,
            [LW_ROLE_LOSS_3] = 0x7A7A7A,
            [LW_ROLE_LOSS_4] = 0xC2A06A,
            [LW_ROLE_LOSS_5] = 0xE8695B,
            [LW_ROLE_LOSS_6] = 0xE0B030,
            [LW_ROLE_LOSS_7] = 0xA894C4,
            RAMP(0x223643, 0x25506A, 0x2A6C91, 0x3C8ABA, 0x5FAAD8, 0x92C8E8, 0xCBE5F4),
            HUE(BLUE, 0x56B4E9, 0xA3D2EC, 0x3B6F8C, 0x56B4E9, 0x2C4655),
            HUE(TEAL, 0x5FB3B3, 0xA8D2D2, 0x427272, 0x5FB3B3, 0x2E4646),
            HUE(VERMILLION, 0xF0803C, 0xF0B896, 0x9B582F, 0xF0803C, 0x573724),
            HUE(BROWN, 0xC79A80, 0xDCC5B8, 0x7D6355, 0xC79A80, 0x4B3F37),
            HUE(VIOLET, 0x8F6BFF, 0xC0AEF8, 0x7156C4, 0x8F6BFF, 0x3B315B),
            HUE(GREEN, 0x2FC498, 0x90DAC4, 0x267860, 0x2FC498, 0x214A3E),
            HUE(PINK, 0xE08CBF, 0xE8BED8, 0x895A77, 0xE08CBF, 0x523B49),
            HUE(AMBER, 0xE69F00, 0xEBC878, 0x8B640C, 0xE69F00, 0x544013),
            HUE(CRIMSON, 0xFF5577, 0xFFB3C1, 0xC4425C, 0xFF5577, 0x5A2A35),
            HUE(NAVY, 0x9DB0FF, 0xCFD8FF, 0x5D6CB0, 0x9DB0FF, 0x33395A),
            HUE(OLIVE, 0xC2CC4A, 0xE0E6A6, 0x7A8130, 0xC2CC4A, 0x43471F),
            HUE(GREY, 0xA8A8A8, 0xCCCCCC, 0x696969, 0xA8A8A8, 0x424242),
        },
    },
    // On paper: black ink, and a grid that survives a coarse screen.
    [LW_THEME_PRINT] = {
        .name = "print",
        .colour = {
            [LW_ROLE_BACKGROUND] = 0xFFFFFF,
            [LW_ROLE_INK] = 0x000000,
            [LW_ROLE_MUTED] = 0x404040,
            [LW_ROLE_AXIS] = 0x606060,
            [LW_ROLE_GRID] = 0xDADADA,
            [LW_ROLE_LOSS_1] = 0x3C3C3C,
            [LW_ROLE_LOSS_2] = 0x6E6E6E,
            [LW_ROLE_LOSS_3] = 0x919191,
            [LW_ROLE_LOSS_4] = 0x8A6D3B,
            [LW_ROLE_LOSS_5] = 0xC0392B,
            [LW_ROLE_LOSS_6] = 0xB8860B,
            [LW_ROLE_LOSS_7] = 0x8E7CA6,
            RAMP_ON_WHITE,
            HUES_ON_WHITE
        },
    },
};
// clang-format on

const lw_theme *lw_theme_of(int kind) {
    return &themes[kind >= 0 && kind < LW_THEME_KINDS ? kind : LW_THEME_LIGHT];
}

const char *lw_role_name(lw_role role, char *buffer) {
    static const char *const core[LW_ROLE_HUES] = {"none",   "background", "ink",    "muted",  "axis",   "grid",   "loss-1",
                                                   "loss-2", "loss-3",     "loss-4", "loss-5", "loss-6", "loss-7", "ramp-1",
                                                   "ramp-2", "ramp-3",     "ramp-4", "ramp-5", "ramp-6", "ramp-7"};
    static const char *const hues[LW_HUES] = {"grey",  "blue", "teal",  "vermillion", "brown", "violet",
                                              "green", "pink", "amber", "crimson",    "navy",  "olive"};
    static const char *const shades[LW_SHADES] = {"first", "second", "third", "text", "tint"};
    int index = (int)role;
    if (index < LW_ROLE_HUES) {
        snprintf(buffer, LW_ROLE_NAME, "%s", core[index]);
    } else {
        index -= LW_ROLE_HUES;
        snprintf(buffer, LW_ROLE_NAME, "%s-%s", hues[index / LW_SHADES], shades[index % LW_SHADES]);
    }
    return buffer;
}

static double relative_luminance(uint32_t colour) {
    static const double weight[3] = {0.2126, 0.7152, 0.0722};
    double sum = 0.0;
    for (int i = 0; i < 3; i++) {
        double part = (double)(colour >> (16 - 8 * i) & 0xFF) / 255.0;
        sum += weight[i] * (part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double lw_contrast(uint32_t a, uint32_t b) {
    double of_a = relative_luminance(a);
    double of_b = relative_luminance(b);
    return (fmax(of_a, of_b) + 0.05) / (fmin(of_a, of_b) + 0.05);
}

lw_role lw_role_for_text(const lw_theme *theme, lw_hue hue, lw_shade shade) {
    static const double readable = 4.5;
    const lw_role own = lw_role_of(hue, shade);
    const bool serves = shade != LW_SHADE_FIRST && lw_contrast(theme->colour[own], theme->colour[LW_ROLE_BACKGROUND]) >= readable;
    return serves ? own : lw_role_of(hue, LW_SHADE_TEXT);
}
