// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/quantity.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// ---- Dimensions and units ----

typedef struct dimension_texts {
    const char *name, *units, *example;
    const char *bare, *is_one, *unknown, *wanted;  // parts of diagnostics
} dimension_texts;

#define DIMENSION(name, units, example)                                                                            \
    {                                                                                                              \
        name, units, example, "a bare number needs a unit", "the unit makes it " name,                             \
            "not a unit of " name " (upper and lower case count)", "write " name " in " units ", such as " example \
    }

static const dimension_texts dimensions[LW_DIMENSION_COUNT] = {
    [LW_PLAIN] = {"a number", "no unit, or %", "0.1", NULL, "it is a percentage", "a unit is not wanted here",
                  "write a bare number such as 0.1, or a percentage such as 10 %"},
    [LW_BYTES] = DIMENSION("a size", "B, kB, MB, GB, TB, PB, EB, KiB, MiB, GiB, TiB, PiB or EiB", "1 MiB"),
    [LW_TIME] = DIMENSION("a time", "ps, ns, us, ms, s, min, h or d", "25 us"),
    [LW_RATE] = DIMENSION("a rate", "B/s, kB/s, MB/s, GB/s, TB/s, KiB/s, MiB/s, GiB/s, TiB/s, bit/s, kb/s, Mb/s, Gb/s or Tb/s",
                          "25 GB/s"),
    [LW_TRANSFERS] = DIMENSION("a transfer rate", "MT/s or GT/s", "16 GT/s"),
    [LW_LENGTH] = DIMENSION("a length", "mm, cm, m or km", "0.5 m"),
    [LW_FREQUENCY] = DIMENSION("a frequency", "Hz, kHz, MHz, GHz or THz", "300 GHz"),
    [LW_LENGTH_RATE] = DIMENSION("a delay per length", "ps/m, ns/m or us/km", "5 ns/m"),
    [LW_LOSS] = DIMENSION("a loss", "dB or dBi", "3 dB"),
    [LW_LOSS_PER_LENGTH] = DIMENSION("a loss per length", "dB/m or dB/km", "1.5 dB/m"),
    [LW_POWER] = DIMENSION("a power level", "dBm", "10 dBm"),
    [LW_TEMPERATURE] = DIMENSION("a temperature", "K", "288.15 K"),
    [LW_PRESSURE] = DIMENSION("a pressure", "hPa or kPa", "1013.25 hPa"),
    [LW_DENSITY] = DIMENSION("a density", "g/m3", "7.5 g/m3"),
    [LW_RAIN_RATE] = DIMENSION("a rain rate", "mm/h", "25 mm/h"),
    [LW_ANGLE] = DIMENSION("an angle", "deg", "30 deg"),
    [LW_FLOPS] = DIMENSION("an amount of arithmetic", "FLOP, kFLOP, MFLOP, GFLOP, TFLOP, PFLOP or EFLOP", "4 TFLOP"),
    [LW_FLOP_RATE] = DIMENSION("a rate of arithmetic", "FLOP/s, MFLOP/s, GFLOP/s, TFLOP/s or PFLOP/s", "165 TFLOP/s"),
    [LW_WATTS] = DIMENSION("an electrical power", "W or kW", "350 W"),
    [LW_MONEY] = DIMENSION("a sum of money", "USD", "800 USD"),
    [LW_MONEY_RATE] = DIMENSION("a rent", "USD/h", "0.34 USD/h"),
    [LW_ENERGY_PRICE] = DIMENSION("a price of energy", "USD/kWh", "0.15 USD/kWh"),
};

typedef struct unit {
    const char *text;
    lw_dimension dimension;
    lw_fraction factor;  // base units in one of it
    bool prints;         // lw_quantity_print may choose it; ascending within a dimension
} unit;

#define KIBI INT64_C(1024)
#define MEBI (KIBI * KIBI)
#define GIBI (KIBI * MEBI)
#define TEBI (KIBI * GIBI)
#define PEBI (KIBI * TEBI)
#define EXBI (KIBI * PEBI)
#define KILO INT64_C(1000)
#define MEGA (KILO * KILO)
#define GIGA (KILO * MEGA)
#define TERA (KILO * GIGA)
#define PETA (KILO * TERA)
#define EXA (KILO * PETA)

