// SPDX-License-Identifier: GPL-3.0-or-later
// Where the marks of a chart that are not the model's come from.
#ifndef LW_SOURCES_H
#define LW_SOURCES_H

#include "plots/chart_data.h"

// What kind of evidence a table of others is.
typedef enum lw_table_set { LW_SET_CALIBRATION, LW_SET_VALIDATION, LW_SET_MODEL, LW_SETS } lw_table_set;

lw_table_set lw_table_set_of(const lw_measured_series *measured);

// "Measured, open to fitting: A; B. A model of others, not measured: C". Every table once; "" where
// there is none, NULL when out of memory.
const char *lw_sources_note(const lw_chart_data *data, lw_arena *arena);

#endif
