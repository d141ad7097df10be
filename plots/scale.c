// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/scale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAJORS_MAX = 9, MINORS_MAX = 64 };

// The largest of 1, 2, 5 times a power of ten that is <= value; value > 0.
static double round_down_125(double value) {
    double power = pow(10.0, floor(log10(value)));
    double digit = value / power * (1.0 + 1e-12);
    return power * (digit >= 10.0 ? 10.0 : digit >= 5.0 ? 5.0 : digit >= 2.0 ? 2.0 : 1.0);
}

static double round_up_125(double value) {
    double power = pow(10.0, floor(log10(value)));
    double digit = value / power * (1.0 - 1e-12);
    return power * (digit <= 1.0 ? 1.0 : digit <= 2.0 ? 2.0 : digit <= 5.0 ? 5.0 : 10.0);
}

// Heckbert, "Nice numbers for graph labels", Graphics Gems I (1990): a step that gives about
// `wanted` ticks.
static double nice_step(double span, double wanted) {
    return round_up_125(span / wanted * 0.999);
}

lw_scale lw_scale_fit(lw_scale_kind kind, double low, double high, double start, double finish) {
    lw_scale scale = {.kind = kind, .start = start, .finish = finish};
    if (high < low) {
        double swap = low;
        low = high;
        high = swap;
    }
    switch (kind) {
    case LW_SCALE_LINEAR:
        low = fmin(low, 0.0);
        high = fmax(high, 0.0);
        if (high <= low) {
            high = 1.0;
        }
        double step = nice_step(high - low, 6.0);
        scale.low = floor(low / step + 1e-9) * step;
        scale.high = ceil(high / step - 1e-9) * step;
        break;
    case LW_SCALE_LOG:
        scale.low = round_down_125(low);
        scale.high = round_up_125(high);
        if (scale.high < scale.low * 1.5) {
            scale.low /= 10.0;
            scale.high *= 10.0;
        }
        break;
    case LW_SCALE_BYTES:
        scale.low = exp2(floor(log2(low)));
        scale.high = exp2(ceil(log2(high)));
        if (scale.high <= scale.low) {
            scale.low /= 2.0;
            scale.high *= 2.0;
        }
        break;
    }
    return scale;
}

double lw_scale_at(const lw_scale *scale, double value) {
    double share = scale->kind == LW_SCALE_LINEAR ? (value - scale->low) / (scale->high - scale->low)
                                                  : (log(value) - log(scale->low)) / (log(scale->high) - log(scale->low));
    return scale->start + share * (scale->finish - scale->start);
}

// ---- Number text ----

void lw_number_fixed(double value, int decimals, char *text) {
    snprintf(text, LW_TICK_TEXT, "%.*f", decimals, value);
    for (char *at = text; *at != '\0'; at++) {
        if (*at != '-' && (*at < '0' || *at > '9')) {
            *at = '.';  // whatever the locale puts there
        }
    }
}

static void trim_zeros(char *text) {
    size_t length = strlen(text);
    if (strchr(text, '.') == NULL) {
        return;
    }
    while (text[length - 1] == '0') {
        text[--length] = '\0';
    }
    if (text[length - 1] == '.') {
        text[length - 1] = '\0';
    }
}

// At most four characters of three bytes.
static void print_superscript(int exponent, char text[LW_TICK_TEXT / 2]) {
    static const char *const digit[10] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                          "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    int size = abs(exponent);
    snprintf(text, LW_TICK_TEXT / 2, "%s%s%s%s", exponent < 0 ? "\u207B" : "", size >= 100 ? digit[size / 100 % 10] : "",
             size >= 10 ? digit[size / 10 % 10] : "", digit[size % 10]);
}

static void print_digits(double value, int digits, bool trim, char *text) {
    double size = fabs(value);
    if (size == 0.0) {
        snprintf(text, LW_TICK_TEXT, "0");
        return;
    }
    int exponent = (int)floor(log10(size) + 1e-12);
    if (exponent >= -4 && exponent <= 4) {
        int decimals = digits - 1 - exponent;
        lw_number_fixed(value, decimals > 0 ? decimals : 0, text);
        if (trim) {
            trim_zeros(text);
        }
        return;
    }
    // Dividing twice keeps 10^-308 and its like finite.
    int half = exponent / 2;
    double mantissa = value / pow(10.0, half) / pow(10.0, exponent - half);
    char front[LW_TICK_TEXT];
    lw_number_fixed(mantissa, digits - 1, front);
    trim_zeros(front);
    bool one = strcmp(front, "1") == 0;
    char power[LW_TICK_TEXT / 2];
    print_superscript(exponent, power);
    snprintf(text, LW_TICK_TEXT, "%.10s%s10%.20s", one ? "" : front, one ? "" : "\u00D7", power);
}

