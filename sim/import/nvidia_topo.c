// SPDX-License-Identifier: GPL-3.0-or-later
// nvidia-smi topo -m: what is between each two cards, and between cards and network cards. Lines of
// nvidia-smi -L, before or after it, name the cards.
#include <stdio.h>
#include <stdlib.h>

#include "sim/import/hardware.h"
#include "sim/import/lines.h"

// In the order of their distance.
typedef enum between { SELF, FABRIC, ONE_BRIDGE, BRIDGES, ONE_HOST, ONE_NODE, SYSTEM } between;

enum { DEVICES_MAX = 64 };

typedef struct reading {
    size_t columns, rows;                    // devices, first those of columns
    between cell[DEVICES_MAX][DEVICES_MAX];  // row, column
    int links[DEVICES_MAX][DEVICES_MAX];     // of FABRIC
    const char *device[DEVICES_MAX];         // "GPU0", "NIC1"
    lw_place place[DEVICES_MAX];             // of the row
    int socket[DEVICES_MAX];                 // -1: not told
    const char *card[DEVICES_MAX];           // by -L
    size_t part[DEVICES_MAX];
} reading;

static bool is_device(const char *word) {
    return strncmp(word, "GPU", 3) == 0 || strncmp(word, "NIC", 3) == 0 || strncmp(word, "mlx", 3) == 0;
}

// "GPU NUMA ID" is a column of memory, not a card.
static lw_status read_head(lw_import *file, const lw_line *line, reading *in) {
    lw_words words;
    LW_TRY(lw_line_words(file, line, false, &words));
    for (size_t i = 0; i < words.count && is_device(words.word[i].text) && strcmp(words.word[i].text, "GPU") != 0; i++) {
        if (in->columns == DEVICES_MAX) {
            return lw_error(file->diags, words.word[i].place, NULL, "more than %d cards and network cards", DEVICES_MAX);
        }
        in->device[in->columns] = words.word[i].text;
        in->socket[in->columns++] = -1;
    }
    return LW_OK;
}

static lw_status read_cell(const lw_import *file, const lw_word *word, reading *in, size_t row, size_t column) {
    static const struct {
        const char *word;
        between is;
    } words[] = {{"X", SELF},        {"PIX", ONE_BRIDGE}, {"PXB", BRIDGES}, {"PHB", ONE_HOST},
                 {"NODE", ONE_NODE}, {"SYS", SYSTEM},     {"SOC", SYSTEM}};
    enum { LINKS_MAX = 72 };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word->text, words[i].word) == 0) {
            in->cell[row][column] = words[i].is;
            return LW_OK;
        }
    }
    char *end = NULL;
    const long links = strncmp(word->text, "NV", 2) == 0 ? strtol(word->text + 2, &end, 10) : 0;
    if (links < 1 || links > LINKS_MAX || *end != '\0') {
        return lw_error(file->diags, word->place, "is the file whole, and unchanged?",
                        "'%s' is none of X, NV1 and more, PIX, PXB, PHB, NODE and SYS", word->text);
    }
    in->cell[row][column] = FABRIC;
    in->links[row][column] = (int)links;
    return LW_OK;
}

// "GPU0  X  NV4  PHB  0-15  0  N/A": the memory node is the word after the list of cores.
static lw_status read_row(lw_import *file, const lw_line *line, reading *in) {
    lw_words words;
    LW_TRY(lw_line_words(file, line, false, &words));
    const size_t row = in->rows;
    if (row == in->columns || strcmp(words.word[0].text, in->device[row]) != 0) {
        return lw_error(file->diags, words.word[0].place, "is the file whole, and unchanged?",
                        "'%s' is not the next device of the head", words.word[0].text);
    }
    if (words.count < in->columns + 1) {
        return lw_error(file->diags, words.word[words.count - 1].place, "is the file whole, and unchanged?",
                        "%zu value%s in a matrix of %zu columns", words.count - 1, words.count == 2 ? "" : "s", in->columns);
    }
    in->place[row] = words.word[0].place;
    in->rows++;
    for (size_t i = 0; i < in->columns; i++) {
        LW_TRY(read_cell(file, &words.word[i + 1], in, row, i));
    }
    const size_t node = in->columns + 2;
    if (node < words.count && words.word[node].text[0] >= '0' && words.word[node].text[0] <= '9') {
        in->socket[row] = (int)(strtol(words.word[node].text, NULL, 10) & 0xFF);  // of "0-1" the first
    }
    return LW_OK;
}

