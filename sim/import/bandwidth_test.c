// SPDX-License-Identifier: GPL-3.0-or-later
// bandwidthTest of the CUDA samples (NVIDIA/cuda-samples until April 2025). Its form for people has
// a list of sizes below each heading; --csv prints a sentence a size.
#include <string.h>

#include "sim/import/lines.h"

static const char inside[] = "copies within the memory of a card cross no link";

// What a heading has said so far. act LW_ACTS: copies within the card, or nothing yet.
typedef struct heading {
    lw_act act;
    bool told, pageable;
    double scale;  // to GB/s; 0: no list is being read
    int device;
    bool fresh;  // no point yet
} heading;

static lw_status begin_series(lw_import *file, const heading *head) {
    lw_series *series = lw_import_series(file, head->act, head->device, 0);
    if (series == NULL) {
        return LW_NO_MEMORY;
    }
    series->pageable = head->pageable;
    series->api = "cuda";
    series->method = head->pageable ? "bandwidthTest of the CUDA samples, pageable host memory"
                                    : "bandwidthTest of the CUDA samples, pinned host memory, copies queued on one stream";
    return LW_OK;
}

// The unit in "Bandwidth(GB/s)". MB/s of older releases are 1e3 x bytes / (ms x 2^20): MiB/s.
static lw_status read_unit(lw_import *file, const lw_line *line, heading *head) {
    static const char word[] = "Bandwidth(";
    const char *open = strstr(line->text, word);
    const lw_place place = lw_line_place(file, line, open != NULL ? open : line->text);
    const char *unit = open != NULL ? open + sizeof word - 1 : "";
    const size_t length = strcspn(unit, ")");
    const char *copy = lw_arena_copy_n(file->arena, unit, length);
    LW_TRY(copy == NULL ? LW_NO_MEMORY : LW_OK);
    LW_TRY(lw_word_unit(file, strcmp(copy, "MB/s") == 0 ? "MiB/s" : copy, place, &head->scale));
    head->fresh = true;
    return LW_OK;
}

static lw_status read_pair(lw_import *file, const lw_line *line, heading *head) {
    lw_words words;
    double bytes = 0, value = 0;
    LW_TRY(lw_line_words(file, line, false, &words));
    LW_TRY(lw_word_number(file, &words.word[0], "the size", &bytes));
    if (words.count != 2) {
        return lw_error(file->diags, words.word[words.count - 1].place, "is the file whole?",
                        "a size and a rate should stand in this line");
    }
    if (!head->told || head->act == LW_ACTS) {
        file->left_out++;
        return LW_OK;
    }
    LW_TRY(lw_word_number(file, &words.word[1], "the rate", &value));
    if (head->fresh) {
        LW_TRY(begin_series(file, head));
        head->fresh = false;
    }
    return lw_import_point(file, bytes, value * head->scale, words.word[1].place);
}

// "Host to Device Bandwidth, 1 Device(s)"
static bool read_direction(lw_import *file, const lw_line *line, heading *head) {
    if (strstr(line->text, "Bandwidth, ") == NULL) {
        return false;
    }
    head->act = lw_line_begins(line, "Host to Device")   ? LW_ACT_H2D
                : lw_line_begins(line, "Device to Host") ? LW_ACT_D2H
                                                         : LW_ACTS;
    head->told = true;
    head->scale = 0;
    if (head->act == LW_ACTS) {
        lw_line_is_left_out(file, line, 0, inside);
    }
    return true;
}

// ---- --csv ----

// The word behind `name` in "Bandwidth = 25.3 GB/s, Time = ...".
static lw_status find_value(lw_import *file, const lw_line *line, const char *name, lw_word *out, const char **unit) {
    const char *at = strstr(line->text, name);
    if (at == NULL) {
        return lw_error(file->diags, lw_line_place(file, line, line->text + strlen(line->text)), "is the file whole?",
                        "the line has no '%s'", name);
    }
    at += strlen(name);
    at += strspn(at, " ");
    const size_t length = strcspn(at, " ");
    const char *behind = at + length + strspn(at + length, " ");
    out->place = lw_line_place(file, line, at);
    out->text = lw_arena_copy_n(file->arena, at, length);
    *unit = lw_arena_copy_n(file->arena, behind, strcspn(behind, " ,"));
    return out->text == NULL || *unit == NULL ? LW_NO_MEMORY : LW_OK;
}

