// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/pcie_link.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    // Base ch. 3 and 4: STP, sequence number, LCRC, END; the same sum at every line code
    FRAMING_BYTES = 8,
    DLLP_BYTES = 8,          // Base ch. 3: 4 B body, CRC-16, 2 B framing
    CREDIT_BYTES = 16,       // Base 2.6.1: one data credit is 4 double words
    COMPLETION_HEADER = 12,  // Base 2.2.9: 3 double words
    FLIT_BYTES = 256,        // Base 6.x 4.2.3
    FLIT_TLP_BYTES = 236,    // Base 6.x 4.2.3: the rest is 6 B DLP, 8 B CRC, 6 B ECC
    FLIT_WIDTHS = 5
};

// What a cable loses at 12.8906 GHz (IEEE 802.3 clause 92: 22.48 dB for an assembly of 5 m); other
// losses are given at 16 GHz. All grow with the root of the frequency (skin effect).
static const double CABLE_DB_PER_M = 22.48 / 5, CABLE_GHZ = 12.8906, FIXED_GHZ = 16;
// the longest passive cable of a PCIe standard (CopprLink, SFF-TA-1032)
static const double PLAIN_LIMIT_M = 2;

// Per generation, index gen - 1.
static const struct generation {
    int64_t transfers_per_us;  // per lane
    lw_fraction line_code;     // 8b/10b, 128b/130b, 1b/1b
    int64_t retimer_ps;        // Base 6.x table 4-76, no SRIS; gen 7 as gen 6
    int64_t internal_symbols;  // internal delay in the Ack formula
    double nyquist_GHz;
    // pad to pad at that frequency; gen 2 between its neighbours; NaN where no figure was found
    double budget_dB;
} generations[LW_PCIE_GEN_MAX] = {
    {2500, {4, 5}, 128000, 19, 1.25, 13.2},        {5000, {4, 5}, 64000, 70, 2.5, 17},    {8000, {64, 65}, 64000, 115, 4, 22},
    {16000, {64, 65}, 64000, 115, 8, 28},          {32000, {64, 65}, 64000, 115, 16, 36}, {64000, {1, 1}, 64000, 115, 16, 32},
    {128000, {1, 1}, 64000, 115, 32, (double)NAN},
};

// With flits, index by width 16, 8, 4, 2, 1: flits between SKP sets (Base 6.x table 4-30) and the
// turn-round of an Ack at the receiver's pins (4.2.3.4.2.1, recommended maximum). Gen 7 is taken to
// keep both.
static const struct flit_width {
    int64_t lanes;
    int64_t interval_pam4, interval_nrz, sris_pam4, sris_nrz;
    int64_t turnround_ps;
} flit_widths[FLIT_WIDTHS] = {
    {16, 748, 374, 74, 37, 50000}, {8, 374, 187, 37, 18, 52000}, {4, 187, 93, 18, 9, 56000},
    {2, 93, 46, 9, 4, 64000},      {1, 46, 23, 4, 2, 80000},
};

static const struct generation *generation_of(int64_t gen) {
    assert(gen >= 1 && gen <= LW_PCIE_GEN_MAX);
    return &generations[gen - 1];
}

