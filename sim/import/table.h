// SPDX-License-Identifier: GPL-3.0-or-later
// Series as measured tables.
#ifndef LW_IMPORT_TABLE_H
#define LW_IMPORT_TABLE_H

#include "sim/base/text.h"
#include "sim/import/machine.h"

// How a machine may be other than it should be. Zero: as it should be.
typedef struct lw_variant {
    int64_t gen, lanes;  // of the link, instead of its own; 0: its own
    bool pageable;       // host memory
    bool staged;         // card to card through host memory
    const char *link;    // another preset of the link; NULL: its own
    int64_t most_bytes;  // larger copies are taken for this large; 0: as they are
    // the slot is behind such a switch, on such a link; NULL: it is not
    const char *chipset, *uplink;
    // of a language model: share of the layers in host memory (0: as it is), another runtime (NULL: its own), and kernels
    // that take no longer than memory and arithmetic do
    double offload;
    const char *runtime;
    bool ideal;
} lw_variant;

// The name of the table of a series: letters, digits and - only. NULL when out of memory.
const char *lw_import_table_name(const lw_import *file, const lw_series *series);
// "host to gpu 0, pinned"; NULL when out of memory.
const char *lw_import_series_words(const lw_import *file, const lw_series *series);
// How far the model may be from the plateau of a link without a fault, in percent.
int lw_import_within(const lw_series *series);
// A rate as text, "25.5 GB/s" or "11250 tokens/s"; buffer of LW_NUMBER_TEXT bytes. Returns buffer.
char *lw_import_rate(lw_act act, double value, char *buffer);
// A point as text, "1.79 us" or "25.5 GB/s"; buffer of LW_NUMBER_TEXT bytes. Returns buffer.
char *lw_import_print(const lw_series *series, const lw_seen *seen, char *buffer);
// Append the whole table as YAML.
lw_status lw_import_table(const lw_import *file, const lw_series *series, const lw_import_machine *machine,
                          const lw_variant *variant, lw_text *out) LW_CHECKED;

#endif
