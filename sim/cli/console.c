// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/cli/console.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/wrap.h"

lw_exit lw_exit_of(lw_status status) {
    switch (status) {
    case LW_OK:
        return LW_EXIT_FINE;
    case LW_CHECK_FAILED:
        return LW_EXIT_CHECK_FAILED;
    case LW_BAD_USAGE:
        return LW_EXIT_USAGE;
    case LW_BAD_INPUT:
    case LW_LIMIT:
    case LW_STUCK:
        return LW_EXIT_BAD_INPUT;
    case LW_IO:
        return LW_EXIT_IO;
    case LW_INTERRUPTED:
        return LW_EXIT_INTERRUPTED;
    case LW_NO_MEMORY:
    case LW_INTERNAL:
        break;
    }
    return LW_EXIT_INTERNAL;
}

static lw_status write_out(const char *bytes, size_t length, lw_diags *diags) {
    // write, not stdio: a later flush could lose the cause of the error.
    for (size_t done = 0; done < length;) {
        ssize_t now = write(STDOUT_FILENO, bytes + done, length - done);
        if (now < 0 && errno == EPIPE) {
            // The reader has seen enough (run X | head): end as a program does that never heard of
            // SIGPIPE, without a word.
            signal(SIGPIPE, SIG_DFL);
            (void)raise(SIGPIPE);
        }
        if (now < 0 && errno != EINTR) {
            (void)lw_error(diags, (lw_place){0}, NULL, "cannot write to stdout: %s", strerror(errno));
            return LW_IO;
        }
        done += now > 0 ? (size_t)now : 0;
    }
    return LW_OK;
}

lw_status lw_console_print(lw_status made, lw_text *text, lw_diags *diags) {
    made = made == LW_OK && text->failed ? LW_NO_MEMORY : made;
    lw_status status = made == LW_OK ? write_out(text->bytes, text->length, diags) : made;
    lw_text_free(text);
    return status;
}

lw_status lw_console_print_text(lanewise_status made, char *text, lw_diags *diags) {
    lw_status status = (lw_status)made;
    if (made == LANEWISE_OK && text != NULL) {
        status = write_out(text, strlen(text), diags);
    }
    lanewise_free(text);
    return status;
}

lw_status lw_console_show(lw_status made, lw_text *text, lw_diags *diags) {
    enum { NARROWEST = 20 };  // below it no text can be read
    const int width = isatty(STDOUT_FILENO) ? lw_console_width() : 0;
    lw_text wrapped = {0};
    if (made != LW_OK || text->failed || text->bytes == NULL || width < NARROWEST) {
        return lw_console_print(made, text, diags);
    }
    lw_text_wrap_lines(&wrapped, text->bytes, (size_t)width);
    lw_text_free(text);
    return lw_console_print(made, &wrapped, diags);
}

lw_status lw_console_show_text(lanewise_status made, const char *format, char *text, lw_diags *diags) {
    if (format != NULL && strcmp(format, "table") != 0) {
        return lw_console_print_text(made, text, diags);
    }
    lw_text copy = {0};
    lw_text_add(&copy, text == NULL ? "" : text);
    lanewise_free(text);
    return lw_console_show((lw_status)made, &copy, diags);
}

void lw_console_message(const char *text) {
    fputs(text, stderr);
    fputc('\n', stderr);
}

// A terminal that understands more than plain text, and a user who wants it (no-color.org).
static bool is_rich(int descriptor) {
    const char *term = getenv("TERM");
    return isatty(descriptor) && term != NULL && strcmp(term, "dumb") != 0;
}

static bool wants_colour(void) {
    const char *no_color = getenv("NO_COLOR");
    return is_rich(STDERR_FILENO) && (no_color == NULL || no_color[0] == '\0');
}

void lw_console_diags(const lw_diags *diags, lw_arena *arena, bool quiet) {
    if (lw_diags_count(diags) == 0 || (quiet && lw_diags_errors(diags) == 0)) {
        return;
    }
    const char *text =
        quiet ? lw_diags_format_errors(diags, arena, wants_colour()) : lw_diags_format(diags, arena, wants_colour());
    fputs(text != NULL ? text : "lanewise: out of memory while reporting an error\n", stderr);
}

int lw_console_width(void) {
    struct winsize size;
    enum { WITHOUT_TERMINAL = 100 };
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : WITHOUT_TERMINAL;
}

double lw_console_clock_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void lw_console_progress_begin(lw_console_progress *progress, bool quiet) {
    *progress = (lw_console_progress){.allowed = !quiet && is_rich(STDERR_FILENO), .begin_s = lw_console_clock_s()};
}

void lw_console_progress_show_within(double done, size_t total, void *user) {
    lw_console_progress *progress = user;
    if (!progress->allowed) {
        return;
    }
    const double now_s = lw_console_clock_s();
    const double spent_s = now_s - progress->begin_s;
    if (spent_s < 1 || now_s - progress->last_s < 0.1 || done <= 0) {
        return;
    }
    progress->last_s = now_s;
    progress->shown = true;
    const double left_s = spent_s * fmax((double)total - done, 0) / done;
    if (total == 1) {
        fprintf(stderr, "\r%.0f %%, %.0f s left \033[K", 100 * done, left_s);
    } else {
        fprintf(stderr, "\r%.0f of %zu points, %.0f s left \033[K", floor(done), total, left_s);
    }
}

void lw_console_progress_show(size_t done, size_t total, void *user) {
    lw_console_progress_show_within((double)done, total, user);
}

void lw_console_progress_end(lw_console_progress *progress) {
    if (progress->shown) {
        fputs("\r\033[K", stderr);
        progress->shown = false;
    }
}

// The one object that changes behind everyone's back: a signal handler can reach nothing else.
static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

bool lw_console_interrupted(void) {
    return interrupted != 0;
}

const volatile sig_atomic_t *lw_console_catch_interrupt(void) {
    struct sigaction action = {.sa_handler = on_interrupt};
    action.sa_flags = (int)SA_RESETHAND;  // the second one meets the default again
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &interrupted;
}
