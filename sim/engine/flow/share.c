// SPDX-License-Identifier: GPL-3.0-or-later
// Max-min fair rates by filling up: all flows get the same, until a row has no more to give to
// those that pass it; they keep what they have, and the others go on (Bertsekas, Gallager, Data
// Networks, 1992, section 6.5.2). What a row can give only rises while others stop early, so the
// rows need not be put in order at each change: the first is looked at again when its turn comes.
// Until the first row is full that a change has touched all goes as it went the last time, so that
// lower rates stay as they are.
//
// Ports take turns by packet. Where reads send fewer requests than data come back, a row that has
// no turn left for a flow still has some for requests: they stop later there.
#include <math.h>

#include "sim/engine/flow/state.h"

// Two limits that differ by less are one: weights are rounded to 2^-40.
static const double NEARLY = 1 + 1e-11;
// So far below a change rates may be touched by it.
static const double BELOW = 1 - 1e-9;
// Of all flows of a row; one flow more is far from an overflow.
static const int64_t WEIGHT_MOST = INT64_C(1) << 62;

// ---- The heads of classes ----

static bool is_earlier(const lw_fluid *run, lw_target a, lw_target b) {
    if (a.done != b.done) {
        return (int64_t)(a.done - b.done) < 0;
    }
    const lw_instance *one = &run->slot[a.slot], *other = &run->slot[b.slot];
    return one->task < other->task || (one->task == other->task && one->instance < other->instance);
}

static void add_target(lw_fluid *run, uint32_t index, lw_target target) {
    lw_class *class = &run->class[index];
    if (class->targets == class->capacity) {
        lw_target *grown = lw_fluid_grown(class->target, &class->capacity, sizeof *grown);
        if (grown == NULL) {
            lw_fluid_fail(run, LW_NO_MEMORY);
            return;
        }
        class->target = grown;
    }
    uint32_t at = class->targets++;
    for (; at > 0 && is_earlier(run, target, class->target[(at - 1) / 2]); at = (at - 1) / 2) {
        class->target[at] = class->target[(at - 1) / 2];
    }
    class->target[at] = target;
    run->head[index].next = class->target[0].done;
}

static uint32_t take_target(const lw_fluid *run, uint32_t index) {
    lw_class *class = &run->class[index];
    const uint32_t slot = class->target[0].slot;
    const lw_target last = class->target[--class->targets];
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < class->targets; at = child) {
        if (child + 1 < class->targets && is_earlier(run, class->target[child + 1], class->target[child])) {
            child++;
        }
        if (!is_earlier(run, class->target[child], last)) {
            break;
        }
        class->target[at] = class->target[child];
    }
    class->target[at] = last;
    run->head[index].next = class->target[0].done;
    return slot;
}

// ---- Joining and leaving ----

static void weigh_flow(lw_fluid *run, lw_class *class, int64_t flows) {
    class->flows += flows;
    for (uint32_t i = 0; i < class->costs; i++) {
        lw_row *row = &run->row[class->cost[i].row];
        lw_fluid_burden(row, class, i);
        if (class->cost[i].control) {
            continue;
        }
        row->weight += flows * class->cost[i].weight;
        row->turns_anew = row->turnaround_ps > 0;
        row->joined = row->joined || flows > 0;
        row->active[class->burden[i].place].weight = class->burden[i].weight;
        row->active[class->burden[i].place].share = class->burden[i].share;
        if (row->weight > WEIGHT_MOST) {
            lw_fluid_fail(run, LW_LIMIT);
        }
    }
}

void lw_fluid_join(lw_fluid *run, const lw_move *move, uint32_t slot) {
    lw_class *class = &run->class[move->class_index];
    if (class->flows == 0) {
        (void)lw_pool_of_class(run, move->class_index);
    } else {
        lw_pool_touch(run, class->pool);
    }
    if (run->failed != LW_OK) {
        return;
    }
    weigh_flow(run, class, 1);
    add_target(run, move->class_index, (lw_target){run->head[move->class_index].done + move->units, slot});
    lw_pool_change(run, class->pool);
}

// The end of a fluid is found to the tick, and two at one tick are one event.
static bool has_ended(const lw_head *head) {
    return (double)(int64_t)(head->next - head->done) <= 2 * head->speed + 2;
}

