// SPDX-License-Identifier: GPL-3.0-or-later
// Files of other tools: what is read of each sample, that each table loads again, what wrong files
// are told, and that no damaged file does worse than an error with a place.
#include "sim/import/import.h"
#include "sim/import/imported.h"
#include "tests/scenario_helpers.h"

typedef struct sample {
    const char *file, *on;
    size_t series, points, left_out, strange;
    const char *tool;
    // one of its series
    size_t at;
    const char *words;
    int64_t bytes;
    double value;
} sample;

static const sample samples[] = {
    {"nvbandwidth.txt", NULL, 6, 6, 2, 0, "nvbandwidth v0.8", 1, "host to card, card 1", 512 << 20, 6.60},
    {"nvbandwidth.txt", NULL, 6, 6, 2, 0, "nvbandwidth v0.8", 4, "host to card, both busy, card 0", 512 << 20, 22.18},
    {"nvbandwidth.json", NULL, 4, 4, 0, 0, "nvbandwidth v0.8", 3, "card 1 to card 0, write", 512 << 20, 21.6},
    {"bandwidth_test.txt", NULL, 2, 6, 3, 0, "bandwidthTest", 1, "card to host", 1 << 20, 5.3},
    // MB/s of old releases are MiB/s
    {"bandwidth_test_old.txt", NULL, 1, 1, 0, 0, "bandwidthTest", 0, "host to card, pageable", 32 << 20, 6210.4 * 1.048576e-3},
    {"bandwidth_test_csv.txt", "rtx-4090", 2, 2, 1, 0, "bandwidthTest", 0, "host to card", 32000000, 25.3},
    {"list.csv", "oculink-2-x4,rtx-4090", 3, 4, 0, 0, "csv", 1, "host to card, pageable", 64 << 20, 5.2},
    {"p2p.txt", NULL, 8, 8, 24, 0, "p2pBandwidthLatencyTest", 2, "card 0 to card 1", 160000000, 12.61},
    // both directions are printed as their sum
    {"p2p.txt", "dual-3090", 8, 8, 24, 0, "p2pBandwidthLatencyTest", 5, "card 1 to card 0, both busy, without peer access",
     160000000, 30.05 / 2},
    {"rocm.txt", NULL, 12, 12, 2, 0, "rocm_bandwidth_test 2.6.0", 4, "card to host, card 1", 512 << 20, 14.12},
    {"rocm_list.txt", "mi100", 1, 3, 0, 0, "rocm_bandwidth_test", 0, "host to card", 64 << 10, 4.648},
    {"transfer_bench.txt", "mi300x", 5, 6, 1, 0, "TransferBench 1.51.00", 1, "card 0 to card 1, kernel", 1 << 26, 48.221},
    {"transfer_bench.txt", "mi300x", 5, 6, 1, 0, "TransferBench 1.51.00", 4, "card 0 to card 1, kernel-read", 1 << 21, 31.002},
    {"transfer_bench.csv", "mi300x", 1, 2, 2, 0, "TransferBench", 0, "host to card, cpu1", 1 << 26, 55.1},
    {"nccl_tests.txt", NULL, 1, 3, 1, 0, "nccl-tests", 0, "all-reduce of 2 cards", 8 << 10, 8.9},
    {"nccl_tests.json", "hgx-h100", 1, 2, 0, 0, "nccl-tests", 0, "all-gather of 8 cards", 1 << 20, 34.1},
    // MiB/s
    {"ib_write_bw.txt", "infiniband-hdr", 1, 2, 0, 0, "perftest", 0, "RDMA writes", 65536, 23557.03 * 1.048576e-3},
    {"ib_write_lat.txt", "infiniband-hdr", 1, 1, 0, 0, "perftest", 0, "one RDMA write", 2, 1.11},
    {"mlc.txt", "cxl-2.0-x8-xeon-8470,cxl-expander-xeon-8470", 1, 3, 2, 0, "mlc", 0, "a load among others", 12026100000, 0.2817},
    {"llama_bench.json", NULL, 2, 3, 1, 0, "llama-bench", 0, "llama 8B Q4_K - Medium, a prompt", 512, 11250},
    {"llama_bench.csv", "pcie-4-x8", 3, 3, 1, 0, "llama-bench", 2, "llama 8B Q8_0, tokens written", 128, 14.2},
    {"llama_bench.jsonl", NULL, 1, 1, 1, 0, "llama-bench", 0, "qwen35 27B IQ4_XS - 4.25 bpw, tokens written", 128, 6.5},
    {"llama_bench.txt", NULL, 1, 2, 1, 0, "llama-bench", 0, "qwen3 32B Q4_K - Medium, tokens written", 128, 28.6},
    {"llama_bench.sql", "rtx-5080,llama-3-8b,llama-cpp-2024-05", 1, 1, 0, 0, "llama-bench", 0, "llama 8B F16, tokens written",
     128, 51.2},
    {"list.csv", "mini-pc-oculink", 3, 4, 0, 0, "csv", 2, "card to host", 64 << 20, 6.7},
};

static const lw_source *read_sample(lw_test *test, const char *file) {
    char path[256];
    const lw_source *source = NULL;
    (void)snprintf(path, sizeof path, LW_SOURCE_DIR "/tests/import/%s", file);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    char *text = calloc(1 << 16, 1);
    assert_non_null(text);
    const size_t length = fread(text, 1, 1 << 16, stream);
    fclose(stream);
    source = lw_test_source(test, file, text, length);
    free(text);
    return source;
}

static lw_judging judging_of(lw_test *test) {
    static const lw_run run = {.threads = 1};
    return (lw_judging){presets_of(test, shipped_catalog(test)), &run, test->arena, test->diags};
}

