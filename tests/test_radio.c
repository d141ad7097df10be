// SPDX-License-Identifier: GPL-3.0-or-later
// From antennas to frames: worked link budgets, thresholds, and the modem of IEEE 802.15.3d.
#include <gsl/gsl_integration.h>

#include "models/atmosphere.h"
#include "models/thz.h"
#include "table_helpers.h"

static const double pi = 3.14159265358979323846;

#define assert_within(actual, expected, absolute) lw_assert_within((actual), (expected), (absolute), __FILE__, __LINE__)
static void lw_assert_within(double actual, double expected, double absolute, const char *file, int line) {
    if (!(fabs(actual - expected) <= absolute)) {
        print_error("%.10g is not within %g of %.10g\n", actual, absolute, expected);
        _fail(file, line);
    }
}

// ---- Radio ----

static void link_budgets(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/link_budgets.csv");
    lw_air air = {1013.25 - lw_vapour_pressure_hPa(7.5, 288.15), lw_vapour_pressure_hPa(7.5, 288.15), 288.15};
    lw_gas_spectrum gas;
    lw_gas_spectrum_of(&air, &gas);
    double worst_dB = 0;
    while (lw_test_table_next(&t)) {
        double f_Hz = lw_test_number(&t, "f_GHz") * 1e9, distance_m = lw_test_number(&t, "distance_m");
        lw_gas_loss loss = lw_gas_attenuation(&gas, f_Hz / 1e9);
        double absorption_dB = (loss.oxygen_dB_per_km + loss.water_dB_per_km) * distance_m / 1e3;
        double free_dB = lw_free_space_dB(f_Hz, distance_m);
        double received_dBm = lw_received_dBm(lw_test_number(&t, "tx_power_dBm"), 2 * lw_test_number(&t, "antenna_gain_each_dBi"),
                                              free_dB, absorption_dB);
        double noise_dBm = lw_noise_dBm(lw_test_number(&t, "noise_bandwidth_GHz") * 1e9, lw_test_number(&t, "noise_figure_dB"),
                                        LW_NOISE_REFERENCE_K);
        double snr = lw_from_dB(received_dBm - noise_dBm);
        double ceiling = lw_snr_with_evm(snr, 0.1), better = lw_snr_with_evm(snr, lw_from_dB(-25.0 / 2));
        const struct {
            double actual;
            const char *column;
        } values[] = {{free_dB, "fspl_dB"},
                      {absorption_dB, "absorption_dB"},
                      {received_dBm, "rx_power_dBm"},
                      {noise_dBm, "noise_dBm"},
                      {lw_to_dB(snr), "snr_thermal_dB"},
                      {lw_to_dB(ceiling), "snr_with_20dB_ceiling"},
                      {lw_to_dB(better), "snr_with_25dB_ceiling"}};
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            worst_dB = lw_test_farther(worst_dB, values[i].actual - lw_test_number(&t, values[i].column));
        }
        assert_close(lw_uncoded_ber(LW_QPSK, ceiling), lw_test_number(&t, "ber_uncoded_QPSK_at_20dB_ceiling"), 0.01);
        assert_close(lw_uncoded_ber(LW_16QAM, ceiling), lw_test_number(&t, "ber_uncoded_16QAM"), 0.01);
        assert_close(lw_uncoded_ber(LW_64QAM, ceiling), lw_test_number(&t, "ber_uncoded_64QAM"), 0.01);
    }
    assert_int_equal(t.row, 6);
    print_message("             link budgets: worst %.5f dB, limit 0.005 dB\n", worst_dB);
    assert_true(worst_dB <= 0.005);
    lw_test_end(&test);
}

