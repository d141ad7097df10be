// SPDX-License-Identifier: GPL-3.0-or-later
// Links: how a family works, and where the rate of one of its presets goes.
#include <math.h>
#include <string.h>

#include "sim/report/explain/explain.h"
#include "sim/report/grid.h"

// ---- How a family's numbers come about ----

typedef struct fact_list {
    lw_arena *arena;
    lw_grid *one_way, *both_ways;
    bool differ;
} fact_list;

static void add_both(const lw_fact *fact, void *user) {
    fact_list *list = user;
    const char *cell[] = {fact->what, fact->value[0], fact->value[1], fact->unit};
    for (size_t i = 0; i < sizeof cell / sizeof cell[0]; i++) {
        const char *text = lw_arena_copy(list->arena, cell[i]);
        lw_grid_add(list->both_ways, text);
        if (i != 2) {
            lw_grid_add(list->one_way, text);
        }
    }
    list->differ = list->differ || strcmp(fact->value[0], fact->value[1]) != 0;
}

// What the family has to say about these parameters; the return path only where it differs.
static lw_status add_facts(const lw_explaining *in, const lw_family *family, const void *params, const char *title,
                           lw_text *out) {
    if (family->facts == NULL) {
        return LW_OK;
    }
    fact_list list = {.arena = in->arena, .one_way = lw_grid_new(in->arena, "lrl"), .both_ways = lw_grid_new(in->arena, "lrrl")};
    add_both(&(const lw_fact){"quantity", {"a -> b", "b -> a"}, "unit"}, &list);
    list.differ = false;
    family->facts(params, add_both, &list);
    lw_text_print(out, "\n%s\n", title);
    return lw_grid_write(list.differ ? list.both_ways : list.one_way, 2, 0, out);
}

