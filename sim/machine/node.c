// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/machine/node.h"

#include <math.h>
#include <string.h>

#include "sim/config/catalog.h"

const char *const lw_node_words[] = {"host", "gpu", "memory", "switch", "nic", NULL};
const char *const lw_node_help[] = {"a computer: its memory, its root complex and one CPU core for staged copies",
                                    "a graphics card or accelerator with DMA copy engines",
                                    "a memory without engines of its own",
                                    "a switch: forwards packets between its links",
                                    "a network or DMA card that reads and writes host memory",
                                    NULL};
const char *const lw_api_words[] = {"auto", "cuda", "hip", "opencl", "d3d12", "sycl", NULL};

static const char *const virtual_words[] = {"none",         "passthrough",  "mig", "sr-iov",
                                            "time-slicing", "api-remoting", NULL};  // in the order of lw_virtualisation

#define AT(field) offsetof(lw_node_params, field)
#define TIME_ROW(key, field, fallback, help) \
    { key, LW_OPTION_QUANTITY_INT, LW_TIME, AT(field), fallback, NULL, 0, 3.6e17, help, ideal }
#define RATE_ROW(key, field, help) \
    { key, LW_OPTION_QUANTITY_INT, LW_RATE, AT(field), "auto", NULL, 1, 1e18, help, ideal }
#define SIZE_ROW(key, field, help, source) \
    { key, LW_OPTION_QUANTITY_INT, LW_BYTES, AT(field), "auto", NULL, 1, 4.6e18, help, source }
#define COUNT_ROW                                                                                 \
    {                                                                                             \
        "count", LW_OPTION_INTEGER, LW_PLAIN, AT(count), "auto", NULL, 1, 65536,                  \
            "makes a group: name[0] to name[count-1], name[1..7] for some, name[*] for all", NULL \
    }

static const char ideal[] = "none: an ideal node, and the run says so";
static const char of_link[] = "the link's own value";

#define MEMORY_ROWS                                                                                                      \
    RATE_ROW("memory_rate", memory_rate_Bps, "bandwidth of the memory, shared by reads and writes; auto: no limit"),     \
        TIME_ROW("read_latency", read_latency_ps, "0 ns", "from the arrival of a read request to its data being ready"), \
        TIME_ROW("write_latency", write_latency_ps, "0 ns", "from the arrival of written data to its being visible")

#define ENGINE_ROWS                                                                                                           \
    TIME_ROW("submit", submit_ps, "0 ns",                                                                                     \
             "from the call to the first DMA, driver included, for every interface without its own figure"),                  \
        TIME_ROW("finish", finish_ps, "0 ns", "from the last byte to the caller knowing"),                                    \
        TIME_ROW("dma_packet_gap", dma_packet_gap_ps, "0 ns", "least time between two packets that the DMA engine writes"),   \
        TIME_ROW("request_gap", request_gap_ps, "0 ns", "least time between two read requests of the DMA engine"),            \
        RATE_ROW("store_rate", store_rate_Bps,                                                                                \
                 "rate at which a complete read is passed on in the device before it is reported; auto: at once"),            \
        {"tags",                                                                                                              \
         LW_OPTION_INTEGER,                                                                                                   \
         LW_PLAIN,                                                                                                            \
         AT(tags),                                                                                                            \
         "auto",                                                                                                              \
         NULL,                                                                                                                \
         1,                                                                                                                   \
         65536,                                                                                                               \
         "read requests the device keeps outstanding; auto: the link's",                                                      \
         of_link},                                                                                                            \
        SIZE_ROW("mps", mps_bytes,                                                                                            \
                 "largest payload of a packet that the device sends or takes (Max_Payload_Size); auto: the link's", of_link), \
        SIZE_ROW("mrrs", mrrs_bytes, "largest read request of the device (Max_Read_Request_Size); auto: the link's", of_link)

#define NATIVE_ROWS                                                                         \
    {"native_gen",                                                                          \
     LW_OPTION_INTEGER,                                                                     \
     LW_PLAIN,                                                                              \
     AT(native_gen),                                                                        \
     "auto",                                                                                \
     NULL,                                                                                  \
     1,                                                                                     \
     7,                                                                                     \
     "PCIe generation of the device: a faster slot runs at this",                           \
     of_link},                                                                              \
    {                                                                                       \
        "native_lanes", LW_OPTION_INTEGER, LW_PLAIN, AT(native_lanes), "auto", NULL, 1, 32, \
            "PCIe lanes of the device: a wider slot runs at this", of_link                  \
    }

static const lw_option host_options[] = {
    MEMORY_ROWS,
    TIME_ROW("forward_latency", forward_ps, "0 ns",
             "what a packet between two of its links takes through the root complex, on the way from peer to peer"),
    RATE_ROW("cpu_copy_rate", cpu_copy_rate_Bps, "what one core copies between pageable and pinned memory; auto: no limit"),
    NATIVE_ROWS,
    COUNT_ROW,
    {0}};