// The one published link with a complete budget: 143 GHz, 10 m, 64QAM (IMS 2018 paper 510). 53 dB
// are left over thermal noise, so the hardware decides.
static void a_published_budget(void **state) {
    (void)state;
    lw_air air;
    lw_reference_air(0, LW_REFERENCE_VAPOUR_G_M3, &air);
    lw_gas_spectrum gas;
    lw_gas_spectrum_of(&air, &gas);
    lw_gas_loss loss = lw_gas_attenuation(&gas, 143);
    double absorption_dB = (loss.oxygen_dB_per_km + loss.water_dB_per_km) * 0.01;
    double received_dBm = lw_received_dBm(-2.3, 80, lw_free_space_dB(143e9, 10), absorption_dB);
    double snr_dB = received_dBm - lw_noise_dBm(1e9, 13, LW_NOISE_REFERENCE_K);
    assert_within(snr_dB, 53.1, 0.2);
    assert_within(lw_to_dB(lw_snr_with_evm(lw_from_dB(snr_dB), 0.05)), -20 * log10(0.05), 0.01);
}

static void antennas(void **state) {
    (void)state;
    assert_within(lw_to_dB(41253 / 36.0), 30.59, 0.005);  // the sector rule for a beam of 6 degrees
    assert_close(lw_beam_width_rad(lw_to_dB(41253 / 36.0)), 6 * pi / 180, 1e-12);
    assert_within(lw_aperture_gain_dB(300e9, 0.1, 1), 20 * log10(pi * 0.1 / (LW_LIGHT_M_PER_S / 300e9)), 1e-12);
    assert_close(lw_aperture_m(300e9, lw_aperture_gain_dB(300e9, 0.25, 0.6), 0.6), 0.25, 1e-12);
    assert_within(lw_array_gain_dB(5, 1024), 5 + 30.103, 1e-3);
    assert_close(lw_far_field_m(300e9, 0.1), 20.01, 1e-3);
    // Two antennas of 50 dBi half a metre apart: no more than was sent, and every other loss counts
    // in full.
    double near_dB = lw_free_space_dB(300e9, 0.5);
    assert_true(lw_received_dBm(10, 100, near_dB, 0) == 10);
    assert_true(lw_received_dBm(10, 100, near_dB, 7) == 3);
    // farther away, all adds up
    assert_within(lw_received_dBm(10, 60, near_dB, 7), 10 + 60 - near_dB - 7, 1e-12);
    // half the width off: half the power
    assert_within(lw_pointing_loss_dB(0.5, 1), 3, 1e-12);
}

static double power_at(double u, void *user) {
    return pow(u, 1 / *(double *)user);
}

static void jitter_loses_what_its_distribution_says(void **state) {
    (void)state;
    double shape = lw_jitter_shape(0.02, 0.1);
    double mean, error, magnitude, scatter;
    gsl_integration_qk61(&(gsl_function){power_at, &shape}, 0, 1, &mean, &error, &magnitude, &scatter);
    assert_close(mean, shape / (1 + shape), 1e-4);
    // The power falls off as lw_pointing_loss_dB says: quantile u of the angle (Rayleigh) is sigma
    // * sqrt(-2 ln u).
    double away = 0.02 * sqrt(-2 * log(0.3));
    // 12 dB stands for 12.04
    assert_close(power_at(0.3, &shape), lw_from_dB(-lw_pointing_loss_dB(away, 0.1)), 5e-3);
    assert_true(isinf(lw_jitter_shape(0, 0.1)));
}

static void noise(void **state) {
    (void)state;
    assert_within(lw_noise_dBm(21.12e9, 10, 290), -60.73, 0.005);
    // A cold sky helps a quiet receiver: 3 dB of noise figure are 290 K.
    assert_within(lw_noise_dBm(1e9, lw_to_dB(2), 290) - lw_noise_dBm(1e9, lw_to_dB(2), 0), lw_to_dB(2), 1e-9);
    assert_close(lw_sky_K(280, 0), LW_COSMIC_BACKGROUND_K, 1e-12);
    assert_close(lw_sky_K(280, 200), 280, 1e-12);
}

