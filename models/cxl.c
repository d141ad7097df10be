// SPDX-License-Identifier: GPL-3.0-or-later
// Compute Express Link: lines of 64 B in flits over the electrical layer of PCI Express. Sources:
// Compute Express Link Specification revisions 1.1 to 3.x ("CXL"); PCI Express as in pcie_link.h.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/cxl_slots.h"
#include "models/pcie_rows.h"

typedef enum version { CXL_1_1, CXL_2_0, CXL_3_0, CXL_3_1, CXL_3_2, CXL_4_0 } version;
typedef enum flit_word { FLIT_AUTO, FLIT_68B, FLIT_STANDARD, FLIT_LOPT, FLIT_PBR } flit_word;
typedef enum protocol { MEM, CACHE, BOTH } protocol;
typedef enum coherence { HOST_ONLY, DEVICE_BIAS, HOST_BIAS, BACK_INVALIDATE } coherence;

typedef struct cxl_params {
    int version;
    int64_t gen;  // LW_AUTO: by version
    int64_t lanes;
    int flit;  // flit_word
    bool sync_header;
    int protocol, mix, coherence;
    double asks;
    int64_t answer_ps;
    int64_t tags;  // LW_AUTO: as many as the tag field names
    int clocking;  // lw_pcie_clocking
    int64_t tx_port_ps, rx_port_ps;
    int64_t fec_ps;
    int64_t retimers, retimer_ps;
    int64_t switches, switch_ps;
    double cable_m, cable_ps_per_m;
    double ide_share;
    int64_t ide_ps;
    double flit_error_rate;
    int replay;  // lw_pcie_replay
    double efficiency;
} cxl_params;

#define FIELD(name) offsetof(cxl_params, name)

static const char *const version_words[] = {"1.1", "2.0", "3.0", "3.1", "3.2", "4.0", NULL};
static const char *const gens[] = {"3", "4", "5", "6", "7", NULL};
static const char *const widths[] = {"1", "2", "4", "8", "16", NULL};
static const char *const flit_words[] = {"auto", "68b", "standard", "latency_optimised", "pbr", NULL};
static const char *const protocol_words[] = {"mem", "cache", "both", NULL};
static const char *const mix_words[] = {"reads", "3:1", "2:1", "1:1", "1:2", "1:3", "writes", NULL};
static const char *const coherence_words[] = {"host_only", "device_bias", "host_bias", "back_invalidate", NULL};

static const struct ratio { int64_t reads, writes; } mixes[] = {{1, 0}, {3, 1}, {2, 1}, {1, 1}, {1, 2}, {1, 3}, {0, 1}};

