// SPDX-License-Identifier: GPL-3.0-or-later
// The link budget of a terahertz radio: from the power sent to the signal-to-noise ratio, over each
// band that the modem may fill.
#include <math.h>

#include "models/thz.h"

static const double rad_per_deg = 3.14159265358979323846 / 180.0;

// ---- Bands ----

// The five-point rule of Gauss and Legendre (Abramowitz and Stegun, table 25.4).
enum { POINTS = LW_THZ_NODES_A_RATE / 2 };
static const double point_at[POINTS] = {-0.906179845938664, -0.5384693101056831, 0.0, 0.5384693101056831, 0.906179845938664};
static const double point_weight[POINTS] = {0.23692688505618908, 0.47862867049936647, 0.5688888888888889, 0.47862867049936647,
                                            0.23692688505618908};

// Those of the eight of IEEE 802.15.3d that are slower than what fills the band, and that one.
static void rates_of(const lw_thz_params *p, lw_thz_band *band) {
    static const int basic_channels[] = {1, 2, 4, 6, 8, 12, 24, 32};
    static const double basic_Bd = 1.76e9;
    band->rates = 0;
    if (!lw_is_auto(p->symbol_rate_Bd)) {
        band->symbol_rate[band->rates++] = p->symbol_rate_Bd;
        return;
    }
    double full_Bd = lw_thz_symbol_rate(lw_thz_bandwidth_Hz(p));
    for (size_t i = 0; i < sizeof basic_channels / sizeof basic_channels[0]; i++) {
        if (basic_Bd * basic_channels[i] < full_Bd * (1.0 - 1e-9)) {
            band->symbol_rate[band->rates++] = basic_Bd * basic_channels[i];
        }
    }
    band->symbol_rate[band->rates++] = full_Bd;
}

void lw_thz_band_of(const lw_thz_params *p, lw_thz_band *out) {
    lw_thz_path path;
    lw_thz_path_of(p, &path);
    out->distance_m = path.distance_m;
    out->air_K = path.air_K;
    rates_of(p, out);
    double f_Hz = lw_thz_frequency_Hz(p), inner_Hz = 0.0;
    lw_thz_node *node = out->node;
    for (int r = 0; r < out->rates; r++) {
        double width_Hz = fmin(out->symbol_rate[r] / lw_thz_symbol_rate(1.0), lw_thz_bandwidth_Hz(p));
        double half_Hz = (width_Hz / 2.0 - inner_Hz) / 2.0;
        for (int i = 0; i < LW_THZ_NODES_A_RATE; i++) {
            double away_Hz = inner_Hz + half_Hz * (1.0 + point_at[i % POINTS]);
            node->f_Hz = f_Hz + (i < POINTS ? away_Hz : -away_Hz);
            node->weight_Hz = half_Hz * point_weight[i % POINTS];
            node->loss = lw_thz_loss_of(&path, node->f_Hz);
            node++;
        }
        inner_Hz = width_Hz / 2.0;
    }
    out->middle = lw_thz_loss_of(&path, f_Hz);
}

// ---- Budget ----

double lw_thz_gain_dB(const lw_thz_params *p, int end) {
    double dish_m = end == 0 ? p->dish_a_m : p->dish_b_m;
    int64_t elements = end == 0 ? p->elements_a : p->elements_b;
    if (dish_m > 0.0) {
        return lw_aperture_gain_dB(lw_thz_frequency_Hz(p), dish_m, p->aperture_efficiency);
    }
    return elements > 0 ? lw_array_gain_dB(p->element_gain_dB, (double)elements) : end == 0 ? p->gain_a_dB : p->gain_b_dB;
}

// An array has an amplifier behind each element.
static double sent_dBm(const lw_thz_params *p, int dir) {
    double one_dBm = (dir == 0 || lw_is_auto(p->return_power_dBm) ? p->tx_power_dBm : p->return_power_dBm) - p->backoff_dB;
    double dish_m = dir == 0 ? p->dish_a_m : p->dish_b_m;
    int64_t elements = dir == 0 ? p->elements_a : p->elements_b;
    return one_dBm + (dish_m == 0.0 && elements > 0 ? lw_to_dB((double)elements) : 0.0);
}

