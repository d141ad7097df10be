// SPDX-License-Identifier: GPL-3.0-or-later
// The devices and connections of a point as boxes and lines: large groups become one box, machines are told apart, and a search
// from the roots gives each box its depth.
#include <string.h>

#include "sim/base/list.h"
#include "sim/result/topology.h"
#include "sim/study/scenario.h"

typedef struct drawing {
    const lw_machine *system;
    lw_arena *arena;
    bool *whole;        // one a device spec: it stands as one node
    uint32_t *node_of;  // one a device
    lw_list links;      // lw_topology_link
    lw_topology *out;
} drawing;

static size_t spec_of(const drawing *d, uint32_t device) {
    return (size_t)(d->system->device[device].spec - d->system->spec);
}

// Groups that are too large, and the groups linked to them: sixteen boxes with lines to one say nothing.
static void find_whole_groups(drawing *d) {
    const lw_machine *system = d->system;
    for (size_t s = 0; s < system->spec_count; s++) {
        d->whole[s] = system->spec[s].members > LW_TOPOLOGY_MEMBERS_MAX;
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t c = 0; c < system->connection_count; c++) {
            for (int side = 0; side < 2; side++) {
                size_t here = spec_of(d, system->connection[c].end[side]), far = spec_of(d, system->connection[c].end[1 - side]);
                if (d->whole[far] && !d->whole[here] && system->spec[here].members > 1) {
                    d->whole[here] = moved = true;
                }
            }
        }
    }
}

static lw_status add_nodes(drawing *d) {
    const lw_machine *system = d->system;
    lw_topology *out = d->out;
    out->node = LW_NEW_ARRAY(d->arena, lw_topology_node, system->device_count);
    if (out->node == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < system->device_count; i++) {
        const lw_node_spec *spec = system->device[i].spec;
        bool whole = d->whole[spec_of(d, i)];
        if (whole && i != spec->first) {
            d->node_of[i] = d->node_of[spec->first];
            continue;
        }
        d->node_of[i] = out->node_count;
        out->node[out->node_count++] = (lw_topology_node){
            .name = lw_arena_copy(d->arena, whole ? spec->name : system->device[i].name),
            .group = lw_arena_copy(d->arena, spec->name),
            .kind = lw_node_words[spec->kind],
            .detail = spec->preset != NULL ? spec->preset->summary : "",
            .count = whole ? spec->members : 1,
            .up = LW_TOPOLOGY_NONE,
        };
        if (out->node[out->node_count - 1].name == NULL || out->node[out->node_count - 1].group == NULL) {
            return LW_NO_MEMORY;
        }
    }
    return LW_OK;
}

static lw_topology_link *same_link(drawing *d, size_t first, const uint32_t end[2]) {
    lw_topology_link *link = LW_LIST_ITEMS(&d->links, lw_topology_link);
    for (size_t i = first; i < d->links.count; i++) {
        bool same = link[i].end[0] == end[0] && link[i].end[1] == end[1];
        if (same || (link[i].end[0] == end[1] && link[i].end[1] == end[0])) {
            return &link[i];
        }
    }
    return NULL;
}

// What a link is called, and how far it reaches where its label leaves that out. NULL when out of memory.
static const char *label_of(const lw_link_model *link, lw_arena *arena) {
    const double metres = lw_topology_round(link->distance_m);
    if (metres <= 0) {
        return lw_arena_copy(arena, link->label);
    }
    if (metres >= 1e9) {
        return lw_arena_print(arena, "%s, %.3g million km", link->label, metres / 1e9);
    }
    char distance[LW_QUANTITY_TEXT];
    lw_quantity_print(metres, LW_LENGTH, distance);
    return lw_arena_print(arena, "%s, %s", link->label, distance);
}

static lw_status add_link(drawing *d, const lw_link *connection, const uint32_t end[2]) {
    const lw_link_spec *spec = connection->spec;
    lw_topology_link *added = LW_LIST_ADD(&d->links, lw_topology_link, d->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_topology_link){
        .name = lw_arena_copy(d->arena, connection->name),
        .group = lw_arena_copy(d->arena, spec->name),
        .label = label_of(&spec->link, d->arena),
        .family = spec->family->name,
        .pattern = lw_pattern_words[spec->pattern],
        .end = {end[0], end[1]},
        .count = 1,
        // A family calls its channels by their links; a preset may rest on an announcement that its family does not know of.
        .evidence = spec->preset != NULL ? lw_evidence_weaker(spec->preset->evidence, spec->link.evidence) : spec->link.evidence,
    };
    memcpy(added->shape, spec->shape, sizeof added->shape);
    for (int dir = 0; dir < 2; dir++) {
        lw_waterfall waterfall;
        lw_link_model_waterfall(&spec->link, dir, LW_PACKET_WRITE, 0, 0, &waterfall);
        added->rate_Bps[dir] = waterfall.rate_Bps[LW_STAGE_LINE_CODE];
    }
    for (int s = 0; s < spec->link.segment_count; s++) {
        added->latency_ps += lw_channel_latency_ps(&spec->link.segment[s].channel[0]);
    }
    return added->name == NULL || added->group == NULL || added->label == NULL ? LW_NO_MEMORY : LW_OK;
}