void lw_number_short(double value, int digits, char *text) {
    print_digits(value, digits, true, text);
}

void lw_number_digits(double value, int digits, char *text) {
    print_digits(value, digits, false, text);
}

void lw_tick_plain(double value, char *text) {
    lw_number_short(value, 3, text);
}

void lw_tick_bytes(double value, char *text) {
    static const char *const prefix[] = {"", " Ki", " Mi", " Gi", " Ti", " Pi", " Ei"};
    size_t index = 0;
    while (value >= 1024.0 && index + 1 < sizeof prefix / sizeof prefix[0]) {
        value /= 1024.0;
        index++;
    }
    char number[LW_TICK_TEXT];
    lw_number_short(value, 3, number);
    snprintf(text, LW_TICK_TEXT, "%.18s%s", number, prefix[index]);
}

void lw_tick_size(double value, char *text) {
    char number[LW_TICK_TEXT];
    lw_tick_bytes(value, number);
    snprintf(text, LW_TICK_TEXT, "%.30s%sB", number, strchr(number, ' ') == NULL ? " " : "");
}

typedef struct unit {
    double in_base;
    const char *name;
} unit;

static const unit seconds[] = {{1.0, "s"}, {1e-3, "ms"}, {1e-6, "\u00B5s"}, {1e-9, "ns"}, {1e-12, "ps"}, {0, NULL}};
static const unit metres[] = {{1e9, "Gm"}, {1e6, "Mm"}, {1e3, "km"}, {1.0, "m"}, {1e-3, "mm"}, {1e-6, "\u00B5m"}, {0, NULL}};

static const unit rates[] = {{1.0, "GB/s"}, {1e-3, "MB/s"}, {1e-6, "kB/s"}, {1e-9, "B/s"}, {0, NULL}};

// In the largest unit that leaves a whole part, or in the smallest. Nothing is 0 in every unit.
static void print_in(const unit *units, double value, bool trim, char *text) {
    if (value == 0.0) {
        snprintf(text, LW_TICK_TEXT, "0");
        return;
    }
    const unit *chosen = units;
    double size = fabs(value);
    while (chosen[1].name != NULL && size < chosen->in_base * (1.0 - 1e-9)) {
        chosen++;
    }
    char number[LW_TICK_TEXT];
    print_digits(value / chosen->in_base, 3, trim, number);
    snprintf(text, LW_TICK_TEXT, "%.18s %s", number, chosen->name);
}

void lw_tick_seconds(double value, char *text) {
    print_in(seconds, value, true, text);
}

void lw_seconds_digits(double value, char *text) {
    print_in(seconds, value, false, text);
}

void lw_rate_digits(double value, char *text) {
    print_in(rates, value, false, text);
}

void lw_tick_metres(double value, char *text) {
    print_in(metres, value, true, text);
}

// ---- Ticks ----

static void add_tick(lw_ticks *out, double value, bool major, lw_tick_writer write) {
    if (out->count < LW_TICKS_MAX) {
        lw_tick *tick = &out->tick[out->count++];
        *tick = (lw_tick){.value = value, .major = major};
        if (major) {
            write(value, tick->text);
        }
    }
}

static bool inside(const lw_scale *scale, double value) {
    double slack = scale->kind == LW_SCALE_LINEAR ? 1e-9 * (scale->high - scale->low) : 1e-9 * value;
    return value >= scale->low - slack && value <= scale->high + slack;
}

// Are labels far enough apart when neighbours lie this share of the axis from each other, and few
// enough?
static bool legible(const lw_scale *scale, double share, double label) {
    return share * (MAJORS_MAX - 1) >= 1.0 - 1e-9 && share * fabs(scale->finish - scale->start) >= label;
}

