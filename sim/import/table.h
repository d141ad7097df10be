// SPDX-License-Identifier: GPL-3.0-or-later
// Series as measured tables.
#ifndef LW_IMPORT_TABLE_H
#define LW_IMPORT_TABLE_H

#include "sim/base/text.h"
#include "sim/import/machine.h"

// The name of the table of a series: letters, digits and - only. NULL when out of memory.
const char *lw_import_table_name(const lw_import *file, const lw_series *series);
// "host to gpu 0, pinned"; NULL when out of memory.
const char *lw_import_series_words(const lw_import *file, const lw_series *series);
// How far the model may be from the plateau of a link without a fault, in percent.
int lw_import_within(const lw_series *series);
// A rate as text, "25.5 GB/s" or "11250 tokens/s"; buffer of LW_NUMBER_TEXT bytes. Returns buffer.
char *lw_import_rate(lw_act act, double value, char *buffer);
// A point as text, "1.79 us" or "25.5 GB/s"; buffer of LW_NUMBER_TEXT bytes. Returns buffer.
char *lw_import_print(const lw_series *series, const lw_seen *seen, char *buffer);
// Append the whole table as YAML.
lw_status lw_import_table(const lw_import *file, const lw_series *series, const lw_import_machine *machine,
                          const lw_variant *variant, lw_text *out) LW_CHECKED;

#endif
