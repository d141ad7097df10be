// SPDX-License-Identifier: GPL-3.0-or-later
// Levenberg-Marquardt over logarithms: x = 1 + log(value / start), so that a step of x is a share of
// the value and the residual log(model / measured) is nearly linear in it.
#include "sim/study/fit.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/study/format.h"

// ---- Values ----

static double number_of(const lw_option *option, const void *params) {
    const void *field = (const char *)params + option->offset;
    if (option->kind == LW_OPTION_QUANTITY_INT || option->kind == LW_OPTION_INTEGER) {
        const int64_t value = *(const int64_t *)field;
        return value == LW_AUTO ? (double)NAN : (double)value;
    }
    return option->kind == LW_OPTION_QUANTITY_REAL ? *(const double *)field : (double)NAN;
}

lw_status lw_fit_start_of(lw_fit_parameter *p, lw_arena *arena, lw_diags *diags) {
    void *params = lw_arena_alloc(arena, 1, p->type->params_size);
    const lw_yaml *value = lw_map_get(p->row, "value");
    if (params == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_option_parse_value(p->option, value, params, diags));
    p->start = p->value = number_of(p->option, params);
    if (!(p->start > 0)) {
        return lw_error(diags, value->place, "give it a number to start from, such as its neighbours have",
                        "a fit needs a value above zero here");
    }
    return LW_OK;
}

const lw_type *lw_fit_type_of(const lw_preset *preset) {
    const lw_format *format = lw_scenario_format();
    for (int s = 0; s < LW_SECTIONS; s++) {
        const lw_section *section = &format->section[s];
        if (section->has_presets && section->shelf == preset->shelf) {
            return lw_section_find(section, preset->type);
        }
    }
    return NULL;
}

// A share that a row states; 0: none.
static double share_of(const lw_yaml *row, const char *key) {
    const char *text = lw_map_text(row, key), *problem, *hint;
    lw_quantity share;
    return text != NULL && lw_quantity_parse(text, LW_PLAIN, &share, &problem, &hint) ? share.value : 0;
}

lw_status lw_fit_parameter_of(const lw_preset *preset, const lw_yaml *row, lw_arena *arena, lw_diags *diags,
                              lw_fit_parameter *out) {
    const lw_type *type = lw_fit_type_of(preset);
    const lw_option *option = type != NULL ? lw_option_find(type->options, row->key) : NULL;
    const double error = hypot(share_of(row, "error"), share_of(row, "spread"));
    if (option == NULL || !(error > 0)) {
        return LW_BAD_INPUT;
    }
    *out = (lw_fit_parameter){.preset = preset, .type = type, .option = option, .row = row, .error = error};
    return lw_fit_start_of(out, arena, diags);
}

const char *lw_fit_text(const lw_fit_parameter *p, double value, lw_arena *arena) {
    static const struct {
        lw_dimension dimension;
        double unit;
        const char *name;
    } units[] = {{LW_TIME, 1e6, " us"},   {LW_TIME, 1e3, " ns"},   {LW_TIME, 1, " ps"},
                 {LW_RATE, 1e9, " GB/s"}, {LW_RATE, 1e6, " MB/s"}, {LW_RATE, 1, " B/s"}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].dimension == p->option->dimension && (value >= units[i].unit || units[i].unit == 1)) {
            return lw_arena_print(arena, "%.4g%s", value / units[i].unit, units[i].name);
        }
    }
    return p->option->dimension == LW_BYTES ? lw_arena_print(arena, "%.0f B", value) : lw_arena_print(arena, "%.4g", value);
}

// Of five digits: what goes by round numbers soon comes back to one state, and its point is quick.
static double rounded(double value) {
    const double unit = pow(10, floor(log10(value)) - 4);
    return round(value / unit) * unit;
}

static double bounded(const lw_fit_parameter *p, double value) {
    const bool whole = p->option->kind != LW_OPTION_QUANTITY_REAL;
    const double least = fmax(p->option->minimum, whole ? 1 : 0);
    const double most = p->option->maximum > p->option->minimum ? p->option->maximum : (double)INFINITY;
    value = fmin(fmax(rounded(value), least), most);
    return whole ? round(value) : value;
}

