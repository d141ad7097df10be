// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a YAML text, read through an option table: no crash, no leak, every refusal has a
// diagnostic, and a tree that was accepted can be copied, merged, addressed and printed.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config/option.h"
#include "sim/config/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok) {
        abort();
    }
}

typedef struct params {
    int64_t bytes, time_ps, lanes, tags;
    double rate_Bps, length_m;
    int word;
    bool flag;
    const char *text;
    const lw_yaml *node;
} params;

static const char *const lanes_words[] = {"1", "2", "4", "8", "16", NULL};
static const char *const mode_words[] = {"packet", "packet-exact", NULL};

static const lw_option table[] = {
    {.key = "bytes",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = offsetof(params, bytes),
     .fallback = "1 MiB"},
    {.key = "time",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = offsetof(params, time_ps),
     .fallback = "auto"},
    {.key = "lanes", .kind = LW_OPTION_INTEGER, .offset = offsetof(params, lanes), .words = lanes_words},
    {.key = "tags", .kind = LW_OPTION_INTEGER, .offset = offsetof(params, tags), .fallback = "32", .minimum = 1, .maximum = 1024},
    {.key = "rate", .kind = LW_OPTION_QUANTITY_REAL, .dimension = LW_RATE, .offset = offsetof(params, rate_Bps), .fallback = "0"},
    {.key = "length",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_LENGTH,
     .offset = offsetof(params, length_m),
     .fallback = "auto"},
    {.key = "mode", .kind = LW_OPTION_WORD, .offset = offsetof(params, word), .words = mode_words, .fallback = "packet"},
    {.key = "flag", .kind = LW_OPTION_FLAG, .offset = offsetof(params, flag), .fallback = "false"},
    {.key = "text", .kind = LW_OPTION_TEXT, .offset = offsetof(params, text), .fallback = ""},
    {.key = "node", .kind = LW_OPTION_YAML, .offset = offsetof(params, node), .fallback = ""},
    {.key = NULL},
};

// Accepted values print to texts that are accepted again and mean the same.
static void check_print(const params *values, const lw_source *source, lw_diags *diags) {
    for (const lw_option *row = table; row->key; row++) {
        char buffer[LW_QUANTITY_TEXT], again[LW_QUANTITY_TEXT];
        if (row->kind == LW_OPTION_YAML || row->kind == LW_OPTION_TEXT || strcmp(row->key, "lanes") == 0) {
            continue;
        }
        params back = *values;
        lw_yaml node = {.text = lw_option_print(row, values, buffer), .place = {source, 1, 1}};
        check(lw_option_parse_value(row, &node, &back, diags) == LW_OK);
        check(strcmp(lw_option_print(row, &back, again), node.text) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = lw_diags_new(arena);
    // Copies of exactly the size, so that AddressSanitizer sees a step too far.
    lw_source source = {.name = "fuzz.yaml", .text = lw_arena_copy_n(arena, (const char *)data, size), .length = size};
    lw_yaml *root = NULL;
    lw_status status = lw_tree_parse(&source, arena, diags, &root);
    check(status == LW_OK || (status == LW_BAD_INPUT && lw_diags_errors(diags) > 0));
    if (status == LW_OK) {
        params values = {0};
        lw_option_set set = {0};
        lw_options_default(table, &values);
        size_t before = lw_diags_errors(diags);
        lw_status parsed = lw_options_parse(table, root, NULL, &values, &set, diags);
        check((parsed == LW_OK) == (lw_diags_errors(diags) == before));
        check_print(&values, &source, diags);
        (void)!lw_options_require(table, &set, "fuzz", root->place, diags);

        lw_yaml *copy = lw_tree_copy(root, arena);
        if (root->kind == LW_MAP) {
            check(lw_tree_merge(copy, root, arena) == LW_OK && copy->count == root->count);
            (void)!lw_tree_set(copy, "a.b", root, root->place, arena, diags);
        }
        for (lw_yaml *node = root; node; node = node->first) {
            check(lw_yaml_path(node, arena) != NULL);
        }
    }
    check(lw_diags_format(diags, arena, true) != NULL);
    lw_arena_free(arena);
    return 0;
}
