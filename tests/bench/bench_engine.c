// SPDX-License-Identifier: GPL-3.0-or-later
// How fast the engine is, in processor time, best of some runs, on work that other simulators have
// been measured on:
//   chain    packets of 256 B over links of 64 GB/s and 500 ns, store and forward
//   reads    512 B a request, 32 requests outstanding, over one link
//   duplex   both directions of a link at once, each with control traffic for the other
//   mesh     256 links in random order: 512 transfers over 4 random links each
// Arguments: --csv              machine-readable rows
//            --lanewise PROGRAM times whole processes of `lanewise run` too
//            --ns3 PROGRAM      runs the chain in ns-3 beside ours (peer_ns3.cc)
//            --simgrid PROGRAM  runs flows over a star in SimGrid beside `lanewise run` (peer_simgrid.cc)
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/engine/engine.h"

enum { CHAIN_HOPS = 4, MESH_SERVERS = 256, MESH_TASKS = 512, RANKS_MAX = 4096, REPEATS = 5, PROCESSES = 20 };

static const int64_t GB = 1000000000;
static const int64_t MB = 1000000;

static bool csv;

typedef struct row {
    const char *engine;
    double cpu_s;
    long long packet_hops, events;
    double simulated_us;
} row;

static void give_up(const char *what) {
    fprintf(stderr, "bench: %s failed\n", what);
    exit(5);
}

static void print_head(void) {
    puts(csv ? "work,engine,packet_hops,cpu_s,packet_hops_per_s,events,simulated_us"
             : "work                         engine         packet hops       cpu s       hops/s       events     simulated us");
}

static row print_row(const char *work, row r) {
    printf(csv ? "%s,%s,%lld,%.9f,%.6g,%lld,%.6f\n" : "%-28s %-13s %12lld %11.6f %12.4g %12lld %16.6f\n", work, r.engine,
           r.packet_hops, r.cpu_s, (double)r.packet_hops / r.cpu_s, r.events, r.simulated_us);
    return r;
}

static double cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static row measure(const lw_fabric *fabric, lw_engine engine) {
    row best = {.engine = lw_engine_words[engine], .cpu_s = 1e300};
    for (int i = 0; i < REPEATS; i++) {
        lw_arena *arena = lw_arena_new();
        lw_engine_result result = {0};
        double before_s = cpu_s();
        if (arena == NULL ||
            lw_engine_run(fabric, &(const lw_engine_how){.engine = engine, .seed = 1}, arena, &result) != LW_OK) {
            give_up("a run");
        }
        double took_s = cpu_s() - before_s;
        best.cpu_s = took_s < best.cpu_s ? took_s : best.cpu_s;
        best.packet_hops = result.packet_hops;
        best.events = result.events;
        best.simulated_us = (double)result.end_ps / 1e6;
        lw_arena_free(arena);
    }
    return best;
}

static lw_server link_of_64_GBps(int64_t latency_ps) {
    return (lw_server){.ps_per_byte = {125, 8}, .latency_ps = latency_ps, .opposite = LW_NO_SERVER};
}

static lw_flow flow_over(const lw_hop *hop, size_t hops) {
    return (lw_flow){.kind = LW_FLOW_WRITE, .packet_bytes = 256, .data = hop, .data_count = hops, .data_kind = LW_PACKET_WRITE};
}

static lw_task move(uint32_t flow, int64_t bytes) {
    return (lw_task){.flow = flow, .acquires = LW_NO_RESOURCE, .releases = LW_NO_RESOURCE, .gate = LW_NO_TASK, .bytes = bytes};
}

// Every flow has one task.
static row measure_flows(const lw_server *server, size_t servers, const lw_flow *flow, const lw_task *task, size_t count,
                         lw_engine engine) {
    const lw_fabric fabric = {
        .server = server, .server_count = servers, .flow = flow, .flow_count = count, .task = task, .task_count = count};
    return measure(&fabric, engine);
}

