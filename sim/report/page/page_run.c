// SPDX-License-Identifier: GPL-3.0-or-later
// The page of a run.
#include <string.h>

#include "sim/report/answer.h"
#include "sim/report/grounds.h"
#include "sim/report/page/pages.h"
#include "sim/report/writers.h"

// In a sentence each, for whoever does not know the words.
static const char about_grounds[] =
    "Every number of the result follows from these. Evidence: **specified**, a standard or a vendor's document says it; "
    "**measured**, someone measured exactly this; **calibrated**, fitted to measured tables; **assumed**, a guess with its "
    "reason; **announced**, of products that nobody can measure yet; **speculative**, what physics would allow.\n";

// What the file says before its keys, without its licence and what stands apart, as commands do.
static void add_comment(const lw_source *source, lw_text *out) {
    const char *at = source->text != NULL ? source->text : "";
    for (size_t length; at[0] == '#'; at += length + (at[length] == '\n')) {
        length = strcspn(at, "\n");
        const size_t mark = strspn(at, "#");
        const char *text = at + mark;
        if (text[0] == ' ' && text[1] != ' ' && strncmp(text, " SPDX-", 6) != 0) {
            lw_text_add_n(out, text + (out->length == 0), length - mark - (out->length == 0));
        }
    }
}

typedef struct texts {
    lw_text question, about, answer, table, grounds;
} texts;

static lw_status write_texts(const lw_result *result, const lw_document *document, lw_arena *arena, texts *t) {
    const char *slash = strrchr(result->file, '/');
    lw_text_print(&t->about, "lanewise %s \u00b7 %s, SHA-256 %.12s \u00b7 seed %llu \u00b7 %zu of %zu point%s",
                  result->tool_version, slash != NULL ? slash + 1 : result->file, result->sha256,
                  (unsigned long long)result->seed, result->point_count, result->planned, result->planned == 1 ? "" : "s");
    if (document->head.description != NULL && document->head.description[0] != '\0') {
        lw_text_add(&t->question, document->head.description);
    } else {
        add_comment(document->source, &t->question);
    }
    lw_text_add(&t->grounds, about_grounds);
    LW_TRY(lw_report_answer(result, arena, &t->answer));
    LW_TRY(lw_report_table(result, LW_WIDTH_MARKDOWN, arena, &t->table));
    LW_TRY(lw_report_grounds(document, arena, &t->grounds));
    return t->about.failed || t->question.failed ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_report_run_page(const lw_result *result, const lw_document *document, const lw_page *with, lw_text *out) {
    texts t = {{0}, {0}, {0}, {0}, {0}};
    lw_arena *arena = lw_arena_new();
    lw_status status = arena != NULL ? write_texts(result, document, arena, &t) : LW_NO_MEMORY;
    if (status == LW_OK) {
        // the first line of the table is said above
        const lw_page_section sections[] = {{"Results", t.table.bytes + strcspn(t.table.bytes, "\n")},
                                            {"What it stands on", t.grounds.bytes}};
        lw_page page = *with;
        page.title = result->title;
        page.about = t.about.bytes;
        page.question = t.question.bytes;
        page.answer = t.answer.bytes;
        page.section = sections;
        page.section_count = sizeof sections / sizeof sections[0];
        status = lw_page_write(&page, out);
    }
    lw_text_free(&t.question);
    lw_text_free(&t.about);
    lw_text_free(&t.answer);
    lw_text_free(&t.table);
    lw_text_free(&t.grounds);
    lw_arena_free(arena);
    return status;
}
