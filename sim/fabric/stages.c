// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/stages.h"

#include <math.h>
#include <string.h>

static lw_evidence guest_evidence(const lw_built *built, const lw_move *move) {
    const lw_node *node = built->machine->node;
    return lw_evidence_weaker(lw_node_guest_evidence(node[move->from].spec), lw_node_guest_evidence(node[move->to].spec));
}

static bool crosses(const lw_transfer *transfer, lw_leg wanted) {
    for (const lw_transfer *part = transfer; part != NULL; part = part->next) {
        for (size_t i = 0; i < part->route.count; i++) {
            if (part->route.leg[i].link == wanted.link && part->route.leg[i].dir == wanted.dir) {
                return true;
            }
        }
    }
    return false;
}

// How many such links carry the members side by side: 1 where all cross this one. Members may share
// moves.
static double links_side_by_side(const lw_built *built, size_t index, lw_leg leg) {
    const lw_graph_workload *asked = &built->graph->workload[index];
    int64_t crossing = 0;
    for (uint32_t i = 0; asked->members > 1 && i < asked->move_count; i++) {
        crossing += crosses(&built->transfer[asked->first_move + i], leg) ? 1 : 0;
    }
    const int64_t side_by_side = asked->move_count < asked->members ? (int64_t)asked->move_count : asked->members;
    return crossing < 1 || crossing >= side_by_side ? 1 : (double)side_by_side / (double)crossing;
}

// What the first member moves, one after the other: of a copy staged in memory both halves.
enum { PARTS_MOST = 3 };
typedef struct parts {
    const lw_transfer *part[PARTS_MOST];
    size_t count;
} parts;

static parts parts_of(const lw_built *built, size_t index) {
    const lw_graph_workload *asked = &built->graph->workload[index];
    const uint32_t move[PARTS_MOST] = {asked->main_move, asked->cost.move[0], asked->cost.move[1]};
    parts found = {.count = 0};
    for (int i = 0; i < PARTS_MOST && asked->main_move != LW_NO_MOVE; i++) {
        if (move[i] != LW_NO_MOVE && (i == 0 || move[i] != move[0])) {
            found.part[found.count++] = &built->transfer[move[i]];
        }
    }
    return found;
}

// What holds all members up: of the first one's routes the link that leaves the group least.
typedef struct neck {
    const lw_transfer *of;
    lw_leg leg;
    lw_waterfall waterfall;  // of one such link
    double links;            // that carry the members side by side
} neck;

static neck neck_of(const lw_built *built, size_t index) {
    const parts moved = parts_of(built, index);
    neck found = {.leg = {LW_NO_LINK, 0}};
    for (size_t p = 0; p < moved.count; p++) {
        const lw_transfer *part = moved.part[p];
        const lw_packet_kind kind = part->flow.kind == LW_FLOW_READ ? LW_PACKET_COMPLETION : LW_PACKET_WRITE;
        for (size_t i = 0; i < part->route.count; i++) {
            neck here = {.of = part, .leg = part->route.leg[i], .links = links_side_by_side(built, index, part->route.leg[i])};
            lw_link_model_waterfall(lw_machine_model(built->machine, here.leg), here.leg.dir, kind, part->leg[i].packet_bytes,
                                    part->flow.completer_ps, &here.waterfall);
            const bool less =
                here.links * here.waterfall.rate_Bps[LW_STAGE_RETRY] < found.links * found.waterfall.rate_Bps[LW_STAGE_RETRY];
            found = found.of == NULL || less ? here : found;
        }
    }
    return found;
}

// Wire bytes that a channel carries for each payload byte of a transfer over the opposite one, which
// arrives at so many GB/s: what asks for them, and what acknowledges them.
static double asks_and_answers(const lw_segment *segment, const lw_transfer *part, int dir, double GBps) {
    const lw_channel *far = &segment->channel[1 - dir];
    const bool reads = part->flow.kind == LW_FLOW_READ;
    const double bytes = (double)lw_packet_wire_bytes(&segment->channel[dir].format[LW_PACKET_REQUEST], 0);
    const double asks = reads ? bytes / (double)part->flow.request_bytes : 0;
    if (far->control_bytes == 0 || (far->control_for_writes && reads)) {
        return asks;
    }
    return asks + (far->control_for_writes ? (double)far->control_bytes / (double)part->flow.packet_bytes
                                           : (double)far->control_bytes * 1e3 / (double)far->control_interval_ps / GBps);
}

