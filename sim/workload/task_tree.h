// SPDX-License-Identifier: GPL-3.0-or-later
// The tasks that a user writes: a tree of groups, read and checked, with every name found and the
// members of each group in an order in which no task comes before what it comes after.
#ifndef LW_TASK_TREE_H
#define LW_TASK_TREE_H

#include "sim/workload/copying.h"
#include "sim/workload/nested.h"

typedef enum lw_step_kind {
    LW_STEP_BARRIER,
    LW_STEP_DELAY,
    LW_STEP_COMPUTE,
    LW_STEP_COPY,
    LW_STEP_WORK,  // of another kind
    LW_STEP_GROUP
} lw_step_kind;

typedef struct lw_step lw_step;

// What a step comes after: what another did `distance` iterations ago in the innermost group that
// holds both.
typedef struct lw_after {
    lw_step *step;
    uint32_t distance;
    lw_place place;
} lw_after;

struct lw_step {
    const char *name;
    lw_place place;  // of the name
    lw_step_kind kind;
    lw_step *group;  // that holds it; NULL: the outermost, which is the workload itself
    int depth;       // of groups around it
    uint32_t rank;   // of its name among all, in the order of the alphabet
    const lw_after *after;
    size_t after_count;

    int64_t time_ps;   // of a delay, or a compute
    lw_selection on;   // nodes that compute, each all of it
    uint32_t stream;   // of them
    lw_nested nested;  // of work of another kind
    lw_copy_params copy;
    lw_copy_place copy_place;
    uint32_t pair[2];  // nodes of a copy
    lw_via via;
    int64_t repeat;     // of a group
    int64_t in_flight;  // of a group: its iterations that are under way at once, at most
    uint32_t reach;     // of a group: the largest distance between members
    lw_step **member;   // of a group, in order
    size_t member_count;

    // for those who write its tasks
    uint32_t entry, exit;  // what waits, and what is waited for; LW_NO_TASK: nothing
    lw_copying *copying;
    bool followed;  // a member of its group comes after it in the same iteration
};

// tasks: of the workload that the builder has open; root: the group of them, of which all but the
// members is given. Where in_flight of a group is LW_AUTO it becomes 1, or one more than the
// largest distance between two of its members. Findings are diagnosed.
lw_status lw_task_tree_read(lw_graph_builder *builder, const lw_yaml *tasks, lw_step *root) LW_CHECKED;

#endif
