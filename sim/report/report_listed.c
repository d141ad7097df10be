// SPDX-License-Identifier: GPL-3.0-or-later
// Work that was read from a list, as CSV: a row for each member, in the order of the list.
#include <string.h>

#include "sim/report/report.h"

// Exact: times are whole picoseconds.
static void add_us(int64_t time_ps, lw_text *out) {
    const int64_t ps_per_us = 1000000;
    lw_text_print(out, ",%lld.%06lld", (long long)(time_ps / ps_per_us), (long long)(time_ps % ps_per_us));
}

static void add_members(int index, const lw_workload_result *workload, lw_text *out) {
    for (size_t m = 0; m < workload->member_count; m++) {
        const lw_member_result *member = &workload->member[m];
        lw_text_print(out, "%d,%lld,%lld,%lld", index, (long long)member->from, (long long)member->to, (long long)member->bytes);
        add_us(member->start_ps, out);
        add_us(member->end_ps, out);
        lw_text_add(out, "\n");
    }
}

static bool is_of(const lw_workload_result *workload, const char *name, const char *listed) {
    return workload->listed != NULL && strcmp(workload->name, name) == 0 && strcmp(workload->listed, listed) == 0;
}

// Is it the first point that has a list of this workload?
static bool is_first(const lw_result *result, size_t point, const lw_workload_result *workload) {
    for (size_t p = 0; p < point; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            if (is_of(&result->point[p].workload[w], workload->name, workload->listed)) {
                return false;
            }
        }
    }
    return true;
}

const lw_workload_result *lw_report_listed(const lw_result *result, size_t index) {
    size_t found = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            const lw_workload_result *workload = &result->point[p].workload[w];
            if (workload->listed != NULL && is_first(result, p, workload) && found++ == index) {
                return workload;
            }
        }
    }
    return NULL;
}

lw_status lw_report_members_of(const lw_result *result, const lw_workload_result *listed, lw_text *text) {
    lw_text_add(text, "index,src,dst,bytes,start_us,finish_us\n");
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            const lw_workload_result *workload = &result->point[p].workload[w];
            if (is_of(workload, listed->name, listed->listed)) {
                add_members(result->point[p].index, workload, text);
            }
        }
    }
    return text->failed ? LW_NO_MEMORY : LW_OK;
}
