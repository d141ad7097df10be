// SPDX-License-Identifier: GPL-3.0-or-later
// JSON files: jansson reads them, and values are found again in the text for messages. jansson is
// known to nobody else.
#ifndef LW_JSON_TREE_H
#define LW_JSON_TREE_H

#include <jansson.h>

#include "sim/import/lines.h"

// The whole file; json_decref. Memory is asked for through sim/base/arena.h.
lw_status lw_json_load(const lw_import *file, json_t **out) LW_CHECKED;
// One line of a file of JSON lines.
lw_status lw_json_load_line(const lw_import *file, const lw_line *line, json_t **out) LW_CHECKED;
// Where the value of a path stands: "nvbandwidth.testcases[2].name".
lw_place lw_json_place(const lw_import *file, const char *path);
// The text of a value at a path (for messages), printed as by printf.
lw_place lw_json_place_of(const lw_import *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
