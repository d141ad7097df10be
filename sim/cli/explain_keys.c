// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "sim/cli/explain.h"
#include "sim/machine/link_spec.h"
#include "sim/report/grid.h"
#include "sim/study/scenario.h"
#include "sim/workload/workload.h"

// Keys that the scenario reads by hand because they decide which table the others are read by.
static const lw_option node_keys[] = {
    {.key = "preset",
     .kind = LW_OPTION_TEXT,
     .fallback = "",
     .help = "name of a device preset; other keys of the node go over it"},
    {.key = "kind", .kind = LW_OPTION_WORD, .words = lw_node_words, .fallback = "", .help = "what it is; a preset says it too"},
    {.key = NULL},
};
static const lw_option link_keys[] = {
    {.key = "between",
     .kind = LW_OPTION_YAML,
     .help = "the two nodes that it joins: [a, b]; name[0..3] for some of a group, name[*] for all"},
    {.key = "preset", .kind = LW_OPTION_TEXT, .fallback = "", .help = "name of a link preset; other keys of the link go over it"},
    {.key = "type", .kind = LW_OPTION_TEXT, .fallback = "", .help = "family whose parameters the link has; a preset says it too"},
    {.key = "pattern", .kind = LW_OPTION_WORD, .words = lw_pattern_words, .fallback = "each", .help = lw_pattern_help},
    {.key = "shape", .kind = LW_OPTION_YAML, .fallback = "", .help = lw_shape_help},
    {.key = NULL},
};
static const lw_option workload_keys[] = {
    {.key = "kind", .kind = LW_OPTION_WORD, .words = lw_workload_words, .help = "what is to be done"},
    {.key = NULL},
};

static void add_group(lw_key_group *out, size_t *count, lw_key_group group) {
    if (*count < LW_KEY_GROUPS_MAX) {
        out[(*count)++] = group;
    }
}

void lw_key_groups(lw_key_group *out, size_t *count) {
    *count = 0;
    add_group(out, count, (lw_key_group){"scenario", NULL, "the file's own keys", lw_scenario_options});
    add_group(out, count, (lw_key_group){"nodes", NULL, "keys of every node", node_keys});
    for (int kind = 0; kind < LW_NODE_KINDS; kind++) {
        add_group(out, count,
                  (lw_key_group){"nodes", lw_node_words[kind], lw_node_help[kind], lw_node_options((lw_node_kind)kind)});
    }
    add_group(out, count, (lw_key_group){"links", NULL, "keys of every link", link_keys});
    for (const lw_family *const *family = lw_families; *family != NULL; family++) {
        add_group(out, count, (lw_key_group){"links", (*family)->name, (*family)->summary, (*family)->options});
    }
    add_group(out, count, (lw_key_group){"workloads", NULL, "keys of every workload", workload_keys});
    for (int kind = 0; kind < LW_WORKLOAD_KINDS; kind++) {
        add_group(out, count,
                  (lw_key_group){"workloads", lw_workload_words[kind], lw_workload_help[kind],
                                 lw_workload_options((lw_workload_kind)kind)});
    }
    add_group(out, count, (lw_key_group){"charts", NULL, "pictures of the results", lw_chart_options});
}

static bool is_quantity(const lw_option *row) {
    return row->kind == LW_OPTION_QUANTITY_INT || row->kind == LW_OPTION_QUANTITY_REAL;
}

// "required", "none", or the default as it would be written.
static const char *default_text(const lw_option *row) {
    return row->fallback == NULL ? "required" : row->fallback[0] == '\0' ? "none" : row->fallback;
}

static void add_words(const lw_option *row, lw_text *out) {
    for (int i = 0; row->words[i] != NULL; i++) {
        lw_text_print(out, "%s%s", i == 0 ? "" : row->words[i + 1] == NULL ? " or " : ", ", row->words[i]);
    }
}

// "a size, in B, kB, ...", "a whole number", "pinned or pageable".
static void add_kind(const lw_option *row, lw_text *out) {
    switch (row->kind) {
    case LW_OPTION_QUANTITY_INT:
    case LW_OPTION_QUANTITY_REAL:
        lw_text_print(out, "%s, in %s", lw_dimension_name(row->dimension), lw_dimension_units(row->dimension));
        break;
    case LW_OPTION_INTEGER:
        lw_text_add(out, "a whole number");
        break;
    case LW_OPTION_WORD:
        add_words(row, out);
        return;
    case LW_OPTION_FLAG:
        lw_text_add(out, "true or false");
        return;
    case LW_OPTION_TEXT:
        lw_text_add(out, "a text");
        return;
    case LW_OPTION_YAML:
        lw_text_add(out, "a list or map");
        return;
    }
    if (row->words != NULL) {
        lw_text_add(out, ": ");
        add_words(row, out);
    }
}

// A maximum that only keeps the arithmetic from overflowing tells a reader nothing.
static const double UNBOUNDED = 1e15;

static bool has_range(const lw_option *row) {
    bool number = is_quantity(row) || row->kind == LW_OPTION_INTEGER;
    return number && (row->minimum != 0 || row->maximum != 0);
}

