// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/totals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// NULL: it counts in none of that kind. What has a class counts in that, not in its family.
static const char *group_of(const lw_validation *table, const char *kind) {
    if (strcmp(kind, "family") == 0) {
        return table->class == NULL ? table->family : NULL;
    }
    return strcmp(kind, "class") == 0 ? table->class : strcmp(kind, "use") == 0 ? table->use : "all";
}

static bool is_in(const lw_validation *table, const lw_total *sum) {
    const char *group = group_of(table, sum->kind);
    return group != NULL && strcmp(group, sum->name) == 0 && (sum->use == NULL || strcmp(sum->use, table->use) == 0);
}

static bool is_new_system(const lw_validation *table, size_t index, const lw_total *sum) {
    for (size_t t = 0; t < index; t++) {
        if (is_in(&table[t], sum) && strcmp(table[t].system_id, table[index].system_id) == 0) {
            return false;
        }
    }
    return true;
}

static void sum_up(const lw_validation *table, size_t count, double *scratch, lw_total *out) {
    for (size_t t = 0; t < count; t++) {
        if (!is_in(&table[t], out)) {
            continue;
        }
        out->systems += is_new_system(table, t, out);
        out->tables++;
        out->failed += !table[t].ok;
        out->banded += table[t].banded;
        out->inside += table[t].inside;
        for (size_t i = 0; i < table[t].points; i++) {
            scratch[out->points++] = fabs(table[t].rows[i].model / table[t].rows[i].measured - 1);
        }
    }
    out->error = lw_spread_of(scratch, out->points);
}

static bool is_new_group(const lw_validation *table, size_t index, const lw_total *sum) {
    for (size_t i = 0; i < index && sum->name != NULL; i++) {
        if (is_in(&table[i], sum)) {
            return false;
        }
    }
    return sum->name != NULL;
}

static int by_name_and_use(const void *a, const void *b) {
    const lw_total *one = a, *other = b;
    const int order = strcmp(one->name, other->name);
    return order != 0 ? order : strcmp(one->use, other->use);
}

lw_status lw_totals_of(const lw_validations *tables, lw_arena *arena, lw_totals *out) {
    static const char *const kinds[] = {"family", "class", "use", "all"};
    const lw_validation *table = tables->row;
    const size_t count = tables->count;
    size_t points = 0;
    for (size_t t = 0; t < count; t++) {
        points += table[t].points;
    }
    double *scratch = LW_NEW_ARRAY(arena, double, points);
    lw_total *totals = LW_NEW_ARRAY(arena, lw_total, 2 * count + 1);
    if (scratch == NULL || totals == NULL) {
        return LW_NO_MEMORY;
    }
    size_t made = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const size_t first = made;
        const bool sides = k < 2;
        for (size_t t = 0; t < count; t++) {
            lw_total sum = {.kind = kinds[k], .name = group_of(&table[t], kinds[k]), .use = sides ? table[t].use : NULL};
            if (is_new_group(table, t, &sum)) {
                sum_up(table, count, scratch, &sum);
                totals[made++] = sum;
            }
        }
        if (sides && made > first) {
            qsort(totals + first, made - first, sizeof *totals, by_name_and_use);
        }
    }
    *out = (lw_totals){totals, made};
    return LW_OK;
}
