// SPDX-License-Identifier: GPL-3.0-or-later
// The nodes and links of a point as boxes and lines: large groups become one box, machines are told
// apart, and a search from the roots gives each box its depth.
#include "sim/study/topology.h"

#include <string.h>

#include "sim/base/list.h"
#include "sim/base/version.h"
#include "sim/machine/build.h"

typedef struct drawing {
    const lw_machine *machine;
    lw_arena *arena;
    bool *whole;        // one a node spec: it stands as one box
    uint32_t *node_of;  // one a node of the machine
    lw_list links;      // lw_topology_link
    lw_topology *out;
} drawing;

static size_t spec_of(const drawing *d, uint32_t node) {
    return (size_t)(d->machine->node[node].spec - d->machine->node_spec);
}

// Groups that are too large, and the groups linked to them: sixteen boxes with lines to one say
// nothing.
static void find_whole_groups(drawing *d) {
    const lw_machine *machine = d->machine;
    for (size_t s = 0; s < machine->node_spec_count; s++) {
        d->whole[s] = machine->node_spec[s].members > LW_TOPOLOGY_MEMBERS_MAX;
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t c = 0; c < machine->link_count; c++) {
            for (int side = 0; side < 2; side++) {
                size_t here = spec_of(d, machine->link[c].end[side]), far = spec_of(d, machine->link[c].end[1 - side]);
                if (d->whole[far] && !d->whole[here] && machine->node_spec[here].members > 1) {
                    d->whole[here] = moved = true;
                }
            }
        }
    }
}

static lw_status add_nodes(drawing *d) {
    const lw_machine *machine = d->machine;
    lw_topology *out = d->out;
    out->node = LW_NEW_ARRAY(d->arena, lw_topology_node, machine->node_count);
    if (out->node == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < machine->node_count; i++) {
        const lw_node_spec *spec = machine->node[i].spec;
        bool whole = d->whole[spec_of(d, i)];
        if (whole && i != spec->first) {
            d->node_of[i] = d->node_of[spec->first];
            continue;
        }
        d->node_of[i] = out->node_count;
        out->node[out->node_count++] = (lw_topology_node){
            .name = lw_arena_copy(d->arena, whole ? spec->object->name : machine->node[i].name),
            .group = lw_arena_copy(d->arena, spec->object->name),
            .kind = spec->object->type->name,
            .detail = spec->object->preset != NULL ? lw_arena_copy(d->arena, spec->object->preset->summary) : "",
            .count = whole ? spec->members : 1,
            .up = LW_TOPOLOGY_NONE,
        };
        const lw_topology_node *added = &out->node[out->node_count - 1];
        if (added->name == NULL || added->group == NULL || added->detail == NULL) {
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

// What a link is called, and how far it reaches where its label leaves that out. NULL when out of
// memory.
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

static lw_status add_link(drawing *d, const lw_link *link, const uint32_t end[2]) {
    const lw_link_spec *spec = link->spec;
    const lw_link_model *model = spec->model;
    const lw_preset *preset = spec->object->preset;
    lw_topology_link *added = LW_LIST_ADD(&d->links, lw_topology_link, d->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_topology_link){
        .name = lw_arena_copy(d->arena, link->name),
        .group = lw_arena_copy(d->arena, spec->object->name),
        .label = label_of(model, d->arena),
        .family = spec->family->type.name,
        .hue = spec->family->hue,
        .pattern = lw_pattern_words[spec->pattern],
        .between_machines = spec->family->between_machines,
        .end = {end[0], end[1]},
        .count = 1,
        // A family calls its channels by their links; a preset may rest on an announcement that its
        // family does not know of.
        .evidence = preset != NULL ? lw_evidence_weaker(preset->evidence, model->evidence) : model->evidence,
    };
    memcpy(added->shape, spec->shape, sizeof added->shape);
    for (int dir = 0; dir < 2; dir++) {
        lw_waterfall waterfall;
        lw_link_model_waterfall(model, dir, LW_PACKET_WRITE, 0, 0, &waterfall);
        added->rate_Bps[dir] = waterfall.rate_Bps[LW_STAGE_LINE_CODE];
    }
    added->latency_ps = lw_link_model_latency_ps(model, 0);
    return added->name == NULL || added->group == NULL || added->label == NULL ? LW_NO_MEMORY : LW_OK;
}

static lw_status add_links(drawing *d) {
    const lw_machine *machine = d->machine;
    size_t first = 0;  // of the links that the current key has made
    for (size_t c = 0; c < machine->link_count; c++) {
        const lw_link *link = &machine->link[c];
        if (c > 0 && link->spec != machine->link[c - 1].spec) {
            first = d->links.count;
        }
        uint32_t end[2] = {d->node_of[link->end[0]], d->node_of[link->end[1]]};
        bool merges = d->out->node[end[0]].count > 1 || d->out->node[end[1]].count > 1;
        lw_topology_link *known = merges ? same_link(d, first, end) : NULL;
        if (known != NULL) {
            known->count++;
            known->name = known->group;
        } else {
            LW_TRY(add_link(d, link, end));
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
            if (a->machine != b->machine && !out->link[l].between_machines) {
                uint32_t least = a->machine < b->machine ? a->machine : b->machine;
                a->machine = b->machine = least;
                moved = true;
            }
        }
    }
}

// One ring of the search after the other; links in the order of the file, so that a node hangs on
// the first that reaches it.
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

// The roots are the hosts of the first machine that has one, else all nodes of the first one's
// kind. What they do not reach begins anew.
static void find_depths(const drawing *d) {
    const char *host_word = lw_node_type_at(LW_NODE_HOST)->name;
    lw_topology *out = d->out;
    for (uint32_t i = 0; i < out->node_count; i++) {
        out->node[i].depth = LW_TOPOLOGY_NONE;
    }
    for (;;) {
        const lw_topology_node *root = NULL;
        for (uint32_t i = 0; i < out->node_count; i++) {
            const lw_topology_node *node = &out->node[i];
            bool host = strcmp(node->kind, host_word) == 0;
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

lw_status lw_scenario_topology(const lw_document *document, size_t point, lw_arena *arena, lw_diags *diags, lw_topology *out) {
    lw_arena *scratch = lw_arena_new();
    lw_setup setup;
    lw_machine machine;
    lw_status status = scratch == NULL ? LW_NO_MEMORY : lw_document_point(document, point, NULL, 0, scratch, &setup);
    status = status == LW_OK ? lw_machine_build(&setup, scratch, diags, &machine) : status;
    if (status == LW_OK) {
        *out = (lw_topology){.title = document->title, .file = document->file, .tool_version = lw_version};
        memcpy(out->sha256, document->sha256, sizeof out->sha256);
        out->first_node = machine.node_spec_count > 0 ? machine.node_spec[0].object->place : (lw_place){0};
        out->swept = document->sweep.points > 1;
        drawing d = {.machine = &machine, .arena = arena, .out = out};
        d.whole = LW_NEW_ARRAY(scratch, bool, machine.node_spec_count);
        d.node_of = LW_NEW_ARRAY(scratch, uint32_t, machine.node_count);
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
