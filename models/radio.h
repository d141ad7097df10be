// SPDX-License-Identifier: GPL-3.0-or-later
// From transmitter to signal-to-noise ratio: antennas, free space, pointing, noise, hardware.
// Powers in dBm, ratios in dB where the name says so, else plain.
#ifndef LW_RADIO_H
#define LW_RADIO_H

#define LW_LIGHT_M_PER_S 299792458.0       // SI, exact
#define LW_BOLTZMANN_J_PER_K 1.380649e-23  // SI, exact
#define LW_NOISE_REFERENCE_K 290.0         // T0 of every noise figure (IEEE)
#define LW_COSMIC_BACKGROUND_K 2.725       // Fixsen, ApJ 707 (2009) 916

double lw_to_dB(double ratio);
double lw_from_dB(double dB);

// ---- Antennas (Balanis, Antenna Theory, 4th ed.) ----

// 20 log10(4 pi d f / c), Friis
double lw_free_space_dB(double f_Hz, double distance_m);
// efficiency (pi D / lambda)^2
double lw_aperture_gain_dB(double f_Hz, double diameter_m, double efficiency);
// every element adds its aperture
double lw_array_gain_dB(double element_dB, double elements);
// diameter of a dish with this gain
double lw_aperture_m(double f_Hz, double gain_dB, double efficiency);
// Width between the half-power points of a pencil beam: gain = 41253 / width^2, width in degrees
// (Kraus).
double lw_beam_width_rad(double gain_dB);
double lw_far_field_m(double f_Hz, double diameter_m);  // 2 D^2 / lambda

// Received power. Nearer than the far field, Friis would gain energy on the path: what the antennas
// win back is at most what free space took. All other losses (absorption, rain, pointing, margin)
// come on top, however near.
double lw_received_dBm(double sent_dBm, double gains_dB, double free_dB, double other_losses_dB);

// ---- Pointing ----

// Gaussian beam aimed off by an angle: 12 (angle / width)^2 dB for each end.
double lw_pointing_loss_dB(double angle_rad, double width_rad);

// A beam that trembles by sigma rms on each axis: the share u^(1/shape) of the power arrives, with
// u uniform on 0..1; the mean is shape / (1 + shape). Farid and Hranilovic, J. Lightwave Technology
// 25 (2007) 1702, for a receiver small against the beam. Infinite without jitter.
double lw_jitter_shape(double sigma_rad, double width_rad);

// ---- Noise and hardware ----

// k (antenna + T0 (F - 1)) B; antenna_K is 290 wherever the antenna sees the ground.
double lw_noise_dBm(double bandwidth_Hz, double noise_figure_dB, double antenna_K);
// What an antenna sees through air that absorbs: the air glows as much as it absorbs, the rest is
// cosmic background.
double lw_sky_K(double air_K, double absorption_dB);
// 1/SNR = 1/SNR_thermal + EVM^2: imperfect hardware is noise that grows with the signal.
double lw_snr_with_evm(double snr, double evm);

// The error vector at a symbol rate: evm^2 (1 + (rate / corner)^10). Hardware passes a band like a
// low pass of fifth order; behind the equaliser, what it cuts off comes back as noise. Exponent and
// a corner of 26 GBd are fitted to a SiGe link of 225 to 255 GHz with 15 GHz from baseband to
// baseband, where EVM rose from 7 and 10 % at 25 GBd to 30 % at 32.5 and 27 % at 35 GBd; within 2.8
// dB of all in tests/data/radio/evm_measured.csv. Beyond 35 GBd it is an extrapolation.
double lw_evm_at(double evm, double symbol_rate, double corner_Bd);

// Signal-to-noise ratio behind an equaliser of least mean square error for a channel whose ratio
// varies over the band: 1 / (1 + SNR) is the mean of 1 / (1 + snr(f)) (Falconer et al., IEEE
// Communications Magazine 40(4), 2002). So the mean over the band of the share of the signal, snr /
// (1 + snr), gives the ratio behind the equaliser.
double lw_share_of_signal(double snr);
double lw_snr_of_share(double share);

#endif
