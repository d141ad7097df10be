// SPDX-License-Identifier: GPL-3.0-or-later
// Pages of results, each with what it stands on.
#ifndef LW_PAGES_H
#define LW_PAGES_H

#include "sim/config/document.h"
#include "sim/plan/plan.h"
#include "sim/report/page/page.h"
#include "sim/result/calibration.h"
#include "sim/result/result.h"

// with: the charts, their style sheets and the command; all else is filled in.
lw_status lw_report_run_page(const lw_result *result, const lw_document *document, const lw_page *with, lw_text *out) LW_CHECKED;
lw_status lw_report_accuracy_html(const lw_accuracy *accuracy, const lw_page *with, lw_text *out) LW_CHECKED;
lw_status lw_report_plan_page(const lw_planned *planned, const lw_page *with, lw_text *out) LW_CHECKED;

#endif
