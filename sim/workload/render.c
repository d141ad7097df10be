// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of a scene: it goes up to the card once, and what does not fit there with each picture.
#include <math.h>

#include "sim/result/result.h"
#include "sim/workload/task_graph.h"

typedef struct render_params {
    const char *host, *gpu;
    int64_t scene_bytes, spill_bytes, compute_ps, frames, width, height;
} render_params;

enum { PIXEL_BYTES = 16 };  // four floats

#define AT(field) offsetof(render_params, field)
static const lw_option options[] = {
    {.key = "gpu", .kind = LW_OPTION_TEXT, .offset = AT(gpu), .fallback = "gpu", .help = "the card"},
    {.key = "host", .kind = LW_OPTION_TEXT, .offset = AT(host), .fallback = "host", .help = "the computer that it renders for"},
    LW_WORK_BYTES("scene", AT(scene_bytes), NULL, 1,
                  "geometry, textures and what the renderer builds of them: up to the card once"),
    LW_WORK_BYTES("spill", AT(spill_bytes), "0 B", 0,
                  "of the scene, what does not fit on the card and goes up again for each picture"),
    LW_WORK_TIME("compute", AT(compute_ps), NULL, "what the card works on a picture"),
    LW_WORK_PIXELS("width", AT(width), "3840", "pixels of a line; each comes back as four floats"),
    LW_WORK_PIXELS("height", AT(height), "2160", "lines"),
    LW_WORK_COUNT("frames", AT(frames), "1", "pictures of that scene"),
    {0}};

static lw_status expand(lw_graph_builder *builder) {
    const render_params *p = builder->object->params;
    const char *spill = p->spill_bytes == 0
                            ? ""
                            : lw_arena_print(builder->arena, "    spill: {copy: {from: '%s', to: '%s', bytes: %lld B}}\n",
                                             p->host, p->gpu, (long long)p->spill_bytes);
    const char *text = spill == NULL
                           ? NULL
                           : lw_arena_print(builder->arena,
                                            "scene: {copy: {from: '%s', to: '%s', bytes: %lld B}}\n"
                                            "picture:\n"
                                            "  repeat: %lld\n"
                                            "  after: scene\n"
                                            "  tasks:\n%s"
                                            "    work: {compute: %lld ps, node: '%s'%s}\n"
                                            "    back: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: work}\n",
                                            p->host, p->gpu, (long long)p->scene_bytes, (long long)p->frames, spill,
                                            (long long)p->compute_ps, p->gpu, p->spill_bytes == 0 ? "" : ", after: spill", p->gpu,
                                            p->host, (long long)(p->width * p->height * PIXEL_BYTES));
    return text == NULL ? LW_NO_MEMORY : lw_task_graph_of_text(builder, text, 1, 1);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const render_params *p = params;
    const double time_us = (double)(result->end_ps - result->start_ps) / 1e6;
    value[0] = time_us / (double)p->frames;
    value[1] = time_us > 0 ? 1 - (double)p->compute_ps * (double)p->frames / 1e6 / time_us : 0;
}

static const lw_metric own[] = {
    LW_OWN_TIME("picture_us", "picture", "a picture", "all of the time by the pictures"),
    LW_OWN_PLAIN("copying", "copying", "copying", "share of the time in which the card waits for copies"),
    {0}};
static const char *const metrics[] = {"picture_us", "copying", "time_us", "compute_us", "exposed_us", NULL};

static const char page[] =
    "A renderer (Blender, Octane) takes the scene up to the card, works on it for seconds or minutes, and\n"
    "gives a picture back.\n"
    "\n"
    "  shot: {kind: render, gpu: gpu, scene: 8 GB, compute: 30 s}\n"
    "\n"
    "The link counts once, so that any will do: published renders take the same time over PCIe 4.0 x4\n"
    "and 5.0 x16 (Puget Systems, RTX 5090, 2025). What does not fit on the card (spill) crosses again\n"
    "for each picture, and then the link counts as it does for a model that does not fit.";

const lw_work_kind lw_work_render = {
    .type = {.name = "render",
             .summary = "pictures of a scene that goes up to a card",
             .page = page,
             .example = "{kind: render, gpu: gpu, scene: 100 MB, compute: 30 s}",
             .options = options,
             .params_size = sizeof(render_params)},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
