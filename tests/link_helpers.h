// SPDX-License-Identifier: GPL-3.0-or-later
// Links from a few words, for tests of the model families.
#ifndef LW_TEST_LINK_HELPERS_H
#define LW_TEST_LINK_HELPERS_H

#include "helpers.h"
#include "models/family.h"

typedef struct lw_test_params {
    _Alignas(max_align_t) unsigned char bytes[LW_PARAMS_MAX];
    lw_option_set set;
} lw_test_params;

// The family's rules, where it has any.
static inline lw_status lw_test_check(const lw_family *family, const lw_test_params *params, lw_place at, lw_diags *diags) {
    return family->type.check == NULL ? LW_OK : family->type.check(params->bytes, &params->set, at, diags);
}

// Read the keys of map and run the family's rules; whatever they find is in test->diags.
static inline lw_status lw_test_params_of(lw_test *test, const lw_family *family, const lw_yaml *map, lw_test_params *params) {
    const lw_type *type = &family->type;
    memset(params, 0, sizeof *params);
    lw_options_default(type->options, params->bytes);
    lw_status status = lw_options_parse(type->options, map, NULL, params->bytes, &params->set, test->diags);
    if (status == LW_OK) {
        status = lw_options_require(type->options, &params->set, type->name, map->place, test->diags);
    }
    return status == LW_OK ? lw_test_check(family, params, map->place, test->diags) : status;
}

// The parameters that a text like "{gen: 4, lanes: 16}" gives; they must be right.
static inline const lw_family *lw_test_family(lw_test *test, const char *name, const char *text, lw_test_params *params) {
    const lw_family *family = lw_family_find(name);
    assert_non_null(family);
    if (lw_test_params_of(test, family, lw_test_tree(test, text), params) != LW_OK) {
        fail_msg("%s", lw_diags_format(test->diags, test->arena, false));
    }
    return family;
}

static inline lw_link_model lw_test_link(lw_test *test, const char *name, const char *text) {
    lw_test_params params;
    const lw_family *family = lw_test_family(test, name, text, &params);
    lw_link_model link;
    family->resolve(params.bytes, &link);
    return link;
}

static inline double lw_test_stage(const lw_link_model *link, int dir, lw_packet_kind kind, lw_stage stage) {
    lw_waterfall waterfall;
    lw_link_model_waterfall(link, dir, kind, 0, 0, &waterfall);
    return waterfall.rate_Bps[stage];
}

// Parameters whose reading gives `status` and the one finding, "LINE:COLUMN: message | hint"; NULL:
// no finding.
typedef struct lw_test_rule {
    const char *family, *text;
    lw_status status;
    const char *finding;
} lw_test_rule;

#define assert_rules(rows) lw_assert_rules((rows), COUNT(rows))
static inline void lw_assert_rules(const lw_test_rule *rule, size_t count) {
    for (size_t i = 0; i < count; i++) {
        lw_test test = lw_test_begin();
        lw_test_params params;
        const lw_family *family = lw_family_find(rule[i].family);
        assert_non_null(family);
        assert_int_equal(lw_test_params_of(&test, family, lw_test_tree(&test, rule[i].text), &params), rule[i].status);
        assert_int_equal(lw_diags_count(test.diags), rule[i].finding != NULL);
        if (rule[i].finding != NULL) {
            assert_diag(&test, 0, rule[i].finding);
        }
        lw_test_end(&test);
    }
}

// All that parameters come to: the link, its band, coherence, limits of switches, warnings.
typedef struct lw_test_outcome {
    lw_link_model link, band[2];
    lw_coherence coherence;
    lw_switch_limits limits;
    size_t warnings;
} lw_test_outcome;

// The return of credits matters only where some are ever short.
static inline void lw_test_forget_idle_credits(lw_link_model *link) {
    for (int i = 0; i < 2 * link->segment_count; i++) {
        lw_channel *channel = &link->segment[i / 2].channel[i % 2];
        bool finite = false;
        for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
            const lw_credits *credits = &channel->credits[kind];
            finite = finite || credits->packets != LW_CREDITS_INFINITE || credits->data_units != LW_CREDITS_INFINITE;
        }
        channel->credit_return_ps = finite ? channel->credit_return_ps : 0;
    }
}

// False where the rules forbid the parameters.
static inline bool lw_test_outcome_of(const lw_family *family, const void *params, lw_test_outcome *out) {
    static const lw_option_set none;  // findings have no place here
    lw_test test = lw_test_begin();
    bool legal = family->type.check == NULL || family->type.check(params, &none, (lw_place){0}, test.diags) == LW_OK;
    memset(out, 0, sizeof *out);
    out->warnings = lw_diags_warnings(test.diags);
    lw_test_end(&test);
    if (!legal) {
        return false;
    }
    family->resolve(params, &out->link);
    lw_test_forget_idle_credits(&out->link);
    if (family->band != NULL) {
        family->band(params, &out->band[0], &out->band[1]);
        lw_test_forget_idle_credits(&out->band[0]);
        lw_test_forget_idle_credits(&out->band[1]);
    }
    if (family->coherence != NULL) {
        family->coherence(params, &out->coherence);
    }
    if (family->switch_limits != NULL) {
        family->switch_limits(params, &out->limits);
    }
    return true;
}

typedef struct lw_test_trial {
    const lw_family *family;
    lw_test_outcome before;
} lw_test_trial;

static inline lw_tried lw_test_differs(const void *params, void *user) {
    const lw_test_trial *trial = user;
    lw_test_outcome after;
    // Links are cleared before they are made, so equal ones are equal bytes.
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison)
    return !lw_test_outcome_of(trial->family, params, &after)  ? LW_TRIED_FORBIDDEN
           : memcmp(&after, &trial->before, sizeof after) != 0 ? LW_TRIED_ENOUGH
                                                               : LW_TRIED;
}

// Does any other value of the key change anything under these parameters?
static inline bool lw_test_has_effect(const lw_family *family, const void *params, const char *key) {
    const lw_option *row = lw_option_find(family->type.options, key);
    assert_non_null(row);
    lw_test_trial trial = {.family = family};
    assert_true(lw_test_outcome_of(family, params, &trial.before));
    return lw_option_try_others(row, params, family->type.params_size, lw_test_differs, &trial);
}

typedef struct lw_test_effect {
    const char *family, *text, *key;
    bool effect;
} lw_test_effect;

#define assert_effects(rows) lw_assert_effects((rows), COUNT(rows))
static inline void lw_assert_effects(const lw_test_effect *row, size_t count) {
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < count; i++) {
        lw_test_params params;
        const lw_family *family = lw_test_family(&test, row[i].family, row[i].text, &params);
        if (lw_test_has_effect(family, params.bytes, row[i].key) != row[i].effect) {
            fail_msg("%s %s: %s", row[i].family, row[i].text, row[i].key);
        }
    }
    lw_test_end(&test);
}

// What a link is called, and what its numbers stand on.
typedef struct lw_test_label {
    const char *family, *text, *label;
    lw_evidence evidence;
} lw_test_label;

#define assert_labels(rows) lw_assert_labels((rows), COUNT(rows))
static inline void lw_assert_labels(const lw_test_label *row, size_t count) {
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < count; i++) {
        lw_link_model link = lw_test_link(&test, row[i].family, row[i].text);
        assert_string_equal(link.label, row[i].label);
        assert_int_equal(link.evidence, row[i].evidence);
    }
    lw_test_end(&test);
}

#endif
