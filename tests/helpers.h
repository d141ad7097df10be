// SPDX-License-Identifier: GPL-3.0-or-later
// What several tests need. Include it instead of cmocka.h.
#ifndef LW_TEST_HELPERS_H
#define LW_TEST_HELPERS_H

// cmocka.h wants these four before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/config/yaml.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

// |actual - expected| <= relative * |expected|; cmocka 1.1.5 compares only floats.
#define assert_close(actual, expected, relative) lw_assert_close((actual), (expected), (relative), __FILE__, __LINE__)
static inline void lw_assert_close(double actual, double expected, double relative, const char *file, int line) {
    if (!(fabs(actual - expected) <= relative * fabs(expected))) {
        print_error("%.17g is not within %g of %.17g\n", actual, relative, expected);
        _fail(file, line);
    }
}

// An arena and diagnostics for one test.
typedef struct lw_test {
    lw_arena *arena;
    lw_diags *diags;
} lw_test;

static inline lw_test lw_test_begin(void) {
    lw_test test = {.arena = lw_arena_new()};
    assert_non_null(test.arena);
    test.diags = lw_diags_new(test.arena);
    assert_non_null(test.diags);
    return test;
}

static inline void lw_test_end(lw_test *test) {
    lw_arena_free(test->arena);
    *test = (lw_test){0};
}

// A source whose text is copied into a block of exactly its size, so that AddressSanitizer sees a
// step too far.
static inline const lw_source *lw_test_source(lw_test *test, const char *name, const char *text, size_t length) {
    lw_source *source = LW_NEW(test->arena, lw_source);
    assert_non_null(source);
    *source = (lw_source){.name = name, .text = lw_arena_copy_n(test->arena, text, length), .length = length};
    assert_non_null(source->text);
    return source;
}

// The tree of a text that must be right.
static inline lw_yaml *lw_test_tree(lw_test *test, const char *text) {
    lw_yaml *root = NULL;
    if (lw_tree_parse(lw_test_source(test, "test.yaml", text, strlen(text)), test->arena, test->diags, &root) != LW_OK) {
        const char *shown = lw_diags_format(test->diags, test->arena, false);
        fail_msg("%s", shown ? shown : "out of memory");
    }
    return root;
}

// The kept diagnostic `index` is "LINE:COLUMN: message | hint" (the hint only where there is one).
#define assert_diag(test, index, expected) lw_assert_diag((test), (index), (expected), __FILE__, __LINE__)
static inline void lw_assert_diag(lw_test *test, size_t index, const char *expected, const char *file, int line) {
    if (index >= lw_diags_count(test->diags)) {
        print_error("no diagnostic %zu; expected %s\n", index, expected);
        _fail(file, line);
        return;
    }
    const lw_diag *diag = lw_diags_at(test->diags, index);
    const char *actual = lw_arena_print(test->arena, "%d:%d: %s%s%s", diag->place.line, diag->place.column, diag->message,
                                        diag->hint ? " | " : "", diag->hint ? diag->hint : "");
    _assert_string_equal(actual, expected, file, line);
}

// Memory that runs out: request number `fail_at` fails, and so does every later one. blocks counts
// what is not freed yet.
typedef struct lw_test_memory {
    int64_t requests, fail_at;
    int64_t blocks;
} lw_test_memory;

static inline void *lw_test_resize(void *old, size_t bytes, void *user) {
    lw_test_memory *memory = user;
    if (bytes == 0) {
        memory->blocks -= old != NULL;
        free(old);
        return NULL;
    }
    if (++memory->requests >= memory->fail_at) {
        return NULL;
    }
    void *fresh = realloc(old, bytes);
    memory->blocks += fresh && !old;
    return fresh;
}

// Run action(user) with the first, second, ... request failing until it returns LW_OK. Every other
// status must be one that out of memory may give, and nothing may leak. Returns the number of
// failures.
static inline int64_t lw_test_out_of_memory(lw_status (*action)(void *user), void *user) {
    for (int64_t n = 1;; n++) {
        lw_test_memory memory = {.fail_at = n};
        lw_memory_hook(lw_test_resize, &memory);
        lw_status status = action(user);
        lw_memory_hook(NULL, NULL);
        assert_int_equal(memory.blocks, 0);
        if (status == LW_OK) {
            return n - 1;
        }
        assert_int_equal(status, LW_NO_MEMORY);
        assert_true(n < 100000);
    }
}

#endif
