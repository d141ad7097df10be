// SPDX-License-Identifier: GPL-3.0-or-later
// Jumps over whole iterations of loops. The state of the run, relative to the clock and to how many
// instances of each task have ended, is saved and compared after instants at which an instance of
// one task, the anchor, has ended. Where it comes back all that happened in between happens again,
// until a task comes near the end of a loop: the clock moves on by as many periods as fit,
// instances are counted on, and sums grow by what one period added. All that counts on is whole, so
// that the result is that of executing every instance, to the picosecond.
#include "sim/engine/flow/state.h"

// ---- The state ----

typedef struct cursor {
    lw_fluid *run;
    size_t at;
    bool saving;
} cursor;

// False: another value than was saved, or out of memory.
static bool visit(cursor *c, int64_t value) {
    lw_list *state = &c->run->laps.state;
    if (c->saving) {
        int64_t *slot = LW_LIST_ADD(state, int64_t, c->run->arena);
        if (slot != NULL) {
            *slot = value;
        }
        return slot != NULL;
    }
    return c->at < state->count && LW_LIST_ITEMS(state, const int64_t)[c->at++] == value;
}

static bool visit_wide(cursor *c, lw_int128 value) {
    return visit(c, (int64_t)(value >> 62)) && visit(c, (int64_t)(value & ((INT64_C(1) << 62) - 1)));
}

static bool visit_real(cursor *c, double value) {
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return visit(c, bits);
}

static bool visit_busy(cursor *c, uint32_t slot, bool moving) {
    const lw_fluid *run = c->run;
    const lw_flow *flow = lw_fluid_flow(run, run->slot[slot].task);
    const lw_ticks *before = &run->busy_before[slot * lw_fluid_marks(run)];
    bool same = true;
    for (size_t h = 0; same && flow != NULL && h < lw_fluid_hops(flow); h++) {
        const lw_ticks busy = lw_fluid_busy(run, lw_fluid_hop(flow, h)->server);
        same = visit_wide(c, busy - before[h]) &&
               (run->how->record == NULL || !moving || visit_wide(c, busy - before[run->hops_max + h]));
    }
    return same;
}

// What its record will say of the time before.
static bool visit_told(cursor *c, const lw_instance *s) {
    const bool started = s->phase != LW_FLUID_READY && s->phase != LW_FLUID_IN_LINE;
    return c->run->how->record == NULL || (visit(c, started ? s->start_ps - c->run->now_ps : 0) && visit(c, s->busiest) &&
                                           visit(c, s->busy_ps) && visit(c, s->stall_ps));
}

static bool visit_slot(cursor *c, uint32_t index) {
    const lw_fluid *run = c->run;
    const lw_instance *s = &run->slot[index];
    if (!visit(c, s->phase) || s->phase == LW_FLUID_IDLE) {
        return s->phase == LW_FLUID_IDLE && visit(c, s->next);
    }
    const int64_t now_ps = run->now_ps;
    const bool due = s->phase != LW_FLUID_IN_LINE && s->phase != LW_FLUID_MOVING;
    const bool moving = s->phase == LW_FLUID_MOVING || s->phase == LW_FLUID_DELIVERED;
    return visit(c, s->task) && visit(c, s->instance - run->progress.task[s->task].prefix) &&
           visit(c, due ? s->due_ps - now_ps : 0) && visit(c, s->phase != LW_FLUID_READY ? s->ready_ps - now_ps : 0) &&
           visit(c, s->watched) && visit(c, s->watched || moving ? s->watched_ps - now_ps : 0) &&
           visit(c, s->phase == LW_FLUID_MOVING ? s->next : LW_NONE) && visit(c, moving ? s->first_ps - now_ps : 0) &&
           (!(s->watched || moving) || visit_busy(c, index, moving)) && visit_told(c, s);
}

static bool visit_class(cursor *c, uint32_t index) {
    const lw_fluid *run = c->run;
    const lw_class *class = &run->class[index];
    const lw_head *head = &run->head[index];
    bool same = visit(c, class->flows);
    if (!same || class->flows == 0) {
        return same;
    }
    const lw_group *group = &run->group[run->group_of[index]];
    same = visit(c, class->pool) && visit(c, class->place) && visit(c, run->group_of[index]) && visit_real(c, group->rate);
    for (uint32_t i = 0; same && i < class->targets; i++) {
        same = visit_wide(c, class->target[i].done + head->shift - group->done) && visit(c, class->target[i].slot);
    }
    return same;
}

