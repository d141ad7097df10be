// SPDX-License-Identifier: GPL-3.0-or-later
// Points of a sweep often differ in nothing but how many bytes one task moves. Until the state of such a
// run first repeats nothing in it depends on how much is left, so what was executed up to there is the
// beginning of the next run, too: the arena of the run is kept as it was then, and gone back to. From
// there on it is a run like any other, and so are its events, counted from the first.
//
// What is left then is up to a period, and the last packets. Of a long period more is kept where many points
// need it: the states at some parts of it, each from a run that finds its state to repeat only there. Such a run
// executes some periods more than one that finds it at once, and their events are not counted.
#include <assert.h>

#include "sim/engine/packet/visit.h"

enum { PARTS_MOST = 16, PART_STEPS = 64, WANTED_MOST = 8 };

typedef struct kept {
    lw_run_state run;     // when its state was found to repeat
    lw_arena_mark *mark;  // of its arena; NULL: nothing is kept
} kept;

struct lw_engine_memory {
    kept part[PARTS_MOST];   // of a period: [0] where it was found first, the others so much later
    int wanted[PARTS_MOST];  // runs since that would have gone on from there
    lw_list fabric;          // int64_t: all of it but the bytes of the task that moves some, in the first arena
    int parts;
    int due;          // the part that the next run is to keep
    int64_t repeats;  // how often the state would repeat from the first
    int64_t period_steps, period_events;
    int64_t resumed;  // runs that went on from there
};

// ---- Is it the same but for its bytes? ----

// Who adds a field adds it below.
static_assert(sizeof(lw_server) == 208 && sizeof(lw_hop) == 56 && sizeof(lw_flow) == 104 && sizeof(lw_task) == 128,
              "a fabric has other fields than those that are compared");

static bool visit_all(lw_cursor *c, const int64_t *value, size_t count) {
    bool same = true;
    for (size_t i = 0; same && i < count; i++) {
        same = lw_visit(c, value[i]);
    }
    return same;
}
#define VISIT_ALL(c, ...) visit_all((c), (const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

// Errors and outages are none: see lw_recall_suits.
static bool visit_server(lw_cursor *c, const lw_server *of) {
    bool same = VISIT_ALL(c, of->role, of->ps_per_byte.num, of->ps_per_byte.den, of->round_bytes, of->packet_ps, of->latency_ps,
                          of->data_unit_bytes, of->credit_return_ps, of->credit_on_arrival, of->opposite, of->control_bytes,
                          of->control_interval_ps, of->control_by_timer, of->control_for_writes, of->turnaround_ps);
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        same = same && VISIT_ALL(c, of->credits[kind].packets, of->credits[kind].data_units);
    }
    return same;
}

static bool visit_hops(lw_cursor *c, const lw_hop *hop, size_t count) {
    bool same = lw_visit(c, (int64_t)count);
    for (size_t i = 0; same && i < count; i++) {
        const lw_hop *of = &hop[i];
        same = VISIT_ALL(c, of->server, of->overhead_bytes, of->granule_bytes, of->segment_bytes, of->store_forward, of->back,
                         of->paces, of->buffer_packets, of->copies);
    }
    return same;
}

static bool visit_flow(lw_cursor *c, const lw_flow *of) {
    return VISIT_ALL(c, of->kind, of->packet_bytes, of->data_kind, of->request_bytes, of->tags, of->completer_ps, of->arrivals,
                     of->gap_ps, of->bounded) &&
           visit_hops(c, of->data, of->data_count) && visit_hops(c, of->request, of->request_count);
}

// Bytes aside, and what of it belongs to more tasks or instances than one.
static bool visit_task(lw_cursor *c, const lw_task *of) {
    bool same = VISIT_ALL(c, of->flow, of->acquires, of->releases, of->gate, of->start_ps, of->submit_ps, of->finish_ps,
                          of->sampled, (int64_t)of->need_count);
    for (uint32_t i = 0; same && i < of->need_count; i++) {
        const lw_need *need = &of->need[i];
        same = VISIT_ALL(c, need->task, need->distance, need->own, need->other, need->window, need->first);
    }
    return same;
}

