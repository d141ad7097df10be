// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/family.h"

#include <string.h>

const lw_family *lw_family_find(const char *name) {
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        if (strcmp(lw_families[i]->type.name, name) == 0) {
            return lw_families[i];
        }
    }
    return NULL;
}
