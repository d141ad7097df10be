// SPDX-License-Identifier: GPL-3.0-or-later
// NVIDIA NVLink 1 to 5 (6 announced), also to POWER9, and NVLink-C2C. No specification is public.
// Sources: "ML Engineering" is S. Bekman, The ML Engineering Open Book, network/README.md
// (744d01e1); "driver" is NVIDIA open-gpu-kernel-modules 595.45.04, lr10.h, ls10.h and the nvltlc
// headers; "WikiChip" is its page NVLink, after NVIDIA's talks.
#include <stdio.h>

#include "models/flit_bundle.h"

typedef enum variant { BOARD, C2C } variant;
typedef enum coding { CODING_AUTO, CODING_NONE, CODING_RS } coding;

typedef struct nvlink_params {
    lw_bundle_params bundle;
    int64_t gen;
    int variant;
    int64_t lanes;     // LW_AUTO: by generation
    int64_t lane_Bps;  // LW_AUTO: by generation
    int coding;
    int64_t payload_bytes, header_bytes, response_bytes;
    double flit_error_rate;
} nvlink_params;

enum { FLIT_BYTES = 16, GEN_MAX = 6 };

// Index gen - 1: links of a GPU, lanes of a link per direction, rate of a lane, FEC. ML
// Engineering; lanes and rates of 3 and 4 also in the driver. Of 6 only the 1800 GB/s of a GPU are
// agreed on; 36 links of two lanes are one table's reading.
static const struct generation {
    int64_t links, lanes, lane_Bps;
    bool fec;
} generations[GEN_MAX] = {
    {4, 8, 2500000000, false},  {6, 8, 3125000000, false},  {12, 4, 6250000000, false},
    {18, 2, 13281250000, true}, {18, 2, 26562500000, true}, {36, 2, 26562500000, true},
};
// Ten links, as `nvidia-smi c2c` lists them, share the 450 GB/s per direction of the Grace Hopper
// whitepaper. How many wires a link has is not published: it counts as one lane.
static const struct generation c2c = {10, 1, 45000000000, false};

static const struct generation *generation_of(const nvlink_params *p) {
    return p->variant == C2C ? &c2c : &generations[p->gen - 1];
}

static int64_t or_auto(int64_t value, int64_t automatic) {
    return value == LW_AUTO ? automatic : value;
}

#define FIELD(name) offsetof(nvlink_params, name)

static const char *const gen_words[] = {"1", "2", "3", "4", "5", "6", NULL};
static const char *const variant_words[] = {"board", "c2c", NULL};
static const char *const coding_words[] = {"auto", "none", "rs-544-514", NULL};