static bool visit_fabric(lw_cursor *c, const lw_fabric *of, bool recorded) {
    bool same = VISIT_ALL(c, recorded, (int64_t)of->server_count, (int64_t)of->flow_count, (int64_t)of->task_count,
                          (int64_t)of->resource_count);
    for (size_t t = 0; same && t < of->task_count; t++) {
        same = visit_task(c, &of->task[t]);
    }
    for (size_t f = 0; same && f < of->flow_count; f++) {
        same = visit_flow(c, &of->flow[f]);
    }
    for (size_t s = 0; same && s < of->server_count; s++) {
        same = visit_server(c, &of->server[s]);
    }
    return same && visit_all(c, of->resource_slots, of->resource_count);
}

// The task that moves bytes; LW_NO_TASK where several do.
static uint32_t mover_of(const lw_fabric *fabric) {
    uint32_t mover = LW_NO_TASK;
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        if (fabric->task[t].flow != LW_NO_FLOW) {
            if (mover != LW_NO_TASK) {
                return LW_NO_TASK;
            }
            mover = t;
        }
    }
    return mover;
}

bool lw_recall_suits(const lw_fabric *fabric) {
    enum { STOPS_MOST = 64, TASKS_MOST = 16 };  // trickles has a bit for each; more are no plain copy
    const uint32_t mover = fabric->task_count <= TASKS_MOST ? mover_of(fabric) : LW_NO_TASK;
    if (mover == LW_NO_TASK) {
        return false;
    }
    const lw_flow *flow = &fabric->flow[fabric->task[mover].flow];
    bool suits = flow->arrivals == LW_ARRIVALS_BACKLOG && flow->data_count + flow->request_count <= STOPS_MOST;
    for (size_t t = 0; suits && t < fabric->task_count; t++) {
        suits = fabric->task[t].count <= 1 && fabric->task[t].inner <= 1;
    }
    for (size_t s = 0; suits && s < fabric->server_count; s++) {
        suits = fabric->server[s].error_probability == 0 && fabric->server[s].outage_ps == 0;
    }
    return suits;
}

// ---- Keeping ----

static lw_task_state *mover_in(const lw_run_state *run) {
    return &run->task[run->slots[mover_of(run->fabric)].first];
}

// Of every stop, and of what is asked for, more than has started: nothing that was counted could have come
// near an end, no queue of what is left run empty, and no search been too short to begin.
static bool has_enough_left(const lw_run_state *run) {
    bool enough = true;
    for (size_t s = 0; enough && s < run->stop_count; s++) {
        const lw_stop *stop = &run->stop[s];
        const int64_t left = stop->total - stop->started;
        enough = left - 2 > stop->started && (left > LW_WORTHWHILE_STEPS || run->stream[stop->stream].is_request);
    }
    const lw_task_state *state = mover_in(run);
    return enough && (state->request == LW_NONE || run->stream[state->request].total - state->asked - 1 > state->asked);
}

static void forget(lw_engine_memory *memory) {
    for (int i = 0; i < PARTS_MOST; i++) {
        lw_arena_mark_free(memory->part[i].mark);
        lw_arena_free(memory->part[i].run.arena);
    }
    *memory = (lw_engine_memory){.resumed = memory->resumed};
}

int64_t lw_engine_memory_resumed(const lw_engine_memory *memory) {
    return memory->resumed;
}

lw_engine_memory *lw_engine_memory_new(void) {
    lw_engine_memory *memory = lw_memory_resize_block(NULL, sizeof *memory);
    if (memory != NULL) {
        *memory = (lw_engine_memory){0};
    }
    return memory;
}

void lw_engine_memory_free(lw_engine_memory *memory) {
    if (memory != NULL) {
        forget(memory);
        (void)lw_memory_resize_block(memory, 0);
    }
}

