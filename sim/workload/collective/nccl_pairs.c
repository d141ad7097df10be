// SPDX-License-Identifier: GPL-3.0-or-later
// All-to-all and send-recv as NCCL runs them: sends between pairs in one call (src/enqueue.cc and
// src/graph/paths.cc of NVIDIA/nccl). It neither prices them nor chooses an algorithm; how many channels a
// pair has, and so the protocol, follows from the links and the size.
#include <assert.h>
#include <math.h>

#include "sim/workload/collective/nccl.h"

typedef lw_nccl_view view;

// What it counts of one NVLink (src/graph/topo.h).
static const double nvlink_Bps[] = {[LW_VOLTA] = 20e9, [LW_AMPERE] = 20e9, [LW_HOPPER] = 20.6e9, [LW_BLACKWELL] = 40.1e9};

// What a rank sends another.
typedef struct part {
    int64_t bytes, chunk;  // of it, and what is sent of it at once
    uint32_t channels;
    lw_protocol protocol;
} part;

static uint32_t to_power_of_two(uint32_t count, uint32_t most) {
    uint32_t power = 1;
    while (power < count && power < most) {
        power *= 2;
    }
    return power;
}

// A channel takes a share of a chunk at the least; where all of them have many chunks each there are more
// (addP2pToPlan and ncclTopoComputeP2pChannels). Over a network NCCL may take more than two for each peer, by the rate
// of its cards.
enum { SHARE_WITHIN = 8, SHARE_BETWEEN = 2, CHUNKS_MOST = 32, EACH_WAY = 2 };

static part part_of(const view *v, int64_t bytes) {
    const lw_nccl_params *p = v->params;
    const bool several = v->computers.count > 1;
    const uint32_t all = to_power_of_two(EACH_WAY * v->channels, LW_CHANNELS_MAX);
    const double links = v->nvlink && !several ? fmax(1, floor(v->port_Bps / nvlink_Bps[v->gen] + 1e-9)) : 1;
    const uint32_t most = to_power_of_two(EACH_WAY * (uint32_t)links, all);
    const int64_t chunk = v->nvlink && !several ? p->pair_nvlink_chunk_bytes : p->pair_chunk_bytes;
    const int64_t least_share = chunk / (several ? SHARE_BETWEEN : SHARE_WITHIN),
                  most_share = chunk * (several ? 1 : CHUNKS_MOST);
    uint32_t channels = most;
    while (channels > 1 && channels * v->ranks->count > all) {
        channels /= 2;
    }
    const int64_t needed = least_share > 0 ? (bytes - 1) / least_share + 1 : bytes;
    channels = needed < channels ? (uint32_t)needed : channels;
    assert(channels > 0);  // bytes are
    while (channels <= most / 2 && (bytes - 1) / channels + 1 > most_share) {
        channels *= 2;
    }
    return (part){.bytes = bytes,
                  .chunk = chunk,
                  .channels = channels,
                  .protocol = bytes <= channels * p->pair_ll_bytes ? LW_LL : LW_SIMPLE};
}

// What a call takes besides the links, and the rate at which a rank's sends leave it; 0: that of its links.
typedef struct cost {
    double latency_ps, rate_Bps;
} cost;

// As a call and one step of a ring are counted. Of computers with network cards see nccl_cost.c.
static cost counted(const view *v, lw_protocol how) {
    const lw_nccl_params *p = v->params;
    const bool several = v->computers.count > 1;
    const lw_nccl_hop hop = several ? LW_OVER_NETWORK : v->nvlink ? LW_OVER_NVLINK : LW_OVER_PCIE;
    const bool more = several && v->near && p->costs == LW_NCCL_MEASURED && p->net_launch_ps > 0;
    return (cost){.latency_ps = (double)(p->base_ps[how] + p->step_ps[hop][how] + (more ? p->net_launch_ps : 0))};
}

// By Simple the channels of all peers, or the card, whose pipeline fills as that of a ring does: what takes longer.
static cost cost_of(const view *v, const part *each, uint32_t peers) {
    const lw_nccl_cost *measured = &v->params->cost[v->gen];
    const double channel_Bps = (double)measured->pair_channel_Bps[each->protocol], sent = (double)each->bytes * peers;
    cost out = counted(v, each->protocol);
    if (v->params->costs == LW_NCCL_COUNTED || v->computers.count > 1 || !v->nvlink || measured->pair_ps <= 0) {
        return out;
    }
    double bytes_s = channel_Bps > 0 ? (double)each->bytes / (channel_Bps * each->channels) : 0;
    out.latency_ps = (double)measured->pair_ps + fmax(0, (double)measured->pair_peer_ps) * peers;
    if (each->protocol == LW_SIMPLE) {
        const double ring_Bps = (double)measured->rate_Bps[LW_SIMPLE];
        const double fill_s = fmax(0, (double)measured->fill_ps) / 1e12 * sqrt(sent / 1e6);
        out.latency_ps += fmax(0, (double)measured->pair_simple_ps);
        bytes_s = fmax(bytes_s, fill_s + (ring_Bps > 0 ? sent / ring_Bps : 0));
    }
    out.rate_Bps = bytes_s > 0 ? sent / bytes_s : 0;
    return out;
}

