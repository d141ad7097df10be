// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/machine/node.h"

#include <math.h>
#include <string.h>

// in the order of lw_api
const char *const lw_api_words[] = {"auto",  "cuda",         "hip",         "opencl",         "vulkan",         "sycl",
                                    "d3d12", "cuda-windows", "hip-windows", "opencl-windows", "vulkan-windows", NULL};

static const char *const maker_words[] = {"auto", "intel", "amd", "other", NULL};
static const char *const virtual_words[] = {"none", "passthrough", "mig", "sr-iov",
                                            // in the order of lw_virtualisation
                                            "time-slicing", "api-remoting", NULL};

static const char ideal[] = "none: an ideal node, and the run says so";
static const char of_link[] = "the link's own value";
static const char of_hosts[] = "no vendor publishes it: measured tables of the class both-directions";

static const char of_timings[] =
    "DDR4-2666 and DDR5-4800 (JEDEC JESD79-4, JESD79-5): a row's cycle takes tRAS + tRP = 46 to 48 ns; one that writes tRCD + "
    "tCWL + burst + tWR + tRP = 14 + 12 + 3 + 15 + 14 = 58 ns";

static const char of_v100[] = "copies of 1 kB queued on a V100, the only card with such a table; see preset v100-pcie";
static const int64_t queued_call_ps = 2500000;

// ---- Options ----

#define AT(field) offsetof(lw_node_params, field)
#define TIME_ROW(word, field, otherwise, says)                                                                             \
    {                                                                                                                      \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_TIME, .offset = AT(field), .fallback = (otherwise), \
        .maximum = 3.6e17, .help = (says), .source = ideal, .fitted = true                                                 \
    }
#define SOURCED_RATE_ROW(word, field, says, origin)                                                                   \
    {                                                                                                                 \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_RATE, .offset = AT(field), .fallback = "auto", \
        .minimum = 1, .maximum = 1e18, .help = (says), .source = (origin), .fitted = true                             \
    }
#define RATE_ROW(word, field, says) SOURCED_RATE_ROW(word, field, says, ideal)
#define SIZE_ROW(word, field, says, origin)                                                                            \
    {                                                                                                                  \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_BYTES, .offset = AT(field), .fallback = "auto", \
        .minimum = 1, .maximum = 4.6e18, .help = (says), .source = (origin)                                            \
    }
#define COUNT_ROW(word, field, otherwise, low, high, says, origin)                                                \
    {                                                                                                             \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = AT(field), .fallback = (otherwise), .minimum = (low), \
        .maximum = (high), .help = (says), .source = (origin)                                                     \
    }
#define FLAG_ROW(word, field, otherwise, says, origin) \
    { .key = (word), .kind = LW_OPTION_FLAG, .offset = AT(field), .fallback = (otherwise), .help = (says), .source = (origin) }
#define SHARE_ROW(word, field, otherwise, says, origin)                                                                 \
    {                                                                                                                   \
        .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .offset = AT(field), .fallback = (otherwise), .minimum = 0.001, \
        .maximum = 1, .help = (says), .source = (origin)                                                                \
    }

#define MEMORY_ROWS                                                                                                      \
    RATE_ROW("memory_rate", memory_rate_Bps, "bandwidth of the memory, shared by reads and writes; auto: no limit"),     \
        TIME_ROW("read_latency", read_latency_ps, "0 ns", "from the arrival of a read request to its data being ready"), \
        TIME_ROW("write_latency", write_latency_ps, "0 ns", "from the arrival of written data to its being visible")

#define LINE_ROWS                                                                                                         \
    {.key = "load_share",                                                                                                 \
     .kind = LW_OPTION_QUANTITY_REAL,                                                                                     \
     .offset = AT(load_share),                                                                                            \
     .fallback = "1",                                                                                                     \
     .minimum = 0.1,                                                                                                      \
     .maximum = 1,                                                                                                        \
     .help = "share of memory_rate that cores get line by line, which open rows and wait for refreshes",                  \
     .source = ideal,                                                                                                     \
     .fitted = true},                                                                                                     \
        {.key = "bank_time",                                                                                              \
         .kind = LW_OPTION_QUANTITY_INT,                                                                                  \
         .dimension = LW_TIME,                                                                                            \
         .offset = AT(bank_ps),                                                                                           \
         .fallback = "46 ns",                                                                                             \
         .maximum = 1e6,                                                                                                  \
         .help = "how long a line that cores read keeps its bank, from row to row (tRC); lines that come at random "      \
                 "(arrivals: poisson) wait for theirs, among as many banks as fill memory_rate; 0 ns: none waits",        \
         .source = of_timings,                                                                                            \
         .evidence = LW_ASSUMED,                                                                                          \
         .fitted = true},                                                                                                 \
    {                                                                                                                     \
        .key = "write_cost", .kind = LW_OPTION_QUANTITY_REAL, .offset = AT(write_cost), .fallback = "1.26", .minimum = 1, \
        .maximum = 3, .help = "how many times as long as a read a line that cores write keeps bank and bus",              \
        .source = of_timings, .evidence = LW_ASSUMED, .fitted = true                                                      \
    }

