// SPDX-License-Identifier: GPL-3.0-or-later
// Members of JSON objects. Whatever stands before a member decides whether it needs a comma, so
// nobody has to count.
#ifndef LW_JSON_H
#define LW_JSON_H

#include "sim/base/text.h"

// "key": and then whatever the caller appends: a value, or a bracket that the caller also closes.
void lw_json_key(lw_text *out, const char *key);
void lw_json_string(lw_text *out, const char *key, const char *value);  // NULL becomes null
void lw_json_number(lw_text *out, const char *key, double value);       // as lw_text_number
void lw_json_integer(lw_text *out, const char *key, int64_t value);
void lw_json_flag(lw_text *out, const char *key, bool value);
// "key":{ or "key":[, by the bracket
void lw_json_open(lw_text *out, const char *key, const char *bracket);
// An item of a list or an unnamed object begins: a comma unless it is the first.
void lw_json_item(lw_text *out);

#endif
