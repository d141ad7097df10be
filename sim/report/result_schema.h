// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON Schema of results.
#ifndef LW_RESULT_SCHEMA_H
#define LW_RESULT_SCHEMA_H

#include "sim/base/text.h"

// Append it.
void lw_result_schema(lw_text *out);

#endif
