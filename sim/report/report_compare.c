// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/report_compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/json.h"
#include "sim/base/version.h"
#include "sim/base/wrap.h"
#include "sim/report/grid.h"
#include "sim/result/metric_table.h"

enum { DIGITS = 3, TIME_DIGITS = 4, SHOWN_MOST = 40, WHYS_MOST = 12 };

// One contest, with the names of both.
typedef struct telling {
    const lw_comparison *all;
    const lw_contest *contest;
    const char *name[2];
    lw_arena *arena;
} telling;

// ---- Words ----

static const char *quantity(lw_arena *arena, double value, lw_dimension dimension, int digits) {
    char rounded[LW_QUANTITY_TEXT], text[LW_QUANTITY_TEXT];
    (void)snprintf(rounded, sizeof rounded, "%.*e", digits - 1, value);
    return lw_arena_copy(arena, lw_quantity_print(strtod(rounded, NULL), dimension, text));
}

// By what they are compared: a name with its unit, and of one of them the value.
static const char *metric_of(const lw_match *match) {
    return match->speed == LW_SPEED_RATE      ? "bandwidth_GBps"
           : match->speed == LW_SPEED_LATENCY ? "mean_latency_us"
           : match->speed == LW_SPEED_ASKED   ? match->row[0]->asked->name
                                              : "time_us";
}

static double value_of(const lw_match *match, int who) {
    const lw_workload_result *row = match->row[who];
    double value = (double)NAN;
    if (lw_limit_failure(&row->limit) != NULL) {
        return value;
    }
    const lw_metric *metric =
        match->speed == LW_SPEED_ASKED ? row->asked : lw_metric_find(metric_of(match), LW_OF_WORKLOAD, row->own);
    return metric != NULL && lw_metric_of_workload(metric, row, &value) ? value : (double)NAN;
}

static const char *value_text(const telling *t, const lw_match *match, int who) {
    const double value = value_of(match, who);
    if (isnan(value)) {
        return "-";
    }
    if (match->speed == LW_SPEED_RATE) {
        return quantity(t->arena, value * 1e9, LW_RATE, DIGITS);
    }
    const lw_metric *asked = match->speed == LW_SPEED_ASKED ? match->row[who]->asked : NULL;
    if (asked != NULL && asked->dimension != LW_TIME) {
        const char *number = quantity(t->arena, value, LW_PLAIN, DIGITS);
        return number != NULL ? lw_arena_print(t->arena, "%s %s", number, asked->title) : NULL;
    }
    return quantity(t->arena, value * (asked != NULL ? asked->unit : 1e6), LW_TIME, TIME_DIGITS);
}

static const char *times_text(lw_arena *arena, double ratio) {
    return isinf(ratio) ? "any" : isnan(ratio) ? "-" : quantity(arena, ratio, LW_PLAIN, DIGITS);
}

// ---- The answer ----

// The match of an order that is furthest from equal, or nearest; NULL: there is none.
static const lw_match *extreme(const lw_contest *contest, lw_order order, bool far) {
    const lw_match *found = NULL;
    for (size_t i = 0; i < contest->count; i++) {
        const lw_match *m = &contest->match[i];
        if (lw_match_order(m) == order) {
            const bool further = found == NULL || fabs(log(m->ratio)) > fabs(log(found->ratio));
            found = found == NULL || further == far ? m : found;
        }
    }
    return found;
}

static size_t count_of(const lw_contest *contest, lw_order order) {
    size_t count = 0;
    for (size_t i = 0; i < contest->count; i++) {
        count += lw_match_order(&contest->match[i]) == order;
    }
    return count;
}

static void add_where(const lw_match *m, lw_text *out) {
    lw_text_print(out, "%s%s", m->where[0] != '\0' ? " at " : "", m->where);
}

// 99.5 %, which is not all, and 0.5 %, which is not none.
static int share_digits(double share) {
    return (share >= 0.99 && share < 1) || (share > 0 && share <= 0.01) ? 1 : 0;
}

