// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/helpers.h"

#include "sim/base/evidence.h"
#include "sim/base/status.h"

static void memory_is_zeroed_aligned_and_apart(void **state) {
    (void)state;
    lw_arena *arena = lw_arena_new();
    assert_non_null(arena);
    unsigned char *blocks[300];
    for (size_t i = 0; i < 300; i++) {
        blocks[i] = lw_arena_alloc(arena, i * 7, 3);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        for (size_t j = 0; j < i * 21; j++) {
            assert_int_equal(blocks[i][j], 0);
        }
        memset(blocks[i], (int)(i % 251) + 1, i * 21);
    }
    for (size_t i = 1; i < 300; i++) {
        assert_int_equal(blocks[i][0], i % 251 + 1);
        assert_int_equal(blocks[i][i * 21 - 1], i % 251 + 1);
    }
    lw_arena_free(arena);
    lw_arena_free(NULL);
}

static void large_blocks_leave_room_for_small_ones(void **state) {
    (void)state;
    lw_test_memory memory = {.fail_at = INT64_MAX};
    lw_memory_hook(lw_test_resize, &memory);
    lw_arena *arena = lw_arena_new();
    char *first = lw_arena_copy(arena, "small");
    char *large = lw_arena_alloc(arena, 1, 1000000);
    char *second = lw_arena_copy(arena, "another");
    assert_non_null(large);
    large[999999] = 1;
    assert_string_equal(first, "small");
    assert_string_equal(second, "another");
    assert_true(lw_arena_used(arena) >= 1000014);
    assert_true(memory.requests <= 4);
    lw_arena_free(arena);
    assert_int_equal(memory.blocks, 0);
    lw_memory_hook(NULL, NULL);
}

static void what_grows_keeps_its_beginning(void **state) {
    (void)state;
    lw_test_memory memory = {.fail_at = INT64_MAX};
    lw_memory_hook(lw_test_resize, &memory);
    lw_arena *arena = lw_arena_new();
    unsigned char *list = NULL, *other = NULL;
    size_t bytes = 0;
    for (size_t more = 1; more < 1000000; more *= 2) {
        list = lw_arena_grow(arena, list, bytes, more);
        other = lw_arena_grow(arena, other, bytes, more);
        assert_non_null(list);
        assert_non_null(other);
        for (size_t i = 0; i < more; i++) {
            assert_int_equal(list[i], i < bytes ? i % 251 + 1 : 0);
            list[i] = (unsigned char)(i % 251 + 1);
        }
        assert_int_equal(other[more - 1], 0);
        assert_int_equal((uintptr_t)list % 16, 0);
        bytes = more;
    }
    assert_null(lw_arena_grow(arena, list, bytes, SIZE_MAX));
    memory.fail_at = memory.requests;
    assert_null(lw_arena_grow(arena, list, bytes, 2 * bytes));
    assert_int_equal(list[bytes - 1], (bytes - 1) % 251 + 1);
    lw_arena_free(arena);
    assert_int_equal(memory.blocks, 0);
    lw_memory_hook(NULL, NULL);
}

static void impossible_sizes_are_refused(void **state) {
    (void)state;
    lw_arena *arena = lw_arena_new();
    assert_null(lw_arena_alloc(arena, SIZE_MAX / 2, 3));
    assert_null(lw_arena_alloc(arena, 1, SIZE_MAX));
    assert_null(lw_arena_alloc(arena, 1, SIZE_MAX - 16));
    assert_null(lw_arena_alloc(arena, 1, SIZE_MAX - 40));
    assert_null(lw_arena_copy_n(arena, "", SIZE_MAX));
    assert_non_null(lw_arena_alloc(arena, 0, SIZE_MAX));
    assert_non_null(lw_arena_alloc(arena, SIZE_MAX, 0));
    lw_arena_free(arena);
}

static void texts_are_copied_and_printed(void **state) {
    (void)state;
    lw_arena *arena = lw_arena_new();
    assert_string_equal(lw_arena_copy_n(arena, "abcdef", 3), "abc");
    assert_string_equal(lw_arena_copy_n(arena, "", 0), "");
    assert_string_equal(lw_arena_print(arena, "%s-%d", "x", 42), "x-42");
    char *wide = lw_arena_print(arena, "%100000d", 1);
    assert_non_null(wide);
    assert_int_equal(strlen(wide), 100000);
    lw_arena_free(arena);
}

