// SPDX-License-Identifier: GPL-3.0-or-later
// What NCCL reckons that an algorithm and protocol take (src/graph/tuning.cc of NVIDIA/nccl). On
// one computer its tree is a chain.
#include <math.h>

#include "sim/workload/collective/nccl.h"

typedef lw_nccl_view view;
typedef lw_nccl_price price;

bool lw_nccl_is_rooted(lw_operation operation) {
    return operation == LW_BROADCAST || operation == LW_REDUCE;
}

int64_t lw_nccl_steps(lw_operation operation, uint32_t ranks) {
    const int64_t once = (int64_t)ranks - 1;
    return operation == LW_ALL_REDUCE ? 2 * once : lw_nccl_is_rooted(operation) ? ranks : once;
}

static lw_nccl_scale scale_of(const view *v) {
    return v->computers.count > 2 ? LW_MORE : v->computers.count == 2 ? LW_TWO : LW_ONE;
}

static double ll_limit_Bps(const view *v) {
    return (double)(v->computers.count > 1 ? v->params->ll_net_limit_Bps[v->params->processor][scale_of(v)]
                                           : v->params->ll_limit_Bps[v->gen]);
}

static lw_nccl_hop hop_within(const view *v) {
    return v->nvlink ? LW_OVER_NVLINK : LW_OVER_PCIE;
}

double lw_nccl_rounds(uint32_t computers) {
    return (double)ilogb((double)computers);
}

// What so many steps between computers are priced beyond what they take.
static double declared_ps(const view *v, lw_protocol how, double steps) {
    return v->computers.count > 1 ? (double)v->params->net_latency_ps * (how == LW_SIMPLE ? 2 : 1) * steps : 0;
}

// With so many bytes a rank and channel a ring of Simple between computers pays more for each step,
// on older cards and on those from compute capability 8.0 on.
enum { PLATEAU_BYTES = 64 };
static const double plateau_before = 1.9, plateau = 1.4;

// From or to a root: a step where all channels go the same way, else one for each rank, and those of Simple
// as a tree's.
static price price_of_chain(const view *v, lw_protocol how, int64_t bytes, price out) {
    const bool several = v->computers.count > 1, once = v->one_order;
    double step_ps = out.step_ps[several ? 1 : 0];
    if (!once && how == LW_SIMPLE) {
        step_ps = (double)v->params->tree_step_ps[several ? LW_OVER_NETWORK : hop_within(v)][how];
    }
    out.time_s = (out.latency_ps + (once ? 1 : v->ranks->count) * step_ps) / 1e12 + (double)bytes / out.bus_Bps;
    return out;
}

static price price_of_ring(const view *v, lw_operation operation, lw_protocol how, int64_t bytes) {
    const lw_nccl_params *p = v->params;
    const uint32_t n = v->ranks->count, several = v->computers.count > 1;
    const double bus_Bps = v->channels * v->channel_Bps;
    const double ll_share = several || operation == LW_ALL_REDUCE ? p->ll_share : p->ll_parts_share;
    const double of[LW_PROTOCOLS] = {[LW_LL] = fmin(ll_limit_Bps(v), bus_Bps * ll_share),
                                     [LW_LL128] =
                                         fmin(bus_Bps * p->ll128_share, v->channels * (double)p->ll128_channel_Bps[v->gen]),
                                     [LW_SIMPLE] = bus_Bps};
    price out = {.allowed = true, .bus_Bps = of[how], .latency_ps = (double)p->base_ps[how]};
    out.step_ps[0] = (double)p->step_ps[hop_within(v)][how];
    if (several) {
        // work is posted to the network card for each step; three times by Simple
        out.step_ps[0] = fmax(out.step_ps[0], (double)p->post_ps[p->processor] * (how == LW_SIMPLE ? 3 : 1));
        out.step_ps[1] = (double)(v->computers.count == n ? p->tree_step_ps : p->step_ps)[LW_OVER_NETWORK][how];
    }
    if (lw_nccl_is_rooted(operation)) {
        return price_of_chain(v, how, bytes, out);
    }
    const int64_t per_channel = bytes / ((int64_t)v->channels * n);
    if (several && operation == LW_ALL_REDUCE && how == LW_SIMPLE && per_channel >= PLATEAU_BYTES) {
        const double factor = v->gen >= LW_AMPERE ? plateau : plateau_before;
        out.latency_ps *= factor;
        out.step_ps[0] *= factor;
        out.step_ps[1] *= factor;
    }
    const double steps = (double)lw_nccl_steps(operation, n);
    const double across = (double)lw_nccl_steps(operation, v->computers.count);
    out.declared_ps = declared_ps(v, how, across);
    out.time_s = (out.latency_ps + (steps - across) * out.step_ps[0] + across * out.step_ps[1] + out.declared_ps) / 1e12 +
                 (double)bytes / (out.bus_Bps * n / steps);
    return out;
}

