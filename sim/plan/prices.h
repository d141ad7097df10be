// SPDX-License-Identifier: GPL-3.0-or-later
// Prices: how old they are, and the user's own instead of the catalogue's.
#ifndef LW_PRICES_H
#define LW_PRICES_H

#include "sim/plan/plan.h"

// Take prices of a map, {rtx-3090-used: 650 USD, cloud-h100: 2.1 USD/h}, for those of the items.
lw_status lw_prices_take(const lw_yaml *prices, lw_item *item, size_t count, lw_diags *diags) LW_CHECKED;

#endif