static const struct flit_width *flit_width_of(int64_t lanes) {
    for (int i = 0; i < FLIT_WIDTHS; i++) {
        if (flit_widths[i].lanes == lanes) {
            return &flit_widths[i];
        }
    }
    return NULL;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

int64_t lw_pcie_raw_Bps(int64_t gen, int64_t lanes) {
    return generation_of(gen)->transfers_per_us * 1000000 * lanes / 8;
}

int64_t lw_pcie_symbols_ps(int64_t gen, int64_t symbols) {
    int64_t bit_times = gen <= 2 ? 10 : 8;
    return symbols * bit_times * 1000000 / generation_of(gen)->transfers_per_us;
}

int64_t lw_pcie_ack_limit_symbols(int64_t gen, int64_t lanes, int64_t mps_bytes) {
    bool small = mps_bytes <= 256;
    int64_t tenths = lanes <= 4 ? (small ? 14 : 10) : lanes == 8 ? (small ? 25 : 10) : (small ? 30 : 20);
    return (mps_bytes + 28) * tenths / (10 * lanes) + generation_of(gen)->internal_symbols;
}

// The two fixed-share methods of counting DLLPs follow pcie-bench/pcie-model as a whole: its SKP
// share and its coding of flit generations.
static bool published_model(const lw_pcie_params *p) {
    return p->dllp == LW_PCIE_DLLP_SYMBOL_TIME || p->dllp == LW_PCIE_DLLP_BYTE;
}

static bool flits_negotiated(const lw_pcie_params *p) {
    return p->gen >= 6 || p->flit_mode == LW_PCIE_FLIT_ON;
}

static bool uses_flits(const lw_pcie_params *p) {
    return flits_negotiated(p) && !published_model(p);
}

int64_t lw_pcie_tags(const lw_pcie_params *p) {
    if (p->tags != LW_AUTO) {
        return p->tags;
    }
    return p->gen <= 2 ? 32 : p->gen == 3 ? 256 : 768;
}

static int64_t completion_bytes(const lw_pcie_params *p) {
    int64_t bytes = p->completion_bytes == LW_AUTO ? p->mps_bytes : p->completion_bytes;
    return least(bytes, p->mrrs_bytes);
}

static lw_fraction skp_share(const lw_pcie_params *p) {
    bool sris = p->clocking == LW_PCIE_SRIS;
    if (published_model(p)) {
        return lw_fraction_of(4, 1538);
    }
    if (p->gen <= 2) {
        // Base 4.2.7.3: 4 symbols at most every 1538 (SRIS: fewer than 154)
        return lw_fraction_of(4, sris ? 153 : 1538);
    }
    if (!uses_flits(p)) {
        // Base 6.x 4.2.8.4: a block in at most 375 (SRIS: fewer than 38)
        return lw_fraction_of(1, sris ? 37 : 375);
    }
    const struct flit_width *width = flit_width_of(p->lanes);
    bool pam4 = p->gen >= 6;
    int64_t flits = sris ? (pam4 ? width->sris_pam4 : width->sris_nrz) : (pam4 ? width->interval_pam4 : width->interval_nrz);
    int64_t set_symbols = pam4 ? 40 : 16;
    return lw_fraction_of(set_symbols, flits * (FLIT_BYTES / p->lanes) + set_symbols);
}

static lw_fraction dllp_share(const lw_pcie_params *p) {
    if (!published_model(p)) {
        return (lw_fraction){0, 1};
    }
    int64_t limit = lw_pcie_ack_limit_symbols(p->gen, p->lanes, p->mps_bytes);
    return lw_fraction_of(2 * DLLP_BYTES, p->dllp == LW_PCIE_DLLP_BYTE ? limit : limit * p->lanes);
}

static void set_rate(const lw_pcie_params *p, lw_channel *channel) {
    lw_fraction line_code =
        published_model(p) && p->gen >= 6 ? lw_fraction_of(242, FLIT_BYTES) : generation_of(p->gen)->line_code;
    lw_channel_set_rate(channel, lw_pcie_raw_Bps(p->gen, p->lanes), line_code, p->efficiency);
    channel->periodic = skp_share(p);
    channel->control_share = dllp_share(p);
    if (uses_flits(p)) {
        channel->expand = lw_fraction_of(FLIT_BYTES, FLIT_TLP_BYTES);
    }
}

static void set_formats(const lw_pcie_params *p, lw_channel *channel) {
    int64_t framing = (uses_flits(p) ? 4 * p->ohc_words : FRAMING_BYTES) + (p->ecrc ? 4 : 0);
    int64_t header = p->address == LW_PCIE_4DW ? 16 : 12;
    // TLPs are whole double words (Base 2.2); the published model counts bytes
    int64_t granule = published_model(p) ? 1 : 4;
    lw_packet_format *format = channel->format;
    format[LW_PACKET_WRITE] = (lw_packet_format){p->mps_bytes, framing + header, granule};
    format[LW_PACKET_REQUEST] = (lw_packet_format){0, framing + header, granule};
    format[LW_PACKET_COMPLETION] = (lw_packet_format){completion_bytes(p), framing + COMPLETION_HEADER, granule};
    channel->request_max_bytes = p->mrrs_bytes;
}

static int64_t ack_limit_ps(const lw_pcie_params *p) {
    return lw_pcie_symbols_ps(p->gen, lw_pcie_ack_limit_symbols(p->gen, p->lanes, p->mps_bytes));
}

static void set_control(const lw_pcie_params *p, lw_channel *channel) {
    if ((p->dllp == LW_PCIE_DLLP_SHARE || p->dllp == LW_PCIE_DLLP_TIMER) && !uses_flits(p)) {
        channel->control_bytes = 2 * DLLP_BYTES;
        channel->control_interval_ps = ack_limit_ps(p);
        channel->control_by_timer = p->dllp == LW_PCIE_DLLP_TIMER;
    }
}

static double cable_length_m(const lw_pcie_params *p, const lw_pcie_medium *medium) {
    return lw_is_auto(p->cable_m) ? medium->cable_m : p->cable_m;
}

int64_t lw_pcie_retimers_ps(const lw_pcie_params *p) {
    return p->retimers * (p->retimer_ps == LW_AUTO ? generation_of(p->gen)->retimer_ps : p->retimer_ps);
}

int64_t lw_pcie_propagation_ps(const lw_pcie_params *p, const lw_pcie_medium *medium) {
    return llround(cable_length_m(p, medium) * p->cable_ps_per_m);
}

static void set_latency(const lw_pcie_params *p, const lw_pcie_medium *medium, lw_channel *channel) {
    lw_channel_add_latency(channel, "sending port", p->tx_port_ps);
    lw_channel_add_latency(channel, "propagation", lw_pcie_propagation_ps(p, medium));
    lw_channel_add_latency(channel, "retimers", lw_pcie_retimers_ps(p));
    if (uses_flits(p)) {
        // Nothing of a flit is used before its CRC has passed.
        lw_channel_add_latency(channel, "flit check", lw_channel_wire_ps(channel, FLIT_BYTES));
        lw_channel_add_latency(channel, "FEC", p->fec_ps);
    }
    lw_channel_add_latency(channel, "receiving port", p->rx_port_ps);
    channel->port_ps[0] = p->tx_port_ps;
    channel->port_ps[1] = p->rx_port_ps;
}

static int64_t credits_of(int64_t value) {
    return value == LW_AUTO ? LW_CREDITS_INFINITE : value;
}

static void set_credits(const lw_pcie_params *p, lw_channel *channel) {
    lw_credits *credits = channel->credits;
    credits[LW_PACKET_WRITE] = (lw_credits){credits_of(p->posted_header_credits), credits_of(p->posted_data_credits)};
    credits[LW_PACKET_REQUEST] = (lw_credits){credits_of(p->nonposted_header_credits), LW_CREDITS_INFINITE};
    credits[LW_PACKET_COMPLETION] =
        (lw_credits){credits_of(p->completion_header_credits), credits_of(p->completion_data_credits)};
    channel->data_unit_bytes = CREDIT_BYTES;

    bool finite = false;
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        finite = finite || credits[kind].packets != LW_CREDITS_INFINITE || credits[kind].data_units != LW_CREDITS_INFINITE;
    }
    if (!finite) {
        return;
    }
    channel->credit_return_ps = p->credit_return_ps;
    if (p->credit_return_ps == LW_AUTO) {
        // In a flit the credits leave with the next one; without, at the latest when the update
        // interval is over.
        int64_t wait_ps = uses_flits(p) ? lw_channel_wire_ps(channel, FLIT_BYTES) : ack_limit_ps(p);
        channel->credit_return_ps = wait_ps + lw_channel_latency_ps(channel);
    }
}

