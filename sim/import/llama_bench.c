// SPDX-License-Identifier: GPL-3.0-or-later
// llama-bench of llama.cpp (tools/llama-bench/README.md, August 2026): a result for each test, as a table of Markdown, CSV,
// JSON, JSON lines or SQL. Whatever the format, a result is a record of named texts; Markdown has
// fewer names, and the cards and the build beside the table.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/quantity.h"
#include "sim/import/json_tree.h"

enum { FIELDS_MAX = 96 };
typedef struct record {
    const char *key[FIELDS_MAX], *value[FIELDS_MAX];
    size_t count;
    lw_place place;
} record;

typedef struct reading {
    lw_import *file;
    const char *cards;  // named outside of the records; NULL: nowhere
    const char *build;
    record head;  // the keys of a table
} reading;

static const char *get(const record *r, const char *key) {
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->key[i], key) == 0) {
            return r->value[i];
        }
    }
    return NULL;
}

static lw_status add_field(const lw_import *file, record *r, const char *key, const char *value) {
    if (r->count == FIELDS_MAX) {
        return lw_error(file->diags, r->place, NULL, "a result has more than %d values", FIELDS_MAX);
    }
    r->key[r->count] = key;
    r->value[r->count++] = value;
    return key == NULL || value == NULL ? LW_NO_MEMORY : LW_OK;
}

static lw_status wrong(const lw_import *file, lw_place place, const char *key, const char *value) {
    return value == NULL ? lw_error(file->diags, place, "is the file whole, and of llama-bench?", "a result has no %s", key)
                         : lw_error(file->diags, place, "is the file whole, and unchanged?",
                                    "%s '%s' is no number that it can be", key, value);
}

// A whole number from `least` to 2^53 of a record.
static lw_status whole(const lw_import *file, const record *r, const char *key, double least, const char *otherwise,
                       int64_t *out) {
    const double most = ldexp(1, 53);
    const char *text = get(r, key);
    text = text != NULL && *text != '\0' ? text : otherwise;
    lw_quantity quantity;
    const char *problem = NULL, *hint = NULL;
    if (text == NULL || !lw_quantity_parse(text, LW_PLAIN, &quantity, &problem, &hint) || strchr(text, '%') != NULL ||
        !(quantity.value >= least && quantity.value <= most) || floor(quantity.value) < quantity.value) {
        return wrong(file, r->place, key, text);
    }
    *out = (int64_t)quantity.value;
    return LW_OK;
}

static bool is_set(const record *r, const char *key) {
    const char *text = get(r, key);
    return text != NULL && (strcmp(text, "1") == 0 || strcmp(text, "true") == 0 || strcmp(text, "on") == 0);
}

// "pp512", "tg128", "pp512+tg128 @ d4096": as the tool's own table says it.
static const char *test_name(const lw_import *file, int64_t prompt, int64_t generated, int64_t depth) {
    const char *first = prompt > 0 ? lw_arena_print(file->arena, "pp%" PRId64, prompt) : "";
    const char *then = generated > 0 ? lw_arena_print(file->arena, "%stg%" PRId64, prompt > 0 ? "+" : "", generated) : "";
    const char *at = depth > 0 ? lw_arena_print(file->arena, " @ d%" PRId64, depth) : "";
    return first == NULL || then == NULL || at == NULL ? NULL : lw_arena_print(file->arena, "%s%s%s", first, then, at);
}

// Why nothing models a result; NULL: something does.
static const char *why_not(const record *r, int64_t prompt, int64_t generated, const lw_llm_run *run, int64_t experts) {
    static const char *const formats[] = {"f16", "bf16", "q8_0", "q4_0"};
    const char *keys = get(r, "type_k"), *values = get(r, "type_v"), *backends = get(r, "backends"),
               *moved = get(r, "tensor_buft_overrides");
    bool known = false;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        known = known || strcmp(run->kv, formats[i]) == 0;
    }
    return prompt > 0 && generated > 0 ? "a prompt and tokens in one time: run -p and -n"
           : run->layers == 0 || (backends != NULL && (strcmp(backends, "CPU") == 0 || strcmp(backends, "BLAS") == 0))
               ? "it ran on the processor, of which there is no runtime"
           : backends != NULL && strstr(backends, "RPC") != NULL ? "it ran on cards of other machines too"
           : strcmp(run->split, "row") == 0
               ? "rows over cards are put together after each matrix, which is not modelled: layer and tensor are"
           : is_set(r, "embeddings")    ? "embeddings write no tokens"
           : is_set(r, "no_kv_offload") ? "attention ran on the processor, which is not modelled"
           : experts > 0                ? "experts of some layers ran on the processor, which is not modelled"
           : moved != NULL && *moved != '\0' && strcmp(moved, "none") != 0 ? "tensors were placed one by one"
           : !known || (values != NULL && keys != NULL && strcmp(values, keys) != 0)
               ? "keys and values are of formats that are not modelled: f16, q8_0 and q4_0 of both are"
               : NULL;
}

