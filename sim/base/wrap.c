// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/wrap.h"

#include <stdbool.h>
#include <string.h>

enum { LEAST = 24, INDENT = 2 };  // characters for a last cell; of what goes on

static bool begins(char byte) {
    return ((unsigned char)byte & 0xC0U) != 0x80U;
}

static size_t characters(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        count += begins(text[i]);
    }
    return count;
}

static void add_spaces(lw_text *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        lw_text_add_n(out, " ", 1);
    }
}

// What stands before a line: spaces, and branches of a tree, which go on below where they do.
static size_t lead_of(const char *line, size_t length, lw_text *below) {
    static const char *const branch[][2] = {
        {"\u251C", "\u2502"}, {"\u2502", "\u2502"}, {"\u2514", " "}, {"\u2500", " "}, {" ", " "}};
    size_t lead = 0;
    for (bool found = true; found && lead < length;) {
        found = false;
        for (size_t i = 0; i < sizeof branch / sizeof branch[0] && !found; i++) {
            const size_t bytes = strlen(branch[i][0]);
            found = lead + bytes <= length && strncmp(line + lead, branch[i][0], bytes) == 0;
            if (found) {
                lead += bytes;
                lw_text_add(below, branch[i][1]);
            }
        }
    }
    return lead;
}

// Where the last cell begins; `from` where there are no cells.
static size_t last_cell(const char *line, size_t from, size_t length) {
    size_t cell = from;
    for (size_t i = from; i + 2 < length; i++) {
        cell = line[i] == ' ' && line[i + 1] == ' ' && line[i + 2] != ' ' ? i + 2 : cell;
    }
    return cell;
}

// One line of the rest; returns the bytes that it took. A word that is wider is broken behind a
// mark, or anywhere.
static size_t add_piece(lw_text *out, const char *rest, size_t length, size_t room) {
    size_t space = 0, mark = 0, end = 0;
    for (size_t used = 0; end < length; end++) {
        used += begins(rest[end]);
        space = rest[end] == ' ' ? end : space;
        if (used > room) {
            break;
        }
        mark = strchr("/,-_", rest[end]) != NULL ? end + 1 : mark;
    }
    const size_t cut = end == length ? length : space > 0 ? space : mark > 0 ? mark : end;
    lw_text_add_n(out, rest, cut);
    return cut;
}

// Columns that leave the last one no room only lose their spaces.
static void squeeze(lw_text *out, const char *rest, size_t length) {
    for (size_t i = 0; i < length; i++) {
        const bool third = i >= 2 && rest[i] == ' ' && rest[i - 1] == ' ' && rest[i - 2] == ' ';
        lw_text_add_n(out, rest + i, third ? 0 : 1);
    }
}

static void wrap_line(lw_text *out, const char *line, size_t length, size_t width) {
    lw_text below = {0}, rest = {0};
    const size_t lead = lead_of(line, length, &below), cell = last_cell(line, lead, length);
    const size_t before = characters(line, cell);
    const bool in_cell = cell > lead && before + LEAST <= width;
    const size_t first = in_cell ? before : characters(line, lead), hang = in_cell ? before : first + INDENT;
    lw_text_add_n(out, line, in_cell ? cell : lead);
    squeeze(&rest, line + (in_cell ? cell : lead), length - (in_cell ? cell : lead));
    for (size_t done = 0; done < rest.length && !rest.failed;) {
        const size_t used = done > 0 ? hang : first;
        if (done > 0) {
            lw_text_add(out, "\n");
            lw_text_add(out, in_cell || below.bytes == NULL ? "" : below.bytes);
            add_spaces(out, in_cell ? before : INDENT);
        }
        done += add_piece(out, rest.bytes + done, rest.length - done, width > used ? width - used : 1);
        done += strspn(rest.bytes + done, " ");
    }
    out->failed = out->failed || below.failed || rest.failed;
    lw_text_free(&below);
    lw_text_free(&rest);
}

void lw_text_wrap_lines(lw_text *out, const char *text, size_t width) {
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        if (characters(text, length) <= width) {
            lw_text_add_n(out, text, length);
        } else {
            wrap_line(out, text, length, width);
        }
        text += length;
        if (*text == '\n') {
            lw_text_add(out, "\n");
            text++;
        }
    }
}
