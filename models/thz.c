// SPDX-License-Identifier: GPL-3.0-or-later
// Terahertz radio, speculative: rate and frame errors follow from distance, weather and hardware.
// The modem is that of IEEE 802.15.3d; nothing that flies or stands on a desk today reaches all of
// what this computes.
#include "models/thz.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/family.h"

// ---- The mode that carries most ----

// How one direction is used.
typedef struct choice {
    const lw_mode *mode;
    double symbol_rate;
    double snr, evm;  // thermal; of the hardware at this symbol rate
    int64_t spreading;
    double frame_error;
} choice;

static lw_packet_format format_of(const lw_thz_params *p, const lw_mode *mode, int64_t payload_bytes) {
    return (lw_packet_format){payload_bytes, p->overhead_bytes, mode->codeword_data_bytes};
}

// Seconds of preamble and header, spread like the data lest nobody finds the frame.
static double head_s(const lw_thz_params *p, const choice *c) {
    double symbols = LW_HEADER_SYMBOLS + (p->preamble == 0 ? LW_PREAMBLE_SHORT_SYMBOLS : LW_PREAMBLE_LONG_SYMBOLS);
    return symbols * (double)c->spreading / c->symbol_rate;
}

static double frame_bits(const lw_thz_params *p, const lw_mode *mode) {
    lw_packet_format format = format_of(p, mode, p->frame_bytes);
    return 8.0 * (double)lw_packet_wire_bytes(&format, p->frame_bytes);
}

static int64_t picoseconds(double seconds) {
    return llround(seconds * 1e12);
}

static int64_t flight_ps(const lw_thz_band *band) {
    return picoseconds(band->distance_m / LW_LIGHT_M_PER_S);
}

// A frame's answer, from the frame having come to the next frame: `back` is how the other direction
// is used.
static int64_t answer_ps(const lw_thz_params *p, const choice *back) {
    return picoseconds(head_s(p, back)) + 2 * p->frame_space_ps;
}

// From the end of a lost frame to its replay.
static int64_t replay_ps(const lw_thz_params *p, const lw_thz_band *band, const choice *back) {
    return 2 * (flight_ps(band) + p->modem_ps) + answer_ps(p, back);
}

// What each frame keeps the air besides its bits.
static int64_t packet_ps(const lw_thz_params *p, const choice *c, const choice *back) {
    bool answers = p->duplex == 1 && (p->arq == LW_THZ_GO_BACK_N || p->arq == LW_THZ_BLOCK_ACK);
    // one answers a full window
    return picoseconds(head_s(p, c)) + (answers ? answer_ps(p, back) / p->window : 0);
}

// A search for the choice that carries most.
typedef struct search {
    const lw_thz_params *p;
    const lw_thz_band *band;
    double jitter;
    choice best;
    double best_per_s;  // full frames
} search;

// How long a full frame keeps the air.
static double frame_s(const search *s, const choice *c) {
    double bits_per_s = lw_mode_bits_per_s(c->mode, c->symbol_rate, s->p->pilot_words) / (double)c->spreading;
    return frame_bits(s->p, c->mode) / bits_per_s + 1e-12 * (double)packet_ps(s->p, c, c);
}

static double error_of(const search *s, const choice *c) {
    return lw_frame_error(c->mode, c->snr, c->evm, (double)c->spreading, s->jitter, frame_bits(s->p, c->mode));
}

// Full frames a second that arrive. A lost one is sent again, and where the sender goes back, so is
// all since. The return path is taken to be used alike: its preamble is little of a round trip.
static double arriving_per_s(const search *s, const choice *c) {
    double once_s = frame_s(s, c);
    double again_s = once_s + (s->p->arq == LW_THZ_GO_BACK_N ? 1e-12 * (double)replay_ps(s->p, s->band, c) : 0.0);
    return 1.0 / (once_s + c->frame_error / (1.0 - c->frame_error) * again_s);
}

// The least spreading from `first` to `last` that brings some frames over; last + 1 where none
// does.
static int64_t least_spreading(const search *s, choice c, int64_t first, int64_t last) {
    static const double nearly_all = 0.99;
    int64_t low = first, high = last + 1;
    while (low < high) {
        c.spreading = low + (high - low) / 2;
        if (error_of(s, &c) > nearly_all) {
            low = c.spreading + 1;
        } else {
            high = c.spreading;
        }
    }
    return low;
}

