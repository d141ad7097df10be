// SPDX-License-Identifier: GPL-3.0-or-later
// TransferBench (ROCm/TransferBench, releases 1.05 to 1.66): tests of transfers, each from a memory
// over an executor to a memory. Its text and the CSV from release 1.51 on have the same cells, parted
// by bars, box drawings or commas; the CSV before has a row of names and a row a transfer.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/import/lines.h"

// What a memory or an executor is called by: "G0", "B1", "DMA00:004", "G3.1:8".
typedef struct party {
    char letter;  // '\0': none is told
    int number;
    size_t more;  // further memories, read or written at once
} party;

typedef struct transfer {
    party from, by, to;
    double bytes, value;  // GB/s
    const lw_line *line;
    lw_place place;
} transfer;

// One way to copy, of which tests tell one size each.
typedef struct way {
    lw_act act;
    int device, peer, host;  // host: NUMA node
    bool kernel, read;       // by the cores of a card; between cards: by the one that gets the bytes
} way;

typedef struct point {
    way way;
    double bytes, value;
    lw_place place;
} point;

typedef struct reading {
    lw_list test;    // transfer: those at once
    lw_list points;  // point
    bool named;      // a CSV with a row of names
    int number;      // there: of the test
} reading;

// Coarse and fine-grained pinned memory of a NUMA node, of that nearest to a card; memory of a card.
static bool is_host(const party *p) {
    return p->letter == 'C' || p->letter == 'B' || p->letter == 'P';
}
static bool is_card(const party *p) {
    return p->letter == 'G' || p->letter == 'F';
}

static const char *read_party(const char *at, party *out) {
    *out = (party){0};
    at += strspn(at, " ");
    const char *digits = at + strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (digits == at || (*at != 'N' && !isdigit((unsigned char)*digits))) {
        return NULL;  // N, no memory, has no number
    }
    char *end = NULL;
    const long number = strtol(digits, &end, 10);
    *out = (party){.letter = *at, .number = number < 10000 ? (int)number : 10000};
    for (; isupper((unsigned char)*end); out->more++) {
        const char *further = end + 1;
        end += 1 + strspn(further, "0123456789");
    }
    return end + strcspn(end, " ,|");
}

// ---- Tests ----

static lw_status keep(lw_import *file, reading *in, const transfer *t, const way *w) {
    point *p = LW_LIST_ADD(&in->points, point, file->arena);
    LW_TRY(p == NULL ? LW_NO_MEMORY : LW_OK);
    *p = (point){*w, t->bytes, t->value, t->place};
    return LW_OK;
}

// Why a transfer is no copy that can be modelled; NULL: it is one.
static const char *way_of(const transfer *t, way *out) {
    const bool up = is_host(&t->from) && is_card(&t->to), down = is_card(&t->from) && is_host(&t->to);
    const bool across = is_card(&t->from) && is_card(&t->to) && t->from.number != t->to.number;
    if (t->from.letter == 'R') {
        return "transfers of several computers";
    }
    if (t->from.more > 0 || t->to.more > 0 || t->from.letter == 'N' || t->to.letter == 'N') {
        return "sums, and reads or writes alone, are no copies";
    }
    if (!up && !down && !across) {
        return "copies within a device or between processors cross no link, and of other memories than pinned and "
               "a card's own the model knows nothing";
    }
    if (t->by.letter != 'G' && t->by.letter != 'D') {
        return "copies by a processor's cores, or over a network, are none of a card";
    }
    if ((t->by.number != t->from.number || up) && (t->by.number != t->to.number || down)) {
        return "copies by a third card";
    }
    *out = (way){.act = up     ? LW_ACT_H2D
                        : down ? LW_ACT_D2H
                               : LW_ACT_PEER,
                 .device = up ? t->to.number : t->from.number,
                 .peer = across ? t->to.number : 0,
                 .host = up     ? t->from.number
                         : down ? t->to.number
                                : 0,
                 .kernel = t->by.letter == 'G',
                 .read = across && t->by.number == t->to.number};
    // of the node nearest to a card the number is the card's
    out->host = (up ? t->from.letter : t->to.letter) == 'P' ? 0 : out->host;
    return NULL;
}

// Two at once are one copy while the other direction is busy, if they are of the same two ends.
static bool are_opposite(const transfer *a, const transfer *b) {
    return a->from.letter == b->to.letter && a->from.number == b->to.number && a->to.letter == b->from.letter &&
           a->to.number == b->from.number && a->bytes == b->bytes;
}