static void each_sample_is_read(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        const sample *s = &samples[i];
        lw_test test = lw_test_begin();
        const lw_judging judging = judging_of(&test);
        lw_imported imported;
        const lw_source *source = read_sample(&test, s->file);
        assert_true(lw_import_knows(source));
        if (lw_imported_load(&judging, source, NULL, s->on, &imported) != LW_OK) {
            fail_msg("%s: %s", s->file, lw_diags_format(test.diags, test.arena, false));
        }
        assert_int_equal(imported.count, s->series);
        assert_int_equal(imported.file.points, s->points);
        assert_int_equal(imported.file.left_out, s->left_out);
        assert_int_equal(imported.file.strange, s->strange);
        assert_string_equal(imported.file.tool, s->tool);
        const lw_series *series = &LW_LIST_ITEMS(&imported.file.series, const lw_series)[s->at];
        assert_string_equal(lw_import_series_words(&imported.file, series), s->words);
        assert_int_equal(LW_LIST_ITEMS(&series->seen, const lw_seen)[0].bytes, s->bytes);
        assert_close(LW_LIST_ITEMS(&series->seen, const lw_seen)[0].value, s->value, 1e-12);
        lw_test_end(&test);
    }
}

// Each table is read back, and the model says of the first what it says of the file itself.
static void each_table_loads_again(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        lw_test test = lw_test_begin();
        const lw_judging judging = judging_of(&test);
        lw_imported imported;
        lw_validations direct, again;
        assert_int_equal(lw_imported_load(&judging, read_sample(&test, samples[i].file), NULL, samples[i].on, &imported), LW_OK);
        lw_measured **tables = LW_NEW_ARRAY(test.arena, lw_measured *, imported.count);
        for (size_t t = 0; t < imported.count; t++) {
            write_file(&test, LW_BINARY_DIR "/import.yaml", imported.table[t]->file->text);
            assert_int_equal(
                lw_measured_load(LW_BINARY_DIR "/import.yaml", shipped_catalog(&test), test.arena, test.diags, &tables[t]),
                LW_OK);
        }
        assert_int_equal(lw_measured_validate((lw_tables){imported.table, 1}, judging.run, test.arena, test.diags, &direct),
                         LW_OK);
        assert_int_equal(lw_measured_validate((lw_tables){tables, 1}, judging.run, test.arena, test.diags, &again), LW_OK);
        assert_memory_equal(direct.row->rows, again.row->rows, direct.row->points * sizeof *direct.row->rows);
        lw_test_end(&test);
    }
}

// ---- Machines ----

static const struct {
    const char *file, *on;
    // lines that the system has
    const char *lines[8];
} machines[] = {
    {"lspci.txt",
     NULL,
     {"host: {preset: desktop-ddr5}   # assumed", "gpu0: {preset: rtx-4090}   # 01:00.0 NVIDIA",
      "[host, gpu0], preset: pcie-4-x16}   # now 2.5 GT/s x16 of 16 GT/s x16, as a card without work does",
      // a card with a switch of its own is on that switch's link
      "gpu1: {kind: gpu, native_gen: 4, native_lanes: 16}", "[host, gpu1], preset: pcie-4-x4}",
      "[switch0, nic0], preset: pcie-3-x8}", "[host, gpu3], preset: thunderbolt-3}"}},
    {"lspci.txt", "server-genoa,oculink-2-x4", {"host: {preset: server-genoa}", "[host, gpu0], preset: oculink-2-x4}"}},
    {"nvidia_topo.txt",
     NULL,
     {"gpu2: {preset: rtx-4090}", "[host0, gpu1], preset: pcie-4-x16}   # assumed", "[host1, switch0], preset: pcie-4-x16}",
      "[switch0, nic1]", "[host0, nic0]", "[gpu0, gpu1], preset: nvlink-rtx-3090}", "[host0, host1], preset: socket-upi-16}"}},
    {"nvidia_topo_hgx.txt",
     "h100-sxm5",
     {"nvswitch: {preset: nvswitch-3}", "[switch0, gpu1], preset: pcie-5-x16}", "[host1, switch3]", "[switch3, nic3]",
      "[gpu7, nvswitch], preset: nvlink-h100}"}},
#ifdef LW_WITH_LIBXML2
    {"nccl_topology.xml",
     NULL,
     {"host1: {preset: server-epyc}", "[host0, host1], preset: socket-epyc-18}", "switch0: {preset: pex88000}",
      "gpu0: {preset: a100-sxm4}", "nic0: {preset: connectx-6}", "[host1, gpu1], preset: pcie-4-x16, lanes: 12}",
      "[gpu1, nvswitch], preset: nvlink-a100}"}},
    {"hwloc.xml",
     NULL,
     {"host: {preset: desktop-ddr4}", "gpu0: {preset: rtx-3090}   # 0000:01:00.0", "[host, gpu0], preset: pcie-3-x8}",
      "switch0: {preset: pex8747}", "[host, switch0], preset: pcie-3-x16}", "[switch0, nic0], preset: pcie-3-x4}"}},
#endif
};

// What is written of a machine says what the file does, is drawn, and runs a copy.
static void each_machine_becomes_a_system(void **state) {
    (void)state;
    static const char copy[] = "workloads:\n  load: {kind: copy, from: %s, to: gpu0, bytes: 1 GiB, memory: pinned}\n";
    for (size_t i = 0; i < COUNT(machines); i++) {
        lw_test test = lw_test_begin();
        const lw_judging judging = judging_of(&test);
        lw_imported imported;
        const lw_source *source = read_sample(&test, machines[i].file);
        assert_true(lw_import_knows(source));
        if (lw_imported_load(&judging, source, NULL, machines[i].on, &imported) != LW_OK) {
            fail_msg("%s: %s", machines[i].file, lw_diags_format(test.diags, test.arena, false));
        }
        assert_int_equal(imported.count, 0);
        const char *text = imported.system->text;
        for (size_t k = 0; k < COUNT(machines[i].lines) && machines[i].lines[k] != NULL; k++) {
            if (strstr(text, machines[i].lines[k]) == NULL) {
                fail_msg("%s: no line with\n  %s\nin\n%s", machines[i].file, machines[i].lines[k], text);
            }
        }
        const char *work = lw_arena_print(test.arena, copy, strstr(text, "  host:") != NULL ? "host" : "host0");
        const lw_result result = run_text(&test, lw_arena_join(test.arena, text, "\n", work));
        assert_int_equal(result.point_count, 1);
        assert_true(result.point[0].workload[0].end_ps > 0);
        lw_test_end(&test);
    }
}

