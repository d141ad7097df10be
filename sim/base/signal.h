// SPDX-License-Identifier: GPL-3.0-or-later
// What a receiver gets of a signal that fades on its way, as a link budget reckons it.
#ifndef LW_SIGNAL_H
#define LW_SIGNAL_H

typedef struct lw_signal {
    const char *mode;  // what carries the bits: "qpsk-11/15"; static text; NULL: no budget is known
    // in the middle of the band, at the symbol rate in use
    double received_dBm, noise_dBm;
    // what the decoder gets: of the whole band, with repeated symbols and the errors of hardware
    double snr_dB;
    double needed_dB;  // what the mode needs
} lw_signal;

// Below 0 the link does not close.
static inline double lw_signal_margin_dB(const lw_signal *signal) {
    return signal->snr_dB - signal->needed_dB;
}

#endif
