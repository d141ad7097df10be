// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine/packet/chain.h"

// Of the tasks that can be on the way only those that can still be so in a round are followed: in each
// one less.
lw_status lw_chain_back(const lw_chain *chain, const int64_t *ends, size_t rounds, uint32_t task, uint32_t *out) {
    lw_arena *arena = lw_arena_new();
    uint32_t *at = arena != NULL ? LW_NEW_ARRAY(arena, uint32_t, rounds + 1) : NULL;
    int64_t *end_ps = arena != NULL ? LW_NEW_ARRAY(arena, int64_t, rounds + 1) : NULL;
    bool *follows = arena != NULL ? LW_NEW_ARRAY(arena, bool, rounds *rounds) : NULL;
    if (at == NULL || end_ps == NULL || follows == NULL) {
        lw_arena_free(arena);
        return LW_NO_MEMORY;
    }
    for (size_t d = 0; d <= rounds; d++) {
        at[d] = d == 0 ? task : chain->on[at[d - 1]];
        end_ps[d] = ends[at[d]];
    }
    for (size_t i = 0; i < rounds; i++) {
        for (size_t d = 0; d < rounds - i; d++) {
            const int64_t own_ps = end_ps[d], other_ps = end_ps[d + 1];
            follows[i * rounds + d] = lw_chain_follows(own_ps, other_ps, at[d], at[d + 1]);
            end_ps[d] = (other_ps > own_ps ? other_ps : own_ps) + chain->took_ps[at[d]];
        }
    }
    size_t d = 0;
    for (size_t i = rounds; i-- > 0;) {
        d += follows[i * rounds + d] ? 1 : 0;
        out[i] = at[d];
    }
    lw_arena_free(arena);
    return LW_OK;
}
