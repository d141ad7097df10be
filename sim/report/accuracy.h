// SPDX-License-Identifier: GPL-3.0-or-later
// The distance between model and measurement: table by table and in all, and what fits found.
#ifndef LW_REPORT_ACCURACY_H
#define LW_REPORT_ACCURACY_H

#include "sim/report/report.h"
#include "sim/result/calibration.h"

// Append a text table, JSON (format lanewise-validate/1, or lanewise-calibrate/1 of fits) or CSV: a row
// a point of each table. Other formats: LW_BAD_USAGE.
lw_status lw_report_accuracy(const lw_accuracy *accuracy, lw_report_format format, lw_text *out) LW_CHECKED;
// Append a page of Markdown that shows these pictures and sums all up. pictures: names of files beside
// the page, NULL-terminated.
lw_status lw_report_accuracy_page(const lw_accuracy *accuracy, const char *const *pictures, lw_text *out) LW_CHECKED;

// ---- Its parts: text tables and JSON ----

lw_status lw_report_validation(const lw_validations *tables, lw_report_format format, lw_arena *arena, lw_text *out) LW_CHECKED;
lw_status lw_report_calibrations(const lw_calibrations *found, lw_report_format format, lw_arena *arena, lw_text *out) LW_CHECKED;

#endif
