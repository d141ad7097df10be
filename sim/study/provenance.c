// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/provenance.h"

typedef struct finding {
    const lw_effects *effects;
    lw_arena *arena;
    size_t workloads;
    lw_provenance *workload;
    lw_provenance *link;
} finding;

// ---- What is known of an option ----

static bool is_time(const lw_option *row) {
    return row->dimension == LW_TIME || row->dimension == LW_LENGTH || row->dimension == LW_LENGTH_RATE;
}

// Losses of a cable bring warnings only; those of a radio link change nothing about its being
// speculative.
static bool is_loss(const lw_option *row) {
    return row->dimension == LW_LOSS || row->dimension == LW_LOSS_PER_LENGTH;
}

static bool is_number(const lw_option *row) {
    return row->kind == LW_OPTION_QUANTITY_INT || row->kind == LW_OPTION_QUANTITY_REAL || row->kind == LW_OPTION_INTEGER;
}

// Does the default enter, or is it none, or what a standard says for the generation ("auto")?
static bool is_set(const lw_object *object, const lw_option *row) {
    const void *field = (const char *)object->params + row->offset;
    if (row->kind == LW_OPTION_QUANTITY_REAL) {
        double value = *(const double *)field;
        return !lw_is_auto(value) && value != 0;
    }
    int64_t value = *(const int64_t *)field;
    return value != LW_AUTO && value != 0;
}

static lw_evidence evidence_of_row(const lw_object *object, size_t index) {
    const lw_option *row = &object->type->options[index];
    if (!is_number(row) || is_loss(row)) {
        return LW_SPECIFIED;
    }
    if (object->set->mark[index].given) {
        // What is counted (lanes, tags) or picked from a standard's list (a packet size) says which
        // machine it is, not how it does.
        bool chosen = row->kind == LW_OPTION_INTEGER || row->words != NULL;
        return chosen ? LW_SPECIFIED : LW_ASSUMED;
    }
    if (object->preset != NULL && !is_time(row)) {
        return LW_SPECIFIED;  // the preset's own word covers its rates
    }
    bool stated = false;
    lw_evidence known = object->preset != NULL ? lw_preset_evidence(object->preset, row->key, &stated) : LW_SPECIFIED;
    if (stated) {
        return known;
    }
    return is_set(object, row) ? row->evidence : LW_SPECIFIED;
}

// ---- What a workload stands on ----

static void weaken(lw_evidence *known, lw_evidence other) {
    *known = lw_evidence_weaker(*known, other);
}

static lw_evidence known_of(const lw_provenance *known, bool time) {
    return time ? known->latency : known->rate;
}

// Options of that evidence which have an effect weaken what is known of the workloads that they
// change.
static lw_status weaken_by_rows(const finding *f, lw_section_id section, uint32_t index, const lw_part *parts,
                                lw_evidence evidence) {
    const lw_object *object = f->effects->setup.setup.object[section][index];
    bool *wanted = LW_NEW_ARRAY(f->arena, bool, f->workloads), *changed = LW_NEW_ARRAY(f->arena, bool, f->workloads);
    if (wanted == NULL || changed == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; object->type->options[i].key != NULL; i++) {
        const lw_option *row = &object->type->options[i];
        bool any = false, time = is_time(row);
        if (evidence_of_row(object, i) != evidence) {
            continue;
        }
        const lw_provenance *of_link = section == LW_SECTION_LINKS ? &f->link[index] : NULL;
        for (size_t w = 0; w < f->workloads; w++) {
            bool counts = parts[w] == LW_PART_WHOLE || (time && parts[w] == LW_PART_PASSED);
            bool weakens = known_of(&f->workload[w], time) < evidence || (of_link != NULL && known_of(of_link, time) < evidence);
            changed[w] = false;
            wanted[w] = counts && weakens;
            any = any || wanted[w];
        }
        if (any) {
            const lw_option_at option = {section, index, row, false};
            LW_TRY(lw_effect_find(f->effects, &option, wanted, changed));
        }
        for (size_t w = 0; w < f->workloads; w++) {
            if (wanted[w] && changed[w]) {
                weaken(time ? &f->workload[w].latency : &f->workload[w].rate, evidence);
            }
            if (changed[w] && section == LW_SECTION_LINKS) {
                weaken(time ? &f->link[index].latency : &f->link[index].rate, evidence);
            }
        }
    }
    return LW_OK;
}