// hwloc takes another machine for this one where its own variable says so.
static void this_machine_becomes_a_system(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_judging judging = judging_of(&test);
    lw_imported imported;
    assert_int_equal(setenv("HWLOC_XMLFILE", LW_SOURCE_DIR "/tests/import/hwloc.xml", 1), 0);
    const lw_status status = lw_imported_load(&judging, NULL, NULL, NULL, &imported);
    assert_int_equal(unsetenv("HWLOC_XMLFILE"), 0);
#ifdef LW_WITH_HWLOC
    static const char *const lines[] = {"host: {preset: desktop-ddr4}",         "gpu0: {preset: rtx-3090}",
                                        "[host, gpu0], preset: pcie-3-x8}",     "switch0: {preset: pex8747}",
                                        "[host, switch0], preset: pcie-3-x16}", "[switch0, nic0], preset: pcie-3-x4}"};
    assert_int_equal(status, LW_OK);
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_non_null(strstr(imported.system->text, lines[i]));
    }
    load_text(&test, imported.system->text);
#else
    assert_int_equal(status, LW_BAD_INPUT);
    assert_int_equal(lw_diags_errors(test.diags), 1);
#endif
    lw_test_end(&test);
}

// What reads wrong in a file that is right.
static void traps_are_told(void **state) {
    (void)state;
    static const char card[] = "01:00.0 VGA compatible controller: NVIDIA Corporation AD102 [GeForce RTX 4090]\n";
    static const struct {
        const char *more, *message;
    } traps[] = {
        {"\t\tLnkCap:\tPort #0, Speed 2.5GT/s, Width x1\n\t\tLnkSta:\tSpeed 2.5GT/s, Width x1\n",
         "2.5 GT/s x1 is what ports of a tunnel print, whatever they carry"},
        {"\t\tLnkCap:\tPort #0, Speed 16GT/s, Width x16\n\t\tLnkSta:\tSpeed 16GT/s, Width x4 (downgraded)\n",
         "the card runs on 4 of 16 lanes"},
        {"\t\tLnkCap:\tPort #0, Speed 16GT/s, Width x16\n00:02.0 Mass storage controller: Red Hat, Inc. Virtio block device\n",
         "this is a virtual machine: its tree of buses and its links are what the hypervisor shows"},
    };
    for (size_t i = 0; i < COUNT(traps); i++) {
        lw_test test = lw_test_begin();
        const lw_judging judging = judging_of(&test);
        lw_imported imported;
        const char *text = lw_arena_join(test.arena, card, traps[i].more, "");
        assert_int_equal(lw_imported_load(&judging, lw_test_source(&test, "a.txt", text, strlen(text)), NULL, NULL, &imported),
                         LW_OK);
        assert_message(&test, LW_WARNING, traps[i].message);
        lw_test_end(&test);
    }
}

// ---- Measuring ----

// On whatever OpenCL has here, if only the processor.
static void copies_of_this_machine_are_timed(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_source here = {"measured", "", 0};
    lw_import file = {.source = &here, .arena = test.arena, .diags = test.diags};
    const lw_measuring how = {0, 16, 1 << 20};
    const lw_status status = lw_measure(&file, &how);
#ifdef LW_WITH_OPENCL
    if (status == LW_BAD_USAGE) {
        print_message("OpenCL has no device here\n");
    } else {
        assert_int_equal(status, LW_OK);
        assert_int_equal(file.series.count, 8);
        assert_int_equal(file.points, 24);
        const lw_series *queued = &LW_LIST_ITEMS(&file.series, const lw_series)[7];
        assert_string_equal(lw_import_table_name(&file, queued), "measured-d2h-pageable-queued");
        assert_int_equal(LW_LIST_ITEMS(&queued->seen, const lw_seen)[2].bytes, 1 << 20);
    }
#else
    assert_int_equal(status, LW_IO);
    assert_int_equal(lw_diags_errors(test.diags), 1);
#endif
    lw_test_end(&test);
}

// ---- Wrong files ----

#define BANDWIDTH_TEST \
    " Host to Device Bandwidth, 1 Device(s)\n PINNED Memory Transfers\n   Transfer Size (Bytes)\tBandwidth(GB/s)\n"
#define TRANSFERS "TransferBench v1.51\n"
#define NCCL "# Collective test starting: all_reduce_perf\n"
#define NCCL_RANKS "#  Rank  0 Pid 1 on box device  0 [0] A\n#  Rank  1 Pid 1 on box device  1 [1] A\n"
#define NCCL_HEAD "# size count type redop root time algbw busbw #wrong time algbw busbw #wrong\n"
#define MLC "Measuring Loaded Latencies for the system\nUsing Read-only traffic type\n=====\n"
#define P2P "[P2P (Peer-to-Peer) GPU Bandwidth Latency Test]\nUnidirectional P2P=Disabled Bandwidth Matrix (GB/s)\n"
#define TOPO "\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\n"
#define NVBANDWIDTH \
    "nvbandwidth Version: v0.8\nRunning host_to_device_memcpy_ce.\nmemcpy CE CPU(row) -> GPU(column) bandwidth (GB/s)\n"

