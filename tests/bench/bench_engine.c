// SPDX-License-Identifier: GPL-3.0-or-later
// How fast the engine is, in process time, on work that other simulators have been measured on:
//   chain    1 GB in 256 B packets over 4 links of 64 GB/s and 500 ns, store and forward
//   mesh     256 links in random order: 512 transfers over 4 random links each
// A first argument `--csv` prints machine-readable rows.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/engine/fabric.h"

enum { CHAIN_HOPS = 4, MESH_SERVERS = 256, MESH_TASKS = 512, REPEATS = 5 };

static bool csv;

static double cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef struct measurement {
    double best_s;
    lw_engine_result result;
} measurement;

static measurement measure(const lw_fabric *fabric, lw_engine engine) {
    measurement best = {.best_s = 1e300};
    for (int i = 0; i < REPEATS; i++) {
        lw_arena *arena = lw_arena_new();
        lw_engine_result result = {0};
        double before_s = cpu_s();
        if (arena == NULL || lw_engine_run(fabric, engine, 1, NULL, arena, &result, NULL) != LW_OK) {
            fprintf(stderr, "bench: the run failed\n");
            exit(5);
        }
        double took_s = cpu_s() - before_s;
        if (took_s < best.best_s) {
            best = (measurement){took_s, result};
        }
        lw_arena_free(arena);
    }
    return best;
}

static void print_row(const char *work, lw_engine engine, const measurement *m) {
    double hops_per_s = (double)m->result.packet_hops / m->best_s;
    printf(csv ? "%s,%s,%lld,%.9f,%.6g,%lld,%.6f\n" : "%-28s %-13s %12lld %11.6f %12.4g %12lld %16.6f\n", work,
           lw_engine_words[engine], (long long)m->result.packet_hops, m->best_s, hops_per_s, (long long)m->result.events,
           (double)m->result.end_ps / 1e6);
}

static measurement chain(int64_t bytes, lw_engine engine) {
    static lw_server server[CHAIN_HOPS];
    static lw_hop hop[CHAIN_HOPS];
    for (uint32_t i = 0; i < CHAIN_HOPS; i++) {
        server[i] = (lw_server){.name = "link", .ps_per_byte = {125, 8}, .latency_ps = 500000, .opposite = LW_NO_SERVER};
        hop[i] = (lw_hop){.server = i, .granule_bytes = 1, .store_forward = true};
    }
    lw_task task = {.name = "copy",
                    .kind = LW_TASK_WRITE,
                    .resource = LW_NO_SERVER,
                    .bytes = bytes,
                    .packet_bytes = 256,
                    .data = hop,
                    .data_count = CHAIN_HOPS,
                    .data_kind = LW_PACKET_WRITE};
    lw_fabric fabric = {server, CHAIN_HOPS, &task, 1, NULL, 0};
    return measure(&fabric, engine);
}

static measurement mesh(lw_engine engine) {
    static lw_server server[MESH_SERVERS];
    static lw_hop hop[MESH_TASKS][CHAIN_HOPS];
    static lw_task task[MESH_TASKS];
    uint64_t random = 1;
    for (uint32_t i = 0; i < MESH_SERVERS; i++) {
        server[i] = (lw_server){
            .name = "link", .ps_per_byte = {125, 8}, .latency_ps = 400000 + 977 * (int64_t)i, .opposite = LW_NO_SERVER};
    }
    for (uint32_t t = 0; t < MESH_TASKS; t++) {
        for (uint32_t i = 0; i < CHAIN_HOPS; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            hop[t][i] = (lw_hop){.server = (uint32_t)(random >> 33) % MESH_SERVERS, .granule_bytes = 1};
        }
        task[t] = (lw_task){.name = "copy",
                            .kind = LW_TASK_WRITE,
                            .resource = LW_NO_SERVER,
                            .bytes = 1000000,
                            .packet_bytes = 256,
                            .data = hop[t],
                            .data_count = CHAIN_HOPS,
                            .data_kind = LW_PACKET_WRITE};
    }
    lw_fabric fabric = {server, MESH_SERVERS, task, MESH_TASKS, NULL, 0};
    return measure(&fabric, engine);
}

int main(int argc, char **argv) {
    csv = argc > 1 && strcmp(argv[1], "--csv") == 0;
    puts(csv ? "work,engine,packet_hops,cpu_s,packet_hops_per_s,events,simulated_us"
             : "work                         engine         packet hops       cpu s       hops/s       events     simulated us");
    measurement exact = chain(1000000000, LW_ENGINE_PACKET_EXACT);
    print_row("chain, 1 GB over 4 hops", LW_ENGINE_PACKET_EXACT, &exact);
    measurement large = chain(1000000000, LW_ENGINE_PACKET);
    print_row("chain, 1 GB over 4 hops", LW_ENGINE_PACKET, &large);
    measurement small = chain(1000000, LW_ENGINE_PACKET);
    print_row("chain, 1 MB over 4 hops", LW_ENGINE_PACKET, &small);
    measurement busy = mesh(LW_ENGINE_PACKET_EXACT);
    print_row("mesh, 256 links at random", LW_ENGINE_PACKET_EXACT, &busy);
    if (!csv) {
        printf("\n1 GB costs %.2f times what 1 MB costs (engine packet); the answers of both engines %s\n",
               large.best_s / small.best_s, large.result.end_ps == exact.result.end_ps ? "agree to the picosecond" : "DIFFER");
    }
    return 0;
}
