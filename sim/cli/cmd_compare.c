// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise compare: which is faster, by how much, how surely, and why.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status compare_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const char *format = lanewise_formats()[arguments->format];
    const char *seed = arguments->seed < 0 ? NULL : lw_arena_print(context->arena, "%lld", (long long)arguments->seed);
    if (arguments->seed >= 0 && seed == NULL) {
        return LW_NO_MEMORY;
    }
    lw_console_progress progress;
    lw_console_progress_begin(&progress, arguments->quiet);
    const lanewise_contenders what = {
        .name = arguments->file,
        .count = (size_t)arguments->file_count,
        .load = {.set = arguments->set,
                 .set_count = (size_t)arguments->set_count,
                 .engine = arguments->engine < 0 ? NULL : lanewise_engines()[arguments->engine],
                 .seed = seed,
                 .points_may_fail = true},
    };
    const lanewise_run run = {.threads = (int)arguments->threads,
                              .stop = lw_console_catch_interrupt(),
                              .progress = lw_console_progress_show,
                              .user = &progress,
                              .draws = arguments->draws};
    lanewise_comparison *comparison = NULL;
    char *text = NULL;
    const lw_status status = (lw_status)lanewise_compare(context->catalog, &what, &run, context->findings, &comparison);
    lw_console_progress_end(&progress);
    if (comparison == NULL) {
        return status;
    }
    const lanewise_status made = lanewise_comparison_report(comparison, format, lw_console_width(), context->findings, &text);
    const lw_status shown = lw_console_show_text(made, format, text, context->diags);
    lanewise_comparison_free(comparison);
    return shown != LW_OK ? shown : status;
}

static const char *const flag_names[] = {"set", "format", "threads", "seed", "engine", "uncertainty", NULL};
static const char *const formats[] = {"table", "csv", "json", NULL};
static const char *const offers[] = {"@links", "@devices", "@systems", "@scenarios", NULL};

const lw_verb lw_verb_compare = {
    .name = "compare",
    .operands = "A B...",
    .summary = "Which is faster, by how much, how surely, and why.",
    .examples = "  lanewise compare oculink-2-x4 thunderbolt-4       links, between a desktop and a card\n"
                "  lanewise compare rtx-3090 rtx-4090                cards, each in a slot of its own\n"
                "  lanewise compare dgx-a100 hgx-h100                systems: host to card, card to card\n"
                "  lanewise compare a.yaml b.yaml --uncertainty 500  scenarios, with 500 draws\n",
    .details =
        "A and B are files, names of scenarios, systems, link presets or GPU presets, all of one kind; A is set against each\n"
        "of the others. Scenarios pair by the names of workloads and their swept values: what does not is noted, and\n"
        "--set PATH=VALUE holds a value in all. All else is asked for copies of 4 KiB, 1 MiB, 64 MiB and 1 GiB, pinned.\n"
        "How surely: the share of 200 draws (--uncertainty N) of what presets and links say is uncertain in which A is faster.\n"
        "What both share is drawn alike. No order can be told where it is between 5 and 95 %.\n",
    .flags = flag_names,
    .formats = formats,
    .least = 2,
    .most = INT64_MAX,
    .offers = offers,
    .run = compare_verb,
};
