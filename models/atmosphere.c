// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/atmosphere.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

// P.835-6, section 1.1: geopotential heights where the lapse rate of temperature changes.
typedef struct lapse_layer {
    double base_km;
    double temperature_K;   // at the base
    double lapse_K_per_km;  // 0: isothermal
    double pressure_hPa;    // at the base
} lapse_layer;

static const lapse_layer lapse_layers[] = {
    {0.0, 288.15, -6.5, 1013.25},     {11.0, 216.65, 0.0, 226.3226}, {20.0, 216.65, 1.0, 54.74980},
    {32.0, 228.65, 2.8, 8.680422},    {47.0, 270.65, 0.0, 1.109106}, {51.0, 270.65, -2.8, 0.6694167},
    {71.0, 214.65, -2.0, 0.03956649},
};
enum { LAPSE_LAYERS = sizeof lapse_layers / sizeof lapse_layers[0] };

// The least share of vapour in the pressure, section 1.2.
static const double vapour_floor = 2e-6;

// g0 M / R of the standard atmosphere, K/km.
static const double hydrostatic_K_per_km = 34.1632;

static void lower_air(double height_km, double *pressure_hPa, double *temperature_K) {
    double h = 6356.766 * height_km / (6356.766 + height_km);  // geopotential
    size_t i = LAPSE_LAYERS - 1;
    while (i > 0 && h <= lapse_layers[i].base_km) {
        i--;
    }
    const lapse_layer *layer = &lapse_layers[i];
    double above_km = h - layer->base_km;
    *temperature_K = layer->temperature_K + layer->lapse_K_per_km * above_km;
    *pressure_hPa =
        layer->lapse_K_per_km == 0.0
            ? layer->pressure_hPa * exp(-hydrostatic_K_per_km * above_km / layer->temperature_K)
            : layer->pressure_hPa * pow(layer->temperature_K / *temperature_K, hydrostatic_K_per_km / layer->lapse_K_per_km);
}

// Section 1.1 from 86 to 100 km of geometric height.
static void upper_air(double z, double *pressure_hPa, double *temperature_K) {
    double bow = (z - 91.0) / 19.9429;
    *temperature_K = z <= 91.0 ? 186.8673 : 263.1905 - 76.3232 * sqrt(1.0 - bow * bow);
    *pressure_hPa = exp(95.571899 + z * (-4.011801 + z * (6.424731e-2 + z * (-4.789660e-4 + z * 1.340543e-6))));
}

double lw_vapour_pressure_hPa(double vapour_g_m3, double temperature_K) {
    return vapour_g_m3 * temperature_K / 216.7;
}

double lw_vapour_g_m3(double vapour_hPa, double temperature_K) {
    return vapour_hPa * 216.7 / temperature_K;
}

static void pressure_of(double height_km, double *pressure_hPa, double *temperature_K) {
    if (height_km < 86.0) {
        lower_air(height_km, pressure_hPa, temperature_K);
    } else {
        upper_air(fmin(height_km, LW_ATMOSPHERE_TOP_KM), pressure_hPa, temperature_K);
    }
}

static double falling_vapour_hPa(double surface_vapour_g_m3, double height_km, double temperature_K) {
    return lw_vapour_pressure_hPa(surface_vapour_g_m3 * exp(-height_km / 2.0), temperature_K);
}

void lw_reference_air(double height_km, double surface_vapour_g_m3, lw_air *out) {
    double pressure_hPa, temperature_K;
    pressure_of(height_km, &pressure_hPa, &temperature_K);
    double vapour_hPa = fmax(falling_vapour_hPa(surface_vapour_g_m3, height_km, temperature_K), vapour_floor * pressure_hPa);
    *out = (lw_air){pressure_hPa - vapour_hPa, vapour_hPa, temperature_K};
}

double lw_saturation_hPa(double temperature_K, double pressure_hPa) {
    double t = temperature_K - 273.15;
    double enhancement = 1.0 + 1e-4 * (7.2 + pressure_hPa * (0.0320 + 5.9e-6 * t * t));
    return enhancement * 6.1121 * exp((18.678 - t / 234.5) * t / (t + 257.14));
}

