// SPDX-License-Identifier: GPL-3.0-or-later
// The overhead waterfall: from the raw rate of each link to what was achieved. Bars on one scale,
// and beside them the same losses as numbers, so that also a loss too thin to see can be read.
// Links too far apart for one scale have bars of one length instead: shares of their own raw rate.
#include <math.h>
#include <stdio.h>

#include "plots/chart.h"

#define ROW_HEIGHT 42.0
#define BAR_HEIGHT 20.0
#define GROUP_HEIGHT 30.0
#define HEAD_HEIGHT 46.0
#define FRAME_HEIGHT 160.0  // title, hardware, subtitle of two lines, foot of two
#define CELL_WIDTH 66.0
#define CELL_WIDE 84.0  // for powers of ten
#define BARS_LEAST 160.0
#define COLUMN_GAP 18.0
#define HATCH_STEP 6.0
// times the slowest link: on one scale the losses in its bar would be too thin to read
#define ONE_SCALE_MOST 4.0
#define SHOWN_LEAST 0.0005  // of the raw rate: what prints as 0.1 % or more

// Stages after RAW; each has a swatch and perhaps a column.
typedef struct table {
    bool shown[LW_STAGE_COUNT];
    size_t columns;  // of losses
    bool rest;       // a last column sums the stages that did not fit
} table;

typedef struct bars {
    const lw_chart *chart;
    const lw_canvas *canvas;
    table table;
    lw_scale scale;
    double name_left, name_width, table_left, cell_width;
    bool shares;  // bars are shares of the raw rate
    lw_box plot;
} bars;

static bool usable(const lw_curve *curve) {
    if (curve->stage == NULL) {
        return false;
    }
    for (int i = 0; i < LW_STAGE_COUNT; i++) {
        double rate = curve->stage->rate_GBps[i];
        if (!isfinite(rate) || rate < 0.0 || rate > LW_CHART_MOST) {
            return false;
        }
    }
    return curve->stage->rate_GBps[LW_STAGE_RAW] >= LW_CHART_LEAST;
}

// The same for all numbers of a row, so that they add up: 128.0, 64.00, 8.00, 0.2200. -1: too small
// for that, two or three digits each.
static int decimals_of(double raw_GBps) {
    const double magnitude = floor(log10(raw_GBps));
    const int decimals = (int)fmax(0.0, 3.0 - magnitude);
    return magnitude < -2.0 || magnitude > 5.0 ? -1 : magnitude < 0.0 ? 4 : decimals < 2 ? decimals : 2;
}

static double loss(const lw_stage_result *stage, int index) {
    return fmax(0.0, stage->rate_GBps[index - 1] - stage->rate_GBps[index]);
}

static double achieved(const lw_stage_result *stage) {
    return stage->rate_GBps[LW_STAGE_COUNT - 1];
}

// Largest share of the raw rate that a stage takes in any row.
static double largest_share(const lw_chart_data *data, int index) {
    double share = 0.0;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            const lw_curve *curve = &data->panel[i].curve[k];
            if (usable(curve)) {
                share = fmax(share, loss(curve->stage, index) / curve->stage->rate_GBps[LW_STAGE_RAW]);
            }
        }
    }
    return share;
}

static size_t count_rows(const lw_chart_data *data) {
    size_t rows = 0;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            rows += usable(&data->panel[i].curve[k]) ? 1 : 0;
        }
    }
    return rows;
}

void lw_waterfall_size(const lw_chart *chart, double *width, double *height) {
    *width = 1200.0;
    *height = FRAME_HEIGHT + HEAD_HEIGHT + LW_AXES_BELOW + GROUP_HEIGHT * (double)chart->data->panel_count +
              ROW_HEIGHT * (double)count_rows(chart->data);
    *height = fmax(*height, 320.0);
}