static void add_range(const lw_option *row, lw_text *out) {
    char low[LW_QUANTITY_TEXT];
    char high[LW_QUANTITY_TEXT];
    if (is_quantity(row)) {
        lw_quantity_print(row->minimum, row->dimension, low);
        lw_quantity_print(row->maximum, row->dimension, high);
    } else {
        lw_number_print(row->minimum, low);
        lw_number_print(row->maximum, high);
    }
    if (row->maximum >= UNBOUNDED) {
        lw_text_print(out, "%s or more", low);
    } else {
        lw_text_print(out, "%s to %s", low, high);
    }
}

lw_status lw_explain_options(const lw_option *options, lw_arena *arena, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "lll");
    LW_GRID_ADD(grid, "key", "default", "what it is, and where the default comes from");
    for (const lw_option *row = options; row->key != NULL; row++) {
        LW_GRID_ADD(grid, row->key, default_text(row), row->help);
        if (row->source != NULL) {
            LW_GRID_ADD(grid, NULL, NULL);
            lw_grid_print(grid, "  source: %s", row->source);
        }
    }
    return lw_grid_write(grid, 2, 0, out);
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_words(const char *const *a, const char *const *b) {
    if (a == b || a == NULL || b == NULL) {
        return a == b;
    }
    size_t i = 0;
    while (a[i] != NULL && same_text(a[i], b[i])) {
        i++;
    }
    return a[i] == NULL && b[i] == NULL;
}

// Families have rows in common; what reads the same is said once.
static bool same_row(const lw_option *a, const lw_option *b) {
    return a->kind == b->kind && a->dimension == b->dimension && same_words(a->words, b->words) && a->minimum == b->minimum &&
           a->maximum == b->maximum && same_text(a->fallback, b->fallback) && same_text(a->help, b->help) &&
           same_text(a->source, b->source);
}

static void add_line(lw_text *out, const char *name, const char *value) {
    lw_text_print(out, "  %-8s  %s\n", name, value);
}

static void add_key_page(const lw_key_group *groups, const bool *mine, size_t count, const lw_option *row, lw_text *out) {
    const char *section = NULL;
    lw_text_print(out, "%s", row->key);
    for (size_t i = 0; i < count; i++) {
        if (!mine[i]) {
            continue;
        }
        if (section == NULL || strcmp(section, groups[i].section) != 0) {
            lw_text_print(out, "%s%s", section == NULL ? ", of " : "; ", groups[i].section);
            section = groups[i].section;
            if (groups[i].name != NULL) {
                lw_text_print(out, ": %s", groups[i].name);
            }
        } else if (groups[i].name != NULL) {
            lw_text_print(out, ", %s", groups[i].name);
        }
    }
    lw_text_print(out, "\n  %s\n\n", row->help);
    lw_text_add(out, "  value     ");
    add_kind(row, out);
    if (has_range(row)) {
        lw_text_add(out, "\n  range     ");
        add_range(row, out);
    }
    lw_text_add(out, "\n");
    add_line(out, "default", default_text(row));
    if (row->source != NULL) {
        add_line(out, "source", row->source);
    }
    if (is_quantity(row) && row->words == NULL) {
        add_line(out, "example", lw_dimension_example(row->dimension));
    }
}

// "SECTION.NAME.KEY", "SECTION.KEY", "NAME.KEY" or "KEY": does what stands before the key fit the group?
static bool fits_group(const lw_key_group *group, const char *before, size_t length) {
    if (length == 0) {
        return true;
    }
    size_t section = strlen(group->section);
    if (strncmp(before, group->section, section) == 0 && (section == length || (section < length && before[section] == '.'))) {
        if (section == length) {
            return true;
        }
        before += section + 1;
        length -= section + 1;
    }
    return group->name != NULL && strlen(group->name) == length && strncmp(before, group->name, length) == 0;
}

lw_status lw_explain_key(const char *path, lw_arena *arena, lw_text *out, bool *found) {
    const char *dot = strrchr(path, '.');
    const char *key = dot == NULL ? path : dot + 1;
    const size_t before = dot == NULL ? 0 : (size_t)(dot - path);
    size_t count = 0;
    lw_key_group *groups = LW_NEW_ARRAY(arena, lw_key_group, LW_KEY_GROUPS_MAX);
    const lw_option *rows[LW_KEY_GROUPS_MAX] = {NULL};
    if (groups == NULL) {
        return LW_NO_MEMORY;
    }
    lw_key_groups(groups, &count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = fits_group(&groups[i], path, before) ? lw_option_find(groups[i].options, key) : NULL;
    }
    *found = false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i] == NULL) {
            continue;
        }
        const lw_option *row = rows[i];
        bool mine[LW_KEY_GROUPS_MAX] = {false};
        for (size_t k = i; k < count; k++) {
            mine[k] = rows[k] != NULL && same_row(row, rows[k]);
            rows[k] = mine[k] ? NULL : rows[k];
        }
        lw_text_add(out, *found ? "\n" : "");
        add_key_page(groups, mine, count, row, out);
        *found = true;
    }
    const char *section_end = strchr(path, '.');
    if (!*found && section_end != dot) {  // "workloads.upload.bytes": the reader's own name stands between
        const char *without = lw_arena_print(arena, "%.*s.%s", (int)(section_end - path), path, key);
        return without == NULL ? LW_NO_MEMORY : lw_explain_key(without, arena, out, found);
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
