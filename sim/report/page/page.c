// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/page/page.h"

// Characters that turn the direction of writing, and such, as escapes.
static void add_text(lw_text *out, const char *text) {
    lw_text visible = {0};
    lw_text_visible(&visible, text);
    lw_text_xml(out, visible.bytes != NULL ? visible.bytes : "");
    out->failed = out->failed || visible.failed;
    lw_text_free(&visible);
}

static void add_element(lw_text *out, const char *open, const char *text, const char *close) {
    if (text != NULL && text[0] != '\0') {
        lw_text_add(out, open);
        add_text(out, text);
        lw_text_add(out, close);
    }
}

// Nothing is loaded, says the policy too: a page that somebody changed shows no more than its text.
static void add_head(const lw_page *page, lw_text *out) {
    lw_text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                     "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n");
    add_element(out, "<title>", page->title, "</title>\n");
    lw_text_add(out, "<style>\n");
    lw_text_add(out, lw_page_css);
    const char *const media[] = {"screen", "screen and (prefers-color-scheme: dark)", "print"};
    const char *const style[] = {page->light, page->dark, page->print};
    for (size_t i = 0; i < sizeof style / sizeof style[0]; i++) {
        if (style[i] != NULL) {
            lw_text_print(out, "@media %s {\n%s}\n", media[i], style[i]);
        }
    }
    lw_text_add(out, "</style>\n</head>\n");
}

static void add_charts(const lw_page *page, lw_text *out) {
    if (page->chart_count == 0) {
        return;
    }
    lw_text_add(out, "<section id=\"charts\" aria-labelledby=\"charts-head\">\n<h2 id=\"charts-head\">Charts</h2>\n");
    for (size_t i = 0; i < page->chart_count; i++) {
        const lw_page_chart *chart = &page->chart[i];
        lw_text_add(out, "<figure>\n<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Chart: ");
        add_text(out, chart->title);
        lw_text_add(out, "\">\n");
        lw_text_add(out, chart->svg);
        lw_text_add(out, "</div>\n<figcaption>");
        add_text(out, chart->caption != NULL ? chart->caption : chart->title);
        lw_text_add(out, "</figcaption>\n</figure>\n");
    }
    lw_text_add(out, "</section>\n");
}

static void add_sections(const lw_page *page, lw_text *out) {
    for (size_t i = 0; i < page->section_count; i++) {
        lw_text name = {0};
        lw_text_print(&name, "part-%zu", i + 1);
        out->failed = out->failed || name.failed;
        if (name.bytes != NULL) {
            lw_text_print(out, "<section id=\"%s\" aria-labelledby=\"%s-head\">\n<h2 id=\"%s-head\">", name.bytes, name.bytes,
                          name.bytes);
            add_text(out, page->section[i].heading);
            lw_text_add(out, "</h2>\n");
            lw_page_markdown(page->section[i].markdown, name.bytes, out);
            lw_text_add(out, "</section>\n");
        }
        lw_text_free(&name);
    }
}

// Where to go, for whoever reads only part of it.
static void add_contents(const lw_page *page, lw_text *out) {
    lw_text_add(out, "<nav aria-label=\"Contents\">\n<ul>\n");
    lw_text_add(out, page->chart_count > 0 ? "<li><a href=\"#charts\">Charts</a></li>\n" : "");
    for (size_t i = 0; i < page->section_count; i++) {
        lw_text_print(out, "<li><a href=\"#part-%zu\">", i + 1);
        add_text(out, page->section[i].heading);
        lw_text_add(out, "</a></li>\n");
    }
    lw_text_add(out, page->command != NULL ? "<li><a href=\"#again\">Command</a></li>\n" : "");
    lw_text_add(out, "</ul>\n</nav>\n");
}

lw_status lw_page_write(const lw_page *page, lw_text *out) {
    add_head(page, out);
    lw_text_add(out, "<body>\n<a class=\"skip\" href=\"#main\">To the answer</a>\n<header>\n");
    add_element(out, "<h1>", page->title, "</h1>\n");
    add_element(out, "<p class=\"about\">", page->about, "</p>\n");
    add_contents(page, out);
    lw_text_add(out, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
    add_element(out, "<section aria-labelledby=\"question\">\n<h2 id=\"question\">Question</h2>\n<p>", page->question,
                "</p>\n</section>\n");
    add_element(out, "<section aria-labelledby=\"answer\">\n<h2 id=\"answer\">Answer</h2>\n<p class=\"answer\">", page->answer,
                "</p>\n</section>\n");
    add_charts(page, out);
    add_sections(page, out);
    add_element(out,
                "<section id=\"again\" aria-labelledby=\"again-head\">\n<h2 id=\"again-head\">Command</h2>\n"
                "<p>This makes the page again:</p>\n<pre tabindex=\"0\"><code>",
                page->command, "</code></pre>\n</section>\n");
    lw_text_add(out, "</main>\n<script>\n");
    lw_text_add(out, lw_page_script);
    lw_text_add(out, "</script>\n</body>\n</html>\n");
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
