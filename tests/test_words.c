// SPDX-License-Identifier: GPL-3.0-or-later
// Words of the field that `lanewise explain` knows, and what it says that links join.
#include <dirent.h>

#include "scenario_helpers.h"
#include "sim/base/stage.h"
#include "sim/base/suggest.h"
#include "sim/machine/node.h"
#include "sim/report/explain/explain.h"
#include "sim/study/format.h"
#include "sim/workload/kind.h"

static void every_word_has_its_page(void **state) {
    (void)state;
    for (const lw_term *term = lw_terms; term->name != NULL; term++) {
        assert_ptr_equal(lw_term_find(term->name), term);
        const size_t length = strlen(term->page);
        assert_true(length > 0 && term->page[length - 1] == '\n');
    }
    assert_null(lw_term_find("no such word"));
}

// A second name is no word of its own, and leads to one that is.
static void other_names_lead_to_a_page(void **state) {
    (void)state;
    for (const lw_other_name *other = lw_other_names; other->name != NULL; other++) {
        const lw_term *found = lw_term_find(other->name);
        if (found == NULL) {
            fail_msg("\"%s\" leads to \"%s\", which has no page", other->name, other->term);
        }
        assert_string_equal(found->name, other->term);
        assert_string_not_equal(found->name, other->name);
    }
}

static void ends_are_kinds_of_nodes(void **state) {
    (void)state;
    for (size_t i = 0; i < LW_ENDS; i++) {
        assert_string_equal(lw_end_words[i], lw_node_type_at(i)->name);
    }
    assert_null(lw_node_type_at(LW_ENDS));
}

// "host or switch to gpu or nic; host to host": does it say that these two may be joined?
static bool says_that_they_join(const char *line, const char *a, const char *b) {
    for (const char *at = line, *end; *at != '\0'; at = end + strspn(end, "; ")) {
        char clause[128];
        end = at + strcspn(at, ";");
        snprintf(clause, sizeof clause, "%.*s", (int)(end - at), at);
        char *to = strstr(clause, " to ");
        assert_non_null(to);
        *to++ = '\0';
        if ((strstr(clause, a) != NULL && strstr(to, b) != NULL) || (strstr(clause, b) != NULL && strstr(to, a) != NULL)) {
            return true;
        }
    }
    return false;
}

// The page of each family says of any two kinds of node what a scenario would be told.
static void pages_say_what_links_join(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_catalog *catalog = shipped_catalog(&test);
    const lw_option charts[] = {{0}};
    const lw_explaining in = {lw_scenario_format(), catalog, presets_of(&test, catalog), charts, test.arena, test.diags};
    for (size_t f = 0; lw_families[f] != NULL; f++) {
        const lw_family *family = lw_families[f];
        lw_text page = {0};
        assert_int_equal(lw_explain(&in, family->type.name, &page), LW_OK);
        const char *joins = strstr(page.bytes, "\nJoins: ");
        assert_non_null(joins);
        assert_non_null(strstr(page.bytes, "\nEqually short routes: "));
        joins += strlen("\nJoins: ");
        char line[256];
        snprintf(line, sizeof line, "%.*s", (int)strcspn(joins, "\n"), joins);
        if (family->joins == NULL) {
            assert_string_equal(line, "any two nodes.");
        }
        for (unsigned i = 0; family->joins != NULL && i < LW_ENDS * LW_ENDS; i++) {
            const unsigned a = i / LW_ENDS, b = i % LW_ENDS;
            if (says_that_they_join(line, lw_end_words[a], lw_end_words[b]) != lw_joins_allow(family->joins, 1U << a, 1U << b)) {
                fail_msg("%s: \"%s\" is wrong of %s and %s", family->type.name, line, lw_end_words[a], lw_end_words[b]);
            }
        }
        lw_text_free(&page);
    }
    lw_test_end(&test);
}

// ---- Heads ----

typedef struct heads {
    const lw_explaining *in;
    int unknown, seen;
} heads;

static void check_head(heads *h, const char *word, const char *where) {
    lw_text page = {0};
    h->seen++;
    if (lw_explain(h->in, word, &page) != LW_OK) {
        print_error("%s: \"%s\" has no explanation: add it to sim/report/explain/heads.c\n", where, word);
        h->unknown++;
    }
    lw_text_free(&page);
}

