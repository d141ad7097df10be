// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/scenario.h"

#include "sim/study/unused_keys.h"

typedef struct checking {
    const lw_document *document;
    lw_machine_cache cache;
    lw_unused_keys *unused;  // NULL: nobody asks
    lw_diags *diags;
} checking;

static lw_status check_point(checking *c, size_t point) {
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    lw_point_setup setup;
    lw_built built;
    lw_status status = lw_point_make(c->document, point, &c->cache, arena, c->diags, &setup);
    status = status == LW_OK ? lw_point_build(&setup, (lw_build){.load_ps = 0}, arena, c->diags, &built) : status;
    if (status == LW_OK && c->unused != NULL) {
        lw_unused_keys_look(c->unused, &built);
    }
    lw_arena_free(arena);
    return status;
}

static lw_status check_all(checking *c) {
    size_t failed = 0;
    lw_status worst = LW_OK;
    for (size_t i = 0; i < c->document->sweep.points; i++) {
        lw_status status = check_point(c, i);
        if (status != LW_OK && status != LW_BAD_INPUT) {
            return status;
        }
        worst = status != LW_OK ? status : worst;
        failed += status != LW_OK;
        if (failed >= LW_DIAG_MAX) {
            break;  // each with an error of its own or all with one: further points add nothing
        }
    }
    return worst;
}

lw_status lw_scenario_check(const lw_document *document, bool unused, lw_arena *arena, lw_diags *diags) {
    checking c = {.document = document, .diags = diags};
    if (unused) {
        c.unused = lw_unused_keys_new(document, arena);
        if (c.unused == NULL) {
            return LW_NO_MEMORY;
        }
    }
    lw_status status = check_all(&c);
    lw_machine_cache_clear(&c.cache);
    LW_TRY(status);
    return unused ? lw_unused_keys_report(c.unused, diags) : LW_OK;
}

lw_status lw_scenario_load(const char *path, const lw_catalog *catalog, const lw_load *load, lw_arena *arena, lw_diags *diags,
                           const lw_document **out) {
    const lw_reader reader = {lw_scenario_format(), lw_presets_new(catalog, arena, diags), arena, diags};
    lw_document *document;
    if (reader.presets == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_document_load(&reader, path, load, &document));
    // without work all is idle, and that is said once
    bool works = document->count[LW_SECTION_WORKLOADS] > 0;
    LW_TRY(lw_scenario_check(document, works, arena, diags));
    *out = document;
    return LW_OK;
}
