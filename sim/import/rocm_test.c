// SPDX-License-Identifier: GPL-3.0-or-later
// rocm_bandwidth_test (ROCm/rocm_bandwidth_test 6bd5c1a): matrices over all devices, processors
// among them, or a list of sizes between two.
#include <string.h>

#include "sim/import/matrix.h"

// Matrices tell the peak over sizes up to this, and not at which.
enum { LARGEST_MIB = 512, DEVICES_MAX = LW_WORDS_MAX };

typedef struct reading {
    int card[DEVICES_MAX];  // its number among cards; -1: a processor, or not told
    int cards, processors;
    // of what is being read
    bool both, any;
    size_t left_out;
    int from, to;  // of a list
} reading;

static bool is_processor(const reading *in, int device) {
    return device >= DEVICES_MAX || in->card[device] < 0;
}

// Begin the series of copies between two devices; *begun is false where they cross no link.
static lw_status begin(lw_import *file, const reading *in, int from, int to, bool *begun) {
    const bool host_from = is_processor(in, from), host_to = is_processor(in, to);
    *begun = from != to && !(host_from && host_to);
    if (!*begun) {
        return LW_OK;
    }
    const lw_act act = host_from  ? in->both ? LW_ACT_H2D_BUSY : LW_ACT_H2D
                       : host_to  ? in->both ? LW_ACT_D2H_BUSY : LW_ACT_D2H
                       : in->both ? LW_ACT_PEER_BUSY
                                  : LW_ACT_PEER;
    lw_series *series = lw_import_series(file, act, in->card[host_from ? to : from], host_from || host_to ? 0 : in->card[to]);
    LW_TRY(series == NULL ? LW_NO_MEMORY : LW_OK);
    series->api = "hip";
    series->direct = true;
    series->method =
        in->both ? "rocm_bandwidth_test, both ways at once: half of the sum that it prints" : "rocm_bandwidth_test, one way";
    if (in->processors > 1 && (host_from || host_to)) {
        series->tag = lw_arena_print(file->arena, "cpu%d", host_from ? from : to);
        return series->tag == NULL ? LW_NO_MEMORY : LW_OK;
    }
    return LW_OK;
}

static lw_status add(lw_import *file, const lw_cell *cell, void *user) {
    reading *in = user;
    bool begun = false;
    LW_TRY(begin(file, in, cell->row, cell->column, &begun));
    if (!begun) {
        in->left_out++;
        return LW_OK;
    }
    return lw_import_point(file, (double)LARGEST_MIB * (1 << 20), in->both ? cell->value / 2 : cell->value, cell->place);
}

static lw_status ignore(lw_import *file, const lw_cell *cell, void *user) {
    (void)file;
    (void)cell;
    (void)user;
    return LW_OK;
}

static lw_status read_matrix(lw_import *file, lw_lines *lines, const lw_line *title, reading *in) {
    in->both = lw_line_begins(title, "B");  // old releases write Bdirectional
    in->left_out = 0;
    if (strstr(title->text, "GB/s") == NULL) {
        return lw_error(file->diags, lw_line_place(file, title, title->text), "is the file whole, and unchanged?",
                        "the matrix is not in GB/s");
    }
    LW_TRY(lw_matrix_read(file, lines, true, add, in));
    if (in->left_out > 0) {
        lw_line_is_left_out(file, title, in->left_out, "copies that stay within a device, or between processors");
    }
    return LW_OK;
}

// "Device: 1,  AMD Radeon Graphics,  GPU-XX,  c2:0.0"; a processor has a name alone.
static lw_status read_device(lw_import *file, const lw_line *line, reading *in) {
    lw_words words;
    int number = 0;
    LW_TRY(lw_line_words(file, line, true, &words));
    const char *colon = strchr(words.word[0].text, ':');
    const lw_word first = {colon + 1 + strspn(colon + 1, " "), words.word[0].place};
    LW_TRY(lw_word_count_of(file, &first, DEVICES_MAX - 1, "the number of a device", &number));
    if (words.count < 3) {
        in->card[number] = -1;
        in->processors++;
        return LW_OK;
    }
    in->card[number] = in->cards++;
    return lw_import_card(file, (size_t)in->card[number], words.word[1].text);
}

// ---- Lists ----

