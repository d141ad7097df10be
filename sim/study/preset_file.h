// SPDX-License-Identifier: GPL-3.0-or-later
// Fitted values into the files of their presets; what else stands there stays as it is.
#ifndef LW_PRESET_FILE_H
#define LW_PRESET_FILE_H

#include "sim/study/fit.h"

// `value` and `error` of each parameter's row, each file whole or not at all. A row without `error`
// gets one.
lw_status lw_preset_file_write(const lw_catalog *catalog, const lw_fit_parameter *parameter, size_t count, lw_arena *arena,
                               lw_diags *diags) LW_CHECKED;

#endif
