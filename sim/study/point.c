// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/point.h"

#include "sim/fabric/fabric.h"
#include "sim/machine/build.h"
#include "sim/study/format.h"

void lw_machine_cache_clear(lw_machine_cache *cache) {
    lw_arena_free(cache->arena);
    *cache = (lw_machine_cache){0};
}

static lw_status cached_machine(lw_machine_cache *cache, const lw_document *document, size_t point, size_t key, lw_diags *diags,
                                const lw_machine **out) {
    if (cache->arena == NULL || cache->key != key) {
        lw_machine_cache_clear(cache);
        lw_arena *arena = lw_arena_new();
        lw_setup setup;  // its objects must live as long as the machine
        lw_status status = arena == NULL ? LW_NO_MEMORY : lw_document_point(document, point, NULL, 0, arena, &setup);
        status = status == LW_OK ? lw_machine_build(&setup, arena, diags, &cache->machine) : status;
        if (status != LW_OK) {
            lw_arena_free(arena);
            return status;
        }
        cache->arena = arena;
        cache->key = key;
    }
    *out = &cache->machine;
    return LW_OK;
}

// The rest of a point, when its machine is there.
static lw_status finish_point(lw_point_setup *point, lw_arena *arena, lw_diags *diags) {
    const lw_run_params *run = point->setup.object[LW_SECTION_RUN][0]->params;
    point->seed = (uint64_t)run->seed;
    point->engine = (lw_engine)run->engine;
    point->router = lw_router_new(point->machine, arena);
    const lw_graph_input input = {&point->setup, point->machine, point->router, NULL, point->seed};
    return point->router == NULL ? LW_NO_MEMORY : lw_graph_build(&input, arena, diags, &point->graph);
}

lw_status lw_point_make(const lw_document *document, size_t point, lw_machine_cache *cache, lw_arena *arena, lw_diags *diags,
                        lw_point_setup *out) {
    *out = (lw_point_setup){0};
    LW_TRY(lw_document_point(document, point, NULL, 0, arena, &out->setup));
    if (cache != NULL) {
        LW_TRY(cached_machine(cache, document, point, out->setup.machine_key, diags, &out->machine));
    } else {
        lw_machine *machine = LW_NEW(arena, lw_machine);
        if (machine == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_machine_build(&out->setup, arena, diags, machine));
        out->machine = machine;
    }
    return finish_point(out, arena, diags);
}

lw_status lw_point_build(const lw_point_setup *setup, lw_build how, lw_arena *arena, lw_diags *diags, lw_built *out) {
    how.seed = setup->seed;
    const lw_fabric_input input = {setup->machine, setup->router, &setup->graph, how};
    return lw_fabric_build(&input, arena, diags, out);
}