// Stages that take anything get a column; when there is no room for all, the smallest are summed in
// one.
static lw_status choose_columns(bars *b, double room) {
    double share[LW_STAGE_COUNT] = {0.0};
    for (int i = LW_STAGE_LINE_CODE; i < LW_STAGE_COUNT; i++) {
        share[i] = largest_share(b->chart->data, i);
        b->table.shown[i] = share[i] >= SHOWN_LEAST;
        b->table.columns += b->table.shown[i] ? 1 : 0;
    }
    // Two more columns: raw and achieved.
    while (b->table.columns > 0 && (double)(b->table.columns + 2 + (b->table.rest ? 1 : 0)) * b->cell_width > room - BARS_LEAST) {
        int least = 0;
        for (int i = LW_STAGE_LINE_CODE; i < LW_STAGE_COUNT; i++) {
            least = b->table.shown[i] && (least == 0 || share[i] < share[least]) ? i : least;
        }
        b->table.shown[least] = false;
        b->table.columns--;
        b->table.rest = true;
    }
    size_t columns = b->table.columns + 2 + (b->table.rest ? 1 : 0);
    if ((double)columns * b->cell_width > room - BARS_LEAST) {
        return lw_error(b->chart->diags, b->chart->request->place, "give it more width:, or leave it out",
                        "the chart of %.0f x %.0f is too small for what it shows", b->canvas->width, b->canvas->height);
    }
    b->table_left = b->canvas->width - 24.0 - (double)columns * b->cell_width;
    return LW_OK;
}

#define OTHERS_ROLE LW_ROLE_GRID  // with an outline, as the only one

static lw_role loss_role(const bars *b, int stage) {
    return b->table.rest && !b->table.shown[stage] ? OTHERS_ROLE : (lw_role)(LW_ROLE_LOSS_1 + stage - LW_STAGE_LINE_CODE);
}

// ---- Drawing ----

// A rate and, where share is not negative, its share of the raw rate below.
typedef struct cell {
    double rate;
    int decimals;  // -1: as many as the number wants
    double share;  // of the raw rate, below it; negative: none
    bool bold;
} cell;

static void draw_cell(const bars *b, size_t column, double y, cell c) {
    const double rate = c.rate;
    double right = b->table_left + (double)(column + 1) * b->cell_width;
    char number[LW_TICK_TEXT];
    char text[LW_TICK_TEXT + 8];
    lw_font font =
        c.bold ? lw_font_bold(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_END) : lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_END);
    if (c.decimals >= 0) {
        lw_number_fixed(fabs(rate), c.decimals, number);
    } else {
        lw_number_digits(fabs(rate), rate < 0.0 ? 2 : 3, number);
    }
    snprintf(text, sizeof text, "%s%s", rate < 0.0 ? "\u2212" : "", number);
    lw_draw_text(b->canvas->draw, right, y - 2.0, font, text);
    if (c.share >= 0.0) {
        lw_number_fixed(c.share * 100.0, 1, number);
        snprintf(text, sizeof text, "%s %%", number);
        lw_draw_text(b->canvas->draw, right, y + LW_SIZE_SMALL, lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_END), text);
    }
}

static void draw_no_loss(const bars *b, size_t column, double y) {
    lw_draw_text(b->canvas->draw, b->table_left + (double)(column + 1) * b->cell_width, y + 4.0,
                 lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_END), "\u2013");
}

static void draw_numbers(const bars *b, const lw_stage_result *stage, double middle) {
    double raw = stage->rate_GBps[LW_STAGE_RAW];
    double rest = 0.0;
    size_t column = 0;
    // Bars on one scale have rates of one size: then whole columns have the same decimals.
    const int decimals = decimals_of(b->shares ? raw : b->scale.high);
    draw_cell(b, column++, middle, (cell){raw, decimals, -1.0, false});
    for (int i = LW_STAGE_LINE_CODE; i < LW_STAGE_COUNT; i++) {
        if (!b->table.shown[i]) {
            rest += loss(stage, i);
        } else if (loss(stage, i) < SHOWN_LEAST * raw) {
            draw_no_loss(b, column++, middle);
        } else {
            draw_cell(b, column++, middle, (cell){-loss(stage, i), decimals, loss(stage, i) / raw, false});
        }
    }
    if (b->table.rest && rest >= SHOWN_LEAST * raw) {
        draw_cell(b, column++, middle, (cell){-rest, decimals, rest / raw, false});
    } else if (b->table.rest) {
        draw_no_loss(b, column++, middle);
    }
    draw_cell(b, column, middle, (cell){achieved(stage), decimals, achieved(stage) / raw, true});
}

