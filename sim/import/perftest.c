// SPDX-License-Identifier: GPL-3.0-or-later
// ib_write_bw, ib_read_bw, ib_write_lat and ib_read_lat (linux-rdma/perftest): a title, the
// settings, and below a head a line a size.
#include <string.h>

#include "sim/import/lines.h"

typedef struct reading {
    lw_act act;
    bool told;     // a title was there
    size_t value;  // column of the value; 0: no head yet
    size_t columns;
    double scale;  // to GB/s; 1 of times
    bool begun;
} reading;

static const struct {
    const char *title;
    lw_act act;
    const char *method;
} tests[] = {
    {"RDMA_Write BW Test", LW_ACT_RDMA_WRITE, "ib_write_bw, one direction, many writes under way"},
    {"RDMA_Read BW Test", LW_ACT_RDMA_READ, "ib_read_bw, one direction, many reads under way"},
    {"RDMA_Write Latency Test", LW_ACT_RDMA_WRITE_LATENCY, "ib_write_lat, t_typical: half of there and back"},
    {"RDMA_Read Latency Test", LW_ACT_RDMA_READ_LATENCY, "ib_read_lat, t_typical: there and back"},
};

static lw_status read_title(lw_import *file, const lw_line *line, reading *in) {
    *in = (reading){.act = LW_ACTS};
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        in->act = strstr(line->text, tests[i].title) != NULL ? tests[i].act : in->act;
    }
    in->told = in->act != LW_ACTS;
    return in->told ? LW_OK
                    : lw_error(file->diags, lw_line_place(file, line, line->text + strspn(line->text, " \t")),
                               "writes and reads in one direction can be compared", "this test has no counterpart in the model");
}

// "#bytes  #iterations  BW peak[MiB/sec]  BW average[MiB/sec]  MsgRate[Mpps]": names have spaces.
static lw_status read_head(lw_import *file, const lw_line *line, reading *in) {
    const bool times = strstr(line->text, "t_typical[") != NULL;
    const char *name = times ? "t_typical[" : "BW average[", *at = strstr(line->text, name);
    if (at == NULL) {
        return lw_error(file->diags, lw_line_place(file, line, line->text), "is the file whole?",
                        "the head has neither BW average nor t_typical");
    }
    const char *unit = at + strlen(name);
    const char *copy = lw_arena_copy_n(file->arena, unit, strcspn(unit, "]"));
    LW_TRY(copy == NULL ? LW_NO_MEMORY : LW_OK);
    in->value = times ? 4 : 3;
    in->scale = 1;
    in->begun = false;
    if (times) {
        return strcmp(copy, "usec") == 0 ? LW_OK
                                         : lw_error(file->diags, lw_line_place(file, line, unit), NULL, "'%s' is no usec", copy);
    }
    // Releases before 4.5 write MB/sec and mean 2^20 bytes.
    return lw_word_unit(file, strcmp(copy, "MB/sec") == 0 ? "MiB/sec" : copy, lw_line_place(file, line, unit), &in->scale);
}

static lw_status read_size(lw_import *file, const lw_line *line, reading *in) {
    lw_words words;
    double bytes = 0, value = 0;
    LW_TRY(lw_line_words(file, line, false, &words));
    LW_TRY(lw_word_number(file, &words.word[0], "the size", &bytes));
    if (words.count < in->value + 2) {
        return lw_error(file->diags, words.word[words.count - 1].place, "is the file whole?",
                        "%zu values in a line of %zu or more", words.count, in->value + 2);
    }
    LW_TRY(lw_word_number(file, &words.word[in->value], in->scale < 1 ? "the rate" : "the value", &value));
    if (!in->told) {
        return lw_error(file->diags, words.word[0].place, "keep the lines before it", "nothing says which test this is");
    }
    if (!in->begun) {
        lw_series *series = lw_import_series(file, in->act, 0, 0);
        LW_TRY(series == NULL ? LW_NO_MEMORY : LW_OK);
        for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
            series->method = tests[i].act == in->act ? tests[i].method : series->method;
        }
        in->begun = true;
    }
    return lw_import_point(file, bytes, value * in->scale, words.word[in->value].place);
}

// Settings are "name : value", one or two a line.
static bool is_chatter(const lw_line *line) {
    return lw_line_is_blank(line) || strstr(line->text, ": ") != NULL || strstr(line->text, "---") != NULL ||
           strstr(line->text, "****") != NULL || lw_line_begins(line, "WARNING") || lw_line_begins(line, "Conflicting CPU") ||
           lw_line_begins(line, "*") || lw_line_begins(line, "GID") || lw_line_begins(line, "Perftest") ||
           strstr(line->text, ":\t") != NULL;
}

static lw_status read_line(lw_import *file, const lw_line *line, reading *in) {
    const char *text = line->text + strspn(line->text, " \t");
    if (strstr(text, " Test") != NULL && strchr(text, ':') == NULL) {
        return read_title(file, line, in);
    }
    if (lw_line_begins(line, "#bytes")) {
        return read_head(file, line, in);
    }
    if (in->value > 0 && lw_word_looks_number(text)) {
        return read_size(file, line, in);
    }
    if (!is_chatter(line)) {
        lw_line_is_strange(file, line);
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    lw_line line;
    reading in = {.act = LW_ACTS};
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        const lw_status status = read_line(file, &line, &in);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return LW_OK;
}

static const char *const marks[] = {"RDMA_Write", "RDMA_Read", "#bytes", NULL};
extern const lw_import_format lw_import_perftest;
const lw_import_format lw_import_perftest = {"perftest", "ib_write_bw, ib_read_bw, ib_write_lat, ib_read_lat", marks, NULL, read};