#define ENGINE_ROWS                                                                                                              \
    TIME_ROW("submit", submit_ps, "0 ns",                                                                                        \
             "from the call to the first DMA, driver included, for every interface without its own figure"),                     \
        TIME_ROW("finish", finish_ps, "0 ns", "from the last byte to the caller knowing"),                                       \
        TIME_ROW("gap", gap_ps, "0 ns",                                                                                          \
                 "what the engine takes between two queued transfers, a network card between two messages"),                     \
        TIME_ROW("dma_packet_gap", dma_packet_gap_ps, "0 ns", "least time between two packets that the DMA engine writes"),      \
        TIME_ROW("request_gap", request_gap_ps, "0 ns", "least time between two read requests of the DMA engine"),               \
        RATE_ROW("store_rate", store_rate_Bps,                                                                                   \
                 "rate at which a complete read is passed on in the device before it is reported; auto: at once"),               \
        COUNT_ROW("tags", tags, "auto", 1, 65536, "read requests the device keeps outstanding; auto: the link's", of_link),      \
        SIZE_ROW("mps", mps_bytes,                                                                                               \
                 "largest payload of a packet that the device's PCIe port sends or takes (Max_Payload_Size); auto: the link's",  \
                 of_link),                                                                                                       \
        SIZE_ROW("mrrs", mrrs_bytes, "largest read request of the device's PCIe port (Max_Read_Request_Size); auto: the link's", \
                 of_link)

#define OUT_GAP_ROW TIME_ROW("gap_d2h", gap_d2h_ps, "auto", "gap of what goes out of the device; auto: gap")

#define NATIVE_ROWS                                                                                                          \
    COUNT_ROW("native_gen", native_gen, "auto", 1, 7, "PCIe generation of the device: a faster slot runs at this", of_link), \
        COUNT_ROW("native_lanes", native_lanes, "auto", 1, 32, "PCIe lanes of the device: a wider slot runs at this", of_link)

#define COMPUTE_ROW                                                                                                              \
    {.key = "memory_size",                                                                                                       \
     .kind = LW_OPTION_QUANTITY_INT,                                                                                             \
     .dimension = LW_BYTES,                                                                                                      \
     .offset = AT(memory_size_bytes),                                                                                            \
     .fallback = "auto",                                                                                                         \
     .minimum = 1,                                                                                                               \
     .maximum = 1e15,                                                                                                            \
     .help = "what its memory holds: work that keeps more there is refused; auto: not said",                                     \
     .source = "data sheet"},                                                                                                    \
        {.key = "compute_rate",                                                                                                  \
         .kind = LW_OPTION_QUANTITY_INT,                                                                                         \
         .dimension = LW_FLOP_RATE,                                                                                              \
         .offset = AT(compute_rate_FLOPps),                                                                                      \
         .fallback = "auto",                                                                                                     \
         .minimum = 1,                                                                                                           \
         .maximum = 1e18,                                                                                                        \
         .help =                                                                                                                 \
             "floating-point operations a second of all its cores, for computes given in FLOP: the data sheet's, in the number " \
             "format of the work; auto: not said",                                                                               \
         .source = "data sheet"},                                                                                                \
    {                                                                                                                            \
        .key = "half_sum_rate", .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_FLOP_RATE, .offset = AT(half_sum_rate_FLOPps),   \
        .fallback = "auto", .minimum = 1, .maximum = 1e18,                                                                       \
        .help = "the same with sums of 16 bits, which consumer cards do at twice the rate; auto: as compute_rate",               \
        .source = "data sheet"                                                                                                   \
    }

