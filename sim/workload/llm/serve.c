// SPDX-License-Identifier: GPL-3.0-or-later
// A server of a language model: requests that come, iterations that serve many of them. The tasks are
// iterations of several sizes, one after the other; when they are timed, requests are served by them.
#include "sim/workload/llm/serving.h"

#include <math.h>
#include <stdio.h>

#include "sim/result/result.h"
#include "sim/workload/arrivals.h"
#include "sim/workload/llm/step.h"
#include "sim/workload/task_block.h"

enum { REQUESTS_MAX = 65536, SIZES_MAX = 64, TIMED_CONTEXT = 256 };
#define TOKENS_MAX INT64_C(200000000)

typedef struct serve_params {
    lw_llm_params llm;
    int64_t requests, batch, budget;
    const lw_yaml *prompt, *output;
    lw_open_arrivals open;
    int arrivals;  // 1: random
    int prefill;   // 1: first
    double memory;
} serve_params;

static const char *const prefill_words[] = {"chunked", "first", NULL};

#define AT(field) offsetof(serve_params, field)
#define LENGTH "{\"type\": [\"integer\", \"string\"], \"pattern\": \"^[0-9]+$\"}"
#define LENGTH_FORM "\"anyOf\": [" LENGTH ", {\"type\": \"array\", \"minItems\": 1, \"items\": " LENGTH "}]"
static const lw_option options[] = {
    LW_LLM_ROWS(AT(llm)),
    LW_WORK_COUNT("requests", AT(requests), "auto", "how many there are; auto: 100, or as many as `at` lists"),
    {.key = "prompt",
     .kind = LW_OPTION_YAML,
     .offset = AT(prompt),
     .fallback = "",
     .help = "tokens of each prompt, or a list of them, which requests take in turn; 512 when left out",
     .schema = LENGTH_FORM},
    {.key = "output",
     .kind = LW_OPTION_YAML,
     .offset = AT(output),
     .fallback = "",
     .help = "tokens that are written for each, or a list of them; 128 when left out",
     .schema = LENGTH_FORM},
    LW_WORK_TIME("every", AT(open.every_ps), "auto", "a request comes in so long; auto: all are there at the start"),
    LW_WORK_WORD("arrivals", AT(arrivals), "fixed", lw_open_arrival_words,
                 "with every: fixed gaps, or exponential ones with that mean (poisson)"),
    {.key = "at",
     .kind = LW_OPTION_YAML,
     .offset = AT(open.at),
     .fallback = "",
     .help = "list of the times at which requests come, from the start of the work on",
     .schema = "\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": [\"string\", \"number\"]}"},
    {.key = "batch",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(batch),
     .fallback = "256",
     .minimum = 1,
     .maximum = 65536,
     .help = "requests that are served at once, at most",
     .source = "vLLM, SchedulerConfig: max_num_seqs",
     .evidence = LW_SPECIFIED},
    {.key = "budget",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(budget),
     .fallback = "2048",
     .minimum = 1,
     .maximum = 1e6,
     .help = "tokens of an iteration, at most: of prompts, and one of each request that writes",
     .source = "vLLM, SchedulerConfig: max_num_batched_tokens",
     .evidence = LW_SPECIFIED},
    {.key = "prefill",
     .kind = LW_OPTION_WORD,
     .offset = AT(prefill),
     .fallback = "chunked",
     .words = prefill_words,
     .help = "prompts in chunks beside what others write, or whole, and before anybody writes on (first)",
     .source = "vLLM: engine V1 takes chunks, V0 whole prompts first unless it is told otherwise",
     .evidence = LW_SPECIFIED},
    {.key = "memory",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(memory),
     .fallback = "90 %",
     .minimum = 0.01,
     .maximum = 1,
     .help = "share of the cards' memory for weights, keys and values",
     .source = "vLLM, CacheConfig: gpu_memory_utilization",
     .evidence = LW_SPECIFIED},
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const serve_params *p = params;
    const lw_yaml *list = p->open.at;
    const lw_arrivals_given given = {&p->open, p->arrivals != 0, p->requests, "requests", "add every: 1 s"};
    LW_TRY(lw_arrivals_check(&given, "requests", options, set, at, diags));
    if (p->requests > REQUESTS_MAX || (list != NULL && list->count > REQUESTS_MAX)) {
        return lw_error(diags, lw_type_place(options, set, list != NULL ? "at" : "requests", at), "ask for less",
                        "%d requests are the most", REQUESTS_MAX);
    }
    if (p->budget < p->batch) {
        return lw_error(diags, lw_type_place(options, set, "budget", at), "raise it, or lower batch",
                        "an iteration of %lld tokens has no room for one of each of %lld requests", (long long)p->budget,
                        (long long)p->batch);
    }
    return LW_OK;
}

// What the times of iterations are for, and what comes of them.
typedef struct plan {
    lw_serving serving;
    double write_context[SIZES_MAX], read_context[SIZES_MAX];  // of the second of each pair of timed iterations
    char told[160];
} plan;

// ---- Requests ----

static const lw_option length_option = {
    .key = "tokens", .kind = LW_OPTION_INTEGER, .minimum = 1, .maximum = 1e8, .help = "tokens of a request"};

// The length of each request, into the field at `offset`.
static lw_status read_lengths(const lw_graph_builder *builder, const lw_yaml *value, int64_t fallback, lw_serving *s,
                              size_t offset) {
    const lw_yaml *item = value != NULL && value->kind == LW_LIST ? value->first : value;
    for (size_t i = 0; i < s->count; i++) {
        int64_t *length = (int64_t *)((char *)&s->request[i] + offset);
        if (value == NULL) {
            *length = fallback;
            continue;
        }
        if (item == NULL) {
            return lw_error(builder->diags, value->place, "write [512, 2048]", "a list of lengths has one at least");
        }
        LW_TRY(lw_option_parse_value(&length_option, item, length, builder->diags));
        item = value->kind != LW_LIST ? value : item->next != NULL ? item->next : value->first;
    }
    return LW_OK;
}

static lw_status read_requests(lw_graph_builder *builder, const serve_params *p, lw_serving *s) {
    const lw_open_arrivals open = {p->open.every_ps, p->arrivals != 0, p->open.at};
    int64_t *time_ps;
    s->count = p->open.at != NULL ? p->open.at->count : p->requests != LW_AUTO ? (size_t)p->requests : 100;
    s->request = LW_NEW_ARRAY(builder->arena, lw_request, s->count);
    s->running = LW_NEW_ARRAY(builder->arena, size_t, s->count);
    s->sample = LW_NEW_ARRAY(builder->arena, lw_weighted, s->count);
    if (s->request == NULL || s->running == NULL || s->sample == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < s->count; i++) {
        s->request[i] = (lw_request){0};
    }
    LW_TRY(read_lengths(builder, p->prompt, 512, s, offsetof(lw_request, prompt)));
    LW_TRY(read_lengths(builder, p->output, 128, s, offsetof(lw_request, output)));
    if (lw_arrivals_are_open(&open)) {
        LW_TRY(lw_arrivals_find(builder, &open, (int64_t)s->count, &time_ps));
    }
    double tokens = 0;
    for (size_t i = 0; i < s->count; i++) {
        s->request[i].arrives_ps = lw_arrivals_are_open(&open) ? time_ps[i] : 0;
        tokens += (double)s->request[i].prompt + (double)s->request[i].output;
    }
    return tokens <= (double)TOKENS_MAX ? LW_OK
                                        : lw_error(builder->diags, lw_object_place(builder->object, "requests"), "ask for less",
                                                   "workloads.%s: %.3g tokens are more than the %lld that are served",
                                                   builder->object->name, tokens, (long long)TOKENS_MAX);
}

// Room for keys and values, in which each request must fit alone.
static lw_status find_room(lw_graph_builder *builder, const serve_params *p, lw_serving *s) {
    double held_bytes, tokens;
    LW_TRY(lw_llm_room(builder, &p->llm, p->memory, &held_bytes, &tokens));
    builder->workload->held_bytes = llround(held_bytes);
    s->room = tokens >= 0x1p62 ? INT64_MAX : (int64_t)floor(fmax(tokens, 0));
    for (size_t i = 0; i < s->count; i++) {
        const int64_t needs = s->request[i].prompt + s->request[i].output;
        if (needs > s->room) {
            return lw_error(
                builder->diags, lw_object_place(builder->object, "on"),
                "take more cards, fewer bits (quantisation, kv), or shorter prompts",
                "workloads.%s: beside %.1f GB of weights %.0f %% of the cards' memory has room for the keys and values "
                "of %lld tokens, and a request has %lld",
                builder->object->name, held_bytes / 1e9, 100 * p->memory, (long long)s->room, (long long)needs);
        }
    }
    return LW_OK;
}

// Of all that decides how requests are served, but for the times of iterations.
static uint64_t sum_of(const lw_serving *s) {
    uint64_t sum = lw_mix((uint64_t)s->batch);
    sum = lw_mix(sum + (uint64_t)s->budget);
    sum = lw_mix(sum + (uint64_t)s->room);
    sum = lw_mix(sum + s->prompts_first);
    for (size_t i = 0; i < s->count; i++) {
        sum = lw_mix(sum + (uint64_t)s->request[i].arrives_ps);
        sum = lw_mix(sum + (uint64_t)s->request[i].prompt);
        sum = lw_mix(sum + (uint64_t)s->request[i].output);
    }
    return sum;
}

// ---- Iterations that are timed ----

// 1, 2, 3, 4, 6, 8, 12 and so on, and `most`.
static lw_status choose_sizes(lw_graph_builder *builder, int64_t most, lw_iteration_times *out) {
    out->at = LW_NEW_ARRAY(builder->arena, lw_iteration_time, SIZES_MAX);
    if (out->at == NULL) {
        return LW_NO_MEMORY;
    }
    out->count = 0;
    for (int64_t power = 1; power < most; power *= 2) {
        out->at[out->count++].tokens = power;
        if (power > 1 && power + power / 2 < most) {
            out->at[out->count++].tokens = power + power / 2;
        }
    }
    out->at[out->count++].tokens = most;
    return LW_OK;
}

// One iteration, as the next member: after the task `entry`, which becomes its end.
static lw_status add_iteration(lw_graph_builder *builder, const serve_params *p, const lw_llm_step *step, int64_t pieces,
                               uint32_t *entry) {
    lw_task_block block;
    const uint32_t member = builder->member;
    builder->workload->method = NULL;
    lw_block_begin(builder, &block);
    LW_TRY(lw_llm_expand(builder, &p->llm, step, pieces));
    LW_TRY(lw_block_cut(builder, &block));
    builder->member = member;
    LW_TRY(lw_block_paste(builder, &block, *entry, 0));
    LW_TRY(lw_block_end(builder, &block));
    *entry = lw_graph_next_task(builder) - 1;
    builder->member = member + 1;
    return LW_OK;
}

// Each size twice: what an iteration takes grows in proportion to what its tokens come after.
static lw_status add_writing(lw_graph_builder *builder, const serve_params *p, plan *all, uint32_t *entry) {
    const lw_iteration_times *sizes = &all->serving.write;
    for (size_t i = 0; i < 2 * sizes->count; i++) {
        const double tokens = (double)sizes->at[i / 2].tokens;
        all->write_context[i / 2] = TIMED_CONTEXT / tokens;
        const lw_llm_step step = {.tokens = tokens,
                                  .requests = tokens,
                                  .context = i % 2 == 0 ? 0 : all->write_context[i / 2],
                                  .longer = 1,
                                  .counted = true};
        LW_TRY(add_iteration(builder, p, &step, 1, entry));
    }
    return LW_OK;
}

static lw_status add_reading(lw_graph_builder *builder, const serve_params *p, int64_t micro_batch, plan *all, uint32_t *entry) {
    const lw_iteration_times *sizes = &all->serving.read;
    for (size_t i = 0; i < 2 * sizes->count; i++) {
        const int64_t tokens = sizes->at[i / 2].tokens, pieces = (tokens + micro_batch - 1) / micro_batch;
        all->read_context[i / 2] = TIMED_CONTEXT;
        const lw_llm_step step = {.tokens = (double)tokens / (double)pieces,
                                  .requests = 1,
                                  .context = (double)tokens / 2 + (i % 2 == 0 ? 0 : TIMED_CONTEXT),
                                  .longer = 1,
                                  .prompt = true,
                                  .counted = true};
        LW_TRY(add_iteration(builder, p, &step, pieces, entry));
    }
    return LW_OK;
}

static lw_status expand(lw_graph_builder *builder) {
    const serve_params *p = builder->object->params;
    plan *all = LW_NEW(builder->arena, plan);
    const lw_llm_runtime *runtime;
    if (all == NULL) {
        return LW_NO_MEMORY;
    }
    *all = (plan){.serving = {.batch = p->batch, .budget = p->budget, .prompts_first = p->prefill == 1}};
    lw_serving *s = &all->serving;
    LW_TRY(lw_llm_find_runtime(builder, &p->llm, &runtime));
    LW_TRY(read_requests(builder, p, s));
    LW_TRY(find_room(builder, p, s));
    const int64_t held = builder->workload->held_bytes, batch = p->batch < (int64_t)s->count ? p->batch : (int64_t)s->count;
    int64_t prompts = 0, longest = 0;
    for (size_t i = 0; i < s->count; i++) {
        prompts += s->request[i].prompt;
        longest = s->request[i].prompt > longest ? s->request[i].prompt : longest;
    }
    const int64_t at_once = prompts + batch < p->budget ? prompts + batch : p->budget;
    LW_TRY(choose_sizes(builder, batch, &s->write));
    LW_TRY(choose_sizes(builder, s->prompts_first && longest > at_once ? longest : at_once, &s->read));
    uint32_t entry = LW_NO_ENTRY;
    builder->member = 0;
    LW_TRY(add_writing(builder, p, all, &entry));
    const char *method = builder->workload->method;  // that of what is written, as llm-decode tells
    LW_TRY(add_reading(builder, p, runtime->micro_batch, all, &entry));
    builder->workload->members = builder->member;
    builder->workload->held_bytes = held;
    builder->workload->method = method;
    builder->workload->plan = all;
    builder->workload->plan_sum = sum_of(s);
    return LW_OK;
}

// ---- Requests, served ----

static void fill_times(lw_iteration_times *times, const lw_weighted *member_ps, const double *context, bool prompts) {
    for (size_t i = 0; i < times->count; i++) {
        const double slope = (member_ps[2 * i + 1].value - member_ps[2 * i].value) / context[i];
        times->at[i].context_ps = slope;
        times->at[i].ps = member_ps[2 * i].value - (prompts ? slope * (double)times->at[i].tokens / 2 : 0);
    }
}

static void replay(const lw_graph_workload *workload, const lw_weighted *member_ps, lw_workload_result *result) {
    static const char *const waits[] = {"requests wait for nobody", "most are served at once, and others wait",
                                        "keys and values fill the memory, and requests wait"};
    plan *all = workload->plan;
    lw_serving *s = &all->serving;
    fill_times(&s->write, member_ps, all->write_context, false);
    fill_times(&s->read, member_ps + 2 * s->write.count, all->read_context, true);
    const lw_served served = lw_serve(s);
    const double seconds = served.end_ps / 1e12;
    const double value[] = {served.written / seconds,   (double)s->count / seconds,   served.together,
                            served.first_ps.mean / 1e6, served.first_ps.median / 1e6, served.first_ps.p95 / 1e6,
                            served.first_ps.most / 1e6, served.later_ps.mean / 1e6,   served.later_ps.median / 1e6,
                            served.later_ps.p95 / 1e6,  served.later_ps.most / 1e6,   served.busy_ps / served.end_ps * 100};
    for (size_t i = 0; i < sizeof value / sizeof value[0]; i++) {
        result->own_value[i] = value[i];
    }
    result->member_ps = served.whole_ps;
    (void)snprintf(all->told, sizeof all->told, "%s%s%s", waits[served.limit], result->method != NULL ? "; " : "",
                   result->method != NULL ? result->method : "");
    result->method = all->told;
}

#define NUMBER(word, says_short, says)                                                                                     \
    {                                                                                                                      \
        .name = (word), .quantity = (word), .dimension = LW_PLAIN, .unit = 1, .of = LW_OF_WORKLOAD, .title = (says_short), \
        .help = (says)                                                                                                     \
    }
#define TAKES(word, says_short, says)                                                                                           \
    {                                                                                                                           \
        .name = word "_us", .quantity = (word), .dimension = LW_TIME, .unit = 1e6, .of = LW_OF_WORKLOAD, .title = (says_short), \
        .help = (says)                                                                                                          \
    }
static const lw_metric own[] = {
    NUMBER("served_tokens_per_s", "tokens/s",
           "that are written for all requests together, from the first arrival to the last end"),
    NUMBER("requests_per_s", "requests/s", "that end, over the same time"),
    NUMBER("together", "at once", "requests in an iteration, on the average over the time in iterations"),
    TAKES("first_token", "first token", "from the arrival of a request to its first token (TTFT), in the mean"),
    TAKES("first_token_median", "median", "of the times to the first token"),
    TAKES("first_token_p95", "95 %", "of requests have their first token within it"),
    TAKES("first_token_max", "longest", "time to a first token"),
    TAKES("later_token", "later token", "from one token of a request to its next (TPOT), in the mean over requests"),
    TAKES("later_token_median", "median", "of the times of later tokens"),
    TAKES("later_token_p95", "95 %", "of requests have later tokens within it"),
    TAKES("later_token_max", "longest", "of these times"),
    NUMBER("busy_percent", "busy", "of the time iterations run"),
    {0}};
static const char *const metrics[] = {"served_tokens_per_s",
                                      "requests_per_s",
                                      "together",
                                      "first_token_us",
                                      "first_token_p95_us",
                                      "first_token_max_us",
                                      "later_token_us",
                                      "later_token_p95_us",
                                      "later_token_max_us",
                                      "member_median_us",
                                      "member_p95_us",
                                      "member_max_us",
                                      NULL};

static const char page[] = "A server of a language model: requests come, each with a prompt and so many tokens to write, and\n"
                           "iterations serve many of them at once (continuous batching).\n"
                           "\n"
                           "  users: {kind: llm-serve, model: llama-3-8b, quantisation: q4_k_m, on: gpu, requests: 1000,\n"
                           "    every: 500 ms, arrivals: poisson, prompt: [200, 1000], output: 250}\n"
                           "\n"
                           "First come, first served: a request begins when fewer than `batch` are under way and its keys and\n"
                           "values, of its prompt and of all that it will write, fit beside the weights; none is put off after\n"
                           "that (as TensorRT-LLM's GUARANTEED_NO_EVICT). prefill: chunked: an iteration has one token of each\n"
                           "request that writes, and prompts in chunks up to `budget` tokens (vLLM V1). first: it reads whole\n"
                           "prompts while any wait, and nobody writes meanwhile (vLLM V0). With neither every nor at all\n"
                           "requests are there at the start.\n"
                           "\n"
                           "An iteration that only writes takes what one of llm-decode does, one with tokens of prompts what\n"
                           "one of llm-prefill does, on the same links: the engine runs some of each size, 1, 2, 3, 4, 6, 8, 12\n"
                           "tokens and so on, one after the other, and requests are then served by these times, straight\n"
                           "between sizes and in proportion to what lies before. So time, links and computes in the result are\n"
                           "of the iterations that were run; what is served is in first_token, later_token and the times of the\n"
                           "members, which are requests from arrival to end. Other work at the same time slows those down\n"
                           "alone. No prefix cache, no drafts; one iteration at a time, also over cards in turn.\n"
                           "\n"
                           "Its times to the first token are queues at high load: predictors of other makers are off by 20 to\n"
                           "1,000 % there, and no measurement of a server has been compared with this one.";

const lw_work_kind lw_work_serve = {
    .type =
        {.name = "llm-serve",
         .summary = "a server of a language model: requests that come, batched iteration by iteration",
         .page = page,
         .example =
             "{kind: llm-serve, model: llama-3-8b, quantisation: q4_k_m, on: gpu, requests: 4, every: 100 ms, output: 8, offload: 4 %, offloaded: streamed}",
         .options = options,
         .params_size = sizeof(serve_params),
         .check = check},
    .metrics = metrics,
    .own = own,
    .replay = replay,
    .expand = expand,
};
