// SPDX-License-Identifier: GPL-3.0-or-later
// Results as a table for people. A sweep over a number and one thing more becomes a matrix; all
// else one row a point and workload.
#include <math.h>
#include <string.h>

#include "sim/base/utf8.h"
#include "sim/base/wrap.h"
#include "sim/report/columns.h"
#include "sim/report/grid.h"
#include "sim/report/writers.h"
#include "sim/result/metric_table.h"

enum { DIGITS = 3, TIME_DIGITS = 4 };

// A sweep of exactly two paths, one of them a number, as sizes are: numbers go down, the other path
// across.
typedef struct matrix {
    size_t size_path, series_path;  // indices into point->set
    const lw_set_value **size;      // distinct values, in order of first appearance
    const lw_set_value **series;
    size_t size_count, series_count;
    const lw_point **cell;  // size_count x series_count, NULL where no point finished
} matrix;

static bool is_size(const lw_set_value *value) {
    return value->is_number && value->dimension == LW_BYTES;
}

// Which of two swept paths goes down: the one of numbers, of two of numbers the one of sizes; 2:
// neither.
static size_t down_path(const lw_point *point) {
    const lw_set_value *a = &point->set[0], *b = &point->set[1];
    bool numbers = a->is_number && b->is_number;
    if (numbers ? is_size(a) == is_size(b) : a->is_number == b->is_number) {
        return 2;
    }
    return numbers ? (is_size(a) ? 0 : 1) : (a->is_number ? 0 : 1);
}

static bool is_matrix(const lw_result *result) {
    if (result->point_count < 2 || result->point[0].set_count != 2) {
        return false;
    }
    const size_t down = down_path(&result->point[0]);
    for (size_t i = 0; i < result->point_count; i++) {
        if (down == 2 || !result->point[i].set[down].is_number) {
            return false;
        }
    }
    return true;
}

static bool same_value(const lw_set_value *a, const lw_set_value *b) {
    return a->is_number && b->is_number ? a->number == b->number : strcmp(a->text, b->text) == 0;
}

// The index of value in list, which grows by it when it is new. Sweeps are regular, so the search
// begins after the last find.
static size_t value_index(const lw_set_value **list, size_t *count, size_t *last, const lw_set_value *value) {
    for (size_t step = 0; step < *count; step++) {
        size_t i = (*last + step) % *count;
        if (same_value(list[i], value)) {
            return *last = i;
        }
    }
    list[*count] = value;
    return *last = (*count)++;
}

static lw_status fill_matrix(const lw_result *result, lw_arena *arena, matrix *out) {
    matrix m = {.size_path = down_path(&result->point[0])};
    m.series_path = 1 - m.size_path;
    m.size = LW_NEW_ARRAY(arena, const lw_set_value *, result->point_count);
    m.series = LW_NEW_ARRAY(arena, const lw_set_value *, result->point_count);
    size_t *row = LW_NEW_ARRAY(arena, size_t, result->point_count);
    size_t *column = LW_NEW_ARRAY(arena, size_t, result->point_count);
    if (m.size == NULL || m.series == NULL || row == NULL || column == NULL) {
        return LW_NO_MEMORY;
    }
    size_t last_row = 0;
    size_t last_column = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_set_value *set = result->point[p].set;
        row[p] = value_index(m.size, &m.size_count, &last_row, &set[m.size_path]);
        column[p] = value_index(m.series, &m.series_count, &last_column, &set[m.series_path]);
    }
    m.cell = lw_arena_alloc(arena, m.size_count * m.series_count, sizeof *m.cell);
    if (m.cell == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t p = 0; p < result->point_count; p++) {
        m.cell[row[p] * m.series_count + column[p]] = &result->point[p];
    }
    *out = m;
    return LW_OK;
}

static const lw_workload_result *cell_of(const matrix *m, size_t row, size_t column, const char *name, size_t guess) {
    const lw_point *point = m->cell[row * m->series_count + column];
    return point == NULL ? NULL : lw_point_workload(point, name, guess);
}

