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
// Steps for what a number orders keep the hue of the first shade (in Oklab; B. Ottosson, "A
// perceptual color space for image processing", 2020), and their contrast to the background grows
// from 3.1 to 13.5 by equal ratios, so that neighbours differ alike.
#define STEP(name, at) [LW_ROLE_HUES + LW_HUE_##name * LW_SHADES + LW_SHADE_STEP + (at)]
#define STEPS(name, a, b, c, d, e, f, g) \
    STEP(name, 0) = (a), STEP(name, 1) = (b), STEP(name, 2) = (c), STEP(name, 3) = (d), STEP(name, 4) = (e), \
    STEP(name, 5) = (f), STEP(name, 6) = (g)
#define STEPS_ON_WHITE \
    STEPS(BLUE, 0x3D98DB, 0x2685C7, 0x0473B4, 0x02629A, 0x015282, 0x00426A, 0x003150), \
    STEPS(TEAL, 0x529E9E, 0x3F8B8B, 0x2A7979, 0x126869, 0x015858, 0x004647, 0x003435), \
    STEPS(VERMILLION, 0xE86F24, 0xD15D05, 0xB65003, 0x9D4301, 0x843700, 0x6B2C00, 0x521F00), \
    STEPS(BROWN, 0xB9876E, 0xA5755C, 0x92644B, 0x81533C, 0x6F442C, 0x5E341D, 0x4C230C), \
    STEPS(VIOLET, 0x9D7CFF, 0x8F60FE, 0x7F4CEC, 0x7037D9, 0x6120C6, 0x5201AF, 0x3E0087), \
    STEPS(GREEN, 0x37A47B, 0x1B9169, 0x027E59, 0x036B4B, 0x025A3F, 0x014831, 0x003624), \
    STEPS(PINK, 0xD571A7, 0xC15E94, 0xAD4C83, 0x9A3B72, 0x882961, 0x751650, 0x5E013F), \
    STEPS(AMBER, 0xC4861C, 0xAE7401, 0x976403, 0x815501, 0x6D4600, 0x583801, 0x422900), \
    STEPS(CRIMSON, 0xF1636D, 0xDB4F5B, 0xC63C4A, 0xB2273A, 0x9E092A, 0x830020, 0x640016), \
    STEPS(NAVY, 0x758DE8, 0x637AD3, 0x5369BF, 0x4458AD, 0x36479B, 0x283688, 0x1B2474), \
    STEPS(OLIVE, 0x8A9A34, 0x78871C, 0x677501, 0x586401, 0x495301, 0x3A4300, 0x2B3100), \
    STEPS(GREY, 0x929292, 0x7F7F7F, 0x6E6E6E, 0x5E5E5E, 0x4E4E4E, 0x3E3E3E, 0x2E2E2E)

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
            [LW_ROLE_LOSS_7] = 0x4E8098,
            [LW_ROLE_LOSS_8] = 0x8E7CA6,
            RAMP_ON_WHITE,
            HUES_ON_WHITE,
            STEPS_ON_WHITE
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
            [LW_ROLE_LOSS_7] = 0x7FB2C8,
            [LW_ROLE_LOSS_8] = 0xA894C4,
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
            STEPS(BLUE, 0x01709E, 0x1681B4, 0x3194C7, 0x49A8DC, 0x60BEF3, 0x8CD4FF, 0xC6E9FF),
            STEPS(TEAL, 0x147474, 0x2D8686, 0x429898, 0x57ACAC, 0x6EC2C1, 0x85D9D8, 0x9EF3F2),
            STEPS(VERMILLION, 0xAB4D00, 0xC55A03, 0xDA6D24, 0xF1803D, 0xFF9B62, 0xFFBC98, 0xFFDDCC),
            STEPS(BROWN, 0x895F47, 0x9B7057, 0xAD8269, 0xC2967C, 0xD8AB90, 0xF0C1A6, 0xFFDECB),
            STEPS(VIOLET, 0x744BDD, 0x835EF1, 0x9374FF, 0xA48EFF, 0xB6A9FF, 0xCCC4FF, 0xE4E1FF),
            STEPS(GREEN, 0x027759, 0x018A68, 0x049F78, 0x06B488, 0x37CA9D, 0x56E2B4, 0x74FCCD),
            STEPS(PINK, 0x9B4E7F, 0xAE5F90, 0xC271A3, 0xD884B7, 0xEF99CD, 0xFFB5E0, 0xFFDAEF),
            STEPS(AMBER, 0x8C6002, 0xA36F01, 0xBA8000, 0xD49207, 0xEEA619, 0xFFC059, 0xFFE0B3),
            STEPS(CRIMSON, 0xCB1A4E, 0xE0355E, 0xF64C6F, 0xFF7087, 0xFF96A2, 0xFFB9BF, 0xFFDCDE),
            STEPS(NAVY, 0x5564AC, 0x6475BF, 0x7687D3, 0x889BE8, 0x9DB0FF, 0xBAC9FF, 0xDCE3FF),
            STEPS(OLIVE, 0x686E02, 0x787F04, 0x8A9205, 0x9DA611, 0xB2BC36, 0xC8D351, 0xE2ED6D),
            STEPS(GREY, 0x686868, 0x797979, 0x8B8B8B, 0x9F9F9F, 0xB4B4B4, 0xCBCBCB, 0xE4E4E4),
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
            [LW_ROLE_LOSS_7] = 0x4E8098,
            [LW_ROLE_LOSS_8] = 0x8E7CA6,
            RAMP_ON_WHITE,
            HUES_ON_WHITE,
            STEPS_ON_WHITE
        },
    },
};
// clang-format on

const lw_theme *lw_theme_of(int kind) {
    return &themes[kind >= 0 && kind < LW_THEME_KINDS ? kind : LW_THEME_LIGHT];
}

const char *lw_role_name(lw_role role, char *buffer) {
    static const char *const core[LW_ROLE_HUES] = {"none",   "background", "ink",    "muted",  "axis",   "grid",   "loss-1",
                                                   "loss-2", "loss-3",     "loss-4", "loss-5", "loss-6", "loss-7", "loss-8",
                                                   "ramp-1", "ramp-2",     "ramp-3", "ramp-4", "ramp-5", "ramp-6", "ramp-7"};
    static const char *const hues[LW_HUES] = {"grey",  "blue", "teal",  "vermillion", "brown", "violet",
                                              "green", "pink", "amber", "crimson",    "navy",  "olive"};
    static const char *const shades[LW_SHADES] = {"first",  "second", "third",  "text",   "tint",   "step-1",
                                                  "step-2", "step-3", "step-4", "step-5", "step-6", "step-7"};
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
