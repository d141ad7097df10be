// SPDX-License-Identifier: GPL-3.0-or-later
// A long point on a terminal: it tells how far it is, and Ctrl-C ends it soon.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helpers.h"

static double clock_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void become_program(const char *terminal) {
    static char program[] = LW_PROGRAM, verb[] = "run", file[] = "tests/cli/data/pageable.yaml", how[] = "--engine=packet-exact";
    char *const arguments[] = {program, verb, file, how, NULL};
    const int err = open(terminal, O_RDWR | O_NOCTTY), out = open("/dev/null", O_WRONLY);
    if (err < 0 || out < 0 || dup2(err, STDERR_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) {
        _exit(99);
    }
    setenv("TERM", "xterm", 1);
    execv(program, arguments);
    _exit(99);
}

// What the terminal shows, until it has `wanted` or the time is over.
static bool shows(int terminal, const char *wanted, double limit_s) {
    static char text[1 << 16];
    size_t length = 0;
    const double end_s = clock_s() + limit_s;
    while (clock_s() < end_s && strstr(text, wanted) == NULL && length + 1 < sizeof text) {
        struct pollfd ready = {.fd = terminal, .events = POLLIN};
        if (poll(&ready, 1, 100) > 0) {
            const ssize_t got = read(terminal, text + length, sizeof text - 1 - length);
            length += got > 0 ? (size_t)got : 0;
            text[length] = '\0';
        }
    }
    return strstr(text, wanted) != NULL;
}

static void long_point_tells_how_far_it_is_and_can_be_stopped(void **state) {
    (void)state;
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
        skip();
    }
    const char *name = ptsname(terminal);
    assert_non_null(name);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        become_program(name);
    }
    const bool told = shows(terminal, " %, ", 60);
    const double stopped_s = clock_s();
    assert_int_equal(kill(child, SIGINT), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    const double took_s = clock_s() - stopped_s;
    close(terminal);
    assert_true(told);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
    assert_true(took_s < 1);
}

int main(void) {
    unsetenv("LANEWISE_CONFIGS");
    unsetenv("OMP_NUM_THREADS");
    const struct CMUnitTest tests[] = {cmocka_unit_test(long_point_tells_how_far_it_is_and_can_be_stopped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
