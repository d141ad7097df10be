// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a preset, of a link, a device or a library, and a scenario that uses it: no crash, no
// leak, every refusal has a diagnostic. A fit of its rows is not tried.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/study/run.h"
#include "sim/study/scenario.h"
#include "tests/fuzz/allowance.h"

static const char *const shelves[] = {"links", "devices", "libraries"};
enum { SHELVES = sizeof shelves / sizeof shelves[0] };

// A folder with a preset of one name on each shelf, and a scenario that takes that of one.
typedef struct place {
    char folder[32], preset[SHELVES][64], scenario[64];
} place;

static void join(char *out, size_t room, const char *folder, const char *name) {
    check((size_t)snprintf(out, room, "%s/%s", folder, name) < room);
}

static place *the_place(void) {
    static place here;
    return &here;
}

static void remove_place(void) {
    const place *here = the_place();
    char path[64];
    (void)unlink(here->scenario);
    for (int s = 0; s < SHELVES; s++) {
        (void)unlink(here->preset[s]);
        join(path, sizeof path, here->folder, shelves[s]);
        (void)rmdir(path);
    }
    (void)rmdir(here->folder);
}

static void open_place(place *here) {
    char path[64];
    open_allowance();
    (void)strcpy(here->folder, "/tmp/lanewise-fuzz-XXXXXX");
    check(mkdtemp(here->folder) != NULL);
    for (int s = 0; s < SHELVES; s++) {
        join(path, sizeof path, here->folder, shelves[s]);
        check(mkdir(path, 0700) == 0);
        join(here->preset[s], sizeof here->preset[s], path, "any.yaml");
    }
    join(here->scenario, sizeof here->scenario, here->folder, "scenario.yaml");
    check(atexit(remove_place) == 0);
}

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    check(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

static const char *const scenarios[] = {
    "lanewise: 1\nnodes: {a: {kind: host}, b: {kind: gpu}}\nlinks: {l: {between: [a, b], preset: any}}\n"
    "workloads: {w: {kind: copy, from: a, to: b, bytes: 64 KiB}}\n",
    "lanewise: 1\nnodes: {a: {preset: any}, b: {kind: gpu}}\nlinks: {l: {between: [a, b], type: link, rate: 1 GB/s}}\n"
    "workloads: {w: {kind: copy, from: a, to: b, bytes: 64 KiB}}\n",
    "lanewise: 1\nnodes: {a: {kind: gpu, count: 4}}\nlinks: {l: {between: [a, a], type: link, rate: 1 GB/s, pattern: mesh}}\n"
    "libraries: {any: {preset: any}}\nworkloads: {w: {kind: all-reduce, on: a, bytes: 64 KiB, library: any}}\n"};

static void try_shelf(const place *here, int shelf) {
    begin_input();
    write_file(here->scenario, scenarios[shelf], strlen(scenarios[shelf]));
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = lw_diags_new(arena);
    lw_catalog *catalog = NULL;
    const lw_document *document = NULL;
    const lw_run run = {.threads = 1, .stop = &stop};
    lw_result result;
    if (accepted(lw_catalog_open(here->folder, arena, diags, &catalog), diags) &&
        accepted(lw_scenario_load(here->scenario, catalog, NULL, arena, diags, &document), diags)) {
        (void)!accepted(lw_scenario_run(document, &run, arena, diags, &result), diags);
    }
    end_input(arena, diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    place *here = the_place();
    if (here->folder[0] == '\0') {
        open_place(here);
    }
    for (int shelf = 0; shelf < SHELVES; shelf++) {
        write_file(here->preset[shelf], data, size);
        try_shelf(here, shelf);
        (void)unlink(here->preset[shelf]);
    }
    return 0;
}