// Exactly, for the model.
const char *lw_fit_exact_text(const lw_fit_parameter *p, double value, lw_arena *arena) {
    value = bounded(p, value);
    const char *unit = lw_dimension_base(p->option->dimension);
    return p->option->kind == LW_OPTION_QUANTITY_REAL
               ? lw_arena_print(arena, "%.17g%s%s", value, unit[0] != '\0' ? " " : "", unit)
               : lw_arena_print(arena, "%.0f %s", value, unit);
}

// What x stands for, within the bounds of the option.
static double value_of(const lw_fit_parameter *p, double x) {
    return bounded(p, p->start * exp(x - 1));
}

// ---- The model ----

// What the tables said of some values. A fit comes back to the same ones: after a step that it takes
// back, with other weights, from where another system is left out.
typedef struct seen {
    const double *value;     // of each parameter, as the model read it
    const bool *those;       // tables; NULL: all of them
    const double *residual;  // of each point of these
} seen;

typedef struct problem {
    lw_fit *fit;
    lw_diags *diags;
    lw_arena *memory;  // of what was seen
    lw_list seen;
    size_t *first;     // point of each table
    size_t *system;    // of each point: 0 to systems - 1
    double *residual;  // log(model / measured), of the last call
    bool *shows;       // parameters x tables: the parameter's row names the table
    double *moved;     // parameters x points: residuals beside those of the last call
    double *band;      // of each point: standard error of the model as a share
    lw_status status;  // of the first call that failed
} problem;

// those: which; NULL: all of them.
static lw_status load_tables(const lw_fit *fit, const bool *those, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags,
                             lw_tables *out) {
    lw_measured **table = LW_NEW_ARRAY(arena, lw_measured *, fit->tables);
    *out = (lw_tables){table, 0};
    if (table == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t t = 0; t < fit->tables; t++) {
        if (those == NULL || those[t]) {
            LW_TRY(lw_measured_load(fit->path[t], catalog, arena, diags, &table[out->count++]));
        }
    }
    return LW_OK;
}

// Where residuals go, each to its point's place, of which tables (NULL: of all), by how many threads
// (0: those of the run), and whether the points of the start were looked at.
typedef struct looking {
    double *residual;
    const bool *those;
    int threads;
    bool checked;
} looking;

