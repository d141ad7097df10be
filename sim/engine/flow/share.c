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
// Where nothing is alike the end of each of many flows changes the rates of all others. Once so many rates have been
// looked at, about a second, and packets would cost too much as well (LW_ENGINE_AUTO), those flows end together that
// have this share left of the time since the last one began: each that much sooner at most, with all its bytes.
static const int64_t EFFORT_MOST = INT64_C(1) << 24;
const double lw_fluid_ends_within = 0.01;
// Of all flows of a row; one flow more is far from an overflow.
static const int64_t WEIGHT_MOST = INT64_C(1) << 62;

// ---- The heads of classes ----

static bool is_earlier(const lw_fluid *run, lw_target a, lw_target b) {
    if (a.done != b.done) {
        return a.done < b.done;
    }
    const lw_instance *one = &run->slot[a.slot], *other = &run->slot[b.slot];
    return one->task < other->task || (one->task == other->task && one->instance < other->instance);
}

static void note_end(lw_fluid *run, uint32_t index) {
    lw_head *head = &run->head[index];
    head->end = run->class[index].target[0].done + head->shift;
    lw_group_sort(run, index);
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
    note_end(run, index);
}

static uint32_t take_target(lw_fluid *run, uint32_t index) {
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
    note_end(run, index);
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
    const lw_units done = lw_group_done(run, move->class_index);
    weigh_flow(run, class, 1);
    add_target(run, move->class_index, (lw_target){done + move->units, slot});
    run->pool[class->pool].joined = true;
    run->joined = run->now;
    run->pool[class->pool].from = fmin(run->pool[class->pool].from, lw_fluid_rate(run, move->class_index));
    lw_pool_change(run, class->pool);
}

// Units until the first flow of a group ends.
static double units_left(const lw_fluid *run, const lw_group *group) {
    return lw_wide_value(run->head[group->member[0]].end - group->done);
}

bool lw_fluid_hurries(const lw_fluid *run) {
    return run->how->engine == LW_ENGINE_AUTO && run->effort > EFFORT_MOST;
}

// The end of a fluid is found to the tick, and two at one tick are one event.
static bool has_ended(const lw_fluid *run, const lw_group *group) {
    const double early = lw_fluid_hurries(run) ? lw_wide_value(run->now - run->joined) * lw_fluid_ends_within : 0;
    return group->members > 0 && units_left(run, group) <= (2 + early) * group->rate * LW_SPEED + 2;
}

void lw_fluid_ended(lw_fluid *run, uint32_t index) {
    lw_pool *pool = &run->pool[index];
    lw_pool_touch(run, index);
    lw_pool_change(run, index);
    uint32_t others = LW_NONE;  // that follow, in other classes
    for (uint32_t i = 0; i < pool->step_count; i++) {
        const lw_group *group = &run->group[pool->steps[i]];
        while (has_ended(run, group)) {
            const uint32_t c = group->member[0], slot = take_target(run, c), next = lw_fluid_successor(run, slot);
            lw_fluid_moved(run, slot);
            if (next != LW_NONE && lw_fluid_move_of(run, next)->class_index == c) {
                add_target(run, c, (lw_target){lw_group_done(run, c) + lw_fluid_move_of(run, next)->units, next});
                run->joined = run->now;
                continue;
            }
            if (next != LW_NONE) {
                run->slot[next].next = others;
                others = next;
            }
            pool->from = fmin(pool->from, group->rate);
            weigh_flow(run, &run->class[c], -1);
            if (run->class[c].flows == 0) {
                lw_pool_leave(run, c);
            }
        }
    }
    while (others != LW_NONE) {
        const uint32_t slot = others;
        others = run->slot[slot].next;
        run->slot[slot].next = LW_NONE;
        lw_fluid_join(run, lw_fluid_move_of(run, slot), slot);
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
            const lw_burden *burden = row->active[i].burden;
            lw_class *class = &run->class[burden->class];
            const uint32_t cost = (uint32_t)(burden - class->burden);
            if (pass == 0) {
                there += (double)class->flows * class->cost[cost].there;
                back += (double)class->flows * class->cost[cost].back;
            } else {
                lw_fluid_weigh(run, class, cost, turn_ps);
                row->weight += burden->weight;
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
            const lw_burden *burden = row->active[k].burden;
            const double own = lw_fluid_rate(run, burden->class), share = burden->share;
            left -= own < rate ? own * share : 0;
            open += own < rate ? 0 : share;
        }
        if (open <= 0) {
            return (double)INFINITY;
        }
        rate = fmax(rate, left / open);
    }
    return rate;
}