static void set_errors(const lw_pcie_params *p, const lw_pcie_medium *medium, lw_channel *channel) {
    if (uses_flits(p)) {
        if (p->flit_error_rate > 0) {
            channel->error_probability = p->flit_error_rate;
            channel->error_unit_bytes = FLIT_TLP_BYTES;
            channel->replay = p->replay == LW_PCIE_REPLAY_SELECTIVE ? LW_REPLAY_SELECTIVE : LW_REPLAY_GO_BACK_N;
            // Both sides turn round within the recommended time, which is counted from pin to pin.
            int64_t way_ps = lw_pcie_propagation_ps(p, medium) + lw_pcie_retimers_ps(p);
            channel->replay_ps = 2 * (way_ps + flit_width_of(p->lanes)->turnround_ps);
        }
    } else if (p->bit_error_rate > 0) {
        double bits_per_byte = 8.0 / lw_fraction_value(generation_of(p->gen)->line_code);
        channel->error_probability = -expm1(bits_per_byte * log1p(-p->bit_error_rate));
        channel->error_unit_bytes = 1;
        channel->replay = LW_REPLAY_GO_BACK_N;
        // A Nak DLLP, sent at once.
        channel->replay_ps = 2 * lw_channel_latency_ps(channel) + lw_channel_wire_ps(channel, DLLP_BYTES);
    }
}

