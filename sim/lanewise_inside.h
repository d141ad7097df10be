// SPDX-License-Identifier: GPL-3.0-or-later
// What the files behind lanewise.h share.
#ifndef LW_LANEWISE_INSIDE_H
#define LW_LANEWISE_INSIDE_H

#include "sim/config/catalog.h"
#include "sim/report/page/pages.h"
#include "sim/report/report.h"
#include "sim/study/run.h"

struct lanewise_findings {
    lw_arena *arena;
    lw_diags *diags;
};

struct lanewise_catalog {
    lw_arena *arena;
    lw_catalog *catalog;
};

struct lanewise_page;
struct lanewise_run;

// The text moves to the caller.
lw_status lw_hand_out(lw_status status, lw_text *text, char **out);
lw_run lw_run_inside(const struct lanewise_run *run);  // NULL: all as it comes
// One of lanewise_formats(); else LW_BAD_USAGE with a finding.
lw_status lw_format_find(const char *word, lw_diags *diags, lw_report_format *out) LW_CHECKED;
// What a page has from outside. NULL: nothing.
lw_status lw_page_inside(const struct lanewise_page *with, lw_arena *arena, lw_page *out) LW_CHECKED;

#endif
