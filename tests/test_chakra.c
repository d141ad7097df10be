// SPDX-License-Identifier: GPL-3.0-or-later
// Chakra traces, written here byte by byte.
#include "sim/base/text.h"
#include "sim/workload/chakra_trace.h"
#include "tests/scenario_helpers.h"

// ---- Writing traces ----

typedef struct message {
    unsigned char byte[1024];
    size_t length;
} message;

static void put(message *m, const void *bytes, size_t length) {
    assert_true(m->length + length <= sizeof m->byte);
    memcpy(m->byte + m->length, bytes, length);
    m->length += length;
}

static void put_varint(message *m, uint64_t value) {
    do {
        const unsigned char byte = (unsigned char)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        put(m, &byte, 1);
        value >>= 7;
    } while (value > 0);
}

static void put_number(message *m, unsigned field, uint64_t value) {
    put_varint(m, field << 3);
    put_varint(m, value);
}

static void put_message(message *m, unsigned field, const message *content) {
    put_varint(m, field << 3 | 2);
    put_varint(m, content->length);
    put(m, content->byte, content->length);
}

static void put_framed(message *m, const message *content) {
    put_varint(m, content->length);
    put(m, content->byte, content->length);
}

static message text_of(const char *text) {
    message m = {.length = 0};
    put(&m, text, strlen(text));
    return m;
}

static message begin_trace(void) {
    message metadata = {.length = 0}, m = {.length = 0};
    const message version = text_of("0.0.4");
    put_message(&metadata, 1, &version);
    put_framed(&m, &metadata);
    return m;
}

static void put_attribute(message *node, const char *name, unsigned field, uint64_t value) {
    message attribute = {.length = 0};
    const message word = text_of(name);
    put_message(&attribute, 1, &word);
    put_number(&attribute, field, value);
    put_message(node, 10, &attribute);
}

enum { INT64 = 9, BOOL = 27 };
enum { MEM_LOAD = 2, COMP = 4, SEND = 5, RECV = 6, COLL = 7 };

// after: ids, ended by 0.
static message node(uint64_t id, unsigned type, uint64_t duration_us, const uint64_t *after) {
    message m = {.length = 0};
    put_number(&m, 1, id);
    put_number(&m, 3, type);
    for (; after != NULL && *after != 0; after++) {
        put_number(&m, 5, *after);
    }
    put_number(&m, 7, duration_us);
    return m;
}

static message transfer(uint64_t id, unsigned type, uint64_t bytes, uint64_t peer, const uint64_t *after) {
    message m = node(id, type, 0, after);
    put_attribute(&m, "comm_size", INT64, bytes);
    put_attribute(&m, type == SEND ? "comm_dst" : "comm_src", INT64, peer);
    put_attribute(&m, "comm_tag", INT64, 7);
    return m;
}

static void put_text(message *node, const char *name, const char *value) {
    message attribute = {.length = 0};
    const message word = text_of(name), text = text_of(value);
    put_message(&attribute, 1, &word);
    put_message(&attribute, 29, &text);
    put_message(node, 10, &attribute);
}

static message collective(uint64_t id, uint64_t type, uint64_t bytes, const uint64_t *after) {
    message m = node(id, COLL, 0, after);
    put_attribute(&m, "comm_type", INT64, type);
    put_attribute(&m, "comm_size", INT64, bytes);
    return m;
}

static void add(message *trace, message content) {
    put_framed(trace, &content);
}

// ---- Running them ----

static const char cards[] =
    "nodes: {a: {kind: gpu}, b: {kind: gpu}}\nlinks: {ab: {between: [a, b], type: nvlink, gen: 4, links: 2}}\n";
static const int64_t us = 1000000;

static const char *hex(lw_test *test, const message *m) {
    const char *text = "";
    for (size_t i = 0; i < m->length; i++) {
        text = lw_arena_print(test->arena, "%s%02x", text, m->byte[i]);
        assert_non_null(text);
    }
    return text;
}

static int64_t time_of(lw_test *test, const message *a, const message *b) {
    const lw_result result =
        run_text(test, lw_arena_print(test->arena, "%sworkloads:\n  w: {kind: chakra, ranks: [a, b], bytes: ['%s', '%s']}\n",
                                      cards, hex(test, a), hex(test, b)));
    return result.point[0].workload[0].end_ps;
}