// A table has room for ranges that a reader should not miss; JSON, CSV and charts have them all.
static bool is_wide(const lw_workload_result *workload) {
    static const double wide = 1.1;
    return workload->has_band && workload->high_GBps > wide * workload->low_GBps;
}

// Ranges stand in the cells where all have one; in a mixed table they would drown the rest.
static bool shows_bands(const matrix *m, const char *name, size_t guess) {
    bool any = false;
    for (size_t i = 0; i < m->size_count * m->series_count; i++) {
        const lw_workload_result *workload = cell_of(m, i / m->series_count, i % m->series_count, name, guess);
        if (workload != NULL && !workload->has_band) {
            return false;
        }
        any = any || (workload != NULL && is_wide(workload));
    }
    return any;
}

// What a cell shows: bandwidth; a time where reads are timed one by one, or so little arrives that
// nobody would think of it as a rate.
typedef enum cell_shows { SHOWN_BANDWIDTH, SHOWN_TIME, SHOWN_LATENCY, SHOWN_READS, SHOWN_ASKED } cell_shows;

static cell_shows shown_of(const matrix *m, const char *name, size_t guess) {
    static const double tiny_GBps = 0.01;
    cell_shows what = SHOWN_TIME;
    for (size_t i = 0; i < m->size_count * m->series_count; i++) {
        const lw_workload_result *workload = cell_of(m, i / m->series_count, i % m->series_count, name, guess);
        if (workload != NULL && workload->each_ps.count > 0) {
            return workload->paced ? SHOWN_LATENCY : SHOWN_READS;
        }
        if (workload != NULL && workload->asked != NULL) {
            return SHOWN_ASKED;
        }
        bool failed = workload == NULL || lw_limit_failure(&workload->limit) != NULL;
        what = !failed && workload->bandwidth_GBps >= tiny_GBps ? SHOWN_BANDWIDTH : what;
    }
    return what;
}

static void add_value(lw_grid *grid, const lw_metric *metric, double value) {
    if (metric->dimension == LW_TIME) {
        lw_grid_time(grid, value * metric->unit / 1e6, TIME_DIGITS);
    } else {
        lw_grid_number(grid, value, DIGITS);
    }
}

static void add_cell(lw_grid *grid, const lw_workload_result *workload, cell_shows what, bool banded) {
    if (workload == NULL) {
        lw_grid_add(grid, "-");
    } else if (what == SHOWN_ASKED) {
        double value = 0;
        if (workload->asked != NULL && lw_metric_of_workload(workload->asked, workload, &value)) {
            add_value(grid, workload->asked, value);
        } else {
            lw_grid_add(grid, "-");
        }
    } else if (what == SHOWN_LATENCY || what == SHOWN_READS) {
        lw_grid_time(grid, workload->mean_latency_ps / 1e6, TIME_DIGITS);
    } else if (what == SHOWN_TIME && lw_limit_failure(&workload->limit) == NULL) {
        lw_grid_time(grid, workload->time_s * 1e6, TIME_DIGITS);
    } else if (banded) {
        lw_grid_range(grid, &workload->bandwidth_GBps, workload->low_GBps, workload->high_GBps, DIGITS);
    } else {
        lw_grid_rate(grid, workload->bandwidth_GBps, DIGITS);
    }
}

static void add_heads(const matrix *m, lw_grid *grid) {
    const char *last = strrchr(m->size[0]->path, '.');
    lw_grid_add(grid, is_size(m->size[0]) || last == NULL ? "size" : last + 1);
    for (size_t c = 0; c < m->series_count; c++) {
        lw_grid_add(grid, m->series[c]->text);
    }
}

// Of a table whose cells have no ranges the widest, so that none goes without a word.
static void write_widest(const matrix *m, const char *name, size_t guess, lw_text *out) {
    const lw_workload_result *widest = NULL;
    size_t at = 0;
    for (size_t i = 0; i < m->size_count * m->series_count; i++) {
        const lw_workload_result *cell = cell_of(m, i / m->series_count, i % m->series_count, name, guess);
        if (cell != NULL && is_wide(cell) &&
            (widest == NULL || cell->high_GBps * widest->low_GBps > widest->high_GBps * cell->low_GBps)) {
            widest = cell;
            at = i;
        }
    }
    if (widest != NULL) {
        lw_text_print(out, "  most uncertain: %.*g to %.*g at %s, %s\n", DIGITS, widest->low_GBps, DIGITS, widest->high_GBps,
                      m->size[at / m->series_count]->text, m->series[at % m->series_count]->text);
    }
}