void lw_fluid_ended(lw_fluid *run, uint32_t index) {
    lw_pool *pool = &run->pool[index];
    lw_pool_touch(run, index);
    lw_pool_change(run, index);
    run->done_count = 0;
    for (uint32_t i = 0; i < pool->class_count; i++) {
        if (has_ended(&run->head[pool->classes[i]])) {
            run->done[run->done_count++] = pool->classes[i];
        }
    }
    for (uint32_t i = 0; i < run->done_count; i++) {
        const uint32_t c = run->done[i];
        lw_class *class = &run->class[c];
        pool->from = fmin(pool->from, run->rate[c]);
        while (class->targets > 0 && has_ended(&run->head[c])) {
            const uint32_t slot = take_target(run, c);
            weigh_flow(run, class, -1);
            lw_fluid_moved(run, slot);
        }
        if (class->flows == 0) {
            lw_pool_leave(run, c);
        }
    }
}

// ---- Where a medium turns round ----

// Ports take turns, so that the direction with fewer packets turns the medium round twice for each.
static void weigh_turns(lw_fluid *run, uint32_t index) {
    lw_row *row = &run->row[index];
    double there = 0, back = 0;
    row->turns_anew = false;
    row->weight = 0;
    for (int pass = 0; pass < 2; pass++) {
        const double fewer = there < back ? there : back;
        const double turn_ps = fewer > 0 ? (double)row->turnaround_ps * 2 * fewer / (there + back) : 0;
        for (uint32_t i = 0; i < row->active_count; i++) {
            lw_burden *active = &row->active[i];
            lw_class *class = &run->class[active->of];
            if (pass == 0) {
                there += (double)class->flows * class->cost[active->place].there;
                back += (double)class->flows * class->cost[active->place].back;
            } else {
                lw_fluid_weigh(run, class, active->place, turn_ps);
                active->weight = class->burden[active->place].weight;
                active->share = class->burden[active->place].share;
                row->weight += active->weight;
            }
        }
    }
}

// ---- What a change leaves as it is ----

// Where a row that flows have joined is full, as long as all else is as it was.
static double full_at(const lw_fluid *run, uint32_t index) {
    enum { TRIES = 4 };  // each is nearer, and none too high
    const lw_row *row = &run->row[index];
    double rate = 0;
    for (int i = 0; i < TRIES; i++) {
        double left = (double)LW_WHOLE, open = 0;
        for (uint32_t k = 0; k < row->active_count; k++) {
            const lw_burden *active = &row->active[k];
            const bool below = run->rate[active->of] < rate;
            left -= below ? run->rate[active->of] * active->share : 0;
            open += below ? 0 : active->share;
        }
        if (open <= 0) {
            return (double)INFINITY;
        }
        rate = fmax(rate, left / open);
    }
    return rate;
}

// The rate from which on all must be found again.
static double rates_from(lw_fluid *run, const lw_pool *pool) {
    double from = pool->controls ? 0 : pool->from;
    for (uint32_t i = 0; i < pool->row_count; i++) {
        lw_row *row = &run->row[pool->rows[i]];
        if (row->turns_anew) {
            weigh_turns(run, pool->rows[i]);
        }
        from = row->turnaround_ps > 0 || row->uneven ? 0 : from;
        if (row->joined && from > 0) {
            from = fmin(from, full_at(run, pool->rows[i]));
        }
        row->joined = false;
    }
    return from < (double)INFINITY ? from * BELOW : 0;
}

// Of a row that is to be filled, what flows below have already.
static void begin_filling(lw_fluid *run, uint32_t index, double from) {
    const lw_row *row = &run->row[index];
    lw_filling filling = run->filling[index];
    filling.left = LW_WHOLE - filling.control;
    filling.weight = row->weight;
    for (uint32_t i = 0; from > 0 && i < row->active_count; i++) {
        const lw_burden *active = &row->active[i];
        const double rate = run->rate[active->of];
        // Without a branch, which nothing could foretell.
        const int64_t below = -(int64_t)(rate < from);
        filling.left -= (int64_t)((rate < from ? rate : from) * active->share) & below;
        filling.weight -= active->weight & below;
        run->stamp[active->of] ^= (run->stamp[active->of] ^ run->search) & (uint32_t)below;
    }
    run->filling[index] = filling;
}