static bool waits_for(const lw_task *task, uint32_t other) {
    bool waits = false;
    for (uint32_t n = 0; n < task->need_count; n++) {
        waits = waits || (task->need[n].task == other && task->need[n].distance == 0);
    }
    return waits;
}

// Does each other task end before the mover begins, or wait for its end? Else a period may hold events of another.
static bool moves_alone(const lw_fabric *fabric) {
    const uint32_t mover = mover_of(fabric);
    bool alone = true;
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        alone = alone && (t == mover || waits_for(&fabric->task[t], mover) || waits_for(&fabric->task[mover], t));
    }
    return alone;
}

// Of a long period that is so far from the end that it repeats whatever comes.
static void keep_period(lw_engine_memory *memory, const lw_run_state *run, const lw_island *island) {
    const int64_t parts = moves_alone(run->fabric) ? island->steps / PART_STEPS : 0;
    memory->parts = (int)(parts > PARTS_MOST ? PARTS_MOST : parts);
    memory->period_steps = island->steps;
    memory->period_events = run->queue.taken - island->saved_taken;
}

static void find_later(lw_run_state *run, lw_island *island, const lw_engine_memory *memory) {
    run->repeats = memory->repeats;
    run->period_events = memory->period_events;
    island->power = memory->period_steps * memory->due / memory->parts;
    island->steps = 0;
    island->have_saved = false;
}

bool lw_recall_keep(lw_run_state *run, lw_island *island) {
    lw_engine_memory *memory = run->memory;
    if (memory != NULL && memory->due > 0 && run->repeats == 0) {
        find_later(run, island, memory);
        return false;
    }
    run->memory = NULL;
    if (memory == NULL || !has_enough_left(run) ||
        run->input[run->stop[run->stream[mover_in(run)->data].first_stop].input].shared) {
        return true;
    }
    bool saved = true;
    const int due = memory->due;
    if (due == 0) {
        forget(memory);
        lw_cursor c = {.state = &memory->fabric, .arena = run->arena, .saving = true};
        saved = visit_fabric(&c, run->fabric, run->record != NULL);
        keep_period(memory, run, island);
    }
    kept *keep = &memory->part[due];
    keep->mark = saved ? lw_arena_mark_new(run->arena) : NULL;
    if (keep->mark != NULL) {
        keep->run = *run;
    } else {
        run->failed = true;
    }
    return true;
}

void lw_recall_tell(lw_run_state *run, const lw_engine_span *span) {
    if (run->memory != NULL) {
        lw_engine_span *told = LW_LIST_ADD(&run->told, lw_engine_span, run->arena);
        if (told != NULL) {
            *told = *span;
        } else {
            run->failed = true;
        }
    }
}

void lw_recall_free(lw_engine_memory *memory, lw_run_state *run) {
    bool is_kept = false;
    for (int i = 0; memory != NULL && i < PARTS_MOST; i++) {
        is_kept = is_kept || (memory->part[i].mark != NULL && memory->part[i].run.arena == run->arena);
    }
    if (!is_kept) {
        lw_run_state_free(run);
    }
}

// ---- Going on ----

// A bit for each stop to which the bytes of packets trickle.
static uint64_t trickles(const lw_run_state *run) {
    uint64_t bits = 0;
    for (size_t s = 0; s < run->stop_count; s++) {
        bits |= (uint64_t)run->stop[s].trickle << s;
    }
    return bits;
}

