// SPDX-License-Identifier: GPL-3.0-or-later
// NCCL: the algorithm and protocol that its cost model takes. Its parts: what it makes of the
// machine (nccl_machine.c), prices (nccl_price.c), and tasks (nccl_tasks.c).
#include "sim/workload/collective/nccl.h"

static const char *const algorithm_words[] = {"auto", "ring", "tree", "nvls", "nvls-tree", "pat", NULL};
static const char *const cost_words[] = {"measured", "counted", NULL};
static const char *const processor_words[] = {"intel", "amd", NULL};
static const char *const thread_words[] = {"a-card", "one", NULL};
static const char *const level_words[] = {"auto", "pxb", "phb", "sys", NULL};
static const char *const launch_words[] = {"each", "together", NULL};

#define AT(field) offsetof(lw_nccl_params, field)
#define SHARE(word, field, says) LW_LIBRARY_SHARE(word, AT(field), says)
#define TIME(word, field, says) LW_WORK_TIME(word, AT(field), NULL, says)
#define RATE(word, field, says) LW_WORK_RATE(word, AT(field), NULL, 1, says)
#define FITTED(row_kind, row_dimension, word, field, says)                                                                      \
    {                                                                                                                           \
        .key = (word), .kind = (row_kind), .dimension = (row_dimension), .offset = AT(field), .fallback = "auto", .minimum = 1, \
        .maximum = 1e18, .help = (says), .source = "how NCCL itself counts", .evidence = LW_ASSUMED, .fitted = true             \
    }
#define COST(word, field, says) FITTED(LW_OPTION_QUANTITY_INT, LW_TIME, word, field, says)
#define REACHED(word, field, says) FITTED(LW_OPTION_QUANTITY_INT, LW_RATE, word, field, says)
// What was measured of one generation over NVLink.
#define RING_COSTS(on, gen)                                                                                         \
    COST("launch_" on, cost[gen].launch_ps, "measured cost of a call of a ring over NVLink; auto: as NCCL counts"), \
        COST("step_ll_" on, cost[gen].step_ps[LW_LL], "measured time of a step besides its bytes, LL"),             \
        COST("step_ll128_" on, cost[gen].step_ps[LW_LL128], "the same, LL128"),                                     \
        COST("step_simple_" on, cost[gen].step_ps[LW_SIMPLE], "the same, Simple"),                                  \
        REACHED("rate_ll_" on, cost[gen].rate_Bps[LW_LL], "measured rate of what leaves a card, LL"),               \
        REACHED("rate_ll128_" on, cost[gen].rate_Bps[LW_LL128], "the same, LL128"),                                 \
        REACHED("rate_simple_" on, cost[gen].rate_Bps[LW_SIMPLE], "the same, Simple"),                              \
        COST("fill_" on, cost[gen].fill_ps,                                                                         \
             "filling its pipeline where 1 MB leaves a card, LL128 and Simple; grows by the root")
#define NVLS_COSTS(on, gen)                                                                              \
    COST("nvls_launch_" on, cost[gen].nvls_ps, "measured cost of a call by NVLS; auto: as NCCL counts"), \
        COST("nvls_rank_" on, cost[gen].nvls_rank_ps, "the same for each rank"),                         \
        REACHED("nvls_rate_" on, cost[gen].nvls_rate_Bps, "measured rate by NVLS, of the bytes of the call")
// Sends between pairs, of one generation over NVLink.
#define PAIR_COSTS(on, gen)                                                                                                \
    COST("pair_launch_" on, cost[gen].pair_ps,                                                                             \
         "measured cost of a call of all-to-all or send-recv over NVLink; auto: as NCCL counts one of a ring and a step"), \
        COST("pair_peer_" on, cost[gen].pair_peer_ps, "more of it for each other rank"),                                   \
        COST("pair_simple_" on, cost[gen].pair_simple_ps, "more of it by Simple"),                                         \
        REACHED("pair_channel_ll_" on, cost[gen].pair_channel_Bps[LW_LL], "measured rate of a channel of a pair, LL"),     \
        REACHED("pair_channel_" on, cost[gen].pair_channel_Bps[LW_SIMPLE],                                                 \
                "the same, Simple; a card sends no faster than by rings")