static void equaliser(void **state) {
    (void)state;
    const double ratios[] = {1e-9, 1, 100};
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        assert_close(lw_snr_of_share(lw_share_of_signal(ratios[i])), ratios[i], 1e-6);
    }
    // Half of the band at 3, half at nothing: 1 / (1 + snr) is 1/4 and 1.
    assert_close(lw_snr_of_share((lw_share_of_signal(3) + lw_share_of_signal(0)) / 2), 0.6, 1e-12);
}

// One ceiling per technology and one corner for all: what the facts ask is 3 dB.
static void error_vectors_of_published_links(void **state) {
    (void)state;
    static const struct {
        const char *technology;
        double evm;
    } ceilings[] = {{"sige", 0.07}, {"mhemt", 0.125}};
    lw_thz_params hardware;  // the corner that the family takes by default
    lw_options_default(lw_thz_options, &hardware);
    assert_close(lw_evm_at(0.1, 26e9, 26e9), 0.1 * sqrt(2), 1e-12);
    assert_close(lw_evm_at(0.1, 2e9, 26e9), 0.1, 1e-9);
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/evm_measured.csv");
    double worst_dB = 0;
    while (lw_test_table_next(&t)) {
        double evm = 0;
        for (size_t i = 0; i < sizeof ceilings / sizeof ceilings[0]; i++) {
            evm = strcmp(lw_test_text(&t, "technology"), ceilings[i].technology) == 0 ? ceilings[i].evm : evm;
        }
        assert_true(evm > 0);
        bool thermal = lw_test_text(&t, "thermal_snr_dB")[0] != '\0';
        double snr = thermal ? lw_from_dB(lw_test_number(&t, "thermal_snr_dB")) : (double)INFINITY;
        double model_dB =
            lw_to_dB(lw_snr_with_evm(snr, lw_evm_at(evm, lw_test_number(&t, "symbol_rate_GBd") * 1e9, hardware.evm_corner_Bd)));
        double measured_dB = -20 * log10(lw_test_number(&t, "evm_pct") / 100);
        print_message("             %s, %g GBd: %.1f dB, model %.1f dB\n", lw_test_text(&t, "id"),
                      lw_test_number(&t, "symbol_rate_GBd"), measured_dB, model_dB);
        worst_dB = lw_test_farther(worst_dB, model_dB - measured_dB);
    }
    print_message("             error vectors: worst %.2f dB, limit 3 dB\n", worst_dB);
    assert_int_equal(t.row, 8);
    assert_true(worst_dB <= 3);
    lw_test_end(&test);
}

static void light(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/light_times.csv");
    while (lw_test_table_next(&t)) {
        assert_close(lw_test_number(&t, "distance_km") * 1e3 / LW_LIGHT_M_PER_S, lw_test_number(&t, "one_way_s"), 1e-6);
    }
    assert_true(t.row >= 12);
    lw_test_end(&test);
}

// ---- Thresholds ----

// The ratio in dB at which a falling error rate reaches a wanted one.
static double solve_dB(double (*rate)(int kind, double snr), int kind, double wanted) {
    double low = -10, high = 40;
    while (high - low > 1e-5) {
        double middle = (low + high) / 2;
        *(rate(kind, lw_from_dB(middle)) > wanted ? &low : &high) = middle;
    }
    return low;
}

static double uncoded(int constellation, double snr) {
    return lw_uncoded_ber((lw_constellation)constellation, snr);
}

static void uncoded_thresholds(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/snr_thresholds.csv");
    const double bers[] = {1e-3, 1e-6, 1e-9, 1e-12};
    double worst_dB = 0;
    for (int c = 0; c < LW_CONSTELLATIONS; c++) {
        assert_true(lw_test_table_next(&t));
        for (int i = 0; i < 4; i++) {
            worst_dB = lw_test_farther(worst_dB, solve_dB(uncoded, c, bers[i]) - strtod(t.cell[1 + i], NULL));
        }
    }
    assert_false(lw_test_table_next(&t));
    print_message("             uncoded thresholds: worst %.4f dB, limit 0.05 dB\n", worst_dB);
    assert_true(worst_dB <= 0.05);
    lw_test_end(&test);
}

