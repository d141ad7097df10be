// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8 (RFC 3629), one character at a time.
#ifndef LW_UTF8_H
#define LW_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define LW_UTF8_BAD UINT32_MAX

// The character at the start of text[0..length), length > 0. Returns the bytes it takes (1..4).
// Overlong forms, surrogates, values over U+10FFFF and cut sequences give *code = LW_UTF8_BAD and
// one byte.
size_t lw_utf8_next(const char *text, size_t length, uint32_t *code);

#endif
