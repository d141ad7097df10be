// SPDX-License-Identifier: GPL-3.0-or-later
// Which of several scenarios is faster, by how much, in how many draws of what is uncertain, and what the
// difference goes to.
#ifndef LW_COMPARISON_H
#define LW_COMPARISON_H

#include "sim/study/contender.h"
#include "sim/study/run.h"

// By what a workload is compared; more of each is faster.
typedef enum lw_speed {
    LW_SPEED_RATE,     // bytes by time
    LW_SPEED_TIME,     // 1 / time
    LW_SPEED_LATENCY,  // 1 / mean latency, where packets come at a rate or transfers are timed one by one
    LW_SPEED_ASKED     // the metric that its kind is asked for (lw_workload_result.asked); 1 / it where it is a time
} lw_speed;

// A workload of a point of one contender and the one of the other that has its name and swept values.
typedef struct lw_match {
    const lw_point *point[2];
    const lw_workload_result *row[2];
    lw_speed speed;
    const char *where;  // "h2d, 4 KiB": what tells it from other matches; "" where there is but one
    double ratio;       // how many times as fast as the other the first is; infinity: the other cannot work; NaN: neither can
    double low, high;   // 5th and 95th percentile of it over the draws
    // shares of the draws in which the first is faster, both are equal to the picosecond, and the other is faster
    double faster, equal, slower;
    int64_t draws;  // that could run
    // what the first takes longer for (negative: the other does), by what the critical path says of either; known only
    // where that path is the workload's own
    bool has_path;
    int64_t longer_ps[LW_PATH_KINDS];
} lw_match;

// Which is ahead in at least 95 % of the draws; equal: to what three digits show, or neither can work.
typedef enum lw_order { LW_ORDER_FIRST, LW_ORDER_OTHER, LW_ORDER_EQUAL, LW_ORDER_UNSURE } lw_order;
lw_order lw_match_order(const lw_match *match);

// The first contender against one of the others.
typedef struct lw_contest {
    size_t other;  // index of the contender
    const lw_match *match;
    size_t count;
    size_t alone[2];  // results of the first and of the other that pair with none
} lw_contest;

typedef struct lw_comparison {
    const lw_contender *contender;
    const lw_result *result;  // one a contender, without bands of presets
    size_t count;
    const char *question;       // of lw_contenders_load
    const lw_contest *contest;  // count - 1
    int64_t draws;              // asked for
    uint64_t seed;              // of the draws: the least of those of the scenarios
} lw_comparison;

// Run all contenders, and all of them again with drawn values; a parameter of a preset that several have is drawn
// alike in all (lw_draws_run), and so is what a link's family says of its band (log-normal, its ends as 5th and 95th
// percentile), by the link's preset. No byte depends on the number of threads. What pairs with nothing is noted,
// with what to do; LW_BAD_INPUT where nothing pairs. A point that fails keeps no other from its turn: *out has the
// others, and the status is that of the first. *out is all zero where nothing came of it. run->progress is told of draws. The
// contenders must outlive it.
lw_status lw_comparison_run(const lw_contender *contender, size_t count, const char *question, int64_t draws, const lw_run *run,
                            lw_arena *arena, lw_diags *diags, lw_comparison *out) LW_CHECKED;

#endif
