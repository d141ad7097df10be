// SPDX-License-Identifier: GPL-3.0-or-later
// nvbandwidth (NVIDIA/nvbandwidth, inline_common.h and json_output.cpp of v0.8): a matrix for each
// test, as text or as JSON.
#include <string.h>

#include "sim/import/json_tree.h"
#include "sim/import/matrix.h"

// Neither form tells the size of the buffers: that of --bufferSize when nobody gives it.
enum { BUFFER_MIB = 512 };

// A test that a table can be made of.
typedef struct test {
    const char *name;
    lw_act act;
    const char *tag;  // of peers
} test;

static const test tests[] = {
    {"host_to_device_memcpy_ce", LW_ACT_H2D, NULL},
    {"device_to_host_memcpy_ce", LW_ACT_D2H, NULL},
    {"host_to_device_bidirectional_memcpy_ce", LW_ACT_H2D_BUSY, NULL},
    {"device_to_host_bidirectional_memcpy_ce", LW_ACT_D2H_BUSY, NULL},
    {"device_to_device_memcpy_read_ce", LW_ACT_PEER, "read"},
    {"device_to_device_memcpy_write_ce", LW_ACT_PEER, "write"},
};

static const test *find_test(const char *name) {
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (strcmp(tests[i].name, name) == 0) {
            return &tests[i];
        }
    }
    return NULL;
}

static const char left_out[] = "what this test measures is no copy of a copy engine over one link";

// A test that is being read. test NULL: its values are counted, no more.
typedef struct reading {
    const test *test;
    const char *name;
    double scale;      // to GB/s
    bool from_column;  // data moves from the column's device to the row's
    size_t values;
} reading;

static lw_status add(lw_import *file, const lw_cell *cell, void *user) {
    reading *in = user;
    in->values++;
    if (in->test == NULL) {
        return LW_OK;
    }
    const bool peers = in->test->act == LW_ACT_PEER;
    const int from = in->from_column ? cell->column : cell->row, to = in->from_column ? cell->row : cell->column;
    lw_series *series = lw_import_series(file, in->test->act, peers ? from : cell->column, peers ? to : 0);
    if (series == NULL) {
        return LW_NO_MEMORY;
    }
    series->direct = true;
    series->api = "cuda";
    series->tag = in->test->tag;
    series->method =
        lw_arena_print(file->arena, "%s, copy engine, buffers of %d MiB unless it was told otherwise", in->name, BUFFER_MIB);
    return series->method == NULL ? LW_NO_MEMORY
                                  : lw_import_point(file, (double)BUFFER_MIB * (1 << 20), cell->value * in->scale, cell->place);
}

// "memcpy CE CPU(row) -> GPU(column) bandwidth (GB/s)": the arrow and the unit.
static lw_status read_description(lw_import *file, const char *text, lw_place place, reading *in) {
    const char *open = strrchr(text, '('), *close = open != NULL ? strchr(open, ')') : NULL;
    in->from_column = strstr(text, "<-") != NULL && strstr(text, "<->") == NULL;
    if (in->test == NULL) {
        return LW_OK;
    }
    if (close == NULL) {
        return lw_error(file->diags, place, "is the file whole?", "the unit of the test should stand here, as in (GB/s)");
    }
    const char *unit = lw_arena_copy_n(file->arena, open + 1, (size_t)(close - open) - 1);
    return unit == NULL ? LW_NO_MEMORY : lw_word_unit(file, unit, place, &in->scale);
}

// ---- Text ----

// "Device 0: NVIDIA A10 (00000000:01:00)"
static lw_status read_device(lw_import *file, const char *text) {
    enum { NUMBER_MAX = 4096 };
    size_t number = 0;
    for (; *text >= '0' && *text <= '9' && number < NUMBER_MAX; text++) {
        number = 10 * number + (size_t)(*text - '0');
    }
    if (*text != ':' || number >= NUMBER_MAX) {
        return LW_OK;
    }
    text += 1 + strspn(text + 1, " ");
    const char *end = strstr(text, " (0");
    const char *name = lw_arena_copy_n(file->arena, text, end != NULL ? (size_t)(end - text) : strlen(text));
    return name == NULL ? LW_NO_MEMORY : lw_import_card(file, number, name);
}

static lw_status read_test(lw_import *file, lw_lines *lines, const lw_line *running) {
    static const char word[] = "Running ";
    const char *name = strstr(running->text, word) + sizeof word - 1;
    reading in = {.name = lw_arena_copy_n(file->arena, name, strcspn(name, ". \t"))};
    lw_line line;
    if (in.name == NULL) {
        return LW_NO_MEMORY;
    }
    in.test = find_test(in.name);
    if (!lw_next_line(lines, &line) || lw_line_is_blank(&line) || lw_line_begins(&line, "Waived") ||
        lw_line_begins(&line, "WAIVED")) {
        lw_line_is_left_out(file, running, 0, "this test was waived or did not run");
        return LW_OK;
    }
    LW_TRY(read_description(file, line.text, lw_line_place(file, &line, line.text), &in));
    LW_TRY(lw_matrix_read(file, lines, false, add, &in));
    if (in.test == NULL) {
        lw_line_is_left_out(file, running, in.values, left_out);
    }
    if (!lw_next_line(lines, &line) || !lw_line_begins(&line, "SUM")) {
        lw_warn(file->diags, lw_line_place(file, &line, line.text), "is the file whole?",
                "the sum should stand here: the last value may be cut");
        lines->next -= lines->next < lines->count;
    }
    return LW_OK;
}