static lw_status read_sentence(lw_import *file, const lw_line *line) {
    lw_word rate, size;
    const char *unit = NULL, *size_unit = NULL;
    heading head = {.act = strstr(line->text, "-H2D") != NULL   ? LW_ACT_H2D
                           : strstr(line->text, "-D2H") != NULL ? LW_ACT_D2H
                                                                : LW_ACTS,
                    .pageable = strstr(line->text, "-Paged") != NULL};
    double bytes = 0, value = 0, scale = 0;
    LW_TRY(find_value(file, line, "Bandwidth =", &rate, &unit));
    LW_TRY(find_value(file, line, "Size =", &size, &size_unit));
    LW_TRY(lw_word_number(file, &rate, "the rate", &value));
    LW_TRY(lw_word_number(file, &size, "the size", &bytes));
    LW_TRY(lw_word_unit(file, strcmp(unit, "MB/s") == 0 ? "MiB/s" : unit, rate.place, &scale));
    if (strcmp(size_unit, "bytes") != 0) {
        return lw_error(file->diags, size.place, NULL, "the size is in '%s', not in bytes", size_unit);
    }
    if (head.act == LW_ACTS) {
        lw_line_is_left_out(file, line, 1, inside);
        return LW_OK;
    }
    const size_t series = file->series.count;
    const lw_series *last = series > 0 ? &LW_LIST_ITEMS(&file->series, const lw_series)[series - 1] : NULL;
    if (last == NULL || last->act != head.act || last->pageable != head.pageable) {
        LW_TRY(begin_series(file, &head));
    }
    return lw_import_point(file, bytes, value * scale, rate.place);
}

// ---- Both ----

static bool is_chatter(const lw_line *line) {
    static const char *const begins[] = {"[",          "CUDA Bandwidth Test", "Running on", "Quick Mode",
                                         "Range Mode", "Shmoo Mode",          "...",        "NOTE"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        if (lw_line_begins(line, begins[i])) {
            return true;
        }
    }
    return lw_line_is_blank(line) || line->text[strspn(line->text, " .\t")] == '\0';
}

static lw_status read_line(lw_import *file, const lw_line *line, heading *head, bool *ended) {
    static const char device[] = "Device ";
    const char *text = line->text + strspn(line->text, " \t");
    if (lw_line_begins(line, "bandwidthTest-")) {
        return read_sentence(file, line);
    }
    if (read_direction(file, line, head)) {
        return LW_OK;
    }
    if (lw_line_begins(line, device) && text[sizeof device - 1] >= '0' && text[sizeof device - 1] <= '9') {
        head->device = text[sizeof device - 1] - '0';
        const char *colon = strchr(text, ':');
        return colon != NULL ? lw_import_card(file, (size_t)head->device, colon + 1 + strspn(colon + 1, " ")) : LW_OK;
    }
    if (lw_line_begins(line, "PINNED") || lw_line_begins(line, "PAGEABLE")) {
        head->pageable = lw_line_begins(line, "PAGEABLE");
        return LW_OK;
    }
    if (lw_line_begins(line, "Transfer Size")) {
        return read_unit(file, line, head);
    }
    if (head->scale > 0 && lw_word_looks_number(text)) {
        return read_pair(file, line, head);
    }
    if (lw_line_begins(line, "Result = ")) {
        *ended = true;
        if (strstr(text, "PASS") == NULL) {
            lw_warn(file->diags, lw_line_place(file, line, text), NULL, "the test says that it did not pass");
        }
    } else if (!is_chatter(line)) {
        lw_line_is_strange(file, line);
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    lw_line line;
    heading head = {.act = LW_ACTS};
    bool ended = false;
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        const lw_status status = read_line(file, &line, &head, &ended);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    if (!ended && head.told) {
        lw_warn(file->diags, (lw_place){file->source, (int)lines.count, 1}, "is the file whole?",
                "the file ends without 'Result = ': its last value may be cut");
    }
    return LW_OK;
}

static const char *const marks[] = {"[CUDA Bandwidth Test]", "CUDA Bandwidth Test", "bandwidthTest-", "Transfer Size (Bytes)",
                                    NULL};
extern const lw_import_format lw_import_bandwidth_test;
const lw_import_format lw_import_bandwidth_test = {"bandwidthTest", "CUDA samples bandwidthTest, also its --csv", marks, NULL,
                                                   read};
