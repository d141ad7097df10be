// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/suggest.h"

#include <ctype.h>
#include <string.h>

enum { WORD_MAX = 64 };

static int smaller(int a, int b) {
    return a < b ? a : b;
}

static bool same_letter(char a, char b) {
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment); both at
// most WORD_MAX long.
static int edit_distance(const char *a, const char *b) {
    int rows[3][WORD_MAX + 1];
    int *before = rows[0], *last = rows[1], *now = rows[2];
    int a_length = (int)strlen(a), b_length = (int)strlen(b);
    for (int j = 0; j <= b_length; j++) {
        last[j] = j;
        before[j] = 0;
    }
    for (int i = 1; i <= a_length; i++) {
        now[0] = i;
        for (int j = 1; j <= b_length; j++) {
            int replaced = last[j - 1] + !same_letter(a[i - 1], b[j - 1]);
            now[j] = smaller(replaced, smaller(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1])) {
                now[j] = smaller(now[j], before[j - 2] + 1);
            }
        }
        int *spare = before;
        before = last, last = now, now = spare;
    }
    return last[b_length];
}

const char *lw_nearest(const char *word, const char *const *candidates, size_t count) {
    size_t length = strlen(word);
    if (length > WORD_MAX) {
        return NULL;
    }
    const char *best = NULL;
    int best_distance = smaller(3, (int)(length + 2) / 3) + 1;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        if (other <= WORD_MAX && other < length + 4 && length < other + 4) {
            int distance = edit_distance(word, candidates[i]);
            if (distance < best_distance) {
                best_distance = distance;
                best = candidates[i];
            }
        }
    }
    return best;
}

bool lw_is_among(const char *word, const char *const *words) {
    for (; words && *words; words++) {
        if (strcmp(*words, word) == 0) {
            return true;
        }
    }
    return false;
}

size_t lw_word_count(const char *const *words) {
    size_t count = 0;
    while (words != NULL && words[count] != NULL) {
        count++;
    }
    return count;
}

const char *lw_did_you_mean(lw_diags *diags, const char *word, const char *const *candidates, size_t count,
                            const char *otherwise) {
    // of an error that will not be shown the hint is not worth the search
    const char *near = lw_diags_errors(diags) < LW_DIAG_MAX ? lw_nearest(word, candidates, count) : NULL;
    return near != NULL ? lw_diags_text(diags, "did you mean '%s'?", near) : otherwise;
}

void lw_candidate(lw_list *list, const char *word, lw_arena *arena) {
    const char **slot = word == NULL ? NULL : LW_LIST_ADD(list, const char *, arena);
    if (slot != NULL) {
        *slot = word;
    }
}

const char *lw_did_you_mean_in(lw_diags *diags, const char *word, const lw_list *candidates, const char *otherwise) {
    return lw_did_you_mean(diags, word, LW_LIST_ITEMS(candidates, const char *), candidates->count, otherwise);
}
