// SPDX-License-Identifier: GPL-3.0-or-later

#include "sim/config/sweep.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/suggest.h"

// ---- Values ----

// What a reader calls a value: the preset, else its keys.
static const char *value_text(const lw_yaml *value, lw_arena *arena) {
    if (value->kind == LW_SCALAR) {
        return value->text;
    }
    const char *text = "";
    for (const lw_yaml *item = value->first; text != NULL && item != NULL; item = item->next) {
        bool head = value->kind == LW_MAP && (strcmp(item->key, "preset") == 0 || strcmp(item->key, "type") == 0);
        const char *part = item->kind == LW_SCALAR ? item->text : "...";
        const char *space = text[0] != '\0' ? " " : "";
        text = head || value->kind == LW_LIST ? lw_arena_print(arena, "%s%s%s", text, space, part)
                                              : lw_arena_print(arena, "%s%s%s=%s", text, space, item->key, part);
    }
    return text;
}

static lw_status describe_value(const lw_yaml *value, lw_arena *arena, lw_axis_value *out) {
    lw_quantity quantity;
    *out = (lw_axis_value){.yaml = value, .text = value_text(value, arena)};
    if (out->text == NULL) {
        return LW_NO_MEMORY;
    }
    const bool plain = value->kind == LW_SCALAR && !value->quoted;
    out->is_flag = plain && (strcmp(value->text, "true") == 0 || strcmp(value->text, "false") == 0);
    if (plain && lw_quantity_parse_any(value->text, &quantity)) {
        out->is_number = true;
        out->number = quantity.value;
        out->dimension = quantity.dimension;
    }
    return LW_OK;
}

// ---- Ranges: {from, to, factor | step} ----

typedef struct {
    const lw_yaml *from, *to, *factor, *step;
} range_keys;

static const lw_option range_options[] = {
    {.key = "from", .kind = LW_OPTION_YAML, .offset = offsetof(range_keys, from), .help = "first value"},
    {.key = "to", .kind = LW_OPTION_YAML, .offset = offsetof(range_keys, to), .help = "last value, taken if it is met"},
    {.key = "factor",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(range_keys, factor),
     .fallback = "",
     .help = "each value is that many times the last"},
    {.key = "step",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(range_keys, step),
     .fallback = "",
     .help = "each value is that much more than the last"},
    {0}};

static lw_status range_number(const lw_yaml *node, lw_diags *diags, lw_quantity *out) {
    if (node->kind != LW_SCALAR || !lw_quantity_parse_any(node->text, out)) {
        return lw_error(diags, node->place, "write a number with its unit, such as 4 KiB", "'%s' of a range is no quantity",
                        node->key);
    }
    lw_quantity_remark(out, node->place, diags);
    return LW_OK;
}

// The value as a text that parses back to it. Sizes and times are whole numbers of their base
// units.
static const char *range_text(double value, lw_dimension dimension, lw_arena *arena) {
    const char *unit = dimension == LW_TRANSFERS ? "MT/s" : lw_dimension_base(dimension);
    char number[LW_QUANTITY_TEXT];
    bool whole = dimension == LW_BYTES || dimension == LW_TIME || dimension == LW_RATE;
    lw_number_print(dimension == LW_TRANSFERS ? value / 1e6 : whole ? nearbyint(value) : value, number);
    return lw_arena_print(arena, "%s%s%s", number, *unit == '\0' ? "" : " ", unit);
}