// What is left to do becomes what is left of the new bytes: packets that have not started, and bounds of
// what was counted since the state was saved. False: what was done before would have been something else.
static bool move_other_bytes(lw_run_state *run) {
    lw_task_state *state = mover_in(run);
    lw_stream *source = &run->stream[state->request != LW_NONE ? state->request : state->data];
    const uint64_t trickled = trickles(run);
    const int64_t before = source->total;
    if (lw_run_state_resize(run, state->task) != LW_OK || trickles(run) != trickled || !has_enough_left(run)) {
        return false;
    }
    const int64_t more = source->total - before;
    state->offered += more;
    if (!source->is_request) {
        lw_stop *first = &run->stop[source->first_stop];
        assert(!first->counts_wait);
        first->queued += more;
        first->saved_queued += more;
    }
    lw_island *island = &run->steady.island[state->in_island];
    for (size_t i = 0; i < island->counters.count; i++) {
        lw_counter *counter = &LW_LIST_ITEMS(&island->counters, lw_counter)[i];
        const bool offered = counter->at == &state->offered;
        counter->saved += offered ? more : 0;
        counter->ceiling = offered || counter->at == &state->asked ? source->total : counter->ceiling;
    }
    return true;
}

// From that part on.
static bool go_back(const kept *from, const lw_fabric *fabric, const lw_engine_how *how, lw_run_state *run) {
    lw_arena_go_back(from->run.arena, from->mark);
    *run = from->run;
    run->fabric = run->progress.fabric = fabric;
    run->progress.user = run;
    run->record = how->record;
    return move_other_bytes(run);
}

static lw_island *island_in(const lw_run_state *run) {
    return &run->steady.island[mover_in(run)->in_island];
}

// The last part from which on as many packets are left as without a whole period; 0 where the end is near.
static int part_of(const lw_engine_memory *memory, const lw_run_state *run, const lw_engine_how *how) {
    enum { PERIODS_LEAST = 4 };
    const lw_task_state *state = mover_in(run);
    const uint32_t asks = state->request != LW_NONE ? run->stream[state->request].first_stop : LW_NONE;
    const lw_stop *first = &run->stop[asks != LW_NONE ? asks : run->stream[state->data].first_stop];
    const int64_t each = first->started - first->saved_started, left = first->total - first->started - 2;
    const int64_t all_events = 2 * memory->part[0].run.queue.taken + 8 * memory->period_events;
    if (memory->parts <= 1 || each <= 0 || memory->repeats < PERIODS_LEAST || left < first->started + 3 * each ||
        (how->events_most > 0 && all_events > how->events_most)) {
        return 0;
    }
    return (int)(left % each * memory->parts / each);
}

// False: it is the turn of a run that finds that part.
static bool go_to_part(lw_engine_memory *memory, const lw_fabric *fabric, const lw_engine_how *how, lw_run_state *run) {
    memory->repeats = lw_steady_ahead(run, island_in(run));
    const int part = part_of(memory, run, how);
    if (part == 0) {
        return true;
    }
    if (memory->part[part].mark == NULL) {
        memory->due = ++memory->wanted[part] > WANTED_MOST ? part : 0;
        memory->wanted[part] = memory->due > 0 ? 0 : memory->wanted[part];
        return memory->due == 0;
    }
    if (!go_back(&memory->part[part], fabric, how, run)) {
        return go_back(&memory->part[0], fabric, how, run);
    }
    run->repeats = memory->repeats;
    return true;
}

bool lw_recall_resume(const lw_fabric *fabric, const lw_engine_how *how, lw_run_state *run) {
    lw_engine_memory *memory = how->memory;
    if (memory != NULL) {
        memory->due = 0;
    }
    if (memory == NULL || memory->part[0].mark == NULL || how->engine != LW_ENGINE_PACKET || !lw_recall_suits(fabric) ||
        (how->events_most > 0 && memory->part[0].run.queue.taken > how->events_most)) {
        return false;
    }
    lw_cursor c = {.state = &memory->fabric};
    if (!visit_fabric(&c, fabric, how->record != NULL) || c.at != memory->fabric.count ||
        !go_back(&memory->part[0], fabric, how, run) || !go_to_part(memory, fabric, how, run)) {
        return false;
    }
    for (size_t i = 0; i < run->told.count; i++) {
        run->record->span(&LW_LIST_ITEMS(&run->told, const lw_engine_span)[i], run->record->user);
    }
    memory->resumed++;
    lw_steady_repeats(run, island_in(run));
    return true;
}