// What the receiving antenna sees: walls and ground, the sky, or (from a satellite downwards,
// direction a to b) the Earth.
static double antenna_K(const lw_thz_params *p, const lw_thz_band *band, int dir, double absorbed_dB) {
    if (!lw_is_auto(p->antenna_K)) {
        return p->antenna_K;
    }
    if (p->path == LW_THZ_SPACE) {
        return LW_COSMIC_BACKGROUND_K;
    }
    return p->path == LW_THZ_SLANT && dir == 1 ? lw_sky_K(band->air_K, absorbed_dB) : LW_NOISE_REFERENCE_K;
}

static double absorbed_dB(const lw_thz_params *p, const lw_thz_loss *loss) {
    return loss->oxygen_dB + p->vapour_scale * loss->vapour_dB + loss->rain_dB + loss->fog_dB + loss->cloud_dB;
}

// All that does not depend on the frequency inside the band.
static lw_thz_budget flat_budget(const lw_thz_params *p, int dir) {
    lw_thz_budget b = {.sent_dBm = sent_dBm(p, dir)};
    for (int end = 0; end < 2; end++) {
        double gain_dB = lw_thz_gain_dB(p, end);
        b.gains_dB += gain_dB;
        b.pointing_dB += lw_pointing_loss_dB(p->pointing_deg * rad_per_deg, lw_beam_width_rad(gain_dB));
    }
    return b;
}

// A frequency, what the air takes there, and the width of the noise.
typedef struct tone {
    double f_Hz;
    const lw_thz_loss *loss;
    double symbol_rate;
} tone;

static void finish_budget(const lw_thz_params *p, const lw_thz_band *band, int dir, const tone *at, lw_thz_budget *b) {
    b->free_dB = lw_free_space_dB(at->f_Hz, band->distance_m);
    b->absorbed_dB = absorbed_dB(p, at->loss);
    b->received_dBm = lw_received_dBm(b->sent_dBm, b->gains_dB, b->free_dB, b->pointing_dB + b->absorbed_dB + p->margin_dB);
    b->won_back_dB = fmin(b->gains_dB - b->free_dB, 0.0);
    b->antenna_K = antenna_K(p, band, dir, b->absorbed_dB);
    b->noise_dBm = lw_noise_dBm(at->symbol_rate, p->noise_figure_dB, b->antenna_K);
    b->snr_dB = b->received_dBm - b->noise_dBm;
}

lw_thz_budget lw_thz_budget_at(const lw_thz_params *p, const lw_thz_band *band, int dir, double symbol_rate) {
    lw_thz_budget b = flat_budget(p, dir);
    finish_budget(p, band, dir, &(const tone){lw_thz_frequency_Hz(p), &band->middle, symbol_rate}, &b);
    return b;
}

void lw_thz_reception_of(const lw_thz_params *p, const lw_thz_band *band, int dir, lw_thz_reception *out) {
    static const double one_Bd = 1.0;
    lw_thz_budget b = flat_budget(p, dir);
    for (int i = 0; i < band->rates * LW_THZ_NODES_A_RATE; i++) {
        finish_budget(p, band, dir, &(const tone){band->node[i].f_Hz, &band->node[i].loss, one_Bd}, &b);
        out->snr_Hz[i] = lw_from_dB(b.snr_dB);
    }
}

double lw_thz_snr(const lw_thz_band *band, const lw_thz_reception *reception, int rate) {
    double share = 0.0, width_Hz = 0.0;
    for (int i = 0; i < (rate + 1) * LW_THZ_NODES_A_RATE; i++) {
        share += band->node[i].weight_Hz * lw_share_of_signal(reception->snr_Hz[i] / band->symbol_rate[rate]);
        width_Hz += band->node[i].weight_Hz;
    }
    return lw_snr_of_share(share / width_Hz);
}

double lw_thz_jitter(const lw_thz_params *p) {
    double narrow_rad = lw_beam_width_rad(fmax(lw_thz_gain_dB(p, 0), lw_thz_gain_dB(p, 1)));
    return lw_jitter_shape(p->jitter_deg * rad_per_deg, narrow_rad);
}