static void computes_take_turns_and_processors_do_not_wait_for_them(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    message a = begin_trace();
    const message b = begin_trace();
    add(&a, node(1, COMP, 30, NULL));
    add(&a, node(2, COMP, 50, NULL));
    assert_int_equal(time_of(&test, &a, &b), 80 * us);
    message on_cpu = node(3, COMP, 100, NULL);
    put_attribute(&on_cpu, "is_cpu_op", BOOL, 1);
    add(&a, on_cpu);
    assert_int_equal(time_of(&test, &a, &b), 100 * us);
    add(&a, node(4, MEM_LOAD, 20, (const uint64_t[]){3, 0}));
    assert_int_equal(time_of(&test, &a, &b), 120 * us);
    lw_test_end(&test);
}

static void messages_cross_the_link(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result copy = run_text(
        &test, lw_arena_print(test.arena, "%sworkloads: {w: {kind: copy, from: a, to: b, bytes: 50000 B, by: kernel}}\n", cards));
    message a = begin_trace(), b = begin_trace();
    add(&a, node(10, COMP, 30, NULL));
    add(&a, transfer(11, SEND, 50000, 1, (const uint64_t[]){10, 0}));
    add(&b, transfer(5, RECV, 50000, 0, NULL));
    add(&b, node(6, COMP, 9, (const uint64_t[]){5, 0}));
    assert_int_equal(time_of(&test, &a, &b), 39 * us + copy.point[0].end_ps);
    lw_test_end(&test);
}

// ---- Collectives ----

enum { RANKS = 4 };
static const char mesh[] = "nodes: {g: {kind: gpu, count: 4}}\n"
                           "links: {l: {between: [g, g], type: link, rate: 450 GB/s, latency: 700 ns, pattern: mesh}}\n";

static const char *of_ranks(lw_test *test, const message trace[RANKS], const char *options) {
    const char *text = lw_arena_print(test->arena, "%sworkloads:\n  w: {kind: chakra, ranks: g%s, bytes: [", mesh, options);
    for (size_t i = 0; i < RANKS; i++) {
        text = lw_arena_print(test->arena, "%s%s'%s'", text, i > 0 ? ", " : "", hex(test, &trace[i]));
    }
    return lw_arena_print(test->arena, "%s]}\n", text);
}

static int64_t time_of_ranks(lw_test *test, const message trace[RANKS], const char *options) {
    return run_text(test, of_ranks(test, trace, options)).point[0].workload[0].end_ps;
}

// As the kinds of work do it; comm_size is what a rank gives.
static void collectives_are_those_of_the_kinds(void **state) {
    (void)state;
    static const struct {
        uint64_t type, bytes;
        const char *options, *kind;
    } cases[] = {{0, 1000000, "", "all-reduce, algorithm: ring, bytes: 1000000 B"},
                 {0, 4096, "", "all-reduce, algorithm: ring, bytes: 4096 B"},
                 {0, 1000000, ", algorithm: direct", "all-reduce, algorithm: direct, bytes: 1000000 B"},
                 {2, 250000, "", "all-gather, algorithm: ring, bytes: 1000000 B"},
                 {2, 250000, ", algorithm: direct", "all-gather, algorithm: direct, bytes: 1000000 B"},
                 {7, 1000000, "", "reduce-scatter, algorithm: ring, bytes: 1000000 B"},
                 {8, 1000000, ", algorithm: direct", "reduce-scatter, algorithm: direct, bytes: 1000000 B"},
                 {6, 1000000, "", "all-to-all, algorithm: direct, bytes: 1000000 B"}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        lw_test test = lw_test_begin();
        const lw_result kind = run_text(
            &test, lw_arena_print(test.arena, "%sworkloads: {w: {kind: %s, on: g, order: listed}}\n", mesh, cases[c].kind));
        message trace[RANKS];
        for (size_t i = 0; i < RANKS; i++) {
            trace[i] = begin_trace();
            add(&trace[i], node(10, COMP, 30, NULL));
            add(&trace[i], collective(11, cases[c].type, cases[c].bytes, (const uint64_t[]){10, 0}));
            add(&trace[i], node(12, COMP, 9, (const uint64_t[]){11, 0}));
        }
        assert_int_equal(time_of_ranks(&test, trace, cases[c].options), 39 * us + kind.point[0].workload[0].end_ps);
        lw_test_end(&test);
    }
}

