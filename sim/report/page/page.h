// SPDX-License-Identifier: GPL-3.0-or-later
// A report as one HTML file that stands alone: style and script are inside, nothing is loaded. Its
// style sheet and its script are page.css and page.js beside this file.
#ifndef LW_PAGE_H
#define LW_PAGE_H

#include "sim/base/arena.h"
#include "sim/base/text.h"

typedef struct lw_page_chart {
    const char *title, *caption;  // for people; the caption may be NULL
    // an <svg> element as it stands in HTML, trusted, with ids of its own
    const char *svg;
} lw_page_chart;

typedef struct lw_page_section {
    const char *heading, *markdown;
} lw_page_section;

// All texts are escaped but those of charts and styles. What is NULL or has a count of 0 is left
// out.
typedef struct lw_page {
    const char *title;
    const char *about;     // one line below it: who made this, of how much
    const char *question;  // what the reader wants to know, some sentences
    const char *answer;    // one sentence or some, which stand first
    const lw_page_chart *chart;
    size_t chart_count;
    const lw_page_section *section;  // results, then what they stand on
    size_t section_count;
    const char *command;  // that makes this page again
    // style sheets of the charts: on light, on dark, on paper
    const char *light, *dark, *print;
} lw_page;

// The same page gives the same bytes.
lw_status lw_page_write(const lw_page *page, lw_text *out) LW_CHECKED;

// ---- Its parts ----

// Markdown as reports write it: paragraphs, `##` headings (as <h3> and on), lists of `- `, tables,
// which sort, with the lines right above one as its caption; `code`, **bold**, \| and addresses,
// which become links that load nothing. Of a table 2,000 rows are shown. Anything else is text.
// name: begins the ids of tables.
void lw_page_markdown(const char *markdown, const char *name, lw_text *out);

// What the build made of page.css and page.js, without their first lines.
extern const char lw_page_css[], lw_page_script[];

#endif
