// SPDX-License-Identifier: GPL-3.0-or-later
// Dates as sources have them: a day, a month or a year.
#ifndef LW_DATE_H
#define LW_DATE_H

#include <stdbool.h>
#include <stdint.h>

// The last day that a date can mean ("2026-07-03", "2026-07", "2026"), in days since 1970-01-01; false: it is none.
bool lw_date_day(const char *date, int64_t *out);

#endif