// What other work takes of the slowest link, in GB/s of payload that this one could have moved in
// its place: data that cross it, and what data over its other direction cause there.
static double taken_GBps(const lw_built *built, size_t index, const neck *at, double GBps) {
    const lw_link_model *model = lw_machine_model(built->machine, at->leg);
    const lw_leg back = {at->leg.link, 1 - at->leg.dir};
    const double wire_Bps = at->waterfall.rate_Bps[LW_STAGE_PERIODIC], payload_Bps = at->waterfall.rate_Bps[LW_STAGE_RETRY];
    const double one_GBps = GBps / links_side_by_side(built, index, at->leg);
    const double back_GBps = GBps / links_side_by_side(built, index, back);
    const parts moved = parts_of(built, index);
    double most = 0;
    for (size_t p = 0; p < moved.count; p++) {
        double here = crosses(moved.part[p], at->leg) ? one_GBps : 0;
        for (int s = 0; GBps > 0 && crosses(moved.part[p], back) && s < model->segment_count; s++) {
            const lw_segment *segment = &model->segment[s];
            const double bytes = asks_and_answers(segment, moved.part[p], at->leg.dir, back_GBps);
            // of a shared medium both directions take turns
            here = fmax(here, back_GBps * (segment->channel[0].shared_medium ? 1 : bytes * payload_Bps / wire_Bps));
        }
        most = fmax(most, here);
    }
    return most;
}

// Other work that takes of the slowest link in the same direction meanwhile.
typedef struct others {
    const char *names;  // "load1, load2, ..."; NULL when out of memory
    double rate_GBps;   // that it takes of that link, in the mean over the time of this work
} others;

static others sharing(const lw_built *built, size_t index, const neck *at, const lw_workload_result *rows, lw_arena *arena) {
    enum { WORKLOADS_MOST = 512, NAMED_MOST = 3 };  // of more than these nobody reads the names
    const lw_workload_result *own = &rows[index];
    others found = {.names = ""};
    size_t count = 0;
    for (size_t i = 0; built->graph->workload_count <= WORKLOADS_MOST && i < built->graph->workload_count; i++) {
        const int64_t from_ps = rows[i].start_ps > own->start_ps ? rows[i].start_ps : own->start_ps;
        const int64_t to_ps = rows[i].end_ps < own->end_ps ? rows[i].end_ps : own->end_ps;
        const bool meets = i != index && from_ps < to_ps && found.names != NULL;
        const double taken = meets ? taken_GBps(built, i, at, rows[i].bandwidth_GBps) : 0;
        if (taken <= 0) {
            continue;
        }
        found.rate_GBps += taken * (double)(to_ps - from_ps) / (double)(own->end_ps - own->start_ps);
        if (count <= NAMED_MOST) {
            found.names =
                lw_arena_print(arena, "%s%s%s", found.names, count == 0 ? "" : ", ", count == NAMED_MOST ? "..." : rows[i].name);
        }
        count++;
    }
    return found;
}

// Is what limits it the other direction of that link, where its requests take turns with other work?
static bool waits_behind(const lw_built *built, const neck *at, const lw_limit *limit) {
    const lw_leg back = {at->leg.link, 1 - at->leg.dir};
    const char *from = built->machine->node[lw_leg_start(built->machine, back)].name;
    return at->of->flow.kind == LW_FLOW_READ && limit->kind == LW_LIMITED_BY_CHANNEL && limit->name != NULL &&
           limit->direction != NULL && strcmp(limit->name, built->machine->link[at->leg.link].name) == 0 &&
           strncmp(limit->direction, from, strlen(from)) == 0 && strncmp(limit->direction + strlen(from), "->", 2) == 0;
}

