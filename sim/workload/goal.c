// SPDX-License-Identifier: GPL-3.0-or-later
// Schedules of other tools, in GOAL: ranks that send, receive and compute.
#include <string.h>

#include "sim/config/source.h"
#include "sim/workload/schedule.h"

typedef struct goal_params {
    const char *file, *text;
    int64_t calc_unit_ps;
    lw_schedule_params schedule;
} goal_params;

#define AT(field) offsetof(goal_params, field)
static const lw_option options[] = {
    {.key = "file",
     .kind = LW_OPTION_TEXT,
     .offset = AT(file),
     .fallback = "",
     .help = "the schedule, from the folder of the file that says so"},
    {.key = "text", .kind = LW_OPTION_TEXT, .offset = AT(text), .fallback = "", .help = "the schedule itself, instead of a file"},
    {.key = "calc_unit",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = AT(calc_unit_ps),
     .fallback = "1 ns",
     .minimum = 1,
     .maximum = 1e15,
     .help = "what one unit of a calc takes",
     .source = "LogGOPSim counts in nanoseconds with its default parameters"},
    LW_SCHEDULE_ROWS(AT(schedule)),
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const goal_params *p = params;
    if ((p->file[0] != '\0') == (p->text[0] != '\0')) {
        return lw_error(diags, lw_type_place(options, set, "text", at), "write file: NAME.goal, or text: \"num_ranks 2 ...\"",
                        p->file[0] != '\0' ? "the schedule is both a file and a text" : "there is no schedule");
    }
    return LW_OK;
}

// ---- Reading ----

static lw_status read_schedule(const lw_graph_builder *builder, lw_goal *out) {
    const goal_params *params = builder->object->params;
    const lw_source *source = NULL;
    if (params->text[0] != '\0') {
        lw_source *own = LW_NEW(builder->arena, lw_source);
        const char *name = lw_arena_print(builder->arena, "workloads.%s.text", builder->object->name);
        if (own == NULL || name == NULL) {
            return LW_NO_MEMORY;
        }
        *own = (lw_source){name, params->text, strlen(params->text)};
        source = own;
    } else {
        const lw_place place = lw_object_place(builder->object, "file");
        const char *folder =
            place.source != NULL && params->file[0] != '/' ? lw_folder_of(place.source->name, builder->arena) : "";
        const char *path =
            folder == NULL ? NULL : lw_arena_print(builder->arena, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", params->file);
        if (path == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_source_read_at(path, LW_GOAL_BYTES_MAX, place, builder->arena, builder->diags, &source));
    }
    LW_TRY(lw_goal_parse(source, builder->arena, builder->diags, out));
    return lw_goal_match(out, builder->arena, builder->diags);
}

static lw_status write_schedule(lw_graph_builder *builder, const goal_params *params, lw_goal *goal) {
    const uint32_t *node;
    size_t nodes;
    LW_TRY(read_schedule(builder, goal));
    LW_TRY(lw_schedule_nodes(builder, params->schedule.ranks, &node, &nodes));
    if (nodes < goal->ranks) {
        return lw_error(builder->diags, lw_object_place(builder->object, "ranks"), "name as many nodes as the schedule has ranks",
                        "workloads.%s: the schedule has %u ranks, and there are %zu nodes", builder->object->name, goal->ranks,
                        nodes);
    }
    return lw_schedule_write(builder, &params->schedule, goal, node, params->calc_unit_ps);
}

static lw_status expand(lw_graph_builder *builder) {
    const goal_params *params = builder->object->params;
    lw_goal goal;
    const lw_status status = write_schedule(builder, params, &goal);
    if (status != LW_OK) {
        lw_diags_own_sources(builder->diags);  // findings outlive the memory of a point
        return status;
    }
    const lw_place place = lw_object_place(builder->object, params->file[0] != '\0' ? "file" : "text");
    if (goal.has_nic) {
        lw_note(builder->diags, place, "routes follow the links of the scenario", "workloads.%s: nic has no effect",
                builder->object->name);
    }
    if (goal.has_any) {
        lw_note(builder->diags, place, NULL,
                "workloads.%s: receives of any source or tag take what others leave, in the order of the file",
                builder->object->name);
    }
    return LW_OK;
}

static const char page[] =
    "A schedule in GOAL, the text format of LogGOPSim and ATLAHS, which turn traces of MPI, NCCL and\n"
    "storage into it: what each rank sends, receives and computes, and in what order. The times of its\n"
    "messages are those of the links here, where they meet each other and everything else.\n"
    "\n"
    "  num_ranks 2\n"
    "  rank 0 {\n"
    "    c: calc 15000\n"
    "    s: send 16384b to 1 tag 1\n"
    "    s requires c              s starts when c has ended; irequires: when it has started\n"
    "  }\n"
    "  rank 1 { recv 16384b from 0 tag 1 }\n"
    "\n"
    "Taken: num_ranks, rank blocks, send, recv and calc with labels, tag, cpu and nic, from -1, tag -1,\n"
    "requires and irequires, both kinds of comments. Operations of one cpu of a rank run one after the\n"
    "other (0 where none is named), other cpus beside it. A message belongs to the receive of its source,\n"
    "target and tag, the first to the first in the order of the file; receives of any source or tag take\n"
    "what these leave.\n"
    "\n"
    "A send up to `eager` bytes is over when it has left; a larger one starts when its receive is posted\n"
    "and is over when the data has come. Each costs its rank `overhead`, and so does the receive. L, g\n"
    "and G of the model come from the links instead; nic is read and has no effect, since routes are\n"
    "those of the scenario. Ranks are nodes, each another one.\n"
    "\n"
    "Not taken: binary schedules (.bin); files over 64 MiB. An unmatched send, an undefined label and a\n"
    "dependency cycle are told with their line in the schedule.";

static const char *const metrics[] = {"time_us", "compute_us", "exposed_us", "bandwidth_GBps", NULL};

const lw_work_kind lw_work_goal = {
    .type = {.name = "goal",
             .summary = "a schedule of sends, receives and calcs in GOAL, as LogGOPSim and ATLAHS have it",
             .page = page,
             .example =
                 "{kind: goal, ranks: [host, gpu], text: \"num_ranks 2 rank 0 { c: calc 500 s: send 64000b to 1 s requires c } "
                 "rank 1 { recv 64000b from 0 }\"}",
             .options = options,
             .params_size = sizeof(goal_params),
             .check = check},
    .metrics = metrics,
    .expand = expand,
};
