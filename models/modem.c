// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/modem.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <stddef.h>

// ---- Channels ----

lw_thz_channel lw_thz_channel_of(int id) {
    static const struct {
        int first_id, basic;  // basic channels in one
    } groups[] = {{1, 1}, {33, 2}, {49, 4}, {57, 6}, {62, 8}, {66, 12}, {68, 24}, {69, 32}};
    static const double bottom_Hz = 252.72e9, basic_Hz = 2.16e9;
    assert(id >= 1 && id <= LW_THZ_CHANNELS);
    size_t g = sizeof groups / sizeof groups[0] - 1;
    while (groups[g].first_id > id) {
        g--;
    }
    double width_Hz = basic_Hz * groups[g].basic;
    return (lw_thz_channel){.center_Hz = bottom_Hz + width_Hz * (id - groups[g].first_id + 0.5), .bandwidth_Hz = width_Hz};
}

double lw_thz_symbol_rate(double bandwidth_Hz) {
    return bandwidth_Hz * 22.0 / 27.0;
}

// ---- Constellations ----

// The bit error rate is factor * Q(sqrt(scale * snr)).
static const struct {
    int bits;
    double factor, scale;
} shapes[LW_CONSTELLATIONS] = {
    [LW_BPSK] = {1, 1.0, 2.0},
    [LW_QPSK] = {2, 1.0, 1.0},
    [LW_8PSK] = {3, 2.0 / 3.0, 2.0 * 0.14644660940672624},  // sin^2(pi/8)
    [LW_16QAM] = {4, 4.0 / 4.0 * (1.0 - 1.0 / 4.0), 3.0 / 15.0},
    [LW_64QAM] = {6, 4.0 / 6.0 * (1.0 - 1.0 / 8.0), 3.0 / 63.0},
};

int lw_constellation_bits(lw_constellation constellation) {
    return shapes[constellation].bits;
}

double lw_uncoded_ber(lw_constellation constellation, double snr) {
    return shapes[constellation].factor * gsl_cdf_ugaussian_Q(sqrt(shapes[constellation].scale * snr));
}

// ---- Modes ----

// No curve of these two LDPC codes has been published. capacity_dB: mutual information of the
// constellation with equal use of its points equals bits x code rate. gap_dB and fall_dB: from the
// curves of the LDPC(672) codes of IEEE 802.11ay with rates 3/4 (for 11/15) and 7/8 (for 14/15) in
// the ns-3 WiGig module (wigig-tools/wigig-module, LookupTable_1458_ay.txt); 8PSK halfway between
// QPSK and 16QAM, 8APSK as 8PSK. Good for about 1 dB.
const lw_mode lw_modes[LW_MODES] = {
    {"bpsk-11/15", LW_BPSK, 11, 132, 0.16, 2.9, 1.17},    {"bpsk-14/15", LW_BPSK, 14, 168, 3.50, 2.9, 1.67},
    {"qpsk-11/15", LW_QPSK, 11, 132, 3.17, 2.9, 1.36},    {"qpsk-14/15", LW_QPSK, 14, 168, 6.51, 2.9, 1.70},
    {"8psk-11/15", LW_8PSK, 11, 132, 6.89, 3.1, 1.37},    {"8psk-14/15", LW_8PSK, 14, 168, 11.08, 3.1, 1.78},
    {"8apsk-11/15", LW_8PSK, 11, 132, 6.89, 3.1, 1.37},   {"8apsk-14/15", LW_8PSK, 14, 168, 11.08, 3.1, 1.78},
    {"16qam-11/15", LW_16QAM, 11, 132, 9.03, 3.2, 1.38},  {"16qam-14/15", LW_16QAM, 14, 168, 12.97, 3.2, 1.85},
    {"64qam-11/15", LW_64QAM, 11, 132, 14.02, 3.6, 1.74}, {"64qam-14/15", LW_64QAM, 14, 168, 18.69, 3.6, 2.06},
};

double lw_mode_threshold_dB(const lw_mode *mode) {
    return mode->capacity_dB + mode->gap_dB;
}

double lw_mode_bits_per_s(const lw_mode *mode, double symbol_rate, bool pilot_words) {
    return symbol_rate * lw_constellation_bits(mode->constellation) * mode->code_fifteenths / 15.0 * (pilot_words ? 0.875 : 1.0);
}

// Behind the decoder the error rate falls steeply: a Gaussian tail through 1e-3 and 1e-6, linear in
// dB.
double lw_mode_ber(const lw_mode *mode, double snr) {
    static const double q_of_1e_3 = 3.0902323061678132, q_of_1e_6 = 4.7534243088228987;
    double above_dB = lw_to_dB(snr) - lw_mode_threshold_dB(mode);
    double q = q_of_1e_6 + above_dB / mode->fall_dB * (q_of_1e_6 - q_of_1e_3);
    return gsl_cdf_ugaussian_Q(fmax(q, 0.0));
}

// The header goes as BPSK, each symbol four times, in 34 blocks of the extended Hamming code (8,4),
// which mends one bit of eight.
static double header_error(double snr) {
    enum { SPREAD = 4, BLOCKS = 34 };
    double ber = lw_uncoded_ber(LW_BPSK, SPREAD * snr);
    double block = fmax(1.0 - pow(1.0 - ber, 7.0) * (1.0 + 7.0 * ber), 0.0);
    return -expm1(BLOCKS * log1p(-block));
}

typedef struct frame_function {
    const lw_mode *mode;
    double snr, evm, spread, jitter_shape, bits;
} frame_function;

// Error of a frame while the beam stands still at quantile u of its jitter.
static double frame_error_at(const frame_function *f, double u) {
    double caught = isinf(f->jitter_shape) ? 1.0 : pow(u, 1.0 / f->jitter_shape);
    // a symbol repeated is distorted alike each time
    double snr = lw_snr_with_evm(f->spread * f->snr * caught, f->evm);
    // 1 - (1 - ber)^bits keeps small rates so
    double payload = -expm1(f->bits * log1p(-lw_mode_ber(f->mode, snr)));
    double header = header_error(snr);
    return payload + header - payload * header;
}

// With u = v^4 the rare moments far off the axis, which make the errors of a good link, get nodes
// of their own.
static double frame_error_weighed(double v, void *user) {
    double cubed = v * v * v;
    return 4.0 * cubed * frame_error_at(user, v * cubed);
}

double lw_frame_error(const lw_mode *mode, double snr, double evm, double spread, double jitter_shape, double frame_bits) {
    frame_function f = {mode, snr, evm, spread, jitter_shape, frame_bits};
    double aimed_well = frame_error_at(&f, 1.0);
    if (isinf(jitter_shape) || aimed_well > 0.999) {
        return aimed_well;  // sway can only make it worse
    }
    gsl_function integrand = {frame_error_weighed, &f};
    double sum, error, sum_of_magnitudes, scatter;
    gsl_integration_qk61(&integrand, 0.0, 1.0, &sum, &error, &sum_of_magnitudes, &scatter);
    return fmin(fmax(sum, 0.0), 1.0);
}
