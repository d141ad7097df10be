// SPDX-License-Identifier: GPL-3.0-or-later
// Cards of models of which no more is told than how much they weigh and compute: convolutions, or
// anything else that is trained. A type of the section `models`.
#ifndef LW_NETWORK_H
#define LW_NETWORK_H

#include "sim/config/object.h"

typedef struct lw_network {
    double parameters, trained;  // LW_AUTO's NaN: all of them are trained
    double forward_FLOP;         // of a sample, forward
    int64_t layers;              // alike
    double between_bytes;        // of a sample, from one layer to the next
} lw_network;

extern const lw_type lw_network_type;

#endif