static lw_status end_test(lw_import *file, reading *in) {
    const transfer *t = LW_LIST_ITEMS(&in->test, const transfer);
    const size_t count = in->test.count;
    in->test.count = 0;
    if (count > 2 || (count == 2 && !are_opposite(&t[0], &t[1]))) {
        lw_line_is_left_out(file, t[0].line, count, "several transfers at once, other than the two directions between two ends");
        return LW_OK;
    }
    for (size_t i = 0; i < count; i++) {
        way w;
        const char *why = way_of(&t[i], &w);
        if (why != NULL) {
            lw_line_is_left_out(file, t[i].line, 1, why);
            continue;
        }
        static const lw_act busy[LW_ACTS] = {
            [LW_ACT_H2D] = LW_ACT_H2D_BUSY, [LW_ACT_D2H] = LW_ACT_D2H_BUSY, [LW_ACT_PEER] = LW_ACT_PEER_BUSY};
        w.act = count == 2 ? busy[w.act] : w.act;
        LW_TRY(keep(file, in, &t[i], &w));
    }
    return LW_OK;
}

static lw_status add(lw_import *file, reading *in, const transfer *t) {
    transfer *slot = LW_LIST_ADD(&in->test, transfer, file->arena);
    LW_TRY(slot == NULL ? LW_NO_MEMORY : LW_OK);
    *slot = *t;
    return LW_OK;
}

// ---- Lines ----

// Cells between bars, box drawings (U+2502) or commas, without the spaces around them.
static lw_status read_cells(const lw_import *file, const lw_line *line, lw_words *out) {
    static const char box[] = "\xe2\x94\x82";
    out->count = 0;
    for (const char *at = line->text; *at != '\0' && out->count < LW_WORDS_MAX;) {
        at += strspn(at, " \t");
        const char *end = at;
        while (*end != '\0' && *end != '|' && *end != ',' && strncmp(end, box, sizeof box - 1) != 0) {
            end++;
        }
        size_t length = (size_t)(end - at);
        while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t')) {
            length--;
        }
        const char *text = lw_arena_copy_n(file->arena, at, length);
        LW_TRY(text == NULL ? LW_NO_MEMORY : LW_OK);
        out->word[out->count++] = (lw_word){text, lw_line_place(file, line, at)};
        at = end + (*end == '\0' ? 0 : *end == box[0] ? sizeof box - 1 : 1);
    }
    return LW_OK;
}

static lw_status number_before(lw_import *file, const lw_word *word, const char *unit, const char *what, double *out) {
    const size_t length = strcspn(word->text, " ");
    const char *text = lw_arena_copy_n(file->arena, word->text, length);
    LW_TRY(text == NULL ? LW_NO_MEMORY : LW_OK);
    if (strcmp(word->text + length + strspn(word->text + length, " "), unit) != 0) {
        return lw_error(file->diags, word->place, "is the file whole, and unchanged?", "%s should be in %s", what, unit);
    }
    return lw_word_number(file, &(lw_word){text, word->place}, what, out);
}

static bool read_ends(const char *text, transfer *out) {
    const char *at = read_party(text, &out->from);
    party *const next[] = {&out->by, &out->to};
    for (int i = 0; i < 2 && at != NULL; i++) {
        at += strspn(at, " ");
        at = strncmp(at, "->", 2) == 0 ? read_party(at + 2, next[i]) : NULL;
    }
    return at != NULL;
}

// "Transfer 00 , 33.520 GB/s , 2.002 ms , 67108864 bytes , G0 -> GPU00:004 -> G1"
static lw_status read_transfer(lw_import *file, const lw_line *line, reading *in) {
    enum { NAME, RATE, TIME, BYTES, ENDS, WORDS };
    lw_words words;
    LW_TRY(read_cells(file, line, &words));
    if (words.count < WORDS) {
        return lw_error(file->diags, lw_line_place(file, line, line->text), "is the file whole?",
                        "%zu cells in a transfer's line of %d", words.count, WORDS);
    }
    transfer t = {.line = line, .place = words.word[RATE].place};
    LW_TRY(number_before(file, &words.word[RATE], "GB/s", "the rate", &t.value));
    LW_TRY(number_before(file, &words.word[BYTES], "bytes", "the size", &t.bytes));
    if (!read_ends(words.word[ENDS].text, &t)) {
        return lw_error(file->diags, words.word[ENDS].place, "G0 -> D0:1 -> G1 is read, of one computer",
                        "'%s' names no two memories and an executor", words.word[ENDS].text);
    }
    return add(file, in, &t);
}