static void linear_ticks(const lw_scale *scale, double label, lw_tick_writer write, lw_ticks *out) {
    double span = scale->high - scale->low;
    double step = nice_step(span, 6.0);
    while (step < span && !legible(scale, step / span, label)) {
        step = round_up_125(step * 1.5);
    }
    double first = ceil(scale->low / step - 1e-9);
    for (int i = 0; inside(scale, (first + i) * step); i++) {
        add_tick(out, (first + i) * step, true, write);
    }
}

static void log_ticks(const lw_scale *scale, double label, lw_tick_writer write, lw_ticks *out) {
    int first = (int)floor(log10(scale->low) + 1e-9);
    int last = (int)ceil(log10(scale->high) - 1e-9);
    double decades = log10(scale->high) - log10(scale->low);
    // 1-2-5 needs room in its narrowest gap, log10(2) of a decade.
    bool fine = decades < 3.0 && fabs(scale->finish - scale->start) * log10(2.0) / decades >= label;
    static const int strides[] = {1, 2, 5, 10, 20, 50, 100, 200};
    size_t at = 0;
    while (at + 1 < sizeof strides / sizeof strides[0] && !legible(scale, strides[at] / decades, label)) {
        at++;
    }
    for (int decade = first; decade <= last; decade++) {
        double power = pow(10.0, decade);
        for (int digit = 1; digit <= 9 && (strides[at] == 1 || digit == 1); digit++) {
            bool major = digit == 1 ? fine || decade % strides[at] == 0 : fine && (digit == 2 || digit == 5);
            if (inside(scale, digit * power)) {
                add_tick(out, digit * power, major, write);
            }
        }
    }
}

static size_t count_majors(const lw_ticks *ticks) {
    size_t majors = 0;
    for (size_t i = 0; i < ticks->count; i++) {
        majors += ticks->tick[i].major ? 1 : 0;
    }
    return majors;
}

// A short logarithmic scale may have a single round value, and then has as many as a linear one.
static void narrow_ticks(const lw_scale *scale, double label, lw_tick_writer write, lw_ticks *out) {
    static const double narrow = 10.0;  // times its low end: longer ones have two powers of ten
    if (count_majors(out) >= 2 || scale->high > narrow * scale->low) {
        return;
    }
    const double span = scale->high - scale->low;
    const double length = log(scale->high / scale->low);
    double step = nice_step(span, 6.0);
    // the gap at the top is the narrowest
    while (step < span && !legible(scale, -log1p(-step / scale->high) / length, label)) {
        step = round_up_125(step * 1.5);
    }
    out->count = 0;
    const double first = ceil(scale->low / step - 1e-9);
    for (int i = 0; inside(scale, (first + i) * step); i++) {
        add_tick(out, (first + i) * step, true, write);
    }
}

// Where that fails too, label its ends instead.
static void label_ends(const lw_scale *scale, lw_tick_writer write, lw_ticks *out) {
    if (count_majors(out) >= 2) {
        return;
    }
    out->count = 0;
    add_tick(out, scale->low, true, write);
    add_tick(out, scale->high, true, write);
}

static void byte_ticks(const lw_scale *scale, double label, lw_tick_writer write, lw_ticks *out) {
    int first = (int)lround(log2(scale->low));
    int last = (int)lround(log2(scale->high));
    int stride = 1;
    while (stride < last - first && !legible(scale, (double)stride / (last - first), label)) {
        stride *= 2;
    }
    // one that ends the axis with a label
    for (int wider = stride; wider < 2 * stride && first % 2 == 0; wider += 2) {
        if ((last - first) % wider == 0) {
            stride = wider;
            break;
        }
    }
    // Even powers read better (4 Ki, 16 Ki, 64 Ki) than odd ones.
    int origin = stride > 1 && first % 2 != 0 ? first + 1 : first;
    for (int power = first; power <= last; power++) {
        bool major = power >= origin && (power - origin) % stride == 0;
        if (major || last - first < MINORS_MAX) {
            add_tick(out, ldexp(1.0, power), major, write);
        }
    }
}

void lw_scale_ticks(const lw_scale *scale, double label, lw_tick_writer write, lw_ticks *out) {
    out->count = 0;
    switch (scale->kind) {
    case LW_SCALE_LINEAR:
        linear_ticks(scale, label, write, out);
        break;
    case LW_SCALE_LOG:
        log_ticks(scale, label, write, out);
        narrow_ticks(scale, label, write, out);
        break;
    case LW_SCALE_BYTES:
        byte_ticks(scale, label, write, out);
        break;
    }
    label_ends(scale, write, out);
}
