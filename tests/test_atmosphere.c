// SPDX-License-Identifier: GPL-3.0-or-later
// The air, against the validation examples of ITU-R Study Group 3.
#include "models/atmosphere.h"
#include "models/hydrometeors.h"
#include "table_helpers.h"

static const double degree = 3.14159265358979323846 / 180.0;

#define assert_reached(what, worst, limit) lw_assert_reached((what), (worst), (limit), __FILE__, __LINE__)
static void lw_assert_reached(const char *what, double worst, double limit, const char *file, int line) {
    print_message("             %s: worst %.1e, limit %.0e\n", what, worst, limit);
    if (!(worst <= limit)) {
        _fail(file, line);
    }
}

static void gas_lines_hit_every_reference_point(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p676_attenuation.csv");
    double dry = 0, wet = 0;
    while (lw_test_table_next(&t)) {
        lw_air air = {lw_test_number(&t, "p_dry_hPa"), lw_test_number(&t, "e_hPa"), lw_test_number(&t, "T_K")};
        lw_gas_spectrum spectrum;
        lw_gas_spectrum_of(&air, &spectrum);
        lw_gas_loss loss = lw_gas_attenuation(&spectrum, lw_test_number(&t, "f_GHz"));
        dry = lw_test_worst(dry, loss.oxygen_dB_per_km, lw_test_number(&t, "gamma_oxygen_dB_km"));
        wet = lw_test_worst(wet, loss.water_dB_per_km, lw_test_number(&t, "gamma_water_dB_km"));
        assert_close(lw_vapour_pressure_hPa(lw_test_number(&t, "rho_g_m3"), air.temperature_K), air.vapour_hPa, 1e-12);
        assert_close(lw_vapour_g_m3(air.vapour_hPa, air.temperature_K), lw_test_number(&t, "rho_g_m3"), 1e-12);
    }
    assert_int_equal(t.row, 300);
    assert_reached("P.676-13 oxygen, 300 points", dry, 1e-9);
    assert_reached("P.676-13 water, 300 points", wet, 1e-9);
    lw_test_end(&test);
}

static void gas_lines_hit_intermediate_values(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p676_intermediate.csv");
    lw_air air = {1013.25, 9.97288878634056, 288.15};
    lw_gas_spectrum s;
    lw_gas_spectrum_of(&air, &s);
    double worst = 0;
    while (lw_test_table_next(&t)) {
        double f = lw_test_number(&t, "f_GHz");
        lw_gas_loss loss = lw_gas_attenuation(&s, f);
        worst = lw_test_worst(worst, s.oxygen_strength[0], lw_test_number(&t, "oxy_S1"));
        worst = lw_test_worst(worst, lw_gas_line_shape(50.474214, s.oxygen_width_GHz[0], s.oxygen_interference[0], f),
                              lw_test_number(&t, "oxy_F1"));
        worst = lw_test_worst(worst, s.debye_width_GHz, lw_test_number(&t, "oxy_d"));
        worst = lw_test_worst(worst, loss.oxygen_dB_per_km / (0.1820 * f), lw_test_number(&t, "oxy_Nimag"));
        worst = lw_test_worst(worst, s.water_strength[0], lw_test_number(&t, "wv_S1"));
        worst = lw_test_worst(worst, lw_gas_line_shape(22.23508, s.water_width_GHz[0], 0.0, f), lw_test_number(&t, "wv_F1"));
        worst = lw_test_worst(worst, loss.water_dB_per_km / (0.1820 * f), lw_test_number(&t, "wv_Nimag"));
    }
    assert_int_equal(t.row, 5);
    assert_reached("P.676-13 S, F, d, N'' at 5 frequencies", worst, 1e-9);
    lw_test_end(&test);
}

// Six atmospheres up to 1 THz, to the six digits that the table has.
static void gas_lines_up_to_1_THz(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p676_attenuation_computed.csv");
    lw_air airs[6] = {
        {1013.25, 9.97288878634056, 288.15}, {1013.25, 0, 288.15}, {1002.63, 10.6218, 295.15}, {979.136, 34.1138, 303.15}};
    lw_reference_air(5, LW_REFERENCE_VAPOUR_G_M3, &airs[4]);
    lw_reference_air(12, LW_REFERENCE_VAPOUR_G_M3, &airs[5]);
    double worst = 0;
    while (lw_test_table_next(&t)) {
        for (int i = 0; i < 6; i++) {
            lw_gas_spectrum spectrum;
            lw_gas_spectrum_of(&airs[i], &spectrum);
            lw_gas_loss loss = lw_gas_attenuation(&spectrum, strtod(t.cell[0], NULL));
            worst = lw_test_worst(worst, loss.oxygen_dB_per_km + loss.water_dB_per_km, strtod(t.cell[1 + i], NULL));
        }
    }
    assert_true(t.row >= 90);
    assert_reached("P.676-13 to 1 THz, six atmospheres", worst, 1e-4);
    lw_test_end(&test);
}

