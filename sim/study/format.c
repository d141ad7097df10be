// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/format.h"

#include "sim/engine/engine.h"
#include "sim/machine/link_spec.h"
#include "sim/machine/node.h"
#include "sim/workload/collective/library.h"
#include "sim/workload/kind.h"
#include "sim/workload/llm/model.h"
#include "sim/workload/llm/runtime.h"

static const lw_option run_options[] = {
    {.key = "seed",
     .kind = LW_OPTION_INTEGER,
     .offset = offsetof(lw_run_params, seed),
     .fallback = "1",
     .maximum = 0x1p53,
     .help = "of all random numbers"},
    {.key = "engine",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(lw_run_params, engine),
     .fallback = "auto",
     .words = lw_engine_words,
     .help = "packet jumps over repetitions; packet-exact makes every packet an event; flow shares rates "
             "max-min fairly, without packets; auto takes packet where that is quick (34 million events), else flow"},
    {0}};

static const lw_type run_type = {
    .name = "run", .summary = "how all points run", .options = run_options, .params_size = sizeof(lw_run_params)};

static const lw_type *run_type_at(size_t index) {
    return index == 0 ? &run_type : NULL;
}

static const lw_option no_options[] = {{0}};

// What says where in the machine an object stands.
static const char *const place_of_node[] = {"count", NULL};
static const char *const place_of_link[] = {"between", "pattern", "shape", NULL};

const lw_format *lw_scenario_format(void) {
    static const lw_format format = {
        .section = {
            [LW_SECTION_NODES] = {.id = LW_SECTION_NODES,
                                  .name = "nodes",
                                  .noun = "node",
                                  .type_key = "kind",
                                  .has_presets = true,
                                  .shelf = LW_SHELF_DEVICES,
                                  .common = lw_node_common_options,
                                  .common_size = sizeof(lw_node_common),
                                  .place = place_of_node,
                                  .type_at = lw_node_type_at,
                                  .prepare = lw_node_prepare,
                                  .named_by_type = true,
                                  .form = "write NAME: {kind: host} or NAME: {preset: ...}"},
            [LW_SECTION_LINKS] = {.id = LW_SECTION_LINKS,
                                  .name = "links",
                                  .noun = "link",
                                  .type_key = "type",
                                  .has_presets = true,
                                  .shelf = LW_SHELF_LINKS,
                                  .common = lw_link_common_options,
                                  .common_size = sizeof(lw_link_common),
                                  .place = place_of_link,
                                  .type_at = lw_link_type_at,
                                  .form = "write NAME: {between: [a, b], preset: ...}"},
            [LW_SECTION_LIBRARIES] = {.id = LW_SECTION_LIBRARIES,
                                      .name = "libraries",
                                      .noun = "library",
                                      .type_key = "type",
                                      .has_presets = true,
                                      .shelf = LW_SHELF_LIBRARIES,
                                      .common = no_options,
                                      .common_size = 1,
                                      .type_at = lw_library_type_at,
                                      .form = "write NAME: {preset: ...}; `lanewise list libraries` names them"},
            [LW_SECTION_MODELS] = {.id = LW_SECTION_MODELS,
                                   .name = "models",
                                   .noun = "model",
                                   .type_key = "type",
                                   .has_presets = true,
                                   .shelf = LW_SHELF_MODELS,
                                   .common = no_options,
                                   .common_size = 1,
                                   .type_at = lw_llm_model_type_at,
                                   .form = "write NAME: {preset: ...}; `lanewise list models` names them"},
            [LW_SECTION_RUNTIMES] = {.id = LW_SECTION_RUNTIMES,
                                     .name = "runtimes",
                                     .noun = "runtime",
                                     .type_key = "type",
                                     .has_presets = true,
                                     .shelf = LW_SHELF_RUNTIMES,
                                     .common = no_options,
                                     .common_size = 1,
                                     .type_at = lw_llm_runtime_type_at,
                                     .form = "write NAME: {preset: ...}; `lanewise list runtimes` names them"},
            [LW_SECTION_WORKLOADS] = {.id = LW_SECTION_WORKLOADS,
                                      .name = "workloads",
                                      .noun = "workload",
                                      .type_key = "kind",
                                      .common = lw_work_common_options,
                                      .common_size = sizeof(lw_work_common),
                                      .type_at = lw_work_type_at,
                                      .form = "write NAME: {kind: copy, from: host, to: gpu, bytes: 1 GiB}"},
            [LW_SECTION_RUN] = {.id = LW_SECTION_RUN,
                                .name = "run",
                                .noun = "run",
                                .type_key = "kind",
                                .common = no_options,
                                .common_size = 0,
                                .type_at = run_type_at},
        }};
    return &format;
}