static row chain(int64_t bytes, uint32_t hops, lw_engine engine) {
    lw_server server[CHAIN_HOPS];
    lw_hop hop[CHAIN_HOPS];
    for (uint32_t i = 0; i < hops; i++) {
        server[i] = link_of_64_GBps(500000);
        hop[i] = (lw_hop){.server = i, .granule_bytes = 1, .store_forward = true};
    }
    lw_flow flow = flow_over(hop, hops);
    lw_task task = move(0, bytes);
    return measure_flows(server, hops, &flow, &task, 1, engine);
}

static row reads(lw_engine engine) {
    lw_server server[2] = {link_of_64_GBps(250000), link_of_64_GBps(250000)};
    lw_hop up = {.server = 0, .overhead_bytes = 24, .granule_bytes = 1};
    lw_hop down = {.server = 1, .overhead_bytes = 20, .granule_bytes = 1};
    lw_flow flow = flow_over(&down, 1);
    flow.kind = LW_FLOW_READ;
    flow.data_kind = LW_PACKET_COMPLETION;
    flow.request = &up;
    flow.request_count = 1;
    flow.request_bytes = 512;
    flow.tags = 32;
    flow.completer_ps = 100000;
    lw_task task = move(0, 100 * MB);
    return measure_flows(server, 2, &flow, &task, 1, engine);
}

static row duplex(lw_engine engine) {
    lw_server server[2];
    lw_hop hop[2];
    lw_flow flow[2];
    lw_task task[2];
    for (uint32_t i = 0; i < 2; i++) {
        server[i] = link_of_64_GBps(250000);
        server[i].opposite = 1 - i;
        server[i].control_bytes = 16;
        server[i].control_interval_ps = 30000;
        hop[i] = (lw_hop){.server = i, .overhead_bytes = 24, .granule_bytes = 1};
        flow[i] = flow_over(&hop[i], 1);
        task[i] = move(i, 100 * MB);
    }
    return measure_flows(server, 2, flow, task, 2, engine);
}

static row mesh(lw_engine engine) {
    static lw_server server[MESH_SERVERS];
    static lw_hop hop[MESH_TASKS][CHAIN_HOPS];
    static lw_flow flow[MESH_TASKS];
    static lw_task task[MESH_TASKS];
    uint64_t random = 1;
    for (uint32_t i = 0; i < MESH_SERVERS; i++) {
        server[i] = link_of_64_GBps(400000 + 977 * (int64_t)i);
    }
    for (uint32_t t = 0; t < MESH_TASKS; t++) {
        for (uint32_t i = 0; i < CHAIN_HOPS; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            hop[t][i] = (lw_hop){.server = (uint32_t)(random >> 33) % MESH_SERVERS, .granule_bytes = 1};
        }
        flow[t] = flow_over(hop[t], CHAIN_HOPS);
        task[t] = move(t, MB);
    }
    return measure_flows(server, MESH_SERVERS, flow, task, MESH_TASKS, engine);
}

// All-reduce of 64 MB over a ring of links of 450 GB/s and 700 ns, one message a step; or over links of
// which no two are alike, so that no state comes back.
static row ring(uint32_t ranks, bool alike) {
    static lw_server server[RANKS_MAX];
    static lw_hop hop[RANKS_MAX];
    static lw_flow flow[RANKS_MAX];
    static lw_task task[RANKS_MAX];
    static lw_need need[RANKS_MAX][2];
    const int64_t bytes = 64 * MB / ranks;
    for (uint32_t r = 0; r < ranks; r++) {
        const uint32_t before = (r + ranks - 1) % ranks;
        const uint32_t on[2] = {r, before};
        server[r] = (lw_server){.ps_per_byte = {20, 9}, .latency_ps = 700000, .opposite = LW_NO_SERVER};
        if (!alike) {
            server[r].ps_per_byte = (lw_fraction){20000 + 7 * (int64_t)r, 9000};
        }
        hop[r] = (lw_hop){.server = r, .granule_bytes = 1};
        flow[r] = flow_over(&hop[r], 1);
        flow[r].packet_bytes = bytes;
        task[r] = move(r, bytes);
        for (int n = 0; n < 2; n++) {
            need[r][n] = (lw_need){
                .task = on[n], .distance = 1, .own = 1, .other = 1, .window = 2 * ((int64_t)ranks - 1), .first = INT64_MAX};
        }
        task[r].need = need[r];
        task[r].need_count = 2;
        task[r].count = task[r].inner = 2 * ((int64_t)ranks - 1);
        task[r].last_bytes = bytes;
    }
    return measure_flows(server, ranks, flow, task, ranks, LW_ENGINE_PACKET);
}

