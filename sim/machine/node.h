// SPDX-License-Identifier: GPL-3.0-or-later
// The nodes of a machine: kinds, their options, groups.
#ifndef LW_NODE_H
#define LW_NODE_H

#include "sim/config/object.h"

typedef enum lw_node_kind { LW_NODE_HOST, LW_NODE_GPU, LW_NODE_MEMORY, LW_NODE_SWITCH, LW_NODE_NIC, LW_NODE_KINDS } lw_node_kind;

// The programming interface a copy is called through, on Linux where it does not say Windows (which
// alone has Direct3D 12); LW_API_AUTO is the device's own.
typedef enum lw_api {
    LW_API_AUTO,
    LW_API_CUDA,
    LW_API_HIP,
    LW_API_OPENCL,
    LW_API_VULKAN,
    LW_API_SYCL,
    LW_API_D3D12,
    LW_API_CUDA_WINDOWS,
    LW_API_HIP_WINDOWS,
    LW_API_OPENCL_WINDOWS,
    LW_API_VULKAN_WINDOWS,
    LW_API_COUNT
} lw_api;
extern const char *const lw_api_words[];

// Who makes the processors of a host; LW_MAKER_AUTO: not said.
typedef enum lw_maker { LW_MAKER_AUTO, LW_MAKER_INTEL, LW_MAKER_AMD, LW_MAKER_OTHER } lw_maker;

// How a guest, a virtual machine or a program elsewhere, has the card.
typedef enum lw_virtualisation {
    LW_VIRTUAL_NONE,          // the machine's own
    LW_VIRTUAL_PASSTHROUGH,   // all of it
    LW_VIRTUAL_MIG,           // an instance with engines and memory of its own
    LW_VIRTUAL_SR_IOV,        // a virtual function
    LW_VIRTUAL_TIME_SLICING,  // all of it, for a slice of time
    LW_VIRTUAL_API_REMOTING   // calls sent to where the card is
} lw_virtualisation;

// Options of all kinds; the table of a kind says which of them it has. LW_AUTO as the tables
// explain.
typedef struct lw_node_params {
    int64_t memory_size_bytes;  // LW_AUTO: not said
    int64_t memory_rate_Bps;    // both directions share it; LW_AUTO: no limit
    int64_t read_latency_ps;    // from a request's arrival to its data being ready
    int64_t write_latency_ps;
    // as cores use it, line by line: a core's load of its host's memory (LW_AUTO: read_latency_ps),
    // the share of memory_rate_Bps that cores get, how long a line that is read keeps its bank (0: none
    // waits for one), and how many times as long one that is written takes
    int64_t load_ps, bank_ps;
    double load_share, write_cost;
    // of one core, from its memory and from its cache (LW_AUTO: no limit, and as from memory), and how
    // much that cache holds
    int64_t cpu_copy_rate_Bps, cpu_copy_rate_cached_Bps, cpu_cache_bytes;
    int maker;           // lw_maker
    int64_t root_ports;  // PCIe ports on one root complex; LW_AUTO: all
    // payload between PCIe ports of a host and what lies behind a root complex: one port in both
    // directions, all of its ports in, out, and in both. LW_AUTO: no limit
    int64_t port_rate_Bps, root_in_rate_Bps, root_out_rate_Bps, root_rate_Bps;
    int64_t peer_packet_bytes;  // payload that it sends on from link to link; LW_AUTO: the packet's
    // loads and stores of its cores: payload of a packet, loads in flight, cost of a launch; LW_AUTO:
    // the link's tags; as a call
    int64_t kernel_packet_bytes, kernel_tags, submit_kernel_ps;
    // LW_AUTO: no limit; those of copy_engines
    int64_t copy_engines, peer_engines, bounce_engines;
    // of pageable copies, LW_AUTO: the whole copy; of copies between GPUs through host memory, LW_AUTO: the same
    int64_t staging_bytes, bounce_bytes;
    bool staging_overlap, bounce_overlap;
    int api;
    // [LW_API_AUTO] is not used; LW_AUTO: on Windows as without, else submit_ps
    int64_t submit_ps, submit_api_ps[LW_API_COUNT];
    int64_t submit_pageable_ps;      // LW_AUTO: as for pinned memory
    int64_t submit_pageable_d2h_ps;  // LW_AUTO: submit_pageable_ps
    int64_t submit_chunk_ps;         // a chunk of a pageable copy
    int64_t submit_bounce_ps;        // a chunk from another GPU through host memory
    int64_t finish_ps;
    // between transfers that are queued: of the caller, and of the engine; LW_AUTO: see
    // lw_node_queued_ps, gap_ps
    int64_t submit_queued_ps, submit_queued_vulkan_ps, gap_ps, gap_d2h_ps;
    int64_t copy_rate_h2d_Bps, copy_rate_d2h_Bps;
    int64_t peer_read_rate_Bps, peer_write_rate_Bps;  // over links that are no host port
    int virtualisation;                               // lw_virtualisation
    int64_t guests;                                   // that share the card evenly
    int64_t time_slice_ps;                            // of time slicing
    double remoting_share;                            // of API remoting
    double guest_share;                               // LW_AUTO: as virtualisation and guests say, as is guest_call_ps
    int64_t guest_call_ps;
    int64_t compute_rate_FLOPps;   // of its cores; LW_AUTO: not said
    int64_t half_sum_rate_FLOPps;  // the same with sums of 16 bits; LW_AUTO: as compute_rate
    int64_t compute_capability;    // 90 for 9.0; LW_AUTO: not said
    bool p2p;
    bool forwards;
    int64_t dma_packet_gap_ps, request_gap_ps, store_rate_Bps;
    int64_t tags, mps_bytes, mrrs_bytes;  // LW_AUTO: the link's
    int64_t native_gen, native_lanes;     // LW_AUTO: whatever the link has
    int64_t latency_ps;                   // of a switch
    int64_t forward_ps;                   // of a host, from link to link
    bool store_forward;
    bool multicast;
} lw_node_params;

