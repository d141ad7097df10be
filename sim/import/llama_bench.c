// SPDX-License-Identifier: GPL-3.0-or-later
// llama-bench of llama.cpp (tools/llama-bench/README.md, July 2026): a result for each test, as a table of
// Markdown, CSV, JSON or JSON lines. Tokens a second depend on a model's work and name no link, so
// each result is told with its figures and none makes a table.
#include <math.h>
#include <string.h>

#include "sim/import/json_tree.h"

static const char no_link[] = "tokens a second are of a model's work, and no link is named";

static lw_status wrong(const lw_import *file, lw_place place, const char *what) {
    return lw_error(file->diags, place, "is it what llama-bench -o json wrote?", "%s", what);
}

// "pp512", "tg128", "pp512+tg128 @ d4096": as the tool's own table says it.
static const char *test_name(const lw_import *file, long long prompt, long long generated, long long depth) {
    const char *first = prompt > 0 ? lw_arena_print(file->arena, "pp%lld", prompt) : "";
    const char *then = generated > 0 ? lw_arena_print(file->arena, "%stg%lld", prompt > 0 ? "+" : "", generated) : "";
    const char *at = depth > 0 ? lw_arena_print(file->arena, " @ d%lld", depth) : "";
    return first == NULL || then == NULL || at == NULL ? NULL : lw_arena_print(file->arena, "%s%s%s", first, then, at);
}

static lw_status read_result(lw_import *file, const json_t *result, lw_place place) {
    const json_t *prompt = json_object_get(result, "n_prompt"), *generated = json_object_get(result, "n_gen");
    const json_t *rate = json_object_get(result, "avg_ts"), *depth = json_object_get(result, "n_depth");
    const char *model = json_string_value(json_object_get(result, "model_type"));
    const char *card = json_string_value(json_object_get(result, "gpu_info"));
    if (!json_is_object(result) || model == NULL || !json_is_number(rate) || !isfinite(json_number_value(rate)) ||
        !json_is_integer(prompt) || !json_is_integer(generated)) {
        return wrong(file, place, "a result should have model_type, n_prompt, n_gen and the number avg_ts");
    }
    const char *test = test_name(file, json_integer_value(prompt), json_integer_value(generated), json_integer_value(depth));
    LW_TRY(test == NULL ? LW_NO_MEMORY : LW_OK);
    const bool named = card != NULL && card[0] != '\0';
    lw_note(file->diags, place, NULL, "left out: %s of %s%s%s, %.6g tokens/s: %s", test, model, named ? " on " : "",
            named ? card : "", json_number_value(rate), no_link);
    file->left_out++;
    return LW_OK;
}

static lw_status read_results(lw_import *file, const json_t *root) {
    for (size_t i = 0; i < json_array_size(root); i++) {
        const lw_status status = read_result(file, json_array_get(root, i), lw_json_place_of(file, "[%zu]", i));
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return json_array_size(root) > 0 ? LW_OK : wrong(file, lw_json_place(file, ""), "it has no list of results");
}

// A line of JSON lines, or a row of the CSV or of the table of Markdown, both of which say by themselves what they are.
static lw_status read_line(lw_import *file, const lw_line *line) {
    static const char *const heads[] = {"build_commit,", "| model", "| ---", "build:"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        if (lw_line_is_blank(line) || lw_line_begins(line, heads[i])) {
            return LW_OK;
        }
    }
    if (lw_line_begins(line, "{")) {
        json_t *result = NULL;
        LW_TRY(lw_json_load_line(file, line, &result));
        const lw_status status = read_result(file, result, lw_line_place(file, line, line->text));
        json_decref(result);
        return status;
    }
    if (lw_line_begins(line, "| ") || lw_line_begins(line, "\"")) {
        lw_line_is_left_out(file, line, 1, no_link);
    } else {
        lw_line_is_strange(file, line);  // what the tool's libraries say of devices
    }
    return LW_OK;
}

static lw_status read_all(lw_import *file) {
    if (file->source->text[strspn(file->source->text, " \t\r\n")] == '[') {
        json_t *root = NULL;
        LW_TRY(lw_json_load(file, &root));
        const lw_status status = read_results(file, root);
        json_decref(root);
        return status;
    }
    lw_lines lines;
    lw_line line;
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        const lw_status status = read_line(file, &line);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    const size_t errors = lw_diags_errors(file->diags);
    LW_TRY(read_all(file));
    return lw_diags_errors(file->diags) > errors
               ? LW_BAD_INPUT
               : lw_error(file->diags, (lw_place){file->source, 0, 0},
                          "it says how fast a model ran: time the link itself by nvbandwidth, or by lanewise measure",
                          "none of its %zu results measures a link (%s)", file->left_out, file->format->title);
}

static const char *const marks[] = {"\"build_commit\"", "build_commit,build_number", "t/s |", NULL};
extern const lw_import_format lw_import_llama_bench;
const lw_import_format lw_import_llama_bench = {
    "llama-bench", "llama-bench of llama.cpp, table, CSV, JSON or JSON lines", marks, NULL, read,
};
