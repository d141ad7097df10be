// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/helpers.h"

#include <time.h>

#include "sim/config/source.h"
#include "sim/config/yaml.h"

static lw_status parse(lw_test *test, const char *text, size_t length, lw_yaml **root) {
    return lw_tree_parse(lw_test_source(test, "test.yaml", text, length), test->arena, test->diags, root);
}

static void assert_place(lw_place place, int line, int column) {
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

// ---- What is read ----

static void a_tree_keeps_texts_and_places(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *root = lw_test_tree(&test, "# comment\n"
                                        "title: \"\xC3\xA4: x\"\n"
                                        "links:\n"
                                        "  egpu: {lanes: 16, '\xC3\xB6': 'no'}\n"
                                        "list:\n"
                                        "- 1\n"
                                        "- [a, ~, null, 'null']\n"
                                        "empty:\n");
    assert_int_equal(root->kind, LW_MAP);
    assert_int_equal(root->count, 4);
    assert_null(root->parent);
    lw_yaml *title = lw_map_get(root, "title");
    assert_string_equal(title->text, "\xC3\xA4: x");
    assert_true(title->quoted);
    assert_place(title->key_place, 2, 1);
    assert_place(title->place, 2, 8);

    lw_yaml *egpu = lw_tree_at(root, "links.egpu");
    assert_place(egpu->place, 4, 9);
    lw_yaml *second = egpu->first->next;
    assert_string_equal(second->key, "\xC3\xB6");
    assert_place(second->key_place, 4, 21);  // columns count characters
    assert_place(second->place, 4, 26);
    assert_ptr_equal(second->parent, egpu);
    assert_false(egpu->first->quoted);

    lw_yaml *list = lw_tree_at(root, "list");
    assert_int_equal(list->kind, LW_LIST);
    assert_int_equal(list->count, 2);
    assert_null(list->first->key);
    assert_string_equal(lw_tree_at(root, "list[1][0]")->text, "a");
    assert_string_equal(lw_tree_at(root, "list[1][1]")->text, "");
    assert_string_equal(lw_tree_at(root, "list[1][2]")->text, "");
    assert_string_equal(lw_tree_at(root, "list[1][3]")->text, "null");
    assert_string_equal(lw_tree_at(root, "empty")->text, "");
    assert_false(lw_tree_at(root, "empty")->quoted);
    lw_test_end(&test);
}

static void scalars_stay_text(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *root = lw_test_tree(&test, "- yes\n- 0x10\n- 1_000\n- .inf\n- |\n  a\n  b\n- >\n  a\n  b\n");
    const char *const expected[] = {"yes", "0x10", "1_000", ".inf", "a\nb\n", "a b\n"};
    size_t i = 0;
    for (const lw_yaml *node = root->first; node; node = node->next, i++) {
        assert_string_equal(node->text, expected[i]);
        assert_int_equal(node->quoted, i >= 4);
    }
    assert_int_equal(i, 6);
    lw_test_end(&test);
}

static void empty_texts_are_empty_maps(void **state) {
    (void)state;
    const char *const texts[] = {"",  "\n\n",         "# only a comment",  "---\n...\n",
                                 "~", "\xEF\xBB\xBF", "\xEF\xBB\xBF# x\n", "%YAML 1.2\n---\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lw_test test = lw_test_begin();
        lw_yaml *root = lw_test_tree(&test, texts[i]);
        assert_int_equal(root->kind, LW_MAP);
        assert_int_equal(root->count, 0);
        assert_place(root->place, 1, 1);
        lw_test_end(&test);
    }
}

static void line_ends_and_order_marks_do_not_shift_places(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *root = lw_test_tree(&test, "\xEF\xBB\xBF"
                                        "a: 1\r\nb: 2\rc: 3\n");
    assert_place(lw_map_get(root, "a")->place, 1, 4);
    assert_place(lw_map_get(root, "b")->place, 2, 4);
    assert_place(lw_map_get(root, "c")->place, 3, 4);
    lw_test_end(&test);
}

// ---- What is refused ----

static void wrong_texts_are_refused_with_their_place(void **state) {
    (void)state;
    const struct {
        const char *text, *diag;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "3:1: the key 'a' was given before, in line 1 | delete one of them"},
        {"m:\n  x: 1\n  'x': 2\n", "3:3: the key 'x' was given before, in line 2 | delete one of them"},
        {"a: &anchor 1\n", "1:4: anchors ('&anchor') are not supported | write the value out"},
        {"a: &m {b: 1}\n", "1:4: anchors ('&m') are not supported | write the value out"},
        {"a: &l [b]\n", "1:4: anchors ('&l') are not supported | write the value out"},
        {"a: *x\n", "1:4: aliases ('*x') are not supported | write the value out"},
        {"*x : 1\n", "1:1: aliases ('*x') are not supported | write the value out"},
        {"a: !!int 1\n", "1:4: tags ('!...') are not supported | quote the text if it begins with '!'"},
        {"a: ! 1\n", "1:4: tags ('!...') are not supported | quote the text if it begins with '!'"},
        {"a: !t {b: 1}\n", "1:4: tags ('!...') are not supported | quote the text if it begins with '!'"},
        {"a: 1\n---\nb: 2\n", "2:1: a second document begins here | keep one document a file"},
        {"{[a]: 1}\n", "1:2: a list cannot be a key | quote the key if it is a text"},
        {"? {a: b}\n: 1\n", "1:3: a map cannot be a key | quote the key if it is a text"},
        {"'': 1\n", "1:1: a key is missing here | write 'key: value'"},
        {"a: \"x\\0y\"\n", "1:4: a text cannot hold the character U+0000 | delete \\0 from the text"},
        {"a:\n\tb: 2\n", "2:1: found character that cannot start any token | indent with spaces, not with tabs"},
        {"a: 1\n\tb: 2\n", "2:1: found a tab character that violates indentation, while scanning a plain scalar that begins at "
                           "line 1, column 4 | indent with spaces, not with tabs"},
        {"a: b: c\n",
         "1:5: mapping values are not allowed in this context | check the indentation; quote a text that contains ': '"},
        {"a:\n  b: 1\n c: 2\n", "3:2: did not find expected key, while parsing a block mapping that begins at line 1, column 1 | "
                                "keys of one map begin in the same column"},
        {"- a\nb: 1\n", "2:1: did not find expected '-' indicator, while parsing a block collection that begins at line 1, "
                        "column 1 | entries of one list begin in the same column"},
        {"a: [1, 2\n", "2:1: did not find expected ',' or ']', while parsing a flow sequence that begins at line 1, column 4 | "
                       "put a comma between entries, and close the bracket"},
        {"a: 'x\n", "2:1: found unexpected end of stream, while scanning a quoted scalar that begins at line 1, column 4 | "
                    "close the quote or the bracket"},
        {"a: @x\n", "1:4: found character that cannot start any token | quote a text that begins with %, @ or `"},
        {"\xEF\xBB\xBF"
         "a: @x\n",
         "1:4: found character that cannot start any token | quote a text that begins with %, @ or `"},
        {"a: \"\\q\"\n", "1:5: found unknown escape character, while parsing a quoted scalar that begins at line 1, column 4 | "
                         "write '...' instead of \"...\", or \\\\ for a backslash"},
        {"%YAML 2.0\n---\na: 1\n", "1:1: found incompatible YAML document"},
        {"a: 1\nb: \xC3\xA4 \xFF\n", "2:6: byte 0xFF is not UTF-8 | save the file as UTF-8"},
        {"a: \xC3", "1:4: byte 0xC3 is not UTF-8 | save the file as UTF-8"},
        {"a: \x01", "1:4: the character U+0001 is not allowed here | delete it; in a quoted text it can be written \"\\uXXXX\""},
        {"a\r\n: \x7F", "2:3: the character U+007F is not allowed here | delete it; in a quoted text it can be written "
                        "\"\\uXXXX\""},
        {"a: \xE2\x80\xA8", "1:4: the character U+2028 is not allowed here | delete it; in a quoted text it can be written "
                            "\"\\uXXXX\""},
        {"a: \xC2\x85", "1:4: the character U+0085 is not allowed here | delete it; in a quoted text it can be written "
                        "\"\\uXXXX\""},
        {"a: \xEF\xBB\xBF", "1:4: the character U+FEFF is not allowed here | delete it; in a quoted text it can be written "
                            "\"\\uXXXX\""},
        {"a: \xEF\xBF\xBE", "1:4: the character U+FFFE is not allowed here | delete it; in a quoted text it can be written "
                            "\"\\uXXXX\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_yaml *root = NULL;
        assert_int_equal(parse(&test, cases[i].text, strlen(cases[i].text), &root), LW_BAD_INPUT);
        assert_null(root);
        assert_diag(&test, 0, cases[i].diag);
        assert_int_equal(lw_diags_count(test.diags), 1);
        lw_test_end(&test);
    }
    lw_test test = lw_test_begin();
    lw_yaml *root;
    assert_int_equal(parse(&test, "a: \0", 4, &root), LW_BAD_INPUT);
    assert_diag(&test, 0,
                "1:4: the character U+0000 is not allowed here | delete it; in a quoted text it can be written "
                "\"\\uXXXX\"");
    lw_test_end(&test);
}

static void depth_is_limited(void **state) {
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        for (int depth = LW_TREE_DEPTH_MAX - 1; depth <= LW_TREE_DEPTH_MAX + 1; depth++) {
            lw_test test = lw_test_begin();
            char text[512] = "";
            for (int i = 0; i < 2 * depth; i++) {
                strcat(text, i < depth ? (kind ? "{a: " : "[") : (kind ? "}" : "]"));
            }
            lw_yaml *root;
            assert_int_equal(parse(&test, text, strlen(text), &root), depth <= LW_TREE_DEPTH_MAX ? LW_OK : LW_BAD_INPUT);
            lw_test_end(&test);
        }
    }
}

