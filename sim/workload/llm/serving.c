// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/llm/serving.h"

#include <math.h>

typedef struct server {
    lw_serving *s;
    size_t next, running, reading;  // of those that come: the first that has not begun; numbers of those that have
    int64_t writing, held, step;    // tokens of room; iterations that wrote
    double now_ps, contexts;        // of those that write, the sum
    double waited_ps[3];            // by what the next one waits for
    lw_serving_limit waits_for;
    double running_ps;
    lw_served out;
} server;

static lw_iteration_time time_of(const lw_iteration_times *times, int64_t tokens) {
    size_t i = 0;
    while (i + 1 < times->count && times->at[i].tokens < tokens) {
        i++;
    }
    const lw_iteration_time *above = &times->at[i], *below = i > 0 ? above - 1 : above;
    const double span = (double)(above->tokens - below->tokens);
    const double part = span > 0 ? (double)(tokens - below->tokens) / span : 0;
    return (lw_iteration_time){tokens, below->ps + part * (above->ps - below->ps),
                               below->context_ps + part * (above->context_ps - below->context_ps)};
}

static lw_request *running_at(const server *v, size_t i) {
    return &v->s->request[v->s->running[i]];
}

static bool is_reading(const lw_request *request) {
    return request->read < request->prompt;
}

// Those that have come begin while there is room.
static void begin(server *v) {
    lw_serving *s = v->s;
    v->waits_for = LW_SERVING_ARRIVALS;
    for (; v->next < s->count && (double)s->request[v->next].arrives_ps <= v->now_ps; v->next++) {
        const lw_request *request = &s->request[v->next];
        const bool full = (int64_t)v->running >= s->batch;
        if (full || request->prompt + request->output > s->room - v->held) {
            v->waits_for = full ? LW_SERVING_BATCH : LW_SERVING_MEMORY;
            return;
        }
        v->held += request->prompt + request->output;
        s->running[v->running++] = v->next;
        v->reading++;
    }
}

static void pass(server *v, double time_ps) {
    v->now_ps += time_ps;
    v->out.busy_ps += time_ps;
    v->waited_ps[v->waits_for] += time_ps;
    v->running_ps += time_ps * (double)v->running;
}

// Each of those that write has one token more.
static void count_written(server *v, int64_t writing) {
    v->step += writing > 0;
    v->contexts += (double)writing;
    v->out.written += (double)writing;
}

// Iterations that only write, until a request ends or another may begin.
static void write_on(server *v) {
    const lw_serving *s = v->s;
    const lw_iteration_time each = time_of(&s->write, v->writing);
    const bool may_begin = v->next < s->count && v->waits_for == LW_SERVING_ARRIVALS;
    const double comes_ps = may_begin ? (double)s->request[v->next].arrives_ps : (double)INFINITY;
    int64_t end = INT64_MAX;
    for (size_t i = 0; i < v->running; i++) {
        end = running_at(v, i)->last < end ? running_at(v, i)->last : end;
    }
    do {
        pass(v, each.ps + each.context_ps * v->contexts / (double)v->writing);
        count_written(v, v->writing);
    } while (v->step < end && v->now_ps < comes_ps);
}

// One that reads prompts, in the order in which they began; others write beside it where it takes chunks.
static void read_some(server *v) {
    lw_serving *s = v->s;
    const int64_t writing = s->prompts_first ? 0 : v->writing;
    int64_t left = s->budget - writing, read = 0;
    double pairs = 0;  // of a token and one before it
    for (size_t i = 0; i < v->running && left > 0; i++) {
        lw_request *request = running_at(v, i);
        const int64_t rest = request->prompt - request->read;
        const int64_t chunk = rest < left || (s->prompts_first && read == 0) ? rest : left;
        if (s->prompts_first && chunk < rest) {
            break;
        }
        pairs += (double)chunk * ((double)request->read + (double)chunk / 2);
        request->read += chunk;
        read += chunk;
        left -= chunk;
    }
    const lw_iteration_time all = time_of(&s->read, read + writing);
    double time_ps = all.ps + all.context_ps * pairs / (double)(read + writing);
    if (writing > 0) {
        time_ps += time_of(&s->write, writing).context_ps * v->contexts / (double)writing;
    }
    pass(v, time_ps);
    count_written(v, writing);
}

// What has read its prompt has its first token; what has its last token leaves.
static void settle(server *v) {
    size_t kept = 0;
    for (size_t i = 0; i < v->running; i++) {
        lw_request *request = running_at(v, i);
        if (!is_reading(request) && request->last == INT64_MAX) {
            request->first_ps = v->now_ps;
            request->last = v->step + request->output - 1;
            v->reading--;
            v->writing++;
            v->contexts += (double)request->prompt + 0.5;  // as llm-decode counts
            v->out.written++;
        }
        if (request->last <= v->step) {
            request->end_ps = v->now_ps;
            v->held -= request->prompt + request->output;
            v->writing--;
            v->contexts -= (double)(request->prompt + request->output) - 0.5;
        } else {
            v->s->running[kept++] = v->s->running[i];
        }
    }
    v->running = kept;
}

typedef double value_of(const lw_request *request);

static double first_of(const lw_request *request) {
    return request->first_ps - (double)request->arrives_ps;
}

static double later_of(const lw_request *request) {
    return request->output > 1 ? (request->end_ps - request->first_ps) / (double)(request->output - 1) : -1;
}

static double whole_of(const lw_request *request) {
    return request->end_ps - (double)request->arrives_ps;
}

// Of all requests that have one; a value below 0 is none.
static lw_distribution spread(const lw_serving *s, value_of *value) {
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const double one = value(&s->request[i]);
        s->sample[count] = (lw_weighted){one, 1};
        count += one >= 0;
    }
    return lw_distribution_of(s->sample, count);
}

lw_served lw_serve(lw_serving *serving) {
    server v = {.s = serving};
    for (size_t i = 0; i < serving->count; i++) {
        serving->request[i].read = 0;
        serving->request[i].last = INT64_MAX;
    }
    while (v.next < serving->count || v.running > 0) {
        begin(&v);
        if (v.running == 0) {
            v.now_ps = (double)serving->request[v.next].arrives_ps;
            continue;
        }
        if (v.reading > 0) {
            read_some(&v);
        } else {
            write_on(&v);
        }
        settle(&v);
    }
    v.out.end_ps = v.now_ps;
    v.out.together = v.out.busy_ps > 0 ? v.running_ps / v.out.busy_ps : 0;
    v.out.first_ps = spread(serving, first_of);
    v.out.later_ps = spread(serving, later_of);
    v.out.whole_ps = spread(serving, whole_of);
    v.out.limit = v.waited_ps[LW_SERVING_BATCH] > v.waited_ps[LW_SERVING_MEMORY] ? LW_SERVING_BATCH : LW_SERVING_MEMORY;
    if (v.waited_ps[v.out.limit] <= v.waited_ps[LW_SERVING_ARRIVALS]) {
        v.out.limit = LW_SERVING_ARRIVALS;
    }
    return v.out;
}