enum { NODES = 24 };

// What noise leaves of log2(count) bits, over one axis of equally spaced points (a row of a square
// QAM) or over both axes of a ring (PSK): mutual information by Gauss-Hermite integration
// (Ungerboeck, IEEE Trans. Information Theory 28 (1982) 55, equation 5).
static double row_bits(int count, double snr, const double *node, const double *weight) {
    // mean power 1/2, the other half is the other axis
    double step = sqrt(6.0 / (count * count - 1.0)), lost = 0;
    for (int i = 0; i < count; i++) {
        for (int a = 0; a < NODES; a++) {
            double sum = 0;
            for (int j = 0; j < count; j++) {
                double dx = step * (i - j) + node[a] / sqrt(snr);
                sum += exp(node[a] * node[a] - dx * dx * snr);
            }
            lost += weight[a] / sqrt(pi) * log2(sum) / count;
        }
    }
    return log2(count) - lost;
}

static double ring_bits(int count, double snr, const double *node, const double *weight) {
    double lost = 0;  // all points are alike: that at (1, 0)
    for (int a = 0; a < NODES; a++) {
        for (int b = 0; b < NODES; b++) {
            double sum = 0;
            for (int j = 0; j < count; j++) {
                double dx = 1 - cos(2 * pi * j / count) + node[a] / sqrt(snr);
                double dy = -sin(2 * pi * j / count) + node[b] / sqrt(snr);
                sum += exp(node[a] * node[a] + node[b] * node[b] - (dx * dx + dy * dy) * snr);
            }
            lost += weight[a] * weight[b] / pi * log2(sum);
        }
    }
    return log2(count) - lost;
}

static double capacity_bits(lw_constellation constellation, double snr) {
    gsl_integration_fixed_workspace *w = gsl_integration_fixed_alloc(gsl_integration_fixed_hermite, NODES, 0, 1, 0, 0);
    assert_non_null(w);
    const double *node = gsl_integration_fixed_nodes(w), *weight = gsl_integration_fixed_weights(w);
    double bits = constellation == LW_16QAM   ? 2 * row_bits(4, snr, node, weight)
                  : constellation == LW_64QAM ? 2 * row_bits(8, snr, node, weight)
                                              : ring_bits(1 << lw_constellation_bits(constellation), snr, node, weight);
    gsl_integration_fixed_free(w);
    return bits;
}

static double lost_bits(int constellation, double snr) {
    return lw_constellation_bits((lw_constellation)constellation) - capacity_bits((lw_constellation)constellation, snr);
}

static double capacity_threshold_dB(lw_constellation constellation, double bits) {
    return solve_dB(lost_bits, (int)constellation, lw_constellation_bits(constellation) - bits);
}

static void capacities_are_those_of_the_constellations(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    for (int m = 0; m < LW_MODES; m++) {
        const lw_mode *mode = &lw_modes[m];
        double bits = lw_constellation_bits(mode->constellation) * mode->code_fifteenths / 15.0;
        assert_within(mode->capacity_dB, capacity_threshold_dB(mode->constellation, bits), 0.01);
    }
    lw_test_table t = lw_test_table_open(&test, "radio/snr_thresholds.csv");
    static const int of_row[LW_CONSTELLATIONS] = {0, 2, 4, 8, 10};
    for (int c = 0; c < LW_CONSTELLATIONS; c++) {
        assert_true(lw_test_table_next(&t));
        assert_within(lw_mode_threshold_dB(&lw_modes[of_row[c]]), lw_test_number(&t, "predicted_EsN0_dB_rate11_15_ber1e-6"),
                      0.0101);
        assert_within(lw_mode_threshold_dB(&lw_modes[of_row[c] + 1]), lw_test_number(&t, "predicted_EsN0_dB_rate14_15_ber1e-6"),
                      0.0101);
    }
    lw_test_end(&test);
}

