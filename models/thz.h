// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the family thz share: its parameters, and what lies between the antennas.
#ifndef LW_THZ_H
#define LW_THZ_H

#include "models/atmosphere.h"
#include "models/modem.h"
#include "sim/config/option.h"

typedef enum lw_thz_path_kind { LW_THZ_TERRESTRIAL, LW_THZ_SLANT, LW_THZ_SPACE } lw_thz_path_kind;
typedef enum lw_thz_arq { LW_THZ_STOP_AND_WAIT, LW_THZ_GO_BACK_N, LW_THZ_BLOCK_ACK, LW_THZ_LTP } lw_thz_arq;

// The field of each key; NaN or LW_AUTO where it was left to the model.
typedef struct lw_thz_params {
    int path;
    double distance_m, altitude_m, orbit_m, elevation_deg;
    int64_t channel;
    double frequency_Hz, bandwidth_Hz, symbol_rate_Bd;
    double tx_power_dBm, return_power_dBm, backoff_dB;
    double gain_a_dB, gain_b_dB, dish_a_m, dish_b_m, aperture_efficiency, element_gain_dB;
    int64_t elements_a, elements_b;
    double noise_figure_dB, antenna_K, evm, evm_corner_Bd, margin_dB;
    double pointing_deg, jitter_deg;
    double temperature_K, pressure_hPa, vapour_g_m3, humidity, vapour_scale;
    double rain_mm_h, rain_height_m, fog_g_m3, cloud_m;
    int mcs;
    int64_t spreading, spreading_limit, streams;
    bool pilot_words;
    int preamble;
    int64_t frame_bytes, overhead_bytes;
    int arq;
    int64_t window, frame_space_ps, modem_ps;
    int duplex;
    int64_t blockage_gap_ps, blockage_ps;
    // How uncertain the rest is: of the budget, and factors at the slow and fast end.
    double power_doubt_dB, noise_doubt_dB, antenna_doubt_dB, code_doubt_dB;
    double slow_vapour, fast_vapour, slow_evm, fast_evm, slow_pointing, fast_pointing;
} lw_thz_params;

extern const lw_option lw_thz_options[];

// The middle and the width of the band: given, or those of the channel.
double lw_thz_frequency_Hz(const lw_thz_params *p);
double lw_thz_bandwidth_Hz(const lw_thz_params *p);

// The air at the lower (or only) station.
void lw_thz_station_air(const lw_thz_params *p, lw_air *out);

// One stretch of like air, and all stretches of a path.
enum { LW_THZ_LEGS_MAX = LW_RAY_GROUPED_MAX };
typedef struct lw_thz_leg {
    double length_km;
    lw_gas_spectrum gas;
} lw_thz_leg;
typedef struct lw_thz_path {
    double distance_m;
    int legs;  // 0: no air
    lw_thz_leg leg[LW_THZ_LEGS_MAX];
    double rain_mm_h, wet_km, elevation_rad;
    double fog_g_m3, fog_K;
    double cloud_kg_m2;
    double air_K;  // what the air glows with
} lw_thz_path;
void lw_thz_path_of(const lw_thz_params *p, lw_thz_path *out);

// What the path takes of a wave, dB; vapour by P.676 as it stands.
typedef struct lw_thz_loss {
    double oxygen_dB, vapour_dB, rain_dB, fog_dB, cloud_dB;
} lw_thz_loss;
lw_thz_loss lw_thz_loss_of(const lw_thz_path *path, double f_Hz);

// ---- Budget ----

// The symbol rates that fit in the band, rising, and the air over each of the bands that they fill,
// one inside the other.
enum { LW_THZ_RATES_MAX = 9, LW_THZ_NODES_A_RATE = 10 };
typedef struct lw_thz_node {
    double f_Hz, weight_Hz;
    lw_thz_loss loss;
} lw_thz_node;
typedef struct lw_thz_band {
    double distance_m, air_K;
    int rates;
    double symbol_rate[LW_THZ_RATES_MAX];
    // those of rate r are the first (r + 1) * LW_THZ_NODES_A_RATE
    lw_thz_node node[LW_THZ_RATES_MAX * LW_THZ_NODES_A_RATE];
    lw_thz_loss middle;  // at the frequency itself
} lw_thz_band;
void lw_thz_band_of(const lw_thz_params *p, lw_thz_band *out);

// From the power sent to the signal-to-noise ratio at one frequency, in the order of the reckoning.
// dir 0: from end a to b.
typedef struct lw_thz_budget {
    double sent_dBm, gains_dB, free_dB;
    double won_back_dB;  // gains less free-space loss, at most 0
    double pointing_dB, absorbed_dB;
    double received_dBm, antenna_K, noise_dBm;
    double snr_dB;
} lw_thz_budget;
lw_thz_budget lw_thz_budget_at(const lw_thz_params *p, const lw_thz_band *band, int dir, double symbol_rate);

double lw_thz_gain_dB(const lw_thz_params *p, int end);
// Power received over the density of the noise, at each node.
typedef struct lw_thz_reception {
    double snr_Hz[LW_THZ_RATES_MAX * LW_THZ_NODES_A_RATE];
} lw_thz_reception;
void lw_thz_reception_of(const lw_thz_params *p, const lw_thz_band *band, int dir, lw_thz_reception *out);
// Thermal, over all the band that the symbol rate fills, behind the equaliser.
double lw_thz_snr(const lw_thz_band *band, const lw_thz_reception *reception, int rate);
// Shape of the jitter at the narrower beam, which suffers most when a mast sways: lw_jitter_shape.
double lw_thz_jitter(const lw_thz_params *p);

#endif