static const lw_option options[] = {
    {.key = "version",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(version),
     .fallback = "2.0",
     .words = version_words,
     .help = "Version of the standard: 1.1, 2.0, 3.0, 3.1, 3.2 or 4.0.",
     .source = "CXL 2.0 is what the memory expanders speak that were measured (Intel CacheLib wiki, 2023-10-12)"},
    {.key = "gen",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(gen),
     .fallback = "auto",
     .words = gens,
     .help = "PCIe generation of the wire; auto: 5 (32 GT/s) up to CXL 2.0, 6 (64 GT/s) from 3.0, 7 (128 GT/s) from 4.0.",
     .source = "CXL ch. 6; CXL Consortium, release of CXL 4.0 (BusinessWire, 2025-11-18)"},
    {.key = "lanes", .kind = LW_OPTION_INTEGER, .offset = FIELD(lanes), .words = widths, .help = "Width that the link runs at."},
    {.key = "flit",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(flit),
     .fallback = "auto",
     .words = flit_words,
     .help = "68b, or 256 B as standard, latency_optimised (checked in halves) or pbr (wider ids); auto: 68b up to CXL 2.0, else "
             "standard.",
     .source = "CXL 4.2 and 4.3"},
    {.key = "sync_header",
     .kind = LW_OPTION_FLAG,
     .offset = FIELD(sync_header),
     .fallback = "true",
     .help = "68b: the sync headers of 128b/130b stay; false: both ends agreed to leave them out.",
     .source = "CXL ch. 6: sync header bypass is optional"},
    {.key = "protocol",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(protocol),
     .fallback = "mem",
     .words = protocol_words,
     .help =
         "mem: the host uses the device's memory; cache: the device uses the host's; both: end a is the host and does mem, end "
         "b does cache.",
     .source = "CXL ch. 2: memory expanders (type 3) have CXL.mem, accelerators without own memory (type 1) CXL.cache"},
    {.key = "mix",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(mix),
     .fallback = "reads",
     .words = mix_words,
     .help = "Reads to writes that flits are packed for; their rate is exact at this mix, near it at others.",
     .source = "reads alone is what bandwidth tests start with"},
    {.key = "coherence",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(coherence),
     .fallback = "host_only",
     .words = coherence_words,
     .help =
         "Whom a device asks before it uses its own memory: host_only (it does not use it) and device_bias (nobody), host_bias "
         "(the host, for each line), back_invalidate (the host, for some; and before it serves another host, too).",
     .source = "CXL ch. 2: HDM-H, HDM-D in either bias, HDM-DB"},
    {.key = "asks",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_PLAIN,
     .offset = FIELD(asks),
     .fallback = "0",
     .minimum = 0,
     .maximum = 1,
     .help =
         "Questions of the device for each line that crosses the link, in steps of 5 %: with back_invalidate the line waits for "
         "the answer, and as many of the device's own accesses do; with host_bias they only take room on the wire.",
     .source = "depends on the work; none by default"},
    {.key = "answer_latency",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = FIELD(answer_ps),
     .fallback = "40 ns",
     .minimum = 0,
     .maximum = 1e9,
     .help = "host_bias and back_invalidate: what the host takes to look into its caches and answer, ports aside.",
     .source = "CXL 3.x table 13-2: 90 ns from a back-invalidate snoop at the host's pins to its response at the pins, less the "
               "25 ns of each of its two port crossings; the same is assumed for a request in host bias, which has no target"},
    {.key = "tags",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(tags),
     .fallback = "auto",
     .minimum = 1,
     .maximum = 65536,
     .help = "Lines that may be asked for at once: 1 is a pointer chase; auto: never the limit.",
     .source = "CXL 3.3: the tag of CXL.mem has 16 bits, the queue id of CXL.cache 12 bits"},
    LW_PCIE_ROW_CLOCKING(FIELD(clocking)),
    LW_ROW_TIME("tx_port", FIELD(tx_port_ps), "25 ns", 1e9, "Sending port: message to pins.",
                "half of the 50 ns that CXL 3.x table 13-2 wants from a credit at the pins to a flit at the pins", LW_ASSUMED),
    LW_ROW_TIME("rx_port", FIELD(rx_port_ps), "25 ns", 1e9,
                "Receiving port: pins to message, without the wait for the flit's last byte.",
                "half of the 50 ns that CXL 3.x table 13-2 wants from a credit at the pins to a flit at the pins", LW_ASSUMED),
    LW_PCIE_ROW_FEC(FIELD(fec_ps), "256 B flits: time to decode the error correction."),
    LW_PCIE_ROW_RETIMERS(FIELD(retimers)),
    LW_PCIE_ROW_RETIMER_LATENCY(FIELD(retimer_ps), ", 64 ns", "12 ns"),
    {.key = "switches",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(switches),
     .fallback = "0",
     .minimum = 0,
     .maximum = 16,
     .help = "CXL switches on the route, as latency only; a switch that others share is a node of its own.",
     .source = "a directly attached device has none"},
    {.key = "switch_latency",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = FIELD(switch_ps),
     .fallback = "90 ns",
     .minimum = 0,
     .maximum = 1e9,
     .help = "One switch, one direction.",
     .source = "asplos.dev/wiki/pcie-cxl: XConn's CXL 2.0 switch, one hop (secondary)"},
    LW_ROW_CABLE(FIELD(cable_m), "0 m", 100, "Length of the cable.", "none: cards and drives sit in slots", LW_SPECIFIED),
    LW_ROW_CABLE_DELAY(FIELD(cable_ps_per_m), "Propagation along the cable."),
    {.key = "ide_share",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_PLAIN,
     .offset = FIELD(ide_share),
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.5,
     .help = "Encryption (IDE): share of the wire that its codes take.",
     .source = "no encryption by default; nobody has published what it takes"},
    {.key = "ide_latency",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = FIELD(ide_ps),
     .fallback = "0 ns",
     .minimum = 0,
     .maximum = 1e9,
     .help = "Encryption (IDE): time to encrypt, decrypt and, in containment mode, to wait for the check.",
     .source = "no encryption by default; nobody has published what it takes"},
    LW_PCIE_ROW_FLIT_ERRORS(FIELD(flit_error_rate),
                            "Probability that a flit must be sent again; the target for 256 B flits is below 3e-5."),
    LW_PCIE_ROW_REPLAY(FIELD(replay), "256 B flits: standard repeats all that was not acknowledged, selective only the bad flit.",
                       "; 68 B flits always go back (CXL 4.2.8)"),
    LW_ROW_EFFICIENCY(FIELD(efficiency), "flits that this platform fills",
                      "; the standard expects 60 to 90 % of the wire to be useful (CXL table 13-1)"),
    {0},
};

