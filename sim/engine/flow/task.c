// SPDX-License-Identifier: GPL-3.0-or-later
// The life of an instance of a task: wait for a slot, submit, move bytes, finish.
#include "sim/engine/flow/state.h"

// ---- Records of instances ----

static bool make_slots(lw_fluid *run) {
    uint32_t capacity = run->slot_capacity;
    lw_instance *grown = lw_fluid_grown(run->slot, &capacity, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    run->slot = grown;
    if (run->hops_max > 0) {
        lw_ticks *before = lw_memory_resize_block(run->busy_before, capacity * lw_fluid_marks(run) * sizeof *before);
        if (before == NULL) {
            return false;
        }
        run->busy_before = before;
    }
    run->slot_capacity = capacity;
    return true;
}

// LW_NONE: out of memory.
static uint32_t take_slot(lw_fluid *run) {
    uint32_t slot = run->free_slot;
    if (slot != LW_NONE) {
        run->free_slot = run->slot[slot].next;
        return slot;
    }
    if (run->slot_count == run->slot_capacity && !make_slots(run)) {
        lw_fluid_fail(run, LW_NO_MEMORY);
        return LW_NONE;
    }
    return run->slot_count++;
}

static void wake_at(lw_fluid *run, uint32_t slot, int64_t at_ps) {
    lw_instance *s = &run->slot[slot];
    const lw_ticks at = lw_ticks_of(at_ps);
    s->due_ps = at_ps;
    if (!lw_due_set(&run->tasks, (lw_due){at > run->now ? at : run->now, s->instance, s->task, slot})) {
        lw_fluid_fail(run, LW_NO_MEMORY);
    }
}

static const lw_move *move_of(const lw_fluid *run, const lw_instance *s) {
    return &run->task[s->task].move[lw_task_is_last(&run->fabric->task[s->task], s->instance)];
}

const lw_move *lw_fluid_move_of(const lw_fluid *run, uint32_t slot) {
    return move_of(run, &run->slot[slot]);
}

// ---- What is busy meanwhile ----

static void read_busy(const lw_fluid *run, const lw_flow *flow, lw_ticks *out) {
    for (size_t h = 0; h < lw_fluid_hops(flow); h++) {
        out[h] = lw_fluid_busy(run, lw_fluid_hop(flow, h)->server);
    }
}

static bool moves(const lw_fluid *run, const lw_instance *s) {
    return run->fabric->task[s->task].flow != LW_NO_FLOW && move_of(run, s)->bytes > 0;
}

static lw_ticks *before_of(lw_fluid *run, uint32_t slot) {
    return run->busy_before + slot * lw_fluid_marks(run);
}

static void watch_follower(lw_fluid *run, uint32_t index) {
    lw_fluid_task *task = &run->task[index];
    const lw_task *of = &run->fabric->task[index];
    const lw_flow *flow = lw_fluid_flow(run, index);
    if (flow == NULL || lw_task_count(of) != 1 || of->bytes == 0) {
        return;
    }
    task->busy_before = task->busy_before != NULL ? task->busy_before : LW_NEW_ARRAY(run->arena, lw_ticks, lw_fluid_hops(flow));
    if (task->busy_before == NULL) {
        lw_fluid_fail(run, LW_NO_MEMORY);
        return;
    }
    task->watched_ps = run->now_ps;
    read_busy(run, flow, task->busy_before);
}

// What it, or a task that follows it and runs once, will pass is watched from here on.
static void watch(lw_fluid *run, uint32_t slot) {
    lw_instance *s = &run->slot[slot];
    if (moves(run, s)) {
        s->watched = true;
        s->watched_ps = run->now_ps;
        read_busy(run, lw_fluid_flow(run, s->task), before_of(run, slot));
        return;
    }
    const lw_progress *progress = &run->progress;
    const bool follows = run->fabric->task[s->task].flow == LW_NO_FLOW;
    for (size_t e = progress->first_edge[s->task]; follows && e < progress->first_edge[s->task + 1]; e++) {
        watch_follower(run, progress->edge[e].task);
    }
}

// ---- Before it moves ----

static void move(lw_fluid *run, uint32_t slot);

static void start(lw_fluid *run, uint32_t slot) {
    lw_instance *s = &run->slot[slot];
    const lw_task *task = &run->fabric->task[s->task];
    lw_task_result *result = &run->result[s->task];
    s->start_ps = run->now_ps;
    result->ready_ps = s->ready_ps < result->ready_ps ? s->ready_ps : result->ready_ps;
    result->start_ps = s->start_ps < result->start_ps ? s->start_ps : result->start_ps;
    if (s->ready_ps < s->start_ps) {
        result->queued_from_ps = s->ready_ps < result->queued_from_ps ? s->ready_ps : result->queued_from_ps;
        result->queued_until_ps = s->start_ps;
        result->queued_ps += s->start_ps - s->ready_ps;
    }
    const bool has_flow = task->flow != LW_NO_FLOW;
    s->phase = has_flow ? LW_FLUID_SUBMITTING : LW_FLUID_FINISHING;
    if (has_flow && task->submit_ps == 0) {
        move(run, slot);
        return;
    }
    wake_at(run, slot, run->now_ps + task->submit_ps + (has_flow ? 0 : lw_task_finish_ps(task, s->instance)));
}

static void join_line(lw_fluid *run, lw_line *line, uint32_t slot) {
    if (line->count == line->capacity) {
        const uint32_t before = line->capacity;
        uint32_t *grown = lw_fluid_grown(line->waiting, &line->capacity, sizeof *grown);
        if (grown == NULL) {
            lw_fluid_fail(run, LW_NO_MEMORY);
            return;
        }
        // What had come round to the beginning goes on behind the old end.
        for (uint32_t i = 0; i < line->first; i++) {
            grown[before + i] = grown[i];
        }
        line->waiting = grown;
    }
    line->waiting[(line->first + line->count++) & (line->capacity - 1)] = slot;
    run->slot[slot].phase = LW_FLUID_IN_LINE;
    watch(run, slot);
}

static void claim(lw_fluid *run, uint32_t slot) {
    const uint32_t resource = run->fabric->task[run->slot[slot].task].acquires;
    run->slot[slot].ready_ps = run->now_ps;
    if (resource != LW_NO_RESOURCE) {
        lw_line *line = &run->line[resource];
        if (line->free_slots == 0) {
            join_line(run, line, slot);
            return;
        }
        line->free_slots--;
        run->held_ps[resource] -= run->now_ps;
    }
    start(run, slot);
}

// Of what waits for no resource the order within an instant is of no matter, so that it may start at
// once; before the first instant nobody would share rates then.
void lw_fluid_ready(void *user, uint32_t task, int64_t instance) {
    lw_fluid *run = user;
    const uint32_t slot = take_slot(run);
    if (slot == LW_NONE) {
        return;
    }
    const lw_task *asked = &run->fabric->task[task];
    run->slot[slot] = (lw_instance){.task = task, .instance = instance, .phase = LW_FLUID_READY, .busiest = LW_NO_SERVER};
    const int64_t at_ps = lw_task_ready_ps(asked, run->now_ps);
    if (at_ps <= run->now_ps && asked->acquires == LW_NO_RESOURCE && run->events > 0) {
        claim(run, slot);
    } else {
        wake_at(run, slot, at_ps);
    }
}

static void deliver_at(lw_fluid *run, uint32_t slot, lw_ticks at) {
    // A whole picosecond but for what was rounded on the way.
    const lw_ticks nearly = (1 << LW_TICK_BITS) - (1 << (LW_TICK_BITS - 4));
    const int64_t at_ps = (int64_t)((at + nearly) >> LW_TICK_BITS);
    lw_instance *s = &run->slot[slot];
    s->phase = LW_FLUID_DELIVERED;
    wake_at(run, slot, at_ps > s->first_ps ? at_ps : s->first_ps);
}

// ---- Turns on the engine of a task ----

static bool shares_engine(const lw_fluid *run, const lw_instance *s, const lw_move *move) {
    return lw_task_count(&run->fabric->task[s->task]) > 1 && lw_fluid_flow(run, s->task)->arrivals == LW_ARRIVALS_BACKLOG &&
           (move->tags == LW_TAGS_INFINITE || move->requests <= move->tags);
}

// False: it is its turn.
static bool waits_for_turn(lw_fluid *run, uint32_t slot) {
    lw_fluid_task *task = &run->task[run->slot[slot].task];
    run->slot[slot].next = LW_NONE;
    if (task->mover == LW_NONE) {
        task->mover = slot;
        return false;
    }
    if (task->first == LW_NONE) {
        task->first = slot;
    } else {
        run->slot[task->last].next = slot;
    }
    task->last = slot;
    return true;
}

uint32_t lw_fluid_successor(lw_fluid *run, uint32_t slot) {
    lw_fluid_task *task = &run->task[run->slot[slot].task];
    if (task->mover != slot) {
        return LW_NONE;
    }
    task->mover = task->first;
    if (task->mover != LW_NONE) {
        task->first = run->slot[task->mover].next;
        run->slot[task->mover].next = LW_NONE;
    }
    return task->mover;
}

void lw_fluid_moved(lw_fluid *run, uint32_t slot) {
    deliver_at(run, slot, run->now + (lw_ticks)(move_of(run, &run->slot[slot])->tail_ps * (1 << LW_TICK_BITS)));
}

static void move(lw_fluid *run, uint32_t slot) {
    lw_instance *s = &run->slot[slot];
    lw_task_result *result = &run->result[s->task];
    lw_fluid_task *task = &run->task[s->task];
    const lw_move *moved = move_of(run, s);
    s->first_ps = run->now_ps;
    if (!s->watched) {
        s->watched_ps = task->watched_ps >= 0 ? task->watched_ps : run->now_ps;
        if (moved->bytes > 0 && task->watched_ps >= 0) {
            memcpy(before_of(run, slot), task->busy_before, lw_fluid_hops(lw_fluid_flow(run, s->task)) * sizeof(lw_ticks));
            task->watched_ps = -1;
        } else if (moved->bytes > 0) {
            read_busy(run, lw_fluid_flow(run, s->task), before_of(run, slot));
        }
    }
    if (run->how->record != NULL && moved->bytes > 0) {
        read_busy(run, lw_fluid_flow(run, s->task), before_of(run, slot) + run->hops_max);
    }
    result->first_ps = s->first_ps < result->first_ps ? s->first_ps : result->first_ps;
    result->watched_ps = s->watched_ps < result->watched_ps ? s->watched_ps : result->watched_ps;
    if (moved->class_index == LW_NONE) {
        deliver_at(run, slot, lw_ticks_of(s->first_ps) + (lw_ticks)(moved->tail_ps * (1 << LW_TICK_BITS)));
        return;
    }
    s->phase = LW_FLUID_MOVING;
    if (!shares_engine(run, s, moved) || !waits_for_turn(run, slot)) {
        lw_fluid_join(run, moved, slot);
    }
}

// ---- After it has moved ----

static void sample(lw_fluid *run, uint32_t task, int64_t time_ps) {
    lw_list *list = &run->task[task].sample;
    lw_task_sample *last = list->count > 0 ? &LW_LIST_ITEMS(list, lw_task_sample)[list->count - 1] : NULL;
    if (last == NULL || last->time_ps != time_ps) {
        last = LW_LIST_ADD(list, lw_task_sample, run->arena);
        if (last == NULL) {
            lw_fluid_fail(run, LW_NO_MEMORY);
            return;
        }
        *last = (lw_task_sample){.time_ps = time_ps};
    }
    last->count++;
}

static void record(const lw_fluid *run, const lw_instance *s) {
    const lw_task *task = &run->fabric->task[s->task];
    const lw_engine_span span = {.task = s->task,
                                 .instance = s->instance,
                                 .ready_ps = s->ready_ps,
                                 .start_ps = s->start_ps,
                                 .first_ps = s->start_ps + task->submit_ps,
                                 .delivered_ps = run->now_ps - lw_task_finish_ps(task, s->instance),
                                 .end_ps = run->now_ps,
                                 .busiest = s->busiest,
                                 .busy_ps = s->busy_ps,
                                 .stall_ps = s->stall_ps};
    run->how->record->span(&span, run->how->record->user);
}

static void end(lw_fluid *run, uint32_t slot) {
    const lw_instance s = run->slot[slot];
    const lw_task *task = &run->fabric->task[s.task];
    lw_task_result *result = &run->result[s.task];
    result->end_ps = run->now_ps;
    if (run->how->record != NULL) {
        record(run, &s);
    }
    // packets, if it samples those, it has none
    if (task->sampled && (task->flow == LW_NO_FLOW || lw_fluid_flow(run, s.task)->arrivals != LW_ARRIVALS_POISSON)) {
        sample(run, s.task, run->now_ps - s.ready_ps);
    }
    run->task[s.task].moved[lw_task_is_last(task, s.instance)]++;
    run->bytes_done += (double)lw_task_bytes(task, s.instance);
    run->slot[slot].next = run->free_slot;
    run->free_slot = slot;
    run->slot[slot].phase = LW_FLUID_IDLE;
    lw_progress_end(&run->progress, s.task, s.instance);
    lw_laps_note_end(&run->laps, &run->progress, s.task, run->slot_count);
    if (task->releases != LW_NO_RESOURCE) {
        lw_line *line = &run->line[task->releases];
        if (line->count == 0) {
            line->free_slots++;
            run->held_ps[task->releases] += run->now_ps;
        } else {
            const uint32_t next = line->waiting[line->first];
            line->first = (line->first + 1) & (line->capacity - 1);
            line->count--;
            start(run, next);
        }
    }
}

// With data left to ask for all tags are taken from the first to the last that must wait for one.
static int64_t stall_ps(const lw_move *move, double moving_ps) {
    if (move->tags == LW_TAGS_INFINITE || move->requests <= move->tags) {
        return 0;
    }
    const double gap_ps = (moving_ps - move->round_trip_ps) / (double)(move->requests - 1);
    const double stalled_ps = moving_ps - (double)move->tags * gap_ps;
    return stalled_ps > 0 ? (int64_t)stalled_ps : 0;
}

// For the record: what was busiest while it moved. Both directions of a link may be nearly as busy:
// then that of the data counts.
static void note_busiest(lw_fluid *run, uint32_t slot, const lw_move *moved) {
    enum { CLEARLY_MORE = 8 };
    lw_instance *s = &run->slot[slot];
    const lw_flow *flow = lw_fluid_flow(run, s->task);
    const lw_ticks *first = before_of(run, slot) + run->hops_max;
    for (size_t h = 0; h < lw_fluid_hops(flow); h++) {
        const bool asks = h >= flow->data_count;
        const lw_hop *hop = lw_fluid_hop(flow, h);
        const int64_t busy_ps = run->row_of[hop->server][0] == LW_NONE
                                    ? lw_fluid_own_ps(run, hop, moved, asks)
                                    : (int64_t)((lw_fluid_busy(run, hop->server) - first[h]) >> LW_TICK_BITS);
        if (busy_ps - (asks ? s->busy_ps / CLEARLY_MORE : 0) > s->busy_ps) {
            s->busiest = hop->server;
            s->busy_ps = busy_ps;
        }
    }
    const int64_t moved_ps = run->now_ps - s->first_ps;
    s->busy_ps = s->busy_ps < moved_ps ? s->busy_ps : moved_ps;
}

static void delivered(lw_fluid *run, uint32_t slot) {
    lw_instance *s = &run->slot[slot];
    const lw_task *task = &run->fabric->task[s->task];
    const lw_move *moved = move_of(run, s);
    lw_task_result *result = &run->result[s->task];
    result->delivered_ps = run->now_ps;
    if (moved->bytes > 0) {
        const lw_flow *flow = lw_fluid_flow(run, s->task);
        const lw_ticks *before = before_of(run, slot);
        lw_ticks *load = run->task[s->task].load;
        for (size_t h = 0; h < lw_fluid_hops(flow); h++) {
            load[h] += lw_fluid_busy(run, lw_fluid_hop(flow, h)->server) - before[h];
        }
        result->packets += moved->packets;
        result->phase_ps += run->now_ps - s->watched_ps;
        if (flow->kind == LW_FLOW_READ && flow->arrivals == LW_ARRIVALS_BACKLOG) {
            s->stall_ps = stall_ps(moved, (double)(run->now_ps - s->first_ps));
            result->window_stall_ps += s->stall_ps;
        }
        if (run->how->record != NULL) {
            note_busiest(run, slot, moved);
        }
    }
    s->phase = LW_FLUID_FINISHING;
    const int64_t finish_ps = lw_task_finish_ps(task, s->instance);
    if (finish_ps == 0) {
        end(run, slot);
    } else {
        wake_at(run, slot, run->now_ps + finish_ps);
    }
}

void lw_fluid_due(lw_fluid *run, uint32_t slot) {
    const int64_t due_ps = run->slot[slot].due_ps;
    run->now_ps = due_ps > run->now_ps ? due_ps : run->now_ps;
    switch (run->slot[slot].phase) {
    case LW_FLUID_READY:
        claim(run, slot);
        break;
    case LW_FLUID_SUBMITTING:
        move(run, slot);
        break;
    case LW_FLUID_DELIVERED:
        delivered(run, slot);
        break;
    case LW_FLUID_FINISHING:
        end(run, slot);
        break;
    case LW_FLUID_IDLE:
    case LW_FLUID_IN_LINE:
    case LW_FLUID_MOVING:
        break;
    }
}
