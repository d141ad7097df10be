// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/machine/machine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/list.h"

// Devices that a name selects: consecutive ones.
typedef struct {
    uint32_t first, count;
} range;

// ---- Nodes ----

static lw_status read_devices(const lw_yaml *nodes, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags,
                              lw_machine *out) {
    if (nodes == NULL) {
        return LW_OK;
    }
    out->spec = LW_NEW_ARRAY(arena, lw_node_spec, nodes->count);
    if (out->spec == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_OK;
    for (const lw_yaml *node = nodes->first; node != NULL; node = node->next) {
        lw_node_spec *spec = &out->spec[out->spec_count++];
        lw_status read = lw_node_read(node, catalog, diags, spec);
        if (read == LW_NO_MEMORY) {
            return read;
        }
        status = read != LW_OK ? read : status;
        spec->first = (uint32_t)out->device_count;
        spec->members = spec->group && spec->params.count != LW_AUTO ? (uint32_t)spec->params.count : 1;
        out->device_count += spec->members;
        if (out->device_count > LW_NODES_MAX) {
            return lw_error(diags, spec->place, "make the groups smaller", "there are more than %d nodes", LW_NODES_MAX);
        }
    }
    out->device = LW_NEW_ARRAY(arena, lw_node, out->device_count);
    if (out->device == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < out->spec_count; s++) {
        lw_node_spec *spec = &out->spec[s];
        for (uint32_t i = 0; i < spec->members; i++) {
            const char *name = spec->group ? lw_arena_print(arena, "%s[%u]", spec->name, i) : spec->name;
            if (name == NULL) {
                return LW_NO_MEMORY;
            }
            out->device[spec->first + i] = (lw_node){name, spec};
        }
    }
    return status;
}

static lw_status unknown_node(const lw_machine *system, const char *name, lw_place place, lw_arena *arena, lw_diags *diags) {
    const char **names = LW_NEW_ARRAY(arena, const char *, system->spec_count);
    if (names == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < system->spec_count; i++) {
        names[i] = system->spec[i].name;
    }
    const char *nearest = lw_nearest(name, names, system->spec_count);
    const char *hint = nearest != NULL ? lw_diags_text(diags, "did you mean '%s'?", nearest)
                                       : lw_diags_text(diags, "add it under nodes:, for example %s: {kind: host}", name);
    return lw_error(diags, place, hint, "there is no node '%s'", name);
}

static bool read_index(const char **at, unsigned long *out) {
    char *end = NULL;
    bool digit = **at >= '0' && **at <= '9';
    *out = digit ? strtoul(*at, &end, 10) : 0;
    *at = digit ? end : *at;
    return digit;
}

// "gpu", "gpus" and "gpus[*]" (all), "gpus[3]", "gpus[1..7]" (both included).
static lw_status select_devices(const lw_machine *system, const char *text, lw_place place, lw_arena *arena, lw_diags *diags,
                                range *out) {
    size_t length = strcspn(text, "[");
    const char *name = lw_arena_copy_n(arena, text, length);
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_node_spec *spec = NULL;
    for (size_t i = 0; i < system->spec_count && spec == NULL; i++) {
        spec = strcmp(system->spec[i].name, name) == 0 ? &system->spec[i] : NULL;
    }
    if (spec == NULL) {
        return unknown_node(system, name, place, arena, diags);
    }
    *out = (range){spec->first, spec->members};
    if (text[length] == '\0' || strcmp(text + length, "[*]") == 0) {
        return LW_OK;
    }
    const char *at = text + length + 1;
    unsigned long first = 0, last = 0;
    bool sound = read_index(&at, &first);
    last = first;
    if (sound && strncmp(at, "..", 2) == 0) {
        at += 2;
        sound = read_index(&at, &last) && first <= last;
    }
    if (!sound || strcmp(at, "]") != 0) {
        return lw_error(diags, place, "write name[0] for one, name[1..7] for some, name[*] for all",
                        "'%s' is no selection of nodes", text);
    }
    if (last >= spec->members) {
        const char *hint = spec->group ? lw_diags_text(diags, "the last one is %s[%u]", name, spec->members - 1)
                                       : lw_diags_text(diags, "'%s' has no count, so it is one node", name);
        return lw_error(diags, place, hint, "there is no node '%s'", text);
    }
    *out = (range){spec->first + (uint32_t)first, (uint32_t)(last - first + 1)};
    return LW_OK;
}

// ---- Links ----

static lw_status add_connection(lw_list *list, lw_link_spec *spec, uint32_t a, uint32_t b, lw_arena *arena, lw_diags *diags) {
    if (a == b) {
        return lw_error(diags, spec->between_place[1], "name two different nodes", "links.%s joins a node to itself", spec->name);
    }
    if (list->count >= LW_LINKS_MAX) {
        return lw_error(diags, spec->place, "make the groups smaller", "there are more than %d links", LW_LINKS_MAX);
    }
    lw_link *added = LW_LIST_ADD(list, lw_link, arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_link){spec->name, spec, {a, b}};
    return LW_OK;
}

// Each node and the next along each axis, the last and the first included; two in a row have one link.
static lw_status connect_torus(lw_list *list, lw_link_spec *spec, range group, lw_arena *arena, lw_diags *diags) {
    uint64_t nodes = (uint64_t)spec->shape[0] * spec->shape[1] * spec->shape[2];
    if (nodes != group.count) {
        return lw_error(diags, spec->shape_place, "make their product the count of the group",
                        "links.%s: the shape has %llu nodes and the group %u", spec->name, (unsigned long long)nodes,
                        group.count);
    }
    for (uint32_t i = 0; i < group.count; i++) {
        uint32_t stride = 1;
        for (int axis = 0; axis < LW_TORUS_AXES; axis++) {
            uint32_t length = spec->shape[axis], at = i / stride % length;
            if (length > 2 || (length == 2 && at == 0)) {
                uint32_t next = i - at * stride + (at + 1) % length * stride;
                LW_TRY(add_connection(list, spec, group.first + i, group.first + next, arena, diags));
            }
            stride *= length;
        }
    }
    return LW_OK;
}

static lw_status connect_inside(lw_list *list, lw_link_spec *spec, range group, lw_arena *arena, lw_diags *diags) {
    if (group.count < 2) {
        return lw_error(diags, spec->between_place[1], "name two different nodes", "links.%s joins a node to itself", spec->name);
    }
    if (spec->pattern == LW_PATTERN_TORUS) {
        return connect_torus(list, spec, group, arena, diags);
    }
    for (uint32_t i = 0; i < group.count; i++) {
        if (spec->pattern == LW_PATTERN_RING && (i > 0 || group.count > 2)) {
            LW_TRY(add_connection(list, spec, group.first + i, group.first + (i + 1) % group.count, arena, diags));
        }
        for (uint32_t j = i + 1; spec->pattern == LW_PATTERN_MESH && j < group.count; j++) {
            LW_TRY(add_connection(list, spec, group.first + i, group.first + j, arena, diags));
        }
    }
    if (spec->pattern == LW_PATTERN_EACH || spec->pattern == LW_PATTERN_STAR) {
        return lw_error(diags, spec->between_place[1], "use pattern: ring, mesh or torus inside a group",
                        "links.%s joins a group to itself", spec->name);
    }
    return LW_OK;
}

static lw_status connect_groups(lw_list *list, lw_link_spec *spec, range a, range b, lw_arena *arena, lw_diags *diags) {
    if (spec->pattern == LW_PATTERN_RING || spec->pattern == LW_PATTERN_TORUS) {
        return lw_error(diags, spec->place, "write between: [gpus[*], gpus[*]]", "links.%s: a %s joins the members of one group",
                        spec->name, lw_pattern_words[spec->pattern]);
    }
    if (spec->pattern == LW_PATTERN_MESH) {
        for (uint32_t i = 0; i < a.count; i++) {
            for (uint32_t j = 0; j < b.count; j++) {
                LW_TRY(add_connection(list, spec, a.first + i, b.first + j, arena, diags));
            }
        }
        return LW_OK;
    }
    assert(a.count > 0 && b.count > 0);  // a count is at least 1
    // In order: of two switches and eight cards the first has the first four.
    uint32_t count = a.count > b.count ? a.count : b.count, fewer = a.count > b.count ? b.count : a.count;
    if (fewer != 1 && (spec->pattern != LW_PATTERN_EACH || count % fewer != 0)) {
        return lw_error(diags, spec->place, "use pattern: mesh for every pair",
                        "links.%s: '%s' has %u nodes and '%s' has %u, so they do not pair", spec->name, spec->between[0], a.count,
                        spec->between[1], b.count);
    }
    for (uint32_t i = 0; i < count; i++) {
        LW_TRY(add_connection(list, spec, a.first + i / (count / a.count), b.first + i / (count / b.count), arena, diags));
    }
    return LW_OK;
}

static lw_status connect(lw_list *list, lw_link_spec *spec, const lw_machine *system, lw_arena *arena, lw_diags *diags) {
    range end[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        LW_TRY(select_devices(system, spec->between[i], spec->between_place[i], arena, diags, &end[i]));
        lw_link_limit(spec, &system->device[end[i].first], diags);
    }
    LW_TRY(lw_link_finish(spec, diags));
    size_t first = list->count;
    if (end[0].first == end[1].first && end[0].count == end[1].count) {
        LW_TRY(connect_inside(list, spec, end[0], arena, diags));
    } else {
        LW_TRY(connect_groups(list, spec, end[0], end[1], arena, diags));
    }
    for (size_t i = first; list->count - first > 1 && i < list->count; i++) {
        const char *name = lw_arena_print(arena, "%s[%zu]", spec->name, i - first);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        LW_LIST_ITEMS(list, lw_link)[i].name = name;
    }
    return LW_OK;
}

static lw_status read_links(const lw_yaml *links, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_machine *out) {
    if (links == NULL) {
        return LW_OK;
    }
    lw_list list = {0};
    lw_status status = LW_OK;
    out->link = LW_NEW_ARRAY(arena, lw_link_spec, links->count);
    if (out->link == NULL) {
        return LW_NO_MEMORY;
    }
    for (const lw_yaml *node = links->first; node != NULL; node = node->next) {
        lw_link_spec *spec = &out->link[out->link_count++];
        lw_status read = lw_link_read(node, catalog, arena, diags, spec);
        if (read == LW_OK) {
            read = connect(&list, spec, out, arena, diags);
        }
        if (read == LW_NO_MEMORY) {
            return read;
        }
        status = read != LW_OK ? read : status;
    }
    out->connection = LW_LIST_ITEMS(&list, lw_link);
    out->connection_count = list.count;
    return status;
}

// The ports of each device, in the order of the file.
static lw_status index_ports(lw_machine *system, lw_arena *arena) {
    uint32_t *first = LW_NEW_ARRAY(arena, uint32_t, system->device_count + 2);
    lw_port *port = LW_NEW_ARRAY(arena, lw_port, 2 * system->connection_count);
    if (first == NULL || port == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < system->connection_count; i++) {
        first[system->connection[i].end[0] + 2]++;
        first[system->connection[i].end[1] + 2]++;
    }
    for (size_t d = 0; d < system->device_count; d++) {
        first[d + 2] += first[d + 1];
    }
    for (size_t i = 0; i < system->connection_count; i++) {
        const uint32_t *end = system->connection[i].end;
        for (int side = 0; side < 2; side++) {
            port[first[end[side] + 1]++] = (lw_port){(uint32_t)i, end[1 - side], side};
        }
    }
    system->first_port = first;
    system->port = port;
    return LW_OK;
}

// ---- Workloads ----

static lw_status pair_devices(const lw_machine *system, lw_workload *job, lw_arena *arena, lw_diags *diags) {
    static const char *const keys[LW_WORKLOAD_KINDS][2] = {[LW_WORKLOAD_COPY] = {"from", "to"},
                                                           [LW_WORKLOAD_STREAM] = {"from", "to"},
                                                           [LW_WORKLOAD_DMA] = {"device", "host"},
                                                           [LW_WORKLOAD_READ_LATENCY] = {"device", "host"},
                                                           [LW_WORKLOAD_MEMORY_LOAD] = {"node", "node"}};
    const char *const *key = keys[job->kind];
    range end[2] = {{0}};
    LW_TRY(select_devices(system, job->params.from, lw_workload_place(job, key[0]), arena, diags, &end[0]));
    end[1] = end[0];
    if (job->kind != LW_WORKLOAD_MEMORY_LOAD) {
        LW_TRY(select_devices(system, job->params.to, lw_workload_place(job, key[1]), arena, diags, &end[1]));
    }
    if (end[0].count != end[1].count && end[0].count != 1 && end[1].count != 1) {
        return lw_error(diags, lw_workload_place(job, key[1]), "give both the same count, or one of them a single node",
                        "workloads.%s: '%s' has %u nodes and '%s' has %u, so they do not pair", job->name, job->params.from,
                        end[0].count, job->params.to, end[1].count);
    }
    job->pair_count = end[0].count > end[1].count ? end[0].count : end[1].count;
    job->pair = lw_arena_alloc(arena, job->pair_count, sizeof *job->pair);
    if (job->pair == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < job->pair_count; i++) {
        for (int side = 0; side < 2; side++) {
            job->pair[i][side] = end[side].first + (end[side].count > 1 ? (uint32_t)i : 0);
            const lw_node *device = &system->device[job->pair[i][side]];
            if (device->spec->kind == LW_NODE_SWITCH) {
                return lw_error(diags, lw_workload_place(job, key[side]), "name a host, gpu, memory or nic",
                                "workloads.%s: the switch '%s' holds no data", job->name, device->name);
            }
        }
        bool may_be_own =
            job->kind == LW_WORKLOAD_MEMORY_LOAD || job->kind == LW_WORKLOAD_DMA || job->kind == LW_WORKLOAD_READ_LATENCY;
        if (!may_be_own && job->pair[i][0] == job->pair[i][1]) {
            return lw_error(diags, lw_workload_place(job, key[1]), "name two different nodes",
                            "workloads.%s goes from '%s' to itself", job->name, system->device[job->pair[i][0]].name);
        }
    }
    return LW_OK;
}

typedef lw_status (*resolve_name)(const lw_machine *system, const lw_yaml *name, lw_arena *arena, lw_diags *diags, uint32_t *out);

static lw_status resolve_via(const lw_machine *system, const lw_yaml *name, lw_arena *arena, lw_diags *diags, uint32_t *out) {
    range chosen = {0};
    LW_TRY(select_devices(system, name->text, name->place, arena, diags, &chosen));
    if (chosen.count != 1) {
        return lw_error(diags, name->place, "write name[0]", "'via' takes single nodes");
    }
    *out = chosen.first;
    return LW_OK;
}

static lw_status resolve_after(const lw_machine *system, const lw_yaml *name, lw_arena *arena, lw_diags *diags, uint32_t *out) {
    const char **names = LW_NEW_ARRAY(arena, const char *, system->job_count);
    if (names == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < system->job_count; i++) {
        names[i] = system->job[i].name;
        if (strcmp(names[i], name->text) == 0) {
            *out = (uint32_t)i;
            return LW_OK;
        }
    }
    const char *nearest = lw_nearest(name->text, names, system->job_count);
    const char *hint = nearest != NULL ? lw_diags_text(diags, "did you mean '%s'?", nearest) : "name a key under workloads:";
    return lw_error(diags, name->place, hint, "there is no workload '%s'", name->text);
}

// A list of names, or one name without a list.
static lw_status resolve_names(const lw_machine *system, const lw_yaml *list, resolve_name resolve, lw_arena *arena,
                               lw_diags *diags, const uint32_t **out, size_t *out_count) {
    if (list == NULL) {
        return LW_OK;
    }
    size_t count = list->kind == LW_LIST ? list->count : 1;
    uint32_t *numbers = LW_NEW_ARRAY(arena, uint32_t, count);
    if (numbers == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_yaml *name = list->kind == LW_LIST ? list->first : list;
    for (size_t i = 0; i < count; i++, name = name->next) {
        if (name->kind != LW_SCALAR) {
            return lw_error(diags, name->place, "write [name, name]", "'%s' takes a list of names", list->key);
        }
        LW_TRY(resolve(system, name, arena, diags, &numbers[i]));
    }
    *out = numbers;
    *out_count = count;
    return LW_OK;
}

// Take away jobs that wait for nothing until none is left; those that stay wait in a circle.
static lw_status check_circles(const lw_machine *system, lw_arena *arena, lw_diags *diags) {
    bool *done = LW_NEW_ARRAY(arena, bool, system->job_count);
    if (done == NULL) {
        return LW_NO_MEMORY;
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < system->job_count; i++) {
            bool free = !done[i];
            for (size_t k = 0; k < system->job[i].after_count; k++) {
                free = free && done[system->job[i].after[k]];
            }
            done[i] |= free;
            moved |= free;
        }
    }
    for (size_t i = 0; i < system->job_count; i++) {
        if (!done[i]) {
            const lw_workload *job = &system->job[i];
            return lw_error(diags, lw_workload_place(job, "after"), "take one 'after' out of the circle",
                            "workloads.%s waits in a circle", job->name);
        }
    }
    return LW_OK;
}

static lw_status read_jobs(const lw_yaml *workloads, lw_arena *arena, lw_diags *diags, lw_machine *out) {
    if (workloads == NULL) {
        return LW_OK;
    }
    out->job = LW_NEW_ARRAY(arena, lw_workload, workloads->count);
    if (out->job == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_OK;
    for (const lw_yaml *node = workloads->first; node != NULL; node = node->next) {
        lw_status read = lw_workload_read(node, diags, &out->job[out->job_count++]);
        if (read == LW_NO_MEMORY) {
            return read;
        }
        status = read != LW_OK ? read : status;
    }
    LW_TRY(status);
    for (size_t i = 0; i < out->job_count; i++) {
        lw_workload *job = &out->job[i];
        lw_status resolved = pair_devices(out, job, arena, diags);
        if (resolved == LW_OK) {
            resolved = resolve_names(out, job->params.via, resolve_via, arena, diags, &job->via, &job->via_count);
        }
        if (resolved == LW_OK) {
            resolved = resolve_names(out, job->params.after, resolve_after, arena, diags, &job->after, &job->after_count);
        }
        if (resolved == LW_NO_MEMORY) {
            return resolved;
        }
        status = resolved != LW_OK ? resolved : status;
    }
    LW_TRY(status);
    return check_circles(out, arena, diags);
}

static lw_status map_of(const lw_yaml *root, const char *key, lw_diags *diags, const lw_yaml **out) {
    const lw_yaml *node = lw_map_get(root, key);
    bool empty = node == NULL || (node->kind == LW_SCALAR && node->text[0] == '\0');
    if (!empty && node->kind != LW_MAP) {
        return lw_error(diags, node->place, "write one `name: {...}` a line", "'%s' must be a map", key);
    }
    *out = empty ? NULL : node;
    return LW_OK;
}

lw_status lw_machine_read(const lw_yaml *root, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_machine *out) {
    const lw_yaml *nodes = NULL, *links = NULL, *workloads = NULL;
    LW_TRY(map_of(root, "nodes", diags, &nodes));
    LW_TRY(map_of(root, "links", diags, &links));
    LW_TRY(map_of(root, "workloads", diags, &workloads));
    lw_machine system = {0};
    LW_TRY(read_devices(nodes, catalog, arena, diags, &system));
    lw_status status = read_links(links, catalog, arena, diags, &system);
    if (status == LW_NO_MEMORY) {
        return status;
    }
    lw_status jobs = read_jobs(workloads, arena, diags, &system);
    LW_TRY(jobs);
    LW_TRY(status);
    LW_TRY(index_ports(&system, arena));
    LW_TRY(lw_switch_limits_check(&system, arena, diags));
    system.router = lw_router_new(&system, arena);
    if (system.router == NULL) {
        return LW_NO_MEMORY;
    }
    *out = system;
    return LW_OK;
}
