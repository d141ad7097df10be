// SPDX-License-Identifier: GPL-3.0-or-later
// A server of a language model, iteration by iteration: who is served together, and how long each
// waits. Times of iterations come from elsewhere; no tasks, no machine.
#ifndef LW_LLM_SERVING_H
#define LW_LLM_SERVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/spread.h"

// What an iteration of so many tokens takes: `ps` after nothing, and for each token that its tokens
// come after on the average `context_ps` more.
typedef struct lw_iteration_time {
    int64_t tokens;
    double ps, context_ps;
} lw_iteration_time;

// Times of iterations, by tokens, ascending; straight between two of them.
typedef struct lw_iteration_times {
    lw_iteration_time *at;
    size_t count;
} lw_iteration_times;

typedef struct lw_request {
    int64_t arrives_ps, prompt, output;  // the latter two in tokens
    double first_ps, end_ps;             // found: when its first and its last token were written
    int64_t read, last;                  // scratch: tokens of the prompt that are read; the step that writes its last token
} lw_request;

// What those that waited waited for longest: no one waited, most were served at once, or memory was full.
typedef enum lw_serving_limit { LW_SERVING_ARRIVALS, LW_SERVING_BATCH, LW_SERVING_MEMORY } lw_serving_limit;

typedef struct lw_serving {
    lw_request *request;  // as they arrive
    size_t count;
    int64_t batch;                   // requests at once
    int64_t budget;                  // tokens of an iteration, no less than batch
    int64_t room;                    // tokens whose keys and values fit; INT64_MAX: nobody says how many
    bool prompts_first;              // iterations read whole prompts or write; else prompts come in chunks beside what is written
    lw_iteration_times write, read;  // those that only write, and those that read
    size_t *running;                 // scratch: of `count`
    lw_weighted *sample;             // the same
} lw_serving;

typedef struct lw_served {
    double end_ps, busy_ps;                        // of the last request, and in iterations
    double written;                                // tokens
    double together;                               // requests, on the average over iterations
    lw_distribution first_ps, later_ps, whole_ps;  // from arrival to the first token; a later one; to the end
    lw_serving_limit limit;
} lw_served;

// All requests, first come first served. From when it begins each holds room for its prompt and all
// that it will write, so that none is put off later (as TensorRT-LLM, GUARANTEED_NO_EVICT). Each must fit
// into the room alone.
lw_served lw_serve(lw_serving *serving);

#endif
