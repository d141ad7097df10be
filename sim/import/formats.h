// SPDX-License-Identifier: GPL-3.0-or-later
// The tools whose files are known, one source file each.
#ifndef LW_FORMATS_H
#define LW_FORMATS_H

#include "sim/import/series.h"

extern const lw_import_format *const lw_import_formats[];  // NULL-terminated
extern const char *const lw_import_words[];                // their names, NULL-terminated

#endif