static double used_s(const struct rusage *usage) {
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1e-6;
}

static double children_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return used_s(&usage);
}

// A process from exec to exit: reading the scenario, running and reporting it.
typedef struct process {
    char *program;
    const char *file;    // path, or the name of a scenario in tests/bench
    const char *change;  // for --set
    char *engine;
} process;

// The best of so many times, and in *most_kB (may be NULL) what it holds in memory at most.
static double process_s(const process *p, int times, long *most_kB) {
    char set[128], file[sizeof LW_SOURCE_DIR + 64], *const program = p->program;
    char run[] = "run", set_flag[] = "--set", threads_flag[] = "-j", threads[] = "1", engine_flag[] = "--engine";
    snprintf(set, sizeof set, "%s", p->change);
    snprintf(file, sizeof file, p->file[0] == '/' ? "%s" : LW_SOURCE_DIR "/tests/bench/%s.yaml", p->file);
    char *arguments[] = {program, run, file, set_flag, set, threads_flag, threads, engine_flag, p->engine, NULL};
    char *environment[] = {NULL};
    double best_s = 1e300;
    for (int i = 0; i < times; i++) {
        posix_spawn_file_actions_t quiet;
        posix_spawn_file_actions_init(&quiet);
        posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        pid_t child;
        int status;
        struct rusage usage;
        if (posix_spawn(&child, program, &quiet, NULL, arguments, environment) != 0 ||
            wait4(child, &status, 0, &usage) != child || status != 0) {
            give_up("lanewise run");
        }
        double took_s = used_s(&usage);
        if (most_kB != NULL) {
            *most_kB = usage.ru_maxrss;
        }
        best_s = took_s < best_s ? took_s : best_s;
        posix_spawn_file_actions_destroy(&quiet);
    }
    return best_s;
}

static void processes(char *program) {
    char packet[] = "packet", exact[] = "packet-exact";
    double large_s = process_s(&(process){program, "one-gigabyte", "workloads.copy.bytes=1 GB", packet}, PROCESSES, NULL);
    double small_s = process_s(&(process){program, "one-gigabyte", "workloads.copy.bytes=1 MB", packet}, PROCESSES, NULL);
    double exact_s = process_s(&(process){program, "one-gigabyte", "workloads.copy.bytes=1 GB", exact}, 3, NULL);
    if (csv) {
        printf("process 1 GB over 4 links,packet,,%.6f,,,\nprocess 1 MB over 4 links,packet,,%.6f,,,\n", large_s, small_s);
        printf("process 1 GB over 4 links,packet-exact,,%.6f,,,\n", exact_s);
    } else {
        printf("whole process of `lanewise run`, PCIe 5.0 x16 over 4 links: 1 GB in %.1f ms, 1 MB in %.1f ms (%.2f times)\n",
               large_s * 1e3, small_s * 1e3, large_s / small_s);
        printf("the same 1 GB by packet-exact, with buffers and acknowledgements: %.2f s, %.3g packet hops/s\n", exact_s,
               (double)(GB / 256 * 4) / exact_s);
    }
}