static const struct {
    const char *text, *finding;
} wrong[] = {
    {"bytes,GB/s\n1024,5\n1,024,5\n",
     "3:1: 3 values in a list of 2 columns | write numbers without thousands separators, with a point before decimals"},
    {"bytes,GB/s\n1024,nan\n", "2:6: the rate 'nan' is no number | is the file whole, and unchanged?"},
    {"bytes,GB/s\n1024,inf\n", "2:6: the rate 'inf' is no number | is the file whole, and unchanged?"},
    {"bytes,GB/s\n1024,0\n", "2:6: a rate or a time must be above 0 | what was not measured is left out of the file"},
    {"bytes,GB/s\n1024,-3\n", "2:6: a rate or a time must be above 0 | what was not measured is left out of the file"},
    {"bytes,GB/s\n0,3\n", "2:3: a size of 0 bytes is no whole number from 1 to 2^53"},
    {"bytes,GB/s\n1.5,3\n", "2:5: a size of 1.5 bytes is no whole number from 1 to 2^53"},
    {"bytes,GB/s\n1024,3\n1024,4\n", "3:6: 1024 bytes are here again; they were in line 2 | keep one run a file"},
    {"bytes,GB/h\n1024,3\n", "1:7: 'GB/h' is no unit of a rate | GB/s, MB/s, GiB/s, MiB/s and Gb/s are known"},
    {"bytes,GB/s\n1024,3 MB/s\n", "2:6: the rate '3 MB/s' is no number | is the file whole, and unchanged?"},
    {"bytes,direction\n1024,h2d\n", "1:1: the head has no rate | begin with the line bytes,GB/s"},
    {"bytes,GB/s,direction\n1024,3,up\n", "2:8: 'up' is neither h2d nor d2h"},
    {BANDWIDTH_TEST "   1048576\t\t5,1\nResult = PASS\n",
     "4:13: the rate '5,1' has a comma | write 1024 for 1,024, and 1.5 for 1,5"},
    {BANDWIDTH_TEST "   1048576\nResult = PASS\n", "4:4: a size and a rate should stand in this line | is the file whole?"},
    {BANDWIDTH_TEST "   1048576\t5.1\n   1048576\t5.2\nResult = PASS\n",
     "5:12: 1048576 bytes are here again; they were in line 4 | keep one run a file"},
    {"bandwidthTest-H2D-Pinned, Bandwidth = 25.3 GB/s, Time = 0.00126 s\n",
     "1:66: the line has no 'Size =' | is the file whole?"},
    {"bandwidthTest-H2D-Pinned, Bandwidth = 25.3 GB/s, Time = 0 s, Size = 3 MB, N\n", "1:69: the size is in 'MB', not in bytes"},
    {NVBANDWIDTH "           0         1\n 0     25.51\n",
     "5:8: 1 value in a matrix of 2 columns | is the file whole, and unchanged?"},
    {NVBANDWIDTH, "4:0: the file ends where a matrix should begin | is the file whole, and unchanged?"},
    {NVBANDWIDTH "           0\n 0     2x5.51\n\nSUM\n",
     "5:8: the value '2x5.51' is no number | is the file whole, and unchanged?"},
    {NVBANDWIDTH "           0\n 0     25.51\n\nSUM\n[CUDA Bandwidth Test] - Starting...\n",
     "8:1: output of bandwidthTest begins here, in a file of nvbandwidth | put each tool's output into a file of its own"},
    {"{\"nvbandwidth\": {\"testcases\": [{\"name\": \"a\"},\n",
     "2:1: no JSON: ']' expected near end of file | is the file whole?"},
    {"{\"nvbandwidth\":\n {\"testcases\": [{\"name\": \"host_to_device_memcpy_ce\", \"bandwidth_description\": \"(GB/s)\",\n"
     "  \"bandwidth_matrix\": [[\"2.5\", \"NaN\"]]}]}}",
     "3:32: the value 'NaN' is no number | is the file whole, and unchanged?"},
    {"{\"nvbandwidth\": {\"testcases\": 3}}", "1:17: it has no list of testcases | is it what nvbandwidth -j wrote?"},
    {P2P "   D\\D     0      1\n     0 912.33  22.20\n",
     "3:4: a matrix of 2 columns has 1 row | is the file whole, and unchanged?"},
    {P2P "   D\\D     0      1\n     0 912.33  22.20\n     1 22.31\n",
     "5:8: 1 value in a matrix of 2 columns | is the file whole, and unchanged?"},
    {P2P "   D\\D     0      1\n     0 912.33  0.00\n     1 22.31 915.00\n",
     "4:16: a rate or a time must be above 0 | what was not measured is left out of the file"},
    {"[P2P (Peer-to-Peer) GPU Bandwidth Latency Test]\nBidirectional P2P=Disabled Bandwidth Matrix (MB/s)\n",
     "2:1: the matrix is not in GB/s | is the file whole, and unchanged?"},
    {"RocmBandwidthTest Version: 2.6.0\nData Size      Avg Time(us)   Avg BW(GB/s)\n64 kB 14.1 4.6 13.9 4.7\n",
     "3:4: 'kB' is no unit of a size"},
    {NCCL "#  Rank  0 Group  0 Pid 1 on box device  0 [0] A\n" NCCL_HEAD " 8 2 float sum -1 5 0 0 0 5 0 0 0\n",
     "4:19: nothing says how many cards took part, or one alone did | keep the lines '#  Rank  0 ...'"},
    {"# nccl-tests version 2\n" NCCL_HEAD " 8 2 float sum -1 5 0 0 0 5 0 0 0\n",
     "3:19: nothing says which collective this is, or none such is modelled | put the command line before it, as "
     "# all_reduce_perf -b 8 -e 1G"},
    {NCCL NCCL_RANKS NCCL_HEAD " 8 2 float sum -1 5 0\n", "5:21: 7 values under a head of 13 columns | is the file whole?"},
    {NCCL NCCL_RANKS NCCL_HEAD " 8 2 float sum -1 0.00 0 0 0 5 0 0 0\n",
     "5:19: a rate or a time must be above 0 | what was not measured is left out of the file"},
    {NCCL NCCL_RANKS "# size count type cputime algbw\n",
     "4:19: times of the processor are none of the cards | run it without -C 1"},
    {NCCL "#  Rank  0 Pid 1 on a device  0 [0] A\n#  Rank  1 Pid 1 on b device  0 [0] A\n",
     "3:1: cards of several machines took part: a and b | collectives within one machine are modelled"},
    {"{\"args\": [\"all_reduce_perf\"], \"devices\": [{}, {}],\n \"results\": [{\"size\": 8, \"out_of_place\": {\"time\": \"5\"}}]}",
     "2:51: a result should have a size and a time | is it what nccl-tests -J wrote?"},
    {"RDMA_Write BW Test\n #bytes #iterations BW peak[MiB/sec] BW average[MiB/sec] MsgRate[Mpps]\n 65536 1000 23567.34\n",
     "3:13: 3 values in a line of 5 or more | is the file whole?"},
    {"RDMA_Write Bidirectional BW Test\n",
     "1:1: this test has no counterpart in the model | writes and reads in one direction can be compared"},
    {"#bytes #iterations BW peak[MiB/h] BW average[MiB/h] MsgRate[Mpps]\n",
     "1:46: 'MiB/h' is no unit of a rate | GB/s, MB/s, GiB/s, MiB/s and Gb/s are known"},
    {MLC " 00000 720.26\n", "4:8: 2 values in a line of 3: delay, latency and bandwidth | is the file whole?"},
    {MLC " 00000 720,26 24012.0\n", "4:8: the latency '720,26' has a comma | write 1024 for 1,024, and 1.5 for 1,5"},
    {MLC " 00000 5.0 1e308\n", "4:8: a size of inf bytes is no whole number from 1 to 2^53"},
    {MLC " 00000 0.0 24012.0\n", "4:8: a rate or a time must be above 0 | what was not measured is left out of the file"},
    {TRANSFERS "     Transfer 00  |  48.221 GB/s |    1.392 ms | G0 -> GPU00:004 -> G1\n",
     "2:1: 4 cells in a transfer's line of 5 | is the file whole?"},
    {TRANSFERS "  Transfer 0 \xe2\x94\x82 48.2 MB/s \xe2\x94\x82 1 ms \xe2\x94\x82 8 bytes \xe2\x94\x82 G0 -> G0:4 -> G1\n",
     "2:16: the rate should be in GB/s | is the file whole, and unchanged?"},
    {TRANSFERS " Transfer 0 | 48.2 GB/s | 1 ms | 8 bytes | G0 -> G0:4\n",
     "2:44: 'G0 -> G0:4' names no two memories and an executor | G0 -> D0:1 -> G1 is read, of one computer"},
    {TRANSFERS "Test#,Transfer#,NumBytes,Src,Exe,Dst,CUs,BW(GB/s),Time(ms)\n1,0,1024,G0,G0,G1,4,1,000,1\n1,1,x,G1,G1,G0,4,9,1\n",
     "4:5: the size 'x' is no number | is the file whole, and unchanged?"},
    {"RocmBandwidthTest Version:", "0:0: nothing in it measures a link (AMD rocm_bandwidth_test) | is the file whole?"},
    {"01:00.0 VGA compatible controller: A\n\t\tLnkCap:\tPort #0, Speed 17GT/s, Width x16\n",
     "2:26: the speed is that of no generation: 2.5, 5, 8, 16, 32, 64 or 128GT/s | is the file whole, and unchanged?"},
    {"01:00.0 VGA compatible controller: A\n\t\tLnkCap:\tPort #0, Speed 16GT/s, Width x\n",
     "2:41: the width is no number from 0 to 32 | is the file whole, and unchanged?"},
    {"01:00.0 VGA compatible controller: A\n\t\tLnkSta:\tSpeed 16GT/s\n",
     "2:3: the line has no speed, or no width | is the file whole?"},
    {"01:00.0 VGA compatible controller: A\n\tCapabilities: <access denied>\n",
     "2:2: the links are hidden from users | ask as root: sudo lspci -vv"},
    {"00:03.0 Ethernet controller: Red Hat, Inc. Virtio 1.0 network device\n00:00.0 Host bridge: A\n",
     "0:0: no card on a PCIe link is in it (lspci -vv, a machine) | it is of a virtual machine, which shows no links: read it on "
     "the host"},
    {TOPO "GPU0\t X \tNV4\t0-15\t0\n", "3:0: 1 row in a matrix of 2 columns | is the file whole?"},
    {TOPO "GPU0\t X \tNVX\t0-15\t0\n",
     "2:10: 'NVX' is none of X, NV1 and more, PIX, PXB, PHB, NODE and SYS | is the file whole, and unchanged?"},
    {TOPO "GPU0\t X \n", "2:7: 1 value in a matrix of 2 columns | is the file whole, and unchanged?"},
    {TOPO "GPU1\t X \tPIX\n", "2:1: 'GPU1' is not the next device of the head | is the file whole, and unchanged?"},
    {TOPO "GPU0\t X \tNV4\nGPU1\tNV2\t X \n",
     "3:1: GPU0 and GPU1 disagree on what is between them | is the file whole, and unchanged?"},
    // a test that needs its names, whole rows, and numbers
    {"[{\"build_commit\": \"a\", \"model_type\": \"llama 8B F16\", \"n_prompt\": 0, \"n_gen\": 128}]",
     "1:2: a result has no avg_ts | is the file whole, and of llama-bench?"},
    {"[{\"build_commit\": \"a\", \"model_type\": \"llama 8B F16\", \"n_prompt\": 0, \"n_gen\": 128, \"avg_ts\": 0}]",
     "1:2: a rate or a time must be above 0 | what was not measured is left out of the file"},
    {"[{\"build_commit\": \"a\", \"model_type\": \"llama 8B F16\", \"n_prompt\": 0, \"n_gen\": \"1,024\", \"avg_ts\": 1}]",
     "1:2: n_gen '1,024' is no number that it can be | is the file whole, and unchanged?"},
    {"[{\"build_commit\": \"a\", \"model_type\": \"llama 8B F16\", \"n_prompt\": 0, \"n_gen\": 0, \"avg_ts\": 1}]",
     "1:2: a test of no tokens: n_prompt and n_gen are 0 | is the file whole, and unchanged?"},
    {"[{\"build_commit\": \"a\", \"model_type\": \"llama 8B F16\", \"n_prompt\": 9, \"n_gen\": 9, \"avg_ts\": 1}]",
     "0:0: none of its 1 results can be compared (llama-bench of llama.cpp, table, CSV, JSON, JSON lines or SQL)"},
    {"{\"build_commit\": \"a\", \"model_type\": \"llama 8B F16\", \"n_prompt\": 0, \"n_gen\": 8, \"avg_ts\": 9}\n{\"build_commit\": 1\n",
     "2:18: no JSON: '}' expected near end of file | is the file whole?"},
    {"build_commit,build_number,model_type,n_prompt,n_gen,avg_ts\n\"a\",\"1\",\"llama 8B F16\",\"0\",\"128\"\n",
     "2:1: 5 values under a head of 6 | is the file whole?"},
    {"build_commit,build_number,model_type,n_prompt,n_gen,avg_ts\n\"a\",\"1\",\"llama 8B\n",
     "2:1: a text in quotes does not end | is the file whole?"},
    {"build_commit,build_number,model_type,n_prompt,n_gen,avg_ts\n\"a\",\"1\",\"llama 8B F16\",\"0\",\"8\",\"5\"\n"
     "\"a\",\"1\",\"llama 8B F16\",\"0\",\"8\",\"6\"\n",
     "3:1: 8 tokens are here again; they were in line 2 | keep one run a file"},
    {"INSERT INTO llama_bench (build_commit, build_number, avg_ts)\n",
     "1:1: the row has no names or no VALUES | is the file whole?"},
    {"| model | test | t/s |\n| --- | --- | --- |\n| llama 8B F16 | tg128 | 5.0",
     "3:1: the row does not end with | | is the file whole?"},
    {"| model | test | t/s |\n| --- | --- | --- |\n| llama 8B F16 | tg128 | nan |\n",
     "3:1: avg_ts 'nan' is no number | is the file whole, and unchanged?"},
#ifdef LW_WITH_LIBXML2
    {"<system version=\"1\">\n<cpu numaid=\"x\"/></system>", "2:0: numaid=\"x\" is no whole number from -1 to 1023"},
    {"<system version=\"1\">\n<cpu><pci class=\"0x0302\" link_speed=\"7 GT/s\"/></cpu></system>",
     "2:0: link_speed=\"7 GT/s\" is the speed of no generation | 2.5, 5, 8, 16, 32, 64 and 128 GT/s are known"},
    {"<system version=\"1\">\n<cpu><pci class=\"0x0302\" busid=\"a\"><gpu><nvlink target=\"b\"/></gpu></pci></cpu></system>",
     "2:0: no other card is at 'b' | is the file whole, and unchanged?"},
    {"<!DOCTYPE system [<!ENTITY a \"b\">]><system version=\"1\"/>",
     "1:0: the file does not begin with <system> | is it what NCCL_TOPO_DUMP_FILE wrote?"},
    {"<topology version=\"2.0\">\n<object type=\"Machine\"",
     "2:23: no XML: Premature end of data in tag topology line 1 | is the file whole?"},
    {"<!DOCTYPE topology SYSTEM \"hwloc.dtd\">\n<topology/>",
     "2:0: this is of hwloc 1 | export it by hwloc 2 or 3: lstopo --of xml machine.xml"},
    {"<topology version=\"2.0\">\n<object type=\"PCIDev\" pci_busid=\"0000:01:00.0\" pci_type=\"VGA\"/></topology>",
     "2:0: a PCI device of class and number 'VGA' at '0000:01:00.0' | is the file whole, and unchanged?"},
    {"<topology version=\"2.0\">\n<object type=\"PCIDev\" pci_busid=\"0000:01:00.0\" pci_type=\"0300 [10de:2204]\" "
     "pci_link_speed=\"3,9\"/></topology>",
     "2:0: pci_link_speed=\"3,9\" is no rate | GB/s with a point before decimals"},
    {"<topology version=\"2.0\">\n<object type=\"Machine\"/></topology>",
     "0:0: no card on a PCIe link is in it (hwloc's topology (lstopo --of xml), a machine) | is the file whole?"},
#endif
    {"hello\n",
     "0:0: this is the output of no tool that is known | lanewise import --help lists the tools; a list of your own begins with "
     "the line bytes,GB/s"},
};

