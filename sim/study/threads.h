// SPDX-License-Identifier: GPL-3.0-or-later
// How many threads a loop over points takes.
#ifndef LW_STUDY_THREADS_H
#define LW_STUDY_THREADS_H

#include <omp.h>

#include <stddef.h>

// threads as the user wishes, 0 or less: one a core; never more than items, as those that get none
// still spin at the end of the loop, on a core that others could use.
static inline int lw_threads_for(int threads, size_t items) {
    const int most = threads > 0 ? threads : omp_get_max_threads();
    return items < (size_t)most ? (items > 0 ? (int)items : 1) : most;
}

#endif
