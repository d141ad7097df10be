// SPDX-License-Identifier: GPL-3.0-or-later
// "Did you mean": what a misspelt word was probably meant to be.
#ifndef LW_SUGGEST_H
#define LW_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/diag.h"
#include "sim/base/list.h"

// The candidate nearest to word by edit distance (at most 3 and a third of its length, rounded up),
// whatever the case of letters; NULL when none is near.
const char *lw_nearest(const char *word, const char *const *candidates, size_t count);

// A hint for a diagnostic: "did you mean '...'?" with the nearest candidate, else `otherwise` (may
// be NULL).
const char *lw_did_you_mean(lw_diags *diags, const char *word, const char *const *candidates, size_t count,
                            const char *otherwise);

// One more word in a list of const char *, for lw_did_you_mean_in; a word that finds no memory (or
// is NULL) is left out, since it is but a candidate.
void lw_candidate(lw_list *list, const char *word, lw_arena *arena);
const char *lw_did_you_mean_in(lw_diags *diags, const char *word, const lw_list *candidates, const char *otherwise);

// Is word one of words (NULL-terminated; NULL: none)?
bool lw_is_among(const char *word, const char *const *words);
size_t lw_word_count(const char *const *words);  // of a NULL-terminated list; NULL: none

#endif