static const lw_diag *first_error(const lw_test *test) {
    for (size_t i = 0; i < lw_diags_count(test->diags); i++) {
        if (lw_diags_at(test->diags, i)->severity == LW_ERROR) {
            return lw_diags_at(test->diags, i);
        }
    }
    return NULL;
}

static void what_is_wrong_is_told_at_its_place(void **state) {
    (void)state;
    int faults = 0;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        lw_test test = lw_test_begin();
        lw_import file;
        const lw_source *source = lw_test_source(&test, "wrong.txt", wrong[i].text, strlen(wrong[i].text));
        const lw_status status = lw_import_read(source, NULL, test.arena, test.diags, &file);
        const lw_diag *error = first_error(&test);
        const char *found = error != NULL
                                ? lw_arena_print(test.arena, "%d:%d: %s%s%s", error->place.line, error->place.column,
                                                 error->message, error->hint ? " | " : "", error->hint ? error->hint : "")
                                : "no error";
        if (status != LW_BAD_INPUT || strcmp(found, wrong[i].finding) != 0) {
            print_error("%s\n  found  %s\n  wanted %s\n", wrong[i].text, found, wrong[i].finding);
            faults++;
        }
        lw_test_end(&test);
    }
    assert_int_equal(faults, 0);
}

static void encodings_of_windows_are_told_or_read(void **state) {
    (void)state;
    static const char marked[] = "\xEF\xBB\xBF"
                                 "bytes,GB/s\r\n1024,2.5\r\n",
                      wide[] = "\xFF\xFE"
                               "b\0y\0t\0e\0s\0";
    lw_test test = lw_test_begin();
    lw_import file;
    const lw_source *source = lw_test_source(&test, "a.csv", marked, sizeof marked - 1);
    assert_true(lw_import_knows(source));
    assert_int_equal(lw_import_read(source, NULL, test.arena, test.diags, &file), LW_OK);
    assert_int_equal(file.points, 1);
    source = lw_test_source(&test, "a.csv", wide, sizeof wide - 1);
    assert_true(lw_import_knows(source));
    assert_int_equal(lw_import_read(source, NULL, test.arena, test.diags, &file), LW_BAD_INPUT);
    assert_diag(&test, 1, "0:0: this is no text in UTF-8 | save it as UTF-8; in PowerShell: TOOL | Out-File -Encoding utf8 FILE");
    lw_test_end(&test);
}