static lw_status run_tables(const problem *p, const gsl_vector *x, looking at, lw_arena *arena, lw_diags *diags,
                            lw_validations *out) {
    const lw_fit *fit = p->fit;
    lw_preset_value *value = LW_NEW_ARRAY(arena, lw_preset_value, fit->count);
    if (value == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < fit->count; i++) {
        const lw_fit_parameter *one = &fit->parameter[i];
        value[i] = (lw_preset_value){one->preset->shelf, one->preset->name, one->option->key,
                                     lw_fit_exact_text(one, value_of(one, gsl_vector_get(x, i)), arena)};
        if (value[i].text == NULL) {
            return LW_NO_MEMORY;
        }
    }
    const lw_catalog *catalog = lw_catalog_with(fit->catalog, value, fit->count, arena);
    lw_tables tables;
    lw_run run = *fit->run;
    run.progress = NULL;
    run.checked = at.checked;
    run.threads = at.threads > 0 ? at.threads : run.threads;
    if (catalog == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(load_tables(fit, at.those, catalog, arena, diags, &tables));
    LW_TRY(lw_measured_validate(tables, &run, arena, diags, out));
    for (size_t t = 0, row = 0; t < fit->tables; t++) {
        if (at.those != NULL && !at.those[t]) {
            continue;
        }
        for (size_t i = 0; i < out->row[row].points; i++) {
            at.residual[p->first[t] + i] = log(out->row[row].rows[i].model / out->row[row].rows[i].measured);
        }
        row++;
    }
    return LW_OK;
}

static bool covers(const problem *p, const seen *one, const bool *those) {
    bool all = true;
    for (size_t t = 0; t < p->fit->tables; t++) {
        all = all && (one->those == NULL || one->those[t] || (those != NULL && !those[t]));
    }
    return all;
}

static bool recall(const problem *p, const double *value, looking at) {
    for (size_t k = p->seen.count; k-- > 0;) {  // the latest first
        const seen *one = &LW_LIST_ITEMS(&p->seen, seen)[k];
        bool same = covers(p, one, at.those);
        for (size_t i = 0; same && i < p->fit->count; i++) {
            same = one->value[i] == value[i];
        }
        for (size_t t = 0; same && t < p->fit->tables; t++) {
            for (size_t i = p->first[t]; (at.those == NULL || at.those[t]) && i < p->first[t + 1]; i++) {
                at.residual[i] = one->residual[i];
            }
        }
        if (same) {
            return true;
        }
    }
    return false;
}

static lw_status remember(problem *p, const double *value, looking at) {
    double *residual = LW_NEW_ARRAY(p->memory, double, p->fit->points);
    seen *added = residual != NULL ? LW_LIST_ADD(&p->seen, seen, p->memory) : NULL;
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    memcpy(residual, at.residual, p->fit->points * sizeof *residual);
    *added = (seen){value, at.those, residual};
    return LW_OK;
}

// The residuals of tables that are run. Values with which one cannot run are far off, and no more than
// that.
static lw_status run_beside(const problem *p, const gsl_vector *x, looking at) {
    static const double far_off = 10;
    lw_arena *arena = lw_arena_new();
    lw_diags *silent = arena != NULL ? lw_diags_new(arena) : NULL;
    lw_validations unused;
    lw_status status = silent != NULL ? run_tables(p, x, at, arena, silent, &unused) : LW_NO_MEMORY;
    const bool wild = status == LW_BAD_INPUT || status == LW_STUCK || status == LW_LIMIT;
    lw_arena_free(arena);
    for (size_t t = 0; t < p->fit->tables; t++) {
        for (size_t i = p->first[t]; (at.those == NULL || at.those[t]) && i < p->first[t + 1]; i++) {
            at.residual[i] = !wild && isfinite(at.residual[i]) ? at.residual[i] : far_off;
        }
    }
    return wild ? LW_OK : status;
}

// The residuals of x.
static lw_status look_beside(problem *p, const gsl_vector *x, looking at) {
    double *value;
    bool known = false;
#pragma omp critical(lanewise_seen)
    {
        value = LW_NEW_ARRAY(p->memory, double, p->fit->count);
        for (size_t i = 0; value != NULL && i < p->fit->count; i++) {
            value[i] = value_of(&p->fit->parameter[i], gsl_vector_get(x, i));
        }
        known = value != NULL && recall(p, value, at);
    }
    if (value == NULL || known) {
        return value != NULL ? LW_OK : LW_NO_MEMORY;
    }
    LW_TRY(run_beside(p, x, at));
    lw_status status;
#pragma omp critical(lanewise_seen)
    status = remember(p, value, at);
    return status;
}

static lw_status look_at(problem *p, const gsl_vector *x) {
    return look_beside(p, x, (looking){p->residual, NULL, 0, true});
}

static int call_model(const gsl_vector *x, void *user, gsl_vector *f) {
    problem *p = user;
    lw_status status = look_at(p, x);
    p->status = p->status == LW_OK ? status : p->status;
    for (size_t i = 0; i < p->fit->points; i++) {
        gsl_vector_set(f, i, p->residual[i]);
    }
    return status == LW_OK ? GSL_SUCCESS : GSL_EFAILED;
}

// Forward differences. A row is fitted to the tables that it names: those alone show its value.
static lw_status slope_of(problem *p, const gsl_vector *x, size_t k, gsl_matrix *slope) {
    static const double step = 5e-3;  // values come in steps of five digits, results in whole picoseconds
    const lw_fit *fit = p->fit;
    const bool *those = &p->shows[k * fit->tables];
    double *moved = &p->moved[k * fit->points];
    const double wide = step * fmax(fabs(gsl_vector_get(x, k)), step);
    gsl_vector *beside = gsl_vector_alloc(fit->count);
    if (beside == NULL) {
        return LW_NO_MEMORY;
    }
    gsl_vector_memcpy(beside, x);
    gsl_vector_set(beside, k, gsl_vector_get(x, k) + wide);
    const lw_status status = look_beside(p, beside, (looking){moved, those, 1, true});
    gsl_vector_free(beside);
    for (size_t t = 0; t < fit->tables && status == LW_OK; t++) {
        for (size_t i = p->first[t]; those[t] && i < p->first[t + 1]; i++) {
            gsl_matrix_set(slope, i, k, (moved[i] - p->residual[i]) / wide);
        }
    }
    return status;
}

// Side by side, as few points of one would leave threads without work.
static int call_slope(const gsl_vector *x, void *user, gsl_matrix *slope) {
    problem *p = user;
    lw_status status = look_at(p, x);
    // The pragma reads it. NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores)
    const int threads = p->fit->run->threads > 0 ? p->fit->run->threads : omp_get_max_threads();
    const int64_t count = status == LW_OK ? (int64_t)p->fit->count : 0;
    gsl_matrix_set_zero(slope);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t k = 0; k < count; k++) {
        const lw_status one = slope_of(p, x, (size_t)k, slope);
        if (one != LW_OK) {
#pragma omp critical(lanewise_slopes)
            status = one;
        }
    }
    p->status = p->status == LW_OK ? status : p->status;
    return status == LW_OK ? GSL_SUCCESS : GSL_EFAILED;
}