// Letters, digits and - of what distinguishes a setup, for the name of its table.
static char *slug_of(const lw_import *file, const char *text) {
    char *slug = lw_arena_copy(file->arena, text), *to = slug;
    for (const char *c = text; slug != NULL && *c != '\0'; c++) {
        const bool fits = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (fits || (to > slug && to[-1] != '-')) {
            *to++ = fits ? *c : '-';
        }
    }
    if (slug != NULL) {
        to -= to > slug && to[-1] == '-';
        *to = '\0';
    }
    return slug;
}

static lw_status setup_of(const lw_import *file, const record *r, const lw_llm_run *run, const char **out) {
    enum { USUAL_PIECE = 512 };
    const char *flash = is_set(r, "flash_attn") ? " fa" : "";
    const char *layers = run->layers >= 0 ? lw_arena_print(file->arena, " ngl%" PRId64, run->layers) : "";
    const char *piece = run->micro_batch > 0 && run->micro_batch != USUAL_PIECE
                            ? lw_arena_print(file->arena, " ub%" PRId64, run->micro_batch)
                            : "";
    LW_TRY(layers == NULL || piece == NULL ? LW_NO_MEMORY : LW_OK);
    const bool usual = strcmp(run->split, "layer") == 0, f16 = strcmp(run->kv, "f16") == 0;
    const char *text = lw_arena_print(file->arena, "%s%s%s%s%s%s%s%s%s%s", run->model, layers, usual ? "" : " ",
                                      usual ? "" : run->split, f16 ? "" : " kv ", f16 ? "" : run->kv, piece, flash,
                                      run->shares != NULL ? " ts " : "", run->shares != NULL ? run->shares : "");
    LW_TRY(text == NULL ? LW_NO_MEMORY : LW_OK);
    *out = slug_of(file, text);
    return *out == NULL ? LW_NO_MEMORY : LW_OK;
}

// The series of a setup, at the end of the list, where points go.
static lw_status use_series(lw_import *file, lw_act act, const char *setup, const lw_llm_run *run) {
    lw_series *series = LW_LIST_ITEMS(&file->series, lw_series);
    const size_t count = file->series.count;
    for (size_t i = 0; i < count; i++) {
        if (series[i].act == act && strcmp(series[i].tag, setup) == 0) {
            const lw_series found = series[i];
            memmove(&series[i], &series[i + 1], (count - i - 1) * sizeof *series);
            series[count - 1] = found;
            return LW_OK;
        }
    }
    lw_series *fresh = lw_import_series(file, act, 0, 0);
    lw_llm_run *copy = LW_NEW(file->arena, lw_llm_run);
    LW_TRY(fresh == NULL || copy == NULL ? LW_NO_MEMORY : LW_OK);
    *copy = *run;
    fresh->llm = copy;
    fresh->tag = setup;
    fresh->method = "llama-bench: means of some runs, without the text's tokens and their choice; context: tokens before";
    return LW_OK;
}

// "8.03 B" of a table, "8030261248" elsewhere; 0: not told.
static double weights_of(const record *r) {
    const char *text = get(r, "model_n_params");
    char *end = NULL;
    const double value = text != NULL ? strtod(text, &end) : 0;
    const char unit = text != NULL ? end[strspn(end, " ")] : '\0';
    return value > 0 && isfinite(value) ? value * (unit == 'T' ? 1e12 : unit == 'B' ? 1e9 : unit == 'M' ? 1e6 : 1) : 0;
}