static const lw_option host_options[] = {
    MEMORY_ROWS,
    TIME_ROW("load_latency", load_ps, "auto",
             "from a core's load to its data out of this host's memory, without what a link to another processor adds: shorter "
             "than read_latency, which devices meet behind the root complex; auto: read_latency"),
    LINE_ROWS,
    {.key = "maker",
     .kind = LW_OPTION_WORD,
     .offset = AT(maker),
     .fallback = "auto",
     .words = maker_words,
     .help = "who makes its processors, from which libraries choose; auto: not said",
     .source = "data sheet"},
    TIME_ROW("forward_latency", forward_ps, "0 ns",
             "what a packet between two of its links takes through the root complex, on a route from peer to peer"),
    COUNT_ROW("root_ports", root_ports, "auto", 1, 64,
              "PCIe ports on one root complex, in the order of the file, as the quadrants of a processor have them; "
              "auto: all are on one",
              "the board's manual"),
    SOURCED_RATE_ROW("port_rate", port_rate_Bps,
                     "payload a second that one PCIe port passes to and from memory (or another processor), both directions "
                     "together; auto: what its link carries",
                     of_hosts),
    SOURCED_RATE_ROW("root_in_rate", root_in_rate_Bps,
                     "payload a second that the ports of a root complex together pass in, to memory; what goes from port to "
                     "port does not count; auto: no limit",
                     of_hosts),
    SOURCED_RATE_ROW("root_out_rate", root_out_rate_Bps,
                     "payload a second that the ports of a root complex together pass out, from memory; auto: no limit",
                     of_hosts),
    SOURCED_RATE_ROW("root_rate", root_rate_Bps,
                     "payload a second that the ports of a root complex together pass to and from memory, both directions "
                     "together; auto: no limit",
                     of_hosts),
    {.key = "peer_packet",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(peer_packet_bytes),
     .fallback = "auto",
     .minimum = 16,
     .maximum = 4096,
     .help = "largest payload of a packet that the root complex sends on from one of its links to another, on a route from peer "
             "to peer: it cuts larger ones; auto: as they come",
     .source = "no vendor publishes it: measured tables of the class gpu-pair-root-complex",
     .fitted = true},
    RATE_ROW("cpu_copy_rate", cpu_copy_rate_Bps, "what one core copies between pageable and pinned memory; auto: no limit"),
    SOURCED_RATE_ROW("cpu_copy_rate_cached", cpu_copy_rate_cached_Bps,
                     "the same from a buffer in its cache, as far as cpu_cache holds the buffer of a pageable copy to a device: "
                     "benchmarks copy the same one again and again; auto: as from memory",
                     "pageable copies of 16 and 256 MiB: measured tables of the class host-copy-pageable"),
    SIZE_ROW("cpu_cache", cpu_cache_bytes, "last-level cache that one core fills; auto: no copy comes from there",
             "data sheet of the processor"),
    COMPUTE_ROW,
    NATIVE_ROWS,
    {0}};

