// SPDX-License-Identifier: GPL-3.0-or-later
// Axis scales and their ticks: linear, decimal logarithm, and sizes in powers of two.
#ifndef LW_SCALE_H
#define LW_SCALE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum lw_scale_kind { LW_SCALE_LINEAR, LW_SCALE_LOG, LW_SCALE_BYTES } lw_scale_kind;

typedef struct lw_scale {
    lw_scale_kind kind;
    double low, high;      // of the data, low < high; > 0 unless linear
    double start, finish;  // where low and high lie on the page
} lw_scale;

// A scale that covers [low, high] with round ends: a linear one includes 0 and ends at a tick; a
// logarithmic one ends at 1, 2 or 5 times a power of ten; one of sizes at powers of two. Equal or
// reversed ends are widened. Values must be finite, and > 0 unless linear.
lw_scale lw_scale_fit(lw_scale_kind kind, double low, double high, double start, double finish);
// position on the page; values outside lie outside
double lw_scale_at(const lw_scale *scale, double value);

enum { LW_TICKS_MAX = 160, LW_TICK_TEXT = 40 };
typedef struct lw_tick {
    double value;
    bool major;
    char text[LW_TICK_TEXT];  // of a major tick; "" for a minor one
} lw_tick;
typedef struct lw_ticks {
    lw_tick tick[LW_TICKS_MAX];
    size_t count;
} lw_ticks;

// value with at most so many significant digits, trimmed: 0.0123, 57.8, 1000, then 1.5×10⁶. A point
// whatever the locale. Writes into text of LW_TICK_TEXT bytes. value must be finite.
void lw_number_short(double value, int digits, char *text);

// The same without trimming: 29.0, 0.500.
void lw_number_digits(double value, int digits, char *text);
// value with exactly so many decimals, for columns; |value| < 1e15.
void lw_number_fixed(double value, int decimals, char *text);

// How a number reads beside its tick; writes into text of LW_TICK_TEXT bytes.
typedef void (*lw_tick_writer)(double value, char *text);
void lw_tick_plain(double value, char *text);    // 0.001, 50, 1000, then 10⁶, 2×10⁶
void lw_tick_bytes(double value, char *text);    // 64, 16 Ki, 4 Mi, 1 Gi
void lw_tick_size(double value, char *text);     // 64 B, 16 KiB: with the unit, for running text
void lw_tick_seconds(double value, char *text);  // 0, 500 ns, 10 µs, 2 ms, 1 s
void lw_tick_metres(double value, char *text);   // 500 mm, 10 m, 2 km, 78 Mm, 225 Gm

void lw_seconds_digits(double value, char *text);  // the same with three digits always: 2.70 µs
void lw_rate_digits(double value, char *text);     // of GB/s: 14.8 GB/s, 623 kB/s

// Ticks for a scale whose labels need `label` units of the page each, the space between them
// included; 2 to 9 majors, and never closer than that where the page has room for two. Linear:
// steps of 1-2-5. Logarithmic: 1-2-5 below three decades if they fit, else decades with minors at
// 2..9, else every 2nd, 5th, ... decade; where only one value is round, steps of 1-2-5. Sizes: every power of two, or every 2nd,
// 4th, 8th, ... .
void lw_scale_ticks(const lw_scale *scale, double label, lw_tick_writer write, lw_ticks *out);

#endif