// "upload, host->gpu, GB/s by links.egpu", then sizes or other numbers down and series across.
static lw_status write_block(const matrix *m, const char *name, size_t guess, int width, lw_arena *arena, lw_text *out) {
    static const char *const titles[] = {"GB/s", "time", "mean latency", "mean latency of a read", NULL};
    const cell_shows what = shown_of(m, name, guess);
    const char *direction = NULL, *title = titles[what];
    bool banded = what == SHOWN_BANDWIDTH && shows_bands(m, name, guess);
    lw_grid *grid = lw_grid_new(arena, lw_grid_all_right(arena, m->series_count + 1));
    add_heads(m, grid);
    for (size_t r = 0; r < m->size_count; r++) {
        lw_grid_add(grid, m->size[r]->text);
        for (size_t c = 0; c < m->series_count; c++) {
            const lw_workload_result *workload = cell_of(m, r, c, name, guess);
            direction = direction == NULL && workload != NULL ? workload->direction : direction;
            title = title == NULL && workload != NULL && workload->asked != NULL ? workload->asked->title : title;
            add_cell(grid, workload, what, banded);
        }
    }
    lw_text_print(out, "\n%s%s%s, %s by %s%s\n", name, direction == NULL ? "" : ", ", direction == NULL ? "" : direction, title,
                  m->series[0]->path, banded ? " (in brackets: what is uncertain)" : "");
    LW_TRY(lw_grid_write(grid, 2, width, out));
    if (what == SHOWN_BANDWIDTH && !banded) {
        write_widest(m, name, guess, out);
    }
    return LW_OK;
}

// Does some point take longer than each of its workloads? Then no row tells how long.
static bool hides_makespan(const lw_result *result) {
    bool hides = false;
    for (size_t p = 0; p < result->point_count; p++) {
        int64_t longest_ps = 0;
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            const lw_workload_result *workload = &result->point[p].workload[w];
            const int64_t time_ps = workload->end_ps - workload->start_ps;
            longest_ps = time_ps > longest_ps ? time_ps : longest_ps;
        }
        hides = hides || (longest_ps > 0 && result->point[p].end_ps > longest_ps);
    }
    return hides;
}

static lw_status write_makespans(const matrix *m, int width, lw_arena *arena, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, lw_grid_all_right(arena, m->series_count + 1));
    lw_text_print(out, "\nmakespan of all, by %s\n", m->series[0]->path);
    add_heads(m, grid);
    for (size_t r = 0; r < m->size_count; r++) {
        lw_grid_add(grid, m->size[r]->text);
        for (size_t c = 0; c < m->series_count; c++) {
            const lw_point *point = m->cell[r * m->series_count + c];
            if (point == NULL) {
                lw_grid_add(grid, "-");
            } else {
                lw_grid_time(grid, (double)point->end_ps / 1e6, TIME_DIGITS);
            }
        }
    }
    return lw_grid_write(grid, 2, width, out);
}

static size_t largest_size(const matrix *m) {
    size_t largest = 0;
    for (size_t r = 1; r < m->size_count; r++) {
        if (m->size[r]->number > m->size[largest]->number) {
            largest = r;
        }
    }
    return largest;
}

static lw_status add_limit(lw_grid *grid, const lw_workload_result *workload, lw_arena *arena) {
    const char *words = lw_limit_text(&workload->limit, arena);
    if (lw_limit_failure(&workload->limit) != NULL) {
        lw_grid_add(grid, "");
    } else {
        lw_grid_print(grid, "%.0f %%", 100 * workload->limit.share);
    }
    lw_grid_add(grid, words);
    return words == NULL ? LW_NO_MEMORY : LW_OK;
}