static void draw_swatch(lw_draw *draw, double x, double y, double width, double height, lw_role fill) {
    lw_stroke outline = {fill == OTHERS_ROLE ? LW_ROLE_AXIS : LW_ROLE_NONE, 0.75, LW_DASH_SOLID};
    lw_draw_rect(draw, (lw_rect){x, y, width, height}, fill, outline);
}

// What nobody can buy yet is hatched.
static bool is_hatched(const lw_series *series) {
    return series->evidence >= LW_ANNOUNCED;
}

static void draw_payload(lw_draw *draw, const lw_series *series, lw_box box) {
    lw_role role = lw_role_of(series->hue, series->shade);
    double width = box.right - box.left;
    double height = box.bottom - box.top;
    if (!is_hatched(series)) {
        lw_draw_rect(draw, (lw_rect){box.left, box.top, width, height}, role, (lw_stroke){0});
        return;
    }
    lw_draw_rect(draw, (lw_rect){box.left, box.top, width, height}, lw_role_of(series->hue, LW_SHADE_TINT), (lw_stroke){0});
    lw_draw_clip(draw, box.left, box.top, width, height);
    const int hatches = (int)ceil((width + height) / HATCH_STEP);
    for (int i = 0; i < hatches; i++) {
        const double x = box.left - height + i * HATCH_STEP;
        lw_draw_line(draw, x, box.bottom, x + height, box.top, (lw_stroke){role, 1.5, LW_DASH_SOLID});
    }
    lw_draw_unclip(draw);
    lw_draw_rect(draw, (lw_rect){box.left, box.top, width, height}, LW_ROLE_NONE, (lw_stroke){role, 1.0, LW_DASH_SOLID});
}

static bool has_whisker(const lw_curve *curve) {
    return usable(curve) && curve->most != NULL && curve->most->has_band && curve->most->low_GBps < curve->most->high_GBps;
}

// From the bad to the good end of what is uncertain, inside the bar's row.
static void draw_whisker(const bars *b, const lw_curve *curve, double unit, double middle) {
    const double half = BAR_HEIGHT / 4;
    const double left = lw_scale_at(&b->scale, fmax(curve->most->low_GBps * unit, 0.0));
    const double right = lw_scale_at(&b->scale, fmin(curve->most->high_GBps * unit, b->scale.high));
    const bool ends = curve->most->high_GBps * unit <= b->scale.high;  // else it goes on
    // it shows on every colour of the bar
    for (int halo = 1; halo >= 0; halo--) {
        const lw_stroke line = {halo ? LW_ROLE_BACKGROUND : LW_ROLE_INK, halo ? 4.0 : 1.5, LW_DASH_SOLID};
        lw_draw_line(b->canvas->draw, left, middle, right, middle, line);
        lw_draw_line(b->canvas->draw, left, middle - half, left, middle + half, line);
        if (ends) {
            lw_draw_line(b->canvas->draw, right, middle - half, right, middle + half, line);
        }
    }
}