static void add_share(const lw_match *m, double share, lw_text *out) {
    if (share >= 1) {
        lw_text_print(out, ", in all of %lld draws", (long long)m->draws);
    } else {
        lw_text_print(out, ", in %.*f %% of %lld draws", share_digits(share), share * 100, (long long)m->draws);
    }
}

// "2.42 times at h2d, 1 GiB, in all of 200 draws"
static void add_lead(const telling *t, const lw_match *m, int who, lw_text *out) {
    const double ratio = who == 0 ? m->ratio : 1 / m->ratio;
    const char *times = times_text(t->arena, ratio);
    if (isinf(ratio)) {
        lw_text_print(out, "%s cannot work", t->name[1 - who]);
    } else {
        lw_text_print(out, "%s times", times != NULL ? times : "");
    }
    out->failed = out->failed || times == NULL;
    add_where(m, out);
    add_share(m, who == 0 ? m->faster : m->slower, out);
}

static void add_winner(const telling *t, int who, lw_text *out) {
    const lw_order order = who == 0 ? LW_ORDER_FIRST : LW_ORDER_OTHER;
    const lw_match *most = extreme(t->contest, order, true), *least = extreme(t->contest, order, false);
    if (most != NULL) {
        lw_text_print(out, "%s%s is faster than %s: ", out->length > 0 ? " " : "", t->name[who], t->name[1 - who]);
        add_lead(t, most, who, out);
        if (fabs(log(most->ratio / least->ratio)) >= 0.005) {  // else three digits say the same
            lw_text_add(out, "; ");
            add_lead(t, least, who, out);
        }
        lw_text_add(out, ".");
    }
}

static void add_unsure(const telling *t, lw_text *out) {
    const size_t count = count_of(t->contest, LW_ORDER_UNSURE);
    const lw_match *m = extreme(t->contest, LW_ORDER_UNSURE, true);
    if (m == NULL) {
        return;
    }
    lw_text_print(out, "%sNo order can be told%s", out->length > 0 ? " " : "",
                  count == t->contest->count ? ""
                  : count > 1                ? " elsewhere"
                                             : "");
    if (count == t->contest->count) {
        lw_text_print(out, " between %s and %s", t->name[0], t->name[1]);
    }
    const int who = m->faster >= m->slower ? 0 : 1;
    const char *times = times_text(t->arena, who == 0 ? m->ratio : 1 / m->ratio);
    lw_text_print(out, count > 1 ? ": at most %s is %s times as fast" : ": %s is %s times as fast", t->name[who],
                  times != NULL ? times : "");
    add_where(m, out);
    add_share(m, who == 0 ? m->faster : m->slower, out);
    lw_text_add(out, ".");
}

static void add_equal(const telling *t, lw_text *out) {
    const size_t count = count_of(t->contest, LW_ORDER_EQUAL);
    const lw_match *m = extreme(t->contest, LW_ORDER_EQUAL, false);
    if (m == NULL) {
        return;
    }
    if (isnan(m->ratio)) {
        lw_text_print(out, "%sNeither %s nor %s can work", out->length > 0 ? " " : "", t->name[0], t->name[1]);
    } else {
        lw_text_print(out, "%s%s and %s are equally fast", out->length > 0 ? " " : "", t->name[0], t->name[1]);
    }
    if (count < t->contest->count || count == 1) {
        add_where(m, out);
    }
    if (count > 1 && count < t->contest->count) {
        lw_text_print(out, " and %zu more", count - 1);
    }
    lw_text_add(out, ".");
}

static void add_answer(const telling *t, lw_text *out) {
    lw_text answer = {0};
    const bool first = count_of(t->contest, LW_ORDER_FIRST) >= count_of(t->contest, LW_ORDER_OTHER);
    add_winner(t, first ? 0 : 1, &answer);
    add_winner(t, first ? 1 : 0, &answer);
    add_unsure(t, &answer);
    add_equal(t, &answer);
    lw_text_add(out, answer.bytes != NULL ? answer.bytes : "");
    out->failed = out->failed || answer.failed;
    lw_text_free(&answer);
}