static const lw_option options[] = {
    {.key = "gen",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(gen),
     .words = gen_words,
     .help = "Generation: 1 (P100), 2 (V100, POWER9), 3 (A100, RTX 3090), 4 (H100), 5 (B200), 6 (announced)."},
    {.key = "variant",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(variant),
     .fallback = "board",
     .words = variant_words,
     .help = "board: serial lanes over boards, bridges and cables; c2c: between two chips of one module.",
     .source = "NVIDIA Grace Hopper whitepaper (c2c)"},
    {.key = "lanes",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(lanes),
     .fallback = "auto",
     .minimum = 1,
     .maximum = 16,
     .help = "Lanes of a link, per direction; auto: 8 (gen 1-2), 4 (gen 3), 2 (from gen 4), 1 (c2c).",
     .source = "ML Engineering; driver lr10.h, ls10.h"},
    {.key = "lane_rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(lane_Bps),
     .fallback = "auto",
     .minimum = 1e8,
     .maximum = 1e11,
     .help = "Signalling rate of a lane; auto: 20, 25, 50, 106.25, 212.5 Gb/s by generation, gen 6 as gen 5; c2c: 360 Gb/s.",
     .source = "ML Engineering; driver lr10.h, ls10.h"},
    {.key = "coding",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(coding),
     .fallback = "auto",
     .words = coding_words,
     .help = "What the wire adds: none, or 257b blocks with RS(544,514), 16/17 useful; auto: that from gen 4, not for c2c.",
     .source = "nvidia-smi nvlink prints 26.5625 GB/s a link where 25 are useful: 16/17 = (256/257) x (514/544)"},
    {.key = "payload",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(payload_bytes),
     .fallback = "256 B",
     .minimum = 16,
     .maximum = 256,
     .help = "Most payload of one packet.",
     .source = "WikiChip has one to 18 flits a packet; 16 of data and a head fit 145.57 of 154.69 GB/s on V100",
     .evidence = LW_ASSUMED},
    {.key = "header",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(header_bytes),
     .fallback = "16 B",
     .minimum = 16,
     .maximum = 64,
     .help = "Flits of 16 B before the data: one head; address extension and byte enables are one more each.",
     .source = "driver nvltlc headers: HEAD, AE, BE and DATA flits of 128 bits; one head fits 145.57 of 154.69 GB/s on V100"},
    {.key = "response",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(response_bytes),
     .fallback = "16 B",
     .minimum = 0,
     .maximum = 64,
     .help = "Sent back for each write, beside the other direction's data.",
     .source = "one flit: V100 on NVSwitch copies 145.57 GB/s one way and 274 both, 16/18 of the lanes each (gpu-micro README)"},
    {.key = "flit_error_rate",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_PLAIN,
     .offset = FIELD(flit_error_rate),
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.01,
     .help = "Probability that a flit of 16 B is bad and all from it on must be replayed.",
     .source = "a healthy link counts no replays (driver: CRC and replay at the transport)"},
    LW_BUNDLE_ROWS(
        nvlink_params, "auto", "ML Engineering: 4, 6, 12, 18, 18 links a GPU by generation, 36 announced; c2c: 10", "60.3 ns",
        LW_ASSUMED,
        "H100 over NVSwitch, an eighth of 826.6 - 344.2 ns: 2 directions, 2 links, 2 ports, half the switch in each link; a "
        "route without a switch takes no more",
        "0 m", "on one board, within the port's figure"),
    {0},
};

static void resolve(const void *params, lw_link_model *link) {
    const nvlink_params *p = params;
    const struct generation *generation = generation_of(p);
    lw_bundle_params bundle = p->bundle;
    bundle.links = or_auto(bundle.links, generation->links);
    bool fec = p->coding == CODING_RS || (p->coding == CODING_AUTO && generation->fec);
    lw_bundle facts = {
        .link_raw_Bps = or_auto(p->lanes, generation->lanes) * or_auto(p->lane_Bps, generation->lane_Bps),
        .line_code = fec ? LW_BUNDLE_RS_CODE : (lw_fraction){1, 1},
        .expand = {1, 1},
        .payload_bytes = p->payload_bytes,
        .header_bytes = p->header_bytes,
        .request_bytes = FLIT_BYTES,
        .granule_bytes = FLIT_BYTES,
        .response_bytes = p->response_bytes,
        .flit_error_rate = p->flit_error_rate,
        .flit_bytes = FLIT_BYTES,
        .evidence = p->gen == GEN_MAX ? LW_ANNOUNCED : LW_CALIBRATED,
    };
    lw_bundle_resolve(&bundle, &facts, link);
    if (p->variant == C2C) {
        (void)snprintf(link->label, sizeof link->label, "NVLink-C2C");
    } else {
        (void)snprintf(link->label, sizeof link->label, "NVLink %d x%d", (int)p->gen, (int)bundle.links);
    }
}

static lw_status check_flits(const nvlink_params *p, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const struct {
        const char *key;
        int64_t bytes;
    } sizes[] = {{"payload", p->payload_bytes}, {"header", p->header_bytes}, {"response", p->response_bytes}};
    lw_status status = LW_OK;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i].bytes % FLIT_BYTES != 0) {
            status = lw_error(diags, lw_type_place(options, set, sizes[i].key, at), "take a multiple of 16 B",
                              "%d B are no whole flits", (int)sizes[i].bytes);
        }
    }
    return status;
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const nvlink_params *p = params;
    int64_t links = generation_of(p)->links;
    if (p->bundle.links != LW_AUTO && p->bundle.links > links) {
        lw_warn(diags, lw_type_place(options, set, "links", at), lw_diags_text(diags, "take at most %d", (int)links),
                "no chip of this generation has %d links, the most is %d", (int)p->bundle.links, (int)links);
    }
    if (p->variant == C2C && p->gen < 4) {
        return lw_error(diags, lw_type_place(options, set, "variant", at), "take gen 4 (GH200) or later",
                        "NVLink-C2C came with generation 4");
    }
    return check_flits(p, set, at, diags);
}