static const lw_option gpu_options[] = {
    MEMORY_ROWS,
    COMPUTE_ROW,
    ENGINE_ROWS,
    COUNT_ROW("copy_engines", copy_engines, "auto", 1, 64,
              "copies in flight at once, further ones wait; from 2 on each direction has its own, and reads the odd one; "
              "auto: no limit",
              ideal),
    {.key = "kernel_packet",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(kernel_packet_bytes),
     .fallback = "128 B",
     .minimum = 1,
     .maximum = 4096,
     .help = "payload of a packet that loads and stores of the cores make (by: kernel)",
     .source = "a cache line: CUDA C++ Best Practices Guide, coalesced access to global memory",
     .evidence = LW_ASSUMED},
    COUNT_ROW("kernel_tags", kernel_tags, "auto", 1, 65536, "loads of a kernel in flight at once; auto: the link's", of_link),
    TIME_ROW("submit_kernel", submit_kernel_ps, "auto",
             "from the launch of a kernel that copies to its first load; auto: submit"),
    COUNT_ROW("peer_engines", peer_engines, "auto", 1, 64,
              "copy engines of their own for copies over links that are no host port, as AMD's for xGMI; "
              "auto: those of copy_engines",
              "CUDA's asyncEngineCount does not tell them apart"),
    COUNT_ROW(
        "bounce_engines", bounce_engines, "auto", 1, 64,
        "copy engines of their own for copies between GPUs through host memory; with 1 what comes in and what goes out take "
        "turns; auto: those of copy_engines",
        "measured tables of the class gpu-pair-bounced: both directions at once carry little more than one"),
    {.key = "api",
     .kind = LW_OPTION_WORD,
     .offset = AT(api),
     .fallback = "auto",
     .words = lw_api_words,
     .help = "interface that copies use unless they name one"},
    TIME_ROW("submit_cuda", submit_api_ps[LW_API_CUDA], "auto", "submit of a CUDA copy; auto: submit"),
    TIME_ROW("submit_hip", submit_api_ps[LW_API_HIP], "auto", "submit of a HIP copy; auto: submit"),
    TIME_ROW("submit_opencl", submit_api_ps[LW_API_OPENCL], "auto", "submit of an OpenCL copy; auto: submit"),
    TIME_ROW("submit_vulkan", submit_api_ps[LW_API_VULKAN], "auto", "submit of a Vulkan copy; auto: submit"),
    TIME_ROW("submit_sycl", submit_api_ps[LW_API_SYCL], "auto", "submit of a SYCL copy; auto: submit"),
    TIME_ROW("submit_d3d12", submit_api_ps[LW_API_D3D12], "auto", "submit of a Direct3D 12 copy; auto: submit"),
    TIME_ROW("submit_cuda_windows", submit_api_ps[LW_API_CUDA_WINDOWS], "auto", "submit_cuda on Windows; auto: submit_cuda"),
    TIME_ROW("submit_hip_windows", submit_api_ps[LW_API_HIP_WINDOWS], "auto", "submit_hip on Windows; auto: submit_hip"),
    TIME_ROW("submit_opencl_windows", submit_api_ps[LW_API_OPENCL_WINDOWS], "auto",
             "submit_opencl on Windows; auto: submit_opencl"),
    TIME_ROW("submit_vulkan_windows", submit_api_ps[LW_API_VULKAN_WINDOWS], "auto",
             "submit_vulkan on Windows; auto: submit_vulkan"),
    TIME_ROW("submit_pageable", submit_pageable_ps, "auto",
             "submit of a copy from or to pageable memory; auto: as for pinned memory"),
    TIME_ROW("submit_pageable_d2h", submit_pageable_d2h_ps, "auto",
             "the same for copies to pageable memory; auto: submit_pageable"),
    OUT_GAP_ROW,
    {.key = "submit_queued",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = AT(submit_queued_ps),
     .fallback = "auto",
     .maximum = 3.6e17,
     .help = "what a call takes of its caller that does not wait for the copy (overlap: true); auto: 2.5 us where calls cost "
             "anything, else 0",
     .source = of_v100,
     .evidence = LW_ASSUMED,
     .fitted = true},
    TIME_ROW("submit_queued_vulkan", submit_queued_vulkan_ps, "auto", "submit_queued of a Vulkan copy; auto: submit_queued"),
    TIME_ROW("submit_chunk", submit_chunk_ps, "0 ns", "cost of each chunk of a copy from or to pageable memory"),
    TIME_ROW("submit_bounce", submit_bounce_ps, "0 ns",
             "cost of each chunk that another GPU sends through host memory: two devices wait for each other"),
    SIZE_ROW("staging_bytes", staging_bytes, "buffer of pageable copies; auto: the whole copy", ideal),
    SIZE_ROW("bounce_bytes", bounce_bytes, "buffer of copies bounced between GPUs; auto: as staging_bytes", ideal),
    FLAG_ROW("staging_overlap", staging_overlap, "true",
             "two buffers of pageable copies, so that the CPU copies one while the device moves the other",
             "CUDA C Best Practices Guide, pinned memory"),
    FLAG_ROW("bounce_overlap", bounce_overlap, "true",
             "two buffers of copies bounced between GPUs, so that one card writes while the other reads",
             "measured tables of the class gpu-pair-bounced: all cards but RTX 3090 reach far more than half of a link"),
    RATE_ROW(
        "copy_rate_h2d", copy_rate_h2d_Bps,
        "payload a second that the copy engine takes in from the host's side (its PCIe port, or a link to a host); auto: what the link carries"),
    RATE_ROW("copy_rate_d2h", copy_rate_d2h_Bps,
             "payload a second that the copy engine gives out to the host's side; auto: what the link carries"),
    RATE_ROW("peer_read_rate", peer_read_rate_Bps,
             "payload a second that the copy engine reads from another GPU over links that are no host port (NVLink, xGMI); "
             "auto: what the links carry"),
    RATE_ROW("peer_write_rate", peer_write_rate_Bps,
             "payload a second that the copy engine writes to another GPU over such links; auto: what the links carry"),
    {.key = "virtualisation",
     .kind = LW_OPTION_WORD,
     .offset = AT(virtualisation),
     .fallback = "none",
     .words = virtual_words,
     .help =
         "how a guest has the card: none (it is no guest), passthrough (all of it), mig or sr-iov (a part of its own), "
         "time-slicing (all of it in turns) or api-remoting (its calls travel); lanewise explain passthrough, and so for each",
     .source = ideal},
    COUNT_ROW("guests", guests, "1", 1, 64,
              "guests that share the card evenly by mig, sr-iov, time-slicing or api-remoting, all of them busy", ideal),
    {.key = "time_slice",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = AT(time_slice_ps),
     .fallback = "1 ms",
     .maximum = 1e13,
     .help = "time-slicing: how long a guest has the card before the next one gets it",
     .source = "Linux, drivers/gpu/drm/i915/gvt/sched_policy.c: GVT_DEFAULT_TIME_SLICE of 1 ms; of other vendors no figure was "
               "found"},
    SHARE_ROW("remoting_share", remoting_share, "98.5 %", "api-remoting: share of the rate that is left when calls travel",
              "rcuda.net, Connect-IB with two ports of FDR: 9.91 GB/s to a remote K40, 10.06 GB/s to a local one"),
    SHARE_ROW("guest_share", guest_share, "auto",
              "share of the copy engines that this guest gets; auto: its part of the card, by api-remoting times remoting_share",
              "guests share evenly"),
    TIME_ROW("guest_call", guest_call_ps, "auto",
             "what virtualisation adds to each call, a trap to the hypervisor or a daemon; auto: the mean wait for a turn by "
             "time-slicing, else 0"),
    COUNT_ROW("compute_capability", compute_capability, "auto", 10, 999,
              "NVIDIA's number for the architecture without its dot, 90 for 9.0, from which libraries choose; auto: none", NULL),
    FLAG_ROW("p2p", p2p, "true", "copies to another GPU go straight to it; false: through a bounce buffer in host memory", NULL),
    FLAG_ROW("forwards", forwards, "false", "passes packets between others over its own links, as the routers in a TPU do", NULL),
    NATIVE_ROWS,
    {0}};

