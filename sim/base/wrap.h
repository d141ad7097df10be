// SPDX-License-Identifier: GPL-3.0-or-later
// Text for a terminal that is narrower than it.
#ifndef LW_WRAP_H
#define LW_WRAP_H

#include "sim/base/text.h"

// Append text whose lines of more than `width` characters go on in further ones, broken at spaces:
// below the last cell of a table (what follows two spaces), else further in; below the branch of a
// tree its lines go on. width: at least 1.
void lw_text_wrap_lines(lw_text *out, const char *text, size_t width);

#endif
