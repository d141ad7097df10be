// SPDX-License-Identifier: GPL-3.0-or-later
// Terahertz radio, speculative: rate and frame errors follow from distance, weather and hardware.
// The modem is that of IEEE 802.15.3d; nothing that flies or stands on a desk today reaches all of what this computes.
#include "models/thz.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/family.h"

static const double rad_per_deg = 3.14159265358979323846 / 180.0;

// ---- From the transmitter to the signal-to-noise ratio ----

static double gain_dB(const lw_thz_params *p, int end, double f_Hz) {
    double dish_m = end == 0 ? p->dish_a_m : p->dish_b_m;
    int64_t elements = end == 0 ? p->elements_a : p->elements_b;
    if (dish_m > 0.0) {
        return lw_aperture_gain_dB(f_Hz, dish_m, p->aperture_efficiency);
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

// What the receiving antenna sees: walls and ground, the sky, or (from a satellite downwards, direction a to b) the Earth.
static double antenna_K(const lw_thz_params *p, int dir, double absorption_dB, double air_K) {
    if (!lw_is_auto(p->antenna_K)) {
        return p->antenna_K;
    }
    if (p->path == LW_THZ_SPACE) {
        return LW_COSMIC_BACKGROUND_K;
    }
    return p->path == LW_THZ_SLANT && dir == 1 ? lw_sky_K(air_K, absorption_dB) : LW_NOISE_REFERENCE_K;
}

typedef struct budget {
    const lw_thz_params *p;
    const lw_thz_way *way;
    int dir;
    double symbol_rate;
    double gains_dB;
    double fixed_loss_dB;  // pointing and margin
} budget;

static double snr_at(double f_Hz, void *user) {
    const budget *b = user;
    double absorption_dB = lw_thz_absorption_dB(b->way, f_Hz);
    double losses_dB = lw_free_space_dB(f_Hz, b->way->distance_m) + absorption_dB + b->fixed_loss_dB;
    double seen_K = antenna_K(b->p, b->dir, absorption_dB, b->way->air_K);
    return lw_from_dB(lw_received_dBm(sent_dBm(b->p, b->dir), b->gains_dB, losses_dB) -
                      lw_noise_dBm(b->symbol_rate, b->p->noise_figure_dB, seen_K));
}

// Thermal signal-to-noise ratio over the whole band, behind the equaliser.
static double thermal_snr(const lw_thz_params *p, const lw_thz_way *way, int dir) {
    double f_Hz = lw_thz_frequency_Hz(p), width_Hz = lw_thz_bandwidth_Hz(p);
    double aim_rad = p->pointing_deg * rad_per_deg;
    budget b = {.p = p, .way = way, .dir = dir, .symbol_rate = lw_thz_symbol_rate(width_Hz), .fixed_loss_dB = p->margin_dB};
    for (int end = 0; end < 2; end++) {
        double gain = gain_dB(p, end, f_Hz);
        b.gains_dB += gain;
        b.fixed_loss_dB += lw_pointing_loss_dB(aim_rad, lw_beam_width_rad(gain));
    }
    return lw_equalised_snr(snr_at, &b, f_Hz - width_Hz / 2, f_Hz + width_Hz / 2);
}

// The narrower beam suffers most when a mast sways.
static double jitter_of(const lw_thz_params *p) {
    double f_Hz = lw_thz_frequency_Hz(p);
    double narrow_rad = lw_beam_width_rad(fmax(gain_dB(p, 0, f_Hz), gain_dB(p, 1, f_Hz)));
    return lw_jitter_shape(p->jitter_deg * rad_per_deg, narrow_rad);
}

// ---- The mode that carries most ----

enum { SPREADING_MAX = 1 << 20 };

typedef struct choice {
    const lw_mode *mode;
    int64_t spreading;
    double frame_error;
} choice;

static lw_packet_format format_of(const lw_thz_params *p, const lw_mode *mode, int64_t payload_bytes) {
    return (lw_packet_format){payload_bytes, p->overhead_bytes, mode->codeword_data_bytes};
}

static choice best_mode(const lw_thz_params *p, double snr) {
    double jitter = jitter_of(p);
    bool any_mode = p->mcs == 0, any_spreading = p->spreading == LW_AUTO;
    int first_mode = any_mode ? 0 : p->mcs - 1, end_mode = any_mode ? LW_MODES : p->mcs;
    int64_t first = any_spreading ? 1 : p->spreading, last = any_spreading ? SPREADING_MAX : p->spreading;
    choice best = {&lw_modes[first_mode], last, 1.0};  // the sturdiest, if nothing gets through
    double best_rate = 0.0;
    for (int m = first_mode; m < end_mode; m++) {
        const lw_mode *mode = &lw_modes[m];
        lw_packet_format format = format_of(p, mode, p->frame_bytes);
        double bits = 8.0 * (double)lw_packet_wire_bytes(&format, p->frame_bytes);
        for (int64_t spreading = first; spreading <= last; spreading *= 2) {
            double most = lw_mode_bits_per_s(mode, 1.0, true) / (double)spreading;
            if (most <= best_rate) {
                break;  // not even without an error, and spread further still less
            }
            double error = lw_frame_error(mode, snr, p->evm, (double)spreading, jitter, bits);
            double rate = most * (1.0 - error);
            if (rate > best_rate) {
                best_rate = rate;
                best = (choice){mode, spreading, error};
            }
            if (error < 0.5) {
                break;  // half the rate again cannot gain that much
            }
        }
    }
    return best;
}

static choice choose(const lw_thz_params *p, const lw_thz_way *way, int dir) {
    double snr = thermal_snr(p, way, dir);
    if (p->duplex == 1) {
        snr = fmin(snr, thermal_snr(p, way, !dir));  // both directions of one medium take the mode that the weaker one can
    }
    return best_mode(p, snr);
}

// ---- Channels ----

// Seconds of preamble and header, spread like the data lest nobody finds the frame.
static double head_s(const lw_thz_params *p, int64_t spreading) {
    double symbols = LW_HEADER_SYMBOLS + (p->preamble == 0 ? LW_PREAMBLE_SHORT_SYMBOLS : LW_PREAMBLE_LONG_SYMBOLS);
    return symbols * (double)spreading / lw_thz_symbol_rate(lw_thz_bandwidth_Hz(p));
}

static int64_t picoseconds(double seconds) {
    return llround(seconds * 1e12);
}

static int64_t window_of(const lw_thz_params *p) {
    return p->arq == LW_THZ_STOP_AND_WAIT ? 1 : p->arq == LW_THZ_LTP ? LW_CREDITS_INFINITE : p->window;
}

static void rate_of(const lw_thz_params *p, const choice *c, lw_channel *channel) {
    int bits = lw_constellation_bits(c->mode->constellation);
    double raw_bps = lw_thz_symbol_rate(lw_thz_bandwidth_Hz(p)) * bits * (double)p->streams;
    channel->raw_Bps = (lw_fraction){llround(raw_bps / 8.0), 1};
    channel->line_code = lw_fraction_of(c->mode->code_fifteenths, 15 * c->spreading);
    channel->periodic = p->pilot_words ? (lw_fraction){1, 8} : (lw_fraction){0, 1};
    channel->control_share = channel->stall = (lw_fraction){0, 1};
    channel->expand = (lw_fraction){1, 1};
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        channel->format[kind] = format_of(p, c->mode, kind == LW_PACKET_REQUEST ? 0 : p->frame_bytes);
        channel->credits[kind] = (lw_credits){window_of(p), LW_CREDITS_INFINITE};
    }
    channel->data_unit_bytes = 1;
    channel->request_max_bytes = p->frame_bytes;
}

static void latency_of(const lw_thz_params *p, int64_t flight_ps, lw_channel *channel) {
    channel->latency[0] = (lw_latency_part){"modem out", p->modem_ps};
    channel->latency[1] = (lw_latency_part){"propagation", flight_ps};
    channel->latency[2] = (lw_latency_part){"modem in", p->modem_ps};
    channel->latency_count = 3;
}

static void make_channel(const lw_thz_params *p, const choice *c, const choice *back, double distance_m, lw_channel *channel) {
    int64_t flight_ps = picoseconds(distance_m / LW_LIGHT_M_PER_S);
    int64_t ack_ps = picoseconds(head_s(p, back->spreading)) + 2 * p->frame_space_ps;
    rate_of(p, c, channel);
    latency_of(p, flight_ps, channel);

    channel->packet_ps = picoseconds(head_s(p, c->spreading));
    if (p->duplex == 1) {
        channel->shared_medium = true;
        channel->turnaround_ps = p->frame_space_ps;
        if (p->arq == LW_THZ_GO_BACK_N || p->arq == LW_THZ_BLOCK_ACK) {
            channel->packet_ps += ack_ps / p->window;  // the answer to a full window takes the air once
        }
    }

    channel->credit_return_ps = ack_ps + flight_ps;
    channel->credit_on_arrival = true;
    channel->error_probability = c->frame_error;
    channel->error_unit_bytes = lw_packet_wire_bytes(&channel->format[LW_PACKET_WRITE], p->frame_bytes);
    channel->replay = p->arq == LW_THZ_GO_BACK_N ? LW_REPLAY_GO_BACK_N : LW_REPLAY_SELECTIVE;
    channel->replay_ps = 2 * (flight_ps + p->modem_ps) + ack_ps;
    channel->outage_gap_ps = p->blockage_gap_ps;
    channel->outage_ps = p->blockage_gap_ps > 0 ? p->blockage_ps : 0;
    channel->evidence = LW_SPECULATIVE;
}

static void resolve(const void *params, lw_link *link) {
    const lw_thz_params *p = params;
    lw_thz_way way;
    lw_thz_way_of(p, &way);
    memset(link, 0, sizeof *link);
    choice c[2] = {choose(p, &way, 0), choose(p, &way, 1)};
    link->segment[0].name = "";
    for (int dir = 0; dir < 2; dir++) {
        make_channel(p, &c[dir], &c[!dir], way.distance_m, &link->segment[0].channel[dir]);
    }
    link->segment_count = 1;
    link->read_tags = LW_TAGS_INFINITE;
    link->evidence = LW_SPECULATIVE;
    (void)snprintf(link->label, sizeof link->label, "THz radio %.5g GHz", lw_thz_frequency_Hz(p) / 1e9);
}

// Least known are how much the windows between the water lines absorb (HITRAN without a continuum against P.676: 0.5 to 1.2
// times), how clean the hardware is (EVM of 7 to 15 % in links of 240 GHz measured at 2 to 25 GBd), and the thresholds of the
// codes (1 dB each way, see lw_modes).
static void band(const void *params, lw_link *slow, lw_link *fast) {
    lw_thz_params p = *(const lw_thz_params *)params;
    double scale = p.vapour_scale, evm = p.evm, margin_dB = p.margin_dB;
    p.vapour_scale = 1.2 * scale;
    p.evm = fmax(evm, 0.15);
    p.margin_dB = margin_dB + 1.0;
    resolve(&p, slow);
    p.vapour_scale = 0.5 * scale;
    p.evm = fmin(evm, 0.07);
    p.margin_dB = margin_dB - 1.0;
    resolve(&p, fast);
}

// ---- Rules ----

typedef struct finding {
    const lw_option_set *set;
    lw_place at;
    lw_diags *diags;
} finding;

static lw_place place(const finding *to, const char *key) {
    return lw_family_place(lw_thz_options, to->set, key, to->at);
}

static lw_status check_band(const lw_thz_params *p, const finding *to) {
    double f_Hz = lw_thz_frequency_Hz(p), width_Hz = lw_thz_bandwidth_Hz(p);
    if (f_Hz + width_Hz / 2 > 1e12 || f_Hz - width_Hz / 2 < 60e9) {
        return lw_error(to->diags, place(to, lw_is_auto(p->frequency_Hz) ? "bandwidth" : "frequency"),
                        "the tables of absorption end at 1 THz (P.676); below 60 GHz is not this family's field",
                        "a band of %.4g GHz around %.4g GHz leaves the range of 60 to 1000 GHz", width_Hz / 1e9, f_Hz / 1e9);
    }
    return LW_OK;
}

static lw_status check_air(const lw_thz_params *p, const finding *to) {
    if (!lw_is_auto(p->humidity) && !lw_is_auto(p->vapour_g_m3)) {
        return lw_error(to->diags, place(to, "humidity"), "leave one of them out",
                        "humidity and vapour say the same thing twice");
    }
    lw_air air;
    lw_thz_station_air(p, &air);
    double saturation_hPa = lw_saturation_hPa(air.temperature_K, air.dry_hPa + air.vapour_hPa);
    // The reference atmosphere itself is a little too moist in the cold air above; only what was given is judged.
    bool given = !lw_is_auto(p->vapour_g_m3) || !lw_is_auto(p->temperature_K);
    if (p->path != LW_THZ_SPACE && given && air.vapour_hPa > saturation_hPa) {
        return lw_error(to->diags, place(to, lw_is_auto(p->vapour_g_m3) ? "temperature" : "vapour"),
                        "give less vapour or warmer air", "air of %.4g K holds %.3g g/m3 of vapour at most, not %.3g",
                        air.temperature_K, lw_vapour_g_m3(saturation_hPa, air.temperature_K),
                        lw_vapour_g_m3(air.vapour_hPa, air.temperature_K));
    }
    if (p->fog_g_m3 > 0.0 && p->path == LW_THZ_TERRESTRIAL && lw_thz_frequency_Hz(p) > 200e9) {
        lw_warn(to->diags, place(to, "fog"), "take the loss in fog as an estimate",
                "the model of fog (P.840) is valid to 200 GHz");
    }
    if (p->cloud_m > 0.0 && p->path == LW_THZ_SLANT && lw_thz_frequency_Hz(p) > 200e9) {
        lw_warn(to->diags, place(to, "cloud"), "take the loss in clouds as an estimate",
                "the model of clouds (P.840) is valid to 200 GHz");
    }
    if (p->rain_mm_h > 0.0 && p->path == LW_THZ_TERRESTRIAL && p->distance_m > 1000.0) {
        lw_warn(to->diags, place(to, "rain"), "give the mean rain rate of the whole path",
                "rain seldom falls as hard on all of %.3g km; the path is taken as rained on evenly", p->distance_m / 1e3);
    }
    return LW_OK;
}

static void check_near_field(const lw_thz_params *p, const lw_thz_way *way, const finding *to) {
    double f_Hz = lw_thz_frequency_Hz(p);
    double far_m = 0.0;
    for (int end = 0; end < 2; end++) {
        far_m = fmax(far_m, lw_far_field_m(f_Hz, lw_aperture_m(f_Hz, gain_dB(p, end, f_Hz), p->aperture_efficiency)));
    }
    if (way->distance_m < far_m) {
        lw_warn(to->diags, place(to, "distance"), "smaller antennas may do as well",
                "%.3g m is in the near field of these antennas (%.3g m): what arrives is an estimate, at most all",
                way->distance_m, far_m);
    }
}

static lw_status check_closes(const lw_thz_params *p, const finding *to) {
    static const double hopeless = 0.5;  // a link that repeats every other frame is none
    lw_thz_way way;
    lw_thz_way_of(p, &way);
    check_near_field(p, &way, to);
    for (int dir = 0; dir < 2; dir++) {
        double snr = thermal_snr(p, &way, dir);
        choice c = best_mode(p, snr);
        if (c.frame_error > hopeless) {
            double reached_dB = lw_to_dB((double)c.spreading * lw_snr_with_evm(snr, p->evm));
            return lw_error(to->diags, place(to, p->mcs == 0 ? "distance" : "mcs"),
                            "take larger antennas, more power, a shorter or drier path, less jitter, or mcs: auto",
                            "the link does not close from end %c: %.1f dB of signal to noise, where %s needs %.1f dB",
                            dir == 0 ? 'a' : 'b', reached_dB, c.mode->name, lw_mode_threshold_dB(c.mode));
        }
    }
    return LW_OK;
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const lw_thz_params *p = params;
    const finding to = {set, at, diags};
    if (p->path == LW_THZ_SLANT && p->orbit_m <= p->altitude_m) {
        return lw_error(diags, place(&to, "orbit"), "give the height of the far end above the sea",
                        "the far end (%.4g km) must be above the station (%.4g km)", p->orbit_m / 1e3, p->altitude_m / 1e3);
    }
    LW_TRY(check_band(p, &to));
    LW_TRY(check_air(p, &to));
    return check_closes(p, &to);
}

static const char page[] =
    "A radio between 100 GHz and 1 THz, from the width of a desk to Mars. Everything here is speculative: measured links exist\n"
    "for single distances (100 Gb/s over 20 m at 237 GHz, 60 Gb/s over 4.6 km at 135 GHz), products do not. The model says what\n"
    "physics leaves, and marks every result so.\n"
    "\n"
    "Power falls with the square of the distance: 100 dB are gone after 10 m at 266 GHz. Antennas win it back, for the beam is\n"
    "narrow; that is why it must be aimed, and why somebody who walks through it cuts the link (blockage). Air takes its share:\n"
    "water vapour absorbs 5 dB/km at 300 GHz and 20,000 dB/km on the line at 557 GHz, rain of 25 mm/h 12 dB/km. In space there\n"
    "is no air, and only distance and aim count.\n"
    "\n"
    "What is left over the noise decides the mode: bits a symbol (BPSK to 64QAM) and the share of the code (11/15 or 14/15). "
    "When\n"
    "not even BPSK gets through, symbols are repeated (spreading), so the rate of a distant link falls with the square again.\n"
    "Close up, imperfect hardware (evm) is the ceiling, not noise: no published link at 240 GHz does better than 23 dB.\n"
    "\n"
    "Each frame costs a preamble and a header (0.2 us in 26 GHz) besides its bits, so frames are large. A lost frame is asked "
    "for\n"
    "again: stop-and-wait is hopeless beyond a room, a window (block-ack) needs as many frames in flight as the way holds, and\n"
    "between planets only ltp remains: all is sent, what is missing is asked for a round trip later.\n"
    "\n"
    "In the waterfall, line code is the code and the spreading, periodic the pilot words, framing preamble, header and check "
    "sum,\n"
    "retry lost frames and outages. Least known are the windows between the water lines above 450 GHz and the hardware: the "
    "band\n"
    "around each rate spans vapour absorption times 0.5 to 1.2, an evm of 7 to 15 % and 1 dB each way of the code.\n"
    "\n"
    "Let end a be the station on the ground where the path is slant.";

const lw_family lw_family_thz = {
    .name = "thz",
    .summary = "terahertz radio (speculative), 0.1 to 1 THz, from a desk to deep space",
    .page = page,
    .example = "thz-room",
    .options = lw_thz_options,
    .params_size = sizeof(lw_thz_params),
    .between_machines = true,
    .check = check,
    .resolve = resolve,
    .band = band,
};
