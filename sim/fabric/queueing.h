// SPDX-License-Identifier: GPL-3.0-or-later
// Waits by formula, as a yardstick of those that were simulated.
#ifndef LW_QUEUEING_H
#define LW_QUEUEING_H

#include "sim/fabric/built.h"

// The mean wait, in picoseconds, of packets or reads that come at random times to one queue with one
// service time each, M/D/1: load rho makes it rho / (2 (1 - rho)) of the service (Pollaczek 1930, Khinchine 1932;
// Kleinrock, Queueing Systems 1, 5.6). The queue is that of the slowest server of the route. 0 where
// it does not apply: other arrivals, others on that server, members of one workload among them, packets
// that one read brings several of, or a load that is not below 1.
double lw_md1_wait_ps(const lw_built *built, size_t workload);

#endif
