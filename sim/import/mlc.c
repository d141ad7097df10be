// SPDX-License-Identifier: GPL-3.0-or-later
// Intel Memory Latency Checker, --loaded_latency: latency of a read beside bandwidth, line by line.
// MB/sec are 1e6 bytes, as it says.
#include <math.h>
#include <string.h>

#include "sim/import/lines.h"

// Close to the most that the memory gives, latency is that of queues which are full: of how many
// threads wait, not of the link.
#define FULL 0.9

typedef struct loaded {
    double Bps, us;
    lw_place place;
} loaded;

typedef struct reading {
    bool table, other;  // a table is being read; it is of other traffic than reads
    lw_list rows;       // loaded
} reading;

static lw_status read_row(lw_import *file, const lw_line *line, reading *in) {
    lw_words words;
    double delay = 0, ns = 0, MBps = 0;
    LW_TRY(lw_line_words(file, line, false, &words));
    if (words.count != 3) {
        return lw_error(file->diags, words.word[words.count - 1].place, "is the file whole?",
                        "%zu values in a line of 3: delay, latency and bandwidth", words.count);
    }
    LW_TRY(lw_word_number(file, &words.word[0], "the delay", &delay));
    LW_TRY(lw_word_number(file, &words.word[1], "the latency", &ns));
    LW_TRY(lw_word_number(file, &words.word[2], "the bandwidth", &MBps));
    loaded *row = LW_LIST_ADD(&in->rows, loaded, file->arena);
    LW_TRY(row == NULL ? LW_NO_MEMORY : LW_OK);
    *row = (loaded){MBps * 1e6, ns / 1e3, words.word[1].place};
    return LW_OK;
}

static lw_status add_rows(lw_import *file, const reading *in) {
    const loaded *row = LW_LIST_ITEMS(&in->rows, const loaded);
    double most = 0;
    lw_series *series = in->rows.count > 0 ? lw_import_series(file, LW_ACT_LOADED, 0, 0) : NULL;
    if (in->rows.count == 0) {
        return LW_OK;
    }
    LW_TRY(series == NULL ? LW_NO_MEMORY : LW_OK);
    series->method = "Intel MLC --loaded_latency, reads alone, below nine tenths of the most";
    for (size_t i = 0; i < in->rows.count; i++) {
        most = row[i].Bps > most ? row[i].Bps : most;
    }
    size_t full = 0;
    for (size_t i = 0; i < in->rows.count; i++) {
        if (row[i].Bps > FULL * most && in->rows.count > 1) {
            full++;
            continue;
        }
        const lw_status status = lw_import_point(file, floor(row[i].Bps), row[i].us, row[i].place);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    file->left_out += full;
    if (full > 0) {
        lw_note(file->diags, row[0].place, NULL, "left out: %zu lines whose queues are full, above nine tenths of the most",
                full);
    }
    return LW_OK;
}

// What else MLC prints is not about a link: matrices of its memories, peak bandwidths, caches.
static lw_status read_line(lw_import *file, const lw_line *line, reading *in) {
    const char *text = line->text + strspn(line->text, " \t");
    if (lw_line_begins(line, "Measuring")) {
        in->table = strstr(text, "Loaded Latencies") != NULL;
        in->other = false;
        if (!in->table) {
            lw_line_is_left_out(file, line, 0, "no latency beside bandwidth");
        }
    } else if (in->table && lw_line_begins(line, "Using ") && strstr(text, "traffic type") != NULL) {
        in->other = strstr(text, "Read-only") == NULL;
        if (in->other) {
            lw_line_is_left_out(file, line, 0, "other traffic than reads");
        }
    } else if (in->table && !in->other && lw_word_looks_number(text)) {
        return read_row(file, line, in);
    } else if (in->table && lw_word_looks_number(text)) {
        file->left_out++;
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    lw_line line;
    reading in = {.table = false};
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        const lw_status status = read_line(file, &line, &in);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return add_rows(file, &in);
}

static const char *const marks[] = {"Memory Latency Checker", "Measuring Loaded Latencies", NULL};
extern const lw_import_format lw_import_mlc;
const lw_import_format lw_import_mlc = {"mlc", "Intel Memory Latency Checker, --loaded_latency", marks, NULL, read};