// What a link cannot carry is no measurement of it.
static void an_impossible_rate_is_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_judging judging = judging_of(&test);
    static const char text[] = "bytes,MB/s,direction,memory\n1048576,7800,h2d,pinned\n2097152,7900,h2d,pinned\n";
    lw_imported imported;
    assert_int_equal(
        lw_imported_load(&judging, lw_test_source(&test, "a.csv", text, strlen(text)), NULL, "oculink-2-x4", &imported),
        LW_BAD_INPUT);
    assert_diag(&test, 0,
                "3:9: impossible: 7.9 GB/s are more than the 7.877 GB/s that the wires of oculink-2-x4 carry | "
                "is the unit right, and the link?");
    lw_test_end(&test);
}

// ---- Language models ----

// What the tool says of card, model, build, layers and shares stands in the scenario, and what --on says instead.
static void a_language_model_runs_as_the_tool_says(void **state) {
    (void)state;
    static const struct {
        const char *file, *on;
        size_t table;
        const char *lines[5];
    } cases[] = {
        {"llama_bench.json",
         NULL,
         1,
         {"gpu0: {preset: rtx-4090}", "runtime: {preset: llama-cpp-2026-08, micro_batch: 512}",
          "quantisation: q4_k_m, kv: f16, on: [gpu0], file: 4912898304 B}", "[128, 4096, 130]",
          "observe: workloads.work.tokens_per_s"}},
        {"llama_bench.csv",
         "pcie-4-x8",
         0,
         {"slot1: {between: [host, gpu1], preset: pcie-4-x8}", "preset: llama-cpp-2024-05", "llm-prefill, model: model",
          "on: [gpu0, gpu1], file: 42520395776 B, split: layer}", "prompt_tokens_per_s"}},
        // of two cards the second, 16 of 32 layers on it
        {"llama_bench.csv",
         NULL,
         2,
         {"gpu0: {preset: rtx-3090}\n  links:", "preset: pcie-4-x16", "kv: q8_0, on: [gpu0]", "offload: 0.5}"}},
        // of its own format the nearest by bits a weight
        {"llama_bench.jsonl", NULL, 0, {"quantisation: q4_0", "preset: rx-7900-xtx", "preset: qwen3-5-27b"}},
        // layers go by the memory of unlike cards
        {"llama_bench.txt",
         NULL,
         0,
         {"gpu0: {preset: rtx-5060-ti}", "gpu1: {preset: rtx-3090}", "split: layer, shares: [17.1799, 25.7698]"}},
        {"llama_bench.sql",
         "rtx-5080,llama-3-70b,llama-cpp-2024-05",
         0,
         {"preset: rtx-5080", "preset: llama-3-70b", "preset: llama-cpp-2024-05"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_test test = lw_test_begin();
        const lw_judging judging = judging_of(&test);
        lw_imported imported;
        if (lw_imported_load(&judging, read_sample(&test, cases[i].file), NULL, cases[i].on, &imported) != LW_OK) {
            fail_with_diags(&test);
        }
        const char *text = imported.table[cases[i].table]->file->text;
        for (size_t k = 0; k < COUNT(cases[i].lines) && cases[i].lines[k] != NULL; k++) {
            if (strstr(text, cases[i].lines[k]) == NULL) {
                fail_msg("%s: no line with\n  %s\nin\n%s", cases[i].file, cases[i].lines[k], text);
            }
        }
        lw_test_end(&test);
    }
}

#define BENCH(model, card, more, rate)                                                \
    "[{\"build_commit\": \"a\", \"model_type\": \"" model "\", \"gpu_info\": \"" card \
    "\", \"n_prompt\": 0, \"n_gen\": 128, " more "\"avg_ts\": " rate "}]"

// What is not known is told with what to name, and what no memory gives is no measurement.
static void a_language_model_that_is_not_known_is_told(void **state) {
    (void)state;
    static const struct {
        const char *text, *finding;
    } cases[] = {
        {BENCH("qwen2 7B F16", "NVIDIA GeForce RTX 4090", "", "50"),
         "1:2: no card is known of the model 'qwen2 7B F16' | lanewise list models names those that are here: name one by --on, as "
         "in --on llama-3-8b"},
        {BENCH("llama 8B F16", "Radeon 780M", "", "50"),
         "1:2: no preset is known for the card 'Radeon 780M' | name the card by --on, as in --on rtx-4090"},
        {BENCH("llama 8B F16", "", "", "50"),
         "1:2: the file does not say on which card 'llama 8B F16' ran | name the card by --on, as in --on rtx-4090"},
        {BENCH("llama 8B TQ1_0", "NVIDIA GeForce RTX 4090", "", "50"),
         "1:2: nothing is known of the format of the weights of 'llama 8B TQ1_0' | the file should say the model's size and number "
         "of weights"},
        {BENCH("llama 8B F16", "NVIDIA GeForce RTX 4090", "", "80"),
         "1:2: impossible: 80 tokens/s are more than the 67.12 that memory and arithmetic of rtx-4090 with llama-3-8b give | is it this "
         "card, and this model? name them by --on"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_test test = lw_test_begin();
        const lw_judging judging = judging_of(&test);
        lw_imported imported;
        const lw_source *source = lw_test_source(&test, "a.json", cases[i].text, strlen(cases[i].text));
        assert_int_equal(lw_imported_load(&judging, source, NULL, NULL, &imported), LW_BAD_INPUT);
        assert_diag(&test, 0, cases[i].finding);
        lw_test_end(&test);
    }
}

// ---- Cards ----

static void cards_are_known_by_the_names_that_drivers_give(void **state) {
    (void)state;
    static const struct {
        const char *name, *link;
    } cards[] = {
        {"NVIDIA GeForce RTX 4090", "pcie-4-x16"},    {"NVIDIA GeForce RTX 5060 Ti", "pcie-5-x8"},
        {"GeForce RTX 2080 Ti", "pcie-3-x16"},        {"NVIDIA H100 PCIe", "pcie-5-x16"},
        {"NVIDIA A100-SXM4-80GB", "pcie-4-x16"},      {"Tesla V100-SXM2-16GB", "pcie-3-x16"},
        {"NVIDIA GeForce RTX 4090 Laptop GPU", NULL}, {"NVIDIA GeForce RTX 3070 Ti", NULL},
        {"NVIDIA GeForce RTX 4090 D", NULL},          {"NVIDIA GeForce GTX 1080", NULL},
    };
    for (size_t i = 0; i < COUNT(cards); i++) {
        lw_test test = lw_test_begin();
        const lw_judging judging = judging_of(&test);
        const char *text =
            lw_arena_print(test.arena, "Device 0: %s\n" BANDWIDTH_TEST " 33554432 2.5\nResult = PASS\n", cards[i].name);
        lw_imported imported;
        const lw_status status =
            lw_imported_load(&judging, lw_test_source(&test, "a.txt", text, strlen(text)), NULL, NULL, &imported);
        assert_int_equal(status, cards[i].link != NULL ? LW_OK : LW_BAD_INPUT);
        if (status == LW_OK) {
            assert_string_equal(imported.machine[0].link, cards[i].link);
        }
        lw_test_end(&test);
    }
}

// ---- Damage ----

static uint64_t draw(uint64_t *seed) {
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;  // D. E. Knuth, MMIX
    return *seed >> 33;
}

static size_t damage(char *text, size_t length, uint64_t *seed) {
    static const char *const scraps[] = {"0",  "nan",  "-1", ",", "1e309", "N/A", "\t", "99999999999999999999",
                                         "\n", "GB/s", "\"", "{", "]"};
    for (uint64_t times = 1 + draw(seed) % 3; times > 0; times--) {
        const size_t at = length > 0 ? draw(seed) % length : 0, part = length > at ? draw(seed) % (length - at) % 40 : 0;
        const char *scrap = scraps[draw(seed) % COUNT(scraps)];
        switch (draw(seed) % 4) {
        case 0:  // cut off
            length = at;
            break;
        case 1:  // a part is missing
            memmove(text + at, text + at + part, length - at - part);
            length -= part;
            break;
        case 2:  // a part comes twice
            memmove(text + at + part, text + at, length - at);
            length += part;
            break;
        default:
            memmove(text + at + strlen(scrap), text + at, length - at);
            memcpy(text + at, scrap, strlen(scrap));
            length += strlen(scrap);
        }
    }
    return length;
}

// What is written of a damaged machine loads, or nothing is written.
static void system_of_damaged(lw_test *test, const lw_source *source) {
    const lw_judging judging = judging_of(test);
    lw_imported imported;
    const lw_status status = lw_imported_load(&judging, source, NULL, NULL, &imported);
    assert_true(status == LW_OK || status == LW_BAD_INPUT);
    const lw_document *document = NULL;
    if (status == LW_OK && try_load(test, imported.system->text, NULL, &document) != LW_OK) {
        print_error("%s", imported.system->text);
        fail_with_diags(test);
    }
}

static void damaged_files_are_read_or_refused(void **state) {
    (void)state;
    enum { ROUNDS = 150, ROOM = 1 << 16 };
    uint64_t seed = 1;
    char *text = malloc(2 * ROOM);
    assert_non_null(text);
    for (size_t i = 0; i < COUNT(samples) + COUNT(machines); i++) {
        const char *name = i < COUNT(samples) ? samples[i].file : machines[i - COUNT(samples)].file;
        for (int round = 0; round < ROUNDS; round++) {
            lw_test test = lw_test_begin();
            const lw_source *whole = read_sample(&test, name);
            memcpy(text, whole->text, whole->length);
            const size_t length = damage(text, whole->length, &seed);
            const lw_source *source = lw_test_source(&test, name, text, length);
            lw_import file;
            const lw_status status = lw_import_read(source, NULL, test.arena, test.diags, &file);
            assert_true(status == LW_OK || status == LW_BAD_INPUT);
            assert_int_equal(status == LW_BAD_INPUT, lw_diags_errors(test.diags) > 0);
            if (status == LW_OK && file.hardware != NULL) {
                system_of_damaged(&test, source);
            }
            const lw_series *series = LW_LIST_ITEMS(&file.series, const lw_series);
            for (size_t s = 0; status == LW_OK && s < file.series.count; s++) {
                const lw_seen *seen = LW_LIST_ITEMS(&series[s].seen, const lw_seen);
                for (size_t p = 0; p < series[s].seen.count; p++) {
                    assert_true(seen[p].bytes > 0 && seen[p].value > 0 && isfinite(seen[p].value));
                }
            }
            lw_test_end(&test);
        }
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sample_is_read),
        cmocka_unit_test(each_table_loads_again),
        cmocka_unit_test(each_machine_becomes_a_system),
        cmocka_unit_test(this_machine_becomes_a_system),
        cmocka_unit_test(traps_are_told),
        cmocka_unit_test(copies_of_this_machine_are_timed),
        cmocka_unit_test(what_is_wrong_is_told_at_its_place),
        cmocka_unit_test(encodings_of_windows_are_told_or_read),
        cmocka_unit_test(an_impossible_rate_is_told),
        cmocka_unit_test(a_language_model_runs_as_the_tool_says),
        cmocka_unit_test(a_language_model_that_is_not_known_is_told),
        cmocka_unit_test(cards_are_known_by_the_names_that_drivers_give),
        cmocka_unit_test(damaged_files_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