static void size_is_limited(void **state) {
    (void)state;
    char *text = malloc(LW_SOURCE_BYTES_MAX + 1);
    assert_non_null(text);
    memset(text, ' ', LW_SOURCE_BYTES_MAX + 1);
    text[0] = 'a';
    text[1] = ':';
    for (size_t length = LW_SOURCE_BYTES_MAX - 1; length <= LW_SOURCE_BYTES_MAX + 1; length++) {
        lw_test test = lw_test_begin();
        lw_yaml *root;
        assert_int_equal(parse(&test, text, length, &root), length <= LW_SOURCE_BYTES_MAX ? LW_OK : LW_BAD_INPUT);
        if (length > LW_SOURCE_BYTES_MAX) {
            assert_diag(&test, 0, "0:0: the text is larger than 1 MiB | split it, or move tables into files of their own");
        }
        lw_test_end(&test);
    }
    free(text);
}

// The parser below is quadratic in open brackets, and searching keys one by one would be too: a
// full MiB of the worst must stay far below a second. The time is the process's own, so that a busy
// machine does not matter.
static void no_text_takes_long(void **state) {
    (void)state;
    const char *const pieces[] = {"[",       "[\n",   "{a: ", "- ",  "- ? ", "? ", "[],",   "[a,",  "- a\n",
                                  "- ? a\n", "? a\n", "a: ",  "\"",  "'' ",  "\n", "#\n",   "\t",   "a\n",
                                  "a b ",    ",",     ": ",   "&a ", "! ",   "| ", "---\n", "\"\\", "\\\n"};
    char *text = malloc(LW_SOURCE_BYTES_MAX);
    assert_non_null(text);
    for (size_t i = 0; i <= sizeof pieces / sizeof pieces[0]; i++) {
        size_t length = 0;
        if (i < sizeof pieces / sizeof pieces[0]) {
            for (size_t piece = strlen(pieces[i]); length + piece <= LW_SOURCE_BYTES_MAX; length += piece) {
                memcpy(text + length, pieces[i], piece);
            }
        } else {  // as many keys as fit
            for (unsigned key = 0; length + 16 < LW_SOURCE_BYTES_MAX; key++) {
                length += (size_t)snprintf(text + length, 16, "%x:\n", key);
            }
        }
        lw_test test = lw_test_begin();
        lw_yaml *root;
        clock_t begin = clock();
        lw_status status = parse(&test, text, length, &root);
        double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        assert_true(status == LW_OK || status == LW_BAD_INPUT);
        if (seconds > 5) {  // about 0.1 s measured; sanitizers cost a factor of ten
            fail_msg("%zu bytes of '%s' take %.2f s", length, i < sizeof pieces / sizeof pieces[0] ? pieces[i] : "keys", seconds);
        }
        lw_test_end(&test);
    }
    free(text);
}

