// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/series_names.h"

#include <string.h>

typedef struct namer {
    const lw_chart_request *request;
    const char *series_path;
    bool is_number;  // its values
    lw_arena *arena;
    lw_chart_data *data;
} namer;

// Is what was swept this link, or something of it? The label of another link says nothing of what
// tells the series apart: "p2p true" may go over one link and "p2p false" over the next.
static bool is_swept(const namer *n, const char *link) {
    static const char prefix[] = "links.";
    if (!lw_is_given(n->series_path)) {
        return true;
    }
    if (strncmp(n->series_path, prefix, sizeof prefix - 1) != 0 || !lw_is_given(link)) {
        return false;
    }
    const char *name = n->series_path + sizeof prefix - 1;
    const size_t length = strcspn(name, ".[");
    const bool any = length == 1 && name[0] == '*';
    return any || (strcspn(link, "[") == length && strncmp(name, link, length) == 0);
}

// Does some value need the word before it, as in "p2p true"?
static bool values_need_key(const namer *n) {
    static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "none", "auto", "ideal", "0"};
    bool needed = n->is_number;
    for (size_t i = 0; i < n->data->series_count; i++) {
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
            needed = needed || strcmp(n->data->series[i].value, words[k]) == 0;
        }
    }
    return needed && lw_is_given(n->series_path);
}

static bool label_is_unique(const lw_chart_data *data, size_t index) {
    const char *label = data->series[index].label;
    for (size_t i = 0; lw_is_given(label) && i < data->series_count; i++) {
        if (i != index && lw_is_given(data->series[i].label) && strcmp(label, data->series[i].label) == 0) {
            return false;
        }
    }
    return lw_is_given(label);
}

// Labels of links serve as names when they tell all series apart; on the plane all of one hue.
static bool labels_serve(const namer *n, size_t index) {
    const lw_series *series = n->data->series;
    for (size_t i = 0; i < n->data->series_count; i++) {
        bool concerned = n->request->kind != LW_CHART_PLANE || series[i].hue == series[index].hue;
        if (concerned && !(label_is_unique(n->data, i) && is_swept(n, series[i].link))) {
            return false;
        }
    }
    return true;
}

const char *lw_readable(lw_arena *arena, const char *name) {
    char *clean = lw_clean_utf8(arena, name);
    for (char *at = clean; at != NULL && *at != '\0'; at++) {
        *at = *at == '=' || *at == '_' ? ' ' : *at;
    }
    const char *cubic = clean == NULL ? NULL : strstr(clean, "g/m3");
    return cubic == NULL ? clean : lw_arena_print(arena, "%.*sg/m\u00B3%s", (int)(cubic - clean), clean, cubic + 4);
}

static const char *xml_name(lw_arena *arena, size_t index, const char *text) {
    char *name = lw_arena_print(arena, "series-%zu-%.40s", index + 1, text);
    for (char *at = name; at != NULL && *at != '\0'; at++) {
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');
        *at = letter ? *at : '-';
    }
    return name;
}

