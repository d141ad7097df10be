// SPDX-License-Identifier: GPL-3.0-or-later
// A card in another computer: calls that travel one by one, or a question and its answer.
#include <math.h>

#include "sim/result/result.h"
#include "sim/workload/task_graph.h"

typedef struct remote_params {
    const char *client, *server, *gpu;
    int sends;
    int64_t compute_ps, waiting_calls, other_calls, call_ps, call_bytes, up_bytes, down_bytes, steps;
} remote_params;

typedef enum sends { SENDS_CALLS, SENDS_PROMPTS } sends;
static const char *const sends_words[] = {"calls", "prompts", NULL};

#define AT(field) offsetof(remote_params, field)
static const lw_option options[] = {
    {.key = "client",
     .kind = LW_OPTION_TEXT,
     .offset = AT(client),
     .fallback = "desk",
     .help = "the computer that the program is used from"},
    {.key = "server",
     .kind = LW_OPTION_TEXT,
     .offset = AT(server),
     .fallback = "server",
     .help = "the computer that has the card; the card itself where no computer is between"},
    {.key = "gpu", .kind = LW_OPTION_TEXT, .offset = AT(gpu), .fallback = "gpu", .help = "the card"},
    LW_WORK_WORD(
        "sends", AT(sends), "calls", sends_words,
        "calls: the program runs at the client and each call of the driver travels (API remoting); prompts: it runs at the "
        "server, and a question and an answer travel"),
    LW_WORK_TIME("compute", AT(compute_ps), NULL, "what the card works in a step, such as a token or an image"),
    {.key = "waiting_calls",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(waiting_calls),
     .fallback = "10",
     .minimum = 0,
     .maximum = 1e9,
     .help = "of a step that the program waits for, each of them a round trip",
     .source = "a program that copies a result back and synchronises some times a step",
     .evidence = LW_ASSUMED},
    {.key = "other_calls",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(other_calls),
     .fallback = "300",
     .minimum = 0,
     .maximum = 1e9,
     .help = "of a step that nobody waits for, such as launches",
     .source = "launches of a transformer of 32 layers, some ten a layer",
     .evidence = LW_ASSUMED},
    {.key = "call_time",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = AT(call_ps),
     .fallback = "2.5 us",
     .maximum = 1e12,
     .help = "what one of those takes of the client; they are sent while the card works",
     .source = "as a queued call of a card; see submit_queued",
     .evidence = LW_ASSUMED},
    LW_WORK_BYTES("call_bytes", AT(call_bytes), "256 B", 1, "of a call, and of its answer"),
    LW_WORK_BYTES("up", AT(up_bytes), "0 B", 0, "data that go to the card with each step; with prompts: the question"),
    LW_WORK_BYTES("down", AT(down_bytes), "0 B", 0, "data that come back with each step; with prompts: the answer"),
    LW_WORK_COUNT("steps", AT(steps), "16", "that run"),
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const remote_params *p = params;
    return (double)p->other_calls * (double)p->call_ps <= (double)LW_WORK_LONGEST_PS
               ? LW_OK
               : lw_error(diags, lw_type_place(options, set, "other_calls", at), "give fewer, or a shorter call_time",
                          "calls take the client over 100 h a step");
}

// NAME: a copy and what it comes after; nothing of no bytes.
static const char *move(lw_arena *arena, const char *name, const char *from, const char *to, int64_t bytes, const char *after) {
    return bytes == 0 ? ""
                      : lw_arena_print(arena, "%s: {copy: {from: '%s', to: '%s', bytes: %lld B}%s}\n", name, from, to,
                                       (long long)bytes, after);
}

