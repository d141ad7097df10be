// SPDX-License-Identifier: GPL-3.0-or-later
// Manual pages of the files that lanewise reads and writes, from the tables that parse and write them.
#ifndef LW_MANUAL_H
#define LW_MANUAL_H

#include "sim/config/schema.h"
#include "sim/report/explain/explain.h"

// Append a page of section 5, as roff (man macros): lanewise-scenario, every section with its kinds and keys.
lw_status lw_manual_scenario(const lw_explaining *in, lw_text *out) LW_CHECKED;
// lanewise-NAME of a file by its maps. what: one sentence about it.
lw_status lw_manual_file(const char *name, const char *what, const lw_file_map *maps, lw_text *out) LW_CHECKED;
// lanewise-result, the metrics of results.
lw_status lw_manual_result(lw_text *out) LW_CHECKED;

#endif
