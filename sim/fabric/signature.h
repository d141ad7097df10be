// SPDX-License-Identifier: GPL-3.0-or-later
// One number for all that the result of a workload depends on, to find out whether an option has an
// effect.
#ifndef LW_SIGNATURE_H
#define LW_SIGNATURE_H

#include "sim/fabric/built.h"

// A number that differs, but for one case in 10^19, where anything differs that the result of the
// workload depends on: its tasks and flows, and of the servers on their paths what packets of these
// kinds meet.
uint64_t lw_fabric_signature(const lw_built *built, size_t workload) LW_CHECKED;
// The same of its first move alone, which a sketch of the beginning has: where it differs, so does the
// whole. 0: of the beginning nothing can be said.
uint64_t lw_beginning_signature(const lw_built *built, size_t workload) LW_CHECKED;
// The same of how uncertain the links of its routes are, which may take long to find out.
uint64_t lw_band_signature(const lw_built *built, size_t workload) LW_CHECKED;

#endif
