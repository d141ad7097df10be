// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/json.h"

void lw_json_item(lw_text *out) {
    char last = out->length > 0 ? out->bytes[out->length - 1] : '{';
    if (last != '{' && last != '[') {  // a string that ends so has its quote behind it
        lw_text_add(out, ",");
    }
}

void lw_json_key(lw_text *out, const char *key) {
    lw_json_item(out);
    lw_text_json_string(out, key);
    lw_text_add(out, ":");
}

void lw_json_string(lw_text *out, const char *key, const char *value) {
    lw_json_key(out, key);
    if (value == NULL) {
        lw_text_add(out, "null");
    } else {
        lw_text_json_string(out, value);
    }
}

void lw_json_number(lw_text *out, const char *key, double value) {
    lw_json_key(out, key);
    lw_text_number(out, value);
}

void lw_json_integer(lw_text *out, const char *key, int64_t value) {
    lw_json_key(out, key);
    lw_text_print(out, "%lld", (long long)value);
}

void lw_json_flag(lw_text *out, const char *key, bool value) {
    lw_json_key(out, key);
    lw_text_add(out, value ? "true" : "false");
}

void lw_json_open(lw_text *out, const char *key, const char *bracket) {
    lw_json_key(out, key);
    lw_text_add(out, bracket);
}