// The gaps between capacity and threshold are those of codes that were measured.
static void gaps_are_those_of_802_11ay(void **state) {
    (void)state;
    static const struct {
        int points;
        lw_constellation constellation;
        double gap_dB;
    } kinds[] = {{2, LW_BPSK, 2.9}, {4, LW_QPSK, 2.9}, {16, LW_16QAM, 3.2}, {64, LW_64QAM, 3.6}};
    static const struct {
        const char *text;
        double rate;
    } codes[] = {{"3/4", 0.75}, {"13/16", 0.8125}, {"7/8", 0.875}};
    double threshold_dB[4][3];
    for (int k = 0; k < 4; k++) {
        for (int c = 0; c < 3; c++) {
            double bits = lw_constellation_bits(kinds[k].constellation) * codes[c].rate;
            threshold_dB[k][c] = capacity_threshold_dB(kinds[k].constellation, bits) + kinds[k].gap_dB;
        }
    }
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/ieee80211ay_modes.csv");
    int compared = 0;
    double worst_dB = 0;
    while (lw_test_table_next(&t)) {
        bool single_carrier = strstr(lw_test_text(&t, "mode"), "_SC_") != NULL;
        for (int k = 0; single_carrier && k < 4; k++) {
            for (int c = 0; c < 3; c++) {
                if ((int)lw_test_number(&t, "constellation") == kinds[k].points &&
                    strcmp(lw_test_text(&t, "code_rate"), codes[c].text) == 0) {
                    worst_dB = lw_test_farther(worst_dB, lw_test_number(&t, "snr_dB_ber1e-6") - threshold_dB[k][c]);
                    compared++;
                }
            }
        }
    }
    print_message("             802.11ay thresholds: worst %.2f dB in %d modes, limit 0.5 dB\n", worst_dB, compared);
    assert_true(compared >= 12);
    assert_true(worst_dB <= 0.5);
    lw_test_end(&test);
}

// ---- Modem ----

static void channel_plan(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/ieee802153d_channels.csv");
    while (lw_test_table_next(&t)) {
        lw_thz_channel channel = lw_thz_channel_of((int)lw_test_number(&t, "channel_id"));
        assert_close(channel.center_Hz, lw_test_number(&t, "f_center_GHz") * 1e9, 1e-12);
        assert_close(channel.bandwidth_Hz, lw_test_number(&t, "bandwidth_GHz") * 1e9, 1e-12);
        assert_close(lw_thz_symbol_rate(channel.bandwidth_Hz), lw_test_number(&t, "symbol_rate_GBd") * 1e9, 1e-12);
    }
    assert_int_equal(t.row, LW_THZ_CHANNELS);
    lw_test_end(&test);
}

static void payload_rates(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/ieee802153d_rates.csv");
    double worst = 0;
    while (lw_test_table_next(&t)) {
        const lw_mode *mode = &lw_modes[(t.row - 1) % LW_MODES];
        double symbols = lw_thz_symbol_rate(lw_test_number(&t, "bandwidth_GHz") * 1e9);
        // Exactly, from the columns that have all digits; and to the four decimals of the others.
        double bits = lw_test_number(&t, "bits_per_symbol");
        double code = strncmp(lw_test_text(&t, "ldpc_rate"), "11", 2) == 0 ? 11.0 / 15 : 14.0 / 15;
        double exact = lw_test_number(&t, "symbol_rate_GBd") * 1e9 * bits * code;
        worst = lw_test_worst(worst, lw_mode_bits_per_s(mode, symbols, false), exact);
        worst = lw_test_worst(worst, lw_mode_bits_per_s(mode, symbols, true), exact * 56 / 64);
        assert_within(lw_mode_bits_per_s(mode, symbols, false) / 1e9, lw_test_number(&t, "phy_payload_rate_no_pilot_word_Gbps"),
                      5.1e-5);
        assert_within(lw_mode_bits_per_s(mode, symbols, true) / 1e9, lw_test_number(&t, "phy_payload_rate_pilot_word8_Gbps"),
                      5.1e-5);
    }
    assert_int_equal(t.row, 8 * LW_MODES);
    print_message("             802.15.3d rates: worst %.1e in %d, limit 1e-9\n", worst, 2 * t.row);
    assert_true(worst <= 1e-9);
    lw_test_end(&test);
}