static int64_t newest_generation(const cxl_params *p) {
    return p->version <= CXL_2_0 ? 5 : p->version <= CXL_3_2 ? 6 : 7;
}

static int64_t generation_of(const cxl_params *p) {
    if (p->gen != LW_AUTO) {
        return p->gen;
    }
    return newest_generation(p);
}

static lw_cxl_flit flit_of(const cxl_params *p) {
    static const lw_cxl_flit flits[] = {
        [FLIT_68B] = LW_CXL_68B, [FLIT_STANDARD] = LW_CXL_256B, [FLIT_LOPT] = LW_CXL_256B_LOPT, [FLIT_PBR] = LW_CXL_256B_PBR};
    if (p->flit != FLIT_AUTO) {
        return flits[p->flit];
    }
    return p->version <= CXL_2_0 ? LW_CXL_68B : LW_CXL_256B;
}

// ---- What a line costs, in flits ----

// The fractions of flits are small: their arithmetic always fits.
static void must(bool fits) {
    assert(fits);
    (void)fits;
}

// Shares of a flit that one access takes: out with the requester's messages, back with the answers.
typedef struct costs {
    lw_fraction read_out, read_back, write_out, write_back;
} costs;

typedef struct trip {
    lw_fraction out, back;
} trip;

// Flits of so many reads and writes, and of `asks` questions of the device about its own memory.
static trip pack(lw_cxl_flit flit, protocol by, const struct ratio *n, coherence kept, int64_t asks) {
    int64_t out[LW_CXL_MESSAGES] = {0}, back[LW_CXL_MESSAGES] = {0};
    if (by == MEM) {
        out[LW_CXL_M2S_REQ] = n->reads;
        out[LW_CXL_M2S_RWD] = n->writes;
        back[LW_CXL_S2M_DRS] = n->reads;
        back[LW_CXL_S2M_NDR] = n->writes;
    } else {
        // CXL 3.2.4: a read gets leave and data, a write leave to send its data.
        out[LW_CXL_D2H_REQ] = n->reads + n->writes;
        out[LW_CXL_D2H_DATA] = n->writes;
        back[LW_CXL_H2D_RSP] = n->reads + n->writes;
        back[LW_CXL_H2D_DATA] = n->reads;
    }
    // CXL 3.5: a request over CXL.cache, which the host hands back as a forward over CXL.mem
    if (kept == HOST_BIAS) {
        back[LW_CXL_D2H_REQ] = asks;
        out[LW_CXL_M2S_REQ] += asks;
    } else if (kept == BACK_INVALIDATE) {
        back[LW_CXL_S2M_BISNP] = asks;
        out[LW_CXL_M2S_BIRSP] = asks;
    }
    trip flits;
    must(lw_cxl_pack(flit, out, &flits.out) && lw_cxl_pack(flit, back, &flits.back));
    return flits;
}

