// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/recording.h"

enum { GAPS_MOST = 4096, SKIPPED_MOST = 1 << 17 };

// ---- What the engine tells ----

static size_t half(const lw_recording *recording) {
    return recording->most / 2;
}

static void lose(lw_recording *recording, int64_t until_ps) {
    if (recording->lost++ == 0) {
        const lw_engine_span *span = LW_LIST_ITEMS(&recording->span, const lw_engine_span);
        recording->lost_from_ps = span[half(recording) - 1].end_ps;
    }
    recording->lost_to_ps = until_ps;
}

static void add_span(const lw_engine_span *span, void *user) {
    lw_recording *recording = user;
    lw_engine_span *slot;
    if (recording->span.count < recording->most) {
        slot = LW_LIST_ADD(&recording->span, lw_engine_span, recording->arena);
    } else {
        slot = &LW_LIST_ITEMS(&recording->span, lw_engine_span)[half(recording) + recording->oldest];
        recording->oldest = (recording->oldest + 1) % (recording->most - half(recording));
        lose(recording, slot->end_ps);
    }
    if (slot == NULL) {
        recording->failed = true;
        return;
    }
    *slot = *span;
}

// What is jumped and cannot be kept is lost.
static void lose_gap(lw_recording *recording, const lw_engine_gap *gap) {
    recording->lost_from_ps = recording->lost == 0 ? gap->from_ps : recording->lost_from_ps;
    recording->lost_to_ps = gap->to_ps;
    for (uint32_t t = 0; t < recording->task_count; t++) {
        recording->lost += gap->instances[t];
    }
}

static void add_gap(const lw_engine_gap *gap, void *user) {
    lw_recording *recording = user;
    if (recording->gap.count == GAPS_MOST || recording->skipped.count >= SKIPPED_MOST) {
        lose_gap(recording, gap);
        return;
    }
    lw_recorded_gap *slot = LW_LIST_ADD(&recording->gap, lw_recorded_gap, recording->arena);
    if (slot == NULL) {
        recording->failed = true;
        return;
    }
    *slot = (lw_recorded_gap){
        .from_ps = gap->from_ps, .to_ps = gap->to_ps, .period_ps = gap->period_ps, .first_skipped = recording->skipped.count};
    for (uint32_t t = 0; t < recording->task_count; t++) {
        lw_skipped *skipped = gap->instances[t] > 0 ? LW_LIST_ADD(&recording->skipped, lw_skipped, recording->arena) : NULL;
        if (skipped != NULL) {
            *skipped = (lw_skipped){t, gap->instances[t]};
            slot->skipped++;
        } else if (gap->instances[t] > 0) {
            recording->failed = true;
            return;
        }
    }
}

static void add_lost(int64_t instances, int64_t from_ps, int64_t to_ps, void *user) {
    lw_recording *recording = user;
    recording->lost_from_ps = recording->lost == 0 ? from_ps : recording->lost_from_ps;
    recording->lost_to_ps = to_ps;
    recording->lost += instances;
}

static void add_path(const lw_engine_span *span, void *user) {
    lw_recording *recording = user;
    lw_engine_span *slot = LW_LIST_ADD(&recording->path, lw_engine_span, recording->arena);
    recording->failed = recording->failed || slot == NULL;
    if (slot != NULL) {
        *slot = *span;
    }
}

static void begin_anew(void *user) {
    lw_recording *recording = user;
    recording->path.count = 0;
    recording->span.count = recording->gap.count = recording->skipped.count = recording->oldest = 0;
    recording->lost = recording->lost_from_ps = recording->lost_to_ps = 0;
}

void lw_recording_begin(lw_recording *recording, size_t task_count, size_t most, lw_arena *arena) {
    *recording = (lw_recording){.sink = {.span = add_span,
                                         .gap = add_gap,
                                         .lost = add_lost,
                                         .path = add_path,
                                         .anew = begin_anew,
                                         .user = recording,
                                         .most = most > 2 ? most : 2},
                                .arena = arena,
                                .most = most > 2 ? most : 2,
                                .task_count = task_count};
}