static const lw_option options[] = {
    LW_WORK_WORD("algorithm", AT(algorithm), "auto", algorithm_words, "as NCCL_ALGO says; auto: the one whose price is least"),
    LW_LIBRARY_PROTOCOL(AT(protocol)),
    LW_WORK_WORD("costs", AT(costs), "measured", cost_words,
                 "what calls and steps take: as measured on such cards, where they were, or as NCCL counts them"),
    LW_WORK_WORD("threads", AT(threads), "a-card", thread_words,
                 "who calls: a thread or process for each card (mpirun, -t of nccl-tests), or one for all cards of a computer "
                 "(-g), which launches their kernels one after the other"),
    LW_WORK_COUNT("calls", AT(calls), "1",
                  "calls that are enqueued one after another, of whose time each takes the mean, as nccl-tests says it: 20 there "
                  "unless -n says otherwise"),
    LW_WORK_WORD("launch", AT(launch), "each", launch_words,
                 "how one thread launches the kernels of a call (threads: one): each by itself, or together, so that none begins "
                 "before all of the call before have ended"),
    COST(
        "group_call", group_call_ps,
        "what one thread was measured to take for each of its cards while calls follow one another (threads: one); auto: nothing"),
    LW_WORK_WORD("processor", AT(processor), "intel", processor_words,
                 "whose processors the computers have, where there are several"),
    {.key = "p2p_level",
     .kind = LW_OPTION_WORD,
     .offset = AT(p2p_level),
     .fallback = "auto",
     .words = level_words,
     .help = "how far apart cards may be that write to each other's memory, as NCCL_P2P_LEVEL says: pxb over switches alone, phb "
             "over one host, sys over any; others send through host memory. auto: pxb, and sys of two cards where the host's "
             "maker is amd",
     .source = "NVIDIA/nccl src/graph/paths.cc, ncclTopoCheckP2p"},
    LW_LIBRARY_CANDIDATES(AT(candidates)),
    LW_LIBRARY_LINES(AT(figures)),
    LW_LIBRARY_BUFFERS(AT(figures)),
    LW_LIBRARY_SIZE("pair_chunk_nvlink", AT(pair_nvlink_chunk_bytes), "512 KiB", 0x1p40,
                    "what all-to-all and send-recv send at once of a channel over NVLink", "src/init.cc, P2P_NVL_CHUNKSIZE"),
    LW_LIBRARY_SIZE("pair_chunk", AT(pair_chunk_bytes), "128 KiB", 0x1p40, "the same over PCIe and networks",
                    "src/init.cc, P2P_PCI_CHUNKSIZE and P2P_NET_CHUNKSIZE"),
    LW_LIBRARY_SIZE("pair_ll", AT(pair_ll_bytes), "16 KiB", 0x1p40, "what of a channel they send by LL at the most",
                    "src/enqueue.cc, P2P_LL_THRESHOLD"),
    TIME("base_ll", base_ps[LW_LL], "cost of a call by protocol LL"),
    TIME("base_ll128", base_ps[LW_LL128], "cost of a call by protocol LL128"),
    TIME("base_simple", base_ps[LW_SIMPLE], "cost of a call by protocol Simple"),
    TIME("nvlink_step_ll", step_ps[LW_OVER_NVLINK][LW_LL], "time of a step of a ring over NVLink besides its bytes, LL"),
    TIME("nvlink_step_ll128", step_ps[LW_OVER_NVLINK][LW_LL128], "the same, LL128"),
    TIME("nvlink_step_simple", step_ps[LW_OVER_NVLINK][LW_SIMPLE], "the same, Simple"),
    TIME("pcie_step_ll", step_ps[LW_OVER_PCIE][LW_LL], "time of a step of a ring over PCIe besides its bytes, LL"),
    TIME("pcie_step_ll128", step_ps[LW_OVER_PCIE][LW_LL128], "the same, LL128"),
    TIME("pcie_step_simple", step_ps[LW_OVER_PCIE][LW_SIMPLE], "the same, Simple"),
    REACHED("block_rate", block_rate_Bps,
            "what the thread block of a channel copies within its card a second: where cards write to each other over PCIe by "
            "Simple, links wait while it copies the last part that a rank gets; auto: at once"),
    {.key = "host_trips",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(host_trips),
     .fallback = "1",
     .minimum = 0.1,
     .maximum = 100,
     .help = "how many round trips to host memory a step by LL takes through it, and each further line of a thread: it is "
             "written there, and looked for until it is found",
     .source = "one load",
     .evidence = LW_ASSUMED,
     .fitted = true},
    COST("net_launch", net_launch_ps,
         "what a call of several computers was measured to take beyond what NCCL counts, where no host lies between network "
         "cards and ranks: a thread of the processor posts and polls, and reads back what has come before a rank may see it"),
    LW_WORK_TIME("net_latency", AT(net_latency_ps), "0 us",
                 "what the plugin of the network says that a message takes: prices add it for each step between computers, twice "
                 "by Simple; what steps take is for links to say"),
    TIME("net_step_ll", step_ps[LW_OVER_NETWORK][LW_LL], "time of a step of a ring between computers besides its bytes, LL"),
    TIME("net_step_ll128", step_ps[LW_OVER_NETWORK][LW_LL128], "the same, LL128"),
    TIME("net_step_simple", step_ps[LW_OVER_NETWORK][LW_SIMPLE], "the same, Simple"),
    TIME("net_post_intel", post_ps[LW_INTEL], "least time of a step of a ring over several computers; three times by Simple"),
    TIME("net_post_amd", post_ps[LW_AMD], "the same on AMD's processors"),
    TIME("tree_base_ll", tree_base_ps[LW_LL], "cost of a call by a tree, LL"),
    TIME("tree_base_ll128", tree_base_ps[LW_LL128], "the same, LL128"),
    TIME("tree_base_simple", tree_base_ps[LW_SIMPLE], "the same, Simple"),
    TIME("tree_nvlink_step_ll", tree_step_ps[LW_OVER_NVLINK][LW_LL],
         "time of a step of a tree over NVLink besides its bytes, LL"),
    TIME("tree_nvlink_step_ll128", tree_step_ps[LW_OVER_NVLINK][LW_LL128], "the same, LL128"),
    TIME("tree_nvlink_step_simple", tree_step_ps[LW_OVER_NVLINK][LW_SIMPLE], "the same, Simple"),
    TIME("tree_pcie_step_ll", tree_step_ps[LW_OVER_PCIE][LW_LL], "time of a step of a tree over PCIe besides its bytes, LL"),
    TIME("tree_pcie_step_ll128", tree_step_ps[LW_OVER_PCIE][LW_LL128], "the same, LL128"),
    TIME("tree_pcie_step_simple", tree_step_ps[LW_OVER_PCIE][LW_SIMPLE], "the same, Simple"),
    TIME("tree_net_step_ll", tree_step_ps[LW_OVER_NETWORK][LW_LL],
         "time of a step of a tree between computers besides its bytes, LL"),
    TIME("tree_net_step_ll128", tree_step_ps[LW_OVER_NETWORK][LW_LL128], "the same, LL128"),
    TIME("tree_net_step_simple", tree_step_ps[LW_OVER_NETWORK][LW_SIMPLE], "the same, Simple"),
    TIME("nvls_tree_step", nvls_tree_step_ps, "time of a step between computers of NVLSTree"),
    {.key = "nvls_tree_pieces",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(nvls_tree_pieces),
     .fallback = "0",
     .maximum = 64,
     .help = "pieces that NVLSTree was measured to have under way before the first is out, what all channels pass at once for "
             "all network cards: 32 to 128 KiB of each, less the smaller a call is",
     .source = "how NCCL itself counts",
     .evidence = LW_ASSUMED,
     .fitted = true},
    TIME("nvls_latency", nvls_ps, "cost of a call by NVLS, which adds up in the switch"),
    RATE("ll_limit_volta", ll_limit_Bps[LW_VOLTA], "most of all channels together by LL, up to compute capability 7.9"),
    RATE("ll_limit_ampere", ll_limit_Bps[LW_AMPERE], "the same, 8.0 to 8.9"),
    RATE("ll_limit_hopper", ll_limit_Bps[LW_HOPPER], "the same, 9.0 to 9.9"),
    RATE("ll_limit_blackwell", ll_limit_Bps[LW_BLACKWELL], "the same, from 10.0 on"),
    RATE("ll128_channel_volta", ll128_channel_Bps[LW_VOLTA], "most of a channel by LL128, up to compute capability 7.9"),
    RATE("ll128_channel_ampere", ll128_channel_Bps[LW_AMPERE], "the same, 8.0 to 8.9"),
    RATE("ll128_channel_hopper", ll128_channel_Bps[LW_HOPPER], "the same, 9.0 to 9.9"),
    RATE("ll128_channel_blackwell", ll128_channel_Bps[LW_BLACKWELL], "the same, from 10.0 on"),
    RATE("nvls_channel_hopper", nvls_channel_Bps[LW_HOPPER], "most of a channel by NVLS, 9.0 to 9.9"),
    RATE("nvls_channel_blackwell", nvls_channel_Bps[LW_BLACKWELL], "the same, from 10.0 on"),
    SHARE("nvls_share_hopper", nvls_share[LW_HOPPER], "what of a channel's speed NVLS reaches, 9.0 to 9.9"),
    SHARE("nvls_share_blackwell", nvls_share[LW_BLACKWELL], "the same, from 10.0 on"),
    SHARE("nvlink_share_volta", nvlink_share[LW_VOLTA], "what it counts of the raw rate of NVLink, up to compute capability 7.9"),
    SHARE("nvlink_share_ampere", nvlink_share[LW_AMPERE], "the same, 8.0 to 8.9"),
    SHARE("nvlink_share_hopper", nvlink_share[LW_HOPPER], "the same, 9.0 to 9.9"),
    SHARE("nvlink_share_blackwell", nvlink_share[LW_BLACKWELL], "the same, from 10.0 on"),
    SHARE("pcie_share", pcie_share, "what it counts of the raw rate of PCIe"),
    SHARE("ll_share", ll_share, "what of the bus bandwidth LL reaches"),
    SHARE("ll_share_parts", ll_parts_share, "the same of an all-gather or reduce-scatter on one computer"),
    {.key = "ll_thread",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(ll_thread_bytes),
     .fallback = "auto",
     .minimum = 1,
     .maximum = 0x1p30,
     .help = "before 2.5 NCCL had no prices and one computer only rings: LL up to so many bytes for each thread and rank, "
             "then Simple; auto: prices decide",
     .source = "NVIDIA/nccl 2.5 on, which prices",
     .evidence = LW_SPECIFIED},
    SHARE("ll128_share", ll128_share, "what of the bus bandwidth LL128 reaches"),
    RATE("ll_limit_intel_two", ll_net_limit_Bps[LW_INTEL][LW_TWO],
         "most of all channels together by LL of two computers, Intel's processors"),
    RATE("ll_limit_intel_more", ll_net_limit_Bps[LW_INTEL][LW_MORE],
         "most of all channels together by LL of more, Intel's processors"),
    RATE("ll_limit_amd_two", ll_net_limit_Bps[LW_AMD][LW_TWO],
         "most of all channels together by LL of two computers, AMD's processors"),
    RATE("ll_limit_amd_more", ll_net_limit_Bps[LW_AMD][LW_MORE], "most of all channels together by LL of more, AMD's processors"),
    RATE("tree_channel_volta_two", tree_channel_Bps[LW_VOLTA][LW_TWO],
         "most of a channel by a tree, two computers, up to compute capability 7.9"),
    RATE("tree_channel_volta_more", tree_channel_Bps[LW_VOLTA][LW_MORE], "the same, more, up to compute capability 7.9"),
    RATE("tree_channel_ampere_two", tree_channel_Bps[LW_AMPERE][LW_TWO], "the same, two computers, 8.0 to 8.9"),
    RATE("tree_channel_ampere_more", tree_channel_Bps[LW_AMPERE][LW_MORE], "the same, more, 8.0 to 8.9"),
    RATE("tree_channel_hopper_two", tree_channel_Bps[LW_HOPPER][LW_TWO], "the same, two computers, 9.0 to 9.9"),
    RATE("tree_channel_hopper_more", tree_channel_Bps[LW_HOPPER][LW_MORE], "the same, more, 9.0 to 9.9"),
    RATE("tree_channel_blackwell_two", tree_channel_Bps[LW_BLACKWELL][LW_TWO], "the same, two computers, from 10.0 on"),
    RATE("tree_channel_blackwell_more", tree_channel_Bps[LW_BLACKWELL][LW_MORE], "the same, more, from 10.0 on"),
    RATE("tree_channel_volta_one", tree_channel_Bps[LW_VOLTA][LW_ONE], "the same, one computer, up to compute capability 7.9"),
    RATE("tree_channel_ampere_one", tree_channel_Bps[LW_AMPERE][LW_ONE], "the same, one computer, 8.0 to 8.9"),
    RATE("tree_channel_hopper_one", tree_channel_Bps[LW_HOPPER][LW_ONE], "the same, one computer, 9.0 to 9.9"),
    RATE("tree_channel_blackwell_one", tree_channel_Bps[LW_BLACKWELL][LW_ONE], "the same, one computer, from 10.0 on"),
    RATE("tree_ll128_channel_volta_one", tree_ll128_channel_Bps[LW_VOLTA][LW_ONE],
         "most of a channel by a tree with LL128, one computer, up to compute capability 7.9"),
    RATE("tree_ll128_channel_ampere_one", tree_ll128_channel_Bps[LW_AMPERE][LW_ONE],
         "most of a channel by a tree with LL128, one computer, 8.0 to 8.9"),
    RATE("tree_ll128_channel_hopper_one", tree_ll128_channel_Bps[LW_HOPPER][LW_ONE],
         "most of a channel by a tree with LL128, one computer, 9.0 to 9.9"),
    RATE("tree_ll128_channel_blackwell_one", tree_ll128_channel_Bps[LW_BLACKWELL][LW_ONE],
         "most of a channel by a tree with LL128, one computer, from 10.0 on"),
    RATE("tree_ll128_channel_volta_two", tree_ll128_channel_Bps[LW_VOLTA][LW_TWO],
         "most of a channel by a tree with LL128, two computers, up to compute capability 7.9"),
    RATE("tree_ll128_channel_volta_more", tree_ll128_channel_Bps[LW_VOLTA][LW_MORE],
         "the same, more, up to compute capability 7.9"),
    RATE("tree_ll128_channel_ampere_two", tree_ll128_channel_Bps[LW_AMPERE][LW_TWO], "the same, two computers, 8.0 to 8.9"),
    RATE("tree_ll128_channel_ampere_more", tree_ll128_channel_Bps[LW_AMPERE][LW_MORE], "the same, more, 8.0 to 8.9"),
    RATE("tree_ll128_channel_hopper_two", tree_ll128_channel_Bps[LW_HOPPER][LW_TWO], "the same, two computers, 9.0 to 9.9"),
    RATE("tree_ll128_channel_hopper_more", tree_ll128_channel_Bps[LW_HOPPER][LW_MORE], "the same, more, 9.0 to 9.9"),
    RATE("tree_ll128_channel_blackwell_two", tree_ll128_channel_Bps[LW_BLACKWELL][LW_TWO],
         "the same, two computers, from 10.0 on"),
    RATE("tree_ll128_channel_blackwell_more", tree_ll128_channel_Bps[LW_BLACKWELL][LW_MORE], "the same, more, from 10.0 on"),
    RATE("nvls_tree_channel_hopper_two", nvls_tree_channel_Bps[LW_HOPPER][LW_TWO],
         "most of a channel by NVLSTree, two computers, 9.0 to 9.9"),
    RATE("nvls_tree_channel_hopper_more", nvls_tree_channel_Bps[LW_HOPPER][LW_MORE], "the same, more, 9.0 to 9.9"),
    RATE("nvls_tree_channel_blackwell_two", nvls_tree_channel_Bps[LW_BLACKWELL][LW_TWO], "the same, two computers, from 10.0 on"),
    RATE("nvls_tree_channel_blackwell_more", nvls_tree_channel_Bps[LW_BLACKWELL][LW_MORE], "the same, more, from 10.0 on"),
    SHARE("tree_share", tree_share, "what of the bus bandwidth a tree reaches"),
    SHARE("tree_ll_share", tree_ll_share, "what of that LL reaches"),
    SHARE("tree_ll128_share", tree_ll128_share, "what of that LL128 reaches"),
    SHARE("tree_ll128_share_one", tree_ll128_one_share, "the same on one computer"),
    SHARE("plain_tree_share", plain_tree_share, "what a tree reaches where only one rank is next to each network card"),
    TIME("pat_base", pat_base_ps, "cost of a call by parallel aggregated trees (PAT)"),
    TIME("pat_rank", pat_rank_ps, "the same for each rank"),
    SHARE("pat_step_share", pat_step_share, "what of a tree's step over the network one of PAT takes"),
    SHARE("pat_share", pat_share, "what of the bus bandwidth PAT reaches"),
    RING_COSTS("pascal", LW_PASCAL),
    RING_COSTS("ampere", LW_AMPERE),
    RING_COSTS("hopper", LW_HOPPER),
    RING_COSTS("blackwell", LW_BLACKWELL),
    REACHED(
        "ring_block_hopper", cost[LW_HOPPER].block_Bps,
        "measured rate of a thread block of a ring over several computers, Simple: a channel runs as two; auto: as fast as links"),
    NVLS_COSTS("hopper", LW_HOPPER),
    NVLS_COSTS("blackwell", LW_BLACKWELL),
    PAIR_COSTS("ampere", LW_AMPERE),
    PAIR_COSTS("hopper", LW_HOPPER),
    PAIR_COSTS("blackwell", LW_BLACKWELL),
    {0}};