static bool visit_pool(cursor *c, uint32_t index) {
    const lw_fluid *run = c->run;
    const lw_pool *pool = &run->pool[index];
    bool same = visit(c, pool->class_count);
    if (!same || pool->class_count == 0) {
        return same;
    }
    same = visit_wide(c, run->now - pool->since) && visit(c, pool->left) && visit(c, pool->row_count) &&
           visit_wide(c, lw_due_at(&run->pools, index) - run->now);
    for (uint32_t i = 0; same && i < pool->row_count; i++) {
        const lw_row *row = &run->row[pool->rows[i]];
        same = visit(c, pool->rows[i]) && visit_real(c, row->used) && visit_real(c, row->control) &&
               visit(c, run->ahead[pool->rows[i]].control);
    }
    same = same && visit(c, pool->step_count);
    for (uint32_t i = 0; same && i < pool->step_count; i++) {
        same = visit(c, pool->steps[i]);
    }
    return same;
}

static bool visit_task(cursor *c, uint32_t task) {
    const lw_fluid *run = c->run;
    const lw_progress_task *progress = &run->progress.task[task];
    bool same = run->task[task].watched_ps < 0 && visit(c, run->task[task].mover) && visit(c, run->task[task].first) &&
                visit(c, progress->beyond) && visit(c, progress->highest - progress->prefix);
    for (int64_t i = progress->prefix; same && progress->beyond > 0 && i < progress->highest; i++) {
        same = visit(c, lw_progress_has_ended(&run->progress, task, i));
    }
    return same;
}

static bool visit_line(cursor *c, const lw_line *line) {
    bool same = visit(c, line->free_slots) && visit(c, line->count);
    for (uint32_t i = 0; same && i < line->count; i++) {
        same = visit(c, line->waiting[(line->first + i) & (line->capacity - 1)]);
    }
    return same;
}

// Records first, which differ most.
static bool visit_state(cursor *c) {
    const lw_fluid *run = c->run;
    bool same = visit_wide(c, run->now - lw_ticks_of(run->now_ps)) && visit(c, run->slot_count) && visit(c, run->free_slot) &&
                visit(c, run->pool_count) && visit(c, run->unused_pool);
    for (uint32_t s = 0; same && s < run->slot_count; s++) {
        same = visit_slot(c, s);
    }
    for (uint32_t i = 0; same && i < run->class_count; i++) {
        same = visit_class(c, i);
    }
    for (uint32_t p = 0; same && p < run->pool_count; p++) {
        same = visit_pool(c, p);
    }
    for (uint32_t t = 0; same && t < run->fabric->task_count; t++) {
        same = visit_task(c, t);
    }
    for (size_t r = 0; same && r < run->fabric->resource_count; r++) {
        same = visit_line(c, &run->line[r]);
    }
    return same;
}

// ---- What counts on ----

// Sums, visited in one order: saved, or moved on by as many times what they grew by since then.
typedef struct tally {
    lw_fluid *run;
    size_t at;
    bool saving;
    int64_t periods, shift_ps;
} tally;

static lw_int128 saved_of(tally *t, lw_int128 value) {
    lw_list *saved = &t->run->laps.counts;
    if (t->saving) {
        lw_int128 *slot = LW_LIST_ADD(saved, lw_int128, t->run->arena);
        if (slot == NULL) {
            lw_fluid_fail(t->run, LW_NO_MEMORY);
            return value;
        }
        *slot = value;
        return value;
    }
    return LW_LIST_ITEMS(saved, const lw_int128)[t->at++];
}

static void count_wide(tally *t, lw_int128 *sum) {
    const lw_int128 before = saved_of(t, *sum);
    *sum += t->periods * (*sum - before);
}

static void count(tally *t, int64_t *sum) {
    lw_int128 wide = *sum;
    count_wide(t, &wide);
    *sum = (int64_t)wide;
}

// A time that the last period has set, if it has.
static void last_time(tally *t, int64_t *time_ps) {
    *time_ps += saved_of(t, *time_ps) != *time_ps ? t->shift_ps : 0;
}

static void count_samples(tally *t, lw_list *samples) {
    lw_task_sample *sample = LW_LIST_ITEMS(samples, lw_task_sample);
    const size_t count_before = (size_t)saved_of(t, (lw_int128)samples->count);
    const int64_t last_before = (int64_t)saved_of(t, samples->count > 0 ? sample[samples->count - 1].count : 0);
    for (size_t i = count_before > 0 ? count_before - 1 : 0; !t->saving && i < samples->count; i++) {
        const int64_t before = i + 1 == count_before ? last_before : 0;
        sample[i].count += t->periods * (sample[i].count - before);
    }
}

static void count_task(tally *t, uint32_t index) {
    lw_fluid *run = t->run;
    lw_task_result *result = &run->result[index];
    lw_fluid_task *task = &run->task[index];
    const lw_flow *flow = lw_fluid_flow(run, index);
    count(t, &result->packets);
    count(t, &result->window_stall_ps);
    count_wide(t, &result->queued_ps);
    count_wide(t, &result->phase_ps);
    for (size_t h = 0; flow != NULL && h < lw_fluid_hops(flow); h++) {
        count_wide(t, &task->load[h]);
    }
    count(t, &task->moved[0]);
    count(t, &task->moved[1]);
    last_time(t, &result->end_ps);
    last_time(t, &result->delivered_ps);
    last_time(t, &result->queued_until_ps);
    count_samples(t, &task->sample);
}