// ---- One fit ----

// Cauchy's loss: a residual of `scale` has half the weight of none. The scale is that of the points
// themselves (the median residual), and 3 % at least.
static void weigh(const problem *p, size_t left_out, gsl_vector *weights, double *scratch) {
    size_t count = 0;
    for (size_t i = 0; i < p->fit->points; i++) {
        if (p->system[i] != left_out) {
            scratch[count++] = fabs(p->residual[i]);
        }
    }
    const double scale = 2.385 * 1.4826 * fmax(0.03, lw_spread_of(scratch, count).median);
    for (size_t i = 0; i < p->fit->points; i++) {
        const double r = p->residual[i] / scale;
        gsl_vector_set(weights, i, p->system[i] == left_out ? 0 : 1 / (1 + r * r));
    }
}

// The sum of the loss over the points.
static double loss_of(const problem *p, size_t left_out) {
    double sum = 0;
    for (size_t i = 0; i < p->fit->points; i++) {
        sum += p->system[i] == left_out ? 0 : log1p(p->residual[i] * p->residual[i] / (0.1 * 0.1));
    }
    return sum;
}

typedef struct solver {
    gsl_multifit_nlinear_workspace *work;
    gsl_multifit_nlinear_fdf fdf;
    gsl_vector *x, *weights;
    double *scratch;  // a point each
} solver;

static void free_solver(solver *s) {
    if (s->work != NULL) {
        gsl_multifit_nlinear_free(s->work);
    }
    if (s->x != NULL) {
        gsl_vector_free(s->x);
    }
    if (s->weights != NULL) {
        gsl_vector_free(s->weights);
    }
}

static lw_status make_solver(problem *p, lw_arena *arena, solver *out) {
    const gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    *out = (solver){.work = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, p->fit->points, p->fit->count),
                    .fdf = {.f = call_model, .df = call_slope, .n = p->fit->points, .p = p->fit->count, .params = p},
                    .x = gsl_vector_alloc(p->fit->count),
                    .weights = gsl_vector_alloc(p->fit->points),
                    .scratch = LW_NEW_ARRAY(arena, double, p->fit->points)};
    const bool made = out->work != NULL && out->x != NULL && out->weights != NULL && out->scratch != NULL;
    if (!made) {
        free_solver(out);
    }
    return made ? LW_OK : LW_NO_MEMORY;
}

enum { REWEIGHINGS = 2, ITERATIONS = 12 };

typedef struct turns {
    int count;         // reweighings
    double tolerance;  // of x: a share of the values
} turns;
static const turns in_short = {1, 1e-2}, to_the_end = {REWEIGHINGS, 1e-4};