// What the last point takes in all: of the last line the number in the column `makespan_us`.
static double answer_us(const process *p) {
    char command[4096];
    snprintf(command, sizeof command,
             p->file[0] == '/' ? "'%s' run '%s' --set '%s' --engine %s -q -j 1 --format csv"
                               : "'%s' run " LW_SOURCE_DIR "/tests/bench/%s.yaml --set '%s' --engine %s -q -j 1 --format csv",
             p->program, p->file, p->change, p->engine);
    FILE *pipe = popen(command, "r");
    char *line = NULL;
    size_t room = 0;
    int column = -1;
    double number = -1;
    while (pipe != NULL && getline(&line, &room, pipe) > 0) {
        const bool head = column < 0;
        int at = 0;
        for (const char *field = line; *field != '\0'; at++) {
            const size_t length = strcspn(field, ",\n");
            if (head && length == strlen("makespan_us") && strncmp(field, "makespan_us", length) == 0) {
                column = at;
            }
            number = !head && at == column ? strtod(field, NULL) : number;
            field += length + (field[length] != '\0');
        }
    }
    free(line);
    if (pipe == NULL || pclose(pipe) != 0 || number < 0) {
        give_up(command);
    }
    return number;
}

static const char UNLIKE[] = "a ring of links that all differ, which is written";

static void write_unlike(const char *path) {
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        give_up("a temporary file");
    }
    fprintf(out, "lanewise: 1\nnodes: {gpus: {kind: gpu, count: %d}}\nlinks:\n", RANKS_MAX);
    for (int i = 0; i < RANKS_MAX; i++) {
        fprintf(out, "  l%d: {between: ['gpus[%d]', 'gpus[%d]'], type: link, rate: %d.%03d GB/s, latency: %d ps}\n", i, i,
                (i + 1) % RANKS_MAX, 440 + i % 21, i * 7919 % 1000, 700000 + i);
    }
    fputs("workloads: {sum: {kind: all-reduce, on: gpus, bytes: 64 MB, algorithm: ring, order: listed}}\n", out);
    fclose(out);
}

// Work that other simulators were measured at, as whole processes on two cores of an EPYC (2026: SimGrid
// 3.32, astra-network-analytical 599a047, in the same words).
static void beside_peers(char *program) {
    static const struct {
        const char *work, *file, *change, *peers;
        int times;
    } rows[] = {
        {"ring all-reduce, 512 GPUs", "ring", "nodes.gpus.count=512", "ASTRA-sim analytical 50 ms, SimGrid 985 ms", PROCESSES},
        {"ring all-reduce, 4096 GPUs", "ring", "nodes.gpus.count=4096", "3.6 s, 319 s", 3},
        {"ring all-reduce, 16384 GPUs, uneven", "ring", "nodes.gpus.count=16384", "none", 3},
        {"1,000 all-reduces, 8 GPUs", "rings", "workloads.sum.chunks=1", "1.61 s, 4.7 s", 3},
        {"ring all-reduce, 4096 GPUs, unlike", UNLIKE, "workloads.sum.bytes=64 MB", "prototype 0.9 to 1.8 s", 3},
        {"8 copies, one uplink, 73 sizes", "uplink", "links.slots.mps=256 B", "none", 1},
        {"8 GPUs, all 56 pairs of 1 GiB", "pairs", "workloads.pairs.bytes=8 GiB", "none", 3},
        {"1 GiB through a bounce buffer", "staged", "workloads.upload.bytes=1 GiB", "none", 3},
        {"1 GiB in packets of 65 B", "odd-packets", "workloads.w0.bytes=1 GiB", "none", 3},
        {"100,000 calls of 1 MiB", "calls", "workloads.c.repeat=100000", "none", 3},
        {"one copy of 10,000 sizes", "sizes", "links.egpu.lanes=4", "none", 3},
        {"one small scenario", "small", "workloads.upload.bytes=1 MiB", "SimGrid 25 ms", PROCESSES},
    };
    char engine[] = "auto", folder[] = "/tmp/lanewise-bench-XXXXXX", unlike[64];
    if (mkdtemp(folder) == NULL) {
        give_up("a temporary folder");
    }
    snprintf(unlike, sizeof unlike, "%s/unlike.yaml", folder);
    write_unlike(unlike);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const process p = {program, rows[i].file == UNLIKE ? unlike : rows[i].file, rows[i].change, engine};
        long most_kB = 0;
        const double took_s = process_s(&p, rows[i].times, &most_kB);
        if (csv) {
            printf("process %s,auto,,%.6f,,,\n", rows[i].work, took_s);
        } else {
            printf("whole process, %-34s %7.1f ms %6.1f MB   simulated %12.3f us   peers: %s\n", rows[i].work, took_s * 1e3,
                   (double)most_kB / 1e3, answer_us(&p), rows[i].peers);
        }
    }
    remove(unlike);
    remove(folder);
}