static const lw_option memory_options[] = {MEMORY_ROWS, LINE_ROWS, NATIVE_ROWS, {0}};

static const lw_option switch_options[] = {
    TIME_ROW("latency", latency_ps, "0 ns", "from the first bit in to the first bit out"),
    FLAG_ROW("store_forward", store_forward, "false", "wait for the whole packet before sending it on; false: cut through", NULL),
    FLAG_ROW("multicast", multicast, "false",
             "can send one packet on to many and add up packets of many (in_switch of a workload)", NULL),
    NATIVE_ROWS,
    {0}};

static const lw_option nic_options[] = {MEMORY_ROWS, ENGINE_ROWS, OUT_GAP_ROW, NATIVE_ROWS, {0}};

const lw_option lw_node_common_options[] = {
    {.key = "count",
     .kind = LW_OPTION_INTEGER,
     .offset = offsetof(lw_node_common, count),
     .fallback = "auto",
     .minimum = 1,
     .maximum = 65536,
     .help = "makes a group: name[0] to name[count-1], name[1..7] for some, name[*] for all"},
    {0}};

void lw_node_prepare(void *params) {
    memset(params, 0, sizeof(lw_node_params));
    lw_options_default(gpu_options, params);
    lw_options_default(host_options, params);
    lw_options_default(switch_options, params);
}

// ---- Kinds ----

static lw_status check_guests(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const lw_node_params *p = params;
    if (p->guests == 1 || p->virtualisation > LW_VIRTUAL_PASSTHROUGH) {
        return LW_OK;
    }
    return lw_error(diags, lw_type_place(gpu_options, set, "guests", at),
                    "add virtualisation: mig, sr-iov, time-slicing or api-remoting",
                    "this is no card that %lld guests could share", (long long)p->guests);
}

