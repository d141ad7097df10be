// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/machine/machine.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/suggest.h"

// ---- Selectors ----

static lw_status unknown_node(const lw_machine *machine, const char *name, lw_place place, lw_diags *diags) {
    lw_arena *arena = lw_arena_new();
    lw_list names = {0};
    for (size_t s = 0; arena != NULL && s < machine->node_spec_count; s++) {
        lw_candidate(&names, machine->node_spec[s].object->name, arena);
    }
    const char *otherwise = lw_diags_text(diags, "add it under nodes:, for example %s: {kind: host}", name);
    lw_status status = lw_error(diags, place, lw_did_you_mean_in(diags, name, &names, otherwise), "there is no node '%s'", name);
    lw_arena_free(arena);
    return status;
}

static const lw_node_spec *find_spec(const lw_machine *machine, const char *name, size_t length) {
    for (size_t s = 0; s < machine->node_spec_count; s++) {
        const char *own = machine->node_spec[s].object->name;
        if (strncmp(own, name, length) == 0 && own[length] == '\0') {
            return &machine->node_spec[s];
        }
    }
    return NULL;
}

static bool read_index(const char **at, unsigned long *out) {
    char *end = NULL;
    bool digit = **at >= '0' && **at <= '9';
    *out = digit ? strtoul(*at, &end, 10) : 0;
    *at = digit ? end : *at;
    return digit;
}

lw_status lw_machine_select(const lw_machine *machine, const char *selector, lw_place place, lw_diags *diags, lw_selection *out) {
    size_t length = strcspn(selector, "[");
    const lw_node_spec *spec = find_spec(machine, selector, length);
    if (spec == NULL) {
        return unknown_node(machine, lw_diags_text(diags, "%.*s", (int)length, selector), place, diags);
    }
    *out = (lw_selection){spec->first, spec->members};
    if (selector[length] == '\0' || strcmp(selector + length, "[*]") == 0) {
        return LW_OK;
    }
    const char *at = selector + length + 1;
    unsigned long first = 0, last = 0;
    bool sound = read_index(&at, &first);
    last = first;
    if (sound && strncmp(at, "..", 2) == 0) {
        at += 2;
        sound = read_index(&at, &last) && first <= last;
    }
    if (!sound || strcmp(at, "]") != 0) {
        return lw_error(diags, place, "write name[0] for one, name[1..7] for some, name[*] for all", "invalid node selector '%s'",
                        selector);
    }
    if (last >= spec->members) {
        const char *name = spec->object->name;
        const char *hint = spec->group ? lw_diags_text(diags, "the last one is %s[%u]", name, spec->members - 1)
                                       : lw_diags_text(diags, "'%s' has no count, so it is one node", name);
        return lw_error(diags, place, hint, "there is no node '%s'", selector);
    }
    *out = (lw_selection){spec->first + (uint32_t)first, (uint32_t)(last - first + 1)};
    return LW_OK;
}

// ---- Times of links ----

// Of a node that is a switch with a figure of its own; 0 else.
static int64_t switch_ps(const lw_node *node) {
    return node->spec->kind == LW_NODE_SWITCH ? node->spec->params->latency_ps : 0;
}

int64_t lw_segment_latency_ps(const lw_machine *machine, lw_leg leg, int index) {
    const lw_link *link = &machine->link[leg.link];
    const lw_link_model *model = link->spec->model;
    const lw_channel *channel = &model->segment[leg.dir == 0 ? index : model->segment_count - 1 - index].channel[leg.dir];
    int64_t latency_ps = lw_channel_latency_ps(channel);
    if (index == 0 && switch_ps(&machine->node[link->end[leg.dir]]) > 0) {
        latency_ps -= channel->port_ps[0];
    }
    const lw_node *far = &machine->node[link->end[1 - leg.dir]];
    if (index + 1 == model->segment_count && switch_ps(far) > 0) {
        latency_ps += switch_ps(far) - channel->port_ps[1];
    }
    return latency_ps;
}

int64_t lw_leg_latency_ps(const lw_machine *machine, lw_leg leg) {
    int64_t sum_ps = 0;
    for (int index = 0; index < lw_machine_model(machine, leg)->segment_count; index++) {
        sum_ps += lw_segment_latency_ps(machine, leg, index);
    }
    return sum_ps;
}

lw_leg_times lw_leg_times_of(const lw_machine *machine, lw_leg leg) {
    enum { PAGE_BYTES = 4096 };
    const lw_link_model *model = lw_machine_model(machine, leg);
    int64_t bit_ps = lw_leg_latency_ps(machine, leg), sum_ps = bit_ps;
    for (int s = 0; s < model->segment_count; s++) {
        lw_fraction ps_per_byte;
        lw_channel_ps_per_byte(&model->segment[s].channel[leg.dir], &ps_per_byte);
        sum_ps += (int64_t)((lw_int128)ps_per_byte.num * PAGE_BYTES / ps_per_byte.den);
    }
    return (lw_leg_times){bit_ps, sum_ps, lw_link_model_works(model, NULL, NULL)};
}