// ---- Whose turn it is ----

static uint64_t bits_of(double rate) {
    uint64_t bits;
    memcpy(&bits, &rate, sizeof bits);
    return bits;
}

// Without a branch, which nothing could foretell.
static struct lw_match winner(struct lw_match a, struct lw_match b) {
    const bool second = b.rate < a.rate;
    return (struct lw_match){second ? b.rate : a.rate, second ? b.row : a.row};
}

// match[1] is the winner; the leaves are from match[leaves] on.
static void play(struct lw_match *match, uint32_t leaf, struct lw_match now) {
    match[leaf] = now;
    for (; leaf > 1; leaf /= 2) {
        now = winner(now, match[leaf ^ 1U]);
        match[leaf / 2] = now;
    }
}

// ---- Filling up ----

// settled: a row that is of no interest any more.
static inline void give(lw_fluid *run, uint32_t index, double rate, uint32_t settled) {
    const lw_class *class = &run->class[index];
    for (uint32_t i = 0; i < class->own; i++) {
        const lw_burden *burden = &class->burden[i];
        if (burden->of != settled) {
            lw_filling *row = &run->filling[burden->of];
            row->left -= (int64_t)(rate * burden->share);
            row->weight -= burden->weight;
        }
    }
    run->stamp[index] = run->search;
    run->rate[index] = rate;
    run->head[index].speed = rate * class->scale;
}

// Turns a picosecond that a row has for each of its flows without a rate.
static inline double level_of(const lw_fluid *run, uint32_t row) {
    const lw_filling *filling = &run->filling[row];
    const double left = filling->left > 0 ? (double)filling->left : 1;
    return left / ((double)filling->weight * run->row[row].unit);
}

// Of a flow for a packet of data.
static double turns_of(const lw_fluid *run, const lw_burden *active) {
    return lw_fluid_turns(&run->class[active->of].cost[active->place]);
}

// The rate at which the first classes of a row must stop.
static inline double stop_of(const lw_fluid *run, uint32_t index) {
    const lw_row *row = &run->row[index];
    const double level = level_of(run, index);
    double most = 0;
    for (uint32_t i = 0; row->uneven && i < row->active_count; i++) {
        const bool open = run->stamp[row->active[i].of] != run->search;
        most = fmax(most, open ? turns_of(run, &row->active[i]) : 0);
    }
    return row->uneven ? level / most : level;
}

// Rows of the pool that a change can reach, as a tree of matches; returns the number of its leaves.
static uint32_t make_matches(lw_fluid *run, const lw_pool *pool, double from, uint32_t *filled) {
    uint32_t count = 0, leaves = 1;
    for (uint32_t i = 0; i < pool->row_count; i++) {
        if (run->row[pool->rows[i]].settled >= from) {
            run->filled[count++] = pool->rows[i];
            begin_filling(run, pool->rows[i], from);
        }
    }
    while (leaves < count) {
        leaves *= 2;
    }
    for (uint32_t i = 0; i < leaves; i++) {
        const bool has = i < count && run->filling[run->filled[i]].weight > 0;
        run->match[leaves + i] = (struct lw_match){has ? bits_of(stop_of(run, run->filled[i])) : UINT64_MAX, i};
    }
    for (uint32_t i = leaves; i-- > 1;) {
        run->match[i] = winner(run->match[2 * i], run->match[2 * i + 1]);
    }
    for (uint32_t i = 0; i < count; i++) {
        run->row[run->filled[i]].settled = (double)INFINITY;
    }
    *filled = count;
    return leaves;
}

// Classes of the row without a rate, whose turns are up at that rate.
static uint32_t find_open(lw_fluid *run, uint32_t index, double rate) {
    const lw_row *row = &run->row[index];
    uint32_t count = 0;
    for (uint32_t i = 0; i < row->active_count; i++) {
        const uint32_t c = row->active[i].of;
        run->given[count] = c;
        count += run->stamp[c] != run->search ? 1U : 0U;
    }
    if (row->uneven) {
        const double level = level_of(run, index);
        count = 0;
        for (uint32_t i = 0; i < row->active_count; i++) {
            const bool open = run->stamp[row->active[i].of] != run->search;
            if (open && level <= rate * turns_of(run, &row->active[i]) * NEARLY) {
                run->given[count++] = row->active[i].of;
            }
        }
    }
    return count;
}

