// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/labels.h"

#include <math.h>

static void sort_by_wanted(lw_label **labels, size_t count) {
    for (size_t i = 1; i < count; i++) {
        lw_label *moving = labels[i];
        size_t at = i;
        while (at > 0 && labels[at - 1]->wanted > moving->wanted) {
            labels[at] = labels[at - 1];
            at--;
        }
        labels[at] = moving;
    }
}

// Stack labels first..last with their common centre where the sum of squared moves is least, inside
// [low, high].
static void stack(lw_label **labels, size_t first, size_t last, double factor, double low, double high) {
    double height = 0.0;
    double shift = 0.0;  // sum of (wanted middle - middle if the stack began at 0)
    for (size_t i = first; i <= last; i++) {
        double own = labels[i]->height * factor;
        shift += labels[i]->wanted - (height + own / 2);
        height += own;
    }
    double top = shift / (double)(last - first + 1);
    top = fmax(low, fmin(top, high - height));
    for (size_t i = first; i <= last; i++) {
        double own = labels[i]->height * factor;
        labels[i]->middle = top + own / 2;
        top += own;
    }
}

double lw_labels_place(lw_label **labels, size_t count, double low, double high) {
    double total = 0.0;
    for (size_t i = 0; i < count; i++) {
        total += labels[i]->height;
    }
    double factor = total > high - low ? (high - low) / total : 1.0;
    sort_by_wanted(labels, count);
    // Pool adjacent violators: a label that would overlap the stack before it joins that stack,
    // until nothing overlaps.
    for (size_t i = 0; i < count; i++) {
        size_t first = i;
        stack(labels, first, i, factor, low, high);
        while (first > 0) {
            double gap = (labels[first]->middle - labels[first - 1]->middle) -
                         factor * (labels[first]->height + labels[first - 1]->height) / 2;
            if (gap >= -1e-9) {
                break;
            }
            // The stack before ends where its neighbours touch.
            first--;
            while (first > 0 && (labels[first]->middle - labels[first - 1]->middle) -
                                        factor * (labels[first]->height + labels[first - 1]->height) / 2 <
                                    1e-9) {
                first--;
            }
            stack(labels, first, i, factor, low, high);
        }
    }
    return factor;
}
