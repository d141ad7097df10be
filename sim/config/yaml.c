// SPDX-License-Identifier: GPL-3.0-or-later
// YAML text -> tree. libyaml gives events only; limits, duplicate keys and all that is refused are
// ours.
#include "sim/config/yaml.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "sim/base/map.h"
#include "sim/base/text.h"
#include "sim/base/utf8.h"
#include "sim/config/source.h"

// ---- Checks before libyaml sees the text ----

// libyaml gives no line for a bad byte, and ends lines at U+0085, U+2028 and U+2029, which no
// editor does.
static lw_status check_text(const lw_source *source, lw_diags *diags) {
    lw_place place = {source, 0, 0};
    if (source->length > LW_SOURCE_BYTES_MAX) {
        return lw_error(diags, place, "split it, or move tables into files of their own", "the text is larger than 1 MiB");
    }
    place.line = place.column = 1;
    for (size_t i = 0; i < source->length;) {
        uint32_t code;
        if (source->text[i] >= ' ' && source->text[i] < 0x7F) {  // as most are
            i++;
            place.column++;
            continue;
        }
        size_t size = lw_utf8_next(source->text + i, source->length - i, &code);
        if (code == LW_UTF8_BAD) {
            return lw_error(diags, place, "save the file as UTF-8", "byte 0x%02X is not UTF-8",
                            (unsigned)(unsigned char)source->text[i]);
        }
        bool control = (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || (code >= 0x7F && code < 0xA0);
        if (control || code == 0x2028 || code == 0x2029 || code == 0xFFFE || code == 0xFFFF || (code == 0xFEFF && i > 0)) {
            return lw_error(diags, place, "delete it; in a quoted text it can be written \"\\uXXXX\"",
                            "the character U+%04X is not allowed here", (unsigned)code);
        }
        bool newline = code == '\n' || (code == '\r' && source->text[i + 1] != '\n');
        i += size;
        place.column = newline ? 1 : place.column + (code != 0xFEFF && code != '\r');
        place.line += newline;
    }
    return LW_OK;
}

// ---- Events to nodes ----

typedef struct builder {
    yaml_parser_t parser;
    const lw_source *source;
    lw_arena *arena, *scratch;
    lw_diags *diags;
    lw_map keys;         // of all maps; a key belongs to the map whose number is its scope
    lw_list key_places;  // lw_place, by the number of the key
    lw_yaml *root;
    // The lists and maps that are not closed yet, the last child of each, and their numbers in
    // order of opening.
    lw_yaml *open[LW_TREE_DEPTH_MAX];
    lw_yaml *last[LW_TREE_DEPTH_MAX];
    size_t scope[LW_TREE_DEPTH_MAX];
    size_t opened;
    int depth;
    const char *key;  // of the next value; NULL when a key is due
    lw_place key_place;
    int documents;
} builder;

// Texts are at most 1 MiB, so that marks fit an int.
static lw_place place_of(const builder *in, yaml_mark_t mark) {
    return (lw_place){in->source, (int)mark.line + 1, (int)mark.column + 1};
}

// Does the line of this mark begin with white space that holds a tab?
static bool indented_by_tab(const builder *in, yaml_mark_t mark) {
    const char *at = in->source->text;
    for (size_t line = 0; line < mark.line; line++) {
        at += strcspn(at, "\r\n");
        at += at[0] == '\r' && at[1] == '\n' ? 2 : *at != '\0';
    }
    size_t blank = strspn(at, " \t");
    return memchr(at, '\t', blank) != NULL;
}

// What libyaml says as a user would understand it: its own words where they will do.
static const char *words_of_parser(const builder *in, const char **hint) {
    static const struct {
        const char *part, *hint, *words;
    } known[] = {
        {"mapping values are not allowed", "check the indentation; quote a text that contains ': '", NULL},
        {"did not find expected key", "keys of one map begin in the same column", NULL},
        {"did not find expected '-' indicator", "entries of one list begin in the same column", NULL},
        {"did not find expected ',' or", "put a comma between entries, and close the bracket", NULL},
        {"did not find expected <document start>", "is there a bracket too many, or a quote?", "the text goes on behind its end"},
        {"could not find expected ':'", "write 'key: value', with a space after the colon", NULL},
        {"found unexpected end of stream", "close the quote or the bracket", NULL},
        {"cannot start any token", "quote a text that begins with %, @ or `", NULL},
        {"found unknown escape character", "write '...' instead of \"...\", or \\\\ for a backslash", NULL},
    };
    const yaml_parser_t *parser = &in->parser;
    const char *words = parser->problem;
    *hint = NULL;
    for (size_t i = 0; i < sizeof known / sizeof known[0] && *hint == NULL; i++) {
        if (strstr(parser->problem, known[i].part)) {
            *hint = known[i].hint;
            words = known[i].words != NULL ? known[i].words : words;
        }
    }
    *hint = indented_by_tab(in, parser->problem_mark) ? "indent with spaces, not with tabs" : *hint;
    return words;
}

static lw_status parser_failed(const builder *in) {
    const yaml_parser_t *parser = &in->parser;
    if (parser->error == YAML_MEMORY_ERROR || !parser->problem) {
        return LW_NO_MEMORY;  // every other error of libyaml comes with a problem
    }
    lw_place place = place_of(in, parser->problem_mark);
    lw_place context = place_of(in, parser->context_mark);
    const char *hint;
    const char *words = words_of_parser(in, &hint);
    if (!parser->context || (context.line == place.line && context.column == place.column)) {
        return lw_error(in->diags, place, hint, "%s", words);
    }
    return lw_error(in->diags, place, hint, "%s, %s that begins at line %d, column %d", words, parser->context, context.line,
                    context.column);
}

// A second key of the same map is refused, in constant time however many there are.
static lw_status note_key(builder *in, const lw_yaml *node) {
    bool fresh;
    size_t number = lw_map_number(&in->keys, in->scope[in->depth - 1], node->key, &fresh);
    if (number == LW_MAP_NONE) {
        return LW_NO_MEMORY;
    }
    if (!fresh) {
        return lw_error(in->diags, node->key_place, "delete one of them", "the key '%.60s' was given before, in line %d",
                        node->key, LW_LIST_ITEMS(&in->key_places, lw_place)[number].line);
    }
    lw_place *place = LW_LIST_ADD(&in->key_places, lw_place, in->scratch);
    if (place == NULL) {
        return LW_NO_MEMORY;
    }
    *place = node->key_place;
    return LW_OK;
}

// Hang a node under the open list or map, or make it the root.
static lw_status attach(builder *in, lw_yaml *node) {
    if (in->depth == 0) {
        in->root = node;
        return LW_OK;
    }
    lw_yaml *parent = in->open[in->depth - 1], **last = &in->last[in->depth - 1];
    node->parent = parent;
    if (parent->kind == LW_MAP) {
        node->key = in->key;
        node->key_place = in->key_place;
        in->key = NULL;
        LW_TRY(note_key(in, node));
    }
    *(*last ? &(*last)->next : &parent->first) = node;
    *last = node;
    parent->count++;
    return LW_OK;
}

static bool key_is_due(const builder *in) {
    return in->depth > 0 && in->open[in->depth - 1]->kind == LW_MAP && !in->key;
}

static lw_status refuse_extras(const builder *in, const yaml_char_t *anchor, const yaml_char_t *tag, lw_place place) {
    if (anchor) {
        return lw_error(in->diags, place, "write the value out", "anchors ('&%.60s') are not supported", (const char *)anchor);
    }
    if (tag) {
        return lw_error(in->diags, place, "quote the text if it begins with '!'", "tags ('!...') are not supported");
    }
    return LW_OK;
}

static lw_yaml *new_node(builder *in, lw_yaml_kind kind, lw_place place) {
    lw_yaml *node = LW_NEW(in->arena, lw_yaml);
    if (node) {
        node->kind = kind;
        node->place = place;
    }
    return node;
}

static bool is_null_word(const char *text) {
    return strcmp(text, "~") == 0 || strcmp(text, "null") == 0 || strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0;
}

// Texts reach terminals, tables and names of files: what these could obey is replaced by what can be
// seen.
static const char *copy_visible(lw_arena *arena, const char *value) {
    if (lw_is_visible(value)) {
        return lw_arena_copy(arena, value);
    }
    lw_text shown = {0};
    lw_text_visible(&shown, value);
    const char *copy = shown.failed ? NULL : lw_arena_copy_n(arena, shown.bytes, shown.length);
    lw_text_free(&shown);
    return copy;
}

static lw_status on_scalar(builder *in, const yaml_event_t *event) {
    const char *value = (const char *)event->data.scalar.value;
    lw_place place = place_of(in, event->start_mark);
    bool quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    LW_TRY(refuse_extras(in, event->data.scalar.anchor, event->data.scalar.tag, place));
    if (strlen(value) != event->data.scalar.length) {
        return lw_error(in->diags, place, "delete \\0 from the text", "a text cannot hold the character U+0000");
    }
    if (!key_is_due(in) && !quoted && is_null_word(value)) {
        value = "";
    }
    const char *text = copy_visible(in->arena, value);
    if (!text) {
        return LW_NO_MEMORY;
    }
    if (key_is_due(in)) {
        if (*text == '\0') {
            return lw_error(in->diags, place, "write 'key: value'", "a key is missing here");
        }
        in->key = text;
        in->key_place = place;
        return LW_OK;
    }
    lw_yaml *node = new_node(in, LW_SCALAR, place);
    if (!node) {
        return LW_NO_MEMORY;
    }
    node->text = text;
    node->quoted = quoted;
    return attach(in, node);
}

static lw_status on_open(builder *in, lw_yaml_kind kind, const yaml_char_t *anchor, const yaml_char_t *tag, lw_place place) {
    LW_TRY(refuse_extras(in, anchor, tag, place));
    if (key_is_due(in)) {
        return lw_error(in->diags, place, "quote the key if it is a text", "a %s cannot be a key",
                        kind == LW_MAP ? "map" : "list");
    }
    if (in->depth == LW_TREE_DEPTH_MAX) {
        return lw_error(in->diags, place, NULL, "lists and maps are nested more than %d deep", (int)LW_TREE_DEPTH_MAX);
    }
    lw_yaml *node = new_node(in, kind, place);
    if (!node) {
        return LW_NO_MEMORY;
    }
    LW_TRY(attach(in, node));
    in->open[in->depth] = node;
    in->last[in->depth] = NULL;
    in->scope[in->depth] = in->opened++;
    in->depth++;
    return LW_OK;
}

static lw_status on_event(builder *in, const yaml_event_t *event) {
    lw_place place = place_of(in, event->start_mark);
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++in->documents > 1) {
            return lw_error(in->diags, place, "keep one document a file", "a second document begins here");
        }
        return LW_OK;
    case YAML_ALIAS_EVENT:
        return lw_error(in->diags, place, "write the value out", "aliases ('*%.60s') are not supported",
                        (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT:
        return on_scalar(in, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(in, LW_LIST, event->data.sequence_start.anchor, event->data.sequence_start.tag, place);
    case YAML_MAPPING_START_EVENT:
        return on_open(in, LW_MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag, place);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        in->depth--;
        return LW_OK;
    default:
        return LW_OK;
    }
}

static lw_status build(builder *in) {
    for (bool ended = false; !ended;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&in->parser, &event)) {
            return parser_failed(in);
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        lw_status status = on_event(in, &event);
        yaml_event_delete(&event);
        LW_TRY(status);
    }
    return LW_OK;
}

lw_status lw_tree_parse(const lw_source *source, lw_arena *arena, lw_diags *diags, lw_yaml **root) {
    LW_TRY(check_text(source, diags));
    builder in = {.source = source, .arena = arena, .scratch = lw_arena_new(), .diags = diags};
    in.keys.arena = in.scratch;
    if (!in.scratch || !yaml_parser_initialize(&in.parser)) {
        lw_arena_free(in.scratch);
        return LW_NO_MEMORY;
    }
    yaml_parser_set_encoding(&in.parser, YAML_UTF8_ENCODING);
    // libyaml would count a byte order mark as a column and find the first line indented.
    size_t skipped = source->length >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    yaml_parser_set_input_string(&in.parser, (const unsigned char *)source->text + skipped, source->length - skipped);
    lw_status status = build(&in);
    yaml_parser_delete(&in.parser);
    lw_arena_free(in.scratch);
    LW_TRY(status);

    if (lw_is_empty(in.root)) {
        in.root = new_node(&in, LW_MAP, (lw_place){source, 1, 1});
    }
    if (!in.root) {
        return LW_NO_MEMORY;
    }
    *root = in.root;
    return LW_OK;
}

// ---- Trees ----

lw_yaml *lw_map_get(const lw_yaml *map, const char *key) {
    if (!map || map->kind != LW_MAP) {
        return NULL;
    }
    for (lw_yaml *child = map->first; child; child = child->next) {
        if (strcmp(child->key, key) == 0) {
            return child;
        }
    }
    return NULL;
}

const char *lw_map_text(const lw_yaml *map, const char *key) {
    const lw_yaml *child = lw_map_get(map, key);
    return child && child->kind == LW_SCALAR ? child->text : NULL;
}

lw_yaml *lw_tree_copy(const lw_yaml *node, lw_arena *arena) {
    lw_yaml *copy = LW_NEW(arena, lw_yaml);
    const char *text = node->text ? lw_arena_copy(arena, node->text) : NULL;
    const char *key = node->key ? lw_arena_copy(arena, node->key) : NULL;
    if (!copy || (node->text && !text) || (node->key && !key)) {
        return NULL;
    }
    *copy = (lw_yaml){.kind = node->kind,
                      .place = node->place,
                      .text = text,
                      .quoted = node->quoted,
                      .key = key,
                      .key_place = node->key_place,
                      .count = node->count};
    lw_yaml **end = &copy->first;
    for (const lw_yaml *child = node->first; child; child = child->next) {
        *end = lw_tree_copy(child, arena);
        if (!*end) {
            return NULL;
        }
        (*end)->parent = copy;
        end = &(*end)->next;
    }
    return copy;
}

// Give node a copy of the value of `from`; its key and its place among its siblings stay.
static lw_status replace(lw_yaml *node, const lw_yaml *from, lw_arena *arena) {
    const lw_yaml *copy = lw_tree_copy(from, arena);
    if (!copy) {
        return LW_NO_MEMORY;
    }
    node->kind = copy->kind;
    node->place = copy->place;
    node->text = copy->text;
    node->quoted = copy->quoted;
    node->first = copy->first;
    node->count = copy->count;
    for (lw_yaml *child = node->first; child; child = child->next) {
        child->parent = node;
    }
    return LW_OK;
}

// ---- Paths ----

// One step of a path: a key, or an index when key is NULL.
typedef struct step {
    const char *key;
    size_t length;  // of key
    size_t index;
} step;

// The next step of *path, which moves behind it. False when it is malformed.
static bool next_step(const char **path, bool first, step *out) {
    const char *at = *path;
    *out = (step){0};
    if (*at == '[') {
        at++;
        size_t digits = strspn(at, "0123456789");
        if (digits == 0 || digits > 9 || at[digits] != ']') {
            return false;
        }
        for (size_t i = 0; i < digits; i++) {
            out->index = out->index * 10 + (size_t)(at[i] - '0');
        }
        *path = at + digits + 1;
        return **path == '\0' || **path == '.' || **path == '[';
    }
    at += !first && *at == '.';
    out->key = at;
    out->length = strcspn(at, ".[");
    *path = at + out->length;
    return out->length > 0;
}

static lw_yaml *child_at(const lw_yaml *node, const step *to) {
    if (node->kind != (to->key ? LW_MAP : LW_LIST)) {
        return NULL;
    }
    size_t index = 0;
    for (lw_yaml *child = node->first; child; child = child->next, index++) {
        if (to->key ? strncmp(child->key, to->key, to->length) == 0 && child->key[to->length] == '\0' : index == to->index) {
            return child;
        }
    }
    return NULL;
}

lw_yaml *lw_tree_at(lw_yaml *root, const char *path) {
    const char *at = path;
    lw_yaml *node = root;
    do {
        step to;
        if (!node || !next_step(&at, at == path, &to)) {
            return NULL;
        }
        node = child_at(node, &to);
    } while (*at);
    return node;
}

bool lw_is_empty(const lw_yaml *value) {
    return value == NULL || (value->kind == LW_SCALAR && !value->quoted && *value->text == '\0');
}

lw_yaml *lw_scalar_new(lw_arena *arena, const char *text, lw_place place) {
    lw_yaml *value = LW_NEW(arena, lw_yaml);
    if (value != NULL) {
        *value = (lw_yaml){.kind = LW_SCALAR, .place = place, .text = text};
    }
    return value;
}

static void append(lw_yaml *parent, lw_yaml *child) {
    lw_yaml **link = &parent->first;
    while (*link) {
        link = &(*link)->next;
    }
    *link = child;
    child->parent = parent;
    parent->count++;
}

// The child that a path names, made if it is a new key of a map.
// A path that is being followed, and where findings about it and new values belong.
typedef struct walk {
    const char *path;
    lw_place at;
    lw_arena *arena;
    lw_diags *diags;
} walk;

static lw_status reach(const walk *w, lw_yaml *node, const step *to, const char *end, lw_yaml **out) {
    int shown = (int)(end - w->path) < 200 ? (int)(end - w->path) : 200;
    if (lw_is_empty(node) && to->key) {
        node->kind = LW_MAP;
        node->text = NULL;
    }
    *out = child_at(node, to);
    if (*out) {
        return LW_OK;
    }
    if (!to->key && node->kind == LW_LIST) {
        return lw_error(w->diags, w->at, "indices count from 0", "'%.*s' does not exist: the list has %zu entries", shown,
                        w->path, node->count);
    }
    if (!to->key || node->kind != LW_MAP) {
        return lw_error(w->diags, w->at, NULL, "'%.*s' cannot be set: there is a %s where a %s is wanted", shown, w->path,
                        node->kind == LW_MAP    ? "map"
                        : node->kind == LW_LIST ? "list"
                                                : "value",
                        to->key ? "map" : "list");
    }
    lw_yaml *fresh = LW_NEW(w->arena, lw_yaml);
    const char *key = lw_arena_copy_n(w->arena, to->key, to->length);
    const char *text = lw_arena_copy(w->arena, "");
    if (!fresh || !key || !text) {
        return LW_NO_MEMORY;
    }
    *fresh = (lw_yaml){.kind = LW_SCALAR, .text = text, .place = w->at, .key = key, .key_place = w->at};
    append(node, fresh);
    *out = fresh;
    return LW_OK;
}

static int height(const lw_yaml *node) {
    int tallest = 0;
    for (const lw_yaml *child = node->first; child; child = child->next) {
        int below = height(child);
        tallest = below > tallest ? below : tallest;
    }
    return tallest + (node->kind != LW_SCALAR);
}

lw_status lw_tree_set(lw_yaml *root, const char *path, const lw_yaml *value, lw_place at, lw_arena *arena, lw_diags *diags) {
    // Look before touching: a refused path leaves the tree as it was up to new empty keys.
    int steps = 0;
    for (const char *rest = path; steps == 0 || *rest; steps++) {
        step to;
        if (!next_step(&rest, steps == 0, &to)) {
            return lw_error(diags, at, "write it like links.egpu.lanes or measured[0]", "'%.200s' is not a path", path);
        }
    }
    for (const lw_yaml *above = root->parent; above; above = above->parent) {
        steps++;
    }
    if (steps + height(value) > LW_TREE_DEPTH_MAX) {
        return lw_error(diags, at, NULL, "'%.200s' is nested more than %d deep", path, (int)LW_TREE_DEPTH_MAX);
    }
    lw_yaml *node = root;
    const char *rest = path;
    do {
        step to;
        bool ok = next_step(&rest, rest == path, &to);
        assert(ok);
        (void)ok;
        LW_TRY(reach(&(const walk){path, at, arena, diags}, node, &to, rest, &node));
    } while (*rest);
    return replace(node, value, arena);
}

static size_t index_of(const lw_yaml *node) {
    size_t index = 0;
    for (const lw_yaml *other = node->parent->first; other != node; other = other->next) {
        index++;
    }
    return index;
}

const char *lw_yaml_path(const lw_yaml *node, lw_arena *arena) {
    if (!node->parent) {
        return lw_arena_copy(arena, "");
    }
    const char *above = lw_yaml_path(node->parent, arena);
    if (!above) {
        return NULL;
    }
    if (node->parent->kind == LW_LIST) {
        return lw_arena_print(arena, "%s[%zu]", above, index_of(node));
    }
    return lw_arena_print(arena, "%s%s%s", above, *above ? "." : "", node->key);
}

// The children of a map by their keys.
typedef struct key_index {
    lw_map names;
    lw_yaml **child;  // by number
} key_index;

static lw_status index_keys(const lw_yaml *map, lw_arena *arena, key_index *out) {
    *out = (key_index){.names = {.arena = arena}, .child = LW_NEW_ARRAY(arena, lw_yaml *, map->count)};
    if (out->child == NULL) {
        return LW_NO_MEMORY;
    }
    for (lw_yaml *child = map->first; child != NULL; child = child->next) {
        size_t number = lw_map_number(&out->names, 0, child->key, NULL);
        if (number == LW_MAP_NONE) {
            return LW_NO_MEMORY;
        }
        out->child[number] = child;
    }
    return LW_OK;
}

// Keys of `over` differ from each other, so that only the keys that base had before need a look.
static lw_status merge_into(lw_yaml *base, const lw_yaml *over, const key_index *known, lw_arena *arena) {
    lw_yaml **end = &base->first;
    while (*end) {
        end = &(*end)->next;
    }
    for (const lw_yaml *from = over->first; from; from = from->next) {
        size_t number = lw_map_find(&known->names, 0, from->key);
        lw_yaml *old = number != LW_MAP_NONE ? known->child[number] : NULL;
        if (old && old->kind == LW_MAP && from->kind == LW_MAP) {
            LW_TRY(lw_tree_merge(old, from, arena));
        } else if (old) {
            LW_TRY(replace(old, from, arena));
            old->key_place = from->key_place;
        } else {
            lw_yaml *copy = lw_tree_copy(from, arena);
            if (!copy) {
                return LW_NO_MEMORY;
            }
            copy->parent = base;
            *end = copy;
            end = &copy->next;
            base->count++;
        }
    }
    return LW_OK;
}

lw_status lw_tree_merge(lw_yaml *base, const lw_yaml *over, lw_arena *arena) {
    lw_arena *scratch = lw_arena_new();
    key_index known;
    lw_status status = scratch == NULL ? LW_NO_MEMORY : index_keys(base, scratch, &known);
    status = status == LW_OK ? merge_into(base, over, &known, arena) : status;
    lw_arena_free(scratch);
    return status;
}
