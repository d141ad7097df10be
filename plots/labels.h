// SPDX-License-Identifier: GPL-3.0-or-later
// Labels in a column that must not touch.
#ifndef LW_LABELS_H
#define LW_LABELS_H

#include <stddef.h>

typedef struct lw_label {
    double wanted;  // where its middle would like to be
    double height;  // including the gap to the next
    double middle;  // where it is put
} lw_label;

// Place count labels between low and high: as near as possible to where they want to be (least
// squares), in the same order, none overlapping. Sorts the labels by `wanted` (stable). When they
// do not fit all heights shrink alike, and the call returns the factor (1 when they fit): the
// caller should then show fewer or smaller ones.
double lw_labels_place(lw_label **labels, size_t count, double low, double high);

#endif