// ---- How fast ----

static lw_status add_table(const telling *t, int width, lw_text *out) {
    lw_grid *grid = lw_grid_new(t->arena, "lrrrrrr");
    LW_GRID_ADD(grid, "at", t->name[0], t->name[1], "times", "5 %", "95 %");
    lw_grid_print(grid, "%s faster", t->name[0]);
    const size_t shown = t->contest->count < SHOWN_MOST ? t->contest->count : SHOWN_MOST;
    for (size_t i = 0; i < shown; i++) {
        const lw_match *m = &t->contest->match[i];
        LW_GRID_ADD(grid, m->where, value_text(t, m, 0), value_text(t, m, 1), times_text(t->arena, m->ratio),
                    times_text(t->arena, m->low), times_text(t->arena, m->high));
        if (lw_match_order(m) == LW_ORDER_EQUAL) {
            lw_grid_add(grid, "equal");
        } else {
            lw_grid_print(grid, "%.*f %%%s", share_digits(m->faster), m->faster * 100,
                          lw_match_order(m) == LW_ORDER_UNSURE ? " ?" : "");
        }
    }
    LW_TRY(lw_grid_write(grid, 2, width, out));
    if (shown < t->contest->count) {
        lw_text_print(out, "  and %zu more: --format csv has all.\n", t->contest->count - shown);
    }
    return LW_OK;
}

// ---- Why ----

static int64_t longer_of(const lw_match *m) {
    int64_t all = 0;
    for (int k = 0; k < LW_PATH_KINDS; k++) {
        all += m->longer_ps[k];
    }
    return all;
}

// "oculink-2-x4 takes 23.9 us less: 22.1 us link, 1.8 us latency"; NULL when out of memory
static const char *difference_of(const telling *t, const lw_match *m) {
    enum { PARTS_MOST = 3 };
    const int64_t all = longer_of(m), sign = all < 0 ? -1 : 1;
    bool told[LW_PATH_KINDS] = {false};
    if (all == 0) {
        return "they take equally long";
    }
    const char *size = quantity(t->arena, (double)(all * sign), LW_TIME, DIGITS);
    const char *text = size == NULL ? NULL : lw_arena_print(t->arena, "%s takes %s longer:", t->name[all > 0 ? 0 : 1], size);
    for (int n = 0; n < PARTS_MOST && text != NULL; n++) {
        int most = -1;
        for (int k = 0; k < LW_PATH_KINDS; k++) {
            most = !told[k] && (most < 0 || llabs(m->longer_ps[k]) > llabs(m->longer_ps[most])) ? k : most;
        }
        told[most] = true;
        if (n > 0 && llabs(m->longer_ps[most]) * 100 < all * sign) {
            break;  // a percent of it
        }
        const char *part = quantity(t->arena, (double)(m->longer_ps[most] * sign), LW_TIME, DIGITS);
        text =
            part == NULL ? NULL : lw_arena_print(t->arena, "%s%s %s %s", text, n > 0 ? "," : "", part, lw_critical_words[most]);
    }
    return text;
}

static lw_status add_whys(const telling *t, int width, lw_text *out) {
    lw_grid *grid = lw_grid_new(t->arena, "llrl");
    LW_GRID_ADD(grid, "at", "", "share", "limited by, and what the difference goes to");
    const size_t shown = t->contest->count < WHYS_MOST ? t->contest->count : WHYS_MOST;
    for (size_t i = 0; i < shown; i++) {
        const lw_match *m = &t->contest->match[i];
        for (int who = 0; who < 2; who++) {
            LW_GRID_ADD(grid, who == 0 ? m->where : "", t->name[who]);
            lw_grid_print(grid, "%.0f %%", 100 * m->row[who]->limit.share);
            lw_grid_add(grid, lw_limit_text(&m->row[who]->limit, t->arena));
        }
        if (m->has_path) {
            LW_GRID_ADD(grid, "", "", "", difference_of(t, m));
        }
    }
    lw_text_add(out, "\n");
    LW_TRY(lw_grid_write(grid, 2, width, out));
    if (shown < t->contest->count) {
        lw_text_print(out, "  and %zu more: --format csv has all.\n", t->contest->count - shown);
    }
    return LW_OK;
}