lw_status lw_recording_end(lw_recording *recording) {
    const size_t count = recording->most - half(recording), turn = recording->oldest;
    if (!recording->failed && turn > 0) {
        lw_engine_span *turned = LW_NEW_ARRAY(recording->arena, lw_engine_span, count);
        if (turned == NULL) {
            return LW_NO_MEMORY;
        }
        lw_engine_span *span = LW_LIST_ITEMS(&recording->span, lw_engine_span) + half(recording);
        for (size_t i = 0; i < count; i++) {
            turned[i] = span[(turn + i) % count];
        }
        memcpy(span, turned, count * sizeof *span);
    }
    recording->oldest = 0;
    return recording->failed ? LW_NO_MEMORY : LW_OK;
}

// ---- What it told, and what it left out ----

// How many of the spans ended at that time or before.
static size_t ended_by(const lw_list *spans, int64_t at_ps) {
    const lw_engine_span *span = LW_LIST_ITEMS(spans, const lw_engine_span);
    size_t low = 0, high = spans->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (span[middle].end_ps <= at_ps) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// How many gaps began at that time or before.
static size_t begun_by(const lw_recording *recording, int64_t at_ps) {
    const lw_recorded_gap *gap = LW_LIST_ITEMS(&recording->gap, const lw_recorded_gap);
    size_t low = 0, high = recording->gap.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (gap[middle].from_ps <= at_ps) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool find_told(const lw_recording *recording, const lw_lookup *lookup, int64_t at_ps, lw_moment *out) {
    const lw_engine_span *span = LW_LIST_ITEMS(&recording->span, const lw_engine_span);
    size_t i = ended_by(&recording->span, at_ps);
    if (lookup->before != NULL && lookup->before->later_ps == out->later_ps && lookup->before->span < i) {
        i = lookup->before->span;
    }
    while (i > 0 && span[i - 1].end_ps == at_ps) {
        i--;
        if (lookup->suits(lookup->user, &span[i])) {
            out->span = i;
            return true;
        }
    }
    return false;
}

// What ends at from_ps may have been told before the jump or belong to the repetition.
static bool find_at(const lw_recording *recording, const lw_lookup *lookup, int64_t at_ps, lw_moment *out) {
    if (find_told(recording, lookup, at_ps, out)) {
        return true;
    }
    const lw_recorded_gap *gap = LW_LIST_ITEMS(&recording->gap, const lw_recorded_gap);
    const size_t depth = out->depth;
    for (size_t g = begun_by(recording, at_ps); depth < LW_GAPS_DEEP && g > 0 && gap[g - 1].to_ps >= at_ps; g--) {
        const lw_recorded_gap *in = &gap[g - 1];
        const int64_t into_ps = at_ps - in->from_ps;
        int64_t periods = into_ps > 0 ? (into_ps - 1) / in->period_ps + 1 : 1;
        const int64_t last = into_ps > 0 && into_ps % in->period_ps == 0 ? periods + 1 : periods;
        for (; periods <= last; periods++) {
            const lw_moment kept = *out;
            out->in[depth].gap = g - 1;
            out->in[depth].periods = periods;
            out->depth = depth + 1;
            out->later_ps += periods * in->period_ps;
            if (find_at(recording, lookup, at_ps - periods * in->period_ps, out)) {
                return true;
            }
            *out = kept;
        }
    }
    return false;
}

// Of a path there is one at a time.
static bool find_on_path(const lw_recording *recording, const lw_lookup *lookup, lw_moment *out) {
    const lw_engine_span *span = LW_LIST_ITEMS(&recording->path, const lw_engine_span);
    const size_t count = ended_by(&recording->path, lookup->at_ps);
    *out = (lw_moment){.span = recording->span.count + count - 1};
    return count > 0 && span[count - 1].end_ps == lookup->at_ps && lookup->suits(lookup->user, &span[count - 1]);
}

bool lw_recording_find(const lw_recording *recording, const lw_lookup *lookup, lw_moment *out) {
    *out = (lw_moment){0};
    return find_at(recording, lookup, lookup->at_ps, out) || find_on_path(recording, lookup, out);
}