// Over the whole width: what arrives, and how uncertain that is.
static void draw_spot(const bars *b, const lw_series *series, const lw_curve *curve, double top) {
    char rate[LW_TICK_TEXT], raw[LW_TICK_TEXT], low[LW_TICK_TEXT], high[LW_TICK_TEXT];
    lw_rate_digits(achieved(curve->stage), rate);
    lw_rate_digits(curve->stage->rate_GBps[LW_STAGE_RAW], raw);
    const char *band = "";
    if (has_whisker(curve)) {
        lw_rate_digits(curve->most->low_GBps, low);
        lw_rate_digits(curve->most->high_GBps, high);
        band = lw_arena_print(b->canvas->arena, " (%s to %s)", low, high);
    }
    const char *text =
        band != NULL ? lw_arena_print(b->canvas->arena, "%s: %s%s of %s raw", series->name, rate, band, raw) : NULL;
    if (text == NULL) {
        b->canvas->draw->status = LW_NO_MEMORY;
        return;
    }
    lw_draw_spot(b->canvas->draw, (lw_rect){b->plot.left, top, b->plot.right - b->plot.left, BAR_HEIGHT}, text);
}

static void draw_bar(const bars *b, const lw_series *series, const lw_curve *curve, double middle) {
    const lw_stage_result *stage = curve->stage;
    lw_draw *draw = b->canvas->draw;
    double top = middle - BAR_HEIGHT / 2;
    double unit = b->shares ? 100.0 / stage->rate_GBps[LW_STAGE_RAW] : 1.0;
    double left = lw_scale_at(&b->scale, 0.0);
    double right = lw_scale_at(&b->scale, achieved(stage) * unit);
    lw_draw_group(draw, NULL, "series", series->name);
    draw_payload(draw, series, (lw_box){left, top, right, top + BAR_HEIGHT});
    double rate = achieved(stage);
    for (int i = LW_STAGE_COUNT - 1; i >= LW_STAGE_LINE_CODE; i--) {
        double from = lw_scale_at(&b->scale, rate * unit);
        rate += loss(stage, i);
        double to = lw_scale_at(&b->scale, rate * unit);
        double gap = to - from > 3.0 ? 1.0 : 0.0;  // a hair of background between neighbours
        if (to - from > 0.05) {
            draw_swatch(draw, from + gap, top + 3.0, to - from - gap, BAR_HEIGHT - 6.0, loss_role(b, i));
        }
    }
    if (has_whisker(curve)) {
        draw_whisker(b, curve, unit, middle);
    }
    draw_spot(b, series, curve, top);
    lw_draw_ungroup(draw);
}

// Two words in two lines over a column, with a swatch.
static void draw_column_head(const bars *b, size_t column, double y, const char *first, const char *second, lw_role swatch) {
    double right = b->table_left + (double)(column + 1) * b->cell_width;
    lw_font font = lw_font_of(LW_SIZE_SMALL, LW_ROLE_INK, LW_ANCHOR_END);
    lw_draw_text(b->canvas->draw, right, y, font, first);
    lw_draw_text(b->canvas->draw, right, y + LW_SIZE_SMALL * LW_LINE_HEIGHT, font, second);
    if (swatch != LW_ROLE_NONE) {
        draw_swatch(b->canvas->draw, right - 24.0, y - 24.0, 24.0, 8.0, swatch);
    }
}

static void draw_heads(const bars *b, double y) {
    static const char *const words[LW_STAGE_COUNT][2] = {
        [LW_STAGE_LINE_CODE] = {"line", "code"}, [LW_STAGE_PERIODIC] = {"skips,", "reserved"},
        [LW_STAGE_FRAMING] = {"framing", ""},    [LW_STAGE_CONTROL] = {"control,", "residual"},
        [LW_STAGE_RETRY] = {"retry", ""},        [LW_STAGE_WINDOW] = {"window", ""},
        [LW_STAGE_SHARING] = {"sharing", ""},    [LW_STAGE_ENDPOINT] = {"endpoint", ""}};
    size_t column = 0;
    lw_draw_group(b->canvas->draw, "table-head", "table-head", NULL);
    draw_column_head(b, column++, y, "raw", "GB/s", LW_ROLE_NONE);
    for (int i = LW_STAGE_LINE_CODE; i < LW_STAGE_COUNT; i++) {
        if (b->table.shown[i]) {
            draw_column_head(b, column++, y, words[i][0], words[i][1], loss_role(b, i));
        }
    }
    if (b->table.rest) {
        draw_column_head(b, column++, y, "others", "", OTHERS_ROLE);
    }
    draw_column_head(b, column, y, "achieved", "GB/s", LW_ROLE_NONE);
    lw_draw_ungroup(b->canvas->draw);
}

