// SPDX-License-Identifier: GPL-3.0-or-later
// On a terminal a long point tells how far it is, Ctrl-C ends it soon, and no line is too wide.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helpers.h"

static double clock_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// out: for what it prints; negative: the terminal, which else has its messages.
static void become_program(const char *terminal, char *const *arguments, int out) {
    const int shown = open(terminal, O_RDWR | O_NOCTTY), none = open("/dev/null", O_RDWR);
    if (shown < 0 || none < 0 || dup2(out < 0 ? none : shown, STDERR_FILENO) < 0 ||
        dup2(out < 0 ? shown : out, STDOUT_FILENO) < 0) {
        _exit(99);
    }
    setenv("TERM", "xterm", 1);
    execv(LW_PROGRAM, arguments);
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

// What it printed goes to `text`, of `room` bytes.
static void stop_a_long_point(char *text, size_t room) {
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    int printed[2];
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0 || pipe(printed) != 0) {
        skip();
    }
    const char *name = ptsname(terminal);
    assert_non_null(name);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        become_program(name,
                       (char *const[]){(char[]){LW_PROGRAM}, (char[]){"run"}, (char[]){"tests/cli/data/pageable.yaml"},
                                       (char[]){"tests/cli/data/one-copy.yaml"}, (char[]){"--format=csv"},
                                       (char[]){"--engine=packet-exact"}, NULL},
                       printed[1]);
    }
    close(printed[1]);
    const bool told = shows(terminal, " %, ", 60);
    const double stopped_s = clock_s();
    assert_int_equal(kill(child, SIGINT), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    const double took_s = clock_s() - stopped_s;
    const ssize_t got = read(printed[0], text, room - 1);
    text[got > 0 ? got : 0] = '\0';
    close(printed[0]);
    close(terminal);
    assert_true(told);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
    assert_true(took_s < 1);
}

// And what comes after it says that it did not run.
static void long_point_tells_how_far_it_is_and_can_be_stopped(void **state) {
    (void)state;
    static char text[1 << 14];
    stop_a_long_point(text, sizeof text);
    const char *second = strstr(text, "# tests/cli/data/one-copy.yaml\n");
    assert_non_null(second);
    assert_non_null(strstr(second, "not run: interrupted"));
}

// Characters of the widest line, of what a program prints on a terminal of 80 columns; 0: it prints
// nothing.
static size_t widest_line(char *verb, char *operand) {
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0 || ioctl(terminal, TIOCSWINSZ, &size) != 0) {
        skip();
    }
    const char *name = ptsname(terminal);
    const int held = open(name, O_RDWR | O_NOCTTY);  // what is left to read outlives the program
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        become_program(name, (char *const[]){(char[]){LW_PROGRAM}, verb, operand, NULL}, -1);
    }
    size_t widest = 0, width = 0;
    int status = 0;
    for (bool ended = false, silent = false; !ended || !silent;) {
        char text[4096];
        struct pollfd ready = {.fd = terminal, .events = POLLIN};
        ended = ended || waitpid(child, &status, WNOHANG) == child;
        silent = poll(&ready, 1, 100) <= 0;
        const ssize_t got = silent ? 0 : read(terminal, text, sizeof text);
        for (ssize_t i = 0; i < got; i++) {
            width = text[i] == '\n' || text[i] == '\r' ? 0 : width + (((unsigned char)text[i] & 0xC0U) != 0x80U);
            widest = width > widest ? width : widest;
        }
    }
    close(held);
    close(terminal);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return widest;
}

static void nothing_is_wider_than_the_terminal(void **state) {
    (void)state;
    char *const shown[][2] = {
        {(char[]){"list"}, (char[]){"links"}},
        {(char[]){"list"}, (char[]){"devices"}},
        {(char[]){"list"}, (char[]){"measured"}},
        {(char[]){"list"}, (char[]){"scenarios"}},
        {(char[]){"explain"}, (char[]){"thz"}},
        {(char[]){"explain"}, (char[]){"copy"}},
        {(char[]){"explain"}, (char[]){"import"}},
        {(char[]){"explain"}, (char[]){"pcie-5-x16"}},
        {(char[]){"run"}, (char[]){"--help"}},
        {(char[]){"validate"}, (char[]){"--help"}},
        {(char[]){"topo"}, (char[]){"hgx-h100"}},
        {(char[]){"run"}, (char[]){"oculink-or-thunderbolt"}},
        {(char[]){"run"}, (char[]){"thz-margin-by-weather"}},
    };
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const size_t widest = widest_line(shown[i][0], shown[i][1]);
        if (widest > 80 || widest < 40) {
            fail_msg("lanewise %s %s: %zu columns", shown[i][0], shown[i][1], widest);
        }
    }
}

int main(void) {
    unsetenv("LANEWISE_CONFIGS");
    unsetenv("OMP_NUM_THREADS");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_point_tells_how_far_it_is_and_can_be_stopped),
        cmocka_unit_test(nothing_is_wider_than_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