// "GPU 0: NVIDIA GeForce RTX 3090 (UUID: GPU-...)"
static lw_status read_name(lw_import *file, const lw_line *line, reading *in) {
    const char *text = strchr(line->text, ':');
    const long number = strtol(line->text + strcspn(line->text, "0123456789"), NULL, 10);
    if (text == NULL || number < 0 || number >= DEVICES_MAX) {
        lw_line_is_strange(file, line);
        return LW_OK;
    }
    text += 1 + strspn(text + 1, " ");
    const char *end = strstr(text, " (");
    in->card[number] = lw_arena_copy_n(file->arena, text, end != NULL ? (size_t)(end - text) : strlen(text));
    return in->card[number] == NULL ? LW_NO_MEMORY : LW_OK;
}

static bool is_card(const reading *in, size_t device) {
    return in->device[device][0] == 'G';
}

// ---- What it is of ----

// Devices at the socket of those that are nearer than other sockets, where no column says it.
static void find_sockets(reading *in) {
    int next = 0;
    for (size_t i = 0; i < in->rows; i++) {
        next = in->socket[i] >= next ? in->socket[i] + 1 : next;
    }
    for (size_t i = 0; i < in->rows; i++) {
        for (size_t k = 0; k < in->rows && in->socket[i] < 0; k++) {
            const bool near = in->cell[i][k] >= ONE_BRIDGE && in->cell[i][k] < SYSTEM;
            in->socket[i] = near ? in->socket[k] : -1;
        }
        in->socket[i] = in->socket[i] < 0 ? next == 0 ? next++ : 0 : in->socket[i];
    }
}

// Devices that bridges join are behind one switch, whose inner bridges (PXB) are not drawn: the
// first of each such group, in group[]. Ports of network cards alone are behind none.
static void find_groups(const reading *in, size_t group[]) {
    bool card[DEVICES_MAX] = {false};
    for (size_t i = 0; i < in->rows; i++) {
        group[i] = i;
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < in->rows; i++) {
            for (size_t k = 0; k < in->rows; k++) {
                const bool joined = in->cell[i][k] == ONE_BRIDGE || in->cell[i][k] == BRIDGES;
                if (joined && group[k] < group[i]) {
                    group[i] = group[k];
                    moved = true;
                }
            }
        }
    }
    for (size_t i = 0; i < in->rows; i++) {
        card[group[i]] = card[group[i]] || is_card(in, i);
    }
    for (size_t i = in->rows; i-- > 0;) {  // the first of a group is asked last
        size_t members = 0;
        for (size_t k = 0; k < in->rows && group[i] == i; k++) {
            members += group[k] == i;
        }
        if (group[i] == i && (members == 1 || !card[i])) {
            for (size_t k = i + 1; k < in->rows; k++) {
                group[k] = group[k] == i ? LW_NO_PART : group[k];
            }
            group[i] = LW_NO_PART;
        }
    }
}

// Cards that all have as many links to each of more than one other have them to a switch: no card
// has so many.
static bool through_switch(const reading *in) {
    size_t cards = 0;
    int links = 0;
    for (size_t i = 0; i < in->rows; i++) {
        for (size_t k = 0; k < in->rows && is_card(in, i); k++) {
            if (k != i && is_card(in, k)) {
                const int its = in->cell[i][k] == FABRIC ? in->links[i][k] : 0;
                links = links == 0 ? its : links;
                if (its != links || its == 0) {
                    return false;
                }
            }
        }
        cards += is_card(in, i);
    }
    enum { MOST_OF_A_CHIP = 18 };  // NVLink 4 and 5: S. Bekman, The ML Engineering Open Book (744d01e)
    return cards > 2 && (size_t)links * (cards - 1) > MOST_OF_A_CHIP;
}

