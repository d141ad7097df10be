// SPDX-License-Identifier: GPL-3.0-or-later
// NCCL: the algorithm and protocol that its cost model takes. Its parts: what it makes of the machine (nccl_machine.c), prices
// (nccl_price.c), and tasks (nccl_tasks.c).
#include <math.h>

#include "sim/workload/collective/nccl.h"

static const char *const algorithm_words[] = {"auto", "ring", "tree", "nvls", "nvls-tree", NULL};
static const char *const protocol_words[] = {"auto", "ll", "ll128", "simple", NULL};
static const char *const processor_words[] = {"intel", "amd", NULL};

#define AT(field) offsetof(lw_nccl_params, field)
#define SHARE(word, field, says) \
    { .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .offset = AT(field), .minimum = 0.01, .maximum = 1, .help = (says) }
#define TIME(word, field, says) LW_WORK_TIME(word, AT(field), NULL, says)
#define RATE(word, field, says) LW_WORK_RATE(word, AT(field), NULL, 1, says)
static const lw_option options[] = {
    LW_WORK_WORD("algorithm", AT(algorithm), "auto", algorithm_words, "as NCCL_ALGO says; auto: the one whose price is least"),
    LW_WORK_WORD("protocol", AT(protocol), "auto", protocol_words, "as NCCL_PROTO says; auto: the one whose price is least"),
    LW_WORK_WORD("processor", AT(processor), "intel", processor_words,
                 "whose processors the computers have, where there are several"),
    TIME("base_ll", base_ps[LW_LL], "cost of a call by protocol LL"),
    TIME("base_ll128", base_ps[LW_LL128], "cost of a call by protocol LL128"),
    TIME("base_simple", base_ps[LW_SIMPLE], "cost of a call by protocol Simple"),
    TIME("nvlink_step_ll", step_ps[LW_OVER_NVLINK][LW_LL], "time of a step of a ring over NVLink besides its bytes, LL"),
    TIME("nvlink_step_ll128", step_ps[LW_OVER_NVLINK][LW_LL128], "the same, LL128"),
    TIME("nvlink_step_simple", step_ps[LW_OVER_NVLINK][LW_SIMPLE], "the same, Simple"),
    TIME("pcie_step_ll", step_ps[LW_OVER_PCIE][LW_LL], "time of a step of a ring over PCIe besides its bytes, LL"),
    TIME("pcie_step_ll128", step_ps[LW_OVER_PCIE][LW_LL128], "the same, LL128"),
    TIME("pcie_step_simple", step_ps[LW_OVER_PCIE][LW_SIMPLE], "the same, Simple"),
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
    SHARE("plain_tree_share", plain_tree_share, "what a tree reaches where only one rank is next to each network card"),
    {0}};

static lw_status choose(const lw_nccl_view *v, lw_operation operation, int64_t bytes, lw_nccl_price *out) {
    const lw_nccl_params *p = v->params;
    *out = (lw_nccl_price){.time_s = (double)INFINITY};
    for (int algorithm = 0; algorithm < LW_NCCL_ALGORITHMS; algorithm++) {
        for (int protocol = 0; protocol < LW_NCCL_PROTOCOLS; protocol++) {
            const bool asked =
                (p->algorithm == 0 || p->algorithm == 1 + algorithm) && (p->protocol == 0 || p->protocol == 1 + protocol);
            const lw_nccl_price price =
                lw_nccl_price_of(v, operation, (lw_nccl_algorithm)algorithm, (lw_nccl_protocol)protocol, bytes);
            *out = asked && price.allowed && price.time_s < out->time_s ? price : *out;
        }
    }
    if (isinf(out->time_s)) {
        return lw_error(v->builder->diags, lw_object_place(v->builder->object, "library"),
                        "leave algorithm and protocol of the library out",
                        "workloads.%s: NCCL has no such algorithm and protocol here", v->builder->object->name);
    }
    return LW_OK;
}