static lw_status add_links(drawing *d) {
    const lw_machine *system = d->system;
    size_t first = 0;  // of the links that the current key has made
    for (size_t c = 0; c < system->connection_count; c++) {
        const lw_link *connection = &system->connection[c];
        if (c > 0 && connection->spec != system->connection[c - 1].spec) {
            first = d->links.count;
        }
        uint32_t end[2] = {d->node_of[connection->end[0]], d->node_of[connection->end[1]]};
        bool merges = d->out->node[end[0]].count > 1 || d->out->node[end[1]].count > 1;
        lw_topology_link *known = merges ? same_link(d, first, end) : NULL;
        if (known != NULL) {
            known->count++;
            known->name = known->group;
        } else {
            LW_TRY(add_link(d, connection, end));
        }
    }
    d->out->link = LW_LIST_ITEMS(&d->links, lw_topology_link);
    d->out->link_count = (uint32_t)d->links.count;
    return LW_OK;
}

// Spread the smallest number of each machine over all its nodes.
static void find_machines(const drawing *d) {
    lw_topology *out = d->out;
    for (uint32_t i = 0; i < out->node_count; i++) {
        out->node[i].machine = i;
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t l = 0; l < out->link_count; l++) {
            lw_topology_node *a = &out->node[out->link[l].end[0]], *b = &out->node[out->link[l].end[1]];
            if (a->machine != b->machine && !lw_family_find(out->link[l].family)->between_machines) {
                uint32_t least = a->machine < b->machine ? a->machine : b->machine;
                a->machine = b->machine = least;
                moved = true;
            }
        }
    }
}

// One ring of the search after the other; links in the order of the file, so that a node hangs on the first that reaches it.
static void search(const drawing *d) {
    lw_topology *out = d->out;
    uint32_t depth = 0;
    for (bool moved = true; moved; depth++) {
        moved = false;
        for (uint32_t l = 0; l < out->link_count; l++) {
            for (int side = 0; side < 2; side++) {
                const lw_topology_node *near = &out->node[out->link[l].end[side]];
                lw_topology_node *far = &out->node[out->link[l].end[1 - side]];
                if (near->depth == depth && far->depth == LW_TOPOLOGY_NONE) {
                    far->depth = depth + 1;
                    far->up = l;
                    moved = true;
                }
            }
        }
    }
}

// The roots are the hosts of the first machine that has one, else all nodes of the first one's kind. What they do not reach
// begins anew.
static void find_depths(const drawing *d) {
    lw_topology *out = d->out;
    for (uint32_t i = 0; i < out->node_count; i++) {
        out->node[i].depth = LW_TOPOLOGY_NONE;
    }
    for (;;) {
        const lw_topology_node *root = NULL;
        for (uint32_t i = 0; i < out->node_count; i++) {
            const lw_topology_node *node = &out->node[i];
            bool host = strcmp(node->kind, lw_node_words[LW_NODE_HOST]) == 0;
            if (node->depth == LW_TOPOLOGY_NONE && (root == NULL || (host && strcmp(root->kind, node->kind) != 0))) {
                root = node;
            }
        }
        if (root == NULL) {
            return;
        }
        for (uint32_t i = 0; i < out->node_count; i++) {
            lw_topology_node *node = &out->node[i];
            if (node->depth == LW_TOPOLOGY_NONE && node->machine == root->machine && strcmp(node->kind, root->kind) == 0) {
                node->depth = 0;
            }
        }
        search(d);
    }
}

lw_status lw_scenario_topology(const lw_scenario *scenario, size_t point, lw_arena *arena, lw_diags *diags, lw_topology *out) {
    lw_arena *scratch = lw_arena_new();
    lw_point_setup setup;
    if (scratch == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = lw_scenario_point(scenario, point, scratch, diags, &setup);
    if (status == LW_OK) {
        *out = (lw_topology){.title = scenario->title, .file = scenario->file, .tool_version = LANEWISE_VERSION};
        memcpy(out->sha256, scenario->sha256, sizeof out->sha256);
        out->swept = lw_scenario_points(scenario) > 1;
        drawing d = {.system = &setup.system, .arena = arena, .out = out};
        d.whole = LW_NEW_ARRAY(scratch, bool, setup.system.spec_count);
        d.node_of = LW_NEW_ARRAY(scratch, uint32_t, setup.system.device_count);
        status = d.whole == NULL || d.node_of == NULL ? LW_NO_MEMORY : LW_OK;
        if (status == LW_OK) {
            find_whole_groups(&d);
            status = add_nodes(&d);
        }
        status = status == LW_OK ? add_links(&d) : status;
        if (status == LW_OK) {
            find_machines(&d);
            find_depths(&d);
        }
    }
    lw_arena_free(scratch);
    return status;
}