// Two rounds of a tree; a star, whose messages share nothing on a mesh; rounds of empty messages.
static void those_with_a_root_take_trees_and_stars(void **state) {
    (void)state;
    static const struct {
        uint64_t type;
        int64_t sends;
    } cases[] = {{5, 2}, {1, 2}, {3, 1}, {4, 1}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        lw_test test = lw_test_begin();
        const lw_result copy = run_text(
            &test, lw_arena_print(test.arena, "%sworkloads: {w: {kind: send-recv, on: g, order: listed, bytes: 1 MB}}\n", mesh));
        message trace[RANKS], barrier[RANKS];
        for (size_t i = 0; i < RANKS; i++) {
            trace[i] = barrier[i] = begin_trace();
            add(&trace[i], collective(1, cases[c].type, 1000000, NULL));
            add(&barrier[i], collective(1, 9, 0, NULL));
        }
        assert_int_equal(time_of_ranks(&test, trace, ""), cases[c].sends * copy.point[0].workload[0].end_ps);
        const int64_t met_ps = time_of_ranks(&test, barrier, "");
        assert_true(met_ps > 2 * 700000 && met_ps < 2 * 710000);
        lw_test_end(&test);
    }
}

// A rank that comes late holds up its group, and nobody else; computes go on beside a collective.
static void groups_meet_by_themselves(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    message trace[RANKS];
    for (size_t i = 0; i < RANKS; i++) {
        message sum = collective(2, 9, 0, i == 0 ? (const uint64_t[]){1, 0} : NULL);
        put_text(&sum, "pg_name", i < 2 ? "first" : "second");
        trace[i] = begin_trace();
        add(&trace[i], node(1, COMP, i == 0 ? 80 : 40, NULL));
        add(&trace[i], sum);
        add(&trace[i], node(3, COMP, i < 2 ? 100 : 70, (const uint64_t[]){2, 0}));
    }
    const int64_t all_ps = time_of_ranks(&test, trace, "");
    assert_true(all_ps > 180 * us && all_ps < 182 * us);
    // the second group alone: 40 us of computes, beside which it has met, and 70 more
    trace[0] = trace[1] = begin_trace();
    assert_int_equal(time_of_ranks(&test, trace, ""), 110 * us);
    lw_test_end(&test);
}

static void refuse_ranks(const message trace[RANKS], const char *told) {
    lw_test test = lw_test_begin();
    const lw_document *document = NULL;
    assert_int_equal(try_load(&test, of_ranks(&test, trace, ""), NULL, &document), LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, told);
    lw_test_end(&test);
}

static void calls_that_do_not_fit_are_told(void **state) {
    (void)state;
    message good[RANKS], trace[RANKS];
    for (size_t i = 0; i < RANKS; i++) {
        good[i] = begin_trace();
        add(&good[i], collective(7, 0, 4096, NULL));
    }
    memcpy(trace, good, sizeof trace);
    trace[2] = begin_trace();
    add(&trace[2], collective(5, 0, 4095, NULL));
    refuse_ranks(trace, "node 5 (byte 9): the size differs from that of node 7 of rank 0, which is the same call");
    trace[2] = begin_trace();
    add(&trace[2], collective(5, 2, 4096, NULL));
    refuse_ranks(trace, "node 5 (byte 9): the type differs from that of node 7 of rank 0, which is the same call");
    memcpy(trace, good, sizeof trace);
    add(&trace[1], collective(8, 0, 4096, NULL));
    refuse_ranks(trace, "node 8 (byte 47): 1 of the 4 ranks of its group have a collective 2");
}

// Dependencies may be packed, and on nodes that come later.
static void dependencies_have_two_forms(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    message a = begin_trace(), deps = {.length = 0}, first = node(1, COMP, 5, NULL);
    const message b = begin_trace();
    put_varint(&deps, 300);
    put_varint(&deps, 301);
    put_message(&first, 4, &deps);
    add(&a, first);
    for (uint64_t id = 300; id <= 301; id++) {
        message on_cpu = node(id, COMP, 40, NULL);
        put_attribute(&on_cpu, "is_cpu_op", BOOL, 1);
        add(&a, on_cpu);
    }
    assert_int_equal(time_of(&test, &a, &b), 85 * us);
    lw_test_end(&test);
}

