// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures by a diffusion model: weights that stay on the card, or go up again with each step.
#include <math.h>

#include "sim/result/result.h"
#include "sim/workload/task_graph.h"

typedef struct diffusion_params {
    const char *host, *gpu;
    int64_t weights_bytes, encoders_bytes, step_ps, steps, images, width, height;
    int memory;
    bool resident;
} diffusion_params;

static const char *const memory_words[] = {"pageable", "pinned", NULL};
enum { PIXEL_BYTES = 3 };

#define AT(field) offsetof(diffusion_params, field)
static const lw_option options[] = {
    {.key = "gpu", .kind = LW_OPTION_TEXT, .offset = AT(gpu), .fallback = "gpu", .help = "the card"},
    {.key = "host",
     .kind = LW_OPTION_TEXT,
     .offset = AT(host),
     .fallback = "host",
     .help = "the computer whose memory the weights are in"},
    {.key = "weights",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(weights_bytes),
     .fallback = "5.14 GB",
     .minimum = 1,
     .maximum = 0x1p62,
     .help = "of the network that runs in each step",
     .source = "Stable Diffusion XL base: a UNet of 2.57 billion weights in 16 bits"},
    {.key = "encoders",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(encoders_bytes),
     .fallback = "1.63 GB",
     .minimum = 0,
     .maximum = 0x1p62,
     .help = "of what reads the prompt, once a picture",
     .source = "Stable Diffusion XL base: text encoders of 817 million weights in 16 bits"},
    {.key = "resident",
     .kind = LW_OPTION_FLAG,
     .offset = AT(resident),
     .fallback = "true",
     .help = "weights go up once and stay; false: encoders go up for each picture and the network for each step, as programs do "
             "where the card is too small"},
    LW_WORK_WORD("memory", AT(memory), "pinned", memory_words, "of the host, that weights are copied from"),
    LW_WORK_TIME("step", AT(step_ps), NULL, "what the card works on a step"),
    LW_WORK_COUNT("steps", AT(steps), "30", "of a picture"),
    LW_WORK_COUNT("images", AT(images), "1", "pictures, one after the other"),
    LW_WORK_PIXELS("width", AT(width), "1024", "pixels of a line; three bytes of each come back"),
    LW_WORK_PIXELS("height", AT(height), "1024", "lines"),
    {0}};

static const char *copy_up(lw_arena *arena, const diffusion_params *p, int64_t bytes) {
    return lw_arena_print(arena, "{copy: {from: '%s', to: '%s', bytes: %lld B, memory: %s}", p->host, p->gpu, (long long)bytes,
                          memory_words[p->memory]);
}

static lw_status expand(lw_graph_builder *builder) {
    const diffusion_params *p = builder->object->params;
    lw_arena *arena = builder->arena;
    const char *all = copy_up(arena, p, p->weights_bytes + p->encoders_bytes), *weights = copy_up(arena, p, p->weights_bytes),
               *encoders = copy_up(arena, p, p->encoders_bytes > 0 ? p->encoders_bytes : 1);
    if (all == NULL || weights == NULL || encoders == NULL) {
        return LW_NO_MEMORY;
    }
    const char *first = p->resident ? lw_arena_print(arena, "load: %s}\n", all) : "";
    const char *encode = p->resident || p->encoders_bytes == 0 ? "" : lw_arena_print(arena, "    encoders: %s}\n", encoders);
    const char *stream = p->resident ? "" : lw_arena_print(arena, "        weights: %s}\n", weights);
    if (first == NULL || encode == NULL || stream == NULL) {
        return LW_NO_MEMORY;
    }
    const char *text =
        lw_arena_print(arena,
                       "%simage:\n  repeat: %lld\n%s  tasks:\n%s"
                       "    denoise:\n      repeat: %lld\n%s      tasks:\n%s"
                       "        step: {compute: %lld ps, node: '%s'%s}\n"
                       "    back: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: denoise}\n",
                       first, (long long)p->images, p->resident ? "  after: load\n" : "", encode, (long long)p->steps,
                       encode[0] != '\0' ? "      after: encoders\n" : "", stream, (long long)p->step_ps, p->gpu,
                       p->resident ? "" : ", after: weights", p->gpu, p->host, (long long)(p->width * p->height * PIXEL_BYTES));
    return text == NULL ? LW_NO_MEMORY : lw_task_graph_of_text(builder, text, 1, 1);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const diffusion_params *p = params;
    const double time_us = (double)(result->end_ps - result->start_ps) / 1e6;
    value[0] = time_us / (double)p->images;
    value[1] = time_us > 0 ? 1 - (double)p->step_ps / 1e6 * (double)p->steps * (double)p->images / time_us : 0;
}

static const lw_metric own[] = {
    LW_OWN_TIME("image_us", "image", "an image", "all of the time by the images"),
    LW_OWN_PLAIN("copying", "copying", "copying", "share of the time in which the card waits for copies"),
    {0}};
static const char *const metrics[] = {"image_us", "copying", "time_us", "compute_us", "exposed_us", NULL};

static const char page[] = "A diffusion model (Stable Diffusion, Flux) runs one network some tens of times for a picture.\n"
                           "\n"
                           "  draw: {kind: diffusion, gpu: gpu, step: 60 ms, steps: 30, images: 4}\n"
                           "\n"
                           "Where the weights fit, they go up once, and the link is idle while pictures are made. Where they\n"
                           "do not (resident: false), the network goes up again in every step, and a step takes its copy and\n"
                           "its work one after the other: 5.1 GB are 0.2 s over PCIe 4.0 x16 and 0.8 s over OCuLink.";

const lw_work_kind lw_work_diffusion = {
    .type = {.name = "diffusion",
             .summary = "pictures by a diffusion model, on the card or streamed to it",
             .page = page,
             .example = "{kind: diffusion, gpu: gpu, step: 60 ms, weights: 100 MB, encoders: 0 B}",
             .options = options,
             .params_size = sizeof(diffusion_params)},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