static void humidity(void **state) {
    (void)state;
    // The atmospheres of the table above: 22 C with 40 %, 30 C with 80 %, 1013.25 hPa in all.
    assert_close(0.4 * lw_saturation_hPa(295.15, 1013.25), 10.6218, 1e-5);
    assert_close(0.8 * lw_saturation_hPa(303.15, 1013.25), 34.1138, 1e-5);
}

// ---- Paths through the layers ----

typedef struct ray_sum {
    double f_GHz, loss_dB;
    int calls;
    lw_test_table *layers;  // compared with, or NULL
    double worst, worst_angle;
    int next;  // layer that the table wants next
} ray_sum;

static void compare_layer(const lw_ray_layer *layer, const lw_gas_loss *loss, ray_sum *sum) {
    const lw_test_table *t = sum->layers;
    const lw_air *air = &layer->air;
    sum->worst_angle = lw_test_farther(sum->worst_angle, layer->entry_rad - lw_test_number(t, "beta_exit_rad"));
    sum->worst_angle = lw_test_farther(sum->worst_angle, layer->exit_rad - lw_test_number(t, "alpha_entry_rad"));
    const struct {
        double actual;
        const char *column;
    } values[] = {
        {layer->thickness_km, "thickness_km"},
        {air->dry_hPa + air->vapour_hPa, "P_total_hPa"},
        {air->dry_hPa, "P_dry_hPa"},
        {air->vapour_hPa, "e_hPa"},
        {air->temperature_K, "T_K"},
        {lw_vapour_g_m3(air->vapour_hPa, air->temperature_K), "rho_g_m3"},
        {layer->refractive_index, "n_index"},
        {layer->path_km, "path_km"},
        {loss->oxygen_dB_per_km, "gamma_oxygen_dB_km"},
        {loss->water_dB_per_km, "gamma_water_dB_km"},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        sum->worst = lw_test_worst(sum->worst, values[i].actual, lw_test_number(t, values[i].column));
    }
    if (layer->index > 0) {
        sum->worst = lw_test_worst(sum->worst, layer->bottom_km, lw_test_number(t, "h_bottom_km"));
    }
}

static void add_layer(const lw_ray_layer *layer, void *user) {
    ray_sum *sum = user;
    sum->calls++;
    lw_gas_spectrum spectrum;
    lw_gas_spectrum_of(&layer->air, &spectrum);
    lw_gas_loss loss = lw_gas_attenuation(&spectrum, sum->f_GHz);
    sum->loss_dB += layer->path_km * (loss.oxygen_dB_per_km + loss.water_dB_per_km);
    if (sum->layers != NULL && layer->index + 1 == sum->next) {
        compare_layer(layer, &loss, sum);
        sum->next = lw_test_table_next(sum->layers) ? (int)lw_test_number(sum->layers, "i") : 0;
    }
}

static void slant_paths_hit_the_references(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p676_slant.csv");
    double worst = 0, worst_bending = 0;
    while (lw_test_table_next(&t)) {
        double low = lw_test_number(&t, "h_low_km");
        lw_layers layers = low > 0 ? lw_layers_between(low, lw_test_number(&t, "h_high_km"), 100, 1e-4) : lw_layers_to_space();
        ray_sum sum = {.f_GHz = lw_test_number(&t, "f_GHz")};
        double bending =
            lw_ray_trace(&layers, LW_REFERENCE_VAPOUR_G_M3, lw_test_number(&t, "elevation_deg") * degree, add_layer, &sum);
        worst = lw_test_worst(worst, sum.loss_dB, lw_test_number(&t, "A_gas_dB"));
        worst_bending = lw_test_worst(worst_bending, bending, lw_test_number(&t, "bending_rad"));
    }
    assert_int_equal(t.row, 2);
    assert_reached("P.676-13 slant paths", worst, 1e-6);
    assert_reached("P.676-13 bending", worst_bending, 1e-5);
    lw_test_end(&test);
}

static void layers_hit_the_references(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p676_slant_layers.csv");
    assert_true(lw_test_table_next(&t));
    ray_sum sum = {.f_GHz = 28, .layers = &t, .next = 1};
    lw_layers layers = lw_layers_to_space();
    (void)lw_ray_trace(&layers, LW_REFERENCE_VAPOUR_G_M3, 30 * degree, add_layer, &sum);
    assert_int_equal(t.row, 28);
    assert_reached("P.835 and P.453 in 28 layers", sum.worst, 1e-6);
    assert_reached("angles in 28 layers, rad", sum.worst_angle, 1e-8);
    lw_test_end(&test);
}