// The rule of versions before 2.5 (getKernelInfo of src/enqueue.cc): threads are doubled, then channels
// added, while each has more than some bytes of each rank; LL up to what these may carry, half of it
// before Volta. Channels that were found are run twice.
enum { LL_THREADS_LEAST = 64, LL_THREADS_MOST = 256, LL_THREAD_BYTES = 8, RUN_TWICE = 2 };

lw_protocol lw_nccl_unpriced(const view *v, int64_t bytes) {
    const int64_t ranks = v->ranks->count;
    int64_t threads = LL_THREADS_LEAST;
    while (threads < LL_THREADS_MOST && bytes > LL_THREAD_BYTES * threads * ranks) {
        threads *= 2;
    }
    const int64_t needed = bytes / (LL_THREAD_BYTES * threads * ranks) + 1;
    const int64_t found = RUN_TWICE * (int64_t)v->channels, channels = needed < found ? needed : found;
    const int64_t most = channels * threads * ranks * v->params->ll_thread_bytes / (v->cost == LW_PASCAL ? 2 : 1);
    return bytes <= most ? LW_LL : LW_SIMPLE;
}

// Trees are below what the model says between some sizes: factors for powers of two from 64 B on
// (treeCorrectionFactor).
enum { TREE_FACTORS = 24, TREE_FACTOR_SHIFT = 6 };
static const double tree_factor[LW_PROTOCOLS][TREE_FACTORS] = {
    {1, 1, 1, 1, .9, .8, .7, .7, .7, .7, .6, .5, .4, .4, .5, .6, .7, .8, .9, 1, 1, 1, 1, 1},
    {1, 1, 1, 1, 1, .9, .8, .8, .8, .7, .6, .6, .6, .6, .6, .6, .8, .9, .9, .9, .9, 1, 1, 1},
    {.9, .9, .9, .9, .9, .9, .9, .8, .7, .6, .6, .5, .5, .5, .5, .6, .7, .8, .7, .7, .8, .9, .9, .9}};

static double tree_factor_of(lw_protocol how, int64_t bytes) {
    int log = -1;
    for (int64_t left = bytes >> TREE_FACTOR_SHIFT; left > 0; left >>= 1) {
        log++;
    }
    return log >= 0 && log < TREE_FACTORS ? tree_factor[how][log] : 1;
}

// bus_Bps as of a ring that takes as long.
static void set_time(const view *v, price *out, double latency_ps, double algorithm_Bps, int64_t bytes) {
    const double n = v->ranks->count;
    out->bus_Bps = algorithm_Bps * 2 * (n - 1) / n;
    out->time_s = latency_ps / 1e12 + (double)bytes / algorithm_Bps;
}

double lw_nccl_bytes_s(const view *v, const price *p) {
    const uint32_t own = v->ranks->count / v->computers.count;
    const double chain = p->algorithm == LW_NCCL_TREE ? (double)own - 1 : 0;
    return p->time_s -
           (p->latency_ps + p->declared_ps + 2 * (chain * p->step_ps[0] + lw_nccl_rounds(v->computers.count) * p->step_ps[1])) /
               1e12;
}

// Two trees over computers, each a chain within.
static price price_of_tree(const view *v, lw_protocol how, int64_t bytes) {
    const lw_nccl_params *p = v->params;
    const lw_nccl_scale scale = scale_of(v);
    const double channels = v->channels;
    double bus_Bps = fmin(channels * v->tree_channel_Bps * p->tree_share, channels * (double)p->tree_channel_Bps[v->gen][scale]);
    if (how == LW_LL) {
        bus_Bps = fmin(bus_Bps * p->tree_ll_share, ll_limit_Bps(v));
    } else if (how == LW_LL128) {
        bus_Bps = fmin(bus_Bps * (scale == LW_ONE ? p->tree_ll128_one_share : p->tree_ll128_share),
                       channels * (double)p->tree_ll128_channel_Bps[v->gen][scale]);
    }
    bus_Bps *= v->paired ? 1 : p->plain_tree_share;
    price out = {.allowed = true, .latency_ps = (double)p->tree_base_ps[how]};
    out.step_ps[0] = (double)p->tree_step_ps[hop_within(v)][how];
    out.step_ps[1] = (double)p->tree_step_ps[LW_OVER_NETWORK][how];
    const uint32_t own = v->ranks->count / v->computers.count;
    const double chain = (double)own - 1;
    const double rounds = lw_nccl_rounds(v->computers.count);
    out.declared_ps = declared_ps(v, how, 2 * rounds);
    set_time(v, &out, out.latency_ps + out.declared_ps + 2 * (chain * out.step_ps[0] + rounds * out.step_ps[1]),
             bus_Bps / 2 * tree_factor_of(how, bytes), bytes);
    return out;
}

// Ranks that may head a part (NCCL_MAX_NVLS_ARITY of src/include/device.h).
enum { NVLS_HEADS_MOST = 32 };