#define KIND(word, says, shows, table) \
    { .name = (word), .summary = (says), .example = (shows), .options = (table), .params_size = sizeof(lw_node_params) }

static const lw_type types[LW_NODE_KINDS] = {
    [LW_NODE_HOST] = KIND("host", "a computer: its memory, its root complex and one CPU core for staged copies",
                          "{preset: desktop-ddr5}", host_options),
    [LW_NODE_GPU] = {.name = "gpu",
                     .summary = "a graphics card or accelerator with DMA copy engines",
                     .example = "{preset: rtx-4090}",
                     .options = gpu_options,
                     .params_size = sizeof(lw_node_params),
                     .check = check_guests},
    [LW_NODE_MEMORY] = KIND("memory", "a memory without engines of its own", "{preset: cxl-expander-target}", memory_options),
    [LW_NODE_SWITCH] = KIND("switch", "a switch: forwards packets between its links", "{preset: pex88000}", switch_options),
    [LW_NODE_NIC] = KIND("nic", "a network or DMA card that reads and writes host memory", "{preset: connectx-7}", nic_options),
};

const lw_type *lw_node_type_at(size_t index) {
    return index < LW_NODE_KINDS ? &types[index] : NULL;
}

void lw_node_warn_forced(const lw_object *object, lw_diags *diags) {
    static const char key[] = "p2p";
    const lw_option *row = lw_option_find(object->type->options, key);
    const lw_node_params *params = object->params;
    const char *own = row != NULL && object->preset != NULL ? lw_map_text(object->preset->values, key) : NULL;
    if (own != NULL && strcmp(own, "false") == 0 && object->set->mark[row - object->type->options].given && params->p2p) {
        lw_warn(diags, lw_object_place(object, key), "leave p2p out for what the card does",
                "nodes.%s copies straight to other cards, which its preset (%s) cannot", object->name, object->preset->name);
    }
}

lw_node_spec lw_node_spec_of(const lw_object *object) {
    const lw_node_common *common = object->common;
    lw_node_kind kind = (lw_node_kind)(object->type - types);
    bool given = false;
    for (size_t i = 0; object->type->options[i].key != NULL; i++) {
        given = given || object->set->mark[i].given;
    }
    return (lw_node_spec){.object = object,
                          .kind = kind,
                          .params = object->params,
                          .ideal = object->preset == NULL && kind != LW_NODE_SWITCH && !given,
                          .group = common->count != LW_AUTO,
                          .members = common->count != LW_AUTO ? (uint32_t)common->count : 1};
}

// ---- Calls and guests ----

// The interface without Windows, whose calls are the nearest to those of one that has no figure there.
static lw_api elsewhere(lw_api api) {
    switch (api) {
    case LW_API_CUDA_WINDOWS:
        return LW_API_CUDA;
    case LW_API_HIP_WINDOWS:
        return LW_API_HIP;
    case LW_API_OPENCL_WINDOWS:
        return LW_API_OPENCL;
    case LW_API_VULKAN_WINDOWS:
        return LW_API_VULKAN;
    default:
        return api;
    }
}

static int64_t bare_submit_ps(const lw_node_params *p, lw_api api, lw_call call) {
    if (call == LW_CALL_PAGEABLE_D2H && p->submit_pageable_d2h_ps != LW_AUTO) {
        return p->submit_pageable_d2h_ps;
    }
    if (call != LW_CALL_PINNED && p->submit_pageable_ps != LW_AUTO) {
        return p->submit_pageable_ps;
    }
    api = api == LW_API_AUTO ? (lw_api)p->api : api;
    api = p->submit_api_ps[api] == LW_AUTO ? elsewhere(api) : api;
    return api != LW_API_AUTO && p->submit_api_ps[api] != LW_AUTO ? p->submit_api_ps[api] : p->submit_ps;
}

lw_api lw_node_api_of(const lw_option *row) {
    for (lw_api api = LW_API_AUTO; api < LW_API_COUNT; api++) {
        if (row->offset == AT(submit_api_ps[0]) + (size_t)api * sizeof(int64_t)) {
            return api;
        }
    }
    return row->offset == AT(submit_queued_vulkan_ps) ? LW_API_VULKAN : LW_API_AUTO;
}

int64_t lw_node_gap_ps(const lw_node *node, bool reading) {
    const lw_node_params *p = node->spec->params;
    return !reading && p->gap_d2h_ps != LW_AUTO ? p->gap_d2h_ps : p->gap_ps;
}