// Prefixes: decimal of the SI, binary of IEC 80000-13. Bits are eighths of a byte.
static const unit units[] = {
    {"", LW_PLAIN, {1, 1}, true},
    {"%", LW_PLAIN, {1, 100}, false},

    {"B", LW_BYTES, {1, 1}, true},
    {"kB", LW_BYTES, {KILO, 1}, true},
    {"KB", LW_BYTES, {KILO, 1}, false},
    {"MB", LW_BYTES, {MEGA, 1}, true},
    {"GB", LW_BYTES, {GIGA, 1}, true},
    {"TB", LW_BYTES, {TERA, 1}, true},
    {"PB", LW_BYTES, {PETA, 1}, true},
    {"EB", LW_BYTES, {EXA, 1}, true},
    {"KiB", LW_BYTES, {KIBI, 1}, false},
    {"MiB", LW_BYTES, {MEBI, 1}, false},
    {"GiB", LW_BYTES, {GIBI, 1}, false},
    {"TiB", LW_BYTES, {TEBI, 1}, false},
    {"PiB", LW_BYTES, {PEBI, 1}, false},
    {"EiB", LW_BYTES, {EXBI, 1}, false},

    {"ps", LW_TIME, {1, 1}, true},
    {"ns", LW_TIME, {KILO, 1}, true},
    {"us", LW_TIME, {MEGA, 1}, true},
    {"\xC2\xB5s", LW_TIME, {MEGA, 1}, false},  // micro sign
    {"\xCE\xBCs", LW_TIME, {MEGA, 1}, false},  // Greek mu
    {"ms", LW_TIME, {GIGA, 1}, true},
    {"s", LW_TIME, {TERA, 1}, true},
    {"min", LW_TIME, {60 * TERA, 1}, false},
    {"h", LW_TIME, {3600 * TERA, 1}, true},
    {"d", LW_TIME, {86400 * TERA, 1}, false},

    {"B/s", LW_RATE, {1, 1}, true},
    {"kB/s", LW_RATE, {KILO, 1}, true},
    {"KB/s", LW_RATE, {KILO, 1}, false},
    {"MB/s", LW_RATE, {MEGA, 1}, true},
    {"GB/s", LW_RATE, {GIGA, 1}, true},
    {"TB/s", LW_RATE, {TERA, 1}, true},
    {"KiB/s", LW_RATE, {KIBI, 1}, false},
    {"MiB/s", LW_RATE, {MEBI, 1}, false},
    {"GiB/s", LW_RATE, {GIBI, 1}, false},
    {"TiB/s", LW_RATE, {TEBI, 1}, false},
    {"Bps", LW_RATE, {1, 1}, false},
    {"kBps", LW_RATE, {KILO, 1}, false},
    {"MBps", LW_RATE, {MEGA, 1}, false},
    {"GBps", LW_RATE, {GIGA, 1}, false},
    {"TBps", LW_RATE, {TERA, 1}, false},
    {"bit/s", LW_RATE, {1, 8}, false},
    {"kbit/s", LW_RATE, {KILO, 8}, false},
    {"Mbit/s", LW_RATE, {MEGA, 8}, false},
    {"Gbit/s", LW_RATE, {GIGA, 8}, false},
    {"Tbit/s", LW_RATE, {TERA, 8}, false},
    {"b/s", LW_RATE, {1, 8}, false},
    {"kb/s", LW_RATE, {KILO, 8}, false},
    {"Mb/s", LW_RATE, {MEGA, 8}, false},
    {"Gb/s", LW_RATE, {GIGA, 8}, false},
    {"Tb/s", LW_RATE, {TERA, 8}, false},
    {"bps", LW_RATE, {1, 8}, false},
    {"kbps", LW_RATE, {KILO, 8}, false},
    {"Mbps", LW_RATE, {MEGA, 8}, false},
    {"Gbps", LW_RATE, {GIGA, 8}, false},
    {"Tbps", LW_RATE, {TERA, 8}, false},

    {"T/s", LW_TRANSFERS, {1, 1}, true},
    {"MT/s", LW_TRANSFERS, {MEGA, 1}, true},
    {"GT/s", LW_TRANSFERS, {GIGA, 1}, true},

    {"mm", LW_LENGTH, {1, KILO}, true},
    {"cm", LW_LENGTH, {1, 100}, false},
    {"m", LW_LENGTH, {1, 1}, true},
    {"km", LW_LENGTH, {KILO, 1}, true},

    {"Hz", LW_FREQUENCY, {1, 1}, true},
    {"kHz", LW_FREQUENCY, {KILO, 1}, true},
    {"MHz", LW_FREQUENCY, {MEGA, 1}, true},
    {"GHz", LW_FREQUENCY, {GIGA, 1}, true},
    {"THz", LW_FREQUENCY, {TERA, 1}, true},

    {"ps/m", LW_LENGTH_RATE, {1, 1}, true},
    {"ns/m", LW_LENGTH_RATE, {KILO, 1}, true},
    {"us/km", LW_LENGTH_RATE, {KILO, 1}, false},

    {"dB", LW_LOSS, {1, 1}, true},
    {"dBi", LW_LOSS, {1, 1}, false},

    {"dB/km", LW_LOSS_PER_LENGTH, {1, KILO}, true},
    {"dB/m", LW_LOSS_PER_LENGTH, {1, 1}, true},

    {"dBm", LW_POWER, {1, 1}, true},
    {"K", LW_TEMPERATURE, {1, 1}, true},
    {"hPa", LW_PRESSURE, {1, 1}, true},
    {"kPa", LW_PRESSURE, {10, 1}, false},
    {"g/m3", LW_DENSITY, {1, 1}, true},
    {"mm/h", LW_RAIN_RATE, {1, 1}, true},
    {"deg", LW_ANGLE, {1, 1}, true},

    {"FLOP", LW_FLOPS, {1, 1}, true},
    {"kFLOP", LW_FLOPS, {KILO, 1}, true},
    {"MFLOP", LW_FLOPS, {MEGA, 1}, true},
    {"GFLOP", LW_FLOPS, {GIGA, 1}, true},
    {"TFLOP", LW_FLOPS, {TERA, 1}, true},
    {"PFLOP", LW_FLOPS, {PETA, 1}, true},
    {"EFLOP", LW_FLOPS, {EXA, 1}, true},

    {"FLOP/s", LW_FLOP_RATE, {1, 1}, true},
    {"MFLOP/s", LW_FLOP_RATE, {MEGA, 1}, true},
    {"GFLOP/s", LW_FLOP_RATE, {GIGA, 1}, true},
    {"TFLOP/s", LW_FLOP_RATE, {TERA, 1}, true},
    {"PFLOP/s", LW_FLOP_RATE, {PETA, 1}, true},

    {"W", LW_WATTS, {1, 1}, true},
    {"kW", LW_WATTS, {KILO, 1}, false},
    {"USD", LW_MONEY, {1, 1}, true},
    {"USD/h", LW_MONEY_RATE, {1, 1}, true},
    {"USD/kWh", LW_ENERGY_PRICE, {1, 1}, true},
};
enum { UNIT_COUNT = sizeof units / sizeof units[0] };

