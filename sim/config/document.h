// SPDX-License-Identifier: GPL-3.0-or-later
// A scenario file as typed data: its objects, its sweep, and what each point of the sweep changes.
// Reading happens once; a point is the objects with its edits applied, and no text is looked at
// again.
#ifndef LW_DOCUMENT_H
#define LW_DOCUMENT_H

#include "sim/base/list.h"
#include "sim/config/sweep.h"

// The keys at the top of the file that are no sections.
typedef struct lw_head {
    int64_t version;
    const char *title, *description;
    const lw_yaml *include, *nodes, *links, *libraries, *models, *runtimes, *workloads, *sweep, *measured, *charts, *asserts;
} lw_head;
extern const lw_option lw_head_options[];

typedef struct lw_load {
    const char *const *set;  // "PATH=VALUE" of --set, in order
    size_t set_count;
    const char *engine;  // of --engine; NULL: as the file says
    const char *seed;    // of --seed, as text; NULL: as the file says
    bool look_only;      // nothing is to run: no word about missing workloads
    // of a sweep, points that cannot be built are left to the run to tell, unless none can
    bool points_may_fail;
} lw_load;

typedef struct lw_document {
    const lw_format *format;
    const lw_catalog *catalog;
    const lw_source *source;
    const char *title, *file;
    bool may_fail;       // some points cannot be built, as lw_load.points_may_fail allows
    const char *folder;  // of the file: where the names of other files begin
    char sha256[65];
    lw_head head;
    lw_place work_place;                    // where the file speaks of its workloads
    const lw_object **object[LW_SECTIONS];  // as in the first point
    size_t count[LW_SECTIONS];
    lw_sweep sweep;
    // of --set, at or below what is swept: in every point, after its own edits
    const lw_edit *late;
    size_t late_count;
    bool *moves_machine;               // one an axis: some value of it edits nodes or links
    const lw_source *const *included;  // files that `include:` brought in
    size_t included_count;
    const lw_presets *presets;  // of its objects
    const lw_yaml *root;        // what was parsed, with all that was included and set
    lw_list settings;           // lw_setting: of --set, that make `late`
} lw_document;

// Parse, include, apply --set, read the sweep and all objects. All findings go to the reader's
// diagnostics; LW_BAD_INPUT when there is an error, LW_BAD_USAGE when a --set is not of the form
// PATH=VALUE. load may be NULL. What the reader has must outlive the document.
lw_status lw_document_load(const lw_reader *reader, const char *path, const lw_load *load, lw_document **out) LW_CHECKED;
// The same from a text that was read.
lw_status lw_document_read(const lw_reader *reader, const lw_source *source, const lw_load *load, lw_document **out) LW_CHECKED;
// A document of lw_document_load with the presets of this reader, which `of` must outlive: nothing is
// parsed again, and objects whose preset is the same (lw_presets_over) are shared.
lw_status lw_document_again(const lw_reader *reader, const lw_document *of, lw_document **out) LW_CHECKED;

// The same from a map of nodes, links and workloads that stands in `source`, with the points of a
// table: `paths`, and rows with a value for each of them (lw_sweep_of_table).
typedef struct lw_table {
    const lw_yaml *scenario, *paths, *rows;
    const lw_source *source;
} lw_table;
lw_status lw_document_of_table(const lw_reader *reader, const lw_table *table, lw_document **out) LW_CHECKED;

// The objects of one point.
typedef struct lw_setup {
    const lw_object *const *object[LW_SECTIONS];
    size_t count[LW_SECTIONS];
    size_t machine_key;  // equal for points whose nodes and links are the same
    const char *folder;  // of the file: where the names of other files begin
    const lw_catalog *catalog;
} lw_setup;

// more: further edits, applied last. What the point does not change is shared with the document.
// Safe in threads.
lw_status lw_document_point(const lw_document *document, size_t point, const lw_edit *more, size_t more_count, lw_arena *arena,
                            lw_setup *out) LW_CHECKED;

// ---- Parts of loading ----

// Bring in what root includes, from beside its file or from the catalogue's folder: what root says
// itself wins over it, later files over earlier ones. sources: gains a const lw_source * for every
// file.
lw_status lw_include(const lw_reader *reader, lw_yaml *root, const char *folder, lw_list *sources) LW_CHECKED;

// Describe under libraries:, models: and runtimes: those that work names (by `library:`, or a sweep over
// it) and root does not, or by single parameters alone: as the preset of that name, else as the newest NAME-VERSION, which is
// noted. Names of no preset are left to whoever needs them.
lw_status lw_objects_imply(const lw_reader *reader, lw_yaml *root) LW_CHECKED;
// Does some work name this object of a section, so that it would be described if it were not?
bool lw_object_is_named(const lw_yaml *root, lw_section_id section, const char *name);

// What --set gives for a path.
typedef struct lw_setting {
    const char *path;
    const lw_yaml *value;
    lw_place place;  // of the path
} lw_setting;
// Apply what the command line sets to the tree; settings: gains a lw_setting for each path. load
// may be NULL.
lw_status lw_settings_apply(const lw_reader *reader, lw_yaml *root, const lw_load *load, lw_list *settings) LW_CHECKED;
// Keep in `settings` those at or below what is swept; the others stand in the tree. What would
// belie the names of the sweep's values is diagnosed.
lw_status lw_settings_keep_late(lw_list *settings, const lw_sweep *sweep, lw_diags *diags) LW_CHECKED;

// Put a value at a path of a tree. A map with a preset, type or kind starts its object afresh and
// keeps only its place in the machine (lw_section.place); another map is merged; anything else
// replaces what is there.
lw_status lw_put(const lw_reader *reader, lw_yaml *root, const lw_setting *setting) LW_CHECKED;
// Is the value a map that starts its object afresh?
bool lw_starts_afresh(const lw_yaml *value);
// What the object is once the value was put in its place: a map without a parent under the same
// key; NULL when out of memory.
lw_yaml *lw_put_object(const lw_section *section, const lw_yaml *object, const lw_yaml *value, lw_arena *arena) LW_CHECKED;

#endif
