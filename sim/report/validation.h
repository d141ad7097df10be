// SPDX-License-Identifier: GPL-3.0-or-later
// The distance between model and measurement, table by table and in all.
#ifndef LW_REPORT_VALIDATION_H
#define LW_REPORT_VALIDATION_H

#include "sim/report/report.h"
#include "sim/result/validation.h"

// Append the report on `count` validated tables: a text table, or JSON (format
// lanewise-validate/1). Other formats: LW_BAD_USAGE.
lw_status lw_report_validation(const lw_validation *table, size_t count, lw_report_format format, lw_text *out) LW_CHECKED;

#endif
