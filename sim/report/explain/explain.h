// SPDX-License-Identifier: GPL-3.0-or-later
// What `lanewise explain` says: about a link family or a kind of work, a preset, a measured table,
// a key of the scenario file, a word of the field. All of it from the tables that parse the file,
// the presets, and the models themselves.
#ifndef LW_EXPLAIN_H
#define LW_EXPLAIN_H

#include "models/family.h"
#include "sim/base/list.h"
#include "sim/base/text.h"
#include "sim/config/object.h"

// What there is to explain, and where memory and findings go.
typedef struct lw_explaining {
    const lw_format *format;
    const lw_catalog *catalog;
    lw_presets *presets;
    const lw_option *charts;  // the table of an entry under `charts:`
    lw_arena *arena;
    lw_diags *diags;
} lw_explaining;

// Append what is known about a name; NULL: what there is. LW_BAD_USAGE with a diagnostic when
// nothing is known.
lw_status lw_explain(const lw_explaining *in, const char *name, lw_text *out) LW_CHECKED;

// ---- keys.c ----

// The option table of one kind of thing under one section of the file.
typedef struct lw_key_group {
    const char *section;  // "scenario", "links", "nodes", "workloads", "charts"
    const lw_type *type;  // NULL: what all of the section have
    const char *what;     // one sentence
    const lw_option *options;
} lw_key_group;

// All tables there are, in *out (lw_key_group).
lw_status lw_key_groups(const lw_explaining *in, lw_list *out) LW_CHECKED;
// Append the table of a group's keys: key, default, what it means, where the default comes from.
lw_status lw_explain_options(const lw_option *options, lw_arena *arena, lw_text *out) LW_CHECKED;
// Append what a key takes: "a size, in B, kB, ...; 1 B to 4 KiB", "a whole number; 1 to 16", "pinned or pageable".
void lw_explain_value(const lw_option *row, lw_text *out);
// "required", "none", or the default as it would be written.
const char *lw_explain_default(const lw_option *row);
// Append what is known about a key: "links.mps", "nodes.gpu.copy_engines", "mps", and with a name
// of the reader's own in the middle. *found is false when there is none such.
lw_status lw_explain_key(const lw_explaining *in, const char *path, lw_text *out, bool *found) LW_CHECKED;

// ---- link.c ----

// A family: how it works, an example with its numbers, its parameters and presets.
lw_status lw_explain_family(const lw_explaining *in, const lw_family *family, lw_text *out) LW_CHECKED;
// The latency of a link preset, how its rate comes about and where it goes.
lw_status lw_explain_link(const lw_explaining *in, const lw_preset *preset, lw_text *out) LW_CHECKED;

// ---- terms.c ----

// A word of the field.
typedef struct lw_term {
    const char *name;
    const char *page;  // ends with a newline
} lw_term;
extern const lw_term lw_terms[];  // ends with a NULL name
typedef struct lw_other_name {
    const char *name, *term;
} lw_other_name;
extern const lw_other_name lw_other_names[];    // ends with a NULL name
const lw_term *lw_term_find(const char *name);  // by another name of it, too; NULL: unknown

// ---- heads.c ----
// What stands over columns and at axes: `page` is a sentence without its full stop. Ends with a NULL name.
extern const lw_term lw_heads[];
// Append what a metric is, or one of these heads, by its words with any case, - or _ for spaces, and with or without a
// unit behind a comma or in brackets. False: nothing is known, and nothing was appended.
bool lw_explain_head(const char *name, lw_text *out);

#endif
