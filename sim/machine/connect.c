// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/machine/connect.h"

#include <assert.h>

typedef struct connecting {
    const lw_machine *machine;
    const lw_link_spec *spec;
    const char *name;  // of the spec
    lw_list *links;
    lw_arena *arena;
    lw_diags *diags;
} connecting;

static lw_status joins_itself(const connecting *c) {
    return lw_error(c->diags, c->spec->between[1]->place, "name two different nodes", "links.%s joins a node to itself", c->name);
}

static lw_status add(const connecting *c, uint32_t a, uint32_t b) {
    if (a == b) {
        return joins_itself(c);
    }
    if (c->links->count >= LW_LINKS_MAX) {
        return lw_error(c->diags, c->spec->object->place, "make the groups smaller", "there are more than %d links",
                        LW_LINKS_MAX);
    }
    lw_link *added = LW_LIST_ADD(c->links, lw_link, c->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_link){c->name, c->spec, {a, b}};
    return LW_OK;
}

// Each node and the next along each axis, the last and the first included; two in a row have one
// link.
static lw_status connect_torus(const connecting *c, lw_selection group) {
    const uint32_t *shape = c->spec->shape;
    uint64_t nodes = (uint64_t)shape[0] * shape[1] * shape[2];
    if (nodes != group.count) {
        return lw_error(c->diags, lw_object_place(c->spec->object, "shape"), "make their product the count of the group",
                        "links.%s: the shape has %llu nodes and the group %u", c->name, (unsigned long long)nodes, group.count);
    }
    for (uint32_t i = 0; i < group.count; i++) {
        uint32_t stride = 1;
        for (int axis = 0; axis < LW_TORUS_AXES; axis++) {
            uint32_t length = shape[axis], at = i / stride % length;
            if (length > 2 || (length == 2 && at == 0)) {
                uint32_t next = i - at * stride + (at + 1) % length * stride;
                LW_TRY(add(c, group.first + i, group.first + next));
            }
            stride *= length;
        }
    }
    return LW_OK;
}

static lw_status connect_inside(const connecting *c, lw_selection group) {
    lw_pattern pattern = c->spec->pattern;
    if (group.count < 2) {
        return joins_itself(c);
    }
    if (pattern == LW_PATTERN_TORUS) {
        return connect_torus(c, group);
    }
    for (uint32_t i = 0; i < group.count; i++) {
        if (pattern == LW_PATTERN_RING && (i > 0 || group.count > 2)) {
            LW_TRY(add(c, group.first + i, group.first + (i + 1) % group.count));
        }
        for (uint32_t j = i + 1; pattern == LW_PATTERN_MESH && j < group.count; j++) {
            LW_TRY(add(c, group.first + i, group.first + j));
        }
    }
    if (pattern == LW_PATTERN_EACH || pattern == LW_PATTERN_STAR) {
        return lw_error(c->diags, c->spec->between[1]->place, "use pattern: ring, mesh or torus inside a group",
                        "links.%s joins a group to itself", c->name);
    }
    return LW_OK;
}

static lw_status connect_groups(const connecting *c, lw_selection a, lw_selection b) {
    const lw_link_spec *spec = c->spec;
    if (spec->pattern == LW_PATTERN_RING || spec->pattern == LW_PATTERN_TORUS) {
        return lw_error(c->diags, spec->object->place, "write between: [gpus[*], gpus[*]]",
                        "links.%s: a %s joins the members of one group", c->name, lw_pattern_words[spec->pattern]);
    }
    if (spec->pattern == LW_PATTERN_MESH) {
        for (uint32_t i = 0; i < a.count; i++) {
            for (uint32_t j = 0; j < b.count; j++) {
                LW_TRY(add(c, a.first + i, b.first + j));
            }
        }
        return LW_OK;
    }
    assert(a.count > 0 && b.count > 0);  // a count is at least 1
    // In order: of two switches and eight cards the first has the first four.
    uint32_t count = a.count > b.count ? a.count : b.count, fewer = a.count > b.count ? b.count : a.count;
    if (fewer != 1 && (spec->pattern != LW_PATTERN_EACH || count % fewer != 0)) {
        return lw_error(c->diags, spec->object->place, "use pattern: mesh for every pair",
                        "links.%s: '%s' has %u nodes and '%s' has %u, so they do not pair", c->name, spec->between[0]->text,
                        a.count, spec->between[1]->text, b.count);
    }
    for (uint32_t i = 0; i < count; i++) {
        LW_TRY(add(c, a.first + i / (count / a.count), b.first + i / (count / b.count)));
    }
    return LW_OK;
}

// The kinds of nodes in the words of families, by lw_node_kind.
static const unsigned ends[LW_NODE_KINDS] = {[LW_NODE_HOST] = LW_END_HOST,
                                             [LW_NODE_GPU] = LW_END_GPU,
                                             [LW_NODE_MEMORY] = LW_END_MEMORY,
                                             [LW_NODE_SWITCH] = LW_END_SWITCH,
                                             [LW_NODE_NIC] = LW_END_NIC};

// Can the family join what stands at its ends?
static lw_status check_joins(const connecting *c, const lw_selection end[2]) {
    const lw_family *family = c->spec->family;
    const lw_node_spec *node[2] = {c->machine->node[end[0].first].spec, c->machine->node[end[1].first].spec};
    const bool hosts = node[0]->kind == LW_NODE_HOST && node[1]->kind == LW_NODE_HOST;
    if (family->joins == NULL || lw_joins_allow(family->joins, ends[node[0]->kind], ends[node[1]->kind])) {
        if (hosts && family->joins != NULL && family->joins->bridge != NULL) {
            lw_warn(c->diags, c->spec->between[0]->place, "take ethernet or infiniband where the two have network cards",
                    "links.%s: %s %s", c->name, family->type.name, family->joins->bridge);
        }
        return LW_OK;
    }
    const char *hint = hosts && family->joins->between_hosts != NULL
                           ? family->joins->between_hosts
                           : lw_diags_text(c->diags, "take another type, or type: link for one that you have figures of");
    return lw_error(c->diags, c->spec->between[0]->place, hint, "links.%s: %s does not join a %s to a %s: %s", c->name,
                    family->type.name, lw_node_type_at((size_t)node[0]->kind)->name, lw_node_type_at((size_t)node[1]->kind)->name,
                    family->joins->why);
}

lw_status lw_connect(const lw_machine *machine, lw_link_spec *spec, lw_arena *arena, lw_diags *diags, lw_list *links) {
    const connecting c = {machine, spec, spec->object->name, links, arena, diags};
    lw_selection end[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        LW_TRY(lw_machine_select(machine, spec->between[i]->text, spec->between[i]->place, diags, &end[i]));
        lw_link_spec_train_down(spec, machine->node[end[i].first].spec, diags);
    }
    LW_TRY(lw_link_spec_resolve(spec, arena, diags));
    size_t first = links->count;
    bool inside = end[0].first == end[1].first && end[0].count == end[1].count;
    LW_TRY(inside ? connect_inside(&c, end[0]) : connect_groups(&c, end[0], end[1]));
    LW_TRY(check_joins(&c, end));
    for (size_t i = first; links->count - first > 1 && i < links->count; i++) {
        const char *name = lw_arena_member(arena, c.name, i - first);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        LW_LIST_ITEMS(links, lw_link)[i].name = name;
    }
    return LW_OK;
}
