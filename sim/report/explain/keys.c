// SPDX-License-Identifier: GPL-3.0-or-later
// The keys of the scenario file.
#include <string.h>

#include "sim/base/list.h"
#include "sim/config/document.h"
#include "sim/report/explain/explain.h"
#include "sim/report/grid.h"

static lw_status add_group(const lw_explaining *in, lw_key_group group, lw_list *out) {
    lw_key_group *added = LW_LIST_ADD(out, lw_key_group, in->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = group;
    return LW_OK;
}

// Keys of every object of a section: those that decide which table the others are read by, and the
// common ones.
static const lw_option *common_rows(const lw_explaining *in, const lw_section *section) {
    size_t types = 0, count = 0, own = lw_options_count(section->common);
    while (section->type_at(types) != NULL) {
        types++;
    }
    lw_option *row = LW_NEW_ARRAY(in->arena, lw_option, own + 3);
    const char **words = LW_NEW_ARRAY(in->arena, const char *, types + 1);
    const char *preset = lw_arena_print(in->arena, "name of a preset (`lanewise list %s`); other keys of the %s go over it",
                                        lw_shelf_words[section->shelf], section->noun);
    if (row == NULL || words == NULL || preset == NULL) {
        return NULL;
    }
    for (size_t t = 0; t < types; t++) {
        words[t] = section->type_at(t)->name;
    }
    if (section->has_presets) {
        row[count++] = (lw_option){.key = "preset", .kind = LW_OPTION_TEXT, .fallback = "", .help = preset};
    }
    row[count++] = (lw_option){.key = section->type_key,
                               .kind = LW_OPTION_WORD,
                               .words = words,
                               .fallback = section->has_presets ? "" : NULL,
                               .help = section->has_presets ? "what it is, which decides its other keys; a preset says it too"
                                                            : "what is to be done, which decides the other keys"};
    memcpy(&row[count], section->common, own * sizeof *row);
    return row;
}

static lw_status add_section(const lw_explaining *in, const lw_section *section, lw_list *out) {
    const lw_option *common = common_rows(in, section);
    const char *what = lw_arena_print(in->arena, "keys of every %s", section->noun);
    if (common == NULL || what == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(add_group(in, (lw_key_group){section->name, NULL, what, common}, out));
    const lw_type *type;
    for (size_t t = 0; (type = section->type_at(t)) != NULL; t++) {
        LW_TRY(add_group(in, (lw_key_group){section->name, type, type->summary, type->options}, out));
    }
    return LW_OK;
}

// The keys at the top of the file, those that decide about a run included.
static const lw_option *top_rows(const lw_explaining *in) {
    const lw_option *run = in->format->section[LW_SECTION_RUN].type_at(0)->options;
    size_t head = lw_options_count(lw_head_options), count = lw_options_count(run);
    lw_option *row = LW_NEW_ARRAY(in->arena, lw_option, head + count + 1);
    if (row != NULL) {
        memcpy(row, lw_head_options, head * sizeof *row);
        memcpy(&row[head], run, count * sizeof *row);
    }
    return row;
}

lw_status lw_key_groups(const lw_explaining *in, lw_list *out) {
    const lw_option *top = top_rows(in);
    *out = (lw_list){0};
    if (top == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(add_group(in, (lw_key_group){"scenario", NULL, "the file's own keys", top}, out));
    for (int id = 0; id < LW_SECTION_RUN; id++) {
        LW_TRY(add_section(in, &in->format->section[id], out));
    }
    return add_group(in, (lw_key_group){"charts", NULL, "pictures of the results", in->charts}, out);
}

static const char *name_of(const lw_key_group *group) {
    return group->type != NULL ? group->type->name : NULL;
}

static bool is_quantity(const lw_option *row) {
    return row->kind == LW_OPTION_QUANTITY_INT || row->kind == LW_OPTION_QUANTITY_REAL;
}

const char *lw_explain_default(const lw_option *row) {
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

void lw_explain_value(const lw_option *row, lw_text *out) {
    add_kind(row, out);
    if (has_range(row) && row->minimum < row->maximum) {
        lw_text_add(out, "; ");
        add_range(row, out);
    }
}

lw_status lw_explain_options(const lw_option *options, lw_arena *arena, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "lll");
    LW_GRID_ADD(grid, "key", "default", "what it is, and where the default comes from");
    for (const lw_option *row = options; row->key != NULL; row++) {
        LW_GRID_ADD(grid, row->key, lw_explain_default(row), row->help);
        if (row->source != NULL) {
            LW_GRID_ADD(grid, NULL, NULL);
            lw_grid_print(grid, "  %s: %s", row->evidence == LW_ASSUMED ? "assumed" : "source", row->source);
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
           same_text(a->source, b->source) && a->evidence == b->evidence;
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
            if (name_of(&groups[i]) != NULL) {
                lw_text_print(out, ": %s", name_of(&groups[i]));
            }
        } else if (name_of(&groups[i]) != NULL) {
            lw_text_print(out, ", %s", name_of(&groups[i]));
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
    add_line(out, "default", lw_explain_default(row));
    if (row->source != NULL) {
        add_line(out, row->evidence == LW_ASSUMED ? "assumed" : "source", row->source);
    }
    if (is_quantity(row) && row->words == NULL) {
        add_line(out, "example", lw_dimension_example(row->dimension));
    }
    if (row->fitted) {
        add_line(out, "fitted", "to measured tables, in presets; a measured table sets it only where it quotes its source");
    }
}

// "SECTION.NAME.KEY", "SECTION.KEY", "NAME.KEY" or "KEY": does what stands before the key fit the
// group?
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
    const char *name = name_of(group);
    return name != NULL && strlen(name) == length && strncmp(before, name, length) == 0;
}

lw_status lw_explain_key(const lw_explaining *in, const char *path, lw_text *out, bool *found) {
    const char *dot = strrchr(path, '.');
    const char *key = dot == NULL ? path : dot + 1;
    const size_t before = dot == NULL ? 0 : (size_t)(dot - path);
    lw_list list;
    LW_TRY(lw_key_groups(in, &list));
    const lw_key_group *groups = LW_LIST_ITEMS(&list, const lw_key_group);
    const size_t count = list.count;
    const lw_option **rows = LW_NEW_ARRAY(in->arena, const lw_option *, count);
    bool *mine = LW_NEW_ARRAY(in->arena, bool, count);
    if (rows == NULL || mine == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        rows[i] = fits_group(&groups[i], path, before) ? lw_option_find(groups[i].options, key) : NULL;
    }
    *found = false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i] == NULL) {
            continue;
        }
        const lw_option *row = rows[i];
        for (size_t k = 0; k < count; k++) {
            mine[k] = rows[k] != NULL && same_row(row, rows[k]);
            rows[k] = mine[k] ? NULL : rows[k];
        }
        lw_text_add(out, *found ? "\n" : "");
        add_key_page(groups, mine, count, row, out);
        *found = true;
    }
    const char *section_end = strchr(path, '.');
    // "workloads.upload.bytes": the reader's own name stands between
    if (!*found && section_end != dot) {
        const char *without = lw_arena_print(in->arena, "%.*s.%s", (int)(section_end - path), path, key);
        return without == NULL ? LW_NO_MEMORY : lw_explain_key(in, without, out, found);
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