// Of the slowest link of a workload's route; of the whole point where it has none.
static lw_evidence evidence_of_link(const lw_point *point, const char *workload) {
    for (size_t s = 0; s < point->stage_count; s++) {
        if (strcmp(point->stage[s].workload, workload) == 0) {
            return point->stage[s].evidence;
        }
    }
    return point->evidence;
}

// What only some work has: paced, or uncertain.
typedef struct extras {
    bool band, wait, latency, each, method, signal, times;
} extras;

// The sum of many reads, one after the other, is no latency, and bounds no rate.
static bool sums_reads(const lw_workload_result *workload) {
    return workload->each_ps.count > 1 && !workload->paced;
}

static extras extras_of(const lw_result *result) {
    extras has = {0};
    for (size_t p = 0; p < result->point_count; p++) {
        has.times = has.times || result->point[p].workload_count == 0;
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            has.band = has.band || is_wide(&result->point[p].workload[w]);
            has.signal = has.signal || result->point[p].workload[w].signal.mode != NULL;
            has.wait = has.wait || result->point[p].workload[w].mean_wait_ps > 0;
            has.each = has.each || result->point[p].workload[w].each_ps.count > 1;
            has.method = has.method || result->point[p].workload[w].method != NULL;
            has.latency = has.latency || result->point[p].workload[w].mean_latency_ps > 0;
            has.times = has.times || !sums_reads(&result->point[p].workload[w]);
        }
    }
    return has;
}

// "2.38 to 3.31"; nothing where no band is known.
static void add_range(lw_grid *grid, const lw_workload_result *workload) {
    if (workload->has_band) {
        lw_grid_range(grid, NULL, workload->low_GBps, workload->high_GBps, DIGITS);
    } else {
        lw_grid_add(grid, "");
    }
}

// Over packets or reads; nothing for work whose packets are not watched one by one. What reads wait
// for, one after the other, is in their latency alone.
static void add_mean(lw_grid *grid, bool known, double mean_ps) {
    if (known) {
        lw_grid_time(grid, mean_ps / 1e6, TIME_DIGITS);
    } else {
        lw_grid_add(grid, "");
    }
}

static void add_signal_titles(lw_grid *grid) {
    LW_GRID_ADD(grid, "received, dBm", "noise, dBm", "SNR, dB", "margin, dB");
}

// The link budget of a radio; nothing where the route has none.
static void add_signal(lw_grid *grid, const lw_signal *signal) {
    const double dB[] = {signal->received_dBm, signal->noise_dBm, signal->snr_dB, lw_signal_margin_dB(signal)};
    for (size_t i = 0; i < sizeof dB / sizeof dB[0]; i++) {
        if (signal->mode != NULL) {
            lw_grid_print(grid, "%.1f", dB[i]);
        } else {
            lw_grid_add(grid, "");
        }
    }
}

static lw_status write_limits(const matrix *m, const lw_columns *columns, int width, bool band, lw_arena *arena, lw_text *out) {
    size_t row = largest_size(m);
    lw_text_print(out, "\nWhat limits them at %s\n", m->size[row]->text);
    lw_grid *grid = lw_grid_new(arena, band ? "llrlrl" : "lllrl");
    lw_grid_add(grid, m->series[0]->path);
    lw_grid_add(grid, "workload");
    if (band) {
        lw_grid_add(grid, "uncertain, GB/s");
    }
    LW_GRID_ADD(grid, "link's evidence", "share", "limited by");
    for (size_t c = 0; c < m->series_count; c++) {
        const lw_point *point = m->cell[row * m->series_count + c];
        for (size_t w = 0; point != NULL && w < columns->workload_count; w++) {
            const lw_workload_result *workload = lw_point_workload(point, columns->workload[w], w);
            if (workload != NULL) {
                lw_grid_add(grid, m->series[c]->text);
                lw_grid_add(grid, workload->name);
                if (band) {
                    add_range(grid, workload);
                }
                lw_grid_add(grid, lw_evidence_words[evidence_of_link(point, workload->name)]);
                LW_TRY(add_limit(grid, workload, arena));
            }
        }
    }
    return lw_grid_write(grid, 2, width, out);
}

