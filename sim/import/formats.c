// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/formats.h"

extern const lw_import_format lw_import_nvbandwidth, lw_import_bandwidth_test, lw_import_p2p_test, lw_import_rocm_test,
    lw_import_transfer_bench, lw_import_nccl_tests, lw_import_perftest, lw_import_mlc, lw_import_csv, lw_import_lspci,
    lw_import_nccl_topology, lw_import_nvidia_topo, lw_import_llama_bench, lw_import_hwloc;

const lw_import_format *const lw_import_formats[] = {
    &lw_import_nvbandwidth,  //
    &lw_import_bandwidth_test,
    &lw_import_p2p_test,
    &lw_import_rocm_test,
    &lw_import_transfer_bench,
    &lw_import_nccl_tests,
    &lw_import_perftest,
    &lw_import_mlc,
    &lw_import_csv,
    &lw_import_lspci,
    &lw_import_nccl_topology,
    &lw_import_nvidia_topo,
    &lw_import_llama_bench,
    &lw_import_hwloc,
    NULL,
};
const char *const lw_import_words[] = {
    "nvbandwidth",
    "bandwidthTest",
    "p2pBandwidthLatencyTest",
    "rocm_bandwidth_test",
    "TransferBench",
    "nccl-tests",
    "perftest",
    "mlc",
    "csv",
    "lspci",
    "nccl-topology",
    "nvidia-topo",
    "llama-bench",
    "hwloc",
    NULL,
};