static const char page[] =
    "NVLink joins NVIDIA GPUs to each other, to switches, and to a few CPUs. A link is 8, 4 or 2 lanes\n"
    "per direction; a GPU has 4 to 18 links and lays them between neighbours (DGX-1: one or two a pair)\n"
    "or all to switches (from DGX-2). Data are spread over them.\n"
    "\n"
    "Advertised figures add both directions: the 900 GB/s of an H100 are 450 GB/s per direction, the 1800\n"
    "of a B200 are 900. And from generation 4 the wire carries more than counts: nvidia-smi prints 26.562\n"
    "GB/s a link, of which 257-bit blocks and RS(544,514) leave 16/17, 25 GB/s. 18 links are 450 GB/s,\n"
    "not 478.\n"
    "\n"
    "Packets are flits of 16 B: a head, extensions where needed, then up to 16 flits of data. A stream of\n"
    "256 B packets is 16/17 payload, 64 B writes are 4/5, 32 B ones 2/3. Each write is answered with a\n"
    "flit that shares the other direction. On V100 this explains all: nvidia-smi prints 25.781 GB/s a\n"
    "link, six are 154.7, less heads 145.6 GB/s; measured were 145.57 one way and 137 each when both run\n"
    "(16/18: 137.5). P100 shows no such cost, its presets have no response.\n"
    "\n"
    "From A100 on copies stay further below: 276 of 282 GB/s, on H100 397 of 424, on GB300 776 of 847. No\n"
    "published rule says why, so presets carry an efficiency fitted to one table and checked against\n"
    "others.\n"
    "\n"
    "\"NVLink has lower latency than PCIe\" does not follow from measurements: 0.79 to 0.83 us between GPUs\n"
    "over NVLink 4 and 5 with switches stand beside 0.63 to 0.73 us through one PCIe 5.0 switch. The\n"
    "methods differ, so neither wins; what NVLink has is bandwidth. No port-to-port latency of NVSwitch\n"
    "is public: presets of switched GPUs put half the switch into each link.\n"
    "\n"
    "Times of a port come from three methods that disagree, so do not compare presets across them: loads\n"
    "of an H100 over NVSwitch give 60.3 ns, loads between two GH200 169.7 ns, stores in a GB200 NVL72\n"
    "159.8 ns. By them a pair of GH200 is slower than an H100 behind a switch; nobody timed both in one\n"
    "way. Where nothing was measured the presets take 60.3 ns, so that a bridge takes half the time of a\n"
    "route through a switch.\n"
    "\n"
    "All-reduce at more than the wire rate (480 of 450 GB/s on H200) is no error: the switch adds up the\n"
    "operands (NVLS), and the bus bandwidth of a ring no longer describes what crosses the wire.\n"
    "\n"
    "NVLink-C2C is the same idea between two chips of a module: 450 GB/s per direction on GH200, and a\n"
    "GPU's loads from the CPU's memory were measured at 422 GB/s, again 16/17. Generation 6 is announced:\n"
    "1800 GB/s per direction, lanes and rate unconfirmed.";

const lw_family lw_family_nvlink = {
    .type =
        {
            .name = "nvlink",
            .summary = "NVIDIA NVLink 1 to 5 (6 announced) and NVLink-C2C: bundles of links between GPUs, switches and CPUs",
            .page = page,
            .example = "{preset: nvlink-h100}",
            .options = options,
            .params_size = sizeof(nvlink_params),
            .check = check,
        },
    .hue = LW_HUE_GREEN,
    .joins = &lw_joins_accelerators,
    .resolve = resolve,
};