static bool is_chatter(const lw_line *line) {
    static const char *const begins[] = {
        "Built from", "NOTE", "CUDA ",    "Driver Version",    "COEFFICIENT",     "MIN ", "MAX ", "AVG ",
        "Waived",     "MPI ", "Process ", "Additional system", "Performance can", "SUM "};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        if (lw_line_begins(line, begins[i])) {
            return true;
        }
    }
    const char *text = line->text + strspn(line->text, " \t");
    return strcspn(text, " \t") == strlen(text);  // nothing, or one word: the name of the machine
}

static lw_status read_text(lw_import *file) {
    static const char version[] = "nvbandwidth Version:", device[] = "Device ";
    lw_lines lines;
    lw_line line;
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        if (lw_line_begins(&line, version)) {
            const char *text = strstr(line.text, version) + sizeof version - 1;
            file->tool = lw_arena_print(file->arena, "nvbandwidth %s", text + strspn(text, " "));
            LW_TRY(file->tool == NULL ? LW_NO_MEMORY : LW_OK);
        } else if (lw_line_begins(&line, device)) {
            LW_TRY(read_device(file, strstr(line.text, device) + sizeof device - 1));
        } else if (lw_line_begins(&line, "Running ")) {
            const lw_status status = read_test(file, &lines, &line);
            LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
        } else if (!is_chatter(&line)) {
            lw_line_is_strange(file, &line);
        }
    }
    return LW_OK;
}

// ---- JSON ----

static lw_status wrong(const lw_import *file, lw_place place, const char *what) {
    return lw_error(file->diags, place, "is it what nvbandwidth -j wrote?", "%s", what);
}

static lw_status read_json_row(lw_import *file, const json_t *row, size_t t, size_t r, reading *in) {
    for (size_t c = 0; c < json_array_size(row); c++) {
        const char *text = json_string_value(json_array_get(row, c));
        const lw_word word = {text, lw_json_place_of(file, "nvbandwidth.testcases[%zu].bandwidth_matrix[%zu][%zu]", t, r, c)};
        if (text == NULL) {
            LW_TRY(wrong(file, word.place, "a cell of a matrix should be a text"));
        }
        lw_cell cell = {.row = (int)r, .column = (int)c, .place = word.place};
        if (strcmp(text, "N/A") != 0) {
            LW_TRY(lw_word_number(file, &word, "the value", &cell.value));
            const lw_status status = add(file, &cell, in);
            LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
        }
    }
    return LW_OK;
}

static lw_status read_json_test(lw_import *file, const json_t *testcase, size_t t) {
    reading in = {.name = json_string_value(json_object_get(testcase, "name"))};
    const char *description = json_string_value(json_object_get(testcase, "bandwidth_description"));
    const json_t *matrix = json_object_get(testcase, "bandwidth_matrix");
    const lw_place place = lw_json_place_of(file, "nvbandwidth.testcases[%zu]", t);
    if (in.name == NULL) {
        return wrong(file, place, "a test should have a name");
    }
    in.name = lw_arena_copy(file->arena, in.name);
    LW_TRY(in.name == NULL ? LW_NO_MEMORY : LW_OK);
    if (matrix == NULL) {
        lw_note(file->diags, place, NULL, "left out: %s was waived or did not run", in.name);
        return LW_OK;
    }
    in.test = find_test(in.name);
    LW_TRY(read_description(file, description != NULL ? description : "", place, &in));
    for (size_t r = 0; r < json_array_size(matrix); r++) {
        LW_TRY(read_json_row(file, json_array_get(matrix, r), t, r, &in));
    }
    if (in.test == NULL) {
        file->left_out += in.values;
        lw_note(file->diags, place, NULL, "left out: %s", left_out);
    }
    return LW_OK;
}

static lw_status read_json_tree(lw_import *file, const json_t *root) {
    const json_t *top = json_object_get(root, "nvbandwidth");
    const json_t *cards = json_object_get(top, "GPU Device list"), *testcases = json_object_get(top, "testcases");
    const char *version = json_string_value(json_object_get(top, "version"));
    if (!json_is_array(testcases)) {
        return wrong(file, lw_json_place(file, "nvbandwidth"), "it has no list of testcases");
    }
    if (version != NULL) {
        file->tool = lw_arena_print(file->arena, "nvbandwidth %s", version);
        LW_TRY(file->tool == NULL ? LW_NO_MEMORY : LW_OK);
    }
    for (size_t i = 0; i < json_array_size(cards); i++) {
        const char *text = json_string_value(json_array_get(cards, i));
        LW_TRY(text != NULL ? read_device(file, text) : LW_OK);
    }
    for (size_t t = 0; t < json_array_size(testcases); t++) {
        const lw_status status = read_json_test(file, json_array_get(testcases, t), t);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    if (file->source->text[strspn(file->source->text, " \t\r\n")] != '{') {
        return read_text(file);
    }
    json_t *root = NULL;
    LW_TRY(lw_json_load(file, &root));
    const lw_status status = read_json_tree(file, root);
    json_decref(root);
    return status;
}

static const char *const marks[] = {"nvbandwidth Version", "\"nvbandwidth\"", NULL};
extern const lw_import_format lw_import_nvbandwidth;
const lw_import_format lw_import_nvbandwidth = {"nvbandwidth", "NVIDIA nvbandwidth, text or JSON", marks, NULL, read};