// ---- Trees ----

static void maps_are_asked_gently(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *root = lw_test_tree(&test, "a: [1]\nb: x\n");
    assert_null(lw_map_get(NULL, "a"));
    assert_null(lw_map_get(root, "c"));
    assert_null(lw_map_get(lw_map_get(root, "a"), "a"));
    assert_null(lw_map_get(lw_map_get(root, "b"), "a"));
    lw_test_end(&test);
}

static void paths_find_nodes(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *root = lw_test_tree(&test, "links: {egpu: {lanes: 4}}\nlist: [{a: 1}, [x, y]]\n");
    const char *const good[] = {"links", "links.egpu", "links.egpu.lanes", "list[0]", "list[0].a", "list[1][1]"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        lw_yaml *node = lw_tree_at(root, good[i]);
        assert_non_null(node);
        assert_string_equal(lw_yaml_path(node, test.arena), good[i]);
    }
    assert_string_equal(lw_yaml_path(root, test.arena), "");
    const char *const bad[] = {
        "",         "link",     "links.", ".links",   "links..egpu", "links[0]",         "links.egpu.lanes.x",
        "list.a",   "list[2]",  "list[]", "list[-1]", "list[0",      "list[9999999999]", "list[0]a",
        "list[0]]", "list[0].", "[0]",    "list[ 0]", "links.egpux", "links.egp",        "list[0].a[0]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_null(lw_tree_at(root, bad[i]));
    }
    lw_test_end(&test);
}