// A tenth of the packets of the chain: ns-3 takes its time.
static double beside_ns3(const char *program, uint32_t hops) {
    static const char *const names[] = {"", "chain, 100 MB over 1 hop", "", "", "chain, 100 MB over 4 hops"};
    row ours = print_row(names[hops], chain(100 * MB, hops, LW_ENGINE_PACKET_EXACT));
    row theirs = {.engine = "ns-3"};
    char command[4096];
    snprintf(command, sizeof command, "'%s' %lld %u", program, (long long)(100 * MB / 256), hops);
    FILE *pipe = popen(command, "r");
    long long arrived;
    if (pipe == NULL || fscanf(pipe, "%lld %lld %lf %lld %lf", &arrived, &theirs.packet_hops, &theirs.cpu_s, &theirs.events,
                               &theirs.simulated_us) != 5) {
        give_up("ns-3");
    }
    pclose(pipe);
    print_row(names[hops], theirs);
    return theirs.cpu_s / (double)theirs.packet_hops / (ours.cpu_s / (double)ours.packet_hops);
}

enum { FLOWS = 10000, STAR_HOSTS = 64 };

// Flows between random hosts, of up to 280 MB, within 200 ms; and the star that they go over.
static void write_star(const char *folder) {
    char path[256];
    snprintf(path, sizeof path, "%s/star.csv", folder);
    FILE *list = fopen(path, "w");
    snprintf(path, sizeof path, "%s/star.yaml", folder);
    FILE *scenario = fopen(path, "w");
    if (list == NULL || scenario == NULL) {
        give_up("a temporary file");
    }
    uint64_t state = 1;
    fputs("src,dst,bytes,start_us\n", list);
    for (int i = 0; i < FLOWS; i++) {
        unsigned draw[4];
        for (int k = 0; k < 4; k++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            draw[k] = (unsigned)(state >> 33);
        }
        const unsigned from = draw[0] % STAR_HOSTS, to = (from + 1 + draw[1] % (STAR_HOSTS - 1)) % STAR_HOSTS;
        fprintf(list, "%u,%u,%u,%u\n", from, to, 1 + draw[2] % 280000000, draw[3] % 200000);
    }
    fprintf(scenario,
            "lanewise: 1\nnodes: {h: {kind: host, count: %d}, s: {kind: switch}}\n"
            "links: {l: {between: [h, s], type: link, rate: 50 GB/s, latency: 350 ns}}\n"
            "workloads: {f: {kind: flows, on: h, file: star.csv}}\n",
            STAR_HOSTS);
    fclose(list);
    fclose(scenario);
}

// Processor time of a command, and of its last line the number after so many others.
static double command_s(const char *command, int others, double *number) {
    char line[4096] = "", last[4096] = "";
    const double before_s = children_s();
    FILE *pipe = popen(command, "r");
    while (pipe != NULL && fgets(line, sizeof line, pipe) != NULL) {
        snprintf(last, sizeof last, "%s", line);
    }
    const char *field = last;
    for (int i = 0; i < others; i++) {
        field += strcspn(field, " ,");
        field += *field != '\0';
    }
    char *end;
    *number = strtod(field, &end);
    if (pipe == NULL || pclose(pipe) != 0 || end == field) {
        give_up(command);
    }
    return children_s() - before_s;
}