// Each call travels. The next step waits for the card, what it gave back, and the calls of this one.
static const char *calls_text(lw_arena *arena, const remote_params *p) {
    const bool waits = p->waiting_calls > 0;
    const char *after_calls = waits ? ", after: calls" : "";
    const char *calls = !waits ? ""
                               : lw_arena_print(arena,
                                                "calls:\n  repeat: %lld\n  tasks:\n"
                                                "    ask: {copy: {from: '%s', to: '%s', bytes: %lld B}}\n"
                                                "    answer: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: ask}\n",
                                                (long long)p->waiting_calls, p->client, p->server, (long long)p->call_bytes,
                                                p->server, p->client, (long long)p->call_bytes);
    const char *up = move(arena, "up", p->client, p->gpu, p->up_bytes, after_calls);
    const char *down = move(arena, "down", p->gpu, p->client, p->down_bytes, ", after: work");
    if (calls == NULL || up == NULL || down == NULL) {
        return NULL;
    }
    return lw_arena_print(arena, "%s%sothers: {delay: %lld ps%s}\nwork: {compute: %lld ps, node: '%s'%s}\n%s", calls, up,
                          (long long)(p->other_calls * p->call_ps), after_calls, (long long)p->compute_ps, p->gpu,
                          up[0] != '\0' ? ", after: up" : after_calls, down);
}

static const char *prompts_text(lw_arena *arena, const remote_params *p) {
    return lw_arena_print(arena,
                          "question: {copy: {from: '%s', to: '%s', bytes: %lld B}}\n"
                          "steps:\n  repeat: %lld\n  after: question\n  tasks:\n"
                          "    work: {compute: %lld ps, node: '%s'}\n"
                          "answer: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: steps}\n",
                          p->client, p->server, (long long)(p->up_bytes > 0 ? p->up_bytes : 1), (long long)p->steps,
                          (long long)p->compute_ps, p->gpu, p->server, p->client,
                          (long long)(p->down_bytes > 0 ? p->down_bytes : 1));
}

static lw_status expand(lw_graph_builder *builder) {
    const remote_params *p = builder->object->params;
    const bool calls = p->sends == SENDS_CALLS;
    const char *text = calls ? calls_text(builder->arena, p) : prompts_text(builder->arena, p);
    return text == NULL ? LW_NO_MEMORY : lw_task_graph_of_text(builder, text, calls ? p->steps : 1, 1);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const remote_params *p = params;
    const double step_us = (double)(result->end_ps - result->start_ps) / 1e6 / (double)p->steps;
    value[0] = step_us;
    value[1] = step_us > 0 ? 1e6 / step_us : 0;
    value[2] = p->compute_ps > 0 ? step_us * 1e6 / (double)p->compute_ps : 0;
}

static const lw_metric own[] = {LW_OWN_TIME("remote_step_us", "remote_step", "a step", "all of the time by the steps"),
                                LW_OWN_PLAIN("steps_per_s", "steps", "steps/s", "that run"),
                                LW_OWN_PLAIN("of_local", "of_local", "of a local card",
                                             "a step by what the card works in it: 2 is half as fast as a card that is there"),
                                {0}};
static const char *const metrics[] = {"remote_step_us", "steps_per_s", "of_local", "time_us", "compute_us", "exposed_us", NULL};

static const char page[] =
    "A program uses a card in another computer, next door or across an ocean.\n"
    "\n"
    "  use: {kind: remote-gpu, client: desk, server: server, gpu: gpu, compute: 20 ms, waiting_calls: 10}\n"
    "\n"
    "With API remoting each call of the driver travels (sends: calls). A call that the program waits for\n"
    "costs a round trip, others the client's time while the card works:\n"
    "\n"
    "  step = waiting_calls x round trip + max(up + compute + down, other_calls x call_time)\n"
    "\n"
    "(the model of Wang et al., arXiv 2401.13354). 10 such calls are 0.1 ms over a round trip of 10 us,\n"
    "and 200 ms over one of 20 ms. Where the program runs beside the card (sends: prompts), only a\n"
    "question and an answer travel: one round trip for all of the steps, whatever the distance.";

const lw_work_kind lw_work_remote_gpu = {
    .type = {.name = "remote-gpu",
             .summary = "a card in another computer: calls that travel, or prompts",
             .page = page,
             .example = "{kind: remote-gpu, client: host, server: gpu, gpu: gpu, compute: 20 ms}",
             .options = options,
             .params_size = sizeof(remote_params),
             .check = check},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
