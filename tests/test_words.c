// SPDX-License-Identifier: GPL-3.0-or-later
// Words of the field that `lanewise explain` knows, and what it says that links join.
#include "scenario_helpers.h"
#include "sim/machine/node.h"
#include "sim/report/explain/explain.h"
#include "sim/study/format.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_has_its_page),
        cmocka_unit_test(other_names_lead_to_a_page),
        cmocka_unit_test(ends_are_kinds_of_nodes),
        cmocka_unit_test(pages_say_what_links_join),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