static void frames_fail_where_the_threshold_is(void **state) {
    (void)state;
    const double steady = (double)INFINITY;
    for (int m = 0; m < LW_MODES; m++) {
        const lw_mode *mode = &lw_modes[m];
        double threshold_dB = lw_mode_threshold_dB(mode);
        assert_close(lw_mode_ber(mode, lw_from_dB(threshold_dB)), 1e-6, 1e-6);
        assert_close(lw_mode_ber(mode, lw_from_dB(threshold_dB - mode->fall_dB)), 1e-3, 1e-6);
        assert_close(lw_mode_ber(mode, 0), 0.5, 1e-12);
        // A thousand bits at 1e-6, not spread and spread by four with a quarter of the power.
        double snr = lw_from_dB(threshold_dB);
        assert_close(lw_frame_error(mode, snr, 0, 1, steady, 1000), 1e-3, 1e-3);
        assert_close(lw_frame_error(mode, snr / 4, 0, 4, steady, 1000), 1e-3, 1e-3);
    }
    // The hardware's ceiling of 20 dB stops 64QAM 14/15 however strong the signal is, and however
    // often it is repeated.
    assert_true(lw_frame_error(&lw_modes[11], 1e12, 0.1, 64, steady, 1e5) > 0.99);
    assert_true(lw_frame_error(&lw_modes[11], 1e12, 0.1, 1, steady, 1e5) > 0.99);
    assert_true(lw_frame_error(&lw_modes[10], 1e12, 0.1, 1, steady, 1e5) < 1e-3);
}

static void jitter_costs_frames(void **state) {
    (void)state;
    double before = 0;
    for (double sigma = 0.0; sigma < 0.06; sigma += 0.01) {
        double error = lw_frame_error(&lw_modes[3], lw_from_dB(12), 0, 1, lw_jitter_shape(sigma, 0.1), 1e5);
        assert_true(error >= before);
        before = error;
    }
    assert_true(before > 0.1);
    // Against a plain sum over 200,000 moments: wide sway, and a beam that seldom strays.
    const struct { double shape, snr_dB; } beams[] = {{0.5, 30}, {2, 24.4}, {20, 10.5}};
    for (size_t i = 0; i < sizeof beams / sizeof beams[0]; i++) {
        enum { MOMENTS = 200000 };
        double sum = 0, snr = lw_from_dB(beams[i].snr_dB);
        for (int k = 0; k < MOMENTS; k++) {
            double caught = pow((k + 0.5) / MOMENTS, 1 / beams[i].shape);
            sum += lw_frame_error(&lw_modes[3], snr * caught, 0, 1, (double)INFINITY, 1e3) / MOMENTS;
        }
        assert_close(lw_frame_error(&lw_modes[3], snr, 0, 1, beams[i].shape, 1e3), sum, 0.05);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_budgets),
        cmocka_unit_test(a_published_budget),
        cmocka_unit_test(antennas),
        cmocka_unit_test(jitter_loses_what_its_distribution_says),
        cmocka_unit_test(noise),
        cmocka_unit_test(equaliser),
        cmocka_unit_test(error_vectors_of_published_links),
        cmocka_unit_test(light),
        cmocka_unit_test(uncoded_thresholds),
        cmocka_unit_test(capacities_are_those_of_the_constellations),
        cmocka_unit_test(gaps_are_those_of_802_11ay),
        cmocka_unit_test(channel_plan),
        cmocka_unit_test(payload_rates),
        cmocka_unit_test(frames_fail_where_the_threshold_is),
        cmocka_unit_test(jitter_costs_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