static const char *const algorithm_names[] = {"ring", "tree", "NVLS", "NVLSTree", "PAT"};

// By the library's options, or by what versions without prices do.
static bool is_asked(const lw_nccl_view *v, int64_t bytes, lw_nccl_algorithm algorithm, lw_protocol protocol) {
    const lw_nccl_params *p = v->params;
    const bool unpriced = p->ll_thread_bytes != LW_AUTO && v->computers.count == 1 && p->algorithm == 0 && p->protocol == 0;
    if (unpriced) {
        return algorithm == LW_NCCL_RING && protocol == lw_nccl_unpriced(v, bytes);
    }
    return (p->algorithm == 0 || p->algorithm == 1 + (int)algorithm) && (p->protocol == 0 || p->protocol == 1 + (int)protocol);
}

// All that there is here; the one whose price is least of those that are asked for.
static lw_status choose(const lw_nccl_view *v, lw_operation operation, int64_t bytes, lw_list *all, lw_nccl_price *out) {
    size_t best = SIZE_MAX;
    for (int i = 0; i < LW_NCCL_ALGORITHMS * LW_PROTOCOLS; i++) {
        const int algorithm = i / LW_PROTOCOLS, protocol = i % LW_PROTOCOLS;
        const bool asked = is_asked(v, bytes, (lw_nccl_algorithm)algorithm, (lw_protocol)protocol);
        const lw_nccl_price price = lw_nccl_price_of(v, operation, (lw_nccl_algorithm)algorithm, (lw_protocol)protocol, bytes);
        lw_priced *added = price.allowed ? LW_LIST_ADD(all, lw_priced, v->builder->arena) : NULL;
        if (added == NULL) {
            LW_TRY(price.allowed ? LW_NO_MEMORY : LW_OK);
            continue;
        }
        *added = (lw_priced){.time_us = price.time_s * 1e6};
        added->name = lw_arena_print(v->builder->arena, "%s, %s", algorithm_names[algorithm], lw_protocol_names[protocol]);
        LW_TRY(added->name == NULL ? LW_NO_MEMORY : LW_OK);
        if (asked && (best == SIZE_MAX || price.time_s < out->time_s)) {
            *out = price;
            best = all->count - 1;
        }
    }
    if (best == SIZE_MAX) {
        return lw_error(v->builder->diags, lw_object_place(v->builder->object, "library"),
                        "leave algorithm and protocol of the library out",
                        "workloads.%s: NCCL has no such algorithm and protocol here", v->builder->object->name);
    }
    LW_LIST_ITEMS(all, lw_priced)[best].taken = true;
    return LW_OK;
}