// What held the work up besides its link: small print under its name. *out: NULL where nothing did.
static lw_status note_of(const bars *b, const lw_stage_result *stage, const char **out) {
    *out = NULL;
    if (stage->waits == NULL && stage->shared == NULL) {
        return LW_OK;
    }
    *out = stage->waits != NULL ? lw_arena_print(b->canvas->arena, "waits for %s", stage->waits)
                                : lw_arena_print(b->canvas->arena, "shared with %s", stage->shared);
    return *out != NULL ? LW_OK : LW_NO_MEMORY;
}

static lw_status draw_row(const bars *b, const lw_curve *curve, double middle) {
    const lw_series *series = &curve->look;
    const char *name = lw_series_name_fit(b->canvas, series, LW_SIZE_LABEL, true, b->name_width);
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_text(b->canvas->draw, b->name_left, middle + LW_SIZE_LABEL * 0.36,
                 lw_font_bold(LW_SIZE_LABEL, lw_role_for_text(lw_theme_of(b->chart->request->theme), series->hue, series->shade),
                              LW_ANCHOR_START),
                 name);
    const char *note;
    LW_TRY(note_of(b, curve->stage, &note));
    if (note != NULL) {
        note = lw_text_fit(b->canvas->metrics, b->canvas->arena, note, LW_SIZE_SMALL, false, b->name_width);
        if (note == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_text(b->canvas->draw, b->name_left, middle + LW_SIZE_LABEL * 0.36 + LW_SIZE_SMALL * LW_LINE_HEIGHT,
                     lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_START), note);
    }
    draw_bar(b, series, curve, middle);
    draw_numbers(b, curve->stage, middle);
    return LW_OK;
}

static const char *subtitle_of(const bars *b) {
    const char *own = b->chart->request->subtitle;
    if (own != NULL && own[0] != '\0') {
        return own;
    }
    const lw_panel *panel = &b->chart->data->panel[0];
    const lw_curve *curve = &panel->curve[0];
    char size[LW_TICK_TEXT];
    lw_tick_size(curve->point[curve->count - 1].at.x, size);
    bool hatched = false;
    for (size_t i = 0; i < b->chart->data->series_count; i++) {
        hatched = hatched || is_hatched(&b->chart->data->series[i]);
    }
    bool banded = false, shared = false;
    for (size_t i = 0; i < b->chart->data->panel_count; i++) {
        for (size_t k = 0; k < b->chart->data->panel[i].curve_count; k++) {
            const lw_curve *bar = &b->chart->data->panel[i].curve[k];
            banded = banded || has_whisker(bar);
            shared = shared ||
                     (usable(bar) && loss(bar->stage, LW_STAGE_SHARING) >= SHOWN_LEAST * bar->stage->rate_GBps[LW_STAGE_RAW]);
        }
    }
    const char *what = lw_arena_print(
        b->canvas->arena,
        "A bar is the raw rate of a link's slowest part%s. Coloured: what arrives as payload; the rest is lost on the route%s%s%s",
        b->shares ? ", each on a scale of its own" : "", shared ? " or carries other work" : "",
        hatched ? ". Hatched: announced or speculative" : "", banded ? ". Whiskers: how uncertain that is" : "");
    bool sized = what != NULL && b->chart->data->x_dimension == LW_BYTES;
    return sized ? lw_arena_print(b->canvas->arena, "Transfers of %s. %s", size, what) : what;
}