static lw_status write(lw_graph_builder *builder, const void *params, lw_operation operation, const lw_ranks *ranks,
                       lw_collective_params *chosen) {
    static const char *const protocols[] = {"LL", "LL128", "Simple"};
    static const char *const algorithms[] = {"ring", "tree", "NVLS", "NVLSTree"};
    lw_nccl_view *v = LW_NEW(builder->arena, lw_nccl_view);
    lw_nccl_price best;
    if (v == NULL) {
        return LW_NO_MEMORY;
    }
    *v = (lw_nccl_view){.builder = builder, .params = params, .ranks = ranks};
    LW_TRY(lw_nccl_look(v));
    LW_TRY(choose(v, operation, chosen->bytes, &best));
    chosen->price_us = best.time_s * 1e6;
    chosen->data_share = lw_nccl_data_share[best.protocol];
    chosen->in_switch = best.algorithm == LW_NCCL_NVLS || best.algorithm == LW_NCCL_NVLS_TREE;
    lw_graph_workload *of = builder->workload;
    of->choice = lw_arena_print(builder->arena, "%s, %s", algorithms[best.algorithm], protocols[best.protocol]);
    of->method = lw_arena_print(builder->arena, "%s, %u channel%s", of->choice, v->channels, v->channels == 1 ? "" : "s");
    return of->choice == NULL || of->method == NULL ? LW_NO_MEMORY : lw_nccl_write(v, &best, operation, chosen->bytes);
}

static const char page[] =
    "NCCL on NVIDIA's cards, of one computer or of several joined by network cards. A collective names\n"
    "it: libraries: {nccl: {preset: nccl-2.30}} and `library: nccl` of an all-reduce, all-gather or\n"
    "reduce-scatter. `lanewise list libraries` shows the versions.\n"
    "\n"
    "As NCCL does, it counts the links it finds (pcie_share, nvlink_share), looks for channels, rings of\n"
    "one speed that fit side by side, and prices every pair of algorithm and protocol:\n"
    "  t = base + steps x step + S / (busbw x n / steps)\n"
    "with steps = 2(n-1) for an all-reduce, else n-1. LL sends 8 B of flags with 8 B of data and has the\n"
    "shortest steps; LL128 sends 120 B of data in 128 B and needs NVLink all the way; Simple sends data\n"
    "alone. NVLS lets NVSwitch add up, from Hopper and three ranks on. The least price wins: library_us\n"
    "of the result. data_share and in_switch say what it was: 0.5 LL, 0.9375 LL128, 1 Simple; 1 NVLS.\n"
    "\n"
    "Between computers each channel enters at a card next to a network card and leaves at another as\n"
    "near, as many for each network card as carry most. A ring sends 2(n-1)/n S out of each computer, and\n"
    "2(N-1) of its steps cross the network of N of them. Two trees over the computers, a chain within\n"
    "each, cross it 2 log2(N) times; of two computers they send S, so that these take trees. NVLSTree\n"
    "lets the switches add up within. One computer are ranks that reach each other without a network\n"
    "card; they are counted like the first. `processor: amd` changes two figures. See\n"
    "configs/scenarios/two-nodes-by-nics.yaml.\n"
    "\n"
    "Then that runs on the links as they are here: the call's cost, sends with the protocol's flags,\n"
    "steps no shorter than NCCL counts them. Cards without peer to peer, and cards whose route leads over\n"
    "a host, send through its memory, as NCCL does by default (NCCL_P2P_LEVEL=PXB; that it makes an\n"
    "exception for two cards on an AMD processor is left out). Their buffer there has eight slots, so that\n"
    "one piece is read while the next is written. Others may use the links, too, so that the\n"
    "time may differ from the price. A ring between computers may take less than that, down to 0.7 of it\n"
    "at some MiB, since data crosses the network while other data waits for its steps.\n"
    "\n"
    "Not modelled: trees within one computer (they are chains, which price higher than the ring),\n"
    "CollNet, PAT, network cards of other ranks (PXN), kernels for registered buffers, fewer channels\n"
    "for small calls. No measured table has several computers yet.";

const lw_library lw_library_nccl = {
    .type = {.name = "nccl",
             .summary = "NVIDIA's NCCL: the algorithm and protocol that its cost model takes",
             .page = page,
             .example = "{preset: nccl-2.30}",
             .options = options,
             .params_size = sizeof(lw_nccl_params)},
    .write = write,
};
