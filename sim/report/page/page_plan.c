// SPDX-License-Identifier: GPL-3.0-or-later
// The page of a plan.
#include <string.h>

#include "sim/base/version.h"
#include "sim/report/grid.h"
#include "sim/report/page/pages.h"
#include "sim/report/report_plan.h"

lw_status lw_report_plan_page(const lw_planned *planned, const lw_page *with, lw_text *out) {
    lw_text about = {0}, answer = {0}, table = {0};
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_report_plan(planned, LW_FORMAT_TABLE, LW_WIDTH_MARKDOWN, arena, &table);
    lw_text_print(&about, "lanewise %s \u00b7 %zu setups, %zu of them fit", lw_version, planned->count, planned->fitting);
    if (status == LW_OK && !table.failed && !about.failed) {
        // a line of the title, a blank one, the answer, a blank one, and the rest
        const char *begin = strstr(table.bytes, "\n\n"), *end = begin != NULL ? strstr(begin + 2, "\n\n") : NULL;
        const char *rest = end != NULL ? end + 2 : "";
        if (begin != NULL) {
            lw_text_add_n(&answer, begin + 2, end != NULL ? (size_t)(end - begin - 2) : strlen(begin + 2));
        }
        const lw_page_section section = {"Choices, and what they stand on", rest};
        lw_page page = *with;
        page.title = planned->plan->title;
        page.about = about.bytes;
        page.question = "What to buy or rent for what is needed?";
        page.answer = answer.bytes;
        page.section = &section;
        page.section_count = 1;
        status = answer.failed ? LW_NO_MEMORY : lw_page_write(&page, out);
    }
    status = status == LW_OK && (table.failed || about.failed) ? LW_NO_MEMORY : status;
    lw_text_free(&about);
    lw_text_free(&answer);
    lw_text_free(&table);
    lw_arena_free(arena);
    return status;
}
