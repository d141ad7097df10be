// SPDX-License-Identifier: GPL-3.0-or-later
// On which machine a series was measured, as a scenario says it.
#ifndef LW_IMPORT_MACHINE_H
#define LW_IMPORT_MACHINE_H

#include "sim/import/series.h"

// What the user says of the machine: presets of its host, card and link, or a system.
typedef struct lw_import_on {
    const char *system;              // NULL: none
    const char *host, *card, *link;  // presets; NULL: not said
    const char *model, *runtime;     // of a language model
} lw_import_on;
// names: "rtx-4090,pcie-4-x16" or a system, NULL for nothing. LW_BAD_USAGE for a name that is none.
lw_status lw_import_on_parse(const char *names, lw_presets *presets, lw_arena *arena, lw_diags *diags,
                             lw_import_on *out) LW_CHECKED;

// The machine of one series.
typedef struct lw_import_machine {
    const char *system;              // to include; NULL: host, cards and link alone
    const char *host, *card, *link;  // presets; NULL: of no make; the link always is known
    // names in the scenario; peer_node: of copies between cards
    const char *host_node, *card_node, *peer_node;
    // of LW_ACT_COLLECTIVE; library: a preset, NULL: none
    const char *group, *library;
    const char *card_spec;             // what carries the options of the card: its group, or itself
    const char *link_name;             // the link at the card
    bool between_cards;                // the link joins the two cards, not each to the host
    bool link_assumed;                 // nobody said it: what the card can take at most
    int64_t gen, lanes;                // of the link; 0: it has no such option
    const struct lw_llm_machine *llm;  // of a language model (sim/import/llm.h); link: between the host and each card
    const char *words;                 // "rtx-4090 on pcie-4-x16"
    const char *said;                  // for `system:` of a table: what is known, what is assumed
} lw_import_machine;

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

// Of all but language models. LW_BAD_INPUT where neither the file nor the user says enough.
lw_status lw_import_machine_of(const lw_import *file, const lw_series *series, const lw_import_on *on, lw_presets *presets,
                               lw_import_machine *out) LW_CHECKED;

// Pinned copies hardly depend on the host, but for the answer to reads over a tunnel; pageable ones
// do, and the table says that it is a guess.
#define LW_IMPORT_USUAL_HOST "desktop-ddr5"

// The plain link of a generation and a width: the preset that gives these two alone. NULL: none.
lw_status lw_import_plain_link(lw_presets *presets, int64_t gen, int64_t lanes, const char **out) LW_CHECKED;
// Is it a link that cards of any make may be on: no fabric of accelerators, no cable between
// machines?
bool lw_import_takes_cards(const lw_preset *link);
// The preset of a device of this kind: by the name that a driver or lspci gives it, or by
// "vendor:device". NULL: none.
lw_status lw_import_device(const char *name, const char *id, const char *kind, lw_presets *presets, const char **out) LW_CHECKED;
// A whole number among the values of a preset; 0: it gives none.
int64_t lw_import_preset_number(const lw_preset *preset, const char *key);

#endif
