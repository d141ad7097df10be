// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/radio.h"

#include <float.h>
#include <gsl/gsl_math.h>
#include <math.h>

double lw_to_dB(double ratio) {
    return 10.0 * log10(ratio);
}

double lw_from_dB(double dB) {
    return pow(10.0, dB / 10.0);
}

double lw_free_space_dB(double f_Hz, double distance_m) {
    return 20.0 * log10(4.0 * M_PI * distance_m * f_Hz / LW_LIGHT_M_PER_S);
}

double lw_aperture_gain_dB(double f_Hz, double diameter_m, double efficiency) {
    return lw_to_dB(efficiency) + 20.0 * log10(M_PI * diameter_m * f_Hz / LW_LIGHT_M_PER_S);
}

double lw_array_gain_dB(double element_dB, double elements) {
    return element_dB + lw_to_dB(elements);
}

double lw_aperture_m(double f_Hz, double gain_dB, double efficiency) {
    return sqrt(lw_from_dB(gain_dB) / efficiency) * LW_LIGHT_M_PER_S / (M_PI * f_Hz);
}

double lw_beam_width_rad(double gain_dB) {
    return sqrt(41253.0 / lw_from_dB(gain_dB)) * M_PI / 180.0;
}

double lw_far_field_m(double f_Hz, double diameter_m) {
    return 2.0 * diameter_m * diameter_m * f_Hz / LW_LIGHT_M_PER_S;
}

double lw_received_dBm(double sent_dBm, double gains_dB, double free_dB, double other_losses_dB) {
    return sent_dBm + fmin(gains_dB - free_dB, 0.0) - other_losses_dB;
}

double lw_pointing_loss_dB(double angle_rad, double width_rad) {
    double share = angle_rad / width_rad;
    return 12.0 * share * share;
}

double lw_jitter_shape(double sigma_rad, double width_rad) {
    // Half of the power at half the width: exp(-2 (width/2)^2 / w^2) = 1/2.
    double radius_squared = width_rad * width_rad / (2.0 * M_LN2);
    return sigma_rad > 0.0 ? radius_squared / (4.0 * sigma_rad * sigma_rad) : (double)INFINITY;
}

double lw_noise_dBm(double bandwidth_Hz, double noise_figure_dB, double antenna_K) {
    double system_K = antenna_K + LW_NOISE_REFERENCE_K * (lw_from_dB(noise_figure_dB) - 1.0);
    return lw_to_dB(LW_BOLTZMANN_J_PER_K * system_K * bandwidth_Hz * 1e3);
}

double lw_sky_K(double air_K, double absorption_dB) {
    double through = lw_from_dB(-absorption_dB);
    return air_K * (1.0 - through) + LW_COSMIC_BACKGROUND_K * through;
}

double lw_snr_with_evm(double snr, double evm) {
    return 1.0 / (1.0 / snr + evm * evm);
}

double lw_evm_at(double evm, double symbol_rate, double corner_Bd) {
    return evm * sqrt(1.0 + pow(symbol_rate / corner_Bd, 10.0));
}

double lw_share_of_signal(double snr) {
    return snr / (1.0 + snr);
}

double lw_snr_of_share(double share) {
    // What is left of 1 beyond 150 dB has no digits, and nobody asks for them.
    return share / fmax(1.0 - share, DBL_EPSILON);
}
