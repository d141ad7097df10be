// SPDX-License-Identifier: GPL-3.0-or-later
// JSON Schemas of the files, for editors.
#ifndef LW_SCHEMA_H
#define LW_SCHEMA_H

#include "sim/config/object.h"

// Of the scenario file, generated from the option tables. charts: the table of an entry under `charts:`, which belongs
// to whoever draws them.
lw_status lw_schema_write(const lw_format *format, const lw_option *charts, lw_arena *arena, const char **json) LW_CHECKED;

// What a map of a file has beside the keys of its own table.
typedef enum lw_file_holds {
    LW_FILE_KEYS,      // nothing
    LW_FILE_SCENARIO,  // the sections of a scenario
    LW_FILE_WORK       // the keys of a kind of work, of which none must be given
} lw_file_holds;

// A map of a file that is no scenario. What refers to it in a row above says so by lw_option.schema: "#/$defs/NAME".
typedef struct lw_file_map {
    const char *name;          // "limit"; "" is the file itself, which is the first
    const char *what;          // one sentence; NULL: past the last
    const lw_option *options;  // of its own keys
    lw_file_holds holds;
} lw_file_map;

// The schema of such a file, by its maps. title: "lanewise plan".
lw_status lw_schema_of(const lw_file_map *maps, const char *title, const lw_format *format, lw_arena *arena,
                       const char **json) LW_CHECKED;

#endif