// Does another segment have a part of this name, too?
static bool is_ambiguous(const lw_link_model *model, int dir, int segment, const char *name) {
    for (int s = 0; s < model->segment_count; s++) {
        const lw_channel *channel = &model->segment[s].channel[dir];
        for (int i = 0; s != segment && i < channel->latency_count; i++) {
            if (strcmp(channel->latency[i].name, name) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void add_latency(const lw_link_model *model, int dir, const char *which, lw_text *out) {
    lw_text_print(out, "Latency%s, ns: %.1f", which, (double)lw_link_model_latency_ps(model, dir) / 1e3);
    const char *separator = " = ";
    for (int s = 0; s < model->segment_count; s++) {
        const lw_channel *channel = &model->segment[s].channel[dir];
        for (int i = 0; i < channel->latency_count; i++) {
            const lw_latency_part *part = &channel->latency[i];
            if (part->ps != 0) {
                bool name = is_ambiguous(model, dir, s, part->name);
                lw_text_print(out, "%s%s%s%s %.1f", separator, name ? model->segment[s].name : "", name ? " " : "", part->name,
                              (double)part->ps / 1e3);
                separator = " + ";
            }
        }
    }
    lw_text_add(out, "\n");
}

// A window this many times the link's rate limits no read that anybody makes: the round trip would
// have to grow as much.
static const double told_below = 4;

// What is left of the raw rate after each stage that the link decides; window and endpoint depend
// on the machine around it.
static lw_status add_waterfall(const lw_explaining *in, const lw_link_model *model, const lw_coherence *coherence, lw_text *out) {
    lw_waterfall write = {0};
    lw_waterfall read = {0};
    lw_link_model_waterfall(model, 0, LW_PACKET_WRITE, 0, 0, &write);
    lw_link_model_waterfall(model, 0, LW_PACKET_COMPLETION, 0, lw_coherence_far_ps(coherence, model), &read);
    lw_text_add(out, "\nWhere the rate goes, one direction, GB/s that are left after each stage\n");
    lw_grid *grid = lw_grid_new(in->arena, "lrrrr");
    LW_GRID_ADD(grid, "stage", "writes", "share", "reads", "share");
    for (int stage = LW_STAGE_RAW; stage <= LW_STAGE_RETRY; stage++) {
        lw_grid_add(grid, lw_stage_words[stage]);
        lw_grid_number(grid, write.rate_Bps[stage] / 1e9, 4);
        lw_grid_print(grid, "%.1f %%", 100 * write.rate_Bps[stage] / write.rate_Bps[LW_STAGE_RAW]);
        lw_grid_number(grid, read.rate_Bps[stage] / 1e9, 4);
        lw_grid_print(grid, "%.1f %%", 100 * read.rate_Bps[stage] / read.rate_Bps[LW_STAGE_RAW]);
    }
    LW_TRY(lw_grid_write(grid, 2, 0, out));
    double busy = 1.0 - lw_fraction_value(model->segment[write.slowest_segment].channel[0].stall);
    if (busy < 1.0) {
        lw_text_print(out,
                      "Control includes the calibrated residual: %.3g of the wire is kept busy, why not all of it is unknown.\n",
                      busy);
    }
    if (model->segment[write.slowest_segment].whole_packets) {
        lw_text_print(out,
                      "Control includes the software in front of the wire, which is slower: it hands on %.4g GB/s of writes.\n",
                      write.rate_Bps[LW_STAGE_RETRY] / 1e9);
    }
    if (read.window_Bps < told_below * read.rate_Bps[LW_STAGE_RETRY]) {
        lw_text_print(out,
                      "Reads are also limited by the outstanding requests (%lld): %.4g GB/s even if memory answers at once.\n",
                      (long long)model->read_tags, read.window_Bps / 1e9);
    }
    return LW_OK;
}

// What reads reach when memory answers at once, GB/s.
static double reads_GBps(const lw_link_model *model) {
    lw_waterfall read = {0};
    lw_link_model_waterfall(model, 0, LW_PACKET_COMPLETION, 0, 0, &read);
    return fmin(read.rate_Bps[LW_STAGE_RETRY], read.window_Bps) / 1e9;
}

// The rates at both ends of what the family calls uncertain.
static lw_status add_band(const lw_explaining *in, const lw_family *family, const void *params, lw_text *out) {
    lw_link_model *band = LW_NEW_ARRAY(in->arena, lw_link_model, 2);
    if (band == NULL) {
        return LW_NO_MEMORY;
    }
    family->band(params, &band[0], &band[1]);
    lw_waterfall slow = {0};
    lw_waterfall fast = {0};
    lw_link_model_waterfall(&band[0], 0, LW_PACKET_WRITE, 0, 0, &slow);
    lw_link_model_waterfall(&band[1], 0, LW_PACKET_WRITE, 0, 0, &fast);
    lw_text_print(out, "What is uncertain lets writes range from %.4g to %.4g GB/s", slow.rate_Bps[LW_STAGE_RETRY] / 1e9,
                  fast.rate_Bps[LW_STAGE_RETRY] / 1e9);
    if (isfinite(reads_GBps(&band[0])) && band[0].read_tags != LW_TAGS_INFINITE) {
        lw_text_print(out, " and reads from %.4g to %.4g (memory answering at once)", reads_GBps(&band[0]), reads_GBps(&band[1]));
    }
    lw_text_print(out, ", see lanewise explain %s.\n", family->type.name);
    return LW_OK;
}

// The parameters of a preset by its family, checked; in *params.
static lw_status read_params(const lw_explaining *in, const lw_preset *preset, const lw_family *family, void **out) {
    const lw_type *type = &family->type;
    void *params = lw_arena_alloc(in->arena, 1, type->params_size);
    lw_option_set *set = LW_NEW(in->arena, lw_option_set);
    if (params == NULL || set == NULL) {
        return LW_NO_MEMORY;
    }
    lw_options_default(type->options, params);
    LW_TRY(lw_options_parse(type->options, preset->values, NULL, params, set, in->diags));
    LW_TRY(type->check != NULL ? type->check(params, set, preset->root->place, in->diags) : LW_OK);
    *out = params;
    return LW_OK;
}

lw_status lw_explain_link(const lw_explaining *in, const lw_preset *preset, lw_text *out) {
    const lw_family *family = lw_family_find(preset->type);
    lw_link_model *model = LW_NEW(in->arena, lw_link_model);
    lw_coherence coherence = {0};
    void *params = NULL;
    if (model == NULL) {
        return LW_NO_MEMORY;
    }
    if (family == NULL) {
        return lw_error(in->diags, preset->root->place, NULL, "the preset has the unknown type '%s'", preset->type);
    }
    LW_TRY(read_params(in, preset, family, &params));
    family->resolve(params, model);
    if (family->coherence != NULL) {
        family->coherence(params, &coherence);
    }
    lw_text_print(out, "\n%s\n", model->label);
    if (lw_link_model_latency_ps(model, 0) == lw_link_model_latency_ps(model, 1)) {
        add_latency(model, 0, " one way", out);
    } else {
        add_latency(model, 0, " there", out);
        add_latency(model, 1, " back", out);
    }
    LW_TRY(add_facts(in, family, params, "How the rate comes about", out));
    LW_TRY(add_waterfall(in, model, &coherence, out));
    return family->band != NULL ? add_band(in, family, params, out) : LW_OK;
}

// The preset that the family's example names, else the first of the family; NULL: it has none.
static lw_status example_of(const lw_explaining *in, const lw_family *family, const lw_preset **out) {
    *out = NULL;
    size_t count = lw_catalog_count(in->catalog, LW_SHELF_LINKS);
    for (size_t i = 0; i < count; i++) {
        const lw_preset *preset;
        const char *name = lw_catalog_names(in->catalog, LW_SHELF_LINKS)[i];
        lw_status read = lw_presets_read(in->presets, LW_SHELF_LINKS, name, &preset);
        LW_TRY(read == LW_NO_MEMORY ? read : LW_OK);  // a broken one has been diagnosed
        if (read != LW_OK || preset == NULL || strcmp(preset->type, family->type.name) != 0) {
            continue;
        }
        const char *named = lw_arena_print(in->arena, "{preset: %s}", name);
        if (named == NULL) {
            return LW_NO_MEMORY;
        }
        bool is_named = family->type.example != NULL && strcmp(family->type.example, named) == 0;
        *out = *out == NULL || is_named ? preset : *out;
    }
    return LW_OK;
}

static lw_status add_presets(const lw_explaining *in, const lw_family *family, lw_text *out) {
    size_t found = 0;
    lw_text_add(out, "\nPresets: ");
    for (size_t i = 0; i < lw_catalog_count(in->catalog, LW_SHELF_LINKS); i++) {
        const lw_preset *preset;
        lw_status read = lw_presets_read(in->presets, LW_SHELF_LINKS, lw_catalog_names(in->catalog, LW_SHELF_LINKS)[i], &preset);
        LW_TRY(read == LW_NO_MEMORY ? read : LW_OK);
        if (read == LW_OK && preset != NULL && strcmp(preset->type, family->type.name) == 0) {
            lw_text_print(out, "%s%s", found++ > 0 ? ", " : "", preset->name);
        }
    }
    lw_text_add(out, found > 0 ? "\n" : "none\n");
    return LW_OK;
}

// "gpu, memory or switch"
static void add_kinds(unsigned ends, lw_text *out) {
    int left = __builtin_popcount(ends);
    for (size_t i = 0; i < LW_ENDS; i++) {
        if ((ends & 1U << i) != 0) {
            left--;
            lw_text_print(out, "%s%s", lw_end_words[i], left > 1 ? ", " : left == 1 ? " or " : "");
        }
    }
}

// What a link joins, and what becomes of routes over several.
static void add_ends(const lw_family *family, lw_text *out) {
    static const char *const uses[] = {
        [LW_MULTIPATH_STRIPED] = "striped over all of them, packet by packet",
        [LW_MULTIPATH_HASHED] = "one for each flow, picked by a seeded hash",
        [LW_MULTIPATH_FIXED] = "one for all, but cables that join the same two nodes and are alike are bonded",
    };
    const lw_joins *joins = family->joins;
    lw_text_add(out, "\nJoins: ");
    for (const lw_join *join = joins == NULL ? NULL : joins->join; join != NULL && join < joins->join + LW_JOINS_MAX; join++) {
        if (join->one != 0) {
            lw_text_add(out, join == joins->join ? "" : "; ");
            add_kinds(join->one, out);
            lw_text_add(out, " to ");
            add_kinds(join->other, out);
        }
    }
    if (joins == NULL) {
        lw_text_add(out, "any two nodes.\n");
    } else {
        lw_text_print(out, "\n  (%s).\n", joins->why);
    }
    if (joins != NULL && joins->between_hosts != NULL) {
        lw_text_print(out, "Between two hosts:\n  %s.\n", joins->between_hosts);
    }
    lw_text_print(out, "Equally short routes: %s.\n", uses[family->multipath]);
}

lw_status lw_explain_family(const lw_explaining *in, const lw_family *family, lw_text *out) {
    const lw_type *type = &family->type;
    const lw_preset *example;
    lw_text_print(out, "%s: %s\n", type->name, type->summary);
    if (type->page != NULL) {
        lw_text_print(out, "\n%s\n", type->page);
    }
    add_ends(family, out);
    LW_TRY(example_of(in, family, &example));
    if (example != NULL) {
        lw_text_print(out, "\nFor example the preset %s: %s; evidence: %s\n", example->name, example->summary,
                      lw_evidence_words[example->evidence]);
        LW_TRY(lw_explain_link(in, example, out));
    }
    lw_text_add(out, "\nParameters\n");
    LW_TRY(lw_explain_options(type->options, in->arena, out));
    return add_presets(in, family, out);
}