// "Src Device Id: 0 Src Device Type: Cpu" between signs of equality
static lw_status read_end(lw_import *file, const lw_line *line, reading *in) {
    const char *id = strstr(line->text, "Device Id: "), *type = strstr(line->text, "Device Type: ");
    if (id == NULL || type == NULL) {
        in->both = strstr(line->text, "Bidirectional") != NULL;
        return LW_OK;
    }
    id += strlen("Device Id: ");
    const char *text = lw_arena_copy_n(file->arena, id, strcspn(id, " "));
    LW_TRY(text == NULL ? LW_NO_MEMORY : LW_OK);
    const lw_word word = {text, lw_line_place(file, line, id)};
    int number = 0;
    LW_TRY(lw_word_count_of(file, &word, DEVICES_MAX - 1, "the number of a device", &number));
    *(strstr(line->text, "Src") != NULL ? &in->from : &in->to) = number;
    if (strstr(type, "Gpu") != NULL && in->card[number] < 0) {
        in->card[number] = in->cards++;  // a list of sizes names no devices
    }
    return LW_OK;
}

// "64 KB  12.3  5.3  12.1  5.4": size, time and rate on average, least time, peak rate.
static lw_status read_size(lw_import *file, const lw_line *line, reading *in) {
    static const char *const units[] = {"B", "KB", "MB", "GB"};  // powers of 1024
    lw_words words;
    double size = 0, value = 0, scale = 0;
    LW_TRY(lw_line_words(file, line, false, &words));
    LW_TRY(lw_word_number(file, &words.word[0], "the size", &size));
    if (words.count != 6) {
        return lw_error(file->diags, words.word[0].place, "is the file whole?", "%zu words in a line of 6", words.count);
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        scale = strcmp(units[i], words.word[1].text) == 0 ? (double)(INT64_C(1) << (10 * i)) : scale;
    }
    if (!(scale > 0)) {
        return lw_error(file->diags, words.word[1].place, NULL, "'%s' is no unit of a size", words.word[1].text);
    }
    LW_TRY(lw_word_number(file, &words.word[3], "the rate", &value));
    if (!in->any) {
        LW_TRY(begin(file, in, in->from, in->to, &in->any));
    }
    if (!in->any) {
        file->left_out++;
        return LW_OK;
    }
    return lw_import_point(file, size * scale, in->both ? value / 2 : value, words.word[3].place);
}

// ---- Both ----

static lw_status read_line(lw_import *file, lw_lines *lines, const lw_line *line, reading *in, bool *sizes) {
    static const char version[] = "RocmBandwidthTest Version:";
    const char *text = line->text + strspn(line->text, " \t");
    if (lw_line_begins(line, "Device: ")) {
        return read_device(file, line, in);
    }
    if (strstr(text, "directional copy") != NULL) {
        return read_matrix(file, lines, line, in);
    }
    if (strstr(text, "Device Access") != NULL || strstr(text, "Numa Distance") != NULL) {
        return lw_matrix_read(file, lines, true, ignore, NULL);
    }
    if (lw_line_begins(line, version)) {
        const char *number = strstr(text, version) + sizeof version - 1;
        file->tool = lw_arena_print(file->arena, "rocm_bandwidth_test %s", number + strspn(number, " "));
        return file->tool == NULL ? LW_NO_MEMORY : LW_OK;
    }
    if (lw_line_begins(line, "=")) {
        *sizes = in->any = false;
        return read_end(file, line, in);
    }
    if (lw_line_begins(line, "Data Size")) {
        *sizes = true;
    } else if (*sizes && lw_word_looks_number(text)) {
        return read_size(file, line, in);
    } else if (!lw_line_begins(line, "Launch Command") && text[strspn(text, ". \t")] != '\0') {
        lw_line_is_strange(file, line);
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    lw_line line;
    bool sizes = false;
    reading *in = LW_NEW(file->arena, reading);
    LW_TRY(in == NULL ? LW_NO_MEMORY : LW_OK);
    for (int i = 0; i < DEVICES_MAX; i++) {
        in->card[i] = -1;
    }
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        const lw_status status = read_line(file, &lines, &line, in, &sizes);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return LW_OK;
}

static const char *const marks[] = {"RocmBandwidthTest Version", "Data Size      Avg Time(us)", NULL};
extern const lw_import_format lw_import_rocm_test;
const lw_import_format lw_import_rocm_test = {"rocm_bandwidth_test", "AMD rocm_bandwidth_test", marks, NULL, read};