// Upwards in steps of a 64th (0.07 dB), while it can still pay. The steps are the same for any
// signal, so that a better one never carries less.
static void try_mode(search *s, choice c, int64_t first, int64_t last) {
    int64_t least = 0;
    for (c.spreading = first; c.spreading <= last; c.spreading += 1 + c.spreading / 64) {
        if (1.0 / frame_s(s, &c) <= s->best_per_s) {
            return;  // not even without an error, and spread further still less
        }
        least = least == 0 ? least_spreading(s, c, first, last) : least;
        if (c.spreading < least) {
            continue;
        }
        c.frame_error = error_of(s, &c);
        double per_s = arriving_per_s(s, &c);
        if (per_s > s->best_per_s) {
            s->best_per_s = per_s;
            s->best = c;
        }
    }
}

// Over all symbol rates, modes and spreadings that are left open. Fast ones first, for they rule
// most others out.
static choice best_choice(const lw_thz_params *p, const lw_thz_band *band, const double *snr) {
    search s = {.p = p, .band = band, .jitter = lw_thz_jitter(p)};
    int first_mode = p->mcs == 0 ? 0 : p->mcs - 1, end_mode = p->mcs == 0 ? LW_MODES : p->mcs;
    int64_t first = p->spreading == LW_AUTO ? 1 : p->spreading;
    int64_t last = p->spreading == LW_AUTO ? p->spreading_limit : p->spreading;
    for (int r = band->rates - 1; r >= 0; r--) {
        choice c = {.symbol_rate = band->symbol_rate[r], .snr = snr[r]};
        c.evm = lw_evm_at(p->evm, c.symbol_rate, p->evm_corner_Bd);
        for (int m = end_mode - 1; m >= first_mode; m--) {
            c.mode = &lw_modes[m];
            try_mode(&s, c, first, last);
        }
    }
    if (s.best_per_s == 0.0) {  // the sturdiest, if nothing gets through
        s.best = (choice){.mode = &lw_modes[first_mode], .symbol_rate = band->symbol_rate[0], .snr = snr[0], .spreading = last};
        s.best.evm = lw_evm_at(p->evm, s.best.symbol_rate, p->evm_corner_Bd);
        s.best.frame_error = 1.0;
    }
    return s.best;
}

static void choose(const lw_thz_params *p, const lw_thz_band *band, choice c[2]) {
    double snr[2][LW_THZ_RATES_MAX];
    for (int dir = 0; dir < 2; dir++) {
        lw_thz_reception reception;
        lw_thz_reception_of(p, band, dir, &reception);
        for (int r = 0; r < band->rates; r++) {
            snr[dir][r] = lw_thz_snr(band, &reception, r);
        }
    }
    bool alike = true;
    for (int r = 0; r < band->rates; r++) {
        // both directions of one medium take the mode that the weaker one can
        if (p->duplex == 1) {
            snr[0][r] = snr[1][r] = fmin(snr[0][r], snr[1][r]);
        }
        alike = alike && snr[0][r] == snr[1][r];
    }
    c[0] = best_choice(p, band, snr[0]);
    c[1] = alike ? c[0] : best_choice(p, band, snr[1]);
}

// ---- Channels ----

static int64_t window_of(const lw_thz_params *p) {
    return p->arq == LW_THZ_STOP_AND_WAIT ? 1 : p->arq == LW_THZ_LTP ? LW_CREDITS_INFINITE : p->window;
}

