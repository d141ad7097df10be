// SPDX-License-Identifier: GPL-3.0-or-later
// p2pBandwidthLatencyTest of the CUDA samples (NVIDIA/cuda-samples c94ff36): a matrix below each of
// several titles.
#include <string.h>

#include "sim/import/matrix.h"

// The test copies 40,000,000 integers of four bytes.
enum { BUFFER_BYTES = 160000000, CARDS_MAX = LW_WORDS_MAX };

typedef struct reading {
    bool connected[CARDS_MAX][CARDS_MAX];
    bool told;  // the matrix of connections was there
    // of the matrix that is being read
    bool direct, both;
    size_t left_out;
} reading;

static lw_status connect(lw_import *file, const lw_cell *cell, void *user) {
    reading *in = user;
    if (cell->row >= CARDS_MAX || cell->column >= CARDS_MAX) {
        return lw_error(file->diags, cell->place, NULL, "more than %d cards", CARDS_MAX);
    }
    in->connected[cell->row][cell->column] = cell->value > 0;
    return LW_OK;
}

static lw_status add(lw_import *file, const lw_cell *cell, void *user) {
    reading *in = user;
    const bool known = cell->row < CARDS_MAX && cell->column < CARDS_MAX;
    // Without a connection the driver copies through the host, as in the matrix that says so.
    if (cell->row == cell->column || (in->direct && in->told && known && !in->connected[cell->row][cell->column])) {
        in->left_out++;
        return LW_OK;
    }
    lw_series *series = lw_import_series(file, in->both ? LW_ACT_PEER_BUSY : LW_ACT_PEER, cell->row, cell->column);
    if (series == NULL) {
        return LW_NO_MEMORY;
    }
    series->direct = in->direct;
    series->api = "cuda";
    series->method = in->both ? "p2pBandwidthLatencyTest, copies of 160 MB both ways at once: half of the sum that it prints"
                              : "p2pBandwidthLatencyTest, copies of 160 MB one way";
    return lw_import_point(file, BUFFER_BYTES, in->both ? cell->value / 2 : cell->value, cell->place);
}

static lw_status count(lw_import *file, const lw_cell *cell, void *user) {
    (void)file;
    (void)cell;
    ((reading *)user)->left_out++;
    return LW_OK;
}

static lw_status read_matrix(lw_import *file, lw_lines *lines, const lw_line *title, reading *in) {
    in->direct = strstr(title->text, "P2P=Enabled") != NULL;
    in->both = strstr(title->text, "Bidirectional") != NULL;
    in->left_out = 0;
    if (strstr(title->text, "Connectivity") != NULL) {
        in->told = true;
        return lw_matrix_read(file, lines, true, connect, in);
    }
    if (strstr(title->text, "Latency") != NULL) {
        LW_TRY(lw_matrix_read(file, lines, true, count, in));  // as cards see it
        LW_TRY(lw_matrix_read(file, lines, true, count, in));  // as the processor does
        lw_line_is_left_out(file, title, in->left_out, "the latency of a call is no copy over a link");
        return LW_OK;
    }
    if (strstr(title->text, "(GB/s)") == NULL) {
        return lw_error(file->diags, lw_line_place(file, title, title->text), "is the file whole, and unchanged?",
                        "the matrix is not in GB/s");
    }
    LW_TRY(lw_matrix_read(file, lines, true, add, in));
    if (in->left_out > 0) {
        lw_line_is_left_out(file, title, in->left_out, "cards to themselves, and cards without peer access to each other");
    }
    return LW_OK;
}

static bool is_chatter(const lw_line *line) {
    static const char *const begins[] = {"[P2P", "Device=", "***NOTE", "So you can see", "NOTE", "Result"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        if (lw_line_begins(line, begins[i])) {
            return true;
        }
    }
    return lw_line_is_blank(line);
}

// "Device: 0, NVIDIA RTX 6000 Ada Generation, pciBusID: c1, pciDeviceID: 0, pciDomainID:0"
static lw_status read_device(lw_import *file, const lw_line *line) {
    lw_words words;
    int number = 0;
    LW_TRY(lw_line_words(file, line, true, &words));
    const char *colon = strchr(words.word[0].text, ':');
    const lw_word first = {colon + 1 + strspn(colon + 1, " "), words.word[0].place};
    LW_TRY(lw_word_count_of(file, &first, CARDS_MAX - 1, "the number of a card", &number));
    return words.count > 1 ? lw_import_card(file, (size_t)number, words.word[1].text) : LW_OK;
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    lw_line line;
    reading *in = LW_NEW(file->arena, reading);
    LW_TRY(in == NULL ? LW_NO_MEMORY : LW_OK);
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        lw_status status = LW_OK;
        if (lw_line_begins(&line, "Device: ")) {
            status = read_device(file, &line);
        } else if (strstr(line.text, "Matrix") != NULL) {
            status = read_matrix(file, &lines, &line, in);
        } else if (!is_chatter(&line)) {
            lw_line_is_strange(file, &line);
        }
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return LW_OK;
}

static const char *const marks[] = {"[P2P (Peer-to-Peer) GPU Bandwidth", "P2P=Disabled", "P2P=Enabled", NULL};
extern const lw_import_format lw_import_p2p_test;
const lw_import_format lw_import_p2p_test = {"p2pBandwidthLatencyTest", "CUDA samples p2pBandwidthLatencyTest", marks, NULL,
                                             read};