// "4.58 GiB" of a table, bytes elsewhere.
static lw_status read_size(const lw_import *file, const record *r, int64_t *out) {
    const char *text = get(r, "model_size"), *problem = NULL, *hint = NULL;
    *out = 0;
    if (text == NULL || *text == '\0' || text[strspn(text, "0123456789")] == '\0') {
        return whole(file, r, "model_size", 0, "0", out);
    }
    lw_quantity quantity;
    if (!lw_quantity_parse(text, LW_BYTES, &quantity, &problem, &hint) || !(quantity.value >= 1 && quantity.value <= 1e15)) {
        return wrong(file, r->place, "model_size", text);
    }
    *out = (int64_t)quantity.value;
    return LW_OK;
}

// The names of several cards are joined by a comma today and were by a slash.
static lw_status read_cards(const reading *in, const record *r, lw_llm_run *run) {
    const char *told = get(r, "gpu_info"), *devices = get(r, "devices");
    run->cards = told != NULL && *told != '\0' ? told : in->cards;
    if (run->cards != NULL && strstr(run->cards, ", ") == NULL && strchr(run->cards, '/') != NULL) {
        const char *names = "";
        for (const char *at = run->cards; names != NULL; at += strcspn(at, "/") + 1) {
            const int length = (int)strcspn(at, "/");
            names = lw_arena_print(in->file->arena, "%s%s%.*s", names, at > run->cards ? ", " : "", length, at);
            if (at[length] == '\0') {
                break;
            }
        }
        LW_TRY(names == NULL ? LW_NO_MEMORY : LW_OK);
        run->cards = names;
    }
    // "CUDA1": of all cards one was taken
    if (devices != NULL && strcmp(devices, "auto") != 0 && *devices != '\0' && strchr(devices, '/') == NULL) {
        const char *digits = devices + strcspn(devices, "0123456789");
        const bool tells = *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0' && strlen(digits) < 4;
        run->split = tells ? "none" : run->split;
        run->main_card = tells ? (int)strtol(digits, NULL, 10) : run->main_card;
    }
    return LW_OK;
}

static lw_status read_run(const reading *in, const record *r, lw_llm_run *run, int64_t *experts) {
    const lw_import *file = in->file;
    int64_t main_card = 0, batch = 0, piece = 0;
    const char *split = get(r, "split_mode"), *kv = get(r, "type_k"), *shares = get(r, "tensor_split");
    const char *all = "-1";
    LW_TRY(read_size(file, r, &run->file_bytes));
    LW_TRY(whole(file, r, "build_number", 0, in->build != NULL ? in->build : "0", &run->build));
    LW_TRY(whole(file, r, "n_gpu_layers", -2, all, &run->layers));
    LW_TRY(whole(file, r, "main_gpu", 0, "0", &main_card));
    LW_TRY(whole(file, r, "n_batch", 0, "0", &batch));
    LW_TRY(whole(file, r, "n_ubatch", 0, "0", &piece));
    LW_TRY(whole(file, r, "n_cpu_moe", 0, "0", experts));
    enum { LAYERS_MOST = 99 };  // what was written for all before -1 was
    run->layers = run->layers < 0 || run->layers >= LAYERS_MOST ? -1 : run->layers;
    run->micro_batch = batch > 0 && batch < piece ? batch : piece;
    run->main_card = main_card < 1000 ? (int)main_card : 1000;
    run->split = split != NULL && *split != '\0' ? split : "layer";
    run->kv = kv != NULL && *kv != '\0' ? kv : "f16";
    run->kv = strcmp(run->kv, "bf16") == 0 ? "f16" : run->kv;  // as many bytes
    run->shares = shares != NULL && shares[strspn(shares, "0./")] != '\0' ? shares : NULL;
    run->weights = weights_of(r);
    return read_cards(in, r, run);
}