void lw_pcie_segment(const lw_pcie_params *p, const lw_pcie_medium *medium, lw_segment *segment) {
    memset(segment, 0, sizeof *segment);
    segment->name = "";
    for (int dir = 0; dir < 2; dir++) {
        lw_channel *channel = &segment->channel[dir];
        set_rate(p, channel);
        set_formats(p, channel);
        set_control(p, channel);
        set_latency(p, medium, channel);
        set_credits(p, channel);
        set_errors(p, medium, channel);
        channel->evidence = LW_SPECIFIED;
    }
}

void lw_pcie_resolve(const lw_pcie_params *p, const lw_pcie_medium *medium, lw_link_model *link) {
    memset(link, 0, sizeof *link);
    lw_pcie_segment(p, medium, &link->segment[0]);
    link->segment_count = 1;
    link->read_tags = lw_pcie_tags(p);
    link->evidence = LW_SPECIFIED;
    (void)snprintf(link->label, sizeof link->label, "%s %d.0 x%d", medium->label, (int)p->gen, (int)p->lanes);
}

// ---- Rules across fields ----

typedef struct finding {
    const lw_option_set *set;
    lw_place at;
    lw_diags *diags;
} finding;

static lw_place place_of(const finding *f, const char *key) {
    return lw_type_place(lw_pcie_options, f->set, key, f->at);
}

static lw_status worse(lw_status a, lw_status b) {
    return a != LW_OK ? a : b;
}

static void lower(int64_t *value, int64_t bound, const char *key, lw_lowered *lowered, void *user) {
    if (bound != LW_AUTO && *value > bound) {
        lowered(key, *value, bound, user);
        *value = bound;
    }
}

void lw_pcie_train_down(void *params, const lw_port_bound *port, lw_lowered *lowered, void *user) {
    lw_pcie_params *p = params;
    p->connector_lanes = p->connector_lanes > 0 ? p->connector_lanes : p->lanes;
    lower(&p->gen, port->gen, "gen", lowered, user);
    lower(&p->lanes, port->lanes, "lanes", lowered, user);
}