static const lw_option gpu_options[] = {
    MEMORY_ROWS,
    ENGINE_ROWS,
    {"copy_engines", LW_OPTION_INTEGER, LW_PLAIN, AT(copy_engines), "2", NULL, 1, 64,
     "copies under way at once; from 2 on each direction has its own",
     "asyncEngineCount of deviceQuery: 2 on common parts, 3 on A100"},
    {"api", LW_OPTION_WORD, LW_PLAIN, AT(api), "auto", lw_api_words, 0, 0, "interface that copies use unless they name one",
     NULL},
    TIME_ROW("submit_cuda", submit_api_ps[LW_API_CUDA], "auto", "submit of a CUDA copy; auto: submit"),
    TIME_ROW("submit_hip", submit_api_ps[LW_API_HIP], "auto", "submit of a HIP copy; auto: submit"),
    TIME_ROW("submit_opencl", submit_api_ps[LW_API_OPENCL], "auto", "submit of an OpenCL copy; auto: submit"),
    TIME_ROW("submit_d3d12", submit_api_ps[LW_API_D3D12], "auto", "submit of a Direct3D 12 copy; auto: submit"),
    TIME_ROW("submit_sycl", submit_api_ps[LW_API_SYCL], "auto", "submit of a SYCL copy; auto: submit"),
    TIME_ROW("submit_pageable", submit_pageable_ps, "auto",
             "submit of a copy from or to pageable memory; auto: as for pinned memory"),
    TIME_ROW("submit_pageable_d2h", submit_pageable_d2h_ps, "auto",
             "the same for copies to pageable memory; auto: submit_pageable"),
    TIME_ROW("submit_chunk", submit_chunk_ps, "0 ns", "cost of each chunk of a copy from or to pageable memory"),
    TIME_ROW("submit_bounce", submit_bounce_ps, "0 ns",
             "cost of each chunk that another GPU sends through host memory: two devices wait for each other"),
    SIZE_ROW("staging_bytes", staging_bytes, "bounce buffer of pageable and bounced copies; auto: the whole copy", ideal),
    {"staging_overlap", LW_OPTION_FLAG, LW_PLAIN, AT(staging_overlap), "true", NULL, 0, 0,
     "two bounce buffers, so that the CPU copies one while the device moves the other",
     "CUDA C Best Practices Guide, pinned memory"},
    RATE_ROW("copy_rate_h2d", copy_rate_h2d_Bps, "payload a second that the copy engine takes in; auto: what the link carries"),
    RATE_ROW("copy_rate_d2h", copy_rate_d2h_Bps, "payload a second that the copy engine gives out; auto: what the link carries"),
    {"virtualisation", LW_OPTION_WORD, LW_PLAIN, AT(virtualisation), "none", virtual_words, 0, 0,
     "how a guest has the card: none (it is no guest), passthrough (all of it), mig or sr-iov (a part of its own), time-slicing "
     "(all of it in turns) or api-remoting (its calls travel); lanewise explain passthrough, and so for each",
     ideal},
    {"guests", LW_OPTION_INTEGER, LW_PLAIN, AT(guests), "1", NULL, 1, 64,
     "guests that share the card evenly by mig, sr-iov, time-slicing or api-remoting, all of them busy", ideal},
    {"time_slice", LW_OPTION_QUANTITY_INT, LW_TIME, AT(time_slice_ps), "1 ms", NULL, 0, 1e13,
     "time-slicing: how long a guest has the card before the next one gets it",
     "Linux, drivers/gpu/drm/i915/gvt/sched_policy.c: GVT_DEFAULT_TIME_SLICE of 1 ms; of other vendors no figure "
     "was found"},
    {"remoting_share", LW_OPTION_QUANTITY_REAL, LW_PLAIN, AT(remoting_share), "98.5 %", NULL, 0.001, 1,
     "api-remoting: share of the rate that is left when calls travel",
     "rcuda.net, Connect-IB with two ports of FDR: 9.91 GB/s to a remote K40, 10.06 GB/s to a local one"},
    {"guest_share", LW_OPTION_QUANTITY_REAL, LW_PLAIN, AT(guest_share), "auto", NULL, 0.001, 1,
     "share of the copy engines that this guest gets; auto: its part of the card, by api-remoting times remoting_share",
     "guests share evenly"},
    TIME_ROW("guest_call", guest_call_ps, "auto",
             "what virtualisation adds to each call, a trap to the hypervisor or a daemon; auto: the mean wait for a turn by "
             "time-slicing, else 0"),
    {"p2p", LW_OPTION_FLAG, LW_PLAIN, AT(p2p), "true", NULL, 0, 0,
     "copies to another GPU go straight to it; false: through a bounce buffer in host memory", NULL},
    {"forwards", LW_OPTION_FLAG, LW_PLAIN, AT(forwards), "false", NULL, 0, 0,
     "passes packets between others over its own links, as the routers in a TPU do", NULL},
    NATIVE_ROWS,
    COUNT_ROW,
    {0}};

