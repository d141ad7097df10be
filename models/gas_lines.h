// SPDX-License-Identifier: GPL-3.0-or-later
// What oxygen and water vapour take from a wave between 1 and 1000 GHz, line by line: Rec. ITU-R
// P.676-13 (08/2022), Annex 1. Above about 450 GHz the windows between the lines are disputed
// (O'Hara and Grischkowsky, J. Infrared Millim. Terahertz Waves, 2018): sums of HITRAN lines
// without a continuum give 0.4 to 0.75 of what this gives. Scale the water part for a band of
// doubt.
#ifndef LW_GAS_LINES_H
#define LW_GAS_LINES_H

// Moist air. The total pressure is dry_hPa + vapour_hPa.
typedef struct lw_air {
    double dry_hPa;
    double vapour_hPa;
    double temperature_K;
} lw_air;

enum { LW_OXYGEN_LINES = 44, LW_WATER_LINES = 35 };

// All that depends on the air and not on the frequency.
typedef struct lw_gas_spectrum {
    lw_air air;
    double oxygen_strength[LW_OXYGEN_LINES], oxygen_width_GHz[LW_OXYGEN_LINES], oxygen_interference[LW_OXYGEN_LINES];
    double water_strength[LW_WATER_LINES], water_width_GHz[LW_WATER_LINES];
    double debye_width_GHz;
} lw_gas_spectrum;

typedef struct lw_gas_loss {
    double oxygen_dB_per_km;  // with the dry continuum
    double water_dB_per_km;   // with the vapour continuum
} lw_gas_loss;

void lw_gas_spectrum_of(const lw_air *air, lw_gas_spectrum *out);
lw_gas_loss lw_gas_attenuation(const lw_gas_spectrum *spectrum, double f_GHz);

// Equation (5), the shape of one line, 1/GHz.
double lw_gas_line_shape(double f0_GHz, double width_GHz, double interference, double f_GHz);

#endif
