// SPDX-License-Identifier: GPL-3.0-or-later
// Markdown as reports write it, as HTML. Every byte of it is escaped.
#include <string.h>

#include "sim/report/page/page.h"

typedef struct line {
    const char *text;
    size_t length;
} line;

typedef struct writer {
    const char *next;  // the rest of the text
    const char *name;  // of the section
    size_t tables;     // so far
    lw_text *out;
} writer;

static line line_of(const char *text) {
    return (line){text, strcspn(text, "\n")};
}

// Without spaces around it.
static line trimmed(line l) {
    while (l.length > 0 && (l.text[0] == ' ' || l.text[0] == '\r')) {
        l.text++;
        l.length--;
    }
    while (l.length > 0 && (l.text[l.length - 1] == ' ' || l.text[l.length - 1] == '\r')) {
        l.length--;
    }
    return l;
}

static bool begins(line l, const char *prefix) {
    const size_t length = strlen(prefix);
    return l.length >= length && memcmp(l.text, prefix, length) == 0;
}

static line take(writer *w) {
    const line l = line_of(w->next);
    w->next += l.length + (w->next[l.length] == '\n');
    return trimmed(l);
}

// ---- Within a line ----

// As in page.c, of a part of a text.
static void add_bytes(lw_text *out, const char *text, size_t length) {
    lw_text part = {0}, visible = {0};
    lw_text_add_n(&part, text, length);
    if (part.bytes != NULL) {
        lw_text_visible(&visible, part.bytes);
    }
    if (visible.bytes != NULL) {
        lw_text_xml(out, visible.bytes);
    }
    out->failed = out->failed || part.failed || visible.failed;
    lw_text_free(&part);
    lw_text_free(&visible);
}

// Of an address that begins there; 0: none does. What ends a sentence is not part of it.
static size_t address(line l) {
    const size_t scheme = strlen(begins(l, "https://") ? "https://" : "http://");
    if (!begins(l, "https://") && !begins(l, "http://")) {
        return 0;
    }
    size_t length = 0;
    while (length < l.length && (unsigned char)l.text[length] > ' ' && strchr("<>\"'`|\\", l.text[length]) == NULL) {
        length++;
    }
    while (length > 0 && strchr(".,;:!?)", l.text[length - 1]) != NULL) {
        length--;
    }
    return length > scheme ? length : 0;
}

static void add_link(lw_text *out, const char *text, size_t length) {
    lw_text_add(out, "<a rel=\"noreferrer\" href=\"");
    add_bytes(out, text, length);
    lw_text_add(out, "\">");
    add_bytes(out, text, length);
    lw_text_add(out, "</a>");
}

// What stands between two marks that begin there; 0: nothing does.
static size_t between(line l, const char *mark) {
    const size_t wide = strlen(mark);
    for (size_t i = wide; begins(l, mark) && i + wide <= l.length; i++) {
        if (memcmp(l.text + i, mark, wide) == 0) {
            return i - wide;
        }
    }
    return 0;
}

static void add_inline(lw_text *out, line l) {
    while (l.length > 0) {
        const size_t code = between(l, "`"), bold = between(l, "**"), link = address(l);
        size_t used = 1;
        if (code > 0 || bold > 0) {
            const size_t wide = code > 0 ? 1 : 2, inside = code > 0 ? code : bold;
            lw_text_add(out, code > 0 ? "<code>" : "<strong>");
            add_bytes(out, l.text + wide, inside);
            lw_text_add(out, code > 0 ? "</code>" : "</strong>");
            used = inside + 2 * wide;
        } else if (link > 0) {
            add_link(out, l.text, link);
            used = link;
        } else if (l.text[0] == '\\' && l.length > 1 && (l.text[1] == '|' || l.text[1] == '\\')) {
            add_bytes(out, l.text + 1, 1);
            used = 2;
        } else {
            // up to where something else may begin
            while (used < l.length && strchr("`*\\h", l.text[used]) == NULL) {
                used++;
            }
            add_bytes(out, l.text, used);
        }
        l.text += used;
        l.length -= used;
    }
}

// ---- Tables ----

// A browser lays out a table as a whole, and nobody reads on.
enum { COLUMNS_MOST = 64, ROWS_MOST = 2000, SHORT = 32 };

// The cells of a row "| a | b |"; returns how many.
static size_t cells_of(line row, line cell[COLUMNS_MOST]) {
    size_t count = 0, from = 1;
    for (size_t i = 1; i < row.length && count < COLUMNS_MOST; i++) {
        if (row.text[i] == '\\') {
            i++;
        } else if (row.text[i] == '|') {
            cell[count++] = trimmed((line){row.text + from, i - from});
            from = i + 1;
        }
    }
    return count;
}

static bool is_row(line l) {
    return begins(l, "|");
}