// What the object's type or preset says of itself: what nobody has built, nobody has timed.
static lw_provenance start_of(const finding *f, lw_section_id section, uint32_t index) {
    const lw_machine *machine = f->effects->built.machine;
    const lw_object *object = f->effects->setup.setup.object[section][index];
    lw_evidence rate = object->preset != NULL ? object->preset->evidence : LW_SPECIFIED;
    if (section == LW_SECTION_NODES) {
        weaken(&rate, lw_node_guest_evidence(&machine->node_spec[index]));
    } else if (section == LW_SECTION_LINKS && object->preset == NULL) {
        rate = machine->link_spec[index].model->evidence;
    }
    return (lw_provenance){rate, rate >= LW_ANNOUNCED ? rate : LW_SPECIFIED};
}

static lw_status look_at_object(const finding *f, lw_section_id section, uint32_t index, lw_part *parts) {
    const lw_provenance start = start_of(f, section, index);
    bool any = false;
    for (size_t w = 0; w < f->workloads; w++) {
        parts[w] = lw_effects_part(f->effects, w, section, index);
        any = any || parts[w] != LW_PART_NONE;
        if (parts[w] != LW_PART_NONE) {
            weaken(&f->workload[w].latency, start.latency);
        }
        if (parts[w] == LW_PART_WHOLE) {
            weaken(&f->workload[w].rate, start.rate);
        }
    }
    if (section == LW_SECTION_LINKS) {
        f->link[index] = start;
    }
    for (int evidence = LW_EVIDENCE_COUNT - 1; any && evidence > LW_SPECIFIED; evidence--) {
        LW_TRY(weaken_by_rows(f, section, index, parts, (lw_evidence)evidence));
    }
    return LW_OK;
}

static lw_status find_all(const finding *f) {
    lw_part *parts = LW_NEW_ARRAY(f->arena, lw_part, f->workloads);
    if (parts == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_machine *machine = f->effects->built.machine;
    // Links first: most of their values can be told from the channels alone, and what they say need not
    // be found again.
    for (uint32_t i = 0; i < machine->link_spec_count; i++) {
        LW_TRY(look_at_object(f, LW_SECTION_LINKS, i, parts));
    }
    for (uint32_t i = 0; i < machine->node_spec_count; i++) {
        LW_TRY(look_at_object(f, LW_SECTION_NODES, i, parts));
    }
    for (lw_section_id section = LW_SECTION_LIBRARIES; section < LW_SECTION_WORKLOADS; section++) {
        for (uint32_t i = 0; i < f->effects->setup.setup.count[section]; i++) {
            LW_TRY(look_at_object(f, section, i, parts));
        }
    }
    return LW_OK;
}

lw_status lw_provenance_find(const lw_document *document, size_t point, const lw_effects_base *base, lw_arena *arena,
                             lw_provenances *out) {
    size_t workloads = document->count[LW_SECTION_WORKLOADS], links = document->count[LW_SECTION_LINKS];
    lw_arena *scratch = lw_arena_new();
    lw_effects effects;
    finding f = {.effects = &effects,
                 .arena = scratch,
                 .workloads = workloads,
                 .workload = LW_NEW_ARRAY(arena, lw_provenance, workloads),
                 .link = LW_NEW_ARRAY(arena, lw_provenance, links)};
    lw_status status = scratch == NULL || f.workload == NULL || f.link == NULL
                           ? LW_NO_MEMORY
                           : lw_effects_start(document, point, base, scratch, &effects);
    status = status == LW_OK ? find_all(&f) : status;
    lw_arena_free(scratch);
    *out = (lw_provenances){f.workload, f.link};
    return status;
}