static lw_status write(lw_graph_builder *builder, const void *params, lw_operation operation, const lw_ranks *ranks,
                       lw_collective_params *chosen) {
    lw_nccl_view *v = LW_NEW(builder->arena, lw_nccl_view);
    lw_graph_workload *workload = builder->workload;
    lw_nccl_price best;
    lw_list all = {0};
    if (v == NULL) {
        return LW_NO_MEMORY;
    }
    *v = (lw_nccl_view){.builder = builder, .params = params, .ranks = &v->ordered, .ordered = *ranks};
    LW_TRY(lw_nccl_look(v));
    if (operation == LW_ALL_TO_ALL || operation == LW_SEND_RECV) {
        return lw_nccl_write_pairs(v, operation, ranks, chosen);
    }
    LW_TRY(choose(v, operation, chosen->bytes, &all, &best));
    chosen->price_us = best.time_s * 1e6;
    lw_nccl_as_measured(v, operation, chosen->bytes, &best);
    chosen->data_share = lw_protocol_data_share(&v->params->figures, best.protocol);
    chosen->in_switch = best.algorithm == LW_NCCL_NVLS || best.algorithm == LW_NCCL_NVLS_TREE;
    workload->choice =
        lw_arena_print(builder->arena, "%s, %s", algorithm_names[best.algorithm], lw_protocol_names[best.protocol]);
    workload->method =
        lw_arena_print(builder->arena, "%s, %u channel%s", workload->choice, v->channels, v->channels == 1 ? "" : "s");
    workload->priced = LW_LIST_ITEMS(&all, const lw_priced);
    workload->priced_count = v->params->candidates ? all.count : 0;
    return workload->choice == NULL || workload->method == NULL ? LW_NO_MEMORY
                                                                : lw_nccl_write(v, &best, operation, chosen->bytes);
}

