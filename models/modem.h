// SPDX-License-Identifier: GPL-3.0-or-later
// The modem of IEEE Std 802.15.3d-2017, single carrier (THz-SC): channels, modes, bit and frame
// errors, timing of frames. Facts of the standard from: channel plan in IMS 2019 paper 402 and JSSC
// 54(12) (80 Gb/s CMOS transceiver); modes and block layout in the public implementations
// sarbogast83/802.15.3d-SC-sub-THz-PHY and jb111learner/802.15.3dTHzPHY.
#ifndef LW_MODEM_H
#define LW_MODEM_H

#include <stdbool.h>
#include <stdint.h>

#include "models/radio.h"

// ---- Channels ----

enum { LW_THZ_CHANNELS = 69 };
typedef struct lw_thz_channel {
    double center_Hz, bandwidth_Hz;
} lw_thz_channel;
// 32 channels of 2.16 GHz from 252.72 GHz up, then wider ones of 2, 4, 6, 8, 12, 24 and 32 of them;
// id from 1.
lw_thz_channel lw_thz_channel_of(int id);
// Symbols per second: 1.76 GBd in 2.16 GHz.
double lw_thz_symbol_rate(double bandwidth_Hz);

// ---- Constellations ----

typedef enum lw_constellation { LW_BPSK, LW_QPSK, LW_8PSK, LW_16QAM, LW_64QAM, LW_CONSTELLATIONS } lw_constellation;
int lw_constellation_bits(lw_constellation constellation);

// Bit error rate without a code, Gray mapping, snr = Es/N0 (Proakis, Digital Communications, ch.
// 4).
double lw_uncoded_ber(lw_constellation constellation, double snr);

// ---- Modes ----

typedef struct lw_mode {
    const char *name;  // "16qam-14/15"
    lw_constellation constellation;
    int code_fifteenths;      // LDPC(1440, 1344) is rate 14/15, LDPC(1440, 1056) is 11/15
    int codeword_data_bytes;  // 168 or 132
    double capacity_dB;       // Es/N0 at which the constellation could carry the code rate at all
    double gap_dB;            // from there to a bit error rate of 1e-6 behind the decoder
    double fall_dB;           // over which the bit error rate falls from 1e-3 to 1e-6
} lw_mode;

enum { LW_MODES = 12 };
extern const lw_mode lw_modes[LW_MODES];

double lw_mode_threshold_dB(const lw_mode *mode);  // Es/N0 for a bit error rate of 1e-6
// Data bits per second of the payload; pilot words take one symbol in eight.
double lw_mode_bits_per_s(const lw_mode *mode, double symbol_rate, bool pilot_words);
double lw_mode_ber(const lw_mode *mode, double snr);  // behind the decoder; without a floor
// Share of frames of so many bits that arrive broken, header or payload; averaged over the jitter,
// which is slow against a frame. snr: thermal, of one symbol without jitter; evm as in
// lw_snr_with_evm; `spread`: each symbol is sent so many times and summed, which averages noise but
// not the error of the hardware.
double lw_frame_error(const lw_mode *mode, double snr, double evm, double spread, double jitter_shape, double frame_bits);

// ---- Timing ----

enum {
    LW_PREAMBLE_SHORT_SYMBOLS = 3328,  // SYNC 14 x 128, SFD 128, CES 1408
    LW_PREAMBLE_LONG_SYMBOLS = 5120,   // SYNC 28 x 128
    // 133 bits, padded, Hamming (8,4), spread by 4: 1088, with pilot words 20 x 64 + 8
    LW_HEADER_SYMBOLS = 1288
};

#endif