// Small objects and large ones have their place and contents again, and what came later is freed.
static void an_arena_goes_back_to_its_mark(void **state) {
    (void)state;
    lw_test_memory memory = {.fail_at = INT64_MAX};
    lw_memory_hook(lw_test_resize, &memory);
    lw_arena *arena = lw_arena_new();
    char *small = lw_arena_copy(arena, "small"), *large = lw_arena_print(arena, "%100000d", 1);
    const size_t used = lw_arena_used(arena);
    lw_arena_mark *mark = lw_arena_mark_new(arena);
    assert_non_null(mark);
    const int64_t blocks = memory.blocks;
    for (int round = 0; round < 3; round++) {
        small[0] = 'S';
        char *grown = lw_arena_grow(arena, large, 100001, 400000);
        assert_true(grown != NULL && grown != large && grown[99999] == '1');
        large[99999] = '2';
        assert_non_null(lw_arena_print(arena, "%90000d", round));
        assert_non_null(lw_arena_alloc(arena, 5000, 8));
        lw_arena_go_back(arena, mark);
        assert_string_equal(small, "small");
        assert_true(large[99999] == '1' && large[100000] == '\0');
        assert_int_equal(lw_arena_used(arena), used);
        assert_int_equal(memory.blocks, blocks);
    }
    lw_arena_mark_free(mark);
    lw_arena_free(arena);
    assert_int_equal(memory.blocks, 0);
    lw_memory_hook(NULL, NULL);
}

static lw_status use_arena(void *user) {
    (void)user;
    lw_arena *arena = lw_arena_new();
    if (!arena) {
        return LW_NO_MEMORY;
    }
    bool ok = lw_arena_alloc(arena, 10, 10) && lw_arena_alloc(arena, 1, 1000000) && lw_arena_copy(arena, "text") &&
              lw_arena_print(arena, "%d", 1);
    lw_arena_free(arena);
    return ok ? LW_OK : LW_NO_MEMORY;
}

static void every_failure_is_reported(void **state) {
    (void)state;
    assert_true(lw_test_out_of_memory(use_arena, NULL) >= 3);
}

static void blocks_follow_the_hook(void **state) {
    (void)state;
    lw_test_memory memory = {.fail_at = 3};
    lw_memory_hook(lw_test_resize, &memory);
    void *block = lw_memory_resize_block(NULL, 10);
    block = lw_memory_resize_block(block, 20);
    assert_non_null(block);
    assert_null(lw_memory_resize_block(block, 30));
    assert_null(lw_memory_resize_block(block, 0));
    assert_null(lw_memory_resize_block(NULL, 0));
    assert_int_equal(memory.blocks, 0);
    lw_memory_hook(NULL, NULL);
}

static void every_status_and_evidence_has_words(void **state) {
    (void)state;
    for (int i = LW_OK; i <= LW_INTERNAL; i++) {
        assert_true(strlen(lw_status_text((lw_status)i)) > 0);
        for (int j = LW_OK; j < i; j++) {
            assert_string_not_equal(lw_status_text((lw_status)i), lw_status_text((lw_status)j));
        }
    }
    assert_string_equal(lw_status_text((lw_status)1000), "unknown status");
    for (int i = 0; i < LW_EVIDENCE_COUNT; i++) {
        assert_non_null(lw_evidence_words[i]);
    }
    assert_null(lw_evidence_words[LW_EVIDENCE_COUNT]);
    assert_string_equal(lw_evidence_words[LW_SPECULATIVE], "speculative");
    assert_int_equal(lw_evidence_weaker(LW_MEASURED, LW_ASSUMED), LW_ASSUMED);
    assert_int_equal(lw_evidence_weaker(LW_ANNOUNCED, LW_SPECIFIED), LW_ANNOUNCED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),  cmocka_unit_test(large_blocks_leave_room_for_small_ones),
        cmocka_unit_test(what_grows_keeps_its_beginning),      cmocka_unit_test(an_arena_goes_back_to_its_mark),
        cmocka_unit_test(impossible_sizes_are_refused),        cmocka_unit_test(texts_are_copied_and_printed),
        cmocka_unit_test(every_failure_is_reported),           cmocka_unit_test(blocks_follow_the_hook),
        cmocka_unit_test(every_status_and_evidence_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
