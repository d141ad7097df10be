// SPDX-License-Identifier: GPL-3.0-or-later
// How the lines, bars and marks of a chart are called, and how they look.
#ifndef LW_SERIES_NAMES_H
#define LW_SERIES_NAMES_H

#include <string.h>

#include "plots/chart_data.h"

// Bars and marks have their names beside them, so there may be more of them than of lines.
static inline bool lw_has_named_marks(const lw_chart_request *request) {
    return request->kind == LW_CHART_WATERFALL || request->kind == LW_CHART_PLANE;
}

// Of what a chart shows of one point. A mark on the plane is as much a time as a rate.
static inline lw_evidence lw_evidence_shown(const lw_chart_request *request, const lw_stage_result *stage) {
    const lw_evidence of_rate = lw_evidence_weaker(stage->evidence, stage->guest_evidence);
    return request->kind == LW_CHART_PLANE ? lw_evidence_weaker(of_rate, stage->latency_evidence) : of_rate;
}

static inline bool lw_is_given(const char *text) {
    return text != NULL && text[0] != '\0';
}

// "bytes" of "workloads.upload.bytes".
static inline const char *lw_path_end(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot == NULL ? path : dot + 1;
}

// "16 nics" of "nodes.nics.count", "chunks 4" of "workloads.sum.chunks". NULL when out of memory.
const char *lw_path_value(lw_arena *arena, const char *path, const char *text);

// Names and looks of all series and curves of data, which are collected. series_path tells the
// series apart; is_number: its values are numbers, which need its last part to be understood.
lw_status lw_series_give_names(const lw_chart_request *request, const char *series_path, bool is_number, lw_arena *arena,
                               lw_chart_data *data) LW_CHECKED;

// How much of the beginning of texts says nothing: whole words ("rtx-pro-6000 virtualisation=") that
// all of them share and that no number needs: after "vapour=" it stays. 0 where all are the same.
size_t lw_shared_words(const char *const *text, size_t count);

// "vapour=22 g/m3" and "tx_port 5 ns" as people write it. NULL when out of memory.
const char *lw_readable(lw_arena *arena, const char *name);

// Marks of all measured tables of data, whose series have looks: that of the series, and of tables
// in one colour each another, as long as there are shapes. A table that is shown in two panels has
// one mark, and so do two of one source that a reader sees as one.
void lw_series_give_marks(lw_chart_data *data);

#endif