// Classes of the row that may have no more than their own limit get that. False: there are none.
static bool give_limited(lw_fluid *run, uint32_t index, double rate) {
    bool given = false;
    const uint32_t count = find_open(run, index, rate);
    for (uint32_t i = 0; i < count; i++) {
        const double cap = run->class[run->given[i]].cap;
        if (cap <= rate * NEARLY) {
            give(run, run->given[i], cap, LW_NONE);
            given = true;
        }
    }
    return given;
}

// False: some classes of the row have turns left.
static bool give_rest(lw_fluid *run, uint32_t index, double rate) {
    lw_row *row = &run->row[index];
    const uint32_t count = find_open(run, index, rate);
    const uint32_t settled = row->uneven ? LW_NONE : index;
    for (uint32_t i = 0; i < count; i++) {
        give(run, run->given[i], rate, settled);
    }
    if (row->uneven) {
        return run->filling[index].weight == 0;
    }
    run->filling[index].left = run->filling[index].weight = 0;
    row->settled = rate * NEARLY * NEARLY;
    return true;
}

static void begin_search(lw_fluid *run) {
    if (++run->search == 0) {
        memset(run->stamp, 0, run->class_count * sizeof *run->stamp);
        run->search = 1;
    }
}

// Returns how many rows were filled.
static uint32_t fill_up(lw_fluid *run, const lw_pool *pool, double from) {
    uint32_t filled = 0;
    begin_search(run);
    struct lw_match *match = run->match;
    const uint32_t leaves = make_matches(run, pool, from, &filled);
    while (match[1].rate != UINT64_MAX) {
        const struct lw_match top = match[1];
        const uint32_t index = run->filled[top.row];
        uint64_t now = UINT64_MAX;
        if (run->filling[index].weight > 0) {
            const double rate = stop_of(run, index);
            now = bits_of(rate);
            if (now <= top.rate) {
                const bool limited = rate * NEARLY >= run->row[index].cap_min && give_limited(run, index, rate);
                if (limited || !give_rest(run, index, rate)) {
                    continue;
                }
                now = UINT64_MAX;
            }
        }
        play(match, leaves + top.row, (struct lw_match){now, top.row});
    }
    for (uint32_t i = 0; (pool->controls || pool->row_count == 0) && i < pool->class_count; i++) {
        if (run->class[pool->classes[i]].own == 0) {  // no row holds it up
            give(run, pool->classes[i], run->class[pool->classes[i]].cap, LW_NONE);
        }
    }
    return filled;
}

// ---- Control traffic ----

// Packets cause one each, yet no more than one an interval: the first packet after it.
static double controls_of(const lw_fluid *run, uint32_t source) {
    if (source == LW_NO_SERVER) {
        return 1;
    }
    const lw_server *server = &run->fabric->server[source];
    const double packets = (double)server->control_interval_ps * run->packets[source];
    return server->control_for_writes || packets <= 1 ? 1 : 1 / ceil(packets * (1 - 1e-9));
}

typedef enum control_pass { COUNT_PACKETS, TAKE_SHARES, FORGET } control_pass;

static void take_share(lw_filling *row, const lw_cost *cost, double share) {
    const int64_t most = LW_WHOLE - row->control, whole = (int64_t)fmin(share, (double)LW_WHOLE);
    const int64_t taken = whole < most ? whole : most;
    row->control += taken;
    row->caused += cost->source != LW_NO_SERVER ? taken : 0;
}

static void visit_controls(lw_fluid *run, const lw_pool *pool, control_pass pass) {
    for (uint32_t i = 0; i < pool->class_count; i++) {
        const uint32_t c = pool->classes[i];
        const lw_class *class = &run->class[c];
        for (uint32_t k = class->own; run->rate[c] < (double)INFINITY && k < class->costs; k++) {
            const lw_cost *cost = &class->cost[k];
            const double share = run->rate[c] * class->burden[k].share;
            if (pass == TAKE_SHARES) {
                take_share(&run->filling[cost->row], cost, share * controls_of(run, cost->source));
            } else if (cost->source != LW_NO_SERVER) {
                const double more = (double)class->flows * run->rate[c] * cost->there;
                run->packets[cost->source] = pass == COUNT_PACKETS ? run->packets[cost->source] + more : 0;
            }
        }
    }
}

