// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/stage.h"

#include <stddef.h>

const char *const lw_stage_words[] = {
    "raw", "line code", "periodic", "framing", "control", "retry", "window", "sharing", "endpoint", NULL,
};
