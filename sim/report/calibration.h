// SPDX-License-Identifier: GPL-3.0-or-later
// What fits of presets found: values, errors, and how well the tables are met.
#ifndef LW_REPORT_CALIBRATION_H
#define LW_REPORT_CALIBRATION_H

#include "sim/report/report.h"
#include "sim/result/calibration.h"

// Append a text table, or JSON (format lanewise-calibrate/1). Other formats: LW_BAD_USAGE.
lw_status lw_report_calibrations(const lw_calibrations *found, lw_report_format format, lw_text *out) LW_CHECKED;

#endif