static void rate_of(const lw_thz_params *p, const choice *c, lw_channel *channel) {
    int bits = lw_constellation_bits(c->mode->constellation);
    double raw_bps = c->symbol_rate * bits * (double)p->streams;
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

static void latency_of(const lw_thz_params *p, const lw_thz_band *band, lw_channel *channel) {
    channel->latency[0] = (lw_latency_part){"modem out", p->modem_ps};
    channel->latency[1] = (lw_latency_part){"propagation", flight_ps(band)};
    channel->latency[2] = (lw_latency_part){"modem in", p->modem_ps};
    channel->latency_count = 3;
}

// SNR behind the decoder's repeated symbols, with the error of the hardware.
static double reached_dB(const choice *c) {
    return lw_to_dB(lw_snr_with_evm(c->snr * (double)c->spreading, c->evm));
}

static lw_signal signal_of(const lw_thz_params *p, const lw_thz_band *band, int dir, const choice *c) {
    const lw_thz_budget b = lw_thz_budget_at(p, band, dir, c->symbol_rate);
    const double snr_dB = reached_dB(c);
    return (lw_signal){.mode = c->mode->name,
                       .received_dBm = b.received_dBm,
                       .noise_dBm = b.noise_dBm,
                       .snr_dB = isfinite(snr_dB) ? snr_dB : b.snr_dB,  // less than a double holds
                       .needed_dB = lw_mode_threshold_dB(c->mode)};
}

static void make_channel(const lw_thz_params *p, const lw_thz_band *band, const choice *c, const choice *back,
                         lw_channel *channel) {
    rate_of(p, c, channel);
    latency_of(p, band, channel);
    channel->packet_ps = packet_ps(p, c, back);
    channel->shared_medium = p->duplex == 1;
    channel->turnaround_ps = p->duplex == 1 ? p->frame_space_ps : 0;
    channel->credit_return_ps = answer_ps(p, back) + flight_ps(band);
    channel->credit_on_arrival = true;
    channel->error_probability = c->frame_error;
    channel->error_unit_bytes = lw_packet_wire_bytes(&channel->format[LW_PACKET_WRITE], p->frame_bytes);
    channel->replay = p->arq == LW_THZ_GO_BACK_N ? LW_REPLAY_GO_BACK_N : LW_REPLAY_SELECTIVE;
    channel->replay_ps = replay_ps(p, band, back);
    channel->outages = (lw_outages){p->blockage_gap_ps, p->blockage_gap_ps > 0 ? p->blockage_ps : 0};
    channel->evidence = LW_SPECULATIVE;
}

static void make_link_of(const lw_thz_params *p, const lw_thz_band *band, const choice c[2], lw_link_model *link) {
    memset(link, 0, sizeof *link);
    link->segment[0].name = "";
    for (int dir = 0; dir < 2; dir++) {
        make_channel(p, band, &c[dir], &c[!dir], &link->segment[0].channel[dir]);
        link->segment[0].channel[dir].signal = signal_of(p, band, dir, &c[dir]);
    }
    link->segment_count = 1;
    link->read_tags = LW_TAGS_INFINITE;
    link->distance_m = band->distance_m;
    link->evidence = LW_SPECULATIVE;
    (void)snprintf(link->label, sizeof link->label, "THz radio %.5g GHz", lw_thz_frequency_Hz(p) / 1e9);
}

static void make_link(const lw_thz_params *p, const lw_thz_band *band, lw_link_model *link) {
    choice c[2];
    choose(p, band, c);
    make_link_of(p, band, c, link);
}

static void resolve(const void *params, lw_link_model *link) {
    lw_thz_band band;
    lw_thz_band_of(params, &band);
    make_link(params, &band, link);
}

// ---- What is uncertain ----

static double square(double value) {
    return value * value;
}

static void band(const void *params, lw_link_model *slow, lw_link_model *fast) {
    const lw_thz_params *given = params;
    lw_thz_params p = *given;
    // Independent of each other, so their squares add.
    double doubt_dB = sqrt(square(given->power_doubt_dB) + square(given->noise_doubt_dB) + square(given->antenna_doubt_dB) +
                           square(given->code_doubt_dB));
    lw_thz_band air;  // as P.676 says: the scale comes in the budget
    lw_thz_band_of(params, &air);
    p.margin_dB = given->margin_dB + doubt_dB;
    p.vapour_scale = given->slow_vapour * given->vapour_scale;
    p.evm = given->slow_evm * given->evm;
    p.pointing_deg = given->slow_pointing * given->pointing_deg;
    make_link(&p, &air, slow);
    p.margin_dB = given->margin_dB - doubt_dB;
    p.vapour_scale = given->fast_vapour * given->vapour_scale;
    p.evm = given->fast_evm * given->evm;
    p.pointing_deg = given->fast_pointing * given->pointing_deg;
    make_link(&p, &air, fast);
}

// ---- How it comes about ----

typedef struct teller {
    lw_fact_visit *visit;
    void *user;
} teller;

static void tell_texts(const teller *to, const char *what, const char *there, const char *back, const char *unit) {
    to->visit(&(const lw_fact){.what = what, .value = {there, back}, .unit = unit}, to->user);
}

static void tell(const teller *to, const char *what, double there, double back, const char *unit) {
    char text[2][32];
    (void)snprintf(text[0], sizeof text[0], "%.2f", there);
    (void)snprintf(text[1], sizeof text[1], "%.2f", back);
    tell_texts(to, what, text[0], text[1], unit);
}

// Where sizes range from metres to planets.
static void tell_digits(const teller *to, const char *what, int digits, double there, double back, const char *unit) {
    char text[2][32];
    (void)snprintf(text[0], sizeof text[0], "%.*g", digits, there);
    (void)snprintf(text[1], sizeof text[1], "%.*g", digits, back);
    tell_texts(to, what, text[0], text[1], unit);
}

static void tell_loss(const teller *to, const char *what, double dB) {
    if (dB > 0.0) {
        tell_digits(to, what, 4, dB, dB, "dB");
    }
}

static void tell_budget(const teller *to, const lw_thz_params *p, const lw_thz_band *air, const choice c[2]) {
    lw_thz_budget b[2];
    for (int dir = 0; dir < 2; dir++) {
        b[dir] = lw_thz_budget_at(p, air, dir, c[dir].symbol_rate);
    }
    tell_digits(to, "distance", 6, air->distance_m, air->distance_m, "m");
    tell_digits(to, "middle of the band", 6, lw_thz_frequency_Hz(p) / 1e9, lw_thz_frequency_Hz(p) / 1e9, "GHz");
    tell_digits(to, "band", 6, lw_thz_bandwidth_Hz(p) / 1e9, lw_thz_bandwidth_Hz(p) / 1e9, "GHz");
    tell_digits(to, "symbol rate", 6, c[0].symbol_rate / 1e9, c[1].symbol_rate / 1e9, "GBd");
    tell(to, "power sent, less back-off", b[0].sent_dBm, b[1].sent_dBm, "dBm");
    tell(to, "gain of both antennas", b[0].gains_dB, b[1].gains_dB, "dB");
    tell(to, "free-space loss", b[0].free_dB, b[1].free_dB, "dB");
    double surplus_dB = b[0].gains_dB - b[0].free_dB - b[0].won_back_dB;
    tell_loss(to, "not gained: near field", surplus_dB);
    tell_loss(to, "oxygen", air->middle.oxygen_dB);
    tell_loss(to, "water vapour", p->vapour_scale * air->middle.vapour_dB);
    tell_loss(to, "rain", air->middle.rain_dB);
    tell_loss(to, "fog", air->middle.fog_dB);
    tell_loss(to, "clouds", air->middle.cloud_dB);
    tell_loss(to, "pointing", b[0].pointing_dB);
    tell_loss(to, "margin", p->margin_dB);
    tell(to, "power received", b[0].received_dBm, b[1].received_dBm, "dBm");
    tell_digits(to, "what the antenna sees", 4, b[0].antenna_K, b[1].antenna_K, "K");
    tell(to, "noise at this symbol rate", b[0].noise_dBm, b[1].noise_dBm, "dBm");
    tell(to, "signal to noise in the middle", b[0].snr_dB, b[1].snr_dB, "dB");
}

static void tell_choice(const teller *to, const choice c[2]) {
    double thermal[2], ceiling[2], reached[2];
    for (int dir = 0; dir < 2; dir++) {
        thermal[dir] = lw_to_dB(c[dir].snr * (double)c[dir].spreading);
        ceiling[dir] = -2.0 * lw_to_dB(c[dir].evm);
        reached[dir] = reached_dB(&c[dir]);
    }
    tell(to, "of all the band, behind the equaliser", lw_to_dB(c[0].snr), lw_to_dB(c[1].snr), "dB");
    if (c[0].spreading > 1 || c[1].spreading > 1) {
        tell_digits(to, "each symbol is sent", 7, (double)c[0].spreading, (double)c[1].spreading, "times");
        tell(to, "which makes", thermal[0], thermal[1], "dB");
    }
    tell(to, "error vector of the hardware", 100.0 * c[0].evm, 100.0 * c[1].evm, "%");
    tell(to, "its ceiling", ceiling[0], ceiling[1], "dB");
    tell(to, "what the decoder gets", reached[0], reached[1], "dB");
    tell_texts(to, "mode", c[0].mode->name, c[1].mode->name, "");
    tell(to, "which needs", lw_mode_threshold_dB(c[0].mode), lw_mode_threshold_dB(c[1].mode), "dB");
    tell_digits(to, "frames lost", 3, 100.0 * c[0].frame_error, 100.0 * c[1].frame_error, "%");
}

static void facts(const void *params, lw_fact_visit *visit, void *user) {
    const lw_thz_params *p = params;
    const teller to = {visit, user};
    lw_thz_band air;
    lw_thz_band_of(p, &air);
    choice c[2];
    choose(p, &air, c);
    tell_budget(&to, p, &air, c);
    tell_choice(&to, c);
    lw_link_model link;
    make_link(p, &air, &link);
    double left[2], symbols[2];
    for (int dir = 0; dir < 2; dir++) {
        lw_waterfall waterfall;
        lw_link_model_waterfall(&link, dir, LW_PACKET_WRITE, 0, 0, &waterfall);
        symbols[dir] = waterfall.rate_Bps[LW_STAGE_RAW] / 1e9;
        left[dir] = waterfall.rate_Bps[LW_STAGE_RETRY] / 1e9;
    }
    tell_digits(&to, "symbols x bits x streams", 4, symbols[0], symbols[1], "GB/s");
    tell_digits(&to, "payload that arrives", 4, left[0], left[1], "GB/s");
}

// ---- Rules ----

typedef struct finding {
    const lw_option_set *set;
    lw_place at;
    lw_diags *diags;
} finding;

static lw_place place(const finding *to, const char *key) {
    return lw_type_place(lw_thz_options, to->set, key, to->at);
}

static lw_status check_band(const lw_thz_params *p, const finding *to) {
    double f_Hz = lw_thz_frequency_Hz(p), width_Hz = lw_thz_bandwidth_Hz(p);
    if (f_Hz + width_Hz / 2 > 1e12 || f_Hz - width_Hz / 2 < 1e9) {
        return lw_error(
            to->diags, place(to, lw_is_auto(p->frequency_Hz) ? "bandwidth" : "frequency"),
            "absorption by air and rain is known from 1 to 1000 GHz (P.676, P.838); take another frequency or a smaller bandwidth",
            "a band of %.4g GHz around %.4g GHz leaves the range of 1 to 1000 GHz", width_Hz / 1e9, f_Hz / 1e9);
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
    // The reference atmosphere itself is a little too moist in the cold air above; only what was
    // given is judged.
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
        // whatever the distance: a sweep over it says so once
        lw_warn(to->diags, place(to, "rain"), "give the mean rain rate of the whole path",
                "rain seldom falls as hard on all of a path over 1 km; it is taken as rained on evenly");
    }
    return LW_OK;
}

static lw_status check_symbol_rate(const lw_thz_params *p, const finding *to) {
    if (!lw_is_auto(p->symbol_rate_Bd) && p->symbol_rate_Bd > lw_thz_bandwidth_Hz(p)) {
        return lw_error(to->diags, place(to, "symbol_rate"), "give a wider band, or symbol_rate: auto",
                        "%.4g GBd do not fit into %.4g GHz", p->symbol_rate_Bd / 1e9, lw_thz_bandwidth_Hz(p) / 1e9);
    }
    return LW_OK;
}

static void check_near_field(const lw_thz_params *p, double distance_m, const finding *to) {
    double f_Hz = lw_thz_frequency_Hz(p);
    double far_m = 0.0;
    for (int end = 0; end < 2; end++) {
        far_m = fmax(far_m, lw_far_field_m(f_Hz, lw_aperture_m(f_Hz, lw_thz_gain_dB(p, end), p->aperture_efficiency)));
    }
    if (distance_m < far_m) {
        lw_warn(to->diags, place(to, "distance"), "smaller antennas may do as well",
                "closer than %.3g m is the near field of these antennas: what arrives is an estimate, at most all", far_m);
    }
}

// No error: that a path is too long is what one wants to know of it. Such a link carries nothing.
static void check_closes(const lw_thz_params *p, const finding *to) {
    lw_thz_band air;
    lw_thz_band_of(p, &air);
    check_near_field(p, air.distance_m, to);
    choice c[2];
    choose(p, &air, c);
    lw_link_model link;
    make_link_of(p, &air, c, &link);
    int dir = 0;
    if (!lw_link_model_works(&link, &dir, NULL)) {
        bool hardware = lw_to_dB((double)c[dir].spreading * c[dir].snr) > lw_mode_threshold_dB(c[dir].mode) + 3.0;
        lw_warn_point(to->diags, place(to, p->mcs == 0 ? "distance" : "mcs"),
                      hardware ? "the hardware is the limit: a lower evm, a lower symbol_rate, less jitter, or mcs: auto"
                               : "take larger antennas, more power, a shorter or drier path, less jitter, or mcs: auto",
                      "the link does not close from end %c: %.1f dB of signal to noise, where %s needs %.1f dB",
                      dir == 0 ? 'a' : 'b', link.segment[0].channel[dir].signal.snr_dB, c[dir].mode->name,
                      lw_mode_threshold_dB(c[dir].mode));
    }
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const lw_thz_params *p = params;
    const finding to = {set, at, diags};
    if (p->path == LW_THZ_SLANT && p->orbit_m <= p->altitude_m) {
        return lw_error(diags, place(&to, "orbit"), "give the height of the far end above the sea",
                        "the far end (%.4g km) must be above the station (%.4g km)", p->orbit_m / 1e3, p->altitude_m / 1e3);
    }
    LW_TRY(check_band(p, &to));
    LW_TRY(check_symbol_rate(p, &to));
    LW_TRY(check_air(p, &to));
    check_closes(p, &to);
    return LW_OK;
}

static const char page[] =
    "A radio between 100 GHz and 1 THz, and with a bandwidth of its own from 6 GHz up, from the width of a\n"
    "desk to Mars. Everything here is speculative:\n"
    "measured links exist for single distances (100 Gb/s over 20 m at 237 GHz, 60 Gb/s over 4.6 km at 135\n"
    "GHz), products do not. The model says what physics leaves, and marks every result so.\n"
    "\n"
    "Power falls with the square of the distance: 100 dB are gone after 10 m at 266 GHz. Antennas win it\n"
    "back, for the beam is narrow; that is why it must be aimed, and why somebody who walks through it\n"
    "cuts the link (blockage). Air takes its share: water vapour absorbs 5 dB/km at 300 GHz and 20,000\n"
    "dB/km on the line at 557 GHz, rain of 25 mm/h 12 dB/km. In space there is no air, and only distance\n"
    "and aim count.\n"
    "\n"
    "What is left over the noise decides the mode: bits a symbol (BPSK to 64QAM) and the share of the\n"
    "code (11/15 or 14/15); and how many symbols a second. Power is fixed, so a band twice as wide has\n"
    "twice the noise: beyond what the signal can carry, width adds nothing. The modem fills the band or\n"
    "less of it, by the eight symbol rates of IEEE 802.15.3d, whichever carries most, so a wider band\n"
    "around the same middle never carries less. (The wide channels of the standard lie higher up, 69 in\n"
    "the middle of 287 GHz, where free space and vapour take more: far away, they may lose a step against\n"
    "channel 62.) When not even BPSK at 1.76 GBd gets through, the link ends, and its results have rate 0\n"
    "and say what was missing; deep-space modems go on by repeating symbols (spreading_limit).\n"
    "\n"
    "Close up, imperfect hardware is the ceiling, not noise. Its error vector (evm) grows with the symbol\n"
    "rate: a SiGe link at 240 GHz had 7 to 10 % at 25 GBd and 30 % at 32.5 GBd. The model has a low pass\n"
    "of fifth order with a corner at 26 GBd (evm_corner); published links end at 42 GBd, so the widest\n"
    "channels stay partly empty unless you say otherwise.\n"
    "\n"
    "Each frame costs a preamble and a header (0.2 us in 26 GHz) besides its bits, so frames are large. A\n"
    "lost frame is asked for again: stop-and-wait is hopeless beyond a room, a window (block-ack) needs\n"
    "as many frames in flight as the path holds, and between planets only ltp remains: all is sent, what\n"
    "is missing is asked for a round trip later.\n"
    "\n"
    "In the waterfall, line code is the code and the spreading, periodic the pilot words, framing\n"
    "preamble, header and check sum, retry lost frames and outages. The band around each rate spans what\n"
    "is least known: power, noise figure, antennas and thresholds of the codes (power_doubt, noise_doubt,\n"
    "antenna_doubt, code_doubt; they add as squares), absorption by vapour, the error vector and the aim\n"
    "(factors slow_vapour to fast_pointing).\n"
    "\n"
    "Let end a be the station on the ground where the path is slant.";

const lw_family lw_family_thz = {
    .type =
        {
            .name = "thz",
            .summary = "terahertz radio (speculative), 0.1 to 1 THz, from a desk to deep space",
            .page = page,
            .example = "{preset: thz-room}",
            .options = lw_thz_options,
            .params_size = sizeof(lw_thz_params),
            .check = check,
        },
    .hue = LW_HUE_AMBER,
    .between_machines = true,
    .resolve = resolve,
    .band = band,
    .facts = facts,
};
