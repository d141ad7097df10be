// SPDX-License-Identifier: GPL-3.0-or-later
// Text buffers that grow, and numbers, JSON strings and CSV fields as text.
#ifndef LW_TEXT_H
#define LW_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The shortest decimal that reads back as exactly the same double ("%.17g" trimmed), with a point
// whatever the locale. Returns buffer, of LW_NUMBER_TEXT bytes.
enum { LW_NUMBER_TEXT = 48 };
char *lw_number_print(double value, char *buffer);
// A number that the C library printed, with a point instead of the locale's decimal sign. Returns
// buffer.
char *lw_number_point(char *buffer);

// A growing text. Sticky failure: after an allocation failed every further call does nothing.
typedef struct lw_text {
    char *bytes;  // terminated when not NULL
    size_t length, capacity;
    bool failed;
} lw_text;

void lw_text_add(lw_text *text, const char *bytes);
void lw_text_add_n(lw_text *text, const char *bytes, size_t length);
void lw_text_print(lw_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
// shortest that reads back; NaN and infinities as null
void lw_text_number(lw_text *text, double value);
void lw_text_json_string(lw_text *text, const char *utf8);  // quoted and escaped
// quoted where needed (RFC 4180); what a spreadsheet takes for a formula (=, +, -, @ before what is
// no number) gets an apostrophe in front
void lw_text_csv_field(lw_text *text, const char *utf8);
// with & < > " ' as entities: as text, and in quotes as an attribute, of XML and HTML
void lw_text_xml(lw_text *text, const char *utf8);
// as text of a manual page (roff): its characters stand for themselves, a line that begins with a dot included
void lw_text_roff(lw_text *text, const char *utf8);
// with escapes (\x1b, \u202e) in place of what a terminal could obey: control characters other
// than line ends and tabs, and what turns the direction of writing
void lw_text_visible(lw_text *text, const char *utf8);
// Does lw_text_visible change it?
bool lw_is_visible(const char *utf8);
void lw_text_free(lw_text *text);

#endif