// What the radios of a sweep receive at its largest size or distance; the rest of the budget is in
// CSV, JSON and charts.
static lw_status write_budget(const matrix *m, const lw_columns *columns, int width, lw_arena *arena, lw_text *out) {
    const size_t row = largest_size(m);
    lw_text_print(out, "\nLink budget at %s\n", m->size[row]->text);
    lw_grid *grid = lw_grid_new(arena, "llrrrr");
    LW_GRID_ADD(grid, m->series[0]->path, "workload");
    add_signal_titles(grid);
    for (size_t c = 0; c < m->series_count; c++) {
        for (size_t w = 0; w < columns->workload_count; w++) {
            const lw_workload_result *workload = cell_of(m, row, c, columns->workload[w], w);
            if (workload != NULL && workload->signal.mode != NULL) {
                LW_GRID_ADD(grid, m->series[c]->text, workload->name);
                add_signal(grid, &workload->signal);
            }
        }
    }
    return lw_grid_write(grid, 2, width, out);
}

static lw_status write_matrix(const lw_result *result, const lw_columns *columns, int width, lw_arena *arena, lw_text *out) {
    matrix m;
    LW_TRY(fill_matrix(result, arena, &m));
    for (size_t w = 0; w < columns->workload_count; w++) {
        LW_TRY(write_block(&m, columns->workload[w], w, width, arena, out));
    }
    LW_TRY(hides_makespan(result) ? write_makespans(&m, width, arena, out) : LW_OK);
    const extras has = extras_of(result);
    LW_TRY(write_limits(&m, columns, width, has.band, arena, out));
    return has.signal ? write_budget(&m, columns, width, arena, out) : LW_OK;
}

// What kinds of work report besides: a column each, where it says anything.
enum { OWN_COLUMNS_MAX = 64 };
typedef struct own_columns {
    const lw_metric *metric[OWN_COLUMNS_MAX];
    size_t count;
} own_columns;

// Is it other than 0 in some row?
static bool says_anything(const lw_result *result, const lw_metric *metric) {
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            double value;
            if (lw_metric_of_workload(metric, &result->point[p].workload[w], &value) && value != 0) {
                return true;
            }
        }
    }
    return false;
}

static void add_columns(const lw_result *result, const lw_metric *table, own_columns *own) {
    for (const lw_metric *m = table; m->name != NULL && own->count < OWN_COLUMNS_MAX; m++) {
        bool known = false;  // of another kind, which has it, too
        for (size_t i = 0; i < own->count && !known; i++) {
            known = strcmp(own->metric[i]->name, m->name) == 0;
        }
        if (!known && says_anything(result, m)) {
            own->metric[own->count++] = m;
        }
    }
}

static own_columns own_of(const lw_result *result) {
    const lw_metric *seen[OWN_COLUMNS_MAX];
    own_columns own = {0};
    size_t tables = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            const lw_metric *table = result->point[p].workload[w].own;
            bool known = table == NULL || tables == OWN_COLUMNS_MAX;
            for (size_t i = 0; i < tables && !known; i++) {
                known = seen[i] == table;
            }
            if (!known) {
                seen[tables++] = table;
                add_columns(result, table, &own);
            }
        }
    }
    return own;
}

// Times and rates with fitting units, as in the columns of all.
static void add_own(lw_grid *grid, const lw_metric *metric, const lw_workload_result *workload) {
    double value;
    if (!lw_metric_of_workload(metric, workload, &value)) {
        lw_grid_add(grid, "");
    } else {
        add_value(grid, metric, value);
    }
}