int64_t lw_node_core_rate_Bps(const lw_node *node, int64_t source_bytes) {
    const lw_node_params *p = node->spec->params;
    static const int64_t whole_Bps = 1000;
    if (source_bytes == LW_AUTO || p->cpu_cache_bytes == LW_AUTO || p->cpu_copy_rate_cached_Bps == LW_AUTO) {
        return p->cpu_copy_rate_Bps;
    }
    if (source_bytes <= p->cpu_cache_bytes) {
        return p->cpu_copy_rate_cached_Bps;
    }
    // Of a larger one as much as the cache holds: replacement that adapts keeps a part of what is
    // read round and round (H. Wong, Intel Ivy Bridge Cache Replacement Policy, 2013).
    const double hit = (double)p->cpu_cache_bytes / (double)source_bytes;
    const double memory = p->cpu_copy_rate_Bps == LW_AUTO ? 0 : 1 / (double)p->cpu_copy_rate_Bps;
    const double rate_Bps = 1 / (hit / (double)p->cpu_copy_rate_cached_Bps + (1 - hit) * memory);
    return rate_Bps < (double)whole_Bps ? p->cpu_copy_rate_Bps : (int64_t)(rate_Bps / (double)whole_Bps) * whole_Bps;
}

int64_t lw_node_queued_ps(const lw_node *node, lw_api api) {
    const lw_node_params *p = node->spec->params;
    bool vulkan = elsewhere(api == LW_API_AUTO ? (lw_api)p->api : api) == LW_API_VULKAN;
    int64_t queued_ps = vulkan && p->submit_queued_vulkan_ps != LW_AUTO ? p->submit_queued_vulkan_ps : p->submit_queued_ps;
    bool costs = lw_node_submit_ps(node, api, LW_CALL_PINNED) > 0;
    return queued_ps != LW_AUTO ? queued_ps : costs ? queued_call_ps : 0;
}

lw_buffers lw_node_buffers(const lw_node *node, bool bounced) {
    const lw_node_params *p = node->spec->params;
    const int64_t bytes = bounced && p->bounce_bytes != LW_AUTO ? p->bounce_bytes : p->staging_bytes;
    const bool overlaps = bounced ? p->bounce_overlap : p->staging_overlap;
    return (lw_buffers){.bytes = bytes != LW_AUTO ? bytes : INT64_MAX, .count = overlaps ? 2 : 1};
}

int64_t lw_node_submit_ps(const lw_node *node, lw_api api, lw_call call) {
    const lw_node_params *p = node->spec->params;
    return bare_submit_ps(p, api, call) + (p->guest_call_ps == LW_AUTO ? 0 : p->guest_call_ps);
}

// Turns of n guests, t each, and work of length d that comes at any time. Its mean time, less d: it
// sees the ends of d / t turns if it begins in the guest's own (one case in n); else it waits for
// half of the others' turns and ends as many whole turns as d is longer than. Up to one turn that
// is (n - 1) d / n and (n - 1)^2 t / 2 n; beyond, on the mean over lengths, (n - 1) d alone.
static lw_guest turns(double guests, double slice_ps, double work_ps) {
    double others = guests - 1;
    return work_ps > slice_ps ? (lw_guest){1 / guests, 0}
                              : (lw_guest){guests / (guests + others), llround(others * others / guests * slice_ps / 2)};
}

lw_guest lw_node_guest(const lw_node *node, double work_ps) {
    const lw_node_params *p = node->spec->params;
    double guests = (double)p->guests;
    lw_guest out = {1 / guests, 0};
    if (p->virtualisation == LW_VIRTUAL_API_REMOTING && lw_is_auto(p->guest_share)) {
        out.share *= p->remoting_share;
    }
    if (p->virtualisation == LW_VIRTUAL_TIME_SLICING) {
        out = turns(guests, (double)p->time_slice_ps, work_ps);
    }
    out.wait_ps = p->guest_call_ps == LW_AUTO ? out.wait_ps : 0;
    out.share = lw_is_auto(p->guest_share) ? out.share : p->guest_share;
    return out;
}

lw_evidence lw_node_guest_evidence(const lw_node_spec *spec) {
    return spec->params->virtualisation > LW_VIRTUAL_PASSTHROUGH ? LW_ASSUMED : LW_SPECIFIED;
}
