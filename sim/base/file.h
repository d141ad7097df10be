// SPDX-License-Identifier: GPL-3.0-or-later
// Output files appear whole or not at all.
#ifndef LW_FILE_H
#define LW_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/diag.h"

// Write bytes to path: temporary file in the same folder, fsync, rename. On failure LW_IO with a
// diagnostic that names the path and the cause; an old file stays as it was and no temporary is
// left. A file that is replaced keeps its mode; temporaries of processes that are no more go.
lw_status lw_file_write(const char *path, const void *bytes, size_t length, lw_diags *diags) LW_CHECKED;
// Make a folder (and its parents); no error when it exists.
lw_status lw_folder_make(const char *path, lw_diags *diags) LW_CHECKED;

// Test hook: fail the n-th step (open, write, fsync, close, rename) of the next writes; 0 switches
// it off.
void lw_file_fail_at(int64_t step);

#endif