static lw_status check_medium(const lw_pcie_params *p, const lw_pcie_medium *medium, const finding *f) {
    lw_status status = LW_OK;
    if (p->gen < medium->gen_min || p->gen > medium->gen_max) {
        lw_warn(f->diags, place_of(f, "gen"), medium->gen_hint, "no standard has %s at generation %d", medium->family,
                (int)p->gen);
    }
    int64_t connector = p->connector_lanes > 0 ? p->connector_lanes : p->lanes;
    bool usual = medium->lanes_usual == NULL;
    for (const int *lanes = medium->lanes_usual; !usual && *lanes != 0; lanes++) {
        usual = *lanes == connector;
    }
    if (!usual) {
        status = worse(status, lw_error(f->diags, place_of(f, "lanes"), medium->lanes_hint,
                                        "%s has no cable or connector of %d lanes", medium->family, (int)connector));
    }
    double cable_m = cable_length_m(p, medium);
    if (medium->cable_max_m > 0 && cable_m > medium->cable_max_m) {
        lw_warn(f->diags, place_of(f, "cable"), medium->cable_hint,
                "a %s cable of %g m is longer than the %g m that the standard names", medium->family, cable_m,
                medium->cable_max_m);
    }
    return status;
}

static lw_status check_flits(const lw_pcie_params *p, const finding *f) {
    if (p->gen >= 6 && p->flit_mode == LW_PCIE_FLIT_OFF) {
        return lw_error(f->diags, place_of(f, "flit_mode"), "leave flit_mode out, or take gen 5",
                        "generation %d cannot run without flits", (int)p->gen);
    }
    if (flits_negotiated(p) && flit_width_of(p->lanes) == NULL) {
        return lw_error(f->diags, place_of(f, "lanes"), "take 1, 2, 4, 8 or 16 lanes", "there are no flits on %d lanes",
                        (int)p->lanes);
    }
    if (p->gen < 6 && p->flit_mode == LW_PCIE_FLIT_ON && published_model(p)) {
        return lw_error(f->diags, place_of(f, "dllp"), "take dllp: share", "this dllp count describes a link without flits");
    }
    return LW_OK;
}

static lw_status check_packets(const lw_pcie_params *p, const finding *f) {
    lw_status status = LW_OK;
    if (p->completion_bytes != LW_AUTO && p->completion_bytes > p->mps_bytes) {
        status = lw_error(f->diags, place_of(f, "completion_bytes"), "lower completion_bytes or raise mps",
                          "a completion of %d B does not fit mps %d B", (int)p->completion_bytes, (int)p->mps_bytes);
    } else if (p->completion_bytes != LW_AUTO && p->completion_bytes % p->rcb_bytes != 0) {
        status = lw_error(f->diags, place_of(f, "completion_bytes"), "take a multiple of rcb",
                          "a completion of %d B is no multiple of rcb %d B", (int)p->completion_bytes, (int)p->rcb_bytes);
    }
    if (p->tags != LW_AUTO && p->tags > (flits_negotiated(p) ? 16384 : p->gen >= 4 ? 768 : 256)) {
        status = worse(status, lw_error(f->diags, place_of(f, "tags"),
                                        "up to 256 with 8-bit tags, 768 with 10-bit tags (from gen 4), more only with flits",
                                        "generation %d cannot have %d tags", (int)p->gen, (int)p->tags));
    }
    const struct {
        const char *key;
        int64_t credits, payload_bytes;
    } pools[] = {{"posted_data_credits", p->posted_data_credits, p->mps_bytes},
                 {"completion_data_credits", p->completion_data_credits, completion_bytes(p)}};
    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        int64_t needed = (pools[i].payload_bytes + CREDIT_BYTES - 1) / CREDIT_BYTES;
        if (pools[i].credits != LW_AUTO && pools[i].credits < needed) {
            status = worse(status,
                           lw_error(f->diags, place_of(f, pools[i].key), lw_diags_text(f->diags, "take at least %d", (int)needed),
                                    "%d data credits of 16 B never let a packet of %d B pass", (int)pools[i].credits,
                                    (int)pools[i].payload_bytes));
        }
    }
    return status;
}