static void slant_paths_up_to_1_THz(void **state) {
    (void)state;
    const struct {
        const char *column;
        double low_km, elevation_deg;
    } paths[] = {{"zenith_0km_dB", 0, 90}, {"el30_0km_dB", 0, 30},     {"el10_0km_dB", 0, 10},    {"zenith_2km_dB", 2, 90},
                 {"zenith_5km_dB", 5, 90}, {"zenith_10km_dB", 10, 90}, {"zenith_20km_dB", 20, 90}};
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p676_slant_computed.csv");
    double worst = 0, grouped = 0;
    while (lw_test_table_next(&t)) {
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            double low = paths[i].low_km, expected = lw_test_number(&t, paths[i].column);
            lw_layers layers = low > 0 ? lw_layers_between(low, 100, 100, 1e-4) : lw_layers_to_space();
            ray_sum sum = {.f_GHz = lw_test_number(&t, "f_GHz")};
            (void)lw_ray_trace(&layers, LW_REFERENCE_VAPOUR_G_M3, paths[i].elevation_deg * degree, add_layer, &sum);
            worst = lw_test_worst(worst, sum.loss_dB, expected);
            // The same in groups of layers, for where speed counts.
            ray_sum few = {.f_GHz = sum.f_GHz};
            lw_ray_trace_grouped(&layers, LW_REFERENCE_VAPOUR_G_M3, paths[i].elevation_deg * degree, add_layer, &few);
            grouped = lw_test_worst(grouped, few.loss_dB, sum.loss_dB);
        }
    }
    assert_int_equal(t.row, 19);
    assert_reached("slant paths 28 GHz to 1 THz", worst, 1e-4);
    assert_reached("the same in groups of layers", grouped, 1e-6);
    lw_test_end(&test);
}

// On lines and between them, from all heights, low and straight up, dry and moist.
static void groups_of_layers_sum_like_all(void **state) {
    (void)state;
    const double f_GHz[] = {28, 60.3, 118.75, 183.31, 190, 325.15, 368.5, 556.94, 560, 752, 850};
    const double low_km[] = {0, 0.01, 0.5, 1.3, 5, 10, 15, 20, 30, 50, 80};
    double worst = 0;
    int most = 0;
    for (size_t i = 0; i < 3 * 3 * sizeof low_km / sizeof low_km[0]; i++) {
        double low = low_km[i / 9];
        double elevation = (i % 3 == 0 ? 5 : i % 3 == 1 ? 30 : 90) * degree;
        double vapour = i / 3 % 3 == 0 ? 0.1 : i / 3 % 3 == 1 ? 7.5 : 25;
        for (int low_orbit = 0; low_orbit < 2; low_orbit++) {
            lw_layers layers = lw_layers_between(low, low_orbit ? low + 7 : 100, 100, 1e-4);
            for (size_t f = 0; f < sizeof f_GHz / sizeof f_GHz[0]; f++) {
                ray_sum all = {.f_GHz = f_GHz[f]}, few = {.f_GHz = f_GHz[f]};
                (void)lw_ray_trace(&layers, vapour, elevation, add_layer, &all);
                lw_ray_trace_grouped(&layers, vapour, elevation, add_layer, &few);
                worst = lw_test_worst(worst, few.loss_dB, all.loss_dB);
                most = few.calls > most ? few.calls : most;
            }
        }
    }
    print_message("             at most %d layers stand for all\n", most);
    assert_true(most <= LW_RAY_GROUPED_MAX);
    assert_reached("groups of layers, lines and windows", worst, 1e-6);
}

static void ranges(void **state) {
    (void)state;
    assert_close(lw_slant_range_km(0, 600, 90 * degree), 600, 1e-12);
    // The horizon: sqrt(2 R h + h^2).
    assert_close(lw_slant_range_km(0, 600, 0), sqrt(2 * 6371.0 * 600 + 600.0 * 600), 1e-12);
    // Layers between two heights fill the gap between them exactly.
    lw_layers layers = lw_layers_between(1.3, 40, 10, 0.01);
    double top = layers.bottom_km, thickness = layers.first_km;
    for (int i = 0; i < layers.count; i++, thickness *= layers.growth) {
        top += thickness;
    }
    assert_close(top, 40, 1e-12);
}

// ---- Drops ----

