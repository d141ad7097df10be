// SPDX-License-Identifier: GPL-3.0-or-later
// Frames of a film that go up to a card, are worked on there and come back: editing, grading, transcoding.
#include <math.h>

#include "sim/result/result.h"
#include "sim/workload/task_graph.h"

typedef struct video_params {
    const char *host, *gpu;
    int64_t width, height, crossings, frames, in_flight;
    int64_t compute_ps, decode_ps;
    int pixels;
    double rate;
} video_params;

static const char *const pixel_words[] = {"nv12", "p010", "rgba8", "rgba16", "rgba32", NULL};
static const double pixel_bytes[] = {1.5, 3, 4, 8, 16};

#define AT(field) offsetof(video_params, field)
static const lw_option options[] = {
    {.key = "gpu", .kind = LW_OPTION_TEXT, .offset = AT(gpu), .fallback = "gpu", .help = "the card"},
    {.key = "host",
     .kind = LW_OPTION_TEXT,
     .offset = AT(host),
     .fallback = "host",
     .help = "the computer whose memory frames lie in"},
    LW_WORK_PIXELS("width", AT(width), "3840", "pixels of a line"),
    LW_WORK_PIXELS("height", AT(height), "2160", "lines"),
    LW_WORK_WORD("pixels", AT(pixels), "rgba16", pixel_words,
                 "what a pixel takes: 1.5 B (nv12, 8 bits, 4:2:0), 3 B (p010), 4 B (rgba8), 8 B (half floats), 16 B (floats)"),
    LW_WORK_TIME("compute", AT(compute_ps), NULL, "what the card works on a frame, over all crossings"),
    LW_WORK_TIME("decode", AT(decode_ps), "0 ns", "what the processor works on a frame before it goes up"),
    LW_WORK_COUNT(
        "crossings", AT(crossings), "1",
        "how often a frame goes up and comes back: once, and once more for each effect that runs on the processor in between"),
    LW_WORK_COUNT("in_flight", AT(in_flight), "1",
                  "frames under way at once: 1, each waits for the one before; from 3 on copies both ways and work overlap"),
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(rate),
     .fallback = "60",
     .minimum = 1e-3,
     .maximum = 1e6,
     .help = "frames a second of the film"},
    LW_WORK_COUNT("frames", AT(frames), "120", "that are drawn, or worked on"),
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const video_params *p = params;
    enum { CROSSINGS_MOST = 64, IN_FLIGHT_MOST = 64 };
    if (p->crossings > CROSSINGS_MOST) {
        return lw_error(diags, lw_type_place(options, set, "crossings", at), "give 64 or fewer",
                        "a frame crosses the link %lld times", (long long)p->crossings);
    }
    return p->in_flight <= IN_FLIGHT_MOST ? LW_OK
                                          : lw_error(diags, lw_type_place(options, set, "in_flight", at), "give 64 or fewer",
                                                     "%lld frames under way at once", (long long)p->in_flight);
}

static lw_status expand(lw_graph_builder *builder) {
    const video_params *p = builder->object->params;
    const long long bytes = llround(fmax(1, (double)p->width * (double)p->height * pixel_bytes[p->pixels]));
    const long long last = (long long)p->crossings - 1;
    const char *text = lw_arena_print(builder->arena, "decode: {compute: %lld ps, node: '%s', after: down%lld@-%lld}\n",
                                      (long long)p->decode_ps, p->host, last, (long long)p->in_flight);
    for (long long c = 0; c <= last && text != NULL; c++) {
        const char *before = c == 0 ? "decode" : lw_arena_print(builder->arena, "down%lld", c - 1);
        text = before == NULL
                   ? NULL
                   : lw_arena_print(builder->arena,
                                    "%sup%lld: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: %s}\n"
                                    "work%lld: {compute: %lld ps, node: '%s', after: up%lld}\n"
                                    "down%lld: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: work%lld}\n",
                                    text, c, p->host, p->gpu, bytes, before, c, (long long)(p->compute_ps / p->crossings), p->gpu,
                                    c, c, p->gpu, p->host, bytes, c);
    }
    return text == NULL ? LW_NO_MEMORY : lw_task_graph_of_text(builder, text, p->frames, p->in_flight);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const video_params *p = params;
    const double frame_us = (double)(result->end_ps - result->start_ps) / 1e6 / (double)p->frames;
    value[0] = frame_us > 0 ? 1e6 / frame_us : 0;
    value[1] = frame_us;
    value[2] = value[0] / p->rate;
}

static const lw_metric own[] = {LW_OWN_PLAIN("frames_per_s", "frames", "frames/s", "that are drawn, or worked on"),
                                LW_OWN_TIME("frame_us", "frame", "a frame", "from one to the next"),
                                LW_OWN_PLAIN("of_real_time", "of_real_time", "of real time",
                                             "frames a second by the rate of the film: from 1 on it plays without a stutter"),
                                {0}};
static const char *const metrics[] = {"frames_per_s", "frame_us", "of_real_time", "time_us", "compute_us", "exposed_us", NULL};

static const char page[] =
    "A program for video works on frames that lie in the host's memory: each is decoded, goes up to the\n"
    "card, is worked on there and comes back, for each effect that the processor runs in between once\n"
    "more.\n"
    "\n"
    "  grade: {kind: video, gpu: gpu, width: 3840, height: 2160, pixels: rgba16, compute: 50 ms}\n"
    "\n"
    "A frame of 4K takes 12 MB as the camera's 8 bits (nv12), 66 MB as the half floats that colours are\n"
    "graded in, and both cross the link at full rate. With in_flight: 1 a frame waits for the one before,\n"
    "so that copies add to its time; with 3 or more they overlap, and only the slowest of them counts.\n"
    "\n"
    "Published scores of DaVinci Resolve on an RTX 5090 (Puget Systems, 2025: 0, -10 and -25 % at 27,\n"
    "13.5 and 6.7 GB/s) fall like frames that are worked on one after the other.";

const lw_work_kind lw_work_video = {
    .type = {.name = "video",
             .summary = "frames of a film that go up to a card and come back",
             .page = page,
             .example = "{kind: video, gpu: gpu, compute: 20 ms, pixels: nv12, frames: 3}",
             .options = options,
             .params_size = sizeof(video_params),
             .check = check},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