// P.453-14, section 1.
static double refractive_index(const lw_air *air) {
    double t = air->temperature_K, e = air->vapour_hPa;
    return 1.0 + 1e-6 * (77.6 * air->dry_hPa / t + 72.0 * e / t + 3.75e5 * e / (t * t));
}

lw_layers lw_layers_to_space(void) {
    return (lw_layers){.bottom_km = 0.0, .first_km = 1e-4, .growth = exp(0.01), .count = 922};
}

lw_layers lw_layers_between(double low_km, double high_km, double per_e, double surface_km) {
    double growth = exp(1.0 / per_e);
    double low = floor(per_e * log(low_km * (growth - 1.0) / surface_km + 1.0) + 1.0);
    double high = fmax(ceil(per_e * log(high_km * (growth - 1.0) / surface_km + 1.0) + 1.0), low + 1.0);
    double scale = (growth * growth - growth) / (exp(high / per_e) - exp(low / per_e)) * (high_km - low_km);
    return (lw_layers){
        .bottom_km = low_km, .first_km = scale * exp((low - 1.0) / per_e), .growth = growth, .count = (int)(high - low)};
}

double lw_ray_trace(const lw_layers *layers, double surface_vapour_g_m3, double elevation_rad, lw_ray_visit *visit, void *user) {
    double bending_rad = 0.0;
    lw_ray_layer layer = {
        .bottom_km = layers->bottom_km, .thickness_km = layers->first_km, .entry_rad = acos(-1.0) / 2 - elevation_rad};
    lw_reference_air(layer.bottom_km + layer.thickness_km / 2, surface_vapour_g_m3, &layer.air);
    layer.refractive_index = refractive_index(&layer.air);
    for (int i = 0; i < layers->count; i++) {
        double r = LW_EARTH_RADIUS_KM + layer.bottom_km, t = layer.thickness_km;
        double down = r * cos(layer.entry_rad);
        layer.index = i;
        layer.path_km = sqrt(down * down + 2.0 * r * t + t * t) - down;
        layer.exit_rad = asin(r / (r + t) * sin(layer.entry_rad));
        visit(&layer, user);

        lw_ray_layer next = {.bottom_km = layer.bottom_km + t, .thickness_km = t * layers->growth};
        lw_reference_air(next.bottom_km + next.thickness_km / 2, surface_vapour_g_m3, &next.air);
        next.refractive_index = refractive_index(&next.air);
        // Snell's law; a ray that the next layer would reflect grazes it.
        next.entry_rad = asin(fmin(layer.refractive_index / next.refractive_index * sin(layer.exit_rad), 1.0));
        if (i + 1 < layers->count) {
            bending_rad += next.entry_rad - layer.exit_rad;
        }
        layer = next;
    }
    return bending_rad;
}

// ---- Groups of layers ----

// A layer is a smooth function of its number between two kinks of the reference atmosphere, so few
// of them stand for all: the sum of a polynomial of up to fifth degree over n numbers is exact from
// three (not whole) numbers, those of the Gauss quadrature for discrete Chebyshev polynomials
// (Abramowitz and Stegun, 22.17).
typedef struct ray {
    const lw_layers *layers;
    double surface_vapour_g_m3;
    // Snell on spheres: refractive index x radius x sine of the angle to the vertical stays
    double invariant_km;
    lw_ray_visit *visit;
    void *user;
} ray;

static double bottom_of(const lw_layers *layers, double number) {
    return layers->bottom_km + layers->first_km * expm1(number * log(layers->growth)) / (layers->growth - 1.0);
}

static lw_ray_layer layer_of(const ray *r, double number) {
    lw_ray_layer layer = {.bottom_km = bottom_of(r->layers, number),
                          .thickness_km = r->layers->first_km * pow(r->layers->growth, number)};
    lw_reference_air(layer.bottom_km + layer.thickness_km / 2, r->surface_vapour_g_m3, &layer.air);
    layer.refractive_index = refractive_index(&layer.air);
    return layer;
}

static void visit_layer(const ray *r, double number, double weight) {
    lw_ray_layer layer = layer_of(r, number);
    double low = LW_EARTH_RADIUS_KM + layer.bottom_km, t = layer.thickness_km;
    double sine = fmin(r->invariant_km / (layer.refractive_index * low), 1.0);
    layer.entry_rad = asin(sine);
    layer.exit_rad = asin(low / (low + t) * sine);
    double down = low * cos(layer.entry_rad);
    layer.path_km = weight * (sqrt(down * down + 2.0 * low * t + t * t) - down);
    r->visit(&layer, r->user);
}