static const lw_option memory_options[] = {MEMORY_ROWS, NATIVE_ROWS, COUNT_ROW, {0}};

static const lw_option switch_options[] = {TIME_ROW("latency", latency_ps, "0 ns", "from the first bit in to the first bit out"),
                                           {"store_forward", LW_OPTION_FLAG, LW_PLAIN, AT(store_forward), "false", NULL, 0, 0,
                                            "wait for the whole packet before sending it on; false: cut through", NULL},
                                           {"multicast", LW_OPTION_FLAG, LW_PLAIN, AT(multicast), "false", NULL, 0, 0,
                                            "can send one packet on to many and add up packets of many (in_switch of a workload)",
                                            NULL},
                                           NATIVE_ROWS,
                                           COUNT_ROW,
                                           {0}};

static const lw_option nic_options[] = {MEMORY_ROWS, ENGINE_ROWS, NATIVE_ROWS, COUNT_ROW, {0}};

const lw_option *lw_node_options(lw_node_kind kind) {
    static const lw_option *const tables[LW_NODE_KINDS] = {host_options, gpu_options, memory_options, switch_options,
                                                           nic_options};
    return tables[kind];
}

// What a kind's table leaves out must still be harmless when the builder asks for it.
static void neutral_params(lw_node_params *params) {
    memset(params, 0, sizeof *params);
    lw_options_default(gpu_options, params);
    lw_options_default(host_options, params);
    lw_options_default(switch_options, params);
}

static lw_status read_kind(const lw_yaml *node, lw_diags *diags, lw_node_spec *out) {
    const lw_yaml *kind = lw_map_get(node, "kind");
    int word = -1;
    if (kind != NULL) {
        static const lw_option row = {"kind", LW_OPTION_WORD, LW_PLAIN, 0, NULL, lw_node_words, 0, 0, "", NULL};
        LW_TRY(lw_option_parse_value(&row, kind, &word, diags));
    }
    if (out->preset != NULL) {
        int preset_kind = 0;
        while (lw_node_words[preset_kind] != NULL && strcmp(lw_node_words[preset_kind], out->preset->type) != 0) {
            preset_kind++;
        }
        if (lw_node_words[preset_kind] == NULL) {
            return lw_error(diags, out->preset->root->place, "kinds are host, gpu, memory, switch and nic",
                            "the device preset '%s' has an unknown type '%s'", out->preset->name, out->preset->type);
        }
        if (kind != NULL && word != preset_kind) {
            return lw_error(diags, kind->place, "leave 'kind' out", "the preset '%s' is a %s, not a %s", out->preset->name,
                            lw_node_words[preset_kind], lw_node_words[word]);
        }
        word = preset_kind;
    }
    // The name is what most people give first: `host: {}` needs no kind.
    for (int i = 0; word < 0 && i < LW_NODE_KINDS; i++) {
        word = strcmp(node->key, lw_node_words[i]) == 0 ? i : -1;
    }
    if (word < 0) {
        static const char *const wanted[] = {"preset", "kind", NULL};
        return lw_key_missing(node, wanted, "add preset: NAME or kind: host, gpu, memory, switch or nic",
                              lw_diags_text(diags, "the node '%s' has neither a preset nor a kind", node->key), diags);
    }
    out->kind = (lw_node_kind)word;
    return LW_OK;
}