// From x to the least loss, without one system; SIZE_MAX: with all. x is then the best, and
// p->residual of it.
static lw_status solve(problem *p, solver *s, size_t left_out, turns turn) {
    LW_TRY(look_at(p, s->x));
    for (int i = 0; i < turn.count; i++) {
        int info;
        weigh(p, left_out, s->weights, s->scratch);
        (void)gsl_multifit_nlinear_winit(s->x, s->weights, &s->fdf, s->work);
        if (p->status == LW_OK) {
            (void)gsl_multifit_nlinear_driver(ITERATIONS, turn.tolerance, 1e-9, 1e-9, NULL, NULL, &info, s->work);
        }
        LW_TRY(p->status);
        gsl_vector_memcpy(s->x, gsl_multifit_nlinear_position(s->work));
        LW_TRY(look_at(p, s->x));
    }
    return LW_OK;
}

static bool agree(const double *a, const double *b, size_t count) {
    static const double alike = 0.02;
    for (size_t i = 0; i < count; i++) {
        if (!(fabs(a[i] - b[i]) < alike)) {
            return false;
        }
    }
    return true;
}

// The best of three starts, of which two do where they end alike: values that all start too low or too
// high could end beside the best fit.
static lw_status solve_from_all(problem *p, solver *s, lw_arena *arena) {
    static const double starts[] = {1, 0.5, 2};
    const size_t count = p->fit->count;
    double *best = LW_NEW_ARRAY(arena, double, count);
    double least = (double)INFINITY;
    bool same = false;
    if (best == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t k = 0; k < sizeof starts / sizeof starts[0] && !same; k++) {
        for (size_t i = 0; i < count; i++) {
            gsl_vector_set(s->x, i, 1 + log(starts[k]));
        }
        LW_TRY(solve(p, s, SIZE_MAX, in_short));
        const double loss = loss_of(p, SIZE_MAX);
        same = k > 0 && agree(s->x->data, best, count);
        if (loss < least) {
            least = loss;
            memcpy(best, s->x->data, count * sizeof *best);
        }
    }
    for (size_t i = 0; i < count; i++) {
        gsl_vector_set(s->x, i, best[i]);
    }
    return solve(p, s, SIZE_MAX, to_the_end);
}

// ---- What is known of the values ----

// The standard error of each residual, which is that of the model: J C J' of its row. Rows of J are
// weighted.
static void find_bands(const problem *p, const solver *s, const gsl_matrix *covariance, double variance) {
    const gsl_matrix *rows = gsl_multifit_nlinear_jac(s->work);
    const size_t n = p->fit->count;
    for (size_t i = 0; i < p->fit->points; i++) {
        double sum = 0;
        for (size_t a = 0; a < n; a++) {
            for (size_t b = 0; b < n; b++) {
                sum += gsl_matrix_get(rows, i, a) * gsl_matrix_get(covariance, a, b) * gsl_matrix_get(rows, i, b);
            }
        }
        const double squared = sum * variance / gsl_vector_get(s->weights, i);
        p->band[i] = squared > 0 ? sqrt(squared) : 0;  // none where the points are too few to tell
    }
}

static lw_status find_errors(problem *p, const solver *s, lw_arena *arena) {
    lw_fit *fit = p->fit;
    const size_t n = fit->count;
    gsl_matrix *covariance = gsl_matrix_alloc(n, n);
    fit->correlation = LW_NEW_ARRAY(arena, double, n *n);
    if (covariance == NULL || fit->correlation == NULL) {
        gsl_matrix_free(covariance);
        return LW_NO_MEMORY;
    }
    (void)gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(s->work), 0, covariance);
    double squares = 0, weight = 0;
    for (size_t i = 0; i < fit->points; i++) {
        squares += gsl_vector_get(s->weights, i) * p->residual[i] * p->residual[i];
        weight += gsl_vector_get(s->weights, i);
    }
    const double variance = weight > (double)n ? squares / (weight - (double)n) : (double)NAN;
    for (size_t i = 0; i < n; i++) {
        const double own = gsl_matrix_get(covariance, i, i);
        fit->parameter[i].error = own > 0 ? sqrt(own * variance) : (double)NAN;
        for (size_t k = 0; k < n; k++) {
            const double both = own * gsl_matrix_get(covariance, k, k);
            fit->correlation[i * n + k] = both > 0 ? gsl_matrix_get(covariance, i, k) / sqrt(both) : 0;
        }
    }
    find_bands(p, s, covariance, variance);
    gsl_matrix_free(covariance);
    return LW_OK;
}

