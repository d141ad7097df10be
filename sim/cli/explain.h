// SPDX-License-Identifier: GPL-3.0-or-later
// What `lanewise explain` can say about the keys of the scenario file, from the same option tables that parse it.
#ifndef LW_EXPLAIN_H
#define LW_EXPLAIN_H

#include "sim/cli/command.h"

// The option table of one kind of thing under one section of the file.
typedef struct lw_key_group {
    const char *section;  // "scenario", "links", "nodes", "workloads", "charts"
    const char *name;     // family, kind of device or workload; NULL for what all of the section have
    const char *what;     // one sentence; may be NULL
    const lw_option *options;
} lw_key_group;

enum { LW_KEY_GROUPS_MAX = 64 };

// A word of the field.
typedef struct lw_term {
    const char *name;
    const char *page;  // ends with a newline
} lw_term;
extern const lw_term lw_terms[];                // ends with a NULL name
const lw_term *lw_term_find(const char *name);  // by another name of it, too; NULL: unknown

// All tables there are. *count is at most LW_KEY_GROUPS_MAX.
void lw_key_groups(lw_key_group *out, size_t *count);

// Append the table of a group's keys: key, default, what it means, where the default comes from.
lw_status lw_explain_options(const lw_option *options, lw_arena *arena, lw_text *out) LW_CHECKED;

// Append what is known about a key: "links.mps", "nodes.gpu.copy_engines", "mps", and with a
// name of the reader's own in the middle. *found is false when there is none such.
lw_status lw_explain_key(const char *path, lw_arena *arena, lw_text *out, bool *found) LW_CHECKED;

#endif