// A question of the device (back) and the host's answer (out), with nothing beside them.
static trip pack_question(const cxl_params *p) {
    static const struct ratio nothing = {0, 0};
    bool asks = p->protocol != CACHE && (p->coherence == HOST_BIAS || p->coherence == BACK_INVALIDATE);
    return asks ? pack(flit_of(p), MEM, &nothing, (coherence)p->coherence, 1) : (trip){{0, 1}, {0, 1}};
}

// (whole - times * part) / shares; 0 where that is negative.
static lw_fraction rest(lw_fraction whole, lw_fraction part, int64_t times, int64_t shares) {
    lw_fraction taken, left;
    must(lw_fraction_multiply(part, (lw_fraction){times, 1}, &taken) && lw_fraction_subtract(whole, taken, &left) &&
         lw_fraction_divide(left, (lw_fraction){shares, 1}, &left));
    return left.num > 0 ? left : (lw_fraction){0, 1};
}

static void add(lw_fraction *sum, lw_fraction more) {
    must(lw_fraction_add(*sum, more, sum));
}

enum { ASK_STEPS = 20 };

// Messages with a line cost what they take alone, those without the rest of the mix, so that the
// mix as a whole is exact.
static costs costs_of(const cxl_params *p, protocol by) {
    lw_cxl_flit flit = flit_of(p);
    static const struct ratio one_read = {1, 0}, one_write = {0, 1}, one_each = {1, 1};
    const struct ratio *mix = &mixes[p->mix], *shared = mix->reads > 0 && mix->writes > 0 ? mix : &one_each;
    trip read = pack(flit, by, &one_read, HOST_ONLY, 0), write = pack(flit, by, &one_write, HOST_ONLY, 0);
    trip both = pack(flit, by, shared, HOST_ONLY, 0);
    costs c = {.read_back = read.back, .write_out = write.out};
    c.read_out = mix->writes == 0 ? read.out : rest(both.out, write.out, shared->writes, shared->reads);
    c.write_back = mix->reads == 0 ? write.back : rest(both.back, read.back, shared->reads, shared->writes);

    int64_t asks = llround(p->asks * ASK_STEPS) * (mix->reads + mix->writes);
    if (by == MEM && asks > 0) {
        struct ratio rounds = {mix->reads * ASK_STEPS, mix->writes * ASK_STEPS};
        trip without = pack(flit, by, mix, HOST_ONLY, 0), with = pack(flit, by, &rounds, (coherence)p->coherence, asks);
        int64_t lines = rounds.reads + rounds.writes;
        lw_fraction out = rest(with.out, without.out, ASK_STEPS, lines), back = rest(with.back, without.back, ASK_STEPS, lines);
        add(&c.read_out, out);
        add(&c.write_out, out);
        add(&c.read_back, back);
        add(&c.write_back, back);
    }
    return c;
}

// ---- Channels ----

// The largest share of a flit of which all costs are whole multiples.
static lw_fraction common_unit(const lw_fraction *cost, int count) {
    lw_fraction unit = cost[0];
    for (int i = 1; i < count; i++) {
        int64_t num = (int64_t)lw_common_divisor(unit.num * cost[i].den, cost[i].num * unit.den);
        unit = lw_fraction_of(num, unit.den * cost[i].den);
    }
    return unit;
}

static int64_t units_of(lw_fraction cost, lw_fraction unit) {
    return cost.num * unit.den / (cost.den * unit.num);
}

// The engine counts whole bytes, shares of flits are fractions: packet bytes are so small here that
// every message has a whole number of them, and `expand` takes them to bytes on the wire.
// What messages cost: by end of the link, and those of coherence.
typedef struct messages {
    lw_cxl_flit flit;
    costs of[2];
    trip question;
} messages;