static void rain_hits_the_references(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p838_rain.csv");
    double worst = 0;
    while (lw_test_table_next(&t)) {
        double f = lw_test_number(&t, "f_GHz");
        lw_rain rain = lw_rain_coefficients(f);
        worst = lw_test_worst(worst, rain.k_h, lw_test_number(&t, "kH"));
        worst = lw_test_worst(worst, rain.k_v, lw_test_number(&t, "kV"));
        worst = lw_test_worst(worst, rain.alpha_h, lw_test_number(&t, "alphaH"));
        worst = lw_test_worst(worst, rain.alpha_v, lw_test_number(&t, "alphaV"));
        worst = lw_test_worst(worst,
                              lw_rain_dB_per_km(f, lw_test_number(&t, "R_mm_h"), lw_test_number(&t, "elevation_deg") * degree,
                                                lw_test_number(&t, "tilt_deg") * degree),
                              lw_test_number(&t, "gamma_R_dB_km"));
    }
    assert_int_equal(t.row, 16);
    assert_reached("P.838-3, 16 rows", worst, 1e-9);
    t = lw_test_table_open(&test, "radio/p838_rain_computed.csv");
    worst = 0;
    while (lw_test_table_next(&t)) {
        double f = lw_test_number(&t, "f_GHz");
        worst = lw_test_worst(worst, lw_rain_dB_per_km(f, 25, 0, 0), lw_test_number(&t, "gamma_25mmh_dB_km"));
        worst = lw_test_worst(worst, lw_rain_dB_per_km(f, 25, 0, 90 * degree), lw_test_number(&t, "gamma_25mmh_vertical_dB_km"));
    }
    assert_int_equal(t.row, 19);
    assert_reached("P.838-3 to 1 THz", worst, 5e-4);  // four digits printed
    lw_test_end(&test);
}

static void clouds_hit_the_references(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_test_table t = lw_test_table_open(&test, "radio/p840_water.csv");
    double worst = 0;
    while (lw_test_table_next(&t)) {
        double f = lw_test_number(&t, "f_GHz");
        lw_permittivity water = lw_water_permittivity(f, 273.75);
        worst = lw_test_worst(worst, water.real, lw_test_number(&t, "eps_real"));
        worst = lw_test_worst(worst, water.imaginary, lw_test_number(&t, "eps_imag"));
        worst = lw_test_worst(worst, lw_cloud_zenith_dB(f, 1), lw_test_number(&t, "KL_dB_per_kg_m2"));
    }
    assert_int_equal(t.row, 4);
    assert_reached("P.840-9 water", worst, 1e-9);
    t = lw_test_table_open(&test, "radio/p840_clouds.csv");
    worst = 0;
    while (lw_test_table_next(&t)) {
        double zenith = lw_cloud_zenith_dB(lw_test_number(&t, "f_GHz"), lw_test_number(&t, "L_kg_m2"));
        worst =
            lw_test_worst(worst, zenith / sin(lw_test_number(&t, "elevation_deg") * degree), lw_test_number(&t, "A_cloud_dB"));
    }
    assert_true(t.row >= 20);
    assert_reached("P.840-9 clouds", worst, 1e-9);
    t = lw_test_table_open(&test, "radio/p840_fog_computed.csv");
    worst = 0;
    while (lw_test_table_next(&t)) {
        double f = lw_test_number(&t, "f_GHz");
        worst = lw_test_worst(worst, lw_fog_dB_per_km(f, 273.15, 1), lw_test_number(&t, "Kl_0C_dB_km_per_g_m3"));
        worst = lw_test_worst(worst, lw_fog_dB_per_km(f, 293.15, 1), lw_test_number(&t, "Kl_20C_dB_km_per_g_m3"));
    }
    assert_int_equal(t.row, 9);
    assert_reached("P.840-9 fog", worst, 1e-4);
    lw_test_end(&test);
}

// The tests above say how far they are off by this: what is no number must not pass for near.
static void deviations_without_a_number_are_seen(void **state) {
    (void)state;
    assert_close(lw_test_worst(0.1, 1.02, 1), 0.1, 1e-12);
    assert_close(lw_test_worst(0.1, 0.7, 1), 0.3, 1e-12);
    assert_true(isinf(lw_test_worst(0.1, (double)NAN, 1)));
    assert_true(isinf(lw_test_worst(0.1, 1, (double)NAN)));  // an empty cell
    assert_true(isinf(lw_test_worst(0.1, 0, 0)));
    assert_true(isinf(lw_test_worst((double)INFINITY, 1, 1)));
    assert_true(isinf(lw_test_farther(0.1, (double)NAN)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deviations_without_a_number_are_seen),
        cmocka_unit_test(gas_lines_hit_every_reference_point),
        cmocka_unit_test(gas_lines_hit_intermediate_values),
        cmocka_unit_test(gas_lines_up_to_1_THz),
        cmocka_unit_test(humidity),
        cmocka_unit_test(slant_paths_hit_the_references),
        cmocka_unit_test(layers_hit_the_references),
        cmocka_unit_test(slant_paths_up_to_1_THz),
        cmocka_unit_test(groups_of_layers_sum_like_all),
        cmocka_unit_test(ranges),
        cmocka_unit_test(rain_hits_the_references),
        cmocka_unit_test(clouds_hit_the_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
