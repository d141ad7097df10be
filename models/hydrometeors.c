// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/hydrometeors.h"

#include <math.h>

// ---- Rain: P.838-3, tables 1 to 4 ----

enum { K_H, K_V, ALPHA_H, ALPHA_V, REGRESSIONS, TERMS_MAX = 5 };

typedef struct regression {
    struct {
        double a, b, c;
    } term[TERMS_MAX];  // unused ones have c 0
    double m, c;
} regression;

static const regression regressions[REGRESSIONS] = {
    [K_H] =
        {{{-5.3398, -0.10008, 1.13098}, {-0.35351, 1.2697, 0.454}, {-0.23789, 0.86036, 0.15354}, {-0.94158, 0.64552, 0.16817}},
         -0.18961,
         0.71147},
    [K_V] =
        {{{-3.80595, 0.56934, 0.81061}, {-3.44965, -0.22911, 0.51059}, {-0.39902, 0.73042, 0.11899}, {0.50167, 1.07319, 0.27195}},
         -0.16398,
         0.63297},
    [ALPHA_H] = {{{-0.14318, 1.82442, -0.55187},
                  {0.29591, 0.77564, 0.19822},
                  {0.32177, 0.63773, 0.13164},
                  {-5.3761, -0.9623, 1.47828},
                  {16.1721, -3.2998, 3.4399}},
                 0.67849,
                 -1.95537},
    [ALPHA_V] = {{{-0.07771, 2.3384, -0.76284},
                  {0.56727, 0.95545, 0.54039},
                  {-0.20238, 1.1452, 0.26809},
                  {-48.2991, 0.791669, 0.116226},
                  {48.5833, 0.791459, 0.116479}},
                 -0.053739,
                 0.83433},
};

// A sum of bells and a line over log10 f.
static double regress(const regression *r, double f_GHz) {
    double x = log10(f_GHz);
    double sum = r->m * x + r->c;
    for (int j = 0; j < TERMS_MAX && r->term[j].c != 0.0; j++) {
        double z = (x - r->term[j].b) / r->term[j].c;
        sum += r->term[j].a * exp(-z * z);
    }
    return sum;
}

lw_rain lw_rain_coefficients(double f_GHz) {
    return (lw_rain){.k_h = pow(10.0, regress(&regressions[K_H], f_GHz)),
                     .k_v = pow(10.0, regress(&regressions[K_V], f_GHz)),
                     .alpha_h = regress(&regressions[ALPHA_H], f_GHz),
                     .alpha_v = regress(&regressions[ALPHA_V], f_GHz)};
}

double lw_rain_dB_per_km(double f_GHz, double rain_mm_h, double elevation_rad, double tilt_rad) {
    lw_rain r = lw_rain_coefficients(f_GHz);
    double turn = cos(elevation_rad) * cos(elevation_rad) * cos(2.0 * tilt_rad);
    double k = (r.k_h + r.k_v + (r.k_h - r.k_v) * turn) / 2.0;
    double alpha = (r.k_h * r.alpha_h + r.k_v * r.alpha_v + (r.k_h * r.alpha_h - r.k_v * r.alpha_v) * turn) / (2.0 * k);
    return k * pow(rain_mm_h, alpha);
}

// ---- Fog and clouds: P.840-9 ----

lw_permittivity lw_water_permittivity(double f_GHz, double temperature_K) {
    double theta = 300.0 / temperature_K - 1.0;
    double e0 = 77.66 + 103.3 * theta, e1 = 0.0671 * e0, e2 = 3.52;
    // relaxation frequencies, GHz
    double fp = 20.20 - 146.0 * theta + 316.0 * theta * theta, fs = 39.8 * fp;
    double p = f_GHz / fp, s = f_GHz / fs;
    return (lw_permittivity){.real = (e0 - e1) / (1.0 + p * p) + (e1 - e2) / (1.0 + s * s) + e2,
                             .imaginary = p * (e0 - e1) / (1.0 + p * p) + s * (e1 - e2) / (1.0 + s * s)};
}

double lw_fog_dB_per_km(double f_GHz, double temperature_K, double liquid_g_m3) {
    lw_permittivity eps = lw_water_permittivity(f_GHz, temperature_K);
    double eta = (2.0 + eps.real) / eps.imaginary;
    return liquid_g_m3 * 0.819 * f_GHz / (eps.imaginary * (1.0 + eta * eta));
}

double lw_cloud_zenith_dB(double f_GHz, double liquid_kg_m2) {
    double low = f_GHz + 23.9589, high = f_GHz - 219.2096;
    double fit = 0.1522 * exp(-low * low / 3.2991e3) + 11.51 * exp(-high * high / 2.7595e6) - 10.4912;
    return liquid_kg_m2 * lw_fog_dB_per_km(f_GHz, 273.75, 1.0) * fit;
}
