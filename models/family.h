// SPDX-License-Identifier: GPL-3.0-or-later
// The interface of a model family (pcie, usb4, ...): a parameter table, a check across fields, and parameters -> channels.
// All functions are pure: no globals, no allocation, safe in threads. A new family is one .c file that defines
// `const lw_family lw_family_NAME`, its presets in configs/links/, and NAME in the list LW_FAMILIES of models/CMakeLists.txt.
#ifndef LW_FAMILY_H
#define LW_FAMILY_H

#include "models/channel.h"
#include "sim/config/option.h"

// One line of a reckoning: "free-space loss", 100.9, dB. value: text of a number for the way from end a to b and for the way
// back.
typedef struct lw_fact {
    const char *what;
    const char *value[2];
    const char *unit;  // "" where there is none
} lw_fact;
typedef void lw_fact_visit(const lw_fact *fact, void *user);

typedef struct lw_family {
    const char *name;          // the word after `type:`
    const char *summary;       // one sentence for `lanewise list`
    const char *page;          // a few paragraphs that teach, for `lanewise explain NAME`; ends without a newline
    const char *example;       // the preset that shows it best on that page; NULL: the first one
    const lw_option *options;  // parameter table over a struct of params_size bytes (at most LW_PARAMS_MAX)
    size_t params_size;
    // Rules across fields. Each finding is diagnosed at the place of the key it is about (set->place), else at `at`. Warnings
    // too: a cable beyond its loss budget. NULL: no rules.
    lw_status (*check)(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags);
    // Checked parameters -> segments. Must succeed for whatever check lets pass.
    void (*resolve)(const void *params, lw_link_model *link);
    // The same link at both ends of what is uncertain about it, as two links like resolve's: slower and faster. NULL: no band is
    // known. The slow one may be so bad that error_probability is 1 and nothing gets through.
    void (*band)(const void *params, lw_link_model *slow, lw_link_model *fast);
    // How the numbers of resolve come about, line by line in the order of the reckoning: a link budget. The texts live as long as
    // the call of visit. NULL: nothing to show but parameters.
    void (*facts)(const void *params, lw_fact_visit *visit, void *user);
    bool between_machines;  // its two ends are different machines, for drawings
    // Before gen and lanes are lowered to what the PCIe port of a device at an end has. NULL: its ends are no PCIe ports.
    void (*train_down)(void *params);
} lw_family;

enum { LW_PARAMS_MAX = 1024 };

// The registered families, NULL-terminated, in the order of the list.
extern const lw_family *const lw_families[];
const lw_family *lw_family_find(const char *name);  // NULL when unknown

// Where the user gave the key, else `at`: the place for a finding about it. set may be NULL.
lw_place lw_family_place(const lw_option *options, const lw_option_set *set, const char *key, lw_place at);

// Does any other legal value of the key change what packets of these kinds meet, for certain or at the ends of the band, or bring
// or silence a warning, under these parameters? False: the key has no effect, and a user who set it is told so. kinds: 1 <<
// lw_packet_kind each, and LW_ASKED where what the link says about coherence counts as well.
bool lw_family_has_effect(const lw_family *family, const void *params, const char *key, unsigned kinds);
enum { LW_ASKED = 1 << LW_PACKET_KINDS, LW_PACKETS_ALL = LW_ASKED | (LW_ASKED - 1) };

#endif
