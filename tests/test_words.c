// SPDX-License-Identifier: GPL-3.0-or-later
// Words of the field that `lanewise explain` knows.
#include "sim/report/explain/explain.h"
#include "tests/helpers.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_has_its_page),
        cmocka_unit_test(other_names_lead_to_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