static void copies_are_deep(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *root = lw_test_tree(&test, "a: {b: ['x', y]}\n");
    lw_yaml *a = lw_map_get(root, "a"), *copy = lw_tree_copy(a, test.arena);
    assert_null(copy->parent);
    assert_null(copy->next);
    assert_string_equal(copy->key, "a");
    assert_string_equal(lw_tree_at(copy, "b[0]")->text, "x");
    assert_true(lw_tree_at(copy, "b[0]")->quoted);
    assert_ptr_not_equal(lw_tree_at(copy, "b[0]")->text, lw_tree_at(a, "b[0]")->text);
    assert_ptr_equal(lw_tree_at(copy, "b")->parent, copy);
    assert_place(lw_tree_at(copy, "b[1]")->place, 1, 14);
    lw_test_end(&test);
}

// The tree in one line, for comparisons.
static void write_flow(const lw_yaml *node, char *out, size_t size) {
    size_t length = strlen(out);
    if (node->kind == LW_SCALAR) {
        snprintf(out + length, size - length, "%s", node->text);
        return;
    }
    size_t count = 0;
    snprintf(out + length, size - length, node->kind == LW_MAP ? "{" : "[");
    for (const lw_yaml *child = node->first; child; child = child->next, count++) {
        assert_ptr_equal(child->parent, node);
        length = strlen(out);
        snprintf(out + length, size - length, "%s%s%s", count ? ", " : "", child->key ? child->key : "", child->key ? ": " : "");
        write_flow(child, out, size);
    }
    assert_int_equal(count, node->count);
    length = strlen(out);
    snprintf(out + length, size - length, node->kind == LW_MAP ? "}" : "]");
}

static void assert_tree(const lw_yaml *root, const char *expected) {
    char flow[1000] = "";
    write_flow(root, flow, sizeof flow);
    assert_string_equal(flow, expected);
}

