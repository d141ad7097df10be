// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of option tables that several link families have. `place`: offset of the field in the
// family's parameters; what differs between families is an argument.
#ifndef LW_LINK_ROWS_H
#define LW_LINK_ROWS_H

#include "models/family.h"

// int64_t, picoseconds.
#define LW_ROW_TIME(word, place, otherwise, most, says, whence, known)                                                   \
    {                                                                                                                    \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_TIME, .offset = (place), .fallback = (otherwise), \
        .minimum = 0, .maximum = (most), .help = (says), .source = (whence), .evidence = (known)                         \
    }
// int64_t, how many.
#define LW_ROW_COUNT(word, place, otherwise, least, most, says, whence)                                           \
    {                                                                                                             \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = (place), .fallback = (otherwise), .minimum = (least), \
        .maximum = (most), .help = (says), .source = (whence)                                                     \
    }
// int64_t, one of a list of sizes.
#define LW_ROW_SIZE(word, place, otherwise, list, says, whence)                                                           \
    {                                                                                                                     \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_BYTES, .offset = (place), .fallback = (otherwise), \
        .words = (list), .help = (says), .source = (whence)                                                               \
    }
// int, index of a word.
#define LW_ROW_WORD(word, place, otherwise, list, says, whence)                                                             \
    {                                                                                                                       \
        .key = (word), .kind = LW_OPTION_WORD, .offset = (place), .fallback = (otherwise), .words = (list), .help = (says), \
        .source = (whence)                                                                                                  \
    }
// double, between 0 and `most`.
#define LW_ROW_SHARE(word, place, otherwise, most, says, whence)                                                           \
    {                                                                                                                      \
        .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .dimension = LW_PLAIN, .offset = (place), .fallback = (otherwise), \
        .minimum = 0, .maximum = (most), .help = (says), .source = (whence)                                                \
    }

// double, metres.
#define LW_ROW_CABLE(place, otherwise, most, says, whence, known)                                                            \
    {                                                                                                                        \
        .key = "cable", .kind = LW_OPTION_QUANTITY_REAL, .dimension = LW_LENGTH, .offset = (place), .fallback = (otherwise), \
        .minimum = 0, .maximum = (most), .help = (says), .source = (whence), .evidence = (known)                             \
    }
// double, picoseconds a metre.
#define LW_ROW_CABLE_DELAY(place, says)                                                                        \
    {                                                                                                          \
        .key = "cable_delay", .kind = LW_OPTION_QUANTITY_REAL, .dimension = LW_LENGTH_RATE, .offset = (place), \
        .fallback = "4.6 ns/m", .minimum = 3300, .maximum = 10000, .help = (says),                             \
        .source = "Broadcom SUE-RM104 (2025-09-26), p. 31: 4.6 ns/m for twinax"                                \
    }
// double: the residual that a fit to measurements leaves.
#define LW_ROW_EFFICIENCY(place, of, whence)                                                                             \
    {                                                                                                                    \
        .key = "efficiency", .kind = LW_OPTION_QUANTITY_REAL, .dimension = LW_PLAIN, .offset = (place), .fallback = "1", \
        .minimum = 0.01, .maximum = 1, .help = "Share of the " of ": what calibration could not explain.",               \
        .source = "1: nothing lost" whence, .fitted = true                                                               \
    }

#endif
