// SPDX-License-Identifier: GPL-3.0-or-later
// The text of nccl-tests (src/common.cu and util.cu of NVIDIA/nccl-tests, release 2.17): who has
// measured a collective can compare line by line. Nothing is checked, so that #wrong is N/A, and in
// place is as out of place.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/report/writers.h"

enum { TIME_WIDTH = 7, RATE_WIDTH = 6, ELEMENT_BYTES = 4 };

// As many digits behind the point as fit, as getFloatStr of nccl-tests does.
static void add_number(lw_text *out, double value, int width) {
    char digits[32];
    int precision = 2;
    do {
        snprintf(digits, sizeof digits, "%.*f", precision, value);
    } while ((int)strlen(digits) > width && precision-- > 0);
    if ((int)strlen(digits) > width) {
        snprintf(digits, sizeof digits, "%.1e", value);
    }
    lw_text_print(out, "%*s", width, digits);
}

static bool metric_of(const lw_workload_result *workload, const char *name, double *value) {
    for (size_t i = 0; workload->own != NULL && workload->own[i].name != NULL; i++) {
        if (strcmp(workload->own[i].name, name) == 0) {
            *value = workload->own_value[i];
            return true;
        }
    }
    return false;
}

static bool add_row(lw_text *out, const lw_workload_result *workload, double *busbw_GBps) {
    double algbw_GBps = 0;
    if (workload->redop == NULL || !metric_of(workload, "algbw_GBps", &algbw_GBps) ||
        !metric_of(workload, "busbw_GBps", busbw_GBps)) {
        return false;
    }
    const long long bytes = llround(algbw_GBps * 1e9 * workload->time_s);
    lw_text_print(out, "%12lld  %12lld  %8s  %6s  %6s", bytes, bytes / ELEMENT_BYTES, "float", workload->redop, workload->root);
    for (int half = 0; half < 2; half++) {
        lw_text_add(out, "  ");
        add_number(out, workload->time_s * 1e6, TIME_WIDTH);
        lw_text_add(out, "  ");
        add_number(out, algbw_GBps, RATE_WIDTH);
        lw_text_add(out, "  ");
        add_number(out, *busbw_GBps, RATE_WIDTH);
        lw_text_print(out, "  %6s", "N/A");
    }
    lw_text_add(out, "\n");
    return true;
}

lw_status lw_report_nccl_tests(const lw_result *result, lw_text *out) {
    double sum_GBps = 0;
    size_t rows = 0;
    lw_text_print(out, "# lanewise %s, simulated: %s\n#\n", result->tool_version, result->title);
    lw_text_print(out, "#%62s%35s\n", "out-of-place", "in-place");
    lw_text_print(out, "#%11s  %12s  %8s  %6s  %6s", "size", "count", "type", "redop", "root");
    lw_text_print(out, "  %7s  %6s  %6s  %6s  %7s  %6s  %6s  %6s\n", "time", "algbw", "busbw", "#wrong", "time", "algbw", "busbw",
                  "#wrong");
    lw_text_print(out, "#%11s  %12s  %8s  %6s  %6s", "(B)", "(elements)", "", "", "");
    lw_text_print(out, "  %7s  %6s  %6s  %6s  %7s  %6s  %6s\n", "(us)", "(GB/s)", "(GB/s)", "", "(us)", "(GB/s)", "(GB/s)");
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            double busbw_GBps = 0;
            if (add_row(out, &result->point[p].workload[w], &busbw_GBps)) {
                sum_GBps += busbw_GBps;
                rows++;
            }
        }
    }
    lw_text_add(out, "# Out of bounds values : 0 OK\n");
    lw_text_print(out, "# Avg bus bandwidth    : %g\n#\n", rows > 0 ? sum_GBps / (double)rows : 0.0);
    return LW_OK;
}
