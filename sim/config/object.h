// SPDX-License-Identifier: GPL-3.0-or-later
// Typed objects: what stands under one key of nodes:, links:, libraries:, models:, runtimes: or workloads:, read once
// against the options of its section and of its type. Machines and graphs are built from these, never from
// text.
#ifndef LW_OBJECT_H
#define LW_OBJECT_H

#include "sim/config/catalog.h"
#include "sim/config/type.h"

typedef enum lw_section_id {
    LW_SECTION_NODES,
    LW_SECTION_LINKS,
    LW_SECTION_LIBRARIES,
    LW_SECTION_MODELS,
    LW_SECTION_RUNTIMES,
    LW_SECTION_WORKLOADS,
    LW_SECTION_RUN,  // the file's own `seed` and `engine`, as one object
    LW_SECTIONS
} lw_section_id;
extern const char *const lw_section_words[];  // "nodes", ..., NULL: all but that of the run
// "a path begins with nodes., links., ... or workloads., or is seed or engine"
extern const char lw_path_hint[];

// One section of the file. What the words mean is known to those above, which hand the sections in.
typedef struct lw_section {
    lw_section_id id;
    const char *name;      // "links"
    const char *noun;      // "link"
    const char *type_key;  // "type", for nodes and workloads "kind"
    bool has_presets;
    lw_shelf shelf;           // where its presets lie
    const lw_option *common;  // keys of every object of the section, besides preset and type
    size_t common_size;       // at most LW_PARAMS_MAX
    // of them, those that say where in the machine it stands: a sweep that puts another object
    // there keeps them; NULL-terminated, NULL: none
    const char *const *place;
    const lw_type *(*type_at)(size_t index);  // the registered types, NULL past the last
    void (*prepare)(void *params);            // before the defaults of the type; NULL: all zero
    bool named_by_type;                       // `host: {}` needs no kind
    // for hints: "write NAME: {preset: ...} or NAME: {kind: ...}"
    const char *form;
} lw_section;

// The sections of a file, by lw_section_id.
typedef struct lw_format {
    lw_section section[LW_SECTIONS];
} lw_format;

// What reading takes: the meaning of the sections, presets, and where memory and findings go.
typedef struct lw_reader {
    const lw_format *format;
    lw_presets *presets;
    lw_arena *arena;
    lw_diags *diags;
} lw_reader;

typedef struct lw_object {
    const lw_section *section;
    const char *name;
    lw_place place;  // of the name
    const lw_type *type;
    const lw_preset *preset;  // NULL: none
    void *params, *common;    // structs of the type's and of the section's options
    // which keys the scenario gave itself; those of a preset do not count
    lw_option_set *set, *common_set;
    const lw_yaml *yaml;  // as it stands in the file; may be empty
} lw_object;

const lw_type *lw_section_find(const lw_section *section, const char *name);  // NULL when unknown
// Names stand in paths, in "a->b" and in file names: letters, digits, - and _ only.
bool lw_is_name(const char *name);

// Read one object; value->key is its name. lw_object_check is for later: sweeps and machines may
// change options before.
lw_status lw_object_read(const lw_reader *reader, lw_section_id section, const lw_yaml *value, lw_object *out) LW_CHECKED;

// The same inside of another object: no preset. section: of the type; name: of what is read, for findings.
lw_status lw_object_read_inside(const lw_section *section, const lw_yaml *value, const char *name, lw_arena *arena,
                                lw_diags *diags, lw_object *out) LW_CHECKED;

// A copy whose options can be changed without touching the first; NULL when out of memory.
lw_object *lw_object_copy(const lw_object *object, lw_arena *arena) LW_CHECKED;

// What lw_type.check finds in its options as they are.
lw_status lw_object_check(const lw_object *object, lw_diags *diags) LW_CHECKED;

// Where the scenario gave the key, else the object's own place.
lw_place lw_object_place(const lw_object *object, const char *key);

// ---- Edits: typed overrides by sweeps, --set, fits and plans ----

// One change of an object: another one in its place, or a value of one of its options.
typedef struct lw_edit {
    lw_section_id section;
    uint32_t object;               // index in the section
    const lw_object *replacement;  // NULL: an option is set
    // a replacement that differs in preset or type alone: what other edits set stays
    bool keeps_options;
    // whose option it is, an edit of another type does nothing; NULL: the section's common ones
    const lw_type *type;
    const lw_option *row;
    uint64_t value;  // the bytes of the field, from the first on
    // a part of a YAML value, such as "between[0]": where, and what is put there, so that several
    // edits of one value keep each other's parts; NULL: all of it is set
    const char *inside;
    const lw_yaml *part;
    lw_place place;
} lw_edit;

// An option of one object.
typedef struct lw_option_at {
    lw_section_id section;
    uint32_t object;  // index in the section
    const lw_option *row;
    bool common;  // of the section, else of the object's type
} lw_option_at;

// An edit that sets an option to the value that a text gives.
lw_status lw_edit_option(const lw_object *object, const lw_option_at *at, const lw_yaml *value, lw_diags *diags,
                         lw_edit *out) LW_CHECKED;
// An edit that sets an option to what a struct of its table holds.
lw_edit lw_edit_copy(const lw_object *object, const lw_option_at *at, const void *params);
// An edit that sets a number in the base unit of its option, for fits.
lw_edit lw_edit_number(const lw_object *object, uint32_t index, const lw_option *row, double value);

// Apply an edit of an option to a copy (lw_object_copy).
void lw_object_edit(lw_object *object, const lw_edit *edit);

#endif
