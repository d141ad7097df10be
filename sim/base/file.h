// SPDX-License-Identifier: GPL-3.0-or-later
// Output files appear whole or not at all; text buffers that grow; JSON and CSV text.
#ifndef LW_FILE_H
#define LW_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/diag.h"

// A growing text. Sticky failure: after an allocation failed every further call does nothing.
typedef struct lw_text {
    char *bytes;  // terminated when not NULL
    size_t length, capacity;
    bool failed;
} lw_text;

void lw_text_add(lw_text *text, const char *bytes);
void lw_text_add_n(lw_text *text, const char *bytes, size_t length);
void lw_text_print(lw_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lw_text_number(lw_text *text, double value);           // shortest that reads back; NaN and infinities as null
void lw_text_json_string(lw_text *text, const char *utf8);  // quoted and escaped
void lw_text_csv_field(lw_text *text, const char *utf8);    // quoted where needed (RFC 4180)
void lw_text_free(lw_text *text);

// Write bytes to path: temporary file in the same folder, fsync, rename. On failure LW_IO with a diagnostic that names the path
// and the cause; an old file stays as it was and no temporary is left.
lw_status lw_file_write(const char *path, const void *bytes, size_t length, lw_diags *diags) LW_CHECKED;
// Make a folder (and its parents); no error when it exists.
lw_status lw_folder_make(const char *path, lw_diags *diags) LW_CHECKED;

// Test hook: fail the n-th step (open, write, fsync, close, rename) of the next writes; 0 switches it off.
void lw_file_fail_at(int64_t step);

#endif
