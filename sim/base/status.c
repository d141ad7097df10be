// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/status.h"

#include <stddef.h>

const char *lw_status_text(lw_status status) {
    static const char *const texts[] = {
#define LW_STATUS_WORDS(name, text) [name] = (text),
        LW_STATUS_LIST(LW_STATUS_WORDS)
#undef LW_STATUS_WORDS
    };
    size_t index = (size_t)status;
    return index < sizeof texts / sizeof texts[0] ? texts[index] : "unknown status";
}