static lw_spread spread_of(const problem *p, double *scratch, size_t only) {
    size_t count = 0;
    for (size_t i = 0; i < p->fit->points; i++) {
        if (only == SIZE_MAX || p->system[i] == only) {
            scratch[count++] = fabs(expm1(p->residual[i]));
        }
    }
    return lw_spread_of(scratch, count);
}

// Each system as a stranger: fitted to the others, from the values of the fit to all.
static lw_status leave_out(problem *p, solver *s, lw_arena *arena) {
    lw_fit *fit = p->fit;
    double *error = LW_NEW_ARRAY(arena, double, fit->points);
    double *whole = LW_NEW_ARRAY(arena, double, fit->count);
    size_t count = 0;
    if (error == NULL || whole == NULL) {
        return LW_NO_MEMORY;
    }
    memcpy(whole, s->x->data, fit->count * sizeof *whole);
    for (size_t system = 0; system < fit->systems && fit->systems > 1; system++) {
        for (size_t i = 0; i < fit->count; i++) {
            gsl_vector_set(s->x, i, whole[i]);
        }
        LW_TRY(solve(p, s, system, (turns){1, to_the_end.tolerance}));
        for (size_t t = 0, point = 0; t < fit->compared.count; t++) {
            for (size_t i = 0; i < fit->compared.row[t].points; i++, point++) {
                lw_compared *row = &fit->compared.row[t].rows[i];
                if (p->system[point] == system) {
                    error[count++] = fabs(expm1(p->residual[point]));
                    row->stranger = row->measured * exp(p->residual[point]);
                }
            }
        }
    }
    fit->left_out = lw_spread_of(error, count);
    return LW_OK;
}

static bool names(const lw_fit_parameter *parameter, const char *table) {
    for (const lw_yaml *one = parameter->tables->first; one != NULL; one = one->next) {
        if (one->kind == LW_SCALAR && strcmp(one->text, table) == 0) {
            return true;
        }
    }
    return false;
}

// Which system each point is of, and whether tables may shape presets at all.
static lw_status look_at_tables(problem *p, lw_arena *arena, lw_diags *diags) {
    enum { CALIBRATE = 0 };
    lw_fit *fit = p->fit;
    lw_tables tables;
    LW_TRY(load_tables(fit, NULL, fit->catalog, arena, diags, &tables));
    p->first = LW_NEW_ARRAY(arena, size_t, fit->tables + 1);
    LW_TRY(p->first != NULL ? LW_OK : LW_NO_MEMORY);
    for (size_t t = 0; t < tables.count; t++) {
        p->first[t + 1] = p->first[t] + tables.table[t]->point_count;
        fit->points += tables.table[t]->point_count;
        if (tables.table[t]->use != CALIBRATE) {
            return lw_error(diags, (lw_place){tables.table[t]->file, 1, 1}, "fit to tables of the calibration side",
                            "the table '%s' is not for calibration", tables.table[t]->name);
        }
    }
    p->residual = LW_NEW_ARRAY(arena, double, fit->points);
    p->moved = LW_NEW_ARRAY(arena, double, fit->count * fit->points);
    p->shows = LW_NEW_ARRAY(arena, bool, fit->count * fit->tables);
    p->system = LW_NEW_ARRAY(arena, size_t, fit->points);
    p->band = LW_NEW_ARRAY(arena, double, fit->points);
    if (p->residual == NULL || p->moved == NULL || p->shows == NULL || p->system == NULL || p->band == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t k = 0; k < fit->count; k++) {
        for (size_t t = 0; t < tables.count; t++) {
            p->shows[k * fit->tables + t] = names(&fit->parameter[k], tables.table[t]->name);
        }
    }
    for (size_t t = 0, point = 0; t < tables.count; t++) {
        size_t same = 0;
        while (same < t && strcmp(tables.table[same]->system_id, tables.table[t]->system_id) != 0) {
            same++;
        }
        size_t system = fit->systems;
        for (size_t k = 0, at = 0; same < t && k <= same; at += tables.table[k++]->point_count) {
            system = k == same ? p->system[at] : system;
        }
        fit->systems += same == t;
        for (size_t i = 0; i < tables.table[t]->point_count; i++) {
            p->system[point++] = system;
        }
    }
    return LW_OK;
}