// ---- Findings ----

static lw_status read_trace(lw_test *test, const message *m, size_t length) {
    lw_source *source = LW_NEW(test->arena, lw_source);
    const lw_source **of_rank = LW_NEW_ARRAY(test->arena, const lw_source *, 2);
    // as sources are: copied, and terminated
    const char *text = lw_arena_copy_n(test->arena, (const char *)m->byte, length);
    assert_true(source != NULL && of_rank != NULL && text != NULL);
    *source = (lw_source){"x.0.et", text, length};
    of_rank[0] = of_rank[1] = source;
    lw_goal goal = {.ranks = 2, .of_rank = of_rank};
    lw_list collectives = {0};
    lw_status status = lw_chakra_read(source, 0, &goal, &collectives, test->arena, test->diags);
    status = status == LW_OK ? lw_chakra_expand(&goal, &collectives, LW_CHAKRA_RING, test->arena, test->diags) : status;
    return status == LW_OK ? lw_goal_match(&goal, test->arena, test->diags) : status;
}

static void refuse(const message *m, const char *told) {
    lw_test test = lw_test_begin();
    assert_int_equal(read_trace(&test, m, m->length), LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, told);
    assert_string_equal(lw_diags_at(test.diags, 0)->place.source->name, "x.0.et");
    lw_test_end(&test);
}

static void refuse_node(message content, const char *told) {
    message m = begin_trace();
    add(&m, content);
    refuse(&m, told);
}

static void what_is_wrong_is_told_with_its_byte(void **state) {
    (void)state;
    message empty = {.length = 0}, m = begin_trace();
    refuse(&empty, "byte 0: the trace is empty");
    const message gzip = {.byte = {0x1F, 0x8B, 8, 0}, .length = 4};
    refuse(&gzip, "the trace is compressed");
    const message endless = {.byte = {0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, .length = 13};
    refuse(&endless, "byte 1: a number is longer than 64 bits");
    const message ended = {.byte = {0, 0xFF, 0xFF}, .length = 3};
    refuse(&ended, "byte 1: a number ends in its midst");
    const message beyond = {.byte = {0, 9, 8, 1}, .length = 4};
    refuse(&beyond, "byte 1: a message ends in its midst");
    refuse_node(node(1, COLL, 0, NULL), "node 1 (byte 9): it is no collective that there is");
    refuse_node(collective(1, 10, 8, NULL), "node 1 (byte 9): it is no collective that there is");
    refuse_node(collective(1, 0, UINT64_MAX, NULL), "node 1 (byte 9): the collective has no size");
    refuse_node(node(1, 8, 0, NULL), "node 1 (byte 9): the type is not taken");
    refuse_node(node(1, 0, 0, NULL), "node 1 (byte 9): the type is not taken");
    refuse_node(node(1, SEND, 0, NULL), "node 1 (byte 9): the message has no size");
    refuse_node(transfer(1, SEND, 8, 2, NULL), "node 1 (byte 9): the message goes to no rank that there is");
    refuse_node(transfer(1, RECV, 8, UINT64_MAX, NULL), "node 1 (byte 9): the message comes from no rank that there is");
    refuse_node(transfer(1, SEND, 8, 0, NULL), "node 1 (byte 9): the rank sends to itself");
    refuse_node(transfer(1, SEND, 8, 1, NULL), "nobody receives what rank 0 sends to rank 1 here (byte 9)");
    refuse_node(node(1, COMP, 0, (const uint64_t[]){1, 0}), "node 1 (byte 9): it comes after itself");
    refuse_node(node(1, COMP, 0, (const uint64_t[]){2, 0}), "node 1 (byte 9): it comes after node 2, which is not in the trace");
    refuse_node(node(1, COMP, UINT64_MAX, NULL), "node 1 (byte 9): it takes longer than the simulator's clock can count");
    add(&m, node(4, COMP, 1, NULL));
    add(&m, node(4, COMP, 1, NULL));
    refuse(&m, "node 4 (byte 16): another node has the same id");
}

static message some_trace(void) {
    message m = begin_trace();
    message first = node(1, COMP, 300, NULL);
    put_attribute(&first, "is_cpu_op", BOOL, 1);
    add(&m, first);
    add(&m, node(2, COMP, 70000, (const uint64_t[]){1, 0}));
    add(&m, node(3, MEM_LOAD, 5, (const uint64_t[]){1, 2, 0}));
    message sum = collective(4, 0, 4096, (const uint64_t[]){3, 0});
    put_text(&sum, "pg_name", "data");
    add(&m, sum);
    return m;
}

// Cut at any byte it is refused, but between two messages.
static void cut_traces_are_refused(void **state) {
    (void)state;
    const message m = some_trace();
    size_t whole = 0;
    for (size_t length = 0; length <= m.length; length++) {
        lw_test test = lw_test_begin();
        const lw_status status = read_trace(&test, &m, length);
        assert_true(status == LW_OK || (status == LW_BAD_INPUT && lw_diags_errors(test.diags) == 1));
        whole += status == LW_OK ? 1 : 0;
        lw_test_end(&test);
    }
    assert_int_equal(whole, 5);
}

static void mutated_traces_are_read_or_refused(void **state) {
    (void)state;
    uint64_t random = 99;
    for (int round = 0; round < 30000; round++) {
        message m = some_trace();
        for (int change = 0; change <= round % 3; change++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            m.byte[(random >> 33) % m.length] = (unsigned char)(random >> 24);
        }
        lw_test test = lw_test_begin();
        const lw_status status = read_trace(&test, &m, m.length);
        assert_true(status == LW_OK || (status == LW_BAD_INPUT && lw_diags_errors(test.diags) > 0));
        lw_test_end(&test);
    }
}

static void cycles_are_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    message a = begin_trace();
    const message b = begin_trace();
    add(&a, node(1, COMP, 5, (const uint64_t[]){2, 0}));
    add(&a, node(2, COMP, 5, (const uint64_t[]){1, 0}));
    const lw_document *document = NULL;
    assert_int_equal(
        try_load(&test,
                 lw_arena_print(test.arena, "%sworkloads:\n  w: {kind: chakra, ranks: [a, b], bytes: ['%s', '%s']}\n", cards,
                                hex(&test, &a), hex(&test, &b)),
                 NULL, &document),
        LW_BAD_INPUT);
    assert_message(&test, LW_ERROR,
                   "dependency cycle: calc of rank 0 (byte 9) after calc of rank 0 (byte 18) after calc of rank 0 (byte 9)");
    lw_test_end(&test);
}

