// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "sim/engine/engine.h"

// Shares of SKP ordered sets bring large denominators; these many significant bits are left of a
// rate then.
enum { EXACT_DENOMINATOR = 4096, BYTE_TIME_BITS = 17 };

static lw_fraction round_link(lw_fraction ps_per_byte) {
    double value = lw_fraction_value(ps_per_byte);
    if (ps_per_byte.den <= EXACT_DENOMINATOR || value <= 0) {
        return ps_per_byte;
    }
    int exponent = 0;
    (void)frexp(value, &exponent);  // value < 2^exponent
    int shift = BYTE_TIME_BITS - exponent;
    if (shift <= 0 || shift > 40) {
        return ps_per_byte;
    }
    return lw_fraction_of(llround(ldexp(value, shift)), INT64_C(1) << shift);
}

lw_fraction lw_server_pace(const lw_server *server) {
    if (server->round_bytes > 0) {
        return lw_fraction_of(llround(lw_fraction_value(server->ps_per_byte) * (double)server->round_bytes), server->round_bytes);
    }
    return server->role == LW_SERVER_LINK ? round_link(server->ps_per_byte) : server->ps_per_byte;
}
