// SPDX-License-Identifier: GPL-3.0-or-later
// How many devices a standard lets the switches of one fabric join.
#ifndef LW_SWITCH_LIMITS_H
#define LW_SWITCH_LIMITS_H

#include <stdint.h>

typedef struct lw_switch_limits {
    // devices that the switches can tell apart; 0: no limit is known
    int64_t ids_max;
    // hosts that may have part of one device behind switches; 0: no limit is known
    int64_t hosts_max;
    // the option of the family that lifts hosts_max, and its value; NULL: none does
    const char *hosts_key, *hosts_word;
} lw_switch_limits;

#endif
