// SPDX-License-Identifier: GPL-3.0-or-later
// Presets as the scenario uses them; the public half of the catalogue is in sim/lanewise.h.
#ifndef LW_CATALOG_H
#define LW_CATALOG_H

#include "sim/lanewise.h"

// The preset that a `preset:` value names. Unknown names are diagnosed at the value ("did you mean"), and so is a preset whose
// file is wrong. *values is a map of plain `key: value` for lw_options_parse, which belongs to the catalogue.
lw_status lw_catalog_use(const lw_catalog *catalog, lw_preset_kind kind, const lw_yaml *name, lw_diags *diags,
                         const lw_preset **preset, const lw_yaml **values) LW_CHECKED;

// The .yaml files of a folder below the catalogue's ("measured", "scenarios"), as paths in `arena` sorted by name. LW_IO with a
// diagnostic when the folder cannot be read.
lw_status lw_catalog_files(const lw_catalog *catalog, const char *folder, lw_arena *arena, lw_diags *diags, const char ***paths,
                           size_t *count) LW_CHECKED;

// "did you mean" for a file of a folder of configs/, NULL when nothing is near.
const char *lw_catalog_nearest(const lw_catalog *catalog, lw_preset_kind kind, const char *name);

#endif