// Names stand in paths and in "a->b": letters, digits, - and _ only.
static bool is_plain_name(const char *name) {
    return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

static lw_status check_guests(const lw_node_spec *spec, lw_diags *diags) {
    const lw_node_params *p = &spec->params;
    const lw_option *table = lw_node_options(spec->kind), *row = lw_option_find(table, "guests");
    if (row == NULL || p->guests == 1 || p->virtualisation > LW_VIRTUAL_PASSTHROUGH) {
        return LW_OK;
    }
    size_t index = (size_t)(row - table);
    return lw_error(diags, spec->user.given[index] ? spec->user.place[index] : spec->place,
                    "add virtualisation: mig, sr-iov, time-slicing or api-remoting",
                    "'%s' is no card that %lld guests could share", spec->name, (long long)p->guests);
}

lw_status lw_node_read(const lw_yaml *node, const lw_catalog *catalog, lw_diags *diags, lw_node_spec *out) {
    static const char *const own[] = {"preset", "kind", NULL};
    *out = (lw_node_spec){.name = node->key, .place = node->key_place};
    neutral_params(&out->params);
    if (!is_plain_name(node->key)) {
        return lw_error(diags, node->key_place, "use letters, digits, - and _", "'%s' is no name for a node", node->key);
    }
    bool empty = node->kind == LW_SCALAR && node->text[0] == '\0';  // `host:` and nothing after it
    if (node->kind != LW_MAP && !empty) {
        return lw_error(diags, node->place, "write NAME: {preset: ...} or NAME: {kind: ...}", "the node '%s' must be a map",
                        node->key);
    }
    const lw_yaml *values = NULL, *preset = lw_map_get(node, "preset");
    if (preset != NULL) {
        LW_TRY(lw_catalog_use(catalog, LW_PRESET_DEVICE, preset, diags, &out->preset, &values));
    }
    LW_TRY(read_kind(node, diags, out));
    const lw_option *table = lw_node_options(out->kind);
    if (values != NULL) {
        LW_TRY(lw_options_parse(table, values, NULL, &out->params, NULL, diags));
    }
    LW_TRY(lw_options_parse(table, node, own, &out->params, &out->user, diags));
    LW_TRY(check_guests(out, diags));
    out->group = out->params.count != LW_AUTO;
    out->ideal = out->preset == NULL && out->kind != LW_NODE_SWITCH;
    for (size_t i = 0; table[i].key != NULL; i++) {
        out->ideal = out->ideal && (!out->user.given[i] || strcmp(table[i].key, "count") == 0);
    }
    return LW_OK;
}

void lw_node_consult(lw_node_spec *spec, size_t offset) {
    const lw_option *table = lw_node_options(spec->kind);
    for (size_t i = 0; table[i].key != NULL; i++) {
        spec->consulted[i] |= table[i].offset == offset;
    }
}

static int64_t bare_submit_ps(const lw_node *device, lw_api api, lw_call call) {
    lw_node_spec *spec = device->spec;
    if (call == LW_CALL_PAGEABLE_D2H && LW_NODE_GET(device, submit_pageable_d2h_ps) != LW_AUTO) {
        return spec->params.submit_pageable_d2h_ps;
    }
    if (call != LW_CALL_PINNED && LW_NODE_GET(device, submit_pageable_ps) != LW_AUTO) {
        return spec->params.submit_pageable_ps;
    }
    if (api == LW_API_AUTO) {
        api = (lw_api)LW_NODE_GET(device, api);
    }
    if (api != LW_API_AUTO) {
        lw_node_consult(spec, offsetof(lw_node_params, submit_api_ps) + (size_t)api * sizeof(int64_t));
        if (spec->params.submit_api_ps[api] != LW_AUTO) {
            return spec->params.submit_api_ps[api];
        }
    }
    return LW_NODE_GET(device, submit_ps);
}

// Turns of n guests, t each, and work of length d that comes at any time. Its mean time, less d: it sees the ends of d / t turns
// if it begins in the guest's own (one case in n); else it waits for half of the others' turns and ends as many whole turns as d
// is longer than. Up to one turn that is (n - 1) d / n and (n - 1)^2 t / 2 n; beyond, on the mean over lengths, (n - 1) d alone.
static lw_guest turns(double guests, double slice_ps, double work_ps) {
    double others = guests - 1;
    return work_ps > slice_ps ? (lw_guest){1 / guests, 0}
                              : (lw_guest){guests / (guests + others), llround(others * others / guests * slice_ps / 2)};
}

lw_guest lw_node_guest(const lw_node *device, double work_ps) {
    int how = LW_NODE_GET(device, virtualisation);
    double guests = (double)LW_NODE_GET(device, guests), share = LW_NODE_GET(device, guest_share);
    lw_guest out = {1 / guests, 0};
    if (how == LW_VIRTUAL_API_REMOTING && lw_is_auto(share)) {
        out.share *= LW_NODE_GET(device, remoting_share);
    }
    if (how == LW_VIRTUAL_TIME_SLICING) {
        out = turns(guests, (double)LW_NODE_GET(device, time_slice_ps), work_ps);
    }
    out.wait_ps = LW_NODE_GET(device, guest_call_ps) == LW_AUTO ? out.wait_ps : 0;
    out.share = lw_is_auto(share) ? out.share : share;
    return out;
}

lw_evidence lw_node_guest_evidence(const lw_node_spec *spec) {
    return spec->params.virtualisation > LW_VIRTUAL_PASSTHROUGH ? LW_ASSUMED : LW_SPECIFIED;
}

int64_t lw_node_submit_ps(const lw_node *device, lw_api api, lw_call call) {
    int64_t guest_ps = LW_NODE_GET(device, guest_call_ps);
    return bare_submit_ps(device, api, call) + (guest_ps == LW_AUTO ? 0 : guest_ps);
}