static const char *preset_of(const lw_link *link) {
    const lw_object *object = link->spec->object;
    for (size_t i = 0; object->preset != NULL && object->type->options[i].key != NULL; i++) {
        if (object->set->mark[i].given) {
            return NULL;
        }
    }
    return object->preset != NULL ? object->preset->name : NULL;
}

// What tags let all members ask for; what the link carries where nothing bounds them.
static double window_GBps(const neck *at, int64_t members) {
    double tags = 0;
    for (const lw_transfer *part = at->of; part != NULL; part = part->next) {
        tags += part->flow.tags == LW_TAGS_INFINITE ? (double)INFINITY : (double)part->flow.tags;
    }
    const bool bounded = at->of->flow.kind == LW_FLOW_READ && isfinite(tags) && at->of->round_trip_ps > 0;
    return bounded ? tags * (double)at->of->flow.request_bytes / (double)at->of->round_trip_ps * 1e3 * (double)members
                   : (double)INFINITY;
}

// Do sends of a collective have slowest links of several kinds?
static bool is_unlike(const lw_built *built, size_t index, const lw_link_spec *spec) {
    const lw_graph_workload *asked = &built->graph->workload[index];
    bool unlike = false;
    for (uint32_t m = asked->first_move; m < asked->first_move + asked->move_count && !unlike; m++) {
        const uint32_t slowest = built->transfer[m].slowest;
        unlike = slowest != LW_NO_LINK && built->machine->link[slowest].spec != spec;
    }
    return unlike;
}

lw_status lw_stages_read(const lw_built *built, size_t index, const lw_workload_result *rows, const lw_provenance *links,
                         lw_arena *arena, lw_stage_result *out) {
    static const lw_provenance unasked = {LW_SPECIFIED, LW_SPECIFIED};
    const lw_graph_workload *asked = &built->graph->workload[index];
    neck at = neck_of(built, index);
    at.links /= at.of->share;  // equal routes side by side
    const lw_link *slowest = &built->machine->link[at.leg.link];
    const lw_provenance *known = links != NULL ? &links[slowest->spec - built->machine->link_spec] : &unasked;
    *out = (lw_stage_result){.workload = asked->object->name,
                             .link = slowest->name,
                             .preset = preset_of(slowest),
                             .label = slowest->spec->model->label,
                             .family = slowest->spec->family->type.name,
                             .unlike = rows[index].redop != NULL && is_unlike(built, index, slowest->spec),
                             .hue = slowest->spec->family->hue,
                             .evidence = known->rate,
                             .guest_evidence = guest_evidence(built, &built->graph->move[asked->main_move]),
                             .latency_evidence = known->latency};
    for (int stage = 0; stage <= LW_STAGE_RETRY; stage++) {
        out->rate_GBps[stage] = at.links * at.waterfall.rate_Bps[stage] / 1e9;
    }
    neck back = at;
    back.leg.dir = 1 - at.leg.dir;
    others shared = sharing(built, index, &at, rows, arena);
    const others before = sharing(built, index, &back, rows, arena);
    const bool behind = before.rate_GBps > 0 && waits_behind(built, &at, &rows[index].limit);
    shared.names = behind && shared.rate_GBps <= 0 ? before.names : shared.names;
    const double carried = out->rate_GBps[LW_STAGE_RETRY], window = fmin(carried, window_GBps(&at, asked->members));
    const double achieved = fmin(window, rows[index].bandwidth_GBps);
    out->rate_GBps[LW_STAGE_WINDOW] = window;
    out->rate_GBps[LW_STAGE_SHARING] = behind ? achieved : fmax(achieved, fmin(window, carried - at.links * shared.rate_GBps));
    out->rate_GBps[LW_STAGE_ENDPOINT] = achieved;
    out->label = at.links > 1 ? lw_arena_print(arena, "%.3g \u00D7 %s", at.links, out->label) : out->label;
    out->waits = rows[index].limit.kind == LW_LIMITED_BY_COPY_ENGINES ? rows[index].limit.name : NULL;
    out->shared = shared.names != NULL && shared.names[0] != '\0' ? shared.names : NULL;
    return shared.names == NULL || before.names == NULL || out->label == NULL ? LW_NO_MEMORY : LW_OK;
}
