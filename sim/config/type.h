// SPDX-License-Identifier: GPL-3.0-or-later
// What the registries of the program have in common. A link family, a kind of node and a kind of
// work are each a word of the scenario file with a table of options, rules across them, and a page
// that explains it.
#ifndef LW_TYPE_H
#define LW_TYPE_H

#include "sim/config/option.h"

typedef struct lw_type {
    const char *name;     // the word after `type:` or `kind:`
    const char *summary;  // one sentence for `lanewise list`
    // paragraphs that teach, for `lanewise explain NAME`; ends without a newline; NULL: none
    const char *page;
    // of a use in a scenario, as YAML: "{type: pcie, gen: 4, lanes: 4}"; for the page and for tests
    const char *example;
    const lw_option *options;  // table over a struct of params_size bytes (at most LW_PARAMS_MAX)
    size_t params_size;
    // Rules across options. Each finding is diagnosed at the place of the key it is about
    // (lw_type_place). Warnings, too: a cable beyond its loss budget. NULL: no rules.
    lw_status (*check)(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags);
} lw_type;

// Where the user gave the key, else `at`: the place for a finding about it. set may be NULL.
lw_place lw_type_place(const lw_option *options, const lw_option_set *set, const char *key, lw_place at);

#endif