// Steps of the last time that stay: those before the first rate that a change can reach.
static uint32_t keep_steps(lw_fluid *run, const lw_pool *pool) {
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
    run->effort += pool->row_count;
    uint32_t kept = 0;
    from = pool->joined && from == (double)INFINITY ? 0 : from;
    while (kept < pool->step_count && run->group[pool->steps[kept]].rate < from * BELOW) {
        kept++;
    }
    return kept;
}

// Of a row that is to be filled, what those flows have that keep their rates. They come first.
static void begin_filling(lw_fluid *run, uint32_t index, uint32_t kept) {
    const lw_row *row = &run->row[index];
    lw_filling *filling = &run->filling[index];
    lw_active *next = row->active;
    // Without a branch, which nothing could foretell.
    for (uint32_t rest = kept == 0 ? 0 : row->given < row->active_count ? row->given : row->active_count; rest > 0; rest /= 2) {
        const uint32_t half = rest - rest / 2;
        next += half & (0U - (uint32_t)(next[half - 1].step < kept));
    }
    const bool any = next > row->active;
    *filling = (lw_filling){.taken = any ? next[-1].taken : run->ahead[index].control,
                            .next = next,
                            .weight = any ? next[-1].weight : 0,
                            .end = row->active + row->active_count,
                            .all = row->weight,
                            .unit = row->unit,
                            .cap_min = row->cap_min,
                            .uneven = row->uneven};
}

// ---- Whose turn it is ----

// The bits of a positive double are in its order. The lowest are the place of the row instead, below
// the number of leaves, a power of two: rows that differ by so little may be full in any order.
static inline uint64_t match_of(double rate, uint32_t leaves, uint32_t place) {
    uint64_t bits;
    memcpy(&bits, &rate, sizeof bits);
    return (bits & ~(uint64_t)(leaves - 1)) | place;
}

// match[1] is the winner; the leaves are from match[leaves] on. Without a branch, which nothing could
// foretell.
static inline void play(uint64_t *match, uint32_t leaf, uint64_t now) {
    match[leaf] = now;
    for (; leaf > 1; leaf /= 2) {
        const uint64_t other = match[leaf ^ 1U];
        now = other < now ? other : now;
        match[leaf / 2] = now;
    }
}

// ---- Filling up ----

// Of flows without a rate.
static inline int64_t open_of(const lw_fluid *run, uint32_t row) {
    return run->filling[row].all - run->filling[row].weight;
}

static void exchange(lw_active *one, lw_active *other) {
    lw_burden *const before = one->burden;
    one->burden = other->burden;
    one->burden->active = one;
    other->burden = before;
    before->active = other;
}

// The class is the next of those in a row that have a rate.
static inline void take(lw_filling *filling, lw_burden *burden, double rate, uint32_t step) {
    lw_active *const next = filling->next++;
    if (burden->active != next) {
        exchange(burden->active, next);
    }
    next->taken = filling->taken += (int64_t)(rate * burden->share);
    next->step = step;
    next->weight = filling->weight += burden->weight;
}

// The group that gets the next rate.
static void add_step(lw_fluid *run, lw_pool *pool, uint32_t group, double rate) {
    run->group[group].rate = rate;
    run->group[group].step = pool->step_count;
    pool->steps[pool->step_count++] = group;
}

// To a class whose rate is that of no row.
static void give_alone(lw_fluid *run, lw_pool *pool, uint32_t index, double rate) {
    const lw_class *class = &run->class[index];
    for (uint32_t i = 0; i < class->own; i++) {
        take(&run->filling[class->burden[i].row], &class->burden[i], rate, pool->step_count);
    }
    if (run->group_of[index] != run->row_count + index) {
        lw_group_move(run, index, run->row_count + index);
    }
    add_step(run, pool, run->row_count + index, rate);
}

// Turns a picosecond that a row has for each of its flows without a rate.
static inline double level_of(const lw_fluid *run, uint32_t row) {
    const lw_filling *filling = &run->filling[row];
    const double left = filling->taken < LW_WHOLE ? (double)(LW_WHOLE - filling->taken) : 1;
    return left / ((double)(filling->all - filling->weight) * filling->unit);
}