static void values_are_set_at_paths(void **state) {
    (void)state;
    const struct {
        const char *before, *path, *value, *after;
    } cases[] = {
        {"a: {b: 1, c: 2}", "a.b", "[3]", "{a: {b: [3], c: 2}}"},
        {"a: {b: 1}", "a", "x", "{a: x}"},
        {"a: {b: 1}", "a.n.m", "5", "{a: {b: 1, n: {m: 5}}}"},
        {"", "a.b.c", "{d: 1}", "{a: {b: {c: {d: 1}}}}"},
        {"a:", "a.b", "1", "{a: {b: 1}}"},
        {"l: [1, {x: 2}, 3]", "l[1].x", "9", "{l: [1, {x: 9}, 3]}"},
        {"l: [1, {x: 2}, 3]", "l[2]", "{y: 1}", "{l: [1, {x: 2}, {y: 1}]}"},
        {"l: [[1, 2], [3, 4]]", "l[1][0]", "z", "{l: [[1, 2], [z, 4]]}"},
        {"[1, 2]", "[0]", "a", "[a, 2]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_yaml *root = lw_test_tree(&test, cases[i].before), *value = lw_test_tree(&test, cases[i].value);
        lw_place at = value->place;
        assert_int_equal(lw_tree_set(root, cases[i].path, value, at, test.arena, test.diags), LW_OK);
        assert_tree(root, cases[i].after);
        assert_ptr_equal(lw_tree_at(root, cases[i].path)->place.source, value->place.source);
        lw_test_end(&test);
    }
}

static void a_node_can_be_set_into_itself(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *root = lw_test_tree(&test, "a: {b: {c: 1}}");
    lw_yaml *a = lw_map_get(root, "a");
    assert_int_equal(lw_tree_set(root, "a.b.c", a, a->place, test.arena, test.diags), LW_OK);
    assert_int_equal(lw_tree_set(root, "a", a, a->place, test.arena, test.diags), LW_OK);
    assert_tree(root, "{a: {b: {c: {b: {c: 1}}}}}");
    lw_test_end(&test);
}

static void wrong_paths_are_explained(void **state) {
    (void)state;
    const struct {
        const char *path, *diag;
    } cases[] = {
        {"", "7:3: '' is not a path | write it like links.egpu.lanes or measured[0]"},
        {"a..b", "7:3: 'a..b' is not a path | write it like links.egpu.lanes or measured[0]"},
        {"l[x]", "7:3: 'l[x]' is not a path | write it like links.egpu.lanes or measured[0]"},
        {"l[*]", "7:3: 'l[*]' is not a path | write it like links.egpu.lanes or measured[0]"},
        {"l[2].x", "7:3: 'l[2]' does not exist: the list has 2 entries | indices count from 0"},
        {"l.x", "7:3: 'l.x' cannot be set: there is a list where a map is wanted"},
        {"m[0]", "7:3: 'm[0]' cannot be set: there is a map where a list is wanted"},
        {"s.x.y", "7:3: 's.x' cannot be set: there is a value where a map is wanted"},
        {"s[0]", "7:3: 's[0]' cannot be set: there is a value where a list is wanted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_yaml *root = lw_test_tree(&test, "{l: [1, 2], m: {k: v}, s: text}");
        lw_place at = {NULL, 7, 3};
        assert_int_equal(lw_tree_set(root, cases[i].path, lw_tree_at(root, "s"), at, test.arena, test.diags), LW_BAD_INPUT);
        assert_diag(&test, 0, cases[i].diag);
        assert_tree(root, "{l: [1, 2], m: {k: v}, s: text}");
        lw_test_end(&test);
    }
}

static void setting_keeps_the_depth_limit(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    char path[2 * LW_TREE_DEPTH_MAX + 3] = "a";
    for (int steps = 2; steps <= LW_TREE_DEPTH_MAX; steps++) {
        strcat(path, ".a");
    }
    lw_yaml *root = lw_test_tree(&test, "{}"), *scalar = lw_test_tree(&test, "x"), *list = lw_test_tree(&test, "[x]");
    assert_int_equal(lw_tree_set(root, path, list, list->place, test.arena, test.diags), LW_BAD_INPUT);
    assert_tree(root, "{}");
    assert_int_equal(lw_tree_set(root, path, scalar, list->place, test.arena, test.diags), LW_OK);
    strcat(path, ".a");
    assert_int_equal(lw_tree_set(root, path, scalar, list->place, test.arena, test.diags), LW_BAD_INPUT);
    assert_int_equal(lw_diags_errors(test.diags), 2);
    lw_test_end(&test);
}

static void maps_merge(void **state) {
    (void)state;
    const struct {
        const char *base, *over, *merged;
    } cases[] = {
        {"{}", "{a: 1, b: {c: 2}}", "{a: 1, b: {c: 2}}"},
        {"{a: 1}", "{}", "{a: 1}"},
        {"{a: 1, b: 2}", "{b: 3, c: 4}", "{a: 1, b: 3, c: 4}"},
        {"{m: {x: 1, y: 2}}", "{m: {y: 3, z: 4}}", "{m: {x: 1, y: 3, z: 4}}"},
        {"{l: [1, 2]}", "{l: [3]}", "{l: [3]}"},
        {"{m: {x: 1}}", "{m: 5}", "{m: 5}"},
        {"{m: 5}", "{m: {x: 1}}", "{m: {x: 1}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_yaml *base = lw_test_tree(&test, cases[i].base), *over = lw_test_tree(&test, cases[i].over);
        assert_int_equal(lw_tree_merge(base, over, test.arena), LW_OK);
        assert_tree(base, cases[i].merged);
        assert_tree(over, cases[i].over);
        lw_test_end(&test);
    }
}

// ---- Memory ----

static lw_status work_on_trees(void *user) {
    (void)user;
    lw_status status = LW_NO_MEMORY;
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena ? lw_diags_new(arena) : NULL;
    lw_yaml *root = NULL, *copy = NULL;
    lw_source source = {.name = "s"};
    char *text = arena ? lw_arena_alloc(arena, 1, 2000) : NULL;
    if (diags && text) {
        size_t length = 0;
        for (int i = 0; i < 40; i++) {
            length += (size_t)snprintf(text + length, 20, "k%d: [%d]\n", i, i);
        }
        source.text = text;
        source.length = length;
        status = lw_tree_parse(&source, arena, diags, &root);
    }
    if (status == LW_OK) {
        copy = lw_tree_copy(root, arena);
        status = copy ? lw_tree_set(root, "new.deep", copy, root->place, arena, diags) : LW_NO_MEMORY;
    }
    if (status == LW_OK) {
        status = lw_tree_merge(copy, root, arena);
    }
    if (status == LW_OK && !lw_yaml_path(lw_tree_at(copy, "new.deep.k7[0]"), arena)) {
        status = LW_NO_MEMORY;
    }
    lw_arena_free(arena);
    return status;
}

static void every_failed_allocation_is_reported(void **state) {
    (void)state;
    // chunks; under AddressSanitizer each object
    assert_true(lw_test_out_of_memory(work_on_trees, NULL) >= 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_keeps_texts_and_places),
        cmocka_unit_test(scalars_stay_text),
        cmocka_unit_test(empty_texts_are_empty_maps),
        cmocka_unit_test(line_ends_and_order_marks_do_not_shift_places),
        cmocka_unit_test(wrong_texts_are_refused_with_their_place),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(size_is_limited),
        cmocka_unit_test(no_text_takes_long),
        cmocka_unit_test(maps_are_asked_gently),
        cmocka_unit_test(paths_find_nodes),
        cmocka_unit_test(copies_are_deep),
        cmocka_unit_test(values_are_set_at_paths),
        cmocka_unit_test(a_node_can_be_set_into_itself),
        cmocka_unit_test(wrong_paths_are_explained),
        cmocka_unit_test(setting_keeps_the_depth_limit),
        cmocka_unit_test(maps_merge),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
