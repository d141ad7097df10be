// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/evidence.h"

#include <stddef.h>

const char *const lw_evidence_words[] = {
    [LW_SPECIFIED] = "specified", [LW_MEASURED] = "measured",       [LW_CALIBRATED] = "calibrated", [LW_ASSUMED] = "assumed",
    [LW_ANNOUNCED] = "announced", [LW_SPECULATIVE] = "speculative", [LW_EVIDENCE_COUNT] = NULL,
};