// name: NULL when out of memory.
static void give_name(const namer *n, lw_series *series, const char *name) {
    series->plain = name == NULL ? NULL : lw_readable(n->arena, name);
    series->name = series->plain;
    if (series->plain != NULL && series->evidence >= LW_ASSUMED) {
        series->name = lw_arena_print(n->arena, "%s (%s)", series->plain, lw_evidence_words[series->evidence]);
    }
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

size_t lw_shared_words(const char *const *text, size_t count) {
    const char *first = count > 1 ? text[0] : "";
    size_t shared = 0;
    for (size_t at = 0; first[at] != '\0' && is_letter(first[shared]); at++) {
        const bool ends = first[at] == ' ' || first[at] == '=';
        bool goes_on = true;
        for (size_t i = 0; i < count; i++) {
            if (text[i][at] != first[at]) {
                return shared;
            }
            goes_on = goes_on && is_letter(text[i][at + 1]);
        }
        if (ends && !goes_on) {
            return shared;
        }
        shared = ends ? at + 1 : shared;
    }
    for (size_t i = 1; i < count; i++) {
        if (strcmp(text[i], first) != 0) {
            return shared;
        }
    }
    return 0;
}

// Does one number alone tell the series apart, and are all of one hue?
static bool is_ordered(const namer *n) {
    const lw_chart_data *data = n->data;
    bool ordered = n->is_number && data->series_count > 1;
    for (size_t i = 0; i < data->series_count && ordered; i++) {
        const lw_series *series = &data->series[i];
        ordered = strcmp(series->key, series->value) == 0 && series->hue == data->series[0].hue;
    }
    return ordered;
}

// Spread over all steps. Of more series than there are steps neighbours share one, two at most, and
// then differ otherwise.
static void give_step(lw_chart_data *data, size_t index) {
    lw_series *series = &data->series[index];
    size_t before = 0;
    for (size_t i = 0; i < data->series_count; i++) {
        before += data->series[i].number < series->number || (data->series[i].number == series->number && i < index) ? 1 : 0;
    }
    const size_t last = data->series_count > 1 ? data->series_count - 1 : 1;
    const size_t step = (before * (LW_STEPS - 1) + last / 2) / last;
    series->shade = (lw_shade)(LW_SHADE_STEP + (int)step);
    series->again = before > 0 && ((before - 1) * (LW_STEPS - 1) + last / 2) / last == step;
}

static void give_shade(const namer *n, size_t index, bool ordered, int used[LW_HUES]) {
    lw_series *series = &n->data->series[index];
    if (ordered) {
        give_step(n->data, index);
        return;
    }
    series->shade = (lw_shade)(used[series->hue] % LW_LINE_SHADES);
    series->again = used[series->hue]++ / LW_LINE_SHADES % 2 == 1;
}

const char *lw_path_value(lw_arena *arena, const char *path, const char *text) {
    static const char nodes[] = "nodes.", count[] = ".count";
    const char *group = path + sizeof nodes - 1, *end = strrchr(path, '.');
    if (strncmp(path, nodes, sizeof nodes - 1) == 0 && end >= group && strcmp(end, count) == 0) {
        const int own = (int)strcspn(text, ",");  // what follows is of other paths
        return lw_arena_print(arena, "%.*s %.*s%s", own, text, (int)(end - group), group, text + own);
    }
    return lw_arena_print(arena, "%s %s", lw_path_end(path), text);
}

static lw_status name_series(const namer *n) {
    lw_chart_data *data = n->data;
    const char **key = LW_NEW_ARRAY(n->arena, const char *, data->series_count);
    if (key == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < data->series_count; i++) {
        key[i] = data->series[i].key;
    }
    const size_t shared = lw_shared_words(key, data->series_count);
    const bool with_key = values_need_key(n);
    const bool ordered = is_ordered(n);
    int used[LW_HUES] = {0};
    for (size_t i = 0; i < data->series_count; i++) {
        lw_series *series = &data->series[i];
        bool by_label = labels_serve(n, i);
        const char *name = by_label ? series->label : series->key + shared;
        if (!by_label && with_key) {
            name = lw_path_value(n->arena, n->series_path, series->key);
        } else if (!by_label && series->key[0] == '\0') {
            name = lw_is_given(series->label) ? series->label : lw_is_given(series->link) ? series->link : "model";
        }
        give_name(n, series, name);
        series->id = xml_name(n->arena, i, series->key);
        give_shade(n, i, ordered, used);
        series->shape = (lw_shape)(i % LW_SHAPE_CROSS);  // which is for what nobody measured
        if (series->name == NULL || series->id == NULL) {
            return LW_NO_MEMORY;
        }
    }
    return LW_OK;
}

// The link that a curve is about; NULL when it is not one. A bar is about its last point alone.
static const char *link_of(const namer *n, const lw_curve *curve) {
    const bool one = n->request->kind == LW_CHART_WATERFALL || !curve->mixed;
    return one && curve->stage != NULL ? curve->stage->label : NULL;
}

// Are some series about several links, but the curves of this panel about one each, and no two
// about the same?
static bool links_tell_more(const namer *n, const lw_panel *panel) {
    bool several = false;
    for (size_t i = 0; i < panel->curve_count; i++) {
        const lw_series *series = &n->data->series[panel->curve[i].series];
        const char *link = link_of(n, &panel->curve[i]);
        several = several || !lw_is_given(series->label);
        const bool named =
            lw_has_named_marks(n->request) && is_swept(n, panel->curve[i].stage == NULL ? NULL : panel->curve[i].stage->link);
        if (!lw_is_given(link) || !(named || series->key[0] == '\0')) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(link, link_of(n, &panel->curve[k])) == 0) {
                return false;
            }
        }
    }
    return several;
}

