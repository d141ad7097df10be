// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/provenance.h"

#include <string.h>

// A table's keys with who gave each value: the scenario, the preset, or nobody.
typedef struct basis {
    const lw_option *table;
    const void *params;
    const lw_option_set *user;
    const lw_preset *preset;   // may be NULL
    const bool *consulted;     // of a device
    const lw_link_spec *link;  // or of a link
    unsigned kinds;
} basis;

static bool is_time(const lw_option *row) {
    return row->dimension == LW_TIME || row->dimension == LW_LENGTH || row->dimension == LW_LENGTH_RATE;
}

// Losses of a cable bring warnings only; those of a radio link change nothing about its being speculative.
static bool is_loss(const lw_option *row) {
    return row->dimension == LW_LOSS || row->dimension == LW_LOSS_PER_LENGTH;
}

static bool is_number(const lw_option *row) {
    return row->kind == LW_OPTION_QUANTITY_INT || row->kind == LW_OPTION_QUANTITY_REAL || row->kind == LW_OPTION_INTEGER;
}

// Does the default enter, or is it none, or what a standard says for the generation ("auto")?
static bool is_set(const basis *b, const lw_option *row) {
    const char *field = (const char *)b->params + row->offset;
    if (row->kind == LW_OPTION_QUANTITY_REAL) {
        double value = *(const double *)(const void *)field;
        return !lw_is_auto(value) && value != 0;
    }
    int64_t value = *(const int64_t *)(const void *)field;
    return value != LW_AUTO && value != 0;
}

static bool matters(const basis *b, size_t index) {
    return b->link == NULL ? b->consulted[index]
                           : lw_family_has_effect(b->link->family, b->params, b->table[index].key, b->kinds);
}

static lw_evidence evidence_in(const lw_yaml *stated) {
    const char *word = lw_map_text(stated, "evidence");
    for (int i = 0; word != NULL && lw_evidence_words[i] != NULL; i++) {
        if (strcmp(word, lw_evidence_words[i]) == 0) {
            return (lw_evidence)i;
        }
    }
    return LW_SPECIFIED;
}

static lw_evidence evidence_of(const basis *b, size_t index) {
    const lw_option *row = &b->table[index];
    if (b->user->given[index]) {
        // What is counted (lanes, tags) or picked from a standard's list (a packet size) says which machine it is, not how it
        // does.
        bool chosen = row->kind == LW_OPTION_INTEGER || row->words != NULL;
        return !chosen && matters(b, index) ? LW_ASSUMED : LW_SPECIFIED;
    }
    if (b->preset != NULL && !is_time(row)) {
        return LW_SPECIFIED;  // the preset's own word covers its rates
    }
    if (b->consulted != NULL && !b->consulted[index]) {
        return LW_SPECIFIED;
    }
    const lw_yaml *stated =
        b->preset != NULL && b->preset->parameters != NULL ? lw_map_get(b->preset->parameters, row->key) : NULL;
    if (stated != NULL) {
        return evidence_in(stated);
    }
    static const char guess[] = "assumed:";
    bool guessed = row->source != NULL && strncmp(row->source, guess, sizeof guess - 1) == 0;
    return guessed && is_set(b, row) ? LW_ASSUMED : LW_SPECIFIED;
}

static lw_provenance grounds_of(const basis *b, lw_evidence rate) {
    lw_provenance grounds = {rate, rate >= LW_ANNOUNCED ? rate : LW_SPECIFIED};  // what nobody has built, nobody has timed
    for (size_t i = 0; b->table[i].key != NULL; i++) {
        const lw_option *row = &b->table[i];
        lw_evidence *known = is_time(row) ? &grounds.latency : &grounds.rate;
        // Whether a key has an effect takes long to find out; beyond this word nothing is to be found.
        if (is_number(row) && !is_loss(row) && *known < LW_ASSUMED) {
            *known = lw_evidence_weaker(*known, evidence_of(b, i));
        }
    }
    return grounds;
}

lw_provenance lw_link_provenance(const lw_link_spec *spec, unsigned kinds) {
    const basis b = {.table = spec->family->options,
                     .params = spec->params,
                     .user = &spec->user,
                     .preset = spec->preset,
                     .link = spec,
                     .kinds = kinds};
    return grounds_of(&b, spec->preset != NULL ? spec->preset->evidence : spec->link.evidence);
}

lw_provenance lw_node_provenance(const lw_node_spec *spec) {
    const basis b = {.table = lw_node_options(spec->kind),
                     .params = &spec->params,
                     .user = &spec->user,
                     .preset = spec->preset,
                     .consulted = spec->consulted};
    lw_evidence preset = spec->preset != NULL ? spec->preset->evidence : LW_SPECIFIED;
    return grounds_of(&b, lw_evidence_weaker(preset, lw_node_guest_evidence(spec)));
}