// Names, and which scale the bars have.
static double measure_rows(bars *b) {
    const lw_chart_data *data = b->chart->data;
    double highest = 0.0;
    double lowest = LW_CHART_MOST;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            const lw_curve *curve = &data->panel[i].curve[k];
            if (usable(curve)) {
                double width = lw_text_width(b->canvas->metrics, curve->look.name, LW_SIZE_LABEL, true);
                b->name_width = fmax(b->name_width, width);
                const char *note;
                if (note_of(b, curve->stage, &note) == LW_OK && note != NULL) {
                    b->name_width = fmax(b->name_width, lw_text_width(b->canvas->metrics, note, LW_SIZE_SMALL, false));
                }
                highest = fmax(highest, curve->stage->rate_GBps[LW_STAGE_RAW]);
                lowest = fmin(lowest, curve->stage->rate_GBps[LW_STAGE_RAW]);
            }
        }
    }
    b->shares = highest > ONE_SCALE_MOST * lowest;
    b->cell_width = decimals_of(highest) < 0 || (b->shares && decimals_of(lowest) < 0) ? CELL_WIDE : CELL_WIDTH;
    return highest;
}

static lw_status lay_out(bars *b, lw_box content, double highest) {
    const lw_chart_data *data = b->chart->data;
    b->name_left = content.left;
    b->name_width = fmin(b->name_width, 0.28 * b->canvas->width);
    double left = content.left + b->name_width + COLUMN_GAP;
    LW_TRY(choose_columns(b, content.right - left - COLUMN_GAP));
    b->plot = (lw_box){left, content.top + HEAD_HEIGHT, b->table_left - COLUMN_GAP, content.bottom - LW_AXES_BELOW};
    // ends the axis
    b->scale = (lw_scale){LW_SCALE_LINEAR, 0.0, b->shares ? 100.0 : highest, b->plot.left, b->plot.right};
    double wanted = GROUP_HEIGHT * (double)data->panel_count + ROW_HEIGHT * (double)count_rows(data);
    if (b->plot.bottom - b->plot.top < wanted) {
        return lw_error(b->chart->diags, b->chart->request->place, "give it more height:, or leave it out",
                        "the chart is too low for %zu rows", count_rows(data));
    }
    return LW_OK;
}

lw_status lw_waterfall_draw(const lw_chart *chart, const lw_canvas *canvas) {
    const lw_chart_data *data = chart->data;
    if (count_rows(data) == 0) {
        return lw_error(chart->diags, chart->request->place, "add a workload that goes over a link, such as a copy",
                        "there is nothing to draw: no workload crosses a link");
    }
    bars b = {.chart = chart, .canvas = canvas};
    double highest = measure_rows(&b);
    const char *subtitle = subtitle_of(&b);
    if (subtitle == NULL) {
        return LW_NO_MEMORY;
    }
    static const char foot[] =
        "Parts of a link: its wire, PCIe tunnelled in it. Reserved: for displays, by tunnel limits. Control: acknowledgements, credits, slow software. Residual: idle for no known reason.";
    lw_box content = lw_frame_draw(canvas, chart->title, subtitle, foot, chart->result);
    LW_TRY(lay_out(&b, content, highest));
    lw_x_axis_draw(canvas, &b.plot, &b.scale, lw_tick_plain, b.shares ? "Share of the raw rate (%)" : "Rate (GB/s)");
    draw_heads(&b, content.top + 33.0);
    double y = b.plot.top;
    for (size_t i = 0; i < data->panel_count; i++) {
        const lw_panel *panel = &data->panel[i];
        lw_draw_text(canvas->draw, content.left, y + GROUP_HEIGHT - 10.0,
                     lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START), panel->title);
        y += GROUP_HEIGHT;
        for (size_t k = 0; k < panel->curve_count; k++) {
            if (usable(&panel->curve[k])) {
                LW_TRY(draw_row(&b, &panel->curve[k], y + ROW_HEIGHT / 2));
                y += ROW_HEIGHT;
            }
        }
    }
    return LW_OK;
}
