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
    return family->check == NULL ? LW_OK : family->check(params->bytes, &params->set, at, diags);
}

// Read the keys of map and run the family's rules; whatever they find is in test->diags.
static inline lw_status lw_test_params_of(lw_test *test, const lw_family *family, const lw_yaml *map, lw_test_params *params) {
    memset(params, 0, sizeof *params);
    lw_options_default(family->options, params->bytes);
    lw_status status = lw_options_parse(family->options, map, NULL, params->bytes, &params->set, test->diags);
    if (status == LW_OK) {
        status = lw_options_require(family->options, &params->set, family->name, map->place, test->diags);
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

// Parameters whose reading gives `status` and the one finding, "LINE:COLUMN: message | hint"; NULL: no finding.
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

// Does another value of the key change anything under these parameters?
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
        if (lw_family_has_effect(family, params.bytes, row[i].key, LW_PACKETS_ALL) != row[i].effect) {
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