static void beside_simgrid(const char *program, const char *simgrid) {
    char folder[] = "/tmp/lanewise-bench-XXXXXX", command[4096];
    if (mkdtemp(folder) == NULL) {
        give_up("a temporary folder");
    }
    write_star(folder);
    double ours_us, theirs_us;
    snprintf(command, sizeof command, "'%s' run '%s/star.yaml' --engine flow -q -j 1 --format csv", program, folder);
    const double ours_s = command_s(command, 1, &ours_us);
    snprintf(command, sizeof command, "'%s' '%s/star.csv' %d 2>/dev/null", simgrid, folder, STAR_HOSTS);
    const double theirs_s = command_s(command, 2, &theirs_us);
    if (csv) {
        printf("%d flows over a star,flow,%.3f,%.6f,,,\n%d flows over a star,SimGrid,%.3f,%.6f,,,\n", FLOWS, ours_us, ours_s,
               FLOWS, theirs_us, theirs_s);
    } else {
        printf(
            "%d flows over a star of %d, whole processes: ours %.2f s, the last ends at %.3f ms; SimGrid %.2f s (%.1f times), %.3f ms\n",
            FLOWS, STAR_HOSTS, ours_s, ours_us / 1e3, theirs_s, theirs_s / ours_s, theirs_us / 1e3);
    }
    snprintf(command, sizeof command, "%s/star.csv", folder);
    remove(command);
    snprintf(command, sizeof command, "%s/star.yaml", folder);
    remove(command);
    remove(folder);
}

int main(int argc, char **argv) {
    char *lanewise = NULL;
    const char *ns3 = NULL, *simgrid = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--csv") == 0) {
            csv = true;
        } else if (strcmp(argv[i], "--lanewise") == 0 && i + 1 < argc) {
            lanewise = argv[++i];
        } else if (strcmp(argv[i], "--ns3") == 0 && i + 1 < argc) {
            ns3 = argv[++i];
        } else if (strcmp(argv[i], "--simgrid") == 0 && i + 1 < argc) {
            simgrid = argv[++i];
        } else {
            fprintf(stderr, "usage: lanewise_bench [--csv] [--lanewise PROGRAM] [--ns3 PROGRAM] [--simgrid PROGRAM]\n");
            return 2;
        }
    }
    if (lanewise != NULL) {
        // first: a process begins with the memory of the one that starts it
        processes(lanewise);
        beside_peers(lanewise);
    }
    print_head();
    row exact = print_row("chain, 1 GB over 4 hops", chain(GB, CHAIN_HOPS, LW_ENGINE_PACKET_EXACT));
    row large = print_row("chain, 1 GB over 4 hops", chain(GB, CHAIN_HOPS, LW_ENGINE_PACKET));
    row small = print_row("chain, 1 MB over 4 hops", chain(MB, CHAIN_HOPS, LW_ENGINE_PACKET));
    for (int engine = LW_ENGINE_PACKET_EXACT; engine >= LW_ENGINE_PACKET; engine--) {
        print_row("reads, 100 MB, 32 tags", reads((lw_engine)engine));
        print_row("duplex, 100 MB per direction", duplex((lw_engine)engine));
    }
    print_row("mesh, 256 links at random", mesh(LW_ENGINE_PACKET_EXACT));
    print_row("ring of 512, all-reduce", ring(512, true));
    print_row("ring of 4096, all-reduce", ring(RANKS_MAX, true));
    print_row("ring of 4096, links unlike", ring(RANKS_MAX, false));
    double ratio1 = ns3 == NULL ? 0 : beside_ns3(ns3, 1);
    double ratio4 = ns3 == NULL ? 0 : beside_ns3(ns3, 4);
    if (!csv) {
        printf("\n1 GB costs %.2f times what 1 MB costs (engine packet); the answers of both engines %s\n",
               large.cpu_s / small.cpu_s, large.simulated_us == exact.simulated_us ? "agree to the picosecond" : "DIFFER");
    }
    if (!csv && ns3 != NULL) {
        printf("a packet hop takes ns-3 %.0f times as long over 1 hop, %.0f times over 4\n", ratio1, ratio4);
    }
    if (lanewise != NULL && simgrid != NULL) {
        beside_simgrid(lanewise, simgrid);
    }
    return 0;
}