static void add_titles(lw_grid *grid, const extras *has, const own_columns *own) {
    LW_GRID_ADD(grid, "workload", "bytes");
    if (has->times) {
        LW_GRID_ADD(grid, "time", "GB/s");
    }
    for (size_t i = 0; i < own->count; i++) {
        const lw_metric *m = own->metric[i];
        lw_grid_add(grid, m->dimension != LW_RATE || m->quantity == NULL ? m->title : m->quantity);
    }
    if (has->band) {
        lw_grid_add(grid, "uncertain, GB/s");
    }
    if (has->wait) {
        lw_grid_add(grid, "mean wait");
    }
    if (has->latency) {
        lw_grid_add(grid, "mean latency");
    }
    if (has->method) {
        lw_grid_add(grid, "method");
    }
    if (has->each) {
        LW_GRID_ADD(grid, "median", "99 %");
    }
    if (has->signal) {
        add_signal_titles(grid);
    }
    LW_GRID_ADD(grid, "share", "limited by");
}

static void add_numbers(lw_grid *grid, const lw_workload_result *workload, const extras *has, const own_columns *own) {
    lw_grid_add(grid, workload->name);
    lw_grid_bytes(grid, workload->bytes);
    if (!has->times) {
        // no row tells a time
    } else if (sums_reads(workload)) {
        LW_GRID_ADD(grid, "", "");
    } else if (lw_limit_failure(&workload->limit) != NULL) {
        lw_grid_add(grid, "-");
        lw_grid_rate(grid, workload->bandwidth_GBps, DIGITS);
    } else {
        lw_grid_time(grid, workload->time_s * 1e6, TIME_DIGITS);
        lw_grid_rate(grid, workload->bandwidth_GBps, DIGITS);
    }
    for (size_t i = 0; i < own->count; i++) {
        add_own(grid, own->metric[i], workload);
    }
    if (has->band) {
        add_range(grid, workload);
    }
    if (has->wait) {
        add_mean(grid, workload->paced, workload->mean_wait_ps);
    }
    if (has->latency) {
        add_mean(grid, workload->mean_latency_ps > 0, workload->mean_latency_ps);
    }
    if (has->method) {
        lw_grid_add(grid, workload->method != NULL ? workload->method : "");
    }
    if (has->each && workload->each_ps.count > 1) {
        lw_grid_time(grid, workload->each_ps.median / 1e6, TIME_DIGITS);
        lw_grid_time(grid, workload->each_ps.p99 / 1e6, TIME_DIGITS);
    } else if (has->each) {
        LW_GRID_ADD(grid, "", "");
    }
    if (has->signal) {
        add_signal(grid, &workload->signal);
    }
}

static lw_status write_rows(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    const size_t set_count = result->point[0].set_count;
    const extras has = extras_of(result);
    const own_columns own = own_of(result);
    const size_t columns = set_count + 4 + own.count + has.band + has.wait + has.latency + has.method + 2 * (size_t)has.times +
                           2 * (size_t)has.each + 4 * (size_t)has.signal;
    char *sides = lw_grid_all_right(arena, columns);
    lw_grid *grid = lw_grid_new(arena, sides);
    if (grid == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < set_count; i++) {
        sides[i] = result->point[0].set[i].is_number ? 'r' : 'l';
        lw_grid_add(grid, result->point[0].set[i].path);
    }
    sides[set_count] = sides[columns - 1] = 'l';
    add_titles(grid, &has, &own);
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_point *point = &result->point[p];
        for (size_t w = 0; w < point->workload_count; w++) {
            for (size_t i = 0; i < set_count; i++) {
                lw_grid_add(grid, i < point->set_count ? point->set[i].text : "");
            }
            add_numbers(grid, &point->workload[w], &has, &own);
            LW_TRY(add_limit(grid, &point->workload[w], arena));
        }
    }
    lw_text_add(out, "\n");
    return lw_grid_write(grid, 2, width, out);
}

// Of several workloads, unless a row of a sweep says it already.
static lw_status write_makespan(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    if (result->point_count == 1 ? result->point[0].workload_count < 2 : !hides_makespan(result)) {
        return LW_OK;
    }
    const size_t sets = result->point[0].set_count;
    char *sides = lw_grid_all_right(arena, sets + 2);
    lw_grid *grid = lw_grid_new(arena, sides);
    if (grid == NULL) {
        return LW_NO_MEMORY;
    }
    sides[sets] = 'l';
    for (size_t i = 0; i < sets; i++) {
        sides[i] = result->point[0].set[i].is_number ? 'r' : 'l';
        lw_grid_add(grid, result->point[0].set[i].path);
    }
    LW_GRID_ADD(grid, "workload", "makespan");
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t i = 0; i < sets; i++) {
            lw_grid_add(grid, i < result->point[p].set_count ? result->point[p].set[i].text : "");
        }
        lw_grid_add(grid, "all");
        lw_grid_time(grid, (double)result->point[p].end_ps / 1e6, TIME_DIGITS);
    }
    lw_text_add(out, "\n");
    return lw_grid_write(grid, 2, width, out);
}