static void set_formats(const messages *m, int dir, lw_segment *segment, lw_coherence *ask) {
    lw_channel *channel = &segment->channel[dir];
    const costs *of_sender = &m->of[dir], *of_receiver = &m->of[1 - dir];
    const trip *question = &m->question;
    const lw_fraction cost[] = {of_sender->write_out,    of_sender->read_out, of_receiver->read_back,
                                of_receiver->write_back, question->back,      question->out};
    enum { COSTS = sizeof cost / sizeof cost[0] };
    lw_fraction unit = common_unit(cost, COSTS);
    int64_t bytes[COSTS], line = INT64_MAX;
    for (int i = 0; i < COSTS; i++) {
        bytes[i] = units_of(cost[i], unit);
    }
    line = bytes[0] < bytes[2] ? bytes[0] : bytes[2];
    int64_t scale = LW_CXL_LINE_BYTES / line + 1;  // a line is less than the packet that brings it
    static const lw_packet_kind kinds[] = {LW_PACKET_WRITE, LW_PACKET_REQUEST, LW_PACKET_COMPLETION};
    for (int i = 0; i < LW_PACKET_KINDS; i++) {
        int64_t payload = kinds[i] == LW_PACKET_REQUEST ? 0 : LW_CXL_LINE_BYTES;
        // One granule: part of a line takes as much as all of it.
        channel->format[kinds[i]] = (lw_packet_format){payload, bytes[i] * scale - payload, bytes[i] * scale};
    }
    // What answers the writes of the other end comes in this direction, so the other channel causes
    // it.
    segment->channel[1 - dir].control_bytes = bytes[3] * scale;
    ask->question_bytes[dir] = bytes[4] * scale;
    ask->answer_bytes[dir] = bytes[5] * scale;
    must(lw_fraction_multiply(unit, lw_fraction_of(lw_cxl_flit_bytes(m->flit), scale), &channel->expand));
}

static void electrical(const cxl_params *p, lw_pcie_params *phy) {
    *phy = (lw_pcie_params){0};  // not all of it is an option
    lw_options_default(lw_pcie_options, phy);
    phy->gen = generation_of(p);
    phy->lanes = p->lanes;
    phy->flit_mode = flit_of(p) == LW_CXL_68B ? LW_PCIE_FLIT_OFF : LW_PCIE_FLIT_ON;
    phy->dllp = LW_PCIE_DLLP_NONE;  // credits and acknowledges ride in the flits
    phy->clocking = p->clocking;
    phy->flit_error_rate = p->flit_error_rate;
    phy->replay = p->replay;
    phy->retimers = p->retimers;
    phy->retimer_ps = p->retimer_ps;
    phy->cable_m = p->cable_m;
    phy->cable_ps_per_m = p->cable_ps_per_m;
    phy->efficiency = p->efficiency;
    phy->fec_ps = p->fec_ps;
    phy->tx_port_ps = p->tx_port_ps;
    phy->rx_port_ps = p->rx_port_ps;
}

static const lw_pcie_medium medium = {
    .family = "cxl",
    .label = "CXL",
    .gen_min = 3,
    .gen_max = LW_PCIE_GEN_MAX,
    .fixed_dB = LW_LOSS_PACKAGE + 2 * LW_LOSS_CONNECTOR + LW_LOSS_CARD,  // cabled as with CopprLink
};