// Keys of every node.
typedef struct lw_node_common {
    int64_t count;  // LW_AUTO: one node and no group
} lw_node_common;
extern const lw_option lw_node_common_options[];

// The kinds as registered types, by lw_node_kind; NULL past the last.
const lw_type *lw_node_type_at(size_t index);
// What a kind's table leaves out must still be harmless when somebody asks for it.
void lw_node_prepare(void *params);

// What stands under one key of `nodes:`.
typedef struct lw_node_spec {
    const lw_object *object;
    lw_node_kind kind;
    const lw_node_params *params;
    bool ideal;               // neither a preset nor a figure of its own
    bool group;               // `count:` was given
    uint32_t first, members;  // its nodes in the machine
} lw_node_spec;

// One node: the members of a group share their spec.
typedef struct lw_node {
    const char *name;  // "gpu", "gpus[3]"
    const lw_node_spec *spec;
} lw_node;

lw_node_spec lw_node_spec_of(const lw_object *object);
// Warn of a card that is told to do what its preset says that it cannot.
void lw_node_warn_forced(const lw_object *object, lw_diags *diags);

// Does the node copy by itself, or must somebody call a core?
static inline bool lw_node_has_engine(const lw_node *node) {
    return node->spec->kind == LW_NODE_GPU || node->spec->kind == LW_NODE_NIC;
}

// What a guest gets of the card's copy engines, and how long it waits for its turn on average, for
// work that takes work_ps with the whole card.
typedef struct lw_guest {
    double share;
    int64_t wait_ps;
} lw_guest;
lw_guest lw_node_guest(const lw_node *node, double work_ps);

// How well that is known: passthrough is the card itself, of shares and waits for copies nobody
// published figures.
lw_evidence lw_node_guest_evidence(const lw_node_spec *spec);

// What one core copies a second, from a buffer that it has copied before: what fits its cache comes from
// there. LW_AUTO: of no such buffer, or no limit.
int64_t lw_node_core_rate_Bps(const lw_node *node, int64_t source_bytes);

// Time from the call of a copy to the first DMA on this node.
typedef enum lw_call { LW_CALL_PINNED, LW_CALL_PAGEABLE, LW_CALL_PAGEABLE_D2H } lw_call;
int64_t lw_node_submit_ps(const lw_node *node, lw_api api, lw_call call);
// Time of its engine between the end of a queued transfer and the first packet of the next, which
// was there already; reading: towards the node.
int64_t lw_node_gap_ps(const lw_node *node, bool reading);
// What a queued call takes of its caller.
int64_t lw_node_queued_ps(const lw_node *node, lw_api api);
// The interface whose calls an option of a card is about, "cuda" of submit_cuda; LW_API_AUTO: it is about
// no single one.
lw_api lw_node_api_of(const lw_option *row);

// Buffers in host memory that copies of a device go through.
typedef struct {
    int64_t bytes;   // of each; INT64_MAX: the whole copy
    uint32_t count;  // 2: one is filled while the other is emptied
} lw_buffers;

// bounced: of copies to another GPU, else of pageable ones.
lw_buffers lw_node_buffers(const lw_node *node, bool bounced);

#endif