// The speed of channels that a switch adds up: a port carries one more than there are of them, all
// that the ranks add up and what its own channel hands out. Where the slowest are too fast for that
// there are fewer.
static double nvls_channel_Bps(const view *v, double *channels) {
    const double *Bps = lw_nccl_speeds(v), port_Bps = v->port_Bps * (1 + 1e-9);
    *channels = fmin(*channels, NVLS_HEADS_MOST);
    while (Bps[1] > 0 && *Bps * (*channels + 1) > port_Bps) {
        Bps++;
    }
    *channels = fmax(2, fmin(*channels, floor(port_Bps / *Bps) - 1));
    return *Bps * v->params->nvls_share[v->gen] * (*channels - 1) / *channels * 2;
}

// A channel for each rank, whose part of the sum it heads.
static price price_of_nvls(const view *v, int64_t bytes) {
    const lw_nccl_params *p = v->params;
    const double n = v->ranks->count;
    double heads = n;
    const double channel_Bps = fmin(nvls_channel_Bps(v, &heads), (double)p->nvls_channel_Bps[v->gen]);
    price out = {.allowed = true, .latency_ps = (double)p->nvls_ps};
    set_time(v, &out, out.latency_ps, heads * channel_Bps * n / (2 * (n - 1)), bytes);
    return out;
}

// A channel for each network card, whose rank heads a part: added up by the switch, sent along
// trees over computers.
static price price_of_nvls_tree(const view *v, int64_t bytes) {
    const lw_nccl_params *p = v->params;
    const double n = v->ranks->count, card_Bps = v->channels * v->channel_Bps / v->gates / (v->computers.count > 2 ? 2 : 1);
    double heads = v->gates;
    const double channel_Bps =
        fmin(fmin(nvls_channel_Bps(v, &heads), card_Bps), (double)p->nvls_tree_channel_Bps[v->gen][scale_of(v)]);
    price out = {.allowed = true, .latency_ps = (double)p->nvls_ps};
    out.step_ps[1] = (double)p->nvls_tree_step_ps;
    const double rounds = lw_nccl_rounds(v->computers.count);
    out.declared_ps = declared_ps(v, LW_SIMPLE, 2 * rounds);
    set_time(v, &out, out.latency_ps + out.declared_ps + 2 * rounds * out.step_ps[1],
             heads * channel_Bps * n / (2 * (n - 1)) * (v->gen == LW_BLACKWELL ? tree_factor_of(LW_SIMPLE, bytes) : 1), bytes);
    return out;
}

// Parallel aggregated trees, of computers of one rank: a round for each doubling of their distance.
static price price_of_pat(const view *v, int64_t bytes) {
    const lw_nccl_params *p = v->params;
    const double n = v->ranks->count, algorithm_Bps = v->channels * v->tree_channel_Bps * p->pat_share;
    price out = {.allowed = true, .bus_Bps = algorithm_Bps * (n - 1) / n};
    out.latency_ps = (double)p->pat_base_ps + (double)p->pat_rank_ps * n;
    out.step_ps[1] = (double)p->tree_step_ps[LW_OVER_NETWORK][LW_SIMPLE] * p->pat_step_share;
    out.time_s = (out.latency_ps + lw_nccl_rounds(v->computers.count) * out.step_ps[1]) / 1e12 + (double)bytes / algorithm_Bps;
    return out;
}

// Compute capability 7.0 (src/graph/tuning.cc).
enum { LL128_CAPABILITY = 70 };

lw_nccl_price lw_nccl_price_of(const view *v, lw_operation operation, lw_nccl_algorithm algorithm, lw_protocol protocol,
                               int64_t bytes) {
    const bool several = v->computers.count > 1, reduces = operation == LW_ALL_REDUCE;
    const bool in_switch = reduces && protocol == LW_SIMPLE && v->gen >= LW_HOPPER && v->nvlink && v->in_switch;
    const bool gathers = operation == LW_ALL_GATHER || operation == LW_REDUCE_SCATTER;
    price out = {.allowed = false};
    switch (algorithm) {
    case LW_NCCL_RING:
        out = price_of_ring(v, operation, protocol, bytes);
        break;
    case LW_NCCL_TREE:
        out = reduces ? price_of_tree(v, protocol, bytes) : out;
        break;
    case LW_NCCL_NVLS:  // two ranks never take it
        out = in_switch && !several && v->ranks->count > 2 ? price_of_nvls(v, bytes) : out;
        break;
    case LW_NCCL_NVLS_TREE:
        out = in_switch && several && v->gates > 1 ? price_of_nvls_tree(v, bytes) : out;
        break;
    case LW_NCCL_PAT:
        out = gathers && several && v->computers.count == v->ranks->count && protocol == LW_SIMPLE ? price_of_pat(v, bytes) : out;
        break;
    case LW_NCCL_ALGORITHMS:
        break;
    }
    // LL128 needs NVLink within, no host before a network card, and cards of its time
    const bool lines_128 = v->nvlink && v->near && v->capability >= LL128_CAPABILITY;
    out.allowed = out.allowed && (protocol != LW_LL128 || lines_128);
    out.algorithm = algorithm;
    out.protocol = protocol;
    return out;
}