static lw_status add_range_value(double value, lw_dimension dimension, lw_place place, lw_list *values, lw_arena *arena) {
    const char *text = range_text(value, dimension, arena);
    const lw_yaml **slot = LW_LIST_ADD(values, const lw_yaml *, arena);
    lw_yaml *node = text != NULL && slot != NULL ? lw_scalar_new(arena, text, place) : NULL;
    if (node == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = node;
    return LW_OK;
}

static lw_status read_range(const lw_yaml *map, lw_list *values, lw_arena *arena, lw_diags *diags) {
    range_keys keys;
    lw_option_set set = {0};
    lw_options_default(range_options, &keys);
    LW_TRY(lw_options_parse(range_options, map, NULL, &keys, &set, diags));
    LW_TRY(lw_options_require(range_options, &set, "a range", map->place, diags));
    lw_quantity from = {0}, to = {0}, by = {0};
    LW_TRY(range_number(keys.from, diags, &from));
    LW_TRY(range_number(keys.to, diags, &to));
    if ((keys.factor != NULL) == (keys.step != NULL)) {
        return lw_error(diags, map->place, "write {from: 4 KiB, to: 1 GiB, factor: 4}",
                        "a range takes either a factor or a step");
    }
    const lw_yaml *rule = keys.factor != NULL ? keys.factor : keys.step;
    LW_TRY(range_number(rule, diags, &by));
    bool zero = from.value == 0 && from.dimension == LW_PLAIN;  // a bare 0 has every unit
    lw_dimension dimension = zero ? to.dimension : from.dimension;
    if (to.dimension != dimension || (keys.step != NULL && by.dimension != dimension)) {
        return lw_error(diags, map->place, NULL, "the numbers of a range are not of one kind");
    }
    if (keys.factor != NULL && (by.dimension != LW_PLAIN || !(by.value > 1) || !(from.value > 0))) {
        return lw_error(diags, rule->place, "use a factor over 1 and start above 0", "this factor leads nowhere");
    }
    if (keys.step != NULL && !(by.value > 0)) {
        return lw_error(diags, rule->place, "use a step above 0", "this step leads nowhere");
    }
    if (from.value > to.value) {
        return lw_error(diags, map->place, "swap them", "the range ends before it begins");
    }
    // A hair of room, so that 0.1 + 0.1 + 0.1 meets 0.3.
    double end = to.value + 1e-9 * fabs(keys.step != NULL ? by.value : to.value);
    double value = from.value, last = from.value;
    for (size_t i = 1; value <= end && values->count <= LW_POINTS_MAX; i++) {
        LW_TRY(add_range_value(value, dimension, map->place, values, arena));
        last = value;
        value = keys.step != NULL ? from.value + (double)i * by.value : value * by.value;
    }
    if (last < to.value - 1e-9 * fabs(to.value) && values->count <= LW_POINTS_MAX) {
        char text[LW_QUANTITY_TEXT];
        lw_note(diags, keys.to->place, "choose a factor or step that meets it, or list the values",
                "the range ends at %s: its steps do not meet %s", lw_quantity_print(last, dimension, text), keys.to->text);
    }
    return LW_OK;
}

// ---- Axes ----

static lw_status list_values(const lw_yaml *list, lw_list *values, lw_arena *arena) {
    for (const lw_yaml *value = list->first; value != NULL; value = value->next) {
        const lw_yaml **slot = LW_LIST_ADD(values, const lw_yaml *, arena);
        if (slot == NULL) {
            return LW_NO_MEMORY;
        }
        *slot = value;
    }
    return LW_OK;
}

static lw_status describe_values(const lw_list *values, lw_arena *arena, lw_axis *out) {
    out->count = values->count;
    out->value = LW_NEW_ARRAY(arena, lw_axis_value, values->count);
    if (out->value == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < values->count; i++) {
        LW_TRY(describe_value(LW_LIST_ITEMS(values, const lw_yaml *)[i], arena, &out->value[i]));
    }
    return LW_OK;
}

static lw_status read_axis(const lw_yaml *item, lw_arena *arena, lw_diags *diags, lw_axis *out) {
    static const char hint[] = "write a list of values, or {from: 4 KiB, to: 1 GiB, factor: 4}";
    lw_list values = {0};
    *out = (lw_axis){.path = item->key, .place = item->key_place};
    bool generated = item->kind == LW_MAP;
    if (generated) {
        LW_TRY(read_range(item, &values, arena, diags));
    } else if (item->kind != LW_LIST || item->count == 0) {
        return lw_error(diags, item->place, hint, "the sweep of '%s' has no values", item->key);
    } else {
        LW_TRY(list_values(item, &values, arena));
    }
    LW_TRY(describe_values(&values, arena, out));
    for (size_t i = 0; generated && i < out->count; i++) {
        char text[LW_QUANTITY_TEXT];
        out->value[i].text = lw_arena_copy(arena, lw_quantity_print(out->value[i].number, out->value[i].dimension, text));
        if (out->value[i].text == NULL) {
            return LW_NO_MEMORY;
        }
    }
    return LW_OK;
}

lw_status lw_sweep_read(const lw_yaml *map, lw_arena *arena, lw_diags *diags, lw_sweep *out) {
    lw_sweep sweep = {.points = 1};
    if (map != NULL && map->kind != LW_MAP) {
        return lw_error(diags, map->place, "write `links.egpu.lanes: [4, 8, 16]`", "'sweep' must be a map of paths");
    }
    if (map != NULL && map->count > LW_AXES_MAX) {
        return lw_error(diags, map->key_place, "sweep what differs; the rest belongs into the file",
                        "the sweep has more than %d paths", LW_AXES_MAX);
    }
    sweep.axis = LW_NEW_ARRAY(arena, lw_axis, map != NULL ? map->count : 0);
    if (sweep.axis == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_OK;
    for (const lw_yaml *item = map != NULL ? map->first : NULL; item != NULL; item = item->next) {
        lw_axis *axis = &sweep.axis[sweep.axis_count];
        lw_status read = read_axis(item, arena, diags, axis);
        if (read == LW_NO_MEMORY) {
            return read;
        }
        if (read != LW_OK) {
            status = read;
            continue;
        }
        sweep.axis_count++;
        assert(axis->count > 0);
        if (axis->count > LW_POINTS_MAX / sweep.points) {
            return lw_error(diags, item->key_place, "take fewer values", "the sweep has more than %d points", LW_POINTS_MAX);
        }
        sweep.points *= axis->count;
    }
    LW_TRY(status);
    *out = sweep;
    return LW_OK;
}

lw_status lw_sweep_of_table(const lw_yaml *paths, const lw_yaml *rows, lw_arena *arena, lw_diags *diags, lw_sweep *out) {
    if (paths->count > LW_AXES_MAX) {
        return lw_error(diags, paths->place, NULL, "a table varies more than %d paths", LW_AXES_MAX);
    }
    lw_sweep sweep = {.points = rows->count, .zipped = true, .axis = LW_NEW_ARRAY(arena, lw_axis, paths->count)};
    if (sweep.axis == NULL) {
        return LW_NO_MEMORY;
    }
    size_t column = 0;
    for (const lw_yaml *path = paths->first; path != NULL; path = path->next, column++) {
        lw_list values = {0};
        for (const lw_yaml *row = rows->first; row != NULL; row = row->next) {
            const lw_yaml *value = row->first;
            for (size_t i = 0; i < column && value != NULL; i++) {
                value = value->next;
            }
            const lw_yaml **slot = LW_LIST_ADD(&values, const lw_yaml *, arena);
            if (slot == NULL) {
                return LW_NO_MEMORY;
            }
            if (value == NULL) {
                return lw_error(diags, row->place, NULL, "the row has no value for '%s'", path->text);
            }
            *slot = value;
        }
        lw_axis *axis = &sweep.axis[sweep.axis_count++];
        *axis = (lw_axis){.path = path->text, .place = path->place};
        LW_TRY(describe_values(&values, arena, axis));
    }
    *out = sweep;
    return LW_OK;
}

size_t lw_sweep_value(const lw_sweep *sweep, size_t axis, size_t point) {
    if (sweep->zipped) {
        return point;
    }
    size_t faster = 1;
    for (size_t i = axis + 1; i < sweep->axis_count; i++) {
        faster *= sweep->axis[i].count;
    }
    return point / faster % sweep->axis[axis].count;
}

// ---- Paths ----

bool lw_path_parse(const char *text, lw_path *out) {
    size_t length = strcspn(text, ".[");
    for (int section = 0; section < LW_SECTION_RUN; section++) {
        if (strlen(lw_section_words[section]) != length || strncmp(lw_section_words[section], text, length) != 0) {
            continue;
        }
        const char *name = text + length + 1;
        if (text[length] != '.' || strcspn(name, ".[") == 0) {
            return false;
        }
        size_t name_length = strcspn(name, ".");
        bool all = name_length == 1 && name[0] == '*';
        const char *rest = name + name_length;
        *out = (lw_path){(lw_section_id)section, all ? NULL : name, name_length, rest[0] == '.' ? rest + 1 : NULL};
        return rest[0] == '\0' || rest[1] != '\0';
    }
    *out = (lw_path){.section = LW_SECTION_RUN, .key = text};
    return strcmp(text, "seed") == 0 || strcmp(text, "engine") == 0;
}

bool lw_path_is_within(const char *path, const char *whole) {
    for (;;) {
        size_t length[2] = {strcspn(path, "."), strcspn(whole, ".")};
        bool any = (length[0] == 1 && path[0] == '*') || (length[1] == 1 && whole[0] == '*');
        if (!any && (length[0] != length[1] || strncmp(path, whole, length[0]) != 0)) {
            return false;
        }
        path += length[0];
        whole += length[1];
        if (*whole == '\0') {
            return true;
        }
        if (*path == '\0') {
            return false;
        }
        path++;
        whole++;
    }
}
