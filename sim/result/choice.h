// SPDX-License-Identifier: GPL-3.0-or-later
// What a plan came to, for charts: what each choice costs and does, and how costs grow.
#ifndef LW_CHOICE_H
#define LW_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lw_choice {
    const char *name;
    double month_USD;
    double score;      // share of the best that fits
    double low, high;  // of the score, one standard deviation either way
    bool rented, affordable;
    bool front;  // nothing that costs no more does more
} lw_choice;

// Costs from the first month on.
typedef struct lw_cost_line {
    const char *name;
    double start_USD, month_USD;
    bool rented;
} lw_cost_line;

// What the first choice costs with one input at an end of what it may be, and what is first then.
typedef struct lw_reach_end {
    double value;       // of the input, in its unit
    double month_USD;   // of the choice that is first as it is; of the model's error for the same work
    const char *first;  // another choice that is first then, or that there is none; NULL: it stays
} lw_reach_end;
typedef struct lw_reach {
    const char *name, *unit;
    lw_reach_end end[2];  // low, high
} lw_reach;

enum { LW_COST_LINES_MOST = 4 };
typedef struct lw_choices {
    const char *title, *tool_version;
    const lw_choice *choice;  // by rank
    size_t count;
    lw_cost_line line[LW_COST_LINES_MOST];  // purchase first; none: nothing is to compare
    size_t line_count;
    const lw_reach *reach;  // the furthest first; what moves nothing is left out
    size_t reach_count;
    double months;             // that the plan looks ahead
    double break_even_months;  // of the first two lines; infinity: never
} lw_choices;

#endif
