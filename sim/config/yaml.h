// SPDX-License-Identifier: GPL-3.0-or-later
// A YAML text as a tree with marks. Refused: files over 1 MiB, nesting over 32, duplicate keys,
// aliases and anchors, tags, tabs, bad UTF-8, several documents. Scalars stay text: typing is the
// option tables' work.
#ifndef LW_YAML_H
#define LW_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/diag.h"

enum { LW_TREE_DEPTH_MAX = 32 };

typedef enum lw_yaml_kind { LW_SCALAR, LW_LIST, LW_MAP } lw_yaml_kind;

typedef struct lw_yaml lw_yaml;
struct lw_yaml {
    lw_yaml_kind kind;
    lw_place place;      // of the value
    const char *text;    // scalar: its text; else NULL
    bool quoted;         // scalar: written in quotes
    const char *key;     // when the parent is a map; else NULL
    lw_place key_place;  // place of the key
    lw_yaml *parent;     // NULL at the root
    lw_yaml *first;      // children in file order
    lw_yaml *next;       // next sibling
    size_t count;        // number of children
};

// Parse source->text. The root of an empty text is an empty map. source must outlive the tree.
lw_status lw_tree_parse(const lw_source *source, lw_arena *arena, lw_diags *diags, lw_yaml **root) LW_CHECKED;

// Child of a map by key; NULL when there is none (or map is NULL or no map).
lw_yaml *lw_map_get(const lw_yaml *map, const char *key);
// The text of such a child that is a scalar; NULL when there is none.
const char *lw_map_text(const lw_yaml *map, const char *key);
// Is the value left out: `gpu:` and nothing after it? NULL counts as left out.
bool lw_is_empty(const lw_yaml *value);
// A scalar that stands nowhere in a file; NULL when out of memory.
lw_yaml *lw_scalar_new(lw_arena *arena, const char *text, lw_place place) LW_CHECKED;

// A deep copy whose parent is NULL; NULL when out of memory.
lw_yaml *lw_tree_copy(const lw_yaml *node, lw_arena *arena) LW_CHECKED;

// Put a copy of value at a dotted path ("links.egpu.lanes", "nodes.gpus[2].preset", "measured[0]");
// maps are made as needed, lists must have the index. Errors are diagnosed at `at` (the --set
// argument or the sweep key).
lw_status lw_tree_set(lw_yaml *root, const char *path, const lw_yaml *value, lw_place at, lw_arena *arena,
                      lw_diags *diags) LW_CHECKED;
// The node at a path; NULL when there is none.
lw_yaml *lw_tree_at(lw_yaml *root, const char *path);
// The dotted path of a node, for messages; NULL when out of memory.
const char *lw_yaml_path(const lw_yaml *node, lw_arena *arena);

// Merge: every key of `over` replaces or is added to `base` (maps merge deeply, all else is
// replaced). Both must be maps.
lw_status lw_tree_merge(lw_yaml *base, const lw_yaml *over, lw_arena *arena) LW_CHECKED;

#endif
