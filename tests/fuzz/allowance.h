// SPDX-License-Identifier: GPL-3.0-or-later
// What an input of a fuzz target may take: memory, which also bounds the time of loading it, and
// processor time, after which its run is interrupted as by Ctrl-C.
#ifndef LW_FUZZ_ALLOWANCE_H
#define LW_FUZZ_ALLOWANCE_H

#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/config/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ALLOWANCE_BYTES = 1 << 26, ALLOWANCE_NS = 200000000 };

static size_t left_bytes;
static volatile sig_atomic_t stop;
static timer_t timer;

static void check(bool ok) {
    if (!ok) {
        abort();
    }
}

static void *resize(void *old, size_t bytes, void *user) {
    (void)user;
    if (bytes == 0) {
        free(old);
        return NULL;
    }
    if (bytes > left_bytes) {
        return NULL;
    }
    left_bytes -= bytes;
    return realloc(old, bytes);
}

static void on_timer(int number) {
    (void)number;
    stop = 1;
}

// Once, before the first input; without bounds until that begins.
static void open_allowance(void) {
    left_bytes = SIZE_MAX;
    lw_memory_hook(resize, NULL);
    gsl_set_error_handler_off();
    const struct sigaction action = {.sa_handler = on_timer};
    sigaction(SIGVTALRM, &action, NULL);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM};
    check(timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0);
}

// The shipped presets, kept to the end. Once, as open_allowance, which it does.
static inline const lw_catalog *open_catalog(void) {
    lw_catalog *catalog = NULL;
    open_allowance();
    static lw_arena *arena;
    arena = lw_arena_new();
    check(lw_catalog_open(LW_SOURCE_DIR "/configs", arena, lw_diags_new(arena), &catalog) == LW_OK);
    return catalog;
}

static void begin_input(void) {
    left_bytes = ALLOWANCE_BYTES;
    stop = 0;
    timer_settime(timer, 0, &(struct itimerspec){.it_value = {.tv_nsec = ALLOWANCE_NS}}, NULL);
}

// The arena and diagnostics of an input go; what was told can be printed.
static void end_input(lw_arena *arena, lw_diags *diags) {
    left_bytes = ALLOWANCE_BYTES;
    check(lw_diags_format(diags, arena, true) != NULL);
    lw_arena_free(arena);
}

// Refused means told why, unless memory or time ran out.
static bool accepted(lw_status status, const lw_diags *diags) {
    check(status == LW_OK || status == LW_NO_MEMORY || status == LW_INTERRUPTED || lw_diags_errors(diags) > 0);
    check(status != LW_INTERNAL);
    return status == LW_OK;
}

#endif
