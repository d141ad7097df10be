// SPDX-License-Identifier: GPL-3.0-or-later
// The terminal: what reaches stdout and stderr, and Ctrl-C. The only place that prints.
#ifndef LW_CONSOLE_H
#define LW_CONSOLE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/base/diag.h"
#include "sim/base/file.h"
#include "sim/base/text.h"
#include "sim/lanewise.h"

// Exit codes, stable: scripts depend on them.
typedef enum lw_exit {
    LW_EXIT_FINE = 0,
    LW_EXIT_CHECK_FAILED = 1,
    LW_EXIT_USAGE = 2,
    LW_EXIT_BAD_INPUT = 3,
    LW_EXIT_IO = 4,
    LW_EXIT_INTERNAL = 5,
    LW_EXIT_INTERRUPTED = 130
} lw_exit;
lw_exit lw_exit_of(lw_status status);

// The end of a command that made a text: write it to stdout when `made` is LW_OK, and free it in
// any case. Returns made, else what became of the writing: LW_IO with a diagnostic (a full disk, a
// closed pipe), LW_NO_MEMORY when the text failed.
lw_status lw_console_print(lw_status made, lw_text *text, lw_diags *diags) LW_CHECKED;
// The same for a text of the library, which is freed by lanewise_free; NULL is an empty one.
lw_status lw_console_print_text(lanewise_status made, char *text, lw_diags *diags) LW_CHECKED;
// The same for what only people read: on a terminal no line is wider than that. format: of the text,
// which only a table is for them; NULL: it has none.
lw_status lw_console_show(lw_status made, lw_text *text, lw_diags *diags) LW_CHECKED;
lw_status lw_console_show_text(lanewise_status made, const char *format, char *text, lw_diags *diags) LW_CHECKED;
// A line of our own on stderr.
void lw_console_message(const char *text);
// The findings on stderr, in colour where it helps; with quiet the errors alone.
void lw_console_diags(const lw_diags *diags, lw_arena *arena, bool quiet);

// Columns of the terminal behind stdout; 0 when it is none, which means no limit.
int lw_console_width(void);

// Progress on stderr when it is a terminal and the work takes over a second. begin, then show as
// often as you like, then end.
typedef struct lw_console_progress {
    bool allowed, shown;
    double begin_s, last_s;
} lw_console_progress;
void lw_console_progress_begin(lw_console_progress *progress, bool quiet);
void lw_console_progress_show(size_t done, size_t total, void *progress);  // as lw_run wants it
void lw_console_progress_show_within(double done, size_t total, void *progress);
void lw_console_progress_end(lw_console_progress *progress);

// From now on Ctrl-C and SIGTERM only set the returned flag; a second one ends the program at once.
const volatile sig_atomic_t *lw_console_catch_interrupt(void);
bool lw_console_interrupted(void);

// Seconds since some fixed moment.
double lw_console_clock_s(void);

#endif