// What the time of one point went to, where more than one task ran in it.
static void write_critical_path(const lw_point *point, int width, lw_text *out) {
    enum { PARTS_MOST = 6, WIDTH_MOST = 100 };
    static const char head[] = "  Critical path: ";
    const lw_critical_layout layout = {.most = PARTS_MOST,
                                       .width = width > 0 && width < WIDTH_MOST ? width : WIDTH_MOST,
                                       .used = (int)sizeof head - 1,
                                       .indent = "\n                 "};
    if (point->path.count > 0 && point->path.tasks > 1) {
        lw_text_print(out, "\n%s", head);
        lw_critical_print(&point->path, &layout, out);
        lw_text_add(out, "\n");
    }
}

static void write_evidence(const lw_result *result, lw_text *out) {
    static const char *const meaning[LW_EVIDENCE_COUNT] = {
        [LW_SPECIFIED] = "every number stands in a standard or a vendor's document",
        [LW_MEASURED] = "some numbers were measured on such a machine",
        [LW_CALIBRATED] = "some numbers were fitted to measured tables",
        [LW_ASSUMED] = "some numbers are stated assumptions, or the scenario's own",
        [LW_ANNOUNCED] = "some numbers are announcements of products that nobody can measure yet",
        [LW_SPECULATIVE] = "nobody has built this; the numbers are what physics would allow",
    };
    if (result->point[0].workload_count == 0) {
        return;  // nothing ran that could stand on anything
    }
    lw_evidence weakest = LW_SPECIFIED;
    for (size_t p = 0; p < result->point_count; p++) {
        weakest = lw_evidence_weaker(weakest, result->point[p].evidence);
    }
    lw_text_print(out,
                  "\nShare: of the workload's time, while its limit is busy, waited for or paid.\n"
                  "GB/s counts payload, 1 GB = 1e9 bytes. Weakest evidence, devices included: %s\n"
                  "(%s).\n"
                  "It is that of rates, and of times where one is the result or the limit.\n",
                  lw_evidence_words[weakest], meaning[weakest]);
}

// The points that failed, with their reasons; what an interrupt left stands in the first line.
static lw_status write_failures(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    enum { SHOWN_MAX = 20 };
    const size_t failed = result->failure_count - result->not_run;
    if (failed == 0) {
        return LW_OK;
    }
    lw_grid *grid = lw_grid_new(arena, "rll");
    size_t shown = 0;
    for (size_t i = 0; i < result->failure_count && shown < SHOWN_MAX; i++) {
        const lw_point_failure *failure = &result->failure[i];
        if (failure->reason == NULL) {
            continue;
        }
        lw_text set = {0};
        for (size_t k = 0; k < failure->set_count; k++) {
            lw_text_print(&set, "%s%s %s", k > 0 ? ", " : "", failure->set[k].path, failure->set[k].text);
        }
        const char *where = lw_arena_copy(arena, set.bytes != NULL && !set.failed ? set.bytes : "");
        lw_text_free(&set);
        if (where == NULL) {
            return LW_NO_MEMORY;
        }
        lw_grid_print(grid, "%d", failure->index);
        LW_GRID_ADD(grid, where, failure->reason);
        shown++;
    }
    lw_text_print(out, "\n%zu point%s failed\n", failed, failed == 1 ? "" : "s");
    LW_TRY(lw_grid_write(grid, 2, width, out));
    if (failed > shown) {
        lw_text_print(out, "  %zu more\n", failed - shown);
    }
    return LW_OK;
}

