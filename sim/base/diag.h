// SPDX-License-Identifier: GPL-3.0-or-later
// Diagnostics as data: what is wrong, where (file:line:column), and what to do. The library
// collects, the program prints.
#ifndef LW_DIAG_H
#define LW_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/arena.h"
#include "sim/base/status.h"

// A text that was read: lives at least as long as every place that points to it.
typedef struct lw_source {
    const char *name;  // as the user wrote it, or "<stdin>", "--set"
    const char *text;  // terminated; may be NULL when only the name is known
    size_t length;     // bytes of text
} lw_source;

// Where something stands. source NULL: nowhere; line 0: the file as a whole. Lines and columns
// count from 1, columns in characters.
typedef struct lw_place {
    const lw_source *source;
    int line;
    int column;
} lw_place;

typedef enum lw_severity { LW_ERROR, LW_WARNING, LW_NOTE } lw_severity;

typedef struct lw_diag {
    lw_severity severity;
    lw_place place;
    const char *message;  // what is wrong, one sentence without a full stop
    const char *hint;     // what to do; NULL for none
} lw_diag;

typedef struct lw_diags lw_diags;

// errors kept; further ones are only counted (warnings have their own 20)
enum { LW_DIAG_MAX = 20 };

// NULL when out of memory. Everything lives in the arena.
lw_diags *lw_diags_new(lw_arena *arena);

// Add one. hint may be NULL and is copied; diags NULL drops it. A second one with the same place
// and message is dropped. lw_error returns LW_BAD_INPUT so that a caller can write `return
// lw_error(...)`.
lw_status lw_error(lw_diags *diags, lw_place place, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void lw_warn(lw_diags *diags, lw_place place, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
// A warning that many points of a sweep may have; none while somebody sums them up.
void lw_warn_point(lw_diags *diags, lw_place place, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void lw_diags_sum_up(lw_diags *diags, bool on);
void lw_note(lw_diags *diags, lw_place place, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));

// Print-style text that lives as long as the diagnostics, for building hints; "" when out of
// memory.
const char *lw_diags_text(lw_diags *diags, const char *format, ...) __attribute__((format(printf, 2, 3)));

size_t lw_diags_count(const lw_diags *diags);                     // kept ones, in order of arrival
const lw_diag *lw_diags_at(const lw_diags *diags, size_t index);  // index < count
size_t lw_diags_errors(const lw_diags *diags);                    // all errors, kept or not
size_t lw_diags_warnings(const lw_diags *diags);
// Take back all that came since: `saved` is of lw_diags_new, with the state as it was saved.
void lw_diags_save(const lw_diags *diags, lw_diags *saved);
void lw_diags_restore(lw_diags *diags, const lw_diags *saved);

// Copy the texts that the kept ones point into, so that these may go; a place whose text finds no
// memory is left out.
void lw_diags_own_sources(lw_diags *diags);

// All kept ones as text:
//   file:line:column: error: message
//       the source line
//          ^
//     hint: what to do
// A last line counts what was left out. NULL when out of memory; colour adds ANSI colours.
char *lw_diags_format(const lw_diags *diags, lw_arena *arena, bool colour) LW_CHECKED;
// The errors among them alone.
char *lw_diags_format_errors(const lw_diags *diags, lw_arena *arena, bool colour) LW_CHECKED;

#endif