// "1,0,67108864,G0,GPU00,G1,4,33.520,2.002,...": as the row of names says
static lw_status read_row(lw_import *file, const lw_line *line, reading *in) {
    enum { TEST, TRANSFER, BYTES, FROM, BY, TO, CORES, RATE, WORDS };
    lw_words words;
    int test = 0;
    LW_TRY(lw_line_words(file, line, true, &words));
    if (words.count <= WORDS) {
        return lw_error(file->diags, lw_line_place(file, line, line->text), "is the file whole?",
                        "%zu words in a line of %d or more", words.count, WORDS + 1);
    }
    LW_TRY(lw_word_count_of(file, &words.word[TEST], 1 << 20, "the number of a test", &test));
    if (test != in->number) {
        LW_TRY(end_test(file, in));
        in->number = test;
    }
    if (strcmp(words.word[TRANSFER].text, "ALL") == 0) {
        return LW_OK;
    }
    transfer t = {.line = line, .place = words.word[RATE].place};
    LW_TRY(lw_word_number(file, &words.word[BYTES], "the size", &t.bytes));
    LW_TRY(lw_word_number(file, &words.word[RATE], "the rate", &t.value));
    party *const parties[] = {&t.from, &t.by, &t.to};
    for (int i = 0; i < 3; i++) {
        if (read_party(words.word[FROM + i].text, parties[i]) == NULL) {
            return lw_error(file->diags, words.word[FROM + i].place, "as in G0", "'%s' names no memory or executor",
                            words.word[FROM + i].text);
        }
    }
    return add(file, in, &t);
}

static bool is_chatter(const lw_line *line) {
    static const char *const begins[] = {"=", "[", "Executor", "Iter ", "StandardDev", "Run", "\xe2\x94"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        if (lw_line_begins(line, begins[i])) {
            return true;
        }
    }
    return lw_line_is_blank(line) || strstr(line->text, " = ") != NULL;  // settings
}

static lw_status read_line(lw_import *file, const lw_line *line, reading *in) {
    static const char version[] = "TransferBench v";
    const char *text = line->text + strspn(line->text, " \t");
    if (lw_line_begins(line, version)) {
        const char *number = text + sizeof version - 1;
        file->tool = lw_arena_print(file->arena, "TransferBench %.*s", (int)strcspn(number, " \t"), number);
        return file->tool == NULL ? LW_NO_MEMORY : LW_OK;
    }
    if (lw_line_begins(line, "Transfer ")) {
        return read_transfer(file, line, in);
    }
    if (lw_line_begins(line, "Test#")) {
        in->named = true;
    } else if (in->named && isdigit((unsigned char)*text)) {
        return read_row(file, line, in);
    } else if (lw_line_begins(line, "Test ") || lw_line_begins(line, "Aggregate")) {
        return end_test(file, in);
    } else if (!is_chatter(line)) {
        lw_line_is_strange(file, line);
    }
    return LW_OK;
}

// ---- Series ----

static bool is_same(const way *a, const way *b) {
    return a->act == b->act && a->device == b->device && a->peer == b->peer && a->host == b->host && a->kernel == b->kernel &&
           a->read == b->read;
}

static lw_status begin(lw_import *file, const way *w) {
    const bool peers = lw_act_is_peer(w->act);
    lw_series *series = lw_import_series(file, w->act, w->device, w->peer);
    LW_TRY(series == NULL ? LW_NO_MEMORY : LW_OK);
    series->api = "hip";
    series->direct = true;
    series->kernel = w->kernel;
    series->method = w->kernel ? "TransferBench, a kernel of the card" : "TransferBench, a copy engine";
    char host[16] = "";
    if (!peers && w->host > 0) {
        (void)snprintf(host, sizeof host, "cpu%d", w->host);
    }
    const char *by = w->kernel ? w->read ? "kernel-read" : "kernel" : w->read ? "read" : "";
    series->tag = lw_arena_print(file->arena, "%s%s%s", by, by[0] != '\0' && host[0] != '\0' ? "-" : "", host);
    LW_TRY(series->tag == NULL ? LW_NO_MEMORY : LW_OK);
    series->tag = series->tag[0] == '\0' ? NULL : series->tag;
    return LW_OK;
}

// Each way's points in the order in which ways came.
static lw_status make_series(lw_import *file, const reading *in) {
    const point *p = LW_LIST_ITEMS(&in->points, const point);
    for (size_t i = 0; i < in->points.count; i++) {
        size_t earlier = 0;
        while (earlier < i && !is_same(&p[earlier].way, &p[i].way)) {
            earlier++;
        }
        if (earlier < i) {
            continue;
        }
        LW_TRY(begin(file, &p[i].way));
        for (size_t j = i; j < in->points.count; j++) {
            if (is_same(&p[j].way, &p[i].way)) {
                const lw_status status = lw_import_point(file, p[j].bytes, p[j].value, p[j].place);
                LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
            }
        }
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    reading in = {.number = -1};
    LW_TRY(lw_lines_of(file, &lines));
    for (size_t i = 0; i < lines.count; i++) {
        const lw_status status = read_line(file, &lines.line[i], &in);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    LW_TRY(end_test(file, &in));
    return make_series(file, &in);
}

static const char *const marks[] = {"TransferBench v", "Test#,Transfer#", NULL};
extern const lw_import_format lw_import_transfer_bench;
const lw_import_format lw_import_transfer_bench = {"TransferBench", "AMD TransferBench, text or CSV", marks, NULL, read};