static void set_latency(const cxl_params *p, const lw_pcie_params *phy, lw_channel *channel) {
    lw_cxl_flit flit = flit_of(p);
    int64_t checked_bytes = lw_cxl_flit_bytes(flit) / (flit == LW_CXL_256B_LOPT ? 2 : 1);
    channel->latency_count = 0;
    memset(channel->latency, 0, sizeof channel->latency);
    lw_channel_add_latency(channel, "sending port", p->tx_port_ps);
    lw_channel_add_latency(channel, "propagation", lw_pcie_propagation_ps(phy, &medium));
    lw_channel_add_latency(channel, "retimers", lw_pcie_retimers_ps(phy));
    lw_channel_add_latency(channel, "switches", p->switches * p->switch_ps);
    // Nothing is used before its CRC has passed.
    lw_channel_add_latency(channel, "flit check", lw_channel_wire_ps(channel, checked_bytes));
    lw_channel_add_latency(channel, "FEC", flit == LW_CXL_68B ? 0 : p->fec_ps);
    lw_channel_add_latency(channel, "IDE", p->ide_ps);
    lw_channel_add_latency(channel, "receiving port", p->rx_port_ps);
    channel->port_ps[0] = p->tx_port_ps;
    channel->port_ps[1] = p->rx_port_ps;
}

static void set_errors(const cxl_params *p, const lw_pcie_params *phy, lw_channel *channel) {
    if (p->flit_error_rate <= 0) {
        return;
    }
    channel->error_unit_bytes = llround((double)lw_cxl_flit_bytes(flit_of(p)) / lw_fraction_value(channel->expand));
    if (flit_of(p) == LW_CXL_68B) {
        // CXL 3.x table 13-2: 65 ns from a message at the pins to its acknowledge at the pins.
        channel->error_probability = p->flit_error_rate;
        channel->replay = LW_REPLAY_GO_BACK_N;
        channel->replay_ps = 2 * (lw_pcie_propagation_ps(phy, &medium) + lw_pcie_retimers_ps(phy) + 65000);
    }
}

// What both SKP sets and encryption take.
static lw_fraction periodic_share(lw_fraction skp, double ide_share) {
    lw_fraction ide = lw_fraction_near(ide_share, 10000), overlap, sum = skp;
    must(lw_fraction_multiply(skp, ide, &overlap) && lw_fraction_add(skp, ide, &sum) && lw_fraction_subtract(sum, overlap, &sum));
    return sum;
}

// The link, and the packets of what is asked over it.
static void make(const cxl_params *p, lw_link_model *link, lw_coherence *ask) {
    lw_cxl_flit flit = flit_of(p);
    lw_pcie_params phy;
    electrical(p, &phy);
    memset(link, 0, sizeof *link);
    lw_segment *segment = &link->segment[0];
    lw_pcie_segment(&phy, &medium, segment);
    // End a of `both` is the host.
    const messages m = {
        flit, {costs_of(p, p->protocol == CACHE ? CACHE : MEM), costs_of(p, p->protocol == MEM ? MEM : CACHE)}, pack_question(p)};
    for (int dir = 0; dir < 2; dir++) {
        lw_channel *channel = &segment->channel[dir];
        if (flit == LW_CXL_68B && !p->sync_header) {
            channel->line_code = (lw_fraction){1, 1};
        }
        channel->periodic = periodic_share(channel->periodic, p->ide_share);
        set_formats(&m, dir, segment, ask);
        channel->control_for_writes = true;
        channel->request_max_bytes = LW_CXL_LINE_BYTES;
        set_latency(p, &phy, channel);
        set_errors(p, &phy, channel);
        // What header slots hold with port-based routing is inferred (cxl_slots.c).
        channel->evidence = p->version >= CXL_3_2 ? LW_ANNOUNCED : flit == LW_CXL_256B_PBR ? LW_ASSUMED : LW_SPECIFIED;
    }
    link->segment_count = 1;
    link->read_tags = p->tags != LW_AUTO ? p->tags : p->protocol == CACHE ? 4096 : 65536;
    link->evidence = segment->channel[0].evidence;
    static const char *const kinds[LW_CXL_FLITS] = {"", "", " lopt", " PBR"};
    (void)snprintf(link->label, sizeof link->label, "CXL %s x%d%s", version_words[p->version], (int)p->lanes, kinds[flit]);
}

static void resolve(const void *params, lw_link_model *link) {
    lw_coherence unused;
    make(params, link, &unused);
}

