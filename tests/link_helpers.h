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
static inline lw_status lw_test_params_of(lw_test *test, const lw_family *family, const lw_node *map, lw_test_params *params) {
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

static inline lw_link lw_test_link(lw_test *test, const char *name, const char *text) {
    lw_test_params params;
    const lw_family *family = lw_test_family(test, name, text, &params);
    lw_link link;
    family->resolve(params.bytes, &link);
    return link;
}

static inline double lw_test_stage(const lw_link *link, int dir, lw_packet_kind kind, lw_stage stage) {
    lw_waterfall waterfall;
    lw_link_waterfall(link, dir, kind, 0, 0, &waterfall);
    return waterfall.rate_Bps[stage];
}

#endif