// What is written in cells and stands for itself.
static bool is_cell(const char *word) {
    static const char *const cells[] = {"",      "?",         "-",        "0",     "none",     "0 %",
                                        "equal", "rent",      "validate", "model", "measured", "lanewise ...",
                                        "x",     "calibrate", "(none)",   NULL};
    return lw_is_among(word, cells) || strchr(word, '%') == word;
}

// Each literal of a call from `at` to its end.
static void check_call(heads *h, const char *at, const char *where) {
    const char *end = strstr(at, ");");
    for (const char *c = at; end != NULL && c < end; c++) {
        char word[128];
        size_t length = 0;
        if (*c != '"') {
            continue;
        }
        for (c++; *c != '"' && length + 1 < sizeof word; c++) {
            c += *c == '\\' ? 1 : 0;
            word[length++] = *c;
        }
        word[length] = '\0';
        if (!is_cell(word)) {
            check_head(h, word, where);
        }
    }
}

static void check_source(heads *h, const char *path) {
    static const char *const calls[] = {"LW_GRID_ADD(grid, ", "lw_grid_add(grid, \"", "x_title = \"", "y_title = \""};
    static char text[1 << 17];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t length = fread(text, 1, sizeof text - 1, file);
    assert_true(length < sizeof text - 1);
    text[length] = '\0';
    fclose(file);
    for (size_t k = 0; k < COUNT(calls); k++) {
        for (const char *at = text; (at = strstr(at, calls[k])) != NULL; at++) {
            if (k < 2) {
                check_call(h, at, path);
            } else {
                char word[128];
                const char *begin = strchr(at, '"') + 1;
                snprintf(word, sizeof word, "%.*s", (int)strcspn(begin, "\""), begin);
                if (word[0] != '\0') {
                    check_head(h, word, path);
                }
            }
        }
    }
}

static void check_folder(heads *h, const char *path) {
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const size_t length = strlen(entry->d_name);
        if (length > 2 && strcmp(entry->d_name + length - 2, ".c") == 0) {
            char file[1024];
            snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
            check_source(h, file);
        }
    }
    closedir(folder);
}

// What a table or an axis calls something is a word that explain knows: heads in the sources, metrics by name and title,
// stages, and what a critical path is made of.
static void every_head_has_its_page(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_catalog *catalog = shipped_catalog(&test);
    const lw_option charts[] = {{0}};
    const lw_explaining in = {lw_scenario_format(), catalog, presets_of(&test, catalog), charts, test.arena, test.diags};
    heads h = {&in, 0, 0};
    check_folder(&h, LW_SOURCE_DIR "/sim/report");
    check_folder(&h, LW_SOURCE_DIR "/sim/report/explain");
    check_folder(&h, LW_SOURCE_DIR "/plots");
    assert_true(h.seen > 100);
    for (const lw_metric *m = lw_metrics; m->name != NULL; m++) {
        check_head(&h, m->name, "metrics");
        check_head(&h, m->title, "metrics");
    }
    for (size_t k = 0; lw_work_type_at(k) != NULL; k++) {
        const lw_metric *m = lw_work_kind_of(lw_work_type_at(k))->own;
        for (; m != NULL && m->name != NULL; m++) {
            check_head(&h, m->name, "metrics of a kind");
            check_head(&h, m->title, "metrics of a kind");
        }
    }
    for (size_t i = 0; lw_stage_words[i] != NULL; i++) {
        check_head(&h, lw_stage_words[i], "stages");
    }
    for (size_t i = 0; lw_critical_words[i] != NULL; i++) {
        check_head(&h, lw_critical_words[i], "critical path");
    }
    assert_int_equal(h.unknown, 0);
    lw_text page = {0};
    assert_int_equal(lw_explain(&in, "USD per fortnight", &page), LW_BAD_USAGE);
    lw_text_free(&page);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_has_its_page), cmocka_unit_test(other_names_lead_to_a_page),
        cmocka_unit_test(ends_are_kinds_of_nodes), cmocka_unit_test(pages_say_what_links_join),
        cmocka_unit_test(every_head_has_its_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
