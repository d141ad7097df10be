// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/report.h"

#include "sim/report/writers.h"

const char *const lw_format_words[] = {"table", "csv", "json", "jsonl", "nccl-tests", "md", NULL};

lw_status lw_report(const lw_result *result, lw_report_format format, int width, lw_text *text) {
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_INTERNAL;
    lw_text table = {0};
    switch (format) {
    case LW_FORMAT_TABLE:
        status = lw_report_table(result, width, arena, text);
        break;
    case LW_FORMAT_MARKDOWN:
        status = lw_report_table(result, LW_WIDTH_MARKDOWN, arena, &table);
        if (status == LW_OK) {
            lw_report_markdown(table.bytes, text);
        }
        break;
    case LW_FORMAT_CSV:
        status = lw_report_csv(result, arena, text);
        break;
    case LW_FORMAT_JSON:
    case LW_FORMAT_JSONL:
        status = lw_report_json(result, format == LW_FORMAT_JSONL, text);
        break;
    case LW_FORMAT_NCCL_TESTS:
        status = lw_report_nccl_tests(result, text);
        break;
    }
    lw_text_free(&table);
    lw_arena_free(arena);
    return status == LW_OK && text->failed ? LW_NO_MEMORY : status;
}