// Of a flow for a packet of data.
static double turns_of(const lw_fluid *run, const lw_burden *burden) {
    const lw_class *class = &run->class[burden->class];
    return lw_fluid_turns(&class->cost[burden - class->burden]);
}

// The rate at which the first classes of a row must stop.
static inline double stop_of(const lw_fluid *run, uint32_t index) {
    const double level = level_of(run, index);
    if (!run->filling[index].uneven) {
        return level;
    }
    double most = 0;
    for (const lw_active *open = run->filling[index].next; open < run->filling[index].end; open++) {
        most = fmax(most, turns_of(run, open->burden));
    }
    return level / most;
}

// Rows of the pool that a change can reach, as a tree of matches; returns the number of its leaves.
static uint32_t make_matches(lw_fluid *run, const lw_pool *pool, uint32_t kept, uint32_t *filled) {
    uint32_t count = 0, leaves = 1;
    for (uint32_t i = 0; i < pool->row_count; i++) {
        if (run->group[pool->rows[i]].step == LW_NONE) {
            run->filled[count++] = pool->rows[i];
            begin_filling(run, pool->rows[i], kept);
            run->effort += run->filling[pool->rows[i]].end - run->filling[pool->rows[i]].next;
        }
    }
    while (leaves < count) {
        leaves *= 2;
    }
    for (uint32_t i = 0; i < leaves; i++) {
        const bool has = i < count && open_of(run, run->filled[i]) > 0;
        run->match[leaves + i] = has ? match_of(stop_of(run, run->filled[i]), leaves, i) : UINT64_MAX;
    }
    for (uint32_t i = leaves; i-- > 1;) {
        const uint64_t one = run->match[2 * i], other = run->match[2 * i + 1];
        run->match[i] = other < one ? other : one;
    }
    *filled = count;
    return leaves;
}

