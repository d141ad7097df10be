// SPDX-License-Identifier: GPL-3.0-or-later
// The air along a path: the mean annual global reference atmosphere of Rec. ITU-R P.835, humidity
// and refraction of P.453, and rays through its layers as in P.676-13 Annex 1, 2.2.
#ifndef LW_ATMOSPHERE_H
#define LW_ATMOSPHERE_H

#include "models/gas_lines.h"

#define LW_EARTH_RADIUS_KM 6371.0     // of the ray equations of P.676
#define LW_ATMOSPHERE_TOP_KM 100.0    // P.835 ends there
#define LW_REFERENCE_VAPOUR_G_M3 7.5  // P.835: vapour density at sea level

// P.835-6, section 1, up to 100 km above sea level. surface_vapour_g_m3 is the vapour density at
// sea level; it falls by e every 2 km until it is a share of 2e-6 of the pressure.
void lw_reference_air(double height_km, double surface_vapour_g_m3, lw_air *out);

double lw_vapour_pressure_hPa(double vapour_g_m3, double temperature_K);  // P.676-13, equation (4)
double lw_vapour_g_m3(double vapour_hPa, double temperature_K);           // its inverse
// Saturation over water (P.453-14, section 1): at 100 % of relative humidity.
double lw_saturation_hPa(double temperature_K, double pressure_hPa);

// Layers stacked upwards, each `growth` times as thick as the one below.
typedef struct lw_layers {
    double bottom_km;  // of the first
    double first_km;   // thickness of the first
    double growth;
    int count;
} lw_layers;

// P.676-13, equations (14) and (15): 922 layers from sea level to 100 km, 10 cm thick at first.
lw_layers lw_layers_to_space(void);
// Equations (16a) to (16d) between two heights, where a layer is e^(1/per_e) times as thick as the
// one below and one at sea level would be surface_km. The recommendation has per_e 100 and
// surface_km 1e-4.
lw_layers lw_layers_between(double low_km, double high_km, double per_e, double surface_km);

typedef struct lw_ray_layer {
    int index;  // from 0
    double bottom_km, thickness_km;
    double path_km;  // of the ray inside
    // angle to the vertical at the bottom and at the top, before the next layer refracts it
    double entry_rad, exit_rad;
    lw_air air;  // halfway up
    double refractive_index;
} lw_ray_layer;

typedef void lw_ray_visit(const lw_ray_layer *layer, void *user);

// A ray that starts upwards at the bottom of the layers. Calls visit for each layer; returns the
// bending in radian.
double lw_ray_trace(const lw_layers *layers, double surface_vapour_g_m3, double elevation_rad, lw_ray_visit *visit, void *user);

// The same sum with few calls of visit, each for a group of layers: path_km is the share of the ray
// that a layer inside the group stands for, index its place in the group. By three-point Gauss
// quadrature over the (equally weighted, evenly counted) layers of a group, which ends where the
// reference atmosphere has a kink. Sums of path_km x loss are those of lw_ray_trace within 1e-6.
enum { LW_RAY_GROUPED_MAX = 192 };
void lw_ray_trace_grouped(const lw_layers *layers, double surface_vapour_g_m3, double elevation_rad, lw_ray_visit *visit,
                          void *user);

// Straight distance from a station at low_km to a height of high_km, seen at an elevation.
double lw_slant_range_km(double low_km, double high_km, double elevation_rad);

#endif