static void files_are_found_one_a_rank(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *folder = LW_BINARY_DIR "/chakra-scratch";
    assert_int_equal(lw_folder_make(folder, test.diags), LW_OK);
    message a = begin_trace(), b = begin_trace();
    add(&a, node(1, COMP, 11, NULL));
    add(&b, node(1, COMP, 22, NULL));
    assert_int_equal(lw_file_write(LW_BINARY_DIR "/chakra-scratch/t.0.et", a.byte, a.length, test.diags), LW_OK);
    assert_int_equal(lw_file_write(LW_BINARY_DIR "/chakra-scratch/t.1.et", b.byte, b.length, test.diags), LW_OK);
    const lw_result result = run_text(
        &test, lw_arena_print(test.arena, "%sworkloads: {w: {kind: chakra, ranks: [a, b], trace: %s/t}}\n", cards, folder));
    assert_int_equal(result.point[0].end_ps, 22 * us);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes_take_turns_and_processors_do_not_wait_for_them),
        cmocka_unit_test(messages_cross_the_link),
        cmocka_unit_test(collectives_are_those_of_the_kinds),
        cmocka_unit_test(those_with_a_root_take_trees_and_stars),
        cmocka_unit_test(groups_meet_by_themselves),
        cmocka_unit_test(calls_that_do_not_fit_are_told),
        cmocka_unit_test(dependencies_have_two_forms),
        cmocka_unit_test(what_is_wrong_is_told_with_its_byte),
        cmocka_unit_test(cut_traces_are_refused),
        cmocka_unit_test(mutated_traces_are_read_or_refused),
        cmocka_unit_test(cycles_are_told),
        cmocka_unit_test(files_are_found_one_a_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
