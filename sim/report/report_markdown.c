// SPDX-License-Identifier: GPL-3.0-or-later
// A report whose tables are of Markdown, as a document of its own.
#include <string.h>

#include "sim/report/writers.h"

typedef enum line_kind { LINE_EMPTY, LINE_TEXT, LINE_TABLE } line_kind;

// HTML is text here.
static void add_line(const char *line, size_t length, lw_text *out) {
    for (size_t i = 0; i < length; i++) {
        lw_text_add(out, line[i] == '<' ? "\\" : "");
        lw_text_add_n(out, &line[i], 1);
    }
    lw_text_add(out, "\n");
}

void lw_report_markdown(const char *text, lw_text *out) {
    line_kind before = LINE_EMPTY;
    bool lists = false;  // lines after one that ends with a colon
    for (size_t length; *text != '\0'; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        const size_t indent = strspn(text, " ");
        const char *line = text + indent;
        const line_kind kind = indent >= length ? LINE_EMPTY : line[0] == '|' ? LINE_TABLE : LINE_TEXT;
        const bool first = out->length == 0;
        lists = lists && kind == LINE_TEXT;
        if (kind != LINE_EMPTY && before != LINE_EMPTY && kind != before) {
            lw_text_add(out, "\n");
        }
        lw_text_add(out, first ? "# " : lists ? "- " : "");
        add_line(line, kind == LINE_EMPTY ? 0 : length - indent, out);
        if (kind == LINE_TEXT && line[length - indent - 1] == ':') {
            lw_text_add(out, "\n");
            lists = true;
        }
        before = first ? LINE_EMPTY : kind;
        lw_text_add(out, first && text[length] == '\n' && text[length + 1] != '\n' ? "\n" : "");
    }
}
