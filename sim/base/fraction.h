// SPDX-License-Identifier: GPL-3.0-or-later
// Exact fractions of 64-bit integers: rates and shares keep every digit that the standards give.
#ifndef LW_FRACTION_H
#define LW_FRACTION_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef __int128 lw_int128;

// num / den with den > 0, always reduced. {0, 1} is zero.
typedef struct lw_fraction {
    int64_t num;
    int64_t den;
} lw_fraction;

// The greatest common divisor of two numbers >= 0; that of 0 and a is a.
lw_int128 lw_common_divisor(lw_int128 a, lw_int128 b);

// Reduced num / den; den must not be 0, and the result must fit (INT64_MIN / -1 does not).
lw_fraction lw_fraction_of(int64_t num, int64_t den);
// Reduced num / den from 128 bits, both within +-(2^127 - 1), den not 0. False (and *out untouched)
// when it does not fit.
bool lw_fraction_reduce(lw_int128 num, lw_int128 den, lw_fraction *out);
// False (and *out untouched) when the exact result does not fit.
bool lw_fraction_multiply(lw_fraction a, lw_fraction b, lw_fraction *out);
bool lw_fraction_divide(lw_fraction a, lw_fraction b, lw_fraction *out);
bool lw_fraction_add(lw_fraction a, lw_fraction b, lw_fraction *out);
bool lw_fraction_subtract(lw_fraction a, lw_fraction b, lw_fraction *out);
int lw_fraction_compare(lw_fraction a, lw_fraction b);  // -1, 0, 1
double lw_fraction_value(lw_fraction a);
// The nearest fraction to value with a denominator of at most max_den (continued fractions); value
// finite, |value| < 2^62.
lw_fraction lw_fraction_near(double value, int64_t max_den);

#endif
