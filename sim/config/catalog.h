// SPDX-License-Identifier: GPL-3.0-or-later
// The catalogue: what lies in configs/. It knows names and paths only and never changes after it
// was opened, so threads may share it; whoever needs presets reads them into memory of their own
// (lw_presets).
#ifndef LW_CATALOG_H
#define LW_CATALOG_H

#include "sim/base/evidence.h"
#include "sim/config/yaml.h"

typedef enum lw_shelf {
    LW_SHELF_LINKS,                        // link presets
    LW_SHELF_DEVICES,                      // node presets
    LW_SHELF_LIBRARIES,                    // presets of communication libraries
    LW_SHELF_MODELS,                       // cards of language models
    LW_SHELF_RUNTIMES,                     // presets of what runs them
    LW_PRESET_SHELVES,                     // those before hold presets
    LW_SHELF_SYSTEMS = LW_PRESET_SHELVES,  // machines to include
    LW_SHELF_SCENARIOS,                    // examples
    LW_SHELF_MEASURED,                     // measured tables
    LW_SHELF_TEMPLATES,                    // what to begin with that is no scenario
    LW_SHELF_CATALOGUE,                    // what can be bought or rented, for plans
    LW_SHELF_PLANS,                        // examples of plans
    LW_SHELF_SOURCES,                      // what to follow, and when it was seen
    LW_SHELF_LESSONS,                      // lessons; what they run lies in a folder below
    LW_SHELVES
} lw_shelf;
extern const char *const lw_shelf_words[];  // "links", ..., NULL: the folders

typedef struct lw_catalog lw_catalog;

// Open the folder that holds links/, devices/ and the rest. folder NULL: $LANEWISE_CONFIGS, else
// configs/ beside the program's source or its installed share/lanewise. A shelf without a folder is
// empty. LW_IO with a diagnostic when there is no such folder.
lw_status lw_catalog_open(const char *folder, lw_arena *arena, lw_diags *diags, lw_catalog **out) LW_CHECKED;
const char *lw_catalog_folder(const lw_catalog *catalog);
size_t lw_catalog_count(const lw_catalog *catalog, lw_shelf shelf);
// The names on a shelf, which are those of the files without .yaml, sorted; `count` of them.
const char *const *lw_catalog_names(const lw_catalog *catalog, lw_shelf shelf);
bool lw_catalog_has(const lw_catalog *catalog, lw_shelf shelf, const char *name);
// FOLDER/SHELF/NAME.yaml, whether there is one or not; NULL when out of memory.
const char *lw_catalog_path(const lw_catalog *catalog, lw_shelf shelf, const char *name, lw_arena *arena) LW_CHECKED;

// A value that is read instead of what a preset says for a key, as text; the preset must have the key.
typedef struct lw_preset_value {
    lw_shelf shelf;
    const char *preset, *key, *text;
} lw_preset_value;
// The catalogue with other values; both must outlive it. NULL when out of memory.
lw_catalog *lw_catalog_with(const lw_catalog *catalog, const lw_preset_value *value, size_t count, lw_arena *arena) LW_CHECKED;
// NULL: the preset's own.
const char *lw_catalog_value(const lw_catalog *catalog, lw_shelf shelf, const char *preset, const char *key);

// ---- Presets ----

typedef struct lw_preset {
    lw_shelf shelf;         // one of the LW_PRESET_SHELVES
    const char *name;       // "oculink-2-x4"
    const char *type;       // family of a link ("oculink"), kind of a node ("host", "gpu", ...), or a library
    const char *summary;    // one sentence
    lw_evidence evidence;   // of its rates
    const char *pci_ids;    // "10de:2684 10de:2685", of devices; NULL or empty: none is known
    const char *called;      // how llama-bench calls a model ("llama 8B"), of a runtime its build ("10358"); NULL or empty: not told
    const lw_yaml *root;    // the whole file
    const lw_yaml *rows;    // map: key -> {value, source, [evidence], [note], [tables, error, spread, correlates]}; NULL: none
    const lw_yaml *values;  // map of plain `key: value`, as a scenario would write them
} lw_preset;

// The presets that somebody has read so far, each once. Belongs to one thread at a time.
typedef struct lw_presets lw_presets;

// catalog and arena must outlive it. What is wrong in a preset's own file is told to `diags` (may
// be NULL) when it is first read.
lw_presets *lw_presets_new(const lw_catalog *catalog, lw_arena *arena, lw_diags *diags);
// The same of a catalogue with other values (lw_catalog_with): what others have read already is not
// read again, and is the same preset where it has no other value. `others` must outlive it, and may
// be read by several threads meanwhile.
lw_presets *lw_presets_over(const lw_presets *others, const lw_catalog *with, lw_arena *arena, lw_diags *diags);
const lw_catalog *lw_presets_catalog(const lw_presets *presets);
// *out is NULL where there is no such preset. LW_BAD_INPUT: its file is wrong.
lw_status lw_presets_read(lw_presets *presets, lw_shelf shelf, const char *name, const lw_preset **out) LW_CHECKED;
// The preset that the value of a `preset:` key names. Unknown names are diagnosed there, and so is
// a preset whose file is wrong.
lw_status lw_presets_use(lw_presets *presets, lw_shelf shelf, const lw_yaml *name, lw_diags *diags,
                         const lw_preset **out) LW_CHECKED;
// How the value that a preset gives for a key is known; *stated is false where it gives none.
lw_evidence lw_preset_evidence(const lw_preset *preset, const char *key, bool *stated);

#endif
