// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/result/critical.h"

#include <string.h>

#include "sim/base/fraction.h"

const char *const lw_critical_words[] = {"link",         "node",    "copy-engines", "read-tags",  "credits", "writes-under-way",
                                         "offered-load", "latency", "launch",       "completion", "delay",   "start",
                                         "not-recorded", NULL};

void lw_critical_part_print(const lw_critical_part *part, lw_text *out) {
    static const char *const words[LW_PATH_KINDS] = {
        [LW_PATH_WINDOW] = "read tags",      [LW_PATH_CREDITS] = "credits",        [LW_PATH_WRITES] = "bound of writes under way",
        [LW_PATH_PACE] = "offered load",     [LW_PATH_LATENCY] = "latency",        [LW_PATH_LAUNCH] = "launch",
        [LW_PATH_COMPLETION] = "completion", [LW_PATH_START] = "before its start", [LW_PATH_UNKNOWN] = "not recorded"};
    switch (part->kind) {
    case LW_PATH_LINK:
        lw_text_print(out, "links.%s %s", part->name, part->direction);
        break;
    case LW_PATH_NODE:
        lw_text_add(out, part->name);
        break;
    case LW_PATH_SLOTS:
        lw_text_print(out, "waiting for %s", part->name);
        break;
    case LW_PATH_DELAY:
        lw_text_print(out, "delays of %s", part->name);
        break;
    default:
        lw_text_add(out, words[part->kind]);
        break;
    }
}

enum { SHOWN_MOST = 16, WHOLE = 100 };

// Percents of the first `count` parts and of all others, the last, by largest remainder.
static void shares_of(const lw_critical *path, size_t count, int64_t percent[SHOWN_MOST + 1]) {
    int64_t remainder[SHOWN_MOST + 1], left_ps = path->end_ps, left = WHOLE;
    for (size_t i = 0; i <= count; i++) {
        const int64_t time_ps = i < count ? path->part[i].time_ps : left_ps;
        const lw_int128 parts = (lw_int128)time_ps * WHOLE;
        left_ps -= time_ps;
        percent[i] = (int64_t)(parts / path->end_ps);
        remainder[i] = (int64_t)(parts % path->end_ps);
        left -= percent[i];
    }
    for (; left > 0; left--) {
        size_t largest = 0;
        for (size_t i = 1; i <= count; i++) {
            largest = remainder[i] > remainder[largest] ? i : largest;
        }
        percent[largest]++;
        remainder[largest] = -1;
    }
}

static void add_words(const char *words, const lw_critical_layout *layout, bool first, int *column, lw_text *out) {
    const int length = (int)strlen(words);
    if (!first) {
        lw_text_add(out, ",");
        const bool breaks = layout->width > 0 && *column + length + 3 > layout->width;
        lw_text_add(out, breaks ? layout->indent : " ");
        *column = breaks ? (int)strlen(layout->indent) - 1 : *column + 2;
    }
    lw_text_add(out, words);
    *column += length;
}

void lw_critical_print(const lw_critical *path, const lw_critical_layout *layout, lw_text *out) {
    int64_t percent[SHOWN_MOST + 1];
    size_t count = path->count < layout->most ? path->count : layout->most;
    count = count < SHOWN_MOST ? count : SHOWN_MOST;
    // what would be 0 % is one of the others
    while (count > 1 && (lw_int128)path->part[count - 1].time_ps * 2 * WHOLE < path->end_ps) {
        count--;
    }
    if (path->count == 0 || path->end_ps <= 0) {
        return;
    }
    shares_of(path, count, percent);
    int column = layout->used;
    for (size_t i = 0; i <= count; i++) {
        lw_text words = {0};
        lw_text_print(&words, "%lld %% ", (long long)percent[i]);
        if (i < count) {
            lw_critical_part_print(&path->part[i], &words);
        } else {
            lw_text_add(&words, "others");
        }
        if (percent[i] > 0) {
            add_words(words.failed ? "" : words.bytes, layout, i == 0, &column, out);
        }
        out->failed = out->failed || words.failed;
        lw_text_free(&words);
    }
}
