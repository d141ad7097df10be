// SPDX-License-Identifier: GPL-3.0-or-later
// What water drops take from a wave: rain by Rec. ITU-R P.838-3 (03/2005), 1 to 1000 GHz; fog and
// clouds by P.840-9 (2023), which is a Rayleigh model and valid to 200 GHz.
#ifndef LW_HYDROMETEORS_H
#define LW_HYDROMETEORS_H

typedef struct lw_rain {
    double k_h, k_v, alpha_h, alpha_v;  // horizontal and vertical polarisation
} lw_rain;
lw_rain lw_rain_coefficients(double f_GHz);
// Equations (1), (4) and (5). tilt_rad of the polarisation from the horizontal: 0 horizontal, pi/2
// vertical, pi/4 circular.
double lw_rain_dB_per_km(double f_GHz, double rain_mm_h, double elevation_rad, double tilt_rad);

// Double Debye model of liquid water, P.840-9.
typedef struct lw_permittivity {
    double real, imaginary;
} lw_permittivity;
lw_permittivity lw_water_permittivity(double f_GHz, double temperature_K);

double lw_fog_dB_per_km(double f_GHz, double temperature_K, double liquid_g_m3);
// Straight up through a column of liquid water (1 kg/m2 is 1 mm); divide by the sine of the
// elevation.
double lw_cloud_zenith_dB(double f_GHz, double liquid_kg_m2);

#endif