static const char page[] =
    "NCCL on NVIDIA's cards, of one computer or of several joined by network cards. A collective names\n"
    "it, libraries: {nccl: {preset: nccl-2.30}} and `library: nccl`, all but barrier, or takes it where\n"
    "it names no algorithm.\n"
    "\n"
    "As NCCL does, it counts the links it finds (pcie_share, nvlink_share), looks for channels, rings of\n"
    "one speed that fit side by side, and prices every pair of algorithm and protocol:\n"
    "  t = base + steps x step + S / (busbw x n / steps)\n"
    "with steps = 2(n-1) for an all-reduce, else n-1. LL sends 8 B of flags with 8 B of data and has the\n"
    "shortest steps; LL128 sends 120 B of data in 128 B and needs NVLink all the way; Simple sends data\n"
    "alone. NVLS lets NVSwitch add up, from Hopper and three ranks on. The least price wins: library_us\n"
    "of the result. data_share and in_switch say what it was: 0.5 LL, 0.9375 LL128, 1 Simple; 1 NVLS.\n"
    "`candidates: true` of the library tells the price of each pair.\n"
    "\n"
    "Between computers each channel enters at a card next to a network card and leaves at another as\n"
    "near, as many for each network card as carry most. A ring sends 2(n-1)/n S out of each computer, and\n"
    "2(N-1) of its steps cross the network of N of them. Two trees over the computers, a chain within\n"
    "each, cross it 2 log2(N) times; of two computers they send S, so that these take trees. NVLSTree\n"
    "lets the switches add up within. Computers with one rank each may gather and scatter by parallel\n"
    "aggregated trees (PAT): base + n x rank + log2(N) rounds, each a share of a step between computers,\n"
    "and a part of the bandwidth. One computer are ranks that reach each other without a network\n"
    "card. See configs/scenarios/two-nodes-by-nics.yaml.\n"
    "\n"
    "Then that runs on the links as they are here: the call's cost, sends with the protocol's flags, and\n"
    "the time of steps. NCCL's own figures say a fifth to a third too little of these, so that on one\n"
    "computer over NVLink they are those that calls were measured to take, by generation:\n"
    "  t = launch + steps x step + V / rate + fill x sqrt(V / 1 MB)\n"
    "where V bytes leave each card; the last, for all but LL, is the filling of the pipeline. By NVLS\n"
    "  t = launch + n x rank + S / rate\n"
    "of parts S/n of 384 KiB on (16 KiB on 24 channels), else less, down to what NCCL counts.\n"
    "They are fits to the preset's tables. Between computers a call takes net_launch more, where network\n"
    "cards and ranks share a switch; NVLSTree takes within what NVLS does, between what links do, and\n"
    "nvls_tree_pieces first. Over PCIe, by trees and between computers steps are no shorter than NCCL\n"
    "counts them.\n"
    "\n"
    "Calls that follow one another take no less than who calls: a thread for all cards of a computer\n"
    "(`threads: one`, nccl-tests -g 8) takes group_call for each, whatever the kernels take. Before 2.5\n"
    "there were no prices: nccl-2.4 takes rings, LL up to ll_thread for each thread and rank, then Simple.\n"
    "\n"
    "Cards without peer to peer, and those further apart than p2p_level, send through host memory. Over\n"
    "PCIe each line of LL is handed on as it comes: a call takes its steps or its links, whatever is\n"
    "longer; through host memory a step, and each further line of a thread, is host_trips round trips.\n"
    "By Simple a rank loads a slice from there and stores it on, in turns; where cards write to each\n"
    "other, links wait while they copy the last part (block_rate).\n"
    "What goes along a tree is a stream: ranks hand on pieces while they get others, so that a call pays the\n"
    "way up and down once, and then as long as its price says or the links need. So is what goes round a\n"
    "ring over several computers: a call takes as long as one part for its way round, by steps and\n"
    "links, or as the busiest link for all.\n"
    "\n"
    "`calls: 20` takes the mean of enqueued calls, as nccl-tests does; one is the default.\n"
    "Broadcast and reduce are rings alone, run as a chain; all-to-all and send-recv are sends between\n"
    "pairs, without a price: see lanewise explain broadcast and all-to-all.\n"
    "\n"
    "On one computer the tree is a chain, which runs where `algorithm: tree` asks for it.\n"
    "Not modelled: CollNet, network cards of other ranks (PXN) but by pairs, kernels for registered\n"
    "buffers, fewer channels for small calls of a ring.";

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    return lw_library_check_lines(&((const lw_nccl_params *)params)->figures, options, set, at, diags);
}

const lw_library lw_library_nccl = {
    .type = {.name = "nccl",
             .summary = "NVIDIA's NCCL: the algorithm and protocol that its cost model takes",
             .page = page,
             .example = "{preset: nccl-2.30}",
             .options = options,
             .params_size = sizeof(lw_nccl_params),
             .check = check},
    .last = LW_SEND_RECV,
    .write = write,
};