static lw_status read_record(const reading *in, const record *r) {
    lw_import *file = in->file;
    const char *model = get(r, "model_type"), *rate = get(r, "avg_ts"), *setup = NULL;
    int64_t prompt = 0, generated = 0, depth = 0, experts = 0;
    if (model == NULL || *model == '\0') {
        return wrong(file, r->place, "model_type", NULL);
    }
    if (rate == NULL) {
        return wrong(file, r->place, "avg_ts", NULL);
    }
    LW_TRY(whole(file, r, "n_prompt", 0, NULL, &prompt));
    LW_TRY(whole(file, r, "n_gen", 0, NULL, &generated));
    LW_TRY(whole(file, r, "n_depth", 0, "0", &depth));
    if (prompt == 0 && generated == 0) {
        return lw_error(file->diags, r->place, "is the file whole, and unchanged?",
                        "a test of no tokens: n_prompt and n_gen are 0");
    }
    lw_llm_run run = {.model = model};
    LW_TRY(read_run(in, r, &run, &experts));
    const char *why = why_not(r, prompt, generated, &run, experts);
    if (why != NULL) {
        const char *test = test_name(file, prompt, generated, depth);
        LW_TRY(test == NULL ? LW_NO_MEMORY : LW_OK);
        lw_note(file->diags, r->place, NULL, "left out: %s of %s, %s tokens/s: %s", test, model, rate, why);
        file->left_out++;
        return LW_OK;
    }
    double per_s = 0;
    LW_TRY(lw_word_number(file, &(lw_word){rate, r->place}, "avg_ts", &per_s));
    LW_TRY(setup_of(file, r, &run, &setup));
    LW_TRY(use_series(file, prompt > 0 ? LW_ACT_PREFILL : LW_ACT_DECODE, setup, &run));
    return lw_import_tokens(file, (double)(prompt > 0 ? prompt : generated), (double)depth, per_s, r->place);
}

// ---- JSON ----

static lw_status read_object(const reading *in, const json_t *object, lw_place place) {
    lw_import *file = in->file;
    record *r = LW_NEW(file->arena, record);
    LW_TRY(r == NULL ? LW_NO_MEMORY : LW_OK);
    r->place = place;
    const char *key = NULL;
    json_t *value = NULL;
    if (!json_is_object(object)) {
        return lw_error(file->diags, place, "is it what llama-bench -o json wrote?", "a result should be an object");
    }
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        const char *text = json_is_string(value)    ? lw_arena_copy(file->arena, json_string_value(value))
                           : json_is_integer(value) ? lw_arena_print(file->arena, "%lld", (long long)json_integer_value(value))
                           : json_is_real(value)    ? lw_arena_print(file->arena, "%.17g", json_real_value(value))
                                                    : lw_arena_copy(file->arena, json_is_true(value) ? "true" : "false");
        if (!json_is_array(value) && !json_is_object(value)) {
            LW_TRY(add_field(file, r, lw_arena_copy(file->arena, key), text));
        }
    }
    return read_record(in, r);
}

