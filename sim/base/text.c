// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/arena.h"
#include "sim/base/utf8.h"

// ---- Numbers ----

char *lw_number_point(char *buffer) {
    size_t from = strspn(buffer, "+-0123456789");
    size_t length = strcspn(buffer + from, "+-0123456789eE");
    if (length > 0 && buffer[from + length] != '\0') {
        memmove(buffer + from + 1, buffer + from + length, strlen(buffer + from + length) + 1);
        buffer[from] = '.';
    }
    return buffer;
}

char *lw_number_print(double value, char *buffer) {
    enum { DIGITS_SAFE = DBL_DIG, DIGITS_ALL = DBL_DECIMAL_DIG };
    // Up to 15 digits come back trimmed; only below the normal range can fewer than 15 do where 15
    // print more.
    int digits = fabs(value) < DBL_MIN ? 1 : DIGITS_SAFE;
    for (; digits <= DIGITS_ALL; digits++) {
        snprintf(buffer, LW_NUMBER_TEXT, "%.*g", digits, value);
        if (!isfinite(value) || strtod(buffer, NULL) == value) {
            break;
        }
    }
    return isfinite(value) ? lw_number_point(buffer) : buffer;
}

// ---- Growing texts ----

// Room for more bytes and the terminator.
static bool reserve(lw_text *text, size_t more) {
    if (text->failed || more > SIZE_MAX / 4 - text->length) {
        text->failed = true;
        return false;
    }
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity) {
        return true;
    }
    size_t capacity = text->capacity * 2 > needed ? text->capacity * 2 : needed + 64;
    char *bytes = lw_memory_resize_block(text->bytes, capacity);
    if (!bytes) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void lw_text_add_n(lw_text *text, const char *bytes, size_t length) {
    if (reserve(text, length)) {
        if (length > 0) {
            memcpy(text->bytes + text->length, bytes, length);
        }
        text->length += length;
        text->bytes[text->length] = '\0';
    }
}

void lw_text_add(lw_text *text, const char *bytes) {
    lw_text_add_n(text, bytes, strlen(bytes));
}

void lw_text_print(lw_text *text, const char *format, ...) {
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, list);
    if (length < 0) {
        text->failed = true;
    } else if (reserve(text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
    va_end(list);
}

void lw_text_number(lw_text *text, double value) {
    char buffer[LW_NUMBER_TEXT];
    lw_text_add(text, isfinite(value) ? lw_number_print(value, buffer) : "null");
}

void lw_text_json_string(lw_text *text, const char *utf8) {
    lw_text_add_n(text, "\"", 1);
    size_t length = strlen(utf8);
    for (size_t i = 0; i < length;) {
        uint32_t code;
        size_t size = lw_utf8_next(utf8 + i, length - i, &code);
        if (code == LW_UTF8_BAD) {
            lw_text_add(text, "\xEF\xBF\xBD");
        } else if (code == '"' || code == '\\') {
            lw_text_print(text, "\\%c", (int)code);
        } else if (code == '\n') {
            lw_text_add_n(text, "\\n", 2);
        } else if (code < 0x20) {
            lw_text_print(text, "\\u%04" PRIx32, code);
        } else {
            lw_text_add_n(text, utf8 + i, size);
        }
        i += size;
    }
    lw_text_add_n(text, "\"", 1);
}

// A character that terminals and editors obey instead of showing it.
static bool is_control(uint32_t code) {
    bool blank = code == '\n' || code == '\t' || code == '\r';
    bool turns = code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                 (code >= 0x2066 && code <= 0x2069);
    return (code < 0x20 && !blank) || (code >= 0x7F && code < 0xA0) || turns;
}

void lw_text_xml(lw_text *text, const char *utf8) {
    static const char special[] = "&<>\"'";
    static const char *const entity[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (const char *at = utf8; *at != '\0';) {
        const size_t plain = strcspn(at, special);
        lw_text_add_n(text, at, plain);
        at += plain;
        if (*at != '\0') {
            lw_text_add(text, entity[strchr(special, *at) - special]);
            at++;
        }
    }
}

void lw_text_roff(lw_text *text, const char *utf8) {
    static const char special[] = "\\-'`^~";
    static const char *const escape[] = {"\\e", "\\-", "\\(aq", "\\(ga", "\\(ha", "\\(ti"};
    const size_t length = strlen(utf8);
    for (size_t i = 0; i < length;) {
        uint32_t code;
        const size_t size = lw_utf8_next(utf8 + i, length - i, &code);
        const bool begins = text->length == 0 || text->bytes[text->length - 1] == '\n';
        const char *found = code < 0x80 ? strchr(special, (int)code) : NULL;
        if (begins && code == '.') {
            lw_text_add(text, "\\&.");
        } else if (found != NULL) {
            lw_text_add(text, escape[found - special]);
        } else if (code >= 0x80) {
            lw_text_print(text, "\\[u%04" PRIX32 "]", code == LW_UTF8_BAD ? 0xFFFD : code);
        } else {
            lw_text_add_n(text, utf8 + i, size);
        }
        i += size;
    }
}

void lw_text_visible(lw_text *text, const char *utf8) {
    size_t length = strlen(utf8);
    for (size_t i = 0; i < length;) {
        uint32_t code;
        size_t size = lw_utf8_next(utf8 + i, length - i, &code);
        if (code == LW_UTF8_BAD) {
            lw_text_add(text, "\xEF\xBF\xBD");
        } else if (is_control(code)) {
            lw_text_print(text, code < 0x100 ? "\\x%02" PRIx32 : "\\u%04" PRIx32, code);
        } else {
            lw_text_add_n(text, utf8 + i, size);
        }
        i += size;
    }
}

bool lw_is_visible(const char *utf8) {
    size_t length = strlen(utf8);
    for (size_t i = 0; i < length;) {
        uint32_t code;
        if (utf8[i] >= ' ' && utf8[i] < 0x7F) {  // as most are
            i++;
            continue;
        }
        i += lw_utf8_next(utf8 + i, length - i, &code);
        if (code == LW_UTF8_BAD || is_control(code)) {
            return false;
        }
    }
    return true;
}

static bool looks_like_formula(const char *utf8) {
    char *end = NULL;
    if (utf8[0] == '\0' || strchr("=+-@\t\r", utf8[0]) == NULL) {
        return false;
    }
    (void)strtod(utf8, &end);
    return end == utf8 || *end != '\0';
}

void lw_text_csv_field(lw_text *text, const char *utf8) {
    size_t length = strlen(utf8);
    bool formula = looks_like_formula(utf8);
    bool spaced = length > 0 && (utf8[0] == ' ' || utf8[length - 1] == ' ');
    if (!formula && !spaced && utf8[strcspn(utf8, ",\"\r\n")] == '\0') {
        lw_text_add_n(text, utf8, length);
        return;
    }
    lw_text_add(text, formula ? "\"'" : "\"");
    for (const char *quote; (quote = strchr(utf8, '"')); utf8 = quote + 1) {
        lw_text_add_n(text, utf8, (size_t)(quote - utf8));
        lw_text_add_n(text, "\"\"", 2);
    }
    lw_text_add(text, utf8);
    lw_text_add_n(text, "\"", 1);
}

void lw_text_free(lw_text *text) {
    lw_memory_resize_block(text->bytes, 0);
    *text = (lw_text){0};
}
