// SPDX-License-Identifier: GPL-3.0-or-later
// What a workload would take without its limit.
#include <string.h>

#include "sim/machine/build.h"
#include "sim/study/run.h"

// A thousand times as fast is free beside all else, and stays a rate that can be counted with.
#define RAISE 1000

typedef enum part {
    PART_NONE,
    PART_RATE,
    PART_CREDITS,
    PART_TAGS,
    PART_MEMORY,
    PART_ENGINE,
    PART_GAP,
    PART_CORE,
    PART_ROOT,
    PART_SLOTS
} part;

// What is taken away: a part of an entry under links: or nodes:.
typedef struct target {
    part part;
    size_t spec;          // of a link or a node
    const char *segment;  // of a link, "" for the only one
} target;

static bool is_same(const target *a, const target *b) {
    return a->part == b->part && a->spec == b->spec &&
           (a->segment == NULL || b->segment == NULL ? a->segment == b->segment : strcmp(a->segment, b->segment) == 0);
}

static bool is_named(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static target of_node(const lw_built *built, uint32_t node, part which) {
    return (target){which, (size_t)(built->machine->node[node].spec - built->machine->node_spec), NULL};
}

static target target_of_server(const lw_built *built, const lw_limit *limit) {
    for (size_t s = 0; s < built->fabric.server_count; s++) {
        const lw_server_info *info = &built->server[s];
        const bool found = is_named(info->name, limit->name) &&
                           (limit->direction == NULL || is_named(info->direction, limit->direction)) &&
                           (limit->segment == NULL || is_named(info->segment, limit->segment));
        if (found && info->link != LW_NO_LINK) {
            const size_t spec = (size_t)(built->machine->link[info->link].spec - built->machine->link_spec);
            return (target){limit->kind == LW_LIMITED_BY_CREDITS ? PART_CREDITS : PART_RATE, spec, info->segment};
        }
        if (found) {
            const lw_server *server = &built->fabric.server[s];
            const part which = info->root                         ? PART_ROOT
                               : server->role == LW_SERVER_MEMORY ? PART_MEMORY
                               : server->role == LW_SERVER_CORE   ? PART_CORE
                               : server->packet_ps > 0            ? PART_GAP
                                                                  : PART_ENGINE;
            return of_node(built, info->node, which);
        }
    }
    return (target){PART_NONE, 0, NULL};
}

static target target_of(const lw_built *built, const lw_limit *limit) {
    switch (limit->kind) {
    case LW_LIMITED_BY_CHANNEL:
    case LW_LIMITED_BY_NODE:
    case LW_LIMITED_BY_DMA_ENGINE:
    case LW_LIMITED_BY_CREDITS:
        return target_of_server(built, limit);
    case LW_LIMITED_BY_READ_WINDOW:
        for (size_t l = 0; l < built->machine->link_count; l++) {
            if (is_named(built->machine->link[l].name, limit->name)) {
                return (target){PART_TAGS, (size_t)(built->machine->link[l].spec - built->machine->link_spec), NULL};
            }
        }
        break;
    case LW_LIMITED_BY_COPY_ENGINES:
        for (size_t s = 0; s < built->fabric.resource_count; s++) {
            if (is_named(built->slots[s].name, limit->name)) {
                return of_node(built, built->slots[s].node, PART_SLOTS);
            }
        }
        break;
    default:
        break;
    }
    return (target){PART_NONE, 0, NULL};
}

// ---- A machine without it ----

static void lift_link(const target *t, lw_link_model *model) {
    static const lw_credits all = {LW_CREDITS_INFINITE, LW_CREDITS_INFINITE};
    model->read_tags = t->part == PART_TAGS ? LW_TAGS_INFINITE : model->read_tags;
    for (int s = 0; s < model->segment_count; s++) {
        for (int dir = 0; dir < 2 && t->part != PART_TAGS; dir++) {
            lw_channel *channel = &model->segment[s].channel[dir];
            for (int kind = 0; kind < LW_PACKET_KINDS && t->part == PART_CREDITS; kind++) {
                channel->credits[kind] = all;
            }
            if (t->part == PART_RATE && strcmp(model->segment[s].name, t->segment) == 0) {
                channel->raw_Bps.num *= RAISE;
                channel->packet_ps = 0;
            }
        }
    }
}

static void lift_node(const target *t, lw_node_params *params) {
    switch (t->part) {
    case PART_MEMORY:
        params->memory_rate_Bps = LW_AUTO;
        break;
    case PART_ENGINE:
        params->copy_rate_h2d_Bps = params->copy_rate_d2h_Bps = LW_AUTO;
        break;
    case PART_GAP:
        params->dma_packet_gap_ps = params->request_gap_ps = 0;
        break;
    case PART_CORE:
        params->cpu_copy_rate_Bps = params->cpu_copy_rate_cached_Bps = LW_AUTO;
        break;
    case PART_ROOT:
        params->port_rate_Bps = params->root_in_rate_Bps = params->root_out_rate_Bps = LW_AUTO;
        params->root_rate_Bps = LW_AUTO;
        break;
    case PART_SLOTS:
        params->copy_engines = params->peer_engines = params->bounce_engines = LW_AUTO;
        break;
    default:
        break;
    }
}

static bool is_of_link(const target *t) {
    return t->part == PART_RATE || t->part == PART_CREDITS || t->part == PART_TAGS;
}

// "links.nvlink", "gpus copy engine": with all of their group.
static const char *name_of(const lw_machine *machine, const target *t, lw_arena *arena) {
    static const char *const words[] = {[PART_RATE] = "",          [PART_CREDITS] = " credits",    [PART_TAGS] = " window",
                                        [PART_MEMORY] = " memory", [PART_ENGINE] = " copy engine", [PART_GAP] = " dma engine",
                                        [PART_CORE] = " cpu copy", [PART_SLOTS] = " copy engines", [PART_ROOT] = " root complex"};
    if (is_of_link(t)) {
        const bool named = t->segment != NULL && t->segment[0] != '\0';
        return lw_arena_print(arena, "links.%s%s%s%s", machine->link_spec[t->spec].object->name, named ? ": " : "",
                              named ? t->segment : "", words[t->part]);
    }
    return lw_arena_print(arena, "nodes.%s%s", machine->node_spec[t->spec].object->name, words[t->part]);
}

// ---- The run without it ----

static lw_status run_without(const lw_point_run *middle, const target *t, lw_point_how how, lw_arena *arena, lw_point *out,
                             bool *works) {
    lw_machine machine;
    lw_point_run run = {.setup = middle->setup};
    lw_culprit unused = {0};
    lw_link_spec *link = NULL;
    lw_node_spec *node = NULL;
    LW_TRY(lw_machine_copy(middle->setup.machine, arena, &machine, &link, &node));
    lw_node_params *params = LW_NEW_ARRAY(arena, lw_node_params, machine.node_spec_count);
    if (params == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < machine.node_spec_count; s++) {
        params[s] = *node[s].params;
        node[s].params = &params[s];
        // who asks may have fewer tags than the link
        params[s].tags = t->part == PART_TAGS ? LW_AUTO : params[s].tags;
        params[s].kernel_tags = t->part == PART_TAGS ? LW_AUTO : params[s].kernel_tags;
    }
    if (is_of_link(t)) {
        lw_link_model model;
        lw_link_model_load(link[t->spec].model, &model);
        lift_link(t, &model);
        link[t->spec].model = lw_link_model_keep(&model, arena);
        if (link[t->spec].model == NULL) {
            return LW_NO_MEMORY;
        }
    } else {
        lift_node(t, &params[t->spec]);
    }
    run.setup.machine = &machine;
    how.spans = 0;
    how.memory = NULL;
    const lw_status status = lw_point_run_to_end(&run, how, arena, &unused);
    *works = status != LW_LIMIT && status != LW_STUCK;
    LW_TRY(*works ? status : LW_OK);
    return *works ? lw_attribute(&run.built, &run.result, (lw_provenances){0}, (lw_percentiles){0}, arena, out) : LW_OK;
}

lw_status lw_point_add_lifted(const lw_point_run *run, lw_point_how how, lw_arena *arena, lw_point *out) {
    target *wanted = LW_NEW_ARRAY(arena, target, out->workload_count);
    if (wanted == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; w < out->workload_count; w++) {
        wanted[w] = target_of(&run->built, &out->workload[w].limit);
    }
    for (size_t w = 0; w < out->workload_count; w++) {
        lw_point without = {0};
        bool works = false;
        const char *what = wanted[w].part != PART_NONE ? name_of(run->built.machine, &wanted[w], arena) : "";
        if (what == NULL) {
            return LW_NO_MEMORY;
        }
        if (wanted[w].part == PART_NONE) {
            continue;
        }
        LW_TRY(run_without(run, &wanted[w], how, arena, &without, &works));
        const target done = wanted[w];
        for (size_t i = w; i < out->workload_count; i++) {
            if (is_same(&wanted[i], &done)) {
                const lw_workload_result *then = works ? &without.workload[i] : NULL;
                out->workload[i].lifted = works ? (lw_lifted){what, then->end_ps - then->start_ps, then->limit} : (lw_lifted){0};
                wanted[i].part = PART_NONE;
            }
        }
    }
    return LW_OK;
}