static lw_status read_list(const reading *in, const json_t *root) {
    for (size_t i = 0; i < json_array_size(root); i++) {
        const lw_status status = read_object(in, json_array_get(root, i), lw_json_place_of(in->file, "[%zu]", i));
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return json_array_size(root) > 0 ? LW_OK
                                     : lw_error(in->file->diags, lw_json_place(in->file, ""),
                                                "is it what llama-bench -o json wrote?", "it has no list of results");
}

// ---- Lines ----

// Values between commas, in quotes (twice for one of them) or not; ends before `end`, "" for the end of the line.
static lw_status read_values(const lw_import *file, const char *at, char quote, char end, record *out) {
    for (;;) {
        at += strspn(at, " \t");
        const bool quoted = *at == quote;
        const char *first = at += quoted;
        char *text = lw_arena_copy(file->arena, first), *to = text;
        LW_TRY(text == NULL ? LW_NO_MEMORY : LW_OK);
        while (*at != '\0' && (quoted ? *at != quote || at[1] == quote : *at != ',' && *at != end)) {
            at += quoted && *at == quote;
            *to++ = *at++;
        }
        while (!quoted && to > text && to[-1] == ' ') {
            to--;
        }
        *to = '\0';
        if (quoted && *at != quote) {
            return lw_error(file->diags, out->place, "is the file whole?", "a text in quotes does not end");
        }
        at += quoted;
        LW_TRY(add_field(file, out, "", text));
        at += strspn(at, " \t");
        if (*at != ',') {
            return LW_OK;
        }
        at++;
    }
}

// Values under the head that was read before.
static lw_status read_row(const reading *in, record *row) {
    if (row->count != in->head.count) {
        return lw_error(in->file->diags, row->place, "is the file whole?", "%zu values under a head of %zu", row->count,
                        in->head.count);
    }
    memcpy(row->key, in->head.value, row->count * sizeof *row->key);
    return read_record(in, row);
}

// "INSERT INTO llama_bench (build_commit, ...) VALUES ('0000000', ...);"
static lw_status read_insert(reading *in, const lw_line *line, record *row) {
    const char *names = strchr(line->text, '('), *values = names != NULL ? strstr(names, "VALUES (") : NULL;
    if (values == NULL) {
        return lw_error(in->file->diags, row->place, "is the file whole?", "the row has no names or no VALUES");
    }
    in->head = (record){.place = row->place};
    LW_TRY(read_values(in->file, names + 1, '\'', ')', &in->head));
    LW_TRY(read_values(in->file, strchr(values, '(') + 1, '\'', ')', row));
    return read_row(in, row);
}

// ---- Markdown ----

static lw_status read_cells(const lw_import *file, const lw_line *line, record *out) {
    const char *at = strchr(line->text, '|');
    while (at != NULL && at[1 + strspn(at + 1, " \t")] != '\0') {
        const char *first = at + 1 + strspn(at + 1, " \t");
        size_t length = strcspn(first, "|");
        const bool closed = first[length] == '|';
        at = closed ? first + length : NULL;
        while (length > 0 && first[length - 1] == ' ') {
            length--;
        }
        if (!closed) {
            return lw_error(file->diags, out->place, "is the file whole?", "the row does not end with |");
        }
        LW_TRY(add_field(file, out, "", lw_arena_copy_n(file->arena, first, length)));
    }
    return LW_OK;
}

// The columns of a table by the names that they have elsewhere.
static void name_columns(record *head) {
    static const char *const names[][2] = {{"model", "model_type"}, {"size", "model_size"},    {"params", "model_n_params"},
                                           {"backend", "backends"}, {"ngl", "n_gpu_layers"},   {"sm", "split_mode"},
                                           {"mg", "main_gpu"},      {"nkvo", "no_kv_offload"}, {"fa", "flash_attn"},
                                           {"ts", "tensor_split"},  {"embd", "embeddings"},    {"dev", "devices"},
                                           {"ncmoe", "n_cpu_moe"},  {"t/s", "avg_ts"},         {"ot", "tensor_buft_overrides"}};
    for (size_t i = 0; i < head->count; i++) {
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            head->value[i] = strcmp(head->value[i], names[k][0]) == 0 ? names[k][1] : head->value[i];
        }
    }
}

// "pp512 @ d4096", "tg 128", "pp512+tg128" as n_prompt, n_gen and n_depth; "7340.20 ± 23.45" without the rest.
static lw_status read_table_row(const reading *in, record *row) {
    lw_import *file = in->file;
    if (row->count != in->head.count) {
        return read_row(in, row);  // which says so
    }
    memcpy(row->key, in->head.value, row->count * sizeof *row->key);
    const char *test = get(row, "test"), *found[3] = {"0", "0", "0"};
    static const char *const marks[3] = {"pp", "tg", "@ d"}, *const keys[3] = {"n_prompt", "n_gen", "n_depth"};
    for (size_t i = 0; i < 3 && test != NULL; i++) {
        const char *at = strstr(test, marks[i]);
        at = at != NULL ? at + strlen(marks[i]) + strspn(at + strlen(marks[i]), " ") : NULL;
        found[i] = at != NULL ? lw_arena_copy_n(file->arena, at, strspn(at, "0123456789")) : found[i];
        LW_TRY(add_field(file, row, keys[i], found[i]));
    }
    for (size_t i = 0; i < row->count; i++) {
        if (strcmp(row->key[i], "avg_ts") == 0) {
            row->value[i] = lw_arena_copy_n(file->arena, row->value[i], strcspn(row->value[i], " "));
            LW_TRY(row->value[i] == NULL ? LW_NO_MEMORY : LW_OK);
        }
    }
    return read_record(in, row);
}