// How many of the peers the first rank reaches through host memory: its cores load from there and store to it
// in turns, so that what it sends takes as long again.
static uint32_t count_staged(const view *v, lw_plan *plan, uint32_t peers) {
    uint32_t staged = 0;
    for (uint32_t r = 1; r <= peers; r++) {
        staged += lw_plan_is_staged(plan, lw_plan_lane(plan, v->ranks->node[0], v->ranks->node[r])) ? 1 : 0;
    }
    return staged;
}

static lw_status start_plan(const view *v, const part *each, uint32_t peers, lw_plan *plan) {
    const lw_protocol_figures *f = &v->params->figures;
    const double share = lw_protocol_data_share(f, each->protocol);
    const int64_t slot = each->protocol == LW_LL ? f->buffer_bytes[LW_LL] / f->slots : each->chunk;
    const cost takes = cost_of(v, each, peers);
    lw_route route = {0};
    *plan = lw_plan_new(v->builder, v->builder->object->params);
    if (v->computers.count > 1) {
        uint32_t *nic = LW_NEW_ARRAY(v->builder->arena, uint32_t, v->builder->machine->node_count);
        if (nic == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_computers_nics(v->builder, &v->computers, nic));
        plan->nic = nic;
    } else {
        const lw_status found = lw_route_find(v->builder->router, v->ranks->node[0], v->ranks->node[1], (lw_via){0}, &route);
        LW_TRY(found == LW_BAD_INPUT ? LW_OK : found);  // told where it is taken
    }
    plan->computers = &v->computers;
    plan->hosts_most = v->hosts_most;
    plan->launch_ps = llround(fmax(0, takes.latency_ps - (double)route.latency_ps));
    plan->data_share = share;
    plan->staging_bytes = slot * each->channels;
    plan->staging_buffers = (uint32_t)f->slots;
    // all of a rank's sends end at once
    const double link_Bps = v->port_payload_Bps * share;
    plan->byte_ps = takes.rate_Bps > 0 ? fmax(0, 1 / takes.rate_Bps - 1 / link_Bps) * peers * 1e12 : 0;
    if (each->protocol == LW_SIMPLE && v->computers.count == 1) {
        plan->byte_ps = fmax(plan->byte_ps, (double)count_staged(v, plan, peers) / link_Bps * 1e12);
    }
    return plan->status;
}

// Over the network cards of the receivers' places (PXN), where cards reach those of others by NVLink.
static bool takes_rails(const view *v) {
    bool alike = v->computers.count > 1 && v->nvlink && v->near;
    for (uint32_t c = 0; c < v->computers.count; c++) {
        alike = alike && v->computers.computer[c].ranks.count == v->computers.computer[0].ranks.count;
    }
    return alike;
}

lw_status lw_nccl_write_pairs(view *v, lw_operation operation, const lw_ranks *listed, lw_collective_params *chosen) {
    lw_graph_workload *workload = v->builder->workload;
    const bool all = operation == LW_ALL_TO_ALL;
    const part each = part_of(v, all ? lw_share_of(chosen->bytes, listed->count, 0) : chosen->bytes);
    lw_plan plan;
    LW_TRY(start_plan(v, &each, all ? listed->count - 1 : 1, &plan));
    chosen->data_share = plan.data_share;
    workload->choice = lw_arena_print(v->builder->arena, "pairs, %s", lw_protocol_names[each.protocol]);
    workload->method = lw_arena_print(v->builder->arena, "%s, %u channel%s each", workload->choice, each.channels,
                                      each.channels == 1 ? "" : "s");
    if (workload->choice == NULL || workload->method == NULL) {
        return LW_NO_MEMORY;
    }
    if (takes_rails(v)) {
        return all ? lw_rails(&plan) : lw_rails_shift(&plan, listed);
    }
    return all ? lw_direct_as(&plan, v->ranks, LW_DIRECT_SCATTER) : lw_shift(&plan, listed);
}