// A line keeps the name of its series in all panels, so that a reader can follow it. Bars and
// marks, and a line without a swept value of its own, say which link they are.
static lw_status give_looks(const namer *n) {
    for (size_t i = 0; i < n->data->panel_count; i++) {
        lw_panel *panel = &n->data->panel[i];
        const bool by_link = links_tell_more(n, panel);
        for (size_t k = 0; k < panel->curve_count; k++) {
            lw_curve *curve = &panel->curve[k];
            curve->look = n->data->series[curve->series];
            if (by_link) {
                curve->look.hue = curve->stage->hue;
                curve->look.evidence = lw_evidence_shown(n->request, curve->stage);
                give_name(n, &curve->look, curve->stage->label);
            }
            if (curve->look.name == NULL) {
                return LW_NO_MEMORY;
            }
        }
    }
    return LW_OK;
}

lw_status lw_series_give_names(const lw_chart_request *request, const char *series_path, bool is_number, lw_arena *arena,
                               lw_chart_data *data) {
    const namer n = {request, series_path, is_number, arena, data};
    LW_TRY(name_series(&n));
    return give_looks(&n);
}

// ---- Measured tables ----

typedef struct table_at {
    size_t panel, index;
} table_at;

static const lw_curve *table_of(const lw_chart_data *data, table_at at) {
    return &data->panel[at.panel].measured[at.index];
}

// The next in the order of panels; false when there is none.
static bool next_table(const lw_chart_data *data, table_at *at) {
    at->index++;
    while (at->panel < data->panel_count && at->index >= data->panel[at->panel].measured_count) {
        *at = (table_at){at->panel + 1, 0};
    }
    return at->panel < data->panel_count;
}

static bool in_one_colour(const lw_chart_data *data, size_t a, size_t b) {
    if (a == SIZE_MAX || b == SIZE_MAX) {
        return a == b;
    }
    return data->series[a].hue == data->series[b].hue && data->series[a].shade == data->series[b].shade;
}

static bool alike(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

// Does the foot say the same of both?
static bool is_one_source(const lw_curve *a, const lw_curve *b) {
    const lw_measured_series *x = a->measured, *y = b->measured;
    const bool named = x->label != NULL && x->provenance != NULL;
    return a->series == b->series && x->validate_only == y->validate_only && alike(x->label, y->label) &&
           alike(x->provenance, y->provenance) && (named || alike(x->table, y->table));
}

// Free of tables in this colour before the one at `last`, and not what another line is known by;
// unless strict, another of this colour.
static bool is_free(const lw_chart_data *data, const lw_curve *own, table_at last, lw_shape shape, bool strict) {
    bool is_free = true;
    for (size_t i = 0; i < data->series_count; i++) {
        const bool concerned = i != own->series && (strict || in_one_colour(data, i, own->series));
        is_free = is_free && (!concerned || data->series[i].shape != shape);
    }
    table_at at = {0, SIZE_MAX};
    while (is_free && next_table(data, &at) && (at.panel != last.panel || at.index != last.index)) {
        const lw_curve *other = table_of(data, at);
        is_free = !in_one_colour(data, other->series, own->series) || other->shape != shape;
    }
    return is_free;
}

static lw_shape mark_of(const lw_chart_data *data, table_at last) {
    const lw_curve *own = table_of(data, last);
    if (own->measured->modelled) {
        return LW_SHAPE_CROSS;
    }
    table_at at = {0, SIZE_MAX};
    while (next_table(data, &at) && (at.panel != last.panel || at.index != last.index)) {
        if (is_one_source(table_of(data, at), own)) {
            return table_of(data, at)->shape;
        }
    }
    const lw_shape first = own->series == SIZE_MAX ? LW_SHAPE_CIRCLE : data->series[own->series].shape;
    for (int i = 0; i < 3 * LW_SHAPE_CROSS; i++) {
        const lw_shape shape = (lw_shape)(((int)first + i) % LW_SHAPE_CROSS);
        // its own, then one that is no line's, then any
        const bool wanted = i == 0 || i >= LW_SHAPE_CROSS;
        if (wanted && is_free(data, own, last, shape, i > 0 && i < 2 * LW_SHAPE_CROSS)) {
            return shape;
        }
    }
    return first;
}

void lw_series_give_marks(lw_chart_data *data) {
    table_at at = {0, SIZE_MAX};
    while (next_table(data, &at)) {
        data->panel[at.panel].measured[at.index].shape = mark_of(data, at);
    }
}