static void check_loss(const lw_pcie_params *p, const lw_pcie_medium *medium, const finding *f) {
    double cable_m = cable_length_m(p, medium);
    const struct generation *generation = generation_of(p->gen);
    double budget_dB = lw_is_auto(p->budget_dB) ? generation->budget_dB : p->budget_dB;
    if (cable_m <= 0 || (medium->cable_max_m > 0 && cable_m > medium->cable_max_m)) {
        return;  // boards are built to the budget; a cable beyond its standard is told already
    }
    if (isnan(budget_dB)) {
        if (cable_m > PLAIN_LIMIT_M) {
            lw_warn(f->diags, place_of(f, "cable"), "set loss_budget, or take a lower generation",
                    "no loss budget of generation %d is known, and no standard has a passive cable of %g m", (int)p->gen,
                    cable_m);
        }
        return;
    }
    double per_m_dB =
        lw_is_auto(p->cable_dB_per_m) ? CABLE_DB_PER_M * sqrt(generation->nyquist_GHz / CABLE_GHZ) : p->cable_dB_per_m;
    double fixed_dB = lw_is_auto(p->fixed_dB) ? medium->fixed_dB * sqrt(generation->nyquist_GHz / FIXED_GHZ) : p->fixed_dB;
    double loss_dB = fixed_dB + cable_m * per_m_dB;
    // A retimer starts the signal afresh. Where it sits is not said, so at best each section takes
    // its share.
    double sections_dB = budget_dB * (double)(1 + p->retimers);
    if (loss_dB <= sections_dB) {
        return;
    }
    double longest_m = per_m_dB > 0 ? (sections_dB - fixed_dB) / per_m_dB : 0;
    const char *hint = "no passive cable fits; use a retimer or a lower generation";
    if (longest_m >= 0.05) {
        hint = lw_diags_text(f->diags, "at most %.1f m without %s retimer, or run a lower generation", longest_m,
                             p->retimers > 0 ? "another" : "a");
    }
    const char *whose =
        lw_is_auto(p->budget_dB) ? lw_diags_text(f->diags, "the budget of generation %d", (int)p->gen) : "loss_budget";
    lw_warn(f->diags, place_of(f, "cable"), hint,
            "%g m of cable loses %.1f dB with ports, boards and connectors, %s is %.1f dB%s", cable_m, loss_dB, whose, budget_dB,
            p->retimers > 0 ? " a section" : "");
}

// Every round of replays has the same odds, so a link that loses most full packets carries nothing.
static void check_errors(const lw_pcie_params *p, const lw_pcie_medium *medium, const finding *f) {
    lw_link_model link = {.segment_count = 1};
    lw_pcie_segment(p, medium, &link.segment[0]);
    double lost = 0;
    if (!lw_link_model_works(&link, NULL, &lost)) {
        bool flits = uses_flits(p);
        lw_warn(f->diags, place_of(f, flits ? "flit_error_rate" : "bit_error_rate"),
                flits ? "the standard's target is 3e-5; or take a smaller mps"
                      : "the standard's target is 1e-12; or take a smaller mps",
                "%.3g %% of full packets would be bad, and nothing gets through", 100 * lost);
    }
}

lw_status lw_pcie_check(const lw_pcie_params *p, const lw_pcie_medium *medium, const lw_option_set *set, lw_place at,
                        lw_diags *diags) {
    finding f = {set, at, diags};
    lw_status status = check_medium(p, medium, &f);
    status = worse(status, check_flits(p, &f));
    status = worse(status, check_packets(p, &f));
    check_loss(p, medium, &f);
    if (status == LW_OK) {  // which needs a link that there is
        check_errors(p, medium, &f);
    }
    return status;
}