// What control traffic takes with the rates that there are; false: as much as before.
static bool add_control(lw_fluid *run, const lw_pool *pool, bool halfway) {
    const int64_t CLOSE = LW_WHOLE >> 34;
    bool changed = false;
    for (uint32_t i = 0; i < pool->row_count; i++) {
        lw_filling *filling = &run->filling[pool->rows[i]];
        filling->before = filling->control;
        filling->control = filling->caused = 0;
    }
    for (int pass = COUNT_PACKETS; pass <= FORGET; pass++) {
        visit_controls(run, pool, (control_pass)pass);
    }
    for (uint32_t i = 0; i < pool->row_count; i++) {
        lw_filling *filling = &run->filling[pool->rows[i]];
        filling->control = halfway ? filling->control / 2 + filling->before / 2 : filling->control;
        const int64_t more = filling->control - filling->before;
        changed = changed || more > CLOSE || more < -CLOSE;
        run->row[pool->rows[i]].control = (double)filling->caused / (double)LW_WHOLE;
    }
    return changed;
}

// Control traffic follows from the rates, and they from what it leaves. It is a small part of a
// link, so that each turn is some ten times nearer than the one before; steps of half the way end
// where it is not.
static uint32_t find_rates(lw_fluid *run, const lw_pool *pool) {
    enum { TURNS = 8, WHOLE_TURNS = 4 };
    const double from = rates_from(run, pool);
    if (!pool->controls) {
        return fill_up(run, pool, from);
    }
    uint32_t filled = 0;
    for (int i = 0; i < TURNS && (add_control(run, pool, i >= WHOLE_TURNS) || i == 0); i++) {
        filled = fill_up(run, pool, 0);
    }
    return filled;
}

// When the first head of a class ends.
static lw_ticks first_end(const lw_fluid *run, const lw_pool *pool) {
    double units = 0, speed = 0;
    for (uint32_t i = 0; i < pool->class_count; i++) {
        const lw_head *head = &run->head[pool->classes[i]];
        const double more = (double)(int64_t)(head->next - head->done);
        if (speed <= 0 || more * speed < units * head->speed) {
            units = more;
            speed = head->speed;
        }
    }
    const double ticks = units / speed;
    if (ticks >= (double)LW_TICKS_NEVER / 4) {
        return LW_TICKS_NEVER;
    }
    return run->now + (ticks > 1 ? (lw_ticks)ticks : 1);
}

static void share_pool(lw_fluid *run, uint32_t index) {
    lw_pool *pool = &run->pool[index];
    const uint32_t filled = find_rates(run, pool);
    pool->from = (double)INFINITY;
    for (uint32_t i = 0; i < filled; i++) {
        const int64_t left = run->filling[run->filled[i]].left;
        run->row[run->filled[i]].used = left > 0 ? (double)(LW_WHOLE - left) / (double)LW_WHOLE : 1;
    }
    if (!lw_due_set(&run->pools, (lw_due){.at = first_end(run, pool), .task = index, .id = index})) {
        lw_fluid_fail(run, LW_NO_MEMORY);
    }
}

void lw_fluid_share(lw_fluid *run) {
    for (uint32_t i = 0; i < run->changed_count && run->failed == LW_OK; i++) {
        const lw_pool *pool = &run->pool[run->changed[i]];
        if (pool->left > pool->class_count && pool->class_count > 0) {
            lw_pool_divide(run, run->changed[i]);
        }
    }
    for (uint32_t i = 0; i < run->changed_count && run->failed == LW_OK; i++) {
        lw_pool *pool = &run->pool[run->changed[i]];
        pool->changed = false;
        if (pool->class_count > 0) {
            lw_pool_touch(run, run->changed[i]);
            share_pool(run, run->changed[i]);
        }
    }
    run->changed_count = 0;
}

lw_ticks lw_fluid_busy(const lw_fluid *run, uint32_t server) {
    if (run->row_of[server][0] == LW_NONE) {
        return 0;
    }
    const lw_row *row = &run->row[run->row_of[server][0]];
    if (row->pool == LW_NONE) {
        return row->busy;
    }
    return row->busy + (lw_ticks)(row->used * (double)(run->now - run->pool[row->pool].since) + 0.5);
}