static lw_status add_bonds(lw_import *file, const reading *in) {
    const bool by_switch = through_switch(in);
    for (size_t i = 0; i < in->rows; i++) {
        for (size_t k = i + 1; k < in->rows; k++) {
            if (in->cell[i][k] != in->cell[k][i] || in->links[i][k] != in->links[k][i]) {
                return lw_error(file->diags, in->place[k], "is the file whole, and unchanged?",
                                "%s and %s disagree on what is between them", in->device[i], in->device[k]);
            }
            if (!by_switch && in->cell[i][k] == FABRIC) {
                LW_TRY(lw_hardware_bond(file, in->part[i], in->part[k], in->links[i][k]));
            }
        }
        if (by_switch && is_card(in, i)) {
            LW_TRY(lw_hardware_bond(file, in->part[i], LW_NO_PART, in->links[i][i > 0 ? 0 : 1]));
        }
    }
    return LW_OK;
}

static lw_status build(lw_import *file, reading *in) {
    size_t group[DEVICES_MAX], at[DEVICES_MAX];
    find_sockets(in);
    find_groups(in, group);
    for (size_t i = 0; i < in->rows; i++) {
        const lw_part part = {.kind = LW_PART_SWITCH, .parent = LW_NO_PART, .socket = in->socket[i], .place = in->place[i]};
        at[i] = group[i] < i ? at[group[i]] : LW_NO_PART;
        LW_TRY(group[i] == i ? lw_hardware_add(file, &part, &at[i]) : LW_OK);
    }
    for (size_t i = 0; i < in->rows; i++) {
        const long number = strtol(in->device[i] + 3, NULL, 10);
        const bool card = is_card(in, i);
        const lw_part part = {
            .kind = card ? LW_PART_CARD : LW_PART_NIC,
            .parent = at[i],
            .name = card && number >= 0 && number < DEVICES_MAX ? in->card[number] : NULL,
            .address = in->device[i],
            .socket = in->socket[i],
            .place = in->place[i],
        };
        LW_TRY(lw_hardware_add(file, &part, &in->part[i]));
    }
    return add_bonds(file, in);
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    lw_line line;
    reading *in = LW_NEW(file->arena, reading);
    LW_TRY(in == NULL || lw_hardware_of(file) == NULL ? LW_NO_MEMORY : LW_OK);
    LW_TRY(lw_lines_of(file, &lines));
    file->tool = "nvidia-smi topo -m";
    bool legend = false;
    while (lw_next_line(&lines, &line)) {
        legend = legend || lw_line_begins(&line, "Legend:");
        if (lw_line_is_blank(&line) || (legend && !lw_line_begins(&line, "GPU "))) {
            continue;
        }
        if (lw_line_begins(&line, "GPU ")) {
            LW_TRY(read_name(file, &line, in));
        } else if (in->columns == 0 && strstr(line.text, "Affinity") != NULL) {
            LW_TRY(read_head(file, &line, in));
        } else if (in->columns > 0 && is_device(line.text + strspn(line.text, " \t"))) {
            LW_TRY(read_row(file, &line, in));
        } else {
            lw_line_is_strange(file, &line);
        }
    }
    if (in->rows < in->columns) {
        return lw_error(file->diags, (lw_place){file->source, (int)lines.count, 0}, "is the file whole?",
                        "%zu row%s in a matrix of %zu columns", in->rows, in->rows == 1 ? "" : "s", in->columns);
    }
    return build(file, in);
}

static const char *const marks[] = {"CPU Affinity", NULL};
extern const lw_import_format lw_import_nvidia_topo;
const lw_import_format lw_import_nvidia_topo = {"nvidia-topo", "nvidia-smi topo -m, a machine", marks, NULL, read};
