// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/config/type.h"

#include <assert.h>

lw_place lw_type_place(const lw_option *options, const lw_option_set *set, const char *key, lw_place at) {
    const lw_option *row = lw_option_find(options, key);
    assert(row != NULL);
    size_t index = (size_t)(row - options);
    return set != NULL && set->mark[index].given ? set->mark[index].place : at;
}
