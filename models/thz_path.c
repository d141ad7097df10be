// SPDX-License-Identifier: GPL-3.0-or-later
// What lies between the antennas of a terahertz link: distance, air, rain, fog and clouds.
#include <assert.h>
#include <math.h>
#include <string.h>

#include "models/hydrometeors.h"
#include "models/thz.h"

static const double rad_per_deg = 3.14159265358979323846 / 180.0;

double lw_thz_frequency_Hz(const lw_thz_params *p) {
    return lw_is_auto(p->frequency_Hz) ? lw_thz_channel_of((int)p->channel).center_Hz : p->frequency_Hz;
}

double lw_thz_bandwidth_Hz(const lw_thz_params *p) {
    return lw_is_auto(p->bandwidth_Hz) ? lw_thz_channel_of((int)p->channel).bandwidth_Hz : p->bandwidth_Hz;
}

// P.835 at the height of the station, but for what was given.
void lw_thz_station_air(const lw_thz_params *p, lw_air *out) {
    lw_air air;
    lw_reference_air(fmin(p->altitude_m / 1e3, LW_ATMOSPHERE_TOP_KM), LW_REFERENCE_VAPOUR_G_M3, &air);
    double pressure_hPa = lw_is_auto(p->pressure_hPa) ? air.dry_hPa + air.vapour_hPa : p->pressure_hPa;
    if (!lw_is_auto(p->temperature_K)) {
        // The reference holds so many grams; its pressure follows the temperature.
        air.vapour_hPa *= p->temperature_K / air.temperature_K;
        air.temperature_K = p->temperature_K;
    }
    if (!lw_is_auto(p->humidity)) {
        air.vapour_hPa = p->humidity * lw_saturation_hPa(air.temperature_K, pressure_hPa);
    } else if (!lw_is_auto(p->vapour_g_m3)) {
        air.vapour_hPa = lw_vapour_pressure_hPa(p->vapour_g_m3, air.temperature_K);
    }
    air.dry_hPa = pressure_hPa - air.vapour_hPa;
    *out = air;
}

static void add_leg(lw_thz_path *path, double length_km, const lw_air *air) {
    assert(path->legs < LW_THZ_LEGS_MAX);
    lw_thz_leg *leg = &path->leg[path->legs++];
    leg->length_km = length_km;
    lw_gas_spectrum_of(air, &leg->gas);
}

static void add_layer(const lw_ray_layer *layer, void *user) {
    add_leg(user, layer->path_km, &layer->air);
}

// Through the layers of the reference atmosphere, with its vapour scaled to what the station has.
static void slant_path(const lw_thz_params *p, const lw_air *station, lw_thz_path *path) {
    double low_km = p->altitude_m / 1e3, high_km = p->orbit_m / 1e3;
    path->distance_m = 1e3 * lw_slant_range_km(low_km, high_km, path->elevation_rad);
    double top_km = fmin(high_km, LW_ATMOSPHERE_TOP_KM);
    if (top_km > low_km) {
        double surface_g_m3 = lw_vapour_g_m3(station->vapour_hPa, station->temperature_K) * exp(low_km / 2.0);
        bool all = low_km == 0.0 && top_km == LW_ATMOSPHERE_TOP_KM;
        lw_layers layers = all ? lw_layers_to_space() : lw_layers_between(low_km, top_km, 100.0, 1e-4);
        lw_ray_trace_grouped(&layers, surface_g_m3, path->elevation_rad, add_layer, path);
    }
    double up = sin(path->elevation_rad);
    path->rain_mm_h = p->rain_mm_h;
    path->wet_km = fmax(fmin(p->rain_height_m, p->orbit_m) - p->altitude_m, 0.0) / 1e3 / up;
    path->cloud_kg_m2 = p->cloud_m * 1e3 / up;
}

void lw_thz_path_of(const lw_thz_params *p, lw_thz_path *out) {
    out->legs = 0;
    out->distance_m = p->distance_m;
    out->elevation_rad = p->path == LW_THZ_SLANT ? p->elevation_deg * rad_per_deg : 0.0;
    out->rain_mm_h = out->wet_km = out->fog_g_m3 = out->cloud_kg_m2 = 0.0;
    out->fog_K = out->air_K = 0.0;
    if (p->path == LW_THZ_SPACE) {
        return;
    }
    lw_air station;
    lw_thz_station_air(p, &station);
    out->air_K = out->fog_K = station.temperature_K;
    if (p->path == LW_THZ_SLANT) {
        slant_path(p, &station, out);
        return;
    }
    add_leg(out, p->distance_m / 1e3, &station);
    out->rain_mm_h = p->rain_mm_h;
    out->wet_km = p->distance_m / 1e3;
    out->fog_g_m3 = p->fog_g_m3;
}

lw_thz_loss lw_thz_loss_of(const lw_thz_path *path, double f_Hz) {
    double f_GHz = f_Hz / 1e9;
    lw_thz_loss loss = {0};
    for (int i = 0; i < path->legs; i++) {
        lw_gas_loss gas = lw_gas_attenuation(&path->leg[i].gas, f_GHz);
        loss.oxygen_dB += path->leg[i].length_km * gas.oxygen_dB_per_km;
        loss.vapour_dB += path->leg[i].length_km * gas.water_dB_per_km;
    }
    if (path->rain_mm_h > 0.0) {
        // Circular polarisation: the mean of horizontal and vertical.
        loss.rain_dB = path->wet_km * lw_rain_dB_per_km(f_GHz, path->rain_mm_h, path->elevation_rad, 45.0 * rad_per_deg);
    }
    if (path->fog_g_m3 > 0.0) {
        loss.fog_dB = path->wet_km * lw_fog_dB_per_km(f_GHz, path->fog_K, path->fog_g_m3);
    }
    if (path->cloud_kg_m2 > 0.0) {
        loss.cloud_dB = lw_cloud_zenith_dB(f_GHz, path->cloud_kg_m2);
    }
    return loss;
}
