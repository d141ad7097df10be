// SPDX-License-Identifier: GPL-3.0-or-later
// Where the boxes of a topology stand. Roots are in the first column, each further column is one
// link away from them, and a box is as tall as all that hangs on it, so that lines between columns
// run level. Nodes of one depth that form a mesh or a ring of three or more are drawn a second
// time, as discs on a circle beside the columns.
#ifndef LW_TOPOLOGY_LAYOUT_H
#define LW_TOPOLOGY_LAYOUT_H

#include "plots/font_metrics.h"
#include "sim/result/topology.h"

enum { LW_TOPOLOGY_LINES = 3 };

typedef struct lw_topology_box {
    bool shown;  // in a column; false for a node that is on a circle only
    double left, top, width, height;
    const char *name;  // "gpus[0]", "gpus x72"
    const char *line[LW_TOPOLOGY_LINES];
    size_t line_count;
} lw_topology_box;

// Discs on a circle and the links between them; or, for links inside one node, a picture of their
// pattern.
typedef struct lw_topology_circle {
    const uint32_t *node;  // in order around the circle, from the top, clockwise
    uint32_t count;
    uint32_t inside;  // the link inside a node; LW_TOPOLOGY_NONE for discs
    double x, y, radius;
    double text_top, text_width;  // of the lines below that say what the links are
    double name_width;
} lw_topology_circle;

typedef struct lw_topology_layout {
    lw_topology_box *box;  // one a node
    uint32_t columns;
    double *column_left, *column_width;
    lw_topology_circle *circle;
    uint32_t circle_count;
    double width, height;
} lw_topology_layout;

// What stands beside a line: "8 x PCIe 5.0 x16" and "63 GB/s", for all links of a key between two
// columns at once.
#define LW_TOPOLOGY_DISC 13.0       // radius of a disc
#define LW_TOPOLOGY_TEXT_LINE 15.0  // height of a line below a circle

// The link is drawn with a label: it is the first of its key between these columns, or on this
// circle.
bool lw_topology_is_first(const lw_topology *topology, uint32_t link);
// "8 x PCIe 5.0 x16" for that key; NULL when out of memory.
const char *lw_topology_label(const lw_topology *topology, uint32_t link, lw_arena *arena);
// "63 GB/s", "26.5 and 14.7 GB/s" when the directions differ; NULL when out of memory.
const char *lw_topology_rate(const lw_topology_link *link, lw_arena *arena);
// What the discs of a circle are: "gpus"; "" when they are of several groups; NULL when out of
// memory.
const char *lw_topology_circle_name(const lw_topology *topology, const lw_topology_layout *layout, uint32_t circle,
                                    lw_arena *arena);
// Do the ends of a link lie at the same depth?
bool lw_topology_is_level(const lw_topology *topology, const lw_topology_link *link);
// The circle that shows a link; LW_TOPOLOGY_NONE for one between columns or between two neighbours.
uint32_t lw_topology_circle_of(const lw_topology *topology, const lw_topology_layout *layout, uint32_t link);

lw_status lw_topology_lay_out(const lw_topology *topology, const lw_font_metrics *metrics, lw_arena *arena,
                              lw_topology_layout *out) LW_CHECKED;

#endif