// Packets need no word.
static void write_engines(const lw_result *result, lw_text *out) {
    size_t flows = 0;
    double within = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        flows += strcmp(result->point[p].engine, "flow") == 0 ? 1U : 0U;
        within = fmax(within, result->point[p].ends_within);
    }
    if (flows > 0 && flows == result->point_count) {
        lw_text_add(out, "\nEngine: flow (rates shared fairly; no packets wait).\n");
    } else if (flows > 0) {
        lw_text_print(out, "\nEngine: flow at %zu of %zu points (rates shared fairly; no packets wait), else packet.\n", flows,
                      result->point_count);
    }
    if (within > 0) {
        lw_text_print(out, "So many transfers were unlike that ends within %g %% of their time were taken as one.\n",
                      within * 100);
    }
}

// The title and what was run, in two lines where one is too narrow.
static lw_status write_head(const lw_result *result, int width, lw_text *out) {
    lw_text head = {0};
    lw_text_print(&head, "%s  (lanewise %s, seed %llu, %zu ", result->title, result->tool_version,
                  (unsigned long long)result->seed, result->point_count);
    if (result->planned > result->point_count) {
        lw_text_print(&head, "of %zu points%s%s)\n", result->planned,
                      result->failure_count > result->not_run ? ", some failed" : "", result->not_run > 0 ? ", interrupted" : "");
    } else {
        lw_text_add(&head, result->point_count == 1 ? "point)\n" : "points)\n");
    }
    const bool failed = head.failed;
    size_t used = 0;
    uint32_t code;
    for (size_t i = 0; !failed && i + 1 < head.length; used++) {
        i += lw_utf8_next(head.bytes + i, head.length - i, &code);
    }
    if (!failed && width > 0 && used > (size_t)width) {
        head.bytes[strlen(result->title)] = '\n';
        lw_text_wrap_lines(out, head.bytes, (size_t)width);
    } else if (!failed) {
        lw_text_add(out, head.bytes);
    }
    lw_text_free(&head);
    return failed ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_report_table(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    LW_TRY(write_head(result, width, out));
    if (result->point_count == 0) {
        lw_text_add(out, "\nNo point finished.\n");
        LW_TRY(write_failures(result, width, arena, out));
        return out->failed ? LW_NO_MEMORY : LW_OK;
    }
    lw_columns columns;
    LW_TRY(lw_columns_of(result, arena, &columns));
    lw_pair_table pairs;
    LW_TRY(lw_pairs_of(result, arena, &pairs));
    if (pairs.count > 0) {
        LW_TRY(lw_report_pairs(&pairs, width, arena, out));
        lw_text_add(out, "  CSV and JSON have the time and the limit of each, and the links.\n");
    } else if (is_matrix(result)) {
        LW_TRY(write_matrix(result, &columns, width, arena, out));
    } else {
        LW_TRY(write_rows(result, width, arena, out));
    }
    LW_TRY(lw_report_candidates(result, width, arena, out));
    LW_TRY(write_failures(result, width, arena, out));
    LW_TRY(is_matrix(result) && pairs.count == 0 ? LW_OK : write_makespan(result, width, arena, out));
    if (result->point_count == 1) {
        write_critical_path(&result->point[0], width, out);
    }
    if (result->point_count == 1 && pairs.count == 0) {
        LW_TRY(lw_report_members(&result->point[0], width, arena, out));
        LW_TRY(lw_report_routes(&result->point[0], width, arena, out));
        LW_TRY(lw_report_computes(&result->point[0], width, arena, out));
        LW_TRY(lw_report_engines(&result->point[0], width, arena, out));
        LW_TRY(lw_report_links(&result->point[0], width, arena, out));
    }
    LW_TRY(lw_report_percentiles(result, width, arena, out));
    LW_TRY(lw_report_measured(result, width, arena, out));
    LW_TRY(lw_report_lifted(result, width, arena, out));
    LW_TRY(lw_report_uncertain(result, width, arena, out));
    LW_TRY(lw_report_fits(result, width, arena, out));
    write_engines(result, out);
    write_evidence(result, out);
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
