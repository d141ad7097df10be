// SPDX-License-Identifier: GPL-3.0-or-later
// Language models that a tool ran, as scenarios: cards, model and runtime by what the tool says.
#ifndef LW_IMPORT_LLM_H
#define LW_IMPORT_LLM_H

#include "sim/base/text.h"
#include "sim/import/machine.h"

enum { LW_LLM_CARDS_MAX = 16 };

// What of a machine a language model takes.
typedef struct lw_llm_machine {
    const char *card[LW_LLM_CARDS_MAX], *slot[LW_LLM_CARDS_MAX];  // presets, of each card's link to the host too
    size_t cards;
    const char *model, *runtime, *quantisation;
    const char *shares;  // "[3, 1]", of the layers; NULL: equal
    double offload;      // share of the layers that the host keeps
} lw_llm_machine;

// LW_BAD_INPUT, told with what to name by --on, where a card or the model is not known.
lw_status lw_llm_machine_of(const lw_import *file, const lw_series *series, const lw_import_on *on, lw_presets *presets,
                            lw_import_machine *out) LW_CHECKED;
// Append nodes, links, runtimes and the workload `work`.
void lw_llm_scenario(const lw_series *series, const lw_import_machine *machine, const lw_variant *variant, lw_text *out);

#endif