static lw_status read_line(reading *in, const lw_line *line) {
    lw_import *file = in->file;
    record *r = LW_NEW(file->arena, record);
    LW_TRY(r == NULL ? LW_NO_MEMORY : LW_OK);
    r->place = lw_line_place(file, line, line->text + strspn(line->text, " \t"));
    static const char *const passed[] = {"| ---", "build:", "CREATE TABLE", ");", "  ", "Device ", "ggml_"};
    if (lw_line_begins(line, "{")) {
        json_t *object = NULL;
        LW_TRY(lw_json_load_line(file, line, &object));
        const lw_status status = read_object(in, object, r->place);
        json_decref(object);
        return status;
    }
    if (lw_line_begins(line, "| model") || lw_line_begins(line, "build_commit,")) {
        in->head = (record){.place = r->place};
        const bool table = lw_line_begins(line, "|");
        LW_TRY(table ? read_cells(file, line, &in->head) : read_values(file, line->text, '"', '\0', &in->head));
        name_columns(&in->head);
        return LW_OK;
    }
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
        if (lw_line_is_blank(line) || strncmp(line->text, passed[i], strlen(passed[i])) == 0) {
            return LW_OK;  // read before, or what the tool's libraries say of devices
        }
    }
    if (lw_line_begins(line, "| ") && in->head.count > 0) {
        LW_TRY(read_cells(file, line, r));
        return read_table_row(in, r);
    }
    if (lw_line_begins(line, "INSERT INTO")) {
        return read_insert(in, line, r);
    }
    if (lw_line_begins(line, "\"") && in->head.count > 0) {
        LW_TRY(read_values(file, line->text, '"', '\0', r));
        return read_row(in, r);
    }
    lw_line_is_strange(file, line);
    return LW_OK;
}

// "  Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9, VMM: yes", "ggml_vulkan: 0 = AMD Radeon RX 7900 XTX
// (RADV NAVI31) (radv) | uma: 0", and "build: 1a2b3c4d (5163)" below a table.
static lw_status read_beside(reading *in, const lw_line *line) {
    lw_arena *arena = in->file->arena;
    const char *device = lw_line_begins(line, "Device ") ? strstr(line->text, ": ") : NULL;
    const char *vulkan = lw_line_begins(line, "ggml_vulkan: ") ? strstr(line->text, " = ") : NULL;
    const char *name = device != NULL ? device + 2 : vulkan != NULL ? vulkan + 3 : NULL;
    if (name != NULL) {
        in->cards = lw_arena_print(arena, "%s%s%.*s", in->cards != NULL ? in->cards : "", in->cards != NULL ? ", " : "",
                                   (int)strcspn(name, device != NULL ? "," : "|"), name);
        LW_TRY(in->cards == NULL ? LW_NO_MEMORY : LW_OK);
    }
    const char *build = lw_line_begins(line, "build:") ? strchr(line->text, '(') : NULL;
    if (build != NULL) {
        in->build = lw_arena_copy_n(arena, build + 1, strspn(build + 1, "0123456789"));
        LW_TRY(in->build == NULL ? LW_NO_MEMORY : LW_OK);
    }
    return LW_OK;
}

static lw_status read_lines(reading *in) {
    lw_lines lines;
    lw_line line;
    LW_TRY(lw_lines_of(in->file, &lines));
    while (lw_next_line(&lines, &line)) {
        LW_TRY(read_beside(in, &line));
    }
    lines.next = 0;
    while (lw_next_line(&lines, &line)) {
        const lw_status status = read_line(in, &line);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    const size_t errors = lw_diags_errors(file->diags);
    reading *in = LW_NEW(file->arena, reading);
    LW_TRY(in == NULL ? LW_NO_MEMORY : LW_OK);
    in->file = file;
    if (file->source->text[strspn(file->source->text, " \t\r\n")] == '[') {
        json_t *root = NULL;
        LW_TRY(lw_json_load(file, &root));
        const lw_status status = read_list(in, root);
        json_decref(root);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    } else {
        LW_TRY(read_lines(in));
    }
    if (lw_diags_errors(file->diags) > errors) {
        return LW_BAD_INPUT;
    }
    return file->points > 0 ? LW_OK
                            : lw_error(file->diags, (lw_place){file->source, 0, 0}, NULL,
                                       "none of its %zu results can be compared (%s)", file->left_out, file->format->title);
}

static const char *const marks[] = {
    "\"build_commit\"", "build_commit,build_number", "(build_commit, build_number", "build_commit TEXT", "t/s |", NULL};
extern const lw_import_format lw_import_llama_bench;
const lw_import_format lw_import_llama_bench = {
    "llama-bench", "llama-bench of llama.cpp, table, CSV, JSON, JSON lines or SQL", marks, NULL, read,
};
