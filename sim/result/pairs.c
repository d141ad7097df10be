// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/result/pairs.h"

#include <stdlib.h>
#include <string.h>

// "gpus[3]" at text: its group of `length` characters and its number. NULL when it is no member.
static const char *read_member(const char *text, size_t *length, int *number) {
    *length = strcspn(text, "[-");
    if (*length == 0 || text[*length] != '[') {
        return NULL;
    }
    char *end;
    const long value = strtol(text + *length + 1, &end, 10);
    *number = (int)value;
    return end == text + *length + 1 || *end != ']' || value < 0 || value > 1 << 20 ? NULL : end + 1;
}

typedef struct pair {
    int from, to;
} pair;

static bool read_pair(const char *direction, const char **group, size_t *length, pair *out) {
    size_t first, second;
    const char *arrow = direction == NULL ? NULL : read_member(direction, &first, &out->from);
    if (arrow == NULL || strncmp(arrow, "->", 2) != 0) {
        return false;
    }
    const char *end = read_member(arrow + 2, &second, &out->to);
    const bool same = end != NULL && *end == '\0' && first == second && strncmp(direction, arrow + 2, first) == 0 &&
                      (*group == NULL || (first == *length && strncmp(direction, *group, first) == 0));
    *group = direction;
    *length = first;
    return same && out->from != out->to;
}

// The place of a number in a sorted list, which grows by it when it is new.
static void add_member(lw_pair_table *pairs, int number) {
    size_t at = 0;
    while (at < pairs->count && pairs->member[at] < number) {
        at++;
    }
    if (pairs->count <= LW_PAIR_MEMBERS_MAX && (at == pairs->count || pairs->member[at] != number)) {
        memmove(&pairs->member[at + 1], &pairs->member[at], (pairs->count - at) * sizeof pairs->member[0]);
        pairs->member[at] = number;
        pairs->count++;
    }
}

static size_t index_of(const lw_pair_table *pairs, int number) {
    size_t at = 0;
    while (pairs->member[at] != number) {
        at++;
    }
    return at;
}

static bool is_reads(const lw_workload_result *cell) {
    return cell->copy == NULL && cell->each_ps.count > 0;
}

int64_t lw_pairs_bytes(const lw_workload_result *cell) {
    return is_reads(cell) ? cell->bytes / (int64_t)cell->each_ps.count : cell->bytes;
}

double lw_pairs_time_us(const lw_workload_result *cell) {
    return (is_reads(cell) ? cell->mean_latency_ps : cell->time_s * 1e12) / 1e6;
}

double lw_pairs_value(const lw_pair_table *pairs, const lw_workload_result *cell) {
    return pairs->unit[0] == 'G' ? cell->bandwidth_GBps : lw_pairs_time_us(cell) * (pairs->unit[0] == 'n' ? 1e3 : 1);
}

// Nobody thinks of a page as a rate.
static const char *unit_of(const lw_point *point) {
    static const int64_t page_bytes = 4096;
    bool small = true;
    double most_us = 0;
    for (size_t w = 0; w < point->workload_count; w++) {
        const lw_workload_result *workload = &point->workload[w];
        small = small && (is_reads(workload) || workload->bytes <= page_bytes) && lw_limit_failure(&workload->limit) == NULL;
        most_us = lw_pairs_time_us(workload) > most_us ? lw_pairs_time_us(workload) : most_us;
    }
    return !small ? "GB/s" : most_us < 1 ? "ns" : "us";
}

lw_status lw_pairs_of(const lw_result *result, lw_arena *arena, lw_pair_table *out) {
    *out = (lw_pair_table){0};
    const lw_point *point = result->point_count == 1 ? &result->point[0] : NULL;
    if (point == NULL || point->workload_count < LW_PAIRS_LEAST) {
        return LW_OK;
    }
    lw_pair_table pairs = {.member = LW_NEW_ARRAY(arena, int, LW_PAIR_MEMBERS_MAX + 2)};
    pair *read = LW_NEW_ARRAY(arena, pair, point->workload_count);
    if (pairs.member == NULL || read == NULL) {
        return LW_NO_MEMORY;
    }
    const char *group = NULL;
    size_t length = 0;
    for (size_t w = 0; w < point->workload_count; w++) {
        const lw_workload_result *workload = &point->workload[w];
        if ((workload->copy == NULL && !is_reads(workload)) || !read_pair(workload->direction, &group, &length, &read[w])) {
            return LW_OK;
        }
        add_member(&pairs, read[w].from);
        add_member(&pairs, read[w].to);
    }
    if (pairs.count > LW_PAIR_MEMBERS_MAX) {
        return LW_OK;
    }
    pairs.unit = unit_of(point);
    pairs.group = lw_arena_print(arena, "%.*s", (int)length, group);
    pairs.cell = LW_NEW_ARRAY(arena, const lw_workload_result *, pairs.count *pairs.count);
    if (pairs.group == NULL || pairs.cell == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; w < point->workload_count; w++) {
        const lw_workload_result **cell =
            &pairs.cell[index_of(&pairs, read[w].from) * pairs.count + index_of(&pairs, read[w].to)];
        if (*cell != NULL) {
            return LW_OK;
        }
        *cell = &point->workload[w];
    }
    *out = pairs;
    return LW_OK;
}