// A row whose next is "|---|--:|".
static bool is_table(const writer *w) {
    const line head = line_of(w->next);
    const char *after = w->next + head.length + (w->next[head.length] == '\n');
    const line rule = trimmed(line_of(after));
    return is_row(trimmed(head)) && is_row(rule) && strspn(rule.text, "|-: ") >= rule.length;
}

static void add_row(writer *w, line row, const char *tag, bool first, const bool right[COLUMNS_MOST]) {
    line cell[COLUMNS_MOST];
    const size_t count = cells_of(row, cell);
    lw_text_add(w->out, "<tr>");
    for (size_t i = 0; i < count; i++) {
        const bool names = first && i == 0;  // the first cell of a row says what it is about
        const char *element = names ? "th" : tag;
        lw_text_print(w->out, "<%s%s%s>", element,
                      names                    ? " scope=\"row\""
                      : strcmp(tag, "th") == 0 ? " scope=\"col\""
                                               : "",
                      right[i]                                                  ? " class=\"n\""
                      : !names && cell[i].length > 0 && cell[i].length <= SHORT ? " class=\"s\""
                                                                                : "");
        add_inline(w->out, cell[i]);
        lw_text_print(w->out, "</%s>", element);
    }
    lw_text_add(w->out, "</tr>\n");
}

static void add_table(writer *w, line caption) {
    lw_text *out = w->out;
    bool right[COLUMNS_MOST] = {false};
    line rule_cell[COLUMNS_MOST];
    const line head = take(w), rule = take(w);
    const size_t columns = cells_of(rule, rule_cell);
    for (size_t i = 0; i < columns; i++) {
        right[i] = rule_cell[i].length > 0 && rule_cell[i].text[rule_cell[i].length - 1] == ':';
    }
    w->tables++;
    lw_text_print(out,
                  "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s-table-%zu\">\n<table>\n"
                  "<caption id=\"%s-table-%zu\">",
                  w->name, w->tables, w->name, w->tables);
    if (caption.length > 0) {
        add_inline(out, caption);
    } else {
        lw_text_print(out, "<span class=\"unseen\">Table %zu</span>", w->tables);
    }
    lw_text_add(out, "</caption>\n<thead>\n");
    add_row(w, head, "th", false, right);
    lw_text_add(out, "</thead>\n<tbody>\n");
    size_t rows = 0;
    for (; is_row(trimmed(line_of(w->next))); rows++) {
        const line row = take(w);
        if (rows < ROWS_MOST) {
            add_row(w, row, "td", true, right);
        }
    }
    lw_text_add(out, "</tbody>\n</table>\n</div>\n");
    if (rows > ROWS_MOST) {
        lw_text_print(out, "<p>And %zu rows more, which the files beside this page have.</p>\n", rows - ROWS_MOST);
    }
}

// ---- Blocks ----

static void add_heading(writer *w, line l) {
    size_t level = 0;
    while (level < l.length && l.text[level] == '#') {
        level++;
    }
    const size_t shown = level < 3 ? 3 : level > 5 ? 6 : level + 1;
    lw_text_print(w->out, "<h%zu>", shown);
    add_inline(w->out, trimmed((line){l.text + level, l.length - level}));
    lw_text_print(w->out, "</h%zu>\n", shown);
}

static void add_list(writer *w) {
    lw_text_add(w->out, "<ul>\n");
    while (begins(trimmed(line_of(w->next)), "- ")) {
        const line item = take(w);
        lw_text_add(w->out, "<li>");
        add_inline(w->out, trimmed((line){item.text + 2, item.length - 2}));
        lw_text_add(w->out, "</li>\n");
    }
    lw_text_add(w->out, "</ul>\n");
}

// Lines up to a blank one or a table, of which they are the caption.
static void add_paragraph(writer *w) {
    lw_text joined = {0};
    while (*w->next != '\0' && trimmed(line_of(w->next)).length > 0 && !is_table(w)) {
        const line l = take(w);
        lw_text_add(&joined, joined.length > 0 ? " " : "");
        lw_text_add_n(&joined, l.text, l.length);
    }
    const line whole = {joined.bytes != NULL ? joined.bytes : "", joined.length};
    if (is_table(w)) {
        add_table(w, whole);
    } else {
        lw_text_add(w->out, "<p>");
        add_inline(w->out, whole);
        lw_text_add(w->out, "</p>\n");
    }
    w->out->failed = w->out->failed || joined.failed;
    lw_text_free(&joined);
}

void lw_page_markdown(const char *markdown, const char *name, lw_text *out) {
    writer w = {.next = markdown, .name = name, .out = out};
    while (*w.next != '\0' && !out->failed) {
        const line l = trimmed(line_of(w.next));
        if (l.length == 0) {
            (void)take(&w);
        } else if (begins(l, "#")) {
            add_heading(&w, take(&w));
        } else if (begins(l, "- ")) {
            add_list(&w);
        } else {
            add_paragraph(&w);
        }
    }
}