static telling telling_of(const lw_comparison *all, size_t contest, lw_arena *arena) {
    const lw_contest *one = &all->contest[contest];
    return (telling){all, one, {all->contender[0].name, all->contender[one->other].name}, arena};
}

static lw_status write_table(const lw_comparison *all, int width, lw_arena *arena, lw_text *out) {
    for (size_t i = 0; i < all->count; i++) {
        lw_text_print(out, "%s%s", i == 0 ? "" : i + 1 < all->count ? ", " : " or ", all->contender[i].name);
    }
    lw_text_print(out, "?  (lanewise %s, %lld draws, seed %llu)\n", lw_version, (long long)all->draws,
                  (unsigned long long)all->seed);
    if (all->question[0] != '\0') {
        lw_text_print(out, "Copies of pinned memory, nothing else: %s.\n", all->question);
    }
    for (size_t i = 0; i + 1 < all->count; i++) {
        const telling t = telling_of(all, i, arena);
        lw_text_add(out, "\n");
        lw_text answer = {0};
        add_answer(&t, &answer);
        lw_text_add(&answer, "\n\n");
        lw_text_wrap_lines(out, answer.bytes != NULL ? answer.bytes : "", width > 0 ? (size_t)width : SIZE_MAX);
        out->failed = out->failed || answer.failed;
        lw_text_free(&answer);
        LW_TRY(add_table(&t, width, out));
        LW_TRY(add_whys(&t, width, out));
    }
    lw_text_add(out, "\ntimes: how many times as fast the first is; 5 % and 95 %: percentiles of that over the draws of what\n"
                     "presets and links say is uncertain, where what both share is drawn alike; ?: no order can be told.\n"
                     "How wrong the model may be is another matter: lanewise validate. The difference is of critical paths.\n");
    return LW_OK;
}

// ---- For programs ----

static void write_sets(const lw_match *m, lw_text *out) {
    lw_json_open(out, "set", "{");
    for (size_t i = 0; i < m->point[0]->set_count; i++) {
        const lw_set_value *set = &m->point[0]->set[i];
        if (set->is_flag) {
            lw_json_flag(out, set->path, set->text[0] == 't');
        } else if (set->is_number) {
            lw_json_number(out, set->path, set->number);
        } else {
            lw_json_string(out, set->path, set->text);
        }
    }
    lw_text_add(out, "}");
}

static const char *order_word(const lw_match *m) {
    static const char *const words[] = {"first", "other", "equal", "unsure"};
    return words[lw_match_order(m)];
}

static void write_match(const telling *t, const lw_match *m, lw_text *out) {
    lw_json_item(out);
    lw_text_add(out, "{");
    lw_json_string(out, "workload", m->row[0]->name);
    lw_json_string(out, "at", m->where);
    write_sets(m, out);
    lw_json_string(out, "metric", metric_of(m));
    lw_json_number(out, "first_value", value_of(m, 0));
    lw_json_number(out, "other_value", value_of(m, 1));
    lw_json_number(out, "times_as_fast", m->ratio);
    lw_json_number(out, "times_low", m->low);
    lw_json_number(out, "times_high", m->high);
    lw_json_integer(out, "draws", m->draws);
    lw_json_number(out, "faster_share", m->faster);
    lw_json_number(out, "equal_share", m->equal);
    lw_json_number(out, "slower_share", m->slower);
    lw_json_string(out, "order", order_word(m));
    for (int who = 0; who < 2; who++) {
        lw_json_string(out, who == 0 ? "first_limited_by" : "other_limited_by", lw_limit_text(&m->row[who]->limit, t->arena));
    }
    lw_json_open(out, "first_takes_longer_us", "{");
    for (int k = 0; m->has_path && k < LW_PATH_KINDS; k++) {
        if (m->longer_ps[k] != 0) {
            lw_json_number(out, lw_critical_words[k], (double)m->longer_ps[k] / 1e6);
        }
    }
    lw_text_add(out, "}}");
}

