// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/fraction.h"

#include <assert.h>
#include <math.h>

static lw_int128 magnitude(lw_int128 a) {
    return a < 0 ? -a : a;
}

lw_int128 lw_common_divisor(lw_int128 a, lw_int128 b) {
    while (b != 0 && (a > INT64_MAX || b > INT64_MAX)) {
        lw_int128 rest = a % b;
        a = b;
        b = rest;
    }
    if (b == 0) {
        return a;
    }
    // Most are small, where a division takes a tenth of the time.
    int64_t c = (int64_t)a, d = (int64_t)b;
    while (d != 0) {
        int64_t rest = c % d;
        c = d;
        d = rest;
    }
    return c;
}

bool lw_fraction_reduce(lw_int128 num, lw_int128 den, lw_fraction *out) {
    lw_int128 divisor = lw_common_divisor(magnitude(num), magnitude(den));
    if (den < 0) {
        divisor = -divisor;
    }
    if (divisor != 1) {
        num /= divisor;
        den /= divisor;
    }
    if (num < INT64_MIN || num > INT64_MAX || den > INT64_MAX) {
        return false;
    }
    *out = (lw_fraction){(int64_t)num, (int64_t)den};
    return true;
}

lw_fraction lw_fraction_of(int64_t num, int64_t den) {
    assert(den != 0);
    lw_fraction out = {0, 1};
    bool fits = lw_fraction_reduce(num, den, &out);
    assert(fits);
    (void)fits;
    return out;
}

bool lw_fraction_multiply(lw_fraction a, lw_fraction b, lw_fraction *out) {
    return lw_fraction_reduce((lw_int128)a.num * b.num, (lw_int128)a.den * b.den, out);
}

bool lw_fraction_divide(lw_fraction a, lw_fraction b, lw_fraction *out) {
    return b.num != 0 && lw_fraction_reduce((lw_int128)a.num * b.den, (lw_int128)a.den * b.num, out);
}

bool lw_fraction_add(lw_fraction a, lw_fraction b, lw_fraction *out) {
    return lw_fraction_reduce((lw_int128)a.num * b.den + (lw_int128)b.num * a.den, (lw_int128)a.den * b.den, out);
}

bool lw_fraction_subtract(lw_fraction a, lw_fraction b, lw_fraction *out) {
    return lw_fraction_reduce((lw_int128)a.num * b.den - (lw_int128)b.num * a.den, (lw_int128)a.den * b.den, out);
}

int lw_fraction_compare(lw_fraction a, lw_fraction b) {
    lw_int128 left = (lw_int128)a.num * b.den, right = (lw_int128)b.num * a.den;
    return (left > right) - (left < right);
}

// Correctly rounded: a quotient of at least 63 bits whose last bit stands for all bits below it
// rounds as the exact one would.
double lw_fraction_value(lw_fraction a) {
    if (a.num == 0) {
        return 0.0;
    }
    const int64_t exact = INT64_C(1) << 53;  // of doubles: the division rounds once
    if (a.num <= exact && a.num >= -exact && a.den <= exact) {
        return (double)a.num / (double)a.den;
    }
    lw_int128 num = magnitude(a.num);
    int shift = 0;
    while (num >> 125 == 0) {
        num <<= 1;
        shift++;
    }
    lw_int128 quotient = num / a.den;
    if (num % a.den != 0) {
        quotient |= 1;
    }
    double value = ldexp((double)quotient, -shift);
    return a.num < 0 ? -value : value;
}

// Continued fraction of the exact value num / den of the double (A. Ya. Khinchin, Continued
// Fractions, sections 2 and 6): the nearest fraction is the last convergent whose denominator fits
// or the last intermediate fraction after it. error is |num * k - h * den|, which makes the
// comparison of the two exact and never leaves den.
lw_fraction lw_fraction_near(double value, int64_t max_den) {
    assert(isfinite(value) && fabs(value) < 0x1p62 && max_den >= 1);
    int exponent;
    double mantissa = frexp(fabs(value), &exponent);
    if (exponent < -63) {  // nearer to 0 than to 1 / max_den
        return (lw_fraction){0, 1};
    }
    lw_int128 num = (lw_int128)ldexp(mantissa, 53), den = 1;
    exponent -= 53;
    if (exponent >= 0) {
        num <<= exponent;
    } else {
        den <<= -exponent;  // at most 2^116
    }

    lw_int128 h[2] = {0, 1}, k[2] = {1, 0}, error[2] = {num, den};
    while (error[1] != 0) {
        lw_int128 step = error[0] / error[1];
        if (step * k[1] + k[0] > max_den) {
            lw_int128 part = (max_den - k[0]) / k[1];
            lw_int128 between_k = part * k[1] + k[0], between_error = error[0] - part * error[1];
            if (between_error * k[1] < error[1] * between_k) {
                h[1] = part * h[1] + h[0];
                k[1] = between_k;
            }
            break;
        }
        lw_int128 next_h = step * h[1] + h[0], next_k = step * k[1] + k[0], next_error = error[0] - step * error[1];
        h[0] = h[1], k[0] = k[1], error[0] = error[1];
        h[1] = next_h, k[1] = next_k, error[1] = next_error;
    }
    return (lw_fraction){(int64_t)(value < 0 ? -h[1] : h[1]), (int64_t)k[1]};
}
