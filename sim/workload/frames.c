// SPDX-License-Identifier: GPL-3.0-or-later
// Frames of a game: what a narrower link to the card costs, and a screen that is not the card's.
#include <math.h>

#include "sim/result/result.h"
#include "sim/workload/task_graph.h"

typedef struct frames_params {
    const char *host, *gpu;
    double reference_fps, upload_bytes, readback_share;
    int64_t reference_Bps;
    int screen;
    int64_t width, height, frames;
} frames_params;

typedef enum screen { SCREEN_OUTER, SCREEN_INNER } screen;
static const char *const screen_words[] = {"outer", "inner", NULL};
enum { PIXEL_BYTES = 4 };

#define AT(field) offsetof(frames_params, field)
static const lw_option options[] = {
    {.key = "gpu", .kind = LW_OPTION_TEXT, .offset = AT(gpu), .fallback = "gpu", .help = "the card"},
    {.key = "host", .kind = LW_OPTION_TEXT, .offset = AT(host), .fallback = "host", .help = "the computer that it draws for"},
    {.key = "reference_fps",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(reference_fps),
     .minimum = 1,
     .maximum = 1e5,
     .help = "frames a second that the card reaches in a slot of reference_rate, on a screen of its own"},
    LW_WORK_RATE("reference_rate", AT(reference_Bps), "27 GB/s", 1e6, "what copies to the card reach in that slot: PCIe 4.0 x16"),
    {.key = "upload",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_BYTES,
     .offset = AT(upload_bytes),
     .fallback = "3.25 MB",
     .maximum = 1e12,
     .help = "of a frame, what goes up to the card and nothing hides",
     .source =
         "2.4 MB of Cyberpunk 2077 (103 and 80 frames/s over PCIe 3.0 x16 and 1.1 x4, dxvk issue 3694); 2.7 to 4 MB by the losses of "
         "averages over some 20 games if they are of 200 frames/s (TechPowerUp, RTX 4090 and RTX 5090 PCI-Express scaling)",
     .evidence = LW_ASSUMED},
    LW_WORK_WORD("screen", AT(screen), "outer", screen_words, "at the card, or of the host, to which each frame is copied back"),
    LW_WORK_PIXELS("width", AT(width), "2560", "pixels of a line"),
    LW_WORK_PIXELS("height", AT(height), "1440", "lines"),
    {.key = "readback_share",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(readback_share),
     .fallback = "16 %",
     .maximum = 1,
     .help = "of the copy back, what holds up the next frame; the rest is copied beside it",
     .source =
         "RTX 4090 over OCuLink, 3DMark Time Spy: 16.6 % lost on an outer and 22.6 % on the inner screen (Golden Pig Upgrade), by this model",
     .evidence = LW_ASSUMED},
    LW_WORK_COUNT("frames", AT(frames), "60", "that are drawn, or worked on"),
    {0}};

// What a frame takes besides its exposed upload.
static double draw_s(const frames_params *p) {
    return 1 / p->reference_fps - p->upload_bytes / (double)p->reference_Bps;
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const frames_params *p = params;
    return draw_s(p) > 0
               ? LW_OK
               : lw_error(diags, lw_type_place(options, set, "upload", at), "give it fewer bytes, or fewer frames a second",
                          "the upload alone takes longer than a frame");
}

static lw_status expand(lw_graph_builder *builder) {
    const frames_params *p = builder->object->params;
    const double back = p->screen == SCREEN_INNER ? (double)(p->width * p->height * PIXEL_BYTES) : 0;
    const long long up = llround(fmax(1, p->upload_bytes)), held = llround(back * p->readback_share);
    const char *text = lw_arena_print(builder->arena,
                                      "up: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: %s@-1}\n"
                                      "draw: {compute: %lld ps, node: '%s', after: up}\n",
                                      p->host, p->gpu, up, held > 0 ? "held" : "draw", llround(draw_s(p) * 1e12), p->gpu);
    const char *const form = "%s%s: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: %s}\n";
    if (text != NULL && held > 0) {
        text = lw_arena_print(builder->arena, form, text, "held", p->gpu, p->host, held, "draw");
    }
    const long long beside = llround(back) - held;
    if (text != NULL && beside > 0) {
        text = lw_arena_print(builder->arena, form, text, "beside", p->gpu, p->host, beside,
                              held > 0 ? "[held, beside@-1]" : "[draw, beside@-1]");
    }
    return text == NULL ? LW_NO_MEMORY : lw_task_graph_of_text(builder, text, p->frames, 2);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const frames_params *p = params;
    const double frame_us = (double)(result->end_ps - result->start_ps) / 1e6 / (double)p->frames;
    value[0] = frame_us > 0 ? 1e6 / frame_us : 0;
    value[1] = frame_us;
    value[2] = value[0] / p->reference_fps;
}

static const lw_metric own[] = {LW_OWN_PLAIN("frames_per_s", "frames", "frames/s", "that are drawn, or worked on"),
                                LW_OWN_TIME("frame_us", "frame", "a frame", "from one to the next"),
                                LW_OWN_PLAIN("of_slot", "of_slot", "of a slot", "frames a second by reference_fps"),
                                {0}};
static const char *const metrics[] = {"frames_per_s", "frame_us", "of_slot", "time_us", "compute_us", "exposed_us", NULL};

static const char page[] =
    "A game draws frame after frame: some of what each needs goes up to the card while the card waits,\n"
    "then the card draws.\n"
    "\n"
    "  play: {kind: frames, gpu: gpu, reference_fps: 120, screen: inner, width: 2560, height: 1440}\n"
    "\n"
    "You say what the card reaches in a x16 slot, and this says what is left over your link. The bytes of\n"
    "a frame hang little on its resolution, so that the loss grows with the frame rate: 4K loses less.\n"
    "upload is what goes up and nothing hides, an average over games; single games differ several\n"
    "times. On a screen of the host (a laptop's own) each frame, 4 B a pixel, is copied back, most of it\n"
    "beside the next frame: where it takes longer than a frame, the link's rate upwards is the limit.\n"
    "\n"
    "Not in it: processors of laptops, which hold a card up, too; calls of drivers over long tunnels,\n"
    "stutter. Published losses over Thunderbolt are therefore larger than these.";

const lw_work_kind lw_work_frames = {
    .type = {.name = "frames",
             .summary = "frames a second of a game, by link and screen",
             .page = page,
             .example = "{kind: frames, gpu: gpu, reference_fps: 120, screen: inner}",
             .options = options,
             .params_size = sizeof(frames_params),
             .check = check},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