static void coherence_of(const void *params, lw_coherence *out) {
    const cxl_params *p = params;
    lw_link_model unused;
    *out = (lw_coherence){0};
    make(p, &unused, out);
    if (p->protocol != CACHE && (p->coherence == HOST_BIAS || p->coherence == BACK_INVALIDATE)) {
        bool snoops = p->coherence == BACK_INVALIDATE;
        double asked = (double)llround(p->asks * ASK_STEPS) / ASK_STEPS;
        // in host bias the host reads and writes without anybody's leave
        out->far_share = snoops ? asked : 0;
        out->own_share = snoops ? asked : 1;
        out->answer_ps = p->answer_ps;
    }
}

// CXL ch. 2 and 7: up to 16 logical devices in one; with port-based routing ids of 12 bits, and
// devices for any of them.
static void switch_limits(const void *params, lw_switch_limits *out) {
    bool by_port = flit_of(params) == LW_CXL_256B_PBR;
    *out = (lw_switch_limits){by_port ? 4096 : 0, by_port ? 0 : 16, "flit", "pbr"};
}

// ---- Rules across fields ----

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const cxl_params *p = params;
    int64_t gen = generation_of(p);
    lw_cxl_flit flit = flit_of(p);
    const char *name = version_words[p->version];
    if (gen > newest_generation(p)) {
        return lw_error(diags, lw_type_place(options, set, "gen", at), "leave gen out, or take a later version",
                        "CXL %s does not run at PCIe generation %d", name, (int)gen);
    }
    if (flit != LW_CXL_68B && p->version <= CXL_2_0) {
        return lw_error(diags, lw_type_place(options, set, "flit", at), "leave flit out, or take version 3.0 or later",
                        "CXL %s knows only flits of 68 B", name);
    }
    if (flit == LW_CXL_68B && gen >= 6) {
        return lw_error(diags, lw_type_place(options, set, "flit", at), "take flit: standard, or gen 5",
                        "PCIe generation %d carries only flits of 256 B", (int)gen);
    }
    if (p->coherence == BACK_INVALIDATE && flit == LW_CXL_68B) {
        return lw_error(diags, lw_type_place(options, set, "coherence", at), "take flits of 256 B, or coherence: host_bias",
                        "flits of 68 B carry no back-invalidation");
    }
    if (p->switches > 1 && p->version <= CXL_2_0) {
        return lw_error(diags, lw_type_place(options, set, "switches", at), "take one switch, or version 3.0 or later",
                        "CXL %s cannot cross %d switches: levels of them came with 3.0", name, (int)p->switches);
    }
    if (p->version == CXL_1_1 && (p->switches > 0 || p->ide_share > 0 || p->ide_ps > 0)) {
        const char *key = p->switches > 0 ? "switches" : p->ide_share > 0 ? "ide_share" : "ide_latency";
        return lw_error(diags, lw_type_place(options, set, key, at), "take version 2.0 or later",
                        "CXL 1.1 has neither switches nor encryption");
    }
    lw_pcie_params phy;
    electrical(p, &phy);
    phy.flit_error_rate = 0;  // judged by PCIe's packets, which are longer than a line
    return lw_pcie_check(&phy, &medium, NULL, lw_type_place(options, set, "cable", at), diags);
}

