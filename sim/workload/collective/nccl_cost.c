// SPDX-License-Identifier: GPL-3.0-or-later
// What calls of NCCL were measured to cost on one computer. It chooses by its own reckoning all the
// same, which is wrong by a fifth in the median.
#include <math.h>

#include "sim/workload/collective/nccl.h"

// Neither auto nor, of a generation without rows, 0.
static bool is_known(int64_t value) {
    return value > 0;
}

static double or_else(int64_t value, double otherwise) {
    return is_known(value) ? (double)value : otherwise;
}

static void ring(const lw_nccl_view *v, lw_operation operation, int64_t bytes, lw_nccl_price *p) {
    const lw_nccl_cost *cost = &v->params->cost[v->cost];
    const double n = v->ranks->count, steps = (double)lw_nccl_steps(operation, v->ranks->count);
    const double sent_MB = (double)bytes * steps / n / 1e6;
    // a chain fills as its chunks run down it
    const bool fills = p->protocol != LW_LL && !lw_nccl_is_rooted(operation) && is_known(cost->fill_ps);
    p->latency_ps = or_else(cost->launch_ps, p->latency_ps) + (fills ? (double)cost->fill_ps * sqrt(sent_MB) : 0);
    p->step_ps[0] = or_else(cost->step_ps[p->protocol], p->step_ps[0]);
    if (is_known(cost->rate_Bps[p->protocol])) {
        p->bus_Bps = (double)cost->rate_Bps[p->protocol];
        p->measured = true;
    }
}

// NVLS runs on so many channels of one computer (src/transport/nvls.cc), on each of which a rank's part passes in
// chunks, the smaller a call is, down to the least (src/enqueue.cc): what each rank costs is the passing of a chunk
// of all channels, and of less where its part is less.
enum { NVLS_CHANNELS = 24, NVLS_CHUNK_LEAST = 16 << 10 };

static double nvls_call_ps(const lw_nccl_view *v, int64_t bytes, double counted_ps) {
    const lw_nccl_cost *cost = &v->params->cost[v->cost];
    const double ranks = (double)v->ranks->count / v->computers.count;
    const double share = fmin(1, (double)bytes / ranks / ((double)NVLS_CHANNELS * NVLS_CHUNK_LEAST));
    const double ranks_ps = or_else(cost->nvls_rank_ps, 0) * ranks * share;
    return is_known(cost->nvls_ps) ? (double)cost->nvls_ps + ranks_ps : fmax(counted_ps, ranks_ps);
}

static void nvls(const lw_nccl_view *v, int64_t bytes, lw_nccl_price *p) {
    const lw_nccl_cost *cost = &v->params->cost[v->cost];
    const double bytes_s = p->time_s - p->latency_ps / 1e12;
    const bool known = is_known(cost->nvls_ps) || is_known(cost->nvls_rank_ps);
    p->latency_ps = known ? nvls_call_ps(v, bytes, p->latency_ps) : p->latency_ps;
    p->measured = known || is_known(cost->nvls_rate_Bps);
    p->time_s = p->latency_ps / 1e12 + (is_known(cost->nvls_rate_Bps) ? (double)bytes / (double)cost->nvls_rate_Bps : bytes_s);
}

// What NVLSTree passes at once: a chunk of each channel for each network card, smaller of small calls and from four
// computers on (calcCollChunking of src/enqueue.cc); of so many channels (src/transport/nvls.cc).
enum { NVLS_TREE_CHANNELS = 16, NVLS_TREE_CHANNELS_BLACKWELL = 32, NVLS_TREE_MANY = 4, CHUNK_MOST = 128 << 10 };

static double nvls_tree_piece(const lw_nccl_view *v, int64_t bytes) {
    const double at_once = (double)v->gates * (v->gen == LW_BLACKWELL ? NVLS_TREE_CHANNELS_BLACKWELL : NVLS_TREE_CHANNELS);
    double piece = at_once * CHUNK_MOST;
    piece /= v->computers.count >= NVLS_TREE_MANY || (double)bytes < 4 * piece ? 2 : 1;
    piece /= (double)bytes < piece ? 2 : 1;
    return fmin((double)bytes, piece);
}

// Over several computers the switches add up no faster than on one, where a call takes as long, and the network is what its links
// are: NCCL counts less of either where each card has one of the network.
static void nvls_tree(const lw_nccl_view *v, int64_t bytes, lw_nccl_price *p) {
    const lw_nccl_cost *cost = &v->params->cost[v->cost];
    if (is_known(cost->nvls_rate_Bps)) {
        p->time_s += (double)bytes / (double)cost->nvls_rate_Bps - lw_nccl_bytes_s(v, p);
    }
    const double fill_s = v->params->nvls_tree_pieces * nvls_tree_piece(v, bytes) / (double)bytes * lw_nccl_bytes_s(v, p);
    const double more_ps = nvls_call_ps(v, bytes, p->latency_ps) - p->latency_ps + fill_s * 1e12;
    p->latency_ps += more_ps;
    p->time_s += more_ps / 1e12;
}

// A channel runs as two thread blocks (src/graph/connect.cc, which has more where they would not "reach peak BW"). A
// block copies what its rank sends, and once more what it gets at last.
enum { BLOCKS_EACH = 2 };

static void ring_of_blocks(const lw_nccl_view *v, lw_operation operation, int64_t bytes, lw_nccl_price *p) {
    const int64_t block_Bps = v->params->cost[v->cost].block_Bps;
    const double copies = (double)lw_nccl_steps(operation, v->ranks->count) + 1;
    const double copied = (double)bytes * copies / (double)v->ranks->count;
    const bool copies_known = p->protocol == LW_SIMPLE && is_known(block_Bps);
    p->least_s = copies_known ? copied / (BLOCKS_EACH * (double)v->channels * (double)block_Bps) : 0;
}

void lw_nccl_as_measured(const lw_nccl_view *v, lw_operation operation, int64_t bytes, lw_nccl_price *p) {
    if (v->params->costs == LW_NCCL_MEASURED && v->computers.count > 1 && v->near) {
        const double net_ps = or_else(v->params->net_launch_ps, 0);
        if (p->algorithm == LW_NCCL_NVLS_TREE) {
            nvls_tree(v, bytes, p);
        } else if (p->algorithm == LW_NCCL_RING && !lw_nccl_is_rooted(operation)) {
            ring_of_blocks(v, operation, bytes, p);
        }
        p->latency_ps += net_ps;
        p->time_s += net_ps / 1e12;
    }
    if (v->params->costs == LW_NCCL_COUNTED || v->computers.count > 1 || !v->nvlink) {
        return;  // over PCIe the links decide
    }
    if (p->algorithm == LW_NCCL_RING) {
        ring(v, operation, bytes, p);
    } else if (p->algorithm == LW_NCCL_NVLS) {
        nvls(v, bytes, p);
    }
}
