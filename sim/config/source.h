// SPDX-License-Identifier: GPL-3.0-or-later
// Files of text, and the names of YAML files.
#ifndef LW_SOURCE_H
#define LW_SOURCE_H

#include <stdbool.h>

#include "sim/base/diag.h"

enum { LW_SOURCE_BYTES_MAX = 1 << 20 };

// Read a whole file ("-" is stdin) into a source. LW_IO with a diagnostic when it cannot be read or
// is a folder; LW_BAD_INPUT over LW_SOURCE_BYTES_MAX.
lw_status lw_source_read(const char *path, lw_arena *arena, lw_diags *diags, const lw_source **source) LW_CHECKED;

// The same with another limit, and with what is wrong told at the place that names the file.
lw_status lw_source_read_at(const char *path, size_t most, lw_place place, lw_arena *arena, lw_diags *diags,
                            const lw_source **source) LW_CHECKED;
// The file that another one names: a path as it stands, anything else below the first of the two
// folders that has it. NULL in *path: there is none that can be read and is no folder, device or pipe.
lw_status lw_source_find(const char *name, const char *const folder[2], lw_arena *arena, const char **path) LW_CHECKED;

// Does the name end in .yaml, with something before it?
bool lw_is_yaml_name(const char *name);
// The name of a file without its folder and without .yaml; NULL when out of memory.
const char *lw_yaml_stem(const char *path, lw_arena *arena) LW_CHECKED;
// The folder of a file, "." where the path has none; NULL when out of memory.
const char *lw_folder_of(const char *path, lw_arena *arena) LW_CHECKED;

#endif