static const char page[] =
    "Compute Express Link runs over the wires of PCI Express and lets a processor use a device's memory\n"
    "by plain loads and stores (CXL.mem), and a device cache the processor's (CXL.cache). What moves are\n"
    "lines of 64 B, not buffers: nobody calls a driver. CXL.io beside them is PCI Express itself. Type 1\n"
    "devices cache, type 3 are memory, type 2 do both.\n"
    "\n"
    "Messages and data fill slots of 16 B: four in a flit of 68 B (CXL 1.1 and 2.0), fifteen in one of\n"
    "256 B (from 3.0). A read takes a slot or less to ask, and a third or half of a slot before the four\n"
    "of its data. A write takes five and is answered with a third or half. This model packs them slot by\n"
    "slot. Reads alone leave 84 % of the wire to data in either flit, writes alone 75 %: larger flits do\n"
    "not help writes. Flits that are checked in halves (latency_optimised) carry 7 % less, and port-based\n"
    "routing (pbr) has longer headers, of which fewer fit a slot.\n"
    "\n"
    "Both directions run at once, so a mix beats either alone: 2 reads to 1 write are 119 % of one\n"
    "direction's rate in flits of 68 B, 122 % in 256 B. An expander, taken to have 8 lanes, was measured\n"
    "at 17.8 GB/s of reads and 27.2 GB/s with as many writes; these flits with one efficiency, fitted as\n"
    "0.684, come within 3 % of its four mixes. Say in `mix` what runs.\n"
    "\n"
    "16 lanes at 32 GT/s carry 52.7 GB/s of reads, at 64 GT/s 108 GB/s of reads or 96 GB/s of writes; the\n"
    "64 and 128 GB/s of data sheets are the wire. Percentages on slides often leave out CRC, protocol id\n"
    "or sync header.\n"
    "\n"
    "A read passes port, wire and port, waits until its flit is checked, and so does the answer; between\n"
    "them the device takes its time (read_latency of its node). The standard wants 80 ns from a read at a\n"
    "device's pins to its data, idle and without encryption. A program sees more: loads from four devices\n"
    "on five processors took 140 to 410 ns (Melody, ASPLOS 2025). A switch adds 90 ns a direction, a\n"
    "retimer up to 64 ns, a metre of cable 4.6 ns.\n"
    "\n"
    "A chain of dependent loads has one outstanding line and gets 64 B a round trip (tags: 1). Rate is at\n"
    "most tags x 64 B / round trip, so it takes many outstanding lines, and usually many cores, to fill\n"
    "the link.\n"
    "\n"
    "An expander's memory belongs to the host alone (host_only). An accelerator has a use for its own:\n"
    "`device` and `host` of a workload may both name it. In device_bias it asks nobody. In host_bias it\n"
    "asks the host for each of its own lines: a trip over the link and back, 148 ns at 64 GT/s with the\n"
    "host's answer, in front of each load, and no more lines a second than requests fit the flits, 478\n"
    "GB/s on 16 lanes of 64 GT/s (474 with the first trip): slow memory for a card that has 2 TB/s of it.\n"
    "The host itself reads such lines as fast as any. With back_invalidate (flits of 256 B) the device\n"
    "keeps track of what hosts cache and snoops only them, for itself and for another host: `asks` says\n"
    "how often, and a line that must be asked for comes one round trip and answer later, to the host too.\n"
    "configs/scenarios/cxl-bias.yaml shows all four.\n"
    "\n"
    "Pooling gives parts of one device to several hosts: up to 16 logical devices, behind one level of\n"
    "switches (2.0). Sharing lets them use the same lines. Fabrics with port-based routing (3.x) have up\n"
    "to 4096 ids. Make the switch a node of the scenario (configs/scenarios/cxl-pool.yaml): its links are\n"
    "then shared, and so is the device's memory. More hosts or ids than that are refused.\n"
    "\n"
    "CXL is no means to attach a graphics card from outside: host, device and every port between must\n"
    "speak it, and no box for external cards does. CXL 3.2 and 4.0 (128 GT/s, November 2025) count as\n"
    "announced. Encryption (IDE) costs nothing here unless you say what it takes: no figure has been\n"
    "published.";

const lw_family lw_family_cxl = {
    .type =
        {
            .name = "cxl",
            .summary = "Compute Express Link 1.1 to 4.0: memory and caches over PCI Express wires, in flits",
            .page = page,
            .example = "{preset: cxl-2.0-x8}",
            .options = options,
            .params_size = sizeof(cxl_params),
            .check = check,
        },
    .hue = LW_HUE_PINK,
    .multipath = LW_MULTIPATH_FIXED,
    .joins = &lw_joins_pcie,
    .resolve = resolve,
    .coherence = coherence_of,
    .switch_limits = switch_limits,
};
