// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 (FIPS 180-4), to say exactly which file a result came from.
#ifndef LW_SHA256_H
#define LW_SHA256_H

#include <stddef.h>

// The digest of length bytes as 64 lower-case hexadecimal digits and a terminator.
void lw_sha256(const void *bytes, size_t length, char digest[65]);

#endif
