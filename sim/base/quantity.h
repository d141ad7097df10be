// SPDX-License-Identifier: GPL-3.0-or-later
// Quantities: "1 GiB", "25 us", "64 GT/s", "0.5 m" <-> numbers in a base unit, exactly.
#ifndef LW_QUANTITY_H
#define LW_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/diag.h"
#include "sim/base/fraction.h"
#include "sim/base/text.h"

// The base unit of each dimension stands in the name of its fields everywhere: _bytes, _ps, _Bps,
// _Tps, _m, _Hz, ...
typedef enum lw_dimension {
    LW_PLAIN,  // a bare number, or a percentage ("10 %" is 0.1)
    LW_BYTES,  // byte: B kB MB GB TB, KiB MiB GiB TiB
    LW_TIME,   // picosecond: ps ns us ms s min h d
    // byte per second: B/s kB/s ... GiB/s, bit/s kb/s Mb/s Gb/s Tb/s (also Gbit/s, Gbps, GBps)
    LW_RATE,
    LW_TRANSFERS,        // transfer per second: T/s MT/s GT/s
    LW_LENGTH,           // metre: mm cm m km
    LW_FREQUENCY,        // hertz: Hz kHz MHz GHz THz
    LW_LENGTH_RATE,      // picosecond per metre: ps/m ns/m us/km
    LW_LOSS,             // decibel: dB, and dBi for the gain of an antenna
    LW_LOSS_PER_LENGTH,  // decibel per metre: dB/m dB/km
    LW_POWER,            // level of a power, decibel over a milliwatt: dBm
    LW_TEMPERATURE,      // kelvin: K
    LW_PRESSURE,         // hectopascal: hPa kPa
    LW_DENSITY,          // gram per cubic metre: g/m3
    LW_RAIN_RATE,        // millimetre per hour: mm/h
    LW_ANGLE,            // degree: deg
    LW_FLOPS,            // floating-point operation: FLOP kFLOP MFLOP GFLOP TFLOP PFLOP EFLOP
    LW_FLOP_RATE,        // floating-point operation per second: GFLOP/s TFLOP/s PFLOP/s
    LW_WATTS,            // electrical power: W kW
    LW_MONEY,            // US dollar: USD
    LW_MONEY_RATE,       // US dollar per hour: USD/h
    LW_ENERGY_PRICE,     // US dollar per kilowatt-hour: USD/kWh
    LW_DIMENSION_COUNT
} lw_dimension;

typedef struct lw_quantity {
    lw_dimension dimension;
    lw_fraction exact;  // in the base unit; valid when is_exact
    bool is_exact;      // false when the decimal does not fit a fraction of 64-bit integers
    double value;       // in the base unit, always valid and finite
    // how the unit is rightly written where another spelling was taken ("kB" for "KB"); else NULL
    const char *better;
} lw_quantity;

// Parse text as a quantity of the wanted dimension. On failure *problem is a static sentence ("a
// bare number needs a unit") and *hint a static suggestion ("write 25 us"), both for a diagnostic;
// false is returned. Numbers: optional sign, digits, optional fraction, optional exponent; one
// optional space before the unit. Never locale dependent.
bool lw_quantity_parse(const char *text, lw_dimension wanted, lw_quantity *out, const char **problem, const char **hint);

// Parse text as a quantity of whatever dimension its unit belongs to; no two have one in common. A
// bare number is LW_PLAIN.
bool lw_quantity_parse_any(const char *text, lw_quantity *out);

// Warn of a unit that is taken although it is not rightly written.
void lw_quantity_remark(const lw_quantity *quantity, lw_place place, lw_diags *diags);

// The units that a dimension accepts, for help texts: "B, kB, MB, GB, TB, KiB, MiB, GiB or TiB".
const char *lw_dimension_units(lw_dimension dimension);
const char *lw_dimension_name(lw_dimension dimension);     // "a size", "a time", ...
const char *lw_dimension_example(lw_dimension dimension);  // "1 MiB", "25 us", ...
// the base unit: "B", "ps", "B/s"; "" for LW_PLAIN
const char *lw_dimension_base(lw_dimension dimension);

// A short human text for a value in the base unit: 1048576 B -> "1 MiB", 25e6 ps -> "25 us", 7.88e9
// B/s -> "7.88 GB/s". Bytes use binary prefixes when exact, else decimal with three digits. Buffer
// of LW_QUANTITY_TEXT bytes; returns buffer.
enum { LW_QUANTITY_TEXT = LW_NUMBER_TEXT };
char *lw_quantity_print(double value, lw_dimension dimension, char *buffer);

#endif