static void count_all(tally *t) {
    lw_fluid *run = t->run;
    for (uint32_t task = 0; task < run->fabric->task_count; task++) {
        count_task(t, task);
    }
    // Of slots that are held now only the beginning has been counted.
    for (size_t r = 0; r < run->fabric->resource_count; r++) {
        const int64_t held = run->fabric->resource_slots[r] - run->line[r].free_slots;
        lw_int128 held_ps = run->held_ps[r] + (lw_int128)held * run->now_ps;
        count_wide(t, &held_ps);
        run->held_ps[r] = held_ps - (lw_int128)held * (run->now_ps + t->shift_ps);
    }
    for (uint32_t r = 0; r < run->row_count; r++) {
        count_wide(t, &run->row[r].controlled);
    }
}

// ---- The jump ----

static int64_t steps_of(const lw_fluid *run, uint32_t task) {
    return lw_laps_step_of(&run->laps, &run->progress, task);
}

static void shift_slot(lw_fluid *run, uint32_t index, int64_t periods, int64_t shift_ps) {
    lw_instance *s = &run->slot[index];
    if (s->phase == LW_FLUID_IDLE) {
        return;
    }
    const lw_flow *flow = lw_fluid_flow(run, s->task);
    s->instance += periods * steps_of(run, s->task);
    s->due_ps += shift_ps;
    s->ready_ps += shift_ps;
    s->start_ps += shift_ps;
    s->first_ps += shift_ps;
    s->watched_ps += shift_ps;
    for (size_t h = 0; flow != NULL && h < lw_fluid_hops(flow); h++) {
        const uint32_t row = run->row_of[lw_fluid_hop(flow, h)->server][0];
        if (row != LW_NONE) {
            const lw_ticks later = periods * (run->row[row].busy - run->lap_busy[row]);
            for (size_t mark = h; mark < lw_fluid_marks(run); mark += run->hops_max) {
                run->busy_before[index * lw_fluid_marks(run) + mark] += later;
            }
        }
    }
}

static void jump(lw_fluid *run, int64_t periods) {
    const int64_t shift_ps = periods * (run->now_ps - run->laps.saved_ps);
    const lw_ticks shift = lw_ticks_of(shift_ps);
    tally t = {.run = run, .periods = periods, .shift_ps = shift_ps};
    if (run->how->record != NULL) {
        lw_laps_tell(&run->laps, &run->progress, periods, run->how->record, run->now_ps);
    }
    count_all(&t);
    for (uint32_t s = 0; s < run->slot_count; s++) {
        shift_slot(run, s, periods, shift_ps);
    }
    for (uint32_t i = 0; i < run->tasks.count; i++) {
        lw_due *due = &run->tasks.due[i];
        due->at += shift;
        due->instance = run->slot[due->id].instance;
    }
    for (uint32_t i = 0; i < run->pools.count; i++) {
        run->pools.due[i].at += shift;
    }
    for (uint32_t r = 0; r < run->row_count; r++) {
        run->row[r].busy += periods * (run->row[r].busy - run->lap_busy[r]);
    }
    for (uint32_t p = 0; p < run->pool_count; p++) {
        run->pool[p].since += shift;
    }
    for (uint32_t task = 0; task < run->fabric->task_count; task++) {
        const int64_t instances = periods * steps_of(run, task);
        run->bytes_done += (double)instances * (double)run->fabric->task[task].bytes;
        lw_progress_skip(&run->progress, task, instances);
    }
    run->now_ps += shift_ps;
    run->now += shift;
    run->jumps++;
}

// ---- The search ----

static void save(lw_fluid *run) {
    lw_laps *laps = &run->laps;
    if (run->lap_busy == NULL) {
        run->lap_busy = LW_NEW_ARRAY(run->arena, lw_ticks, run->row_count);
    }
    if (run->lap_busy == NULL || !lw_laps_note_state(laps, &run->progress, run->now_ps, run->arena)) {
        lw_fluid_fail(run, LW_NO_MEMORY);
        return;
    }
    cursor c = {.run = run, .saving = true};
    laps->have_saved = visit_state(&c);
    tally t = {.run = run, .saving = true};
    count_all(&t);
    for (uint32_t r = 0; r < run->row_count; r++) {
        run->lap_busy[r] = run->row[r].busy;
    }
}

void lw_fluid_laps_step(lw_fluid *run) {
    lw_laps *laps = &run->laps;
    laps->ticked = false;
    laps->steps++;
    if (laps->have_saved) {
        cursor c = {.run = run};
        if (visit_state(&c) && c.at == laps->state.count) {
            const int64_t periods = lw_laps_periods(laps, &run->progress, run->now_ps);
            if (periods > 0) {
                jump(run, periods);
                laps->have_saved = false;
                return;
            }
        }
    }
    if (lw_laps_wants_state(laps, &run->progress)) {
        save(run);
    }
}