static void write_json(const lw_comparison *all, lw_arena *arena, lw_text *out) {
    lw_text_add(out, "{");
    lw_json_string(out, "schema", "lanewise-compare/1");
    lw_json_string(out, "version", lw_version);
    lw_json_integer(out, "draws", all->draws);
    lw_json_integer(out, "seed", (int64_t)all->seed);
    lw_json_string(out, "question", all->question);
    lw_json_open(out, "comparisons", "[");
    for (size_t i = 0; i + 1 < all->count; i++) {
        const telling t = telling_of(all, i, arena);
        lw_text answer = {0};
        add_answer(&t, &answer);
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "first", t.name[0]);
        lw_json_string(out, "other", t.name[1]);
        lw_json_string(out, "answer", answer.bytes != NULL ? answer.bytes : "");
        out->failed = out->failed || answer.failed;
        lw_text_free(&answer);
        lw_json_integer(out, "first_alone", (int64_t)t.contest->alone[0]);
        lw_json_integer(out, "other_alone", (int64_t)t.contest->alone[1]);
        lw_json_open(out, "matches", "[");
        for (size_t k = 0; k < t.contest->count; k++) {
            write_match(&t, &t.contest->match[k], out);
        }
        lw_text_add(out, "]}");
    }
    lw_text_add(out, "]}\n");
}

static void write_fields(const char *const *field, size_t count, bool first, lw_text *out) {
    for (size_t f = 0; f < count; f++) {
        lw_text_add(out, first && f == 0 ? "" : ",");
        lw_text_csv_field(out, field[f] != NULL ? field[f] : "");
        out->failed = out->failed || field[f] == NULL;
    }
}

// What is no number is an empty field.
static void write_row(const telling *t, const lw_match *m, lw_text *out) {
    const char *const head[] = {t->name[0], t->name[1], m->row[0]->name, m->where, metric_of(m)};
    const double number[] = {value_of(m, 0),   value_of(m, 1), m->ratio, m->low,   m->high,
                             (double)m->draws, m->faster,      m->equal, m->slower};
    const char *const tail[] = {order_word(m), lw_limit_text(&m->row[0]->limit, t->arena),
                                lw_limit_text(&m->row[1]->limit, t->arena), m->has_path ? difference_of(t, m) : ""};
    write_fields(head, sizeof head / sizeof head[0], true, out);
    for (size_t n = 0; n < sizeof number / sizeof number[0]; n++) {
        lw_text_add(out, ",");
        if (isfinite(number[n])) {
            lw_text_number(out, number[n]);
        }
    }
    write_fields(tail, sizeof tail / sizeof tail[0], false, out);
    lw_text_add(out, "\n");
}

static void write_csv(const lw_comparison *all, lw_arena *arena, lw_text *out) {
    lw_text_add(out,
                "first,other,workload,at,metric,first_value,other_value,times_as_fast,times_low,times_high,draws,faster_share,"
                "equal_share,slower_share,order,first_limited_by,other_limited_by,first_takes_longer\n");
    for (size_t i = 0; i + 1 < all->count; i++) {
        const telling t = telling_of(all, i, arena);
        for (size_t k = 0; k < t.contest->count; k++) {
            write_row(&t, &t.contest->match[k], out);
        }
    }
}

lw_status lw_report_compare(const lw_comparison *comparison, lw_report_format format, int width, lw_arena *arena, lw_text *out) {
    switch (format) {
    case LW_FORMAT_TABLE:
        return write_table(comparison, width, arena, out);
    case LW_FORMAT_JSON:
        write_json(comparison, arena, out);
        return LW_OK;
    default:
        write_csv(comparison, arena, out);
        return LW_OK;
    }
}