// Classes of a row without a rate whose turns are up at that rate: those that may have no more than
// their own limit get that, or all get it. False: there are none.
static bool give_some(lw_fluid *run, lw_pool *pool, uint32_t index, double rate, bool limited) {
    const lw_filling *filling = &run->filling[index];
    const double level = level_of(run, index);
    uint32_t count = 0;
    for (const lw_active *open = filling->next; open < filling->end; open++) {
        const uint32_t c = open->burden->class;
        const bool up = !filling->uneven || level <= rate * turns_of(run, open->burden) * NEARLY;
        if (up && (!limited || run->class[c].cap <= rate * NEARLY)) {
            run->given[count++] = c;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        give_alone(run, pool, run->given[i], limited ? run->class[run->given[i]].cap : rate);
    }
    return count > 0;
}

// All that are left get it, and the row is full.
static void give_rest(lw_fluid *run, lw_pool *pool, uint32_t index, double rate) {
    lw_filling *const fillings = run->filling, *const filling = &fillings[index];
    const uint32_t step = pool->step_count, *const group_of = run->group_of;
    uint32_t moved = 0, *const given = run->given;
    for (const lw_active *open = filling->next, *end = filling->end; open < end; open++) {
        const lw_burden *const own = open->burden;
        for (lw_burden *other = own->next; other != own; other = other->next) {
            take(&fillings[other->row], other, rate, step);
        }
        given[moved] = own->class;
        moved += group_of[own->class] != index ? 1 : 0;
    }
    for (uint32_t i = 0; i < moved; i++) {
        lw_group_move(run, run->given[i], index);
    }
    add_step(run, pool, index, rate);
    filling->taken = LW_WHOLE;
    filling->weight = filling->all;
}

// Returns how many rows were filled.
static uint32_t fill_up(lw_fluid *run, lw_pool *pool, uint32_t kept) {
    uint32_t filled = 0;
    lw_group_forget(run, pool, kept);
    if (!lw_pool_room(run, pool, pool->row_count + pool->class_count)) {
        return 0;
    }
    const uint32_t leaves = make_matches(run, pool, kept, &filled);
    while (run->match[1] != UINT64_MAX) {
        const uint32_t place = (uint32_t)run->match[1] & (leaves - 1), index = run->filled[place];
        uint64_t now = UINT64_MAX;
        if (open_of(run, index) > 0) {
            const double rate = stop_of(run, index);
            now = match_of(rate, leaves, place);
            if (now <= run->match[1]) {
                const bool limited = rate * NEARLY >= run->filling[index].cap_min;
                if ((limited && give_some(run, pool, index, rate, true)) ||
                    (run->filling[index].uneven && give_some(run, pool, index, rate, false))) {
                    continue;
                }
                give_rest(run, pool, index, rate);
                now = UINT64_MAX;
            }
        }
        play(run->match, leaves + place, now);
    }
    for (uint32_t i = 0; (pool->controls || pool->row_count == 0) && i < pool->class_count; i++) {
        const uint32_t c = pool->classes[i];
        if (run->class[c].own == 0 && run->group[run->row_count + c].step == LW_NONE) {  // no row holds it up
            give_alone(run, pool, c, run->class[c].cap);
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

static void take_share(lw_ahead *row, const lw_cost *cost, double share) {
    const int64_t most = LW_WHOLE - row->control, whole = (int64_t)fmin(share, (double)LW_WHOLE);
    const int64_t taken = whole < most ? whole : most;
    row->control += taken;
    row->caused += cost->source != LW_NO_SERVER ? taken : 0;
}

static void visit_controls(lw_fluid *run, const lw_pool *pool, control_pass pass) {
    run->effort += pool->class_count;
    for (uint32_t i = 0; i < pool->class_count; i++) {
        const uint32_t c = pool->classes[i];
        const lw_class *class = &run->class[c];
        const double rate = lw_fluid_rate(run, c);
        for (uint32_t k = class->own; rate < (double)INFINITY && k < class->costs; k++) {
            const lw_cost *cost = &class->cost[k];
            const double share = rate * class->burden[k].share;
            if (pass == TAKE_SHARES) {
                take_share(&run->ahead[cost->row], cost, share * controls_of(run, cost->source));
            } else if (cost->source != LW_NO_SERVER) {
                const double more = (double)class->flows * rate * cost->there;
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
        lw_ahead *ahead = &run->ahead[pool->rows[i]];
        ahead->before = ahead->control;
        ahead->control = ahead->caused = 0;
    }
    for (int pass = COUNT_PACKETS; pass <= FORGET; pass++) {
        visit_controls(run, pool, (control_pass)pass);
    }
    for (uint32_t i = 0; i < pool->row_count; i++) {
        lw_ahead *ahead = &run->ahead[pool->rows[i]];
        ahead->control = halfway ? ahead->control / 2 + ahead->before / 2 : ahead->control;
        const int64_t more = ahead->control - ahead->before;
        changed = changed || more > CLOSE || more < -CLOSE;
        run->row[pool->rows[i]].control = (double)ahead->caused / (double)LW_WHOLE;
    }
    return changed;
}

// Control traffic follows from the rates, and they from what it leaves. It is a small part of a
// link, so that each turn is some ten times nearer than the one before; steps of half the way end
// where it is not.
static uint32_t find_rates(lw_fluid *run, lw_pool *pool) {
    enum { TURNS = 8, WHOLE_TURNS = 4 };
    const uint32_t kept = keep_steps(run, pool);
    if (!pool->controls) {
        return fill_up(run, pool, kept);
    }
    uint32_t filled = 0;
    for (int i = 0; i < TURNS && (add_control(run, pool, i >= WHOLE_TURNS) || i == 0); i++) {
        filled = fill_up(run, pool, 0);
    }
    return filled;
}

// When the first flow ends.
static lw_ticks first_end(const lw_fluid *run, const lw_pool *pool) {
    double ticks = (double)LW_TICKS_NEVER;
    for (uint32_t i = 0; i < pool->step_count; i++) {
        const lw_group *group = &run->group[pool->steps[i]];
        const double left = group->members > 0 ? units_left(run, group) / (group->rate * LW_SPEED) : ticks;
        ticks = left < ticks ? left : ticks;
    }
    if (ticks >= (double)LW_TICKS_NEVER / 4) {
        return LW_TICKS_NEVER;
    }
    return run->now + (ticks > 1 ? (lw_ticks)ticks : 1);
}

static void share_pool(lw_fluid *run, uint32_t index) {
    lw_pool *pool = &run->pool[index];
    const uint32_t filled = find_rates(run, pool);
    pool->from = (double)INFINITY;
    pool->joined = false;
    for (uint32_t i = 0; i < filled; i++) {
        const int64_t taken = run->filling[run->filled[i]].taken;
        run->row[run->filled[i]].given = (uint32_t)(run->filling[run->filled[i]].next - run->row[run->filled[i]].active);
        run->row[run->filled[i]].used = taken < LW_WHOLE ? (double)taken / (double)LW_WHOLE : 1;
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
