// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON Schema of the scenario file, for editors.
#ifndef LW_SCHEMA_H
#define LW_SCHEMA_H

#include "sim/config/object.h"

// Generated from the option tables. charts: the table of an entry under `charts:`, which belongs to
// whoever draws them.
lw_status lw_schema_write(const lw_format *format, const lw_option *charts, lw_arena *arena, const char **json) LW_CHECKED;

#endif