// Layers first .. first + count - 1.
static void visit_group(const ray *r, int first, int count) {
    if (count <= 3) {
        for (int i = 0; i < count; i++) {
            visit_layer(r, first + i, 1.0);
        }
        return;
    }
    double n = count, middle = first + (n - 1.0) / 2.0;
    double away = sqrt((3.0 * n * n - 7.0) / 20.0);
    double outer = n * (n * n - 1.0) / (24.0 * away * away);
    visit_layer(r, middle - away, outer);
    visit_layer(r, middle, n - 2.0 * outer);
    visit_layer(r, middle + away, outer);
}

// The number of the first layer whose middle is at the height or above.
static int layer_at(const lw_layers *layers, double height_km) {
    int low = 0, high = layers->count;
    while (low < high) {
        int middle = (low + high) / 2;
        double at_km = bottom_of(layers, middle) + layers->first_km * pow(layers->growth, middle) / 2.0;
        if (at_km < height_km) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// Where the vapour of the reference atmosphere reaches its floor.
static double floor_km(double surface_vapour_g_m3) {
    double low_km = 0.0, high_km = LW_ATMOSPHERE_TOP_KM;
    while (high_km - low_km > 1e-3) {
        double middle_km = (low_km + high_km) / 2.0, pressure_hPa, temperature_K;
        pressure_of(middle_km, &pressure_hPa, &temperature_K);
        bool above = falling_vapour_hPa(surface_vapour_g_m3, middle_km, temperature_K) < vapour_floor * pressure_hPa;
        *(above ? &high_km : &low_km) = middle_km;
    }
    return high_km;
}

// A group may span this much before the air in it changes too much, and may hold no more than
// double in thickness.
static int layers_in_group(const lw_layers *layers, int first) {
    static const int most = 72;
    double low_km = bottom_of(layers, first), span_km = 1.0 + 0.05 * low_km;
    int end = layer_at(layers, low_km + span_km);
    int count = end - first < most ? end - first : most;
    return count > 1 ? count : 1;
}

void lw_ray_trace_grouped(const lw_layers *layers, double surface_vapour_g_m3, double elevation_rad, lw_ray_visit *visit,
                          void *user) {
    // Kinks of P.835: 11, 20, 32, 47, 51 and 71 km of geopotential height, then its upper part, and
    // where vapour reaches its floor.
    const double kinks_km[] = {floor_km(surface_vapour_g_m3),
                               11.0 * 6356.766 / (6356.766 - 11.0),
                               20.0 * 6356.766 / (6356.766 - 20.0),
                               32.0 * 6356.766 / (6356.766 - 32.0),
                               47.0 * 6356.766 / (6356.766 - 47.0),
                               51.0 * 6356.766 / (6356.766 - 51.0),
                               71.0 * 6356.766 / (6356.766 - 71.0),
                               86.0,
                               91.0};
    enum { KINKS = sizeof kinks_km / sizeof kinks_km[0] };
    int ends[KINKS];
    for (int k = 0; k < KINKS; k++) {
        ends[k] = layer_at(layers, kinks_km[k]);
    }
    ray r = {.layers = layers, .surface_vapour_g_m3 = surface_vapour_g_m3, .visit = visit, .user = user};
    r.invariant_km = layer_of(&r, 0.0).refractive_index * (LW_EARTH_RADIUS_KM + layers->bottom_km) * cos(elevation_rad);
    for (int first = 0; first < layers->count;) {
        int end = layers->count;
        for (int k = 0; k < KINKS; k++) {
            end = ends[k] > first && ends[k] < end ? ends[k] : end;
        }
        int count = layers_in_group(layers, first);
        count = count < end - first ? count : end - first;
        visit_group(&r, first, count);
        first += count;
    }
}

double lw_slant_range_km(double low_km, double high_km, double elevation_rad) {
    double low = LW_EARTH_RADIUS_KM + low_km, high = LW_EARTH_RADIUS_KM + high_km;
    double across = low * cos(elevation_rad);
    return sqrt(high * high - across * across) - low * sin(elevation_rad);
}
