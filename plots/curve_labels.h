// SPDX-License-Identifier: GPL-3.0-or-later
// The names of the lines of a chart of curves: in a column at the right, or beside the ends of lines
// that end inside the plot.
#ifndef LW_CURVE_LABELS_H
#define LW_CURVE_LABELS_H

#include "plots/callouts.h"
#include "plots/curve_lines.h"
#include "plots/labels.h"

#define LW_LABEL_GAP 24.0  // from the plot's right edge to the labels: room for leaders

// Names of the lines and how wide they are in all panels.
lw_status lw_labels_measure(lw_curves *l) LW_CHECKED;

// In the column at the right. Returns how much the labels would have to shrink: 1 when they fit.
double lw_labels_at_right(const lw_curves *l, const lw_panel_lines *lines, lw_label labels[LW_LINES_MAX]);
// With a leader where the line does not lead there.
void lw_label_draw_at_right(const lw_curves *l, const lw_line *line, const lw_label *label);

// Curves that end inside the plot have their labels there, if all of them have room near their
// ends.
lw_status lw_labels_beside(const lw_curves *l, const lw_panel *panel, const lw_panel_lines *lines,
                           lw_callout callout[LW_LINES_MAX], bool *placed) LW_CHECKED;
void lw_label_draw_beside(const lw_curves *l, const lw_line *line, const lw_callout *callout);

#endif