// What no table shows near the best stays as near to its start as the tables allow: there, if they
// never show it; else where it begins not to matter.
static lw_status keep_near(problem *p, solver *s, size_t index) {
    enum { HALVINGS = 8 };
    static const double no_worse = 1e-3;
    const double found = gsl_vector_get(s->x, index), best = loss_of(p, SIZE_MAX);
    double bad = found, good = found;  // from the start on
    for (int i = 0; i < HALVINGS; i++) {
        const double tried = i == 0 ? 1 : (bad + good) / 2;
        gsl_vector_set(s->x, index, tried);
        LW_TRY(look_at(p, s->x));
        const bool allowed = loss_of(p, SIZE_MAX) <= best + no_worse;
        good = allowed ? tried : good;
        bad = allowed ? bad : tried;
        if (i == 0 && allowed) {
            break;
        }
    }
    gsl_vector_set(s->x, index, good);
    p->fit->parameter[index].value = value_of(&p->fit->parameter[index], good);
    return look_at(p, s->x);
}

static lw_status fit_all(problem *p, solver *s, lw_arena *arena) {
    lw_fit *fit = p->fit;
    gsl_vector_set_all(s->x, 1);
    LW_TRY(run_tables(p, s->x, (looking){p->residual, NULL, 0, false}, arena, p->diags,
                      &fit->compared));  // as it is: what is wrong is told
    fit->before = spread_of(p, s->scratch, SIZE_MAX);
    LW_TRY(solve_from_all(p, s, arena));
    fit->after = spread_of(p, s->scratch, SIZE_MAX);
    for (size_t i = 0; i < fit->count; i++) {
        fit->parameter[i].value = value_of(&fit->parameter[i], gsl_vector_get(s->x, i));
    }
    LW_TRY(find_errors(p, s, arena));
    for (size_t i = 0; i < fit->count && fit->points > fit->count; i++) {
        LW_TRY(isnan(fit->parameter[i].error) ? keep_near(p, s, i) : LW_OK);
    }
    LW_TRY(run_tables(p, s->x, (looking){p->residual, NULL, 0, false}, arena, p->diags, &fit->compared));
    for (size_t t = 0, point = 0; t < fit->compared.count; t++) {
        for (size_t i = 0; i < fit->compared.row[t].points; i++) {
            fit->compared.row[t].rows[i].error = p->band[point++];
        }
    }
    return leave_out(p, s, arena);
}

static lw_status run_fit(problem *p, lw_arena *arena, lw_diags *diags) {
    solver s;
    LW_TRY(look_at_tables(p, arena, diags));
    if (p->fit->points < p->fit->count) {
        return lw_error(diags, p->fit->parameter[0].row->key_place, "name more tables, or fit less",
                        "%zu points cannot tell %zu values", p->fit->points, p->fit->count);
    }
    LW_TRY(make_solver(p, arena, &s));
    const lw_status status = fit_all(p, &s, arena);
    free_solver(&s);
    return status;
}

lw_status lw_fit_run(lw_fit *fit, lw_arena *arena, lw_diags *diags) {
    problem p = {.fit = fit, .diags = diags, .memory = lw_arena_new()};
    if (p.memory == NULL) {
        return LW_NO_MEMORY;
    }
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    const lw_status status = run_fit(&p, arena, diags);
    (void)gsl_set_error_handler(handler);
    lw_arena_free(p.memory);
    return status;
}