const char *lw_dimension_units(lw_dimension dimension) {
    return dimensions[dimension].units;
}

const char *lw_dimension_name(lw_dimension dimension) {
    return dimensions[dimension].name;
}

const char *lw_dimension_example(lw_dimension dimension) {
    return dimensions[dimension].example;
}

const char *lw_dimension_base(lw_dimension dimension) {
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (units[i].dimension == dimension && units[i].factor.num == 1 && units[i].factor.den == 1) {
            return units[i].text;
        }
    }
    return "";
}

// ---- Parsing ----

enum { DIGITS_MAX = 100, EXPONENT_MAX = 9999 };

// A decimal as written: sign, digits without leading zeros, power of ten.
typedef struct decimal {
    bool negative;
    char digits[DIGITS_MAX + 1];
    int count;
    int exponent;
} decimal;

typedef struct complaint {
    const char **problem, **hint;
} complaint;

static bool complain(complaint to, const char *problem, const char *hint) {
    *to.problem = problem;
    *to.hint = hint;
    return false;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Digits and point into *out; *at moves behind them.
static bool read_digits(const char **at, decimal *out, complaint to) {
    bool any = false, point = false;
    for (;; (*at)++) {
        char c = **at;
        if (c == '.' && !point && (is_digit((*at)[1]))) {
            point = true;
            continue;
        }
        if (!is_digit(c)) {
            break;
        }
        any = true;
        out->exponent -= point;
        if (out->count == 0 && c == '0') {
            continue;
        }
        if (out->count == DIGITS_MAX) {
            return complain(to, "the number has too many digits", "17 digits are all that is kept; round it");
        }
        out->digits[out->count++] = c;
    }
    if (any) {
        return true;
    }
    const char *word = *at + (**at == '.');
    if (strncasecmp(word, "inf", 3) == 0 || strncasecmp(word, "nan", 3) == 0) {
        return complain(to, "a number must be finite", NULL);
    }
    return complain(to, "it does not begin with a number", NULL);
}

// An exponent, if there is one: "e" must be followed by digits, else it begins a unit.
static void read_exponent(const char **at, decimal *out) {
    const char *digit = *at + 1;
    if (**at != 'e' && **at != 'E') {
        return;
    }
    bool negative = *digit == '-';
    digit += *digit == '-' || *digit == '+';
    if (!is_digit(*digit)) {
        return;
    }
    int exponent = 0;
    for (; is_digit(*digit); digit++) {
        exponent = exponent < EXPONENT_MAX ? exponent * 10 + (*digit - '0') : exponent;
    }
    out->exponent += negative ? -exponent : exponent;
    *at = digit;
}

static bool read_decimal(const char **at, decimal *out, complaint to) {
    *out = (decimal){0};
    out->negative = **at == '-';
    *at += **at == '-' || **at == '+';
    if ((*at)[0] == '0' && ((*at)[1] == 'x' || (*at)[1] == 'X')) {
        return complain(to, "hexadecimal numbers are not read", "write it in decimal");
    }
    if (!read_digits(at, out, to)) {
        return false;
    }
    read_exponent(at, out);
    if (**at == '_' || **at == ',' || **at == '\'') {
        return complain(to, "a number consists of digits and one point", "write 1000000 for a million, 0.5 for a half");
    }
    if (**at == '.') {
        return complain(to, "the point of the number is not followed by a digit, or there are two", "write 1 or 1.0");
    }
    while (out->count > 0 && out->digits[out->count - 1] == '0') {
        out->count--;
        out->exponent++;
    }
    out->digits[out->count] = '\0';
    return true;
}

// *a *= b, b > 0; false when that passes 2^126. (The compilers' own overflow check of 128 bits
// needs a library that clang may lack.)
static bool scale(lw_int128 *a, int64_t b) {
    if (*a > ((lw_int128)1 << 126) / b) {
        return false;
    }
    *a *= b;
    return true;
}

// The exact value of a decimal times factor; false when it does not fit.
static bool exact_value(const decimal *number, lw_fraction factor, lw_fraction *out) {
    lw_int128 num = 0, den = factor.den;
    for (int i = 0; i < number->count; i++) {
        if (!scale(&num, 10)) {
            return false;
        }
        num += number->digits[i] - '0';
    }
    if (num == 0) {
        *out = (lw_fraction){0, 1};
        return true;
    }
    bool fits = scale(&num, factor.num);
    for (int i = number->exponent; fits && i > 0; i--) {
        fits = scale(&num, 10);
    }
    for (int i = number->exponent; fits && i < 0; i++) {
        fits = scale(&den, 10);
    }
    return fits && lw_fraction_reduce(number->negative ? -num : num, den, out);
}

// The nearest double; strtod sees neither point nor separators, so that the locale has no say.
static double rounded_value(const decimal *number, lw_fraction factor) {
    char text[DIGITS_MAX + 16];
    snprintf(text, sizeof text, "%se%d", number->digits, number->exponent);
    double value = strtod(text, NULL) * (double)factor.num / (double)factor.den;
    return number->negative ? -value : value;
}

// LW_DIMENSION_COUNT: of any dimension.
static const unit *find_unit(const char *text, lw_dimension wanted) {
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if ((wanted == LW_DIMENSION_COUNT || units[i].dimension == wanted) && strcmp(units[i].text, text) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

// Traps worth a word of their own. NULL when text is none of them.
static const char *trap_of(const char *text, lw_dimension wanted, const char **hint) {
    static const struct {
        const char *unit;
        const char *problem, *bytes_hint, *rate_hint;
    } ambiguous[] = {
        {"k", "'k' is ambiguous", "write kB (1000 B) or KiB (1024 B)", "write kB/s (1000 B/s) or kb/s (125 B/s)"},
        {"K", "'K' is ambiguous", "write kB (1000 B) or KiB (1024 B)", "write kB/s (1000 B/s) or kb/s (125 B/s)"},
        {"M", "'M' is ambiguous", "write MB (1000000 B) or MiB (1048576 B)", "write MB/s (1000000 B/s) or Mb/s (125000 B/s)"},
        {"G", "'G' is ambiguous", "write GB (1e9 B) or GiB (1073741824 B)", "write GB/s (1e9 B/s) or Gb/s (1.25e8 B/s)"},
        {"T", "'T' is ambiguous", "write TB (1e12 B) or TiB (1099511627776 B)", "write TB/s (1e12 B/s) or Tb/s (1.25e11 B/s)"},
    };
    if (wanted != LW_BYTES && wanted != LW_RATE) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof ambiguous / sizeof ambiguous[0]; i++) {
        if (strcmp(text, ambiguous[i].unit) == 0) {
            *hint = wanted == LW_BYTES ? ambiguous[i].bytes_hint : ambiguous[i].rate_hint;
            return ambiguous[i].problem;
        }
    }
    size_t length = strlen(text);
    bool bits = length > 0 && length <= 3 && text[length - 1] == 'b' && strspn(text, "kKMGTib") == length;
    if (bits && wanted == LW_BYTES) {
        *hint = "write a capital B for bytes: 1 MB, 1 MiB";
        return "a small b means bits";
    }
    if (bits) {
        *hint = "write Gb/s for bits in a second, GB/s for bytes in a second";
        return "a rate needs '/s'";
    }
    const unit *size = find_unit(text, LW_BYTES);
    if (size && wanted == LW_RATE) {
        *hint = "write GB/s, MB/s and so on";
        return "a rate needs '/s'";
    }
    return NULL;
}

static bool complain_of_unit(const char *text, lw_dimension wanted, complaint to) {
    const dimension_texts *texts = &dimensions[wanted];
    if (*text == '\0') {
        return complain(to, texts->bare, texts->wanted);
    }
    if (*text == ' ' || *text == '\t') {
        return complain(to, "only one space may stand between number and unit", texts->wanted);
    }
    const char *hint;
    const char *problem = trap_of(text, wanted, &hint);
    if (problem) {
        return complain(to, problem, hint);
    }
    const unit *other = find_unit(text, LW_DIMENSION_COUNT);
    return complain(to, other ? dimensions[other->dimension].is_one : texts->unknown, texts->wanted);
}

// A capital K is no prefix of the SI, and many who write it mean 1024.
static const char *better_unit(const unit *found) {
    return strcmp(found->text, "KB") == 0 ? "kB" : strcmp(found->text, "KB/s") == 0 ? "kB/s" : NULL;
}

void lw_quantity_remark(const lw_quantity *quantity, lw_place place, lw_diags *diags) {
    if (quantity->better != NULL) {
        lw_warn(diags, place, lw_diags_text(diags, "write %s, or KiB%s for 1024 bytes", quantity->better, quantity->better + 2),
                "KB is taken as 1000 bytes");
    }
}

bool lw_quantity_parse(const char *text, lw_dimension wanted, lw_quantity *out, const char **problem, const char **hint) {
    complaint to = {problem, hint};
    const char *wish = dimensions[wanted].wanted;
    if (*text == '\0') {
        return complain(to, "a value is missing", wish);
    }
    decimal number;
    const char *at = text;
    *hint = NULL;
    if (!read_decimal(&at, &number, to)) {
        *hint = *hint ? *hint : wish;
        return false;
    }
    at += at[0] == ' ' && at[1] != '\0';
    const unit *found = find_unit(at, wanted);
    if (!found && *at == '\0' && number.count == 0) {
        found = find_unit("", LW_PLAIN);  // nothing is nothing in every unit
    }
    if (!found) {
        return complain_of_unit(at, wanted, to);
    }
    lw_quantity result = {.dimension = wanted, .better = better_unit(found)};
    result.is_exact = exact_value(&number, found->factor, &result.exact);
    result.value = result.is_exact ? lw_fraction_value(result.exact) : rounded_value(&number, found->factor);
    if (!isfinite(result.value)) {
        return complain(to, "the number is too large", wish);
    }
    if (result.value == 0 && number.count > 0) {
        return complain(to, "the number is too small", wish);
    }
    *out = result;
    return true;
}

bool lw_quantity_parse_any(const char *text, lw_quantity *out) {
    const char *problem, *hint;
    for (int dimension = 0; dimension < LW_DIMENSION_COUNT; dimension++) {
        if (lw_quantity_parse(text, (lw_dimension)dimension, out, &problem, &hint)) {
            return true;
        }
    }
    return false;
}

// ---- Printing ----

static char *print_scaled(double value, int digits, const char *unit_text, char *buffer) {
    snprintf(buffer, LW_QUANTITY_TEXT, "%.*g", digits, value);
    lw_number_point(buffer);
    size_t length = strlen(buffer);
    snprintf(buffer + length, LW_QUANTITY_TEXT - length, "%s%s", *unit_text ? " " : "", unit_text);
    return buffer;
}

// Do three digits of a decimal unit say it exactly?
static bool is_decimal(double bytes) {
    char text[LW_QUANTITY_TEXT];
    snprintf(text, sizeof text, "%.2e", bytes);
    return strtod(text, NULL) == bytes;
}

// Whole bytes in a binary unit, if four digits say it exactly; 6250 KiB and 62.5 KiB are rather
// 6.4 MB and 64 kB.
static bool print_binary(double bytes, char *buffer) {
    static const struct {
        double bytes;
        const char *text;
    } binary[] = {{(double)EXBI, "EiB"}, {(double)PEBI, "PiB"}, {(double)TEBI, "TiB"},
                  {(double)GIBI, "GiB"}, {(double)MEBI, "MiB"}, {(double)KIBI, "KiB"}};
    for (size_t i = 0; i < sizeof binary / sizeof binary[0]; i++) {
        double count = bytes / binary[i].bytes;
        if (fabs(count) < 1 || fabs(count) >= 10000 || count * 1000 != nearbyint(count * 1000)) {
            continue;
        }
        if ((count != nearbyint(count) || fabs(count) >= 1024) && is_decimal(bytes)) {
            continue;
        }
        char text[LW_QUANTITY_TEXT];
        snprintf(text, sizeof text, "%.4g", count);
        if (strtod(text, NULL) * binary[i].bytes == bytes) {
            print_scaled(count, 4, binary[i].text, buffer);
            return true;
        }
    }
    return false;
}

char *lw_quantity_print(double value, lw_dimension dimension, char *buffer) {
    if (dimension == LW_BYTES && print_binary(value, buffer)) {
        return buffer;
    }
    if (dimension == LW_PLAIN && value == nearbyint(value) && fabs(value) < 1e15) {
        return lw_number_print(value, buffer);  // counts keep all digits
    }
    const unit *best = NULL;
    double best_factor = 1;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (units[i].dimension == dimension && units[i].prints) {
            double factor = lw_fraction_value(units[i].factor);
            if (!best || (fabs(value) >= factor && value != 0)) {
                best = &units[i];
                best_factor = factor;
            }
        }
    }
    return print_scaled(value / best_factor, dimension == LW_BYTES ? 3 : 4, best->text, buffer);
}
