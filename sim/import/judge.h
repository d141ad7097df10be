// SPDX-License-Identifier: GPL-3.0-or-later
// Series against the model: tables made of them, what a link can carry at most, and a verdict.
#ifndef LW_JUDGE_H
#define LW_JUDGE_H

#include "sim/import/table.h"
#include "sim/study/measured.h"

// What judging takes.
typedef struct lw_judging {
    lw_presets *presets;
    const lw_run *run;
    lw_arena *arena;
    lw_diags *diags;
} lw_judging;

// From this share of the best rate on, the rate of a copy is that of the link (README, How accurate
// it is).
#define LW_IMPORT_PLATEAU 0.9
// How far the model may be from the rate of a card that nobody measured: the worst over PCIe 4.0 is
// 17 % (README, before rates). Links differ by factors of two, so that this tells them apart.
#define LW_IMPORT_APART 0.20

// A text as a measured table, named `name` in messages.
lw_status lw_judge_text(const lw_judging *judging, const char *name, const lw_text *text, lw_measured **out) LW_CHECKED;
// A series as a measured table, on a machine that is as it should be. LW_BAD_INPUT, told at its
// point, where a rate is above what the wires of the link carry.
lw_status lw_judge_table(const lw_judging *judging, const lw_import *file, const lw_series *series,
                         const lw_import_machine *machine, lw_measured **out) LW_CHECKED;
// What the wires of a link carry in the faster direction, line code off, GB/s; 0: no such link.
lw_status lw_judge_bound(const lw_measured *table, const char *link, double *out_GBps) LW_CHECKED;
// One sentence for whoever bought the machine: is this normal, and if not, what does it look like?
// row: of the series' table.
lw_status lw_judge(const lw_judging *judging, const lw_import *file, const lw_series *series, const lw_import_machine *machine,
                   lw_validation *row) LW_CHECKED;

// The links that one number fits, for a rate such as "24 GB/s h2d". on: NULL or names as of
// lw_import_on_parse. LW_BAD_USAGE for a rate that is none; LW_CHECK_FAILED (and the text) where no
// link carries it.
lw_status lw_judge_rate(const lw_judging *judging, const char *rate, const char *on, lw_text *out) LW_CHECKED;

#endif
