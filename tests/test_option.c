// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/helpers.h"

#include "sim/base/suggest.h"
#include "sim/config/option.h"

typedef struct params {
    int64_t bytes, latency_ps, rate_Bps, lanes, tags, seed, big_bytes;
    double length_m, share, gap_ps, low, high;
    int mode;
    bool flag;
    const char *text;
    const lw_yaml *node;
} params;

static const char *const lane_words[] = {"1", "2", "4", "8", "16", NULL};
static const char *const mode_words[] = {"packet", "packet-exact", "flow", NULL};
static const char *const size_words[] = {"128 B", "256 B", "4 KiB", NULL};

static const lw_option table[] = {
    {.key = "bytes",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = offsetof(params, bytes),
     .fallback = "256 B",
     .words = size_words,
     .help = "Payload.",
     .source = "S"},
    {.key = "latency",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = offsetof(params, latency_ps),
     .fallback = "auto",
     .minimum = 0,
     .maximum = 1e9,
     .help = "Latency.",
     .source = "S"},
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = offsetof(params, rate_Bps),
     .fallback = "1 GB/s",
     .minimum = 1e6,
     .maximum = 1e12,
     .help = "Rate.",
     .source = "S"},
    {.key = "lanes", .kind = LW_OPTION_INTEGER, .offset = offsetof(params, lanes), .words = lane_words, .help = "Lanes."},
    {.key = "tags",
     .kind = LW_OPTION_INTEGER,
     .offset = offsetof(params, tags),
     .fallback = "auto",
     .minimum = 1,
     .maximum = 1024,
     .help = "Tags.",
     .source = "S"},
    {.key = "seed", .kind = LW_OPTION_INTEGER, .offset = offsetof(params, seed), .fallback = "1", .help = "Seed."},
    {.key = "big",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = offsetof(params, big_bytes),
     .fallback = "0",
     .help = "Any."},
    {.key = "length",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_LENGTH,
     .offset = offsetof(params, length_m),
     .fallback = "auto",
     .minimum = 0,
     .maximum = 100,
     .help = "Length.",
     .source = "S"},
    {.key = "share",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = offsetof(params, share),
     .fallback = "10 %",
     .minimum = 0,
     .maximum = 1,
     .help = "Share.",
     .source = "S"},
    {.key = "gap",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_TIME,
     .offset = offsetof(params, gap_ps),
     .fallback = "0",
     .help = "Gap."},
    {.key = "low",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_LOSS,
     .offset = offsetof(params, low),
     .fallback = "3 dB",
     .minimum = 2,
     .maximum = HUGE_VAL,
     .help = "Low."},
    {.key = "high",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_LOSS,
     .offset = offsetof(params, high),
     .fallback = "-3 dB",
     .minimum = -HUGE_VAL,
     .maximum = 5,
     .help = "High."},
    {.key = "mode",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(params, mode),
     .fallback = "flow",
     .words = mode_words,
     .help = "Mode."},
    {.key = "flag", .kind = LW_OPTION_FLAG, .offset = offsetof(params, flag), .fallback = "true", .help = "Flag."},
    {.key = "text", .kind = LW_OPTION_TEXT, .offset = offsetof(params, text), .fallback = "", .help = "Text."},
    {.key = "node", .kind = LW_OPTION_YAML, .offset = offsetof(params, node), .help = "A list."},
    {0},
};

static params defaults(void) {
    params values = {0};
    lw_options_default(table, &values);
    return values;
}

static void defaults_come_from_the_table(void **state) {
    (void)state;
    params values = defaults();
    assert_int_equal(values.bytes, 256);
    assert_true(values.latency_ps == LW_AUTO);
    assert_int_equal(values.rate_Bps, 1000000000);
    assert_int_equal(values.lanes, 0);  // required: left alone
    assert_true(values.tags == LW_AUTO);
    assert_true(lw_is_auto(values.length_m));
    assert_false(lw_is_auto(values.share));
    assert_true(values.share == 0.1);
    assert_int_equal(values.mode, 2);
    assert_true(values.flag);
    assert_string_equal(values.text, "");
    assert_null(values.node);
    assert_int_equal(lw_options_count(table), 16);
    assert_ptr_equal(lw_option_find(table, "lanes"), &table[3]);
    assert_null(lw_option_find(table, "lane"));
}

static void values_are_read(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *root = lw_test_tree(&test, "bytes: 4 KiB\nlatency: 1.5 us\nrate: 100 Gb/s\nlanes: 16\ntags: 1e3\nseed: -5\n"
                                        "big: 9223372036854775807 B\nlength: 35 cm\nshare: 0.25\ngap: 2.5 ns\nlow: 2 dB\n"
                                        "high: 5 dB\nmode: packet-exact\nflag: false\ntext: 'some text'\nnode: [1, 2]\n"
                                        "x-note: {any: thing}\nother: 1\n");
    const char *const other[] = {"other", NULL};
    params values = defaults();
    lw_option_set set = {0};
    assert_int_equal(lw_options_parse(table, root, other, &values, &set, test.diags), LW_OK);
    assert_int_equal(values.bytes, 4096);
    assert_int_equal(values.latency_ps, 1500000);
    assert_int_equal(values.rate_Bps, 12500000000);
    assert_int_equal(values.lanes, 16);
    assert_int_equal(values.tags, 1000);
    assert_int_equal(values.seed, -5);
    assert_true(values.big_bytes == INT64_MAX);
    assert_true(values.length_m == 0.35);
    assert_true(values.share == 0.25);
    assert_true(values.gap_ps == 2500);
    assert_true(values.low == 2 && values.high == 5);
    assert_int_equal(values.mode, 1);
    assert_false(values.flag);
    assert_string_equal(values.text, "some text");
    assert_int_equal(values.node->count, 2);
    assert_int_equal(lw_diags_count(test.diags), 0);
    for (size_t i = 0; table[i].key; i++) {
        assert_true(set.mark[i].given);
    }
    assert_int_equal(set.mark[3].place.line, 4);
    assert_int_equal(set.mark[3].place.column, 8);
    assert_int_equal(lw_options_require(table, &set, "x", root->place, test.diags), LW_OK);
    lw_test_end(&test);
}

static void a_capital_k_is_remarked(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    params values = defaults();
    lw_yaml *root = lw_test_tree(&test, "big: 4 KB\nrate: 3000 KB/s\n");
    assert_int_equal(lw_options_parse(table, root, NULL, &values, NULL, test.diags), LW_OK);
    assert_int_equal(values.big_bytes, 4000);
    assert_int_equal(values.rate_Bps, 3000000);
    assert_int_equal(lw_diags_warnings(test.diags), 2);
    assert_diag(&test, 0, "1:6: KB is taken as 1000 bytes | write kB, or KiB for 1024 bytes");
    assert_diag(&test, 1, "2:7: KB is taken as 1000 bytes | write kB/s, or KiB/s for 1024 bytes");
    lw_test_end(&test);
}

static void wrong_values_are_explained(void **state) {
    (void)state;
    const struct {
        const char *text, *diag;
    } cases[] = {
        {"lanes: 3", "1:8: 'lanes' is 3: allowed are 1, 2, 4, 8, 16"},
        {"bytes: 512 B", "1:8: 'bytes' is 512 B: allowed are 128 B, 256 B, 4 KiB"},
        {"tags: 0", "1:7: 'tags' is 0: it must be between 1 and 1024"},
        {"tags: 1025", "1:7: 'tags' is 1025: it must be between 1 and 1024"},
        {"rate: 2 TB/s", "1:7: 'rate' is 2 TB/s: it must be between 1 MB/s and 1 TB/s"},
        {"latency: 2 ms", "1:10: 'latency' is 2 ms: it must be between 0 ps and 1 ms"},
        {"latency: -1 ps", "1:10: 'latency' is -1 ps: it must be between 0 ps and 1 ms"},
        {"low: 1 dB", "1:6: 'low' is 1 dB: it must be at least 2 dB"},
        {"high: 6 dB", "1:7: 'high' is 6 dB: it must be at most 5 dB"},
        {"length: 101 m", "1:9: 'length' is 101 m: it must be between 0 mm and 100 m"},
        {"latency: 0.5 ps", "1:10: 'latency' is '0.5 ps': it is finer than 1 ps | round it to whole picoseconds"},
        {"big: 0.3 B", "1:6: 'big' is '0.3 B': it is no whole number of bytes | round it to whole bytes"},
        {"rate: 8000001 bit/s",
         "1:7: 'rate' is '8000001 bit/s': it is no whole number in the base unit | round it, or write it in a "
         "smaller unit"},
        {"big: 9223372036854775808 B", "1:6: 'big' is '9223372036854775808 B': the number is too large"},
        {"big: -9223372036854775808 B", "1:6: 'big' is '-9223372036854775808 B': the number is too small"},
        {"seed: 1.5", "1:7: 'seed' is '1.5': it must be a whole number | write digits only"},
        {"seed: 100 %", "1:7: 'seed' is '100 %': it must be a whole number | write digits only"},
        {"seed: many", "1:7: 'seed' is 'many': it does not begin with a number | write a whole number"},
        {"seed: auto", "1:7: 'seed' is 'auto': it does not begin with a number | write a whole number"},
        {"big: 4k", "1:6: 'big' is '4k': 'k' is ambiguous | write kB (1000 B) or KiB (1024 B)"},
        {"length: 5", "1:9: 'length' is '5': a bare number needs a unit | write a length in mm, cm, m or km, such as 0.5 m"},
        {"mode: paket",
         "1:7: 'mode' is 'paket': no such word here | did you mean 'packet'? allowed are packet, packet-exact, flow"},
        {"mode: zzz", "1:7: 'mode' is 'zzz': no such word here | allowed are packet, packet-exact, flow"},
        {"flag: yes", "1:7: 'flag' is 'yes': it must be true or false | write true or false"},
        {"flag: True", "1:7: 'flag' is 'True': it must be true or false | write true or false"},
        {"lanes: [4]", "1:8: 'lanes' must be a whole number, not a list | write lanes: 1"},
        {"seed: {a: 4}", "1:7: 'seed' must be a whole number, not a map | write seed: 4"},
        {"rate: [4]", "1:7: 'rate' must be a rate, not a list | write rate: 25 GB/s"},
        {"mode: []", "1:7: 'mode' must be a word, not a list | write mode: packet"},
        {"flag: {}", "1:7: 'flag' must be true or false, not a map | write flag: true"},
        {"text: []", "1:7: 'text' must be a text, not a list | write text: \"some text\""},
        {"lanes:", "1:7: 'lanes' has no value | write lanes: 1, or delete the key"},
        {"text: ~", "1:7: 'text' has no value | write text: \"some text\", or delete the key"},
        {"lnaes: 4", "1:1: unknown key 'lnaes' | did you mean 'lanes'?"},
        {"othr: 4", "1:1: unknown key 'othr' | did you mean 'other'?"},
        {"zzz: 4",
         "1:1: unknown key 'zzz' | keys here are bytes, latency, rate, lanes, tags, seed, big, length, share, gap, low, "
         "high, mode, flag, text, node, other"},
        {"[lanes, 4]", "1:1: a map is wanted here, not a list | write {key: value, ...}, or one 'key: value' a line"},
        {"lanes", "1:1: a map is wanted here, not a text | write {key: value, ...}, or one 'key: value' a line"},
    };
    const char *const other[] = {"other", NULL};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        params values = defaults();
        const params before = values;
        lw_yaml *root = lw_test_tree(&test, cases[i].text);
        assert_int_equal(lw_options_parse(table, root, other, &values, NULL, test.diags), LW_BAD_INPUT);
        assert_diag(&test, 0, cases[i].diag);
        assert_int_equal(lw_diags_count(test.diags), 1);
        assert_memory_equal(&values, &before, sizeof values);
        lw_test_end(&test);
    }
}

static void limits_are_met_from_both_sides(void **state) {
    (void)state;
    const struct {
        const char *text;
        bool ok;
    } cases[] = {
        {"tags: 1", true},
        {"tags: 1024", true},
        {"share: 0", true},
        {"share: 100 %", true},
        {"share: 100.01 %", false},
        {"share: -0.0001", false},
        {"rate: 1 MB/s", true},
        {"rate: 999999 B/s", false},
        {"rate: 1 TB/s", true},
        {"rate: 1000000000001 B/s", false},
        {"latency: 1 ms", true},
        {"latency: auto", true},
        {"seed: 9223372036854775807", true},
        {"seed: 9223372036854775808", false},
        {"seed: -9223372036854775807", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        params values = defaults();
        lw_status status = lw_options_parse(table, lw_test_tree(&test, cases[i].text), NULL, &values, NULL, test.diags);
        assert_int_equal(status, cases[i].ok ? LW_OK : LW_BAD_INPUT);
        lw_test_end(&test);
    }
}

// A rate from a repeating decimal may be rounded by less than a part in 10^9, no more.
static void rates_round_a_little(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    params values = defaults();
    lw_yaml *root = lw_test_tree(&test, "rate: 3938461538.46 B/s");
    assert_int_equal(lw_options_parse(table, root, NULL, &values, NULL, test.diags), LW_OK);
    assert_int_equal(values.rate_Bps, 3938461538);
    root = lw_test_tree(&test, "rate: 38461538.46 B/s");
    assert_int_equal(lw_options_parse(table, root, NULL, &values, NULL, test.diags), LW_BAD_INPUT);
    lw_test_end(&test);
}

static void parsing_goes_on_after_errors(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    params values = defaults();
    lw_yaml *root = lw_test_tree(&test, "lanes: 3\nzzz: 1\nflag: 5\nseed: 77\n");
    assert_int_equal(lw_options_parse(table, root, NULL, &values, NULL, test.diags), LW_BAD_INPUT);
    assert_int_equal(lw_diags_errors(test.diags), 3);
    assert_int_equal(values.seed, 77);
    lw_test_end(&test);
}

static void many_unknown_keys_are_counted(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    params values = defaults();
    char text[4000] = "";
    for (int i = 0; i < 100; i++) {
        snprintf(text + strlen(text), 20, "key%d: 1\n", i);
    }
    assert_int_equal(lw_options_parse(table, lw_test_tree(&test, text), NULL, &values, NULL, test.diags), LW_BAD_INPUT);
    assert_int_equal(lw_diags_errors(test.diags), 100);
    assert_int_equal(lw_diags_count(test.diags), LW_DIAG_MAX);
    lw_test_end(&test);
}

static void an_empty_map_sets_nothing(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    params values = defaults();
    lw_option_set set = {0};
    lw_yaml *root = lw_test_tree(&test, "gpu:\nhost: {}\nquoted: ''\n");
    assert_int_equal(lw_options_parse(table, lw_map_get(root, "gpu"), NULL, &values, &set, test.diags), LW_OK);
    assert_int_equal(lw_options_parse(table, lw_map_get(root, "host"), NULL, &values, &set, test.diags), LW_OK);
    assert_int_equal(lw_options_parse(table, lw_map_get(root, "quoted"), NULL, &values, &set, test.diags), LW_BAD_INPUT);
    lw_place at = {root->place.source, 1, 1};
    assert_int_equal(lw_options_require(table, &set, "links.egpu (type pcie)", at, test.diags), LW_BAD_INPUT);
    assert_diag(&test, 1, "1:1: links.egpu (type pcie) needs the key 'lanes' | add 'lanes: 1': Lanes.");
    assert_diag(&test, 2, "1:1: links.egpu (type pcie) needs the key 'node' | A list.");
    assert_int_equal(lw_diags_count(test.diags), 3);
    lw_test_end(&test);
}

static const char *printed(const params *values, const char *key) {
    static char buffer[LW_QUANTITY_TEXT];
    return lw_option_print(lw_option_find(table, key), values, buffer);
}

static void values_print_as_they_are_written(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    params values = defaults();
    const struct {
        const char *key, *text;
    } expected[] = {{"bytes", "256 B"}, {"latency", "auto"}, {"rate", "1 GB/s"}, {"lanes", "0"},  {"tags", "auto"},
                    {"seed", "1"},      {"length", "auto"},  {"share", "0.1"},   {"low", "3 dB"}, {"mode", "flow"},
                    {"flag", "true"},   {"text", ""},        {"node", ""}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_string_equal(printed(&values, expected[i].key), expected[i].text);
    }
    values.flag = false;
    values.text = NULL;
    values.node = lw_test_tree(&test, "scalar");
    assert_string_equal(printed(&values, "flag"), "false");
    assert_string_equal(printed(&values, "text"), "");
    assert_string_equal(printed(&values, "node"), "scalar");
    // Where the short text would lose digits, all of them come.
    values.big_bytes = INT64_MAX;
    assert_string_equal(printed(&values, "big"), "9223372036854775807 B");
    values.rate_Bps = 12345678901;
    assert_string_equal(printed(&values, "rate"), "12345678901 B/s");
    values.gap_ps = 1.0 / 3;
    assert_string_equal(printed(&values, "gap"), "0.3333333333333333 ps");
    values.share = 0.12345678;
    assert_string_equal(printed(&values, "share"), "0.12345678");
    lw_test_end(&test);
}

static void near_words_are_suggested(void **state) {
    (void)state;
    const char *const words[] = {"lanes", "latency", "mps", "mrrs", "retimers"};
    const struct {
        const char *word, *near;
    } cases[] = {
        {"lanes", "lanes"}, {"lane", "lanes"}, {"lnaes", "lanes"},      {"LANES", "lanes"}, {"latncy", "latency"},
        {"mp", "mps"},      {"mrr", "mrrs"},   {"retimer", "retimers"}, {"xyz", NULL},      {"gen", NULL},
        {"", NULL},         {"retmr", NULL},   {"rtimrs", "retimers"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *near = lw_nearest(cases[i].word, words, 5);
        if (cases[i].near) {
            assert_non_null(near);
            assert_string_equal(near, cases[i].near);
        } else {
            assert_null(near);
        }
    }
    char longest[66];
    memset(longest, 'a', 65);
    longest[65] = '\0';
    const char *const itself[] = {longest, longest + 1};
    assert_null(lw_nearest(longest, itself, 2));
    assert_ptr_equal(lw_nearest(longest + 1, itself, 2), longest + 1);
}

static lw_status read_options(void *user) {
    (void)user;
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena ? lw_diags_new(arena) : NULL;
    char text[] = "lanes: 3\nmode: paket\nzzz: 1\nrate: [1]\n";
    lw_source source = {.name = "s", .text = text, .length = strlen(text)};
    lw_yaml *root = NULL;
    lw_status status = diags ? lw_tree_parse(&source, arena, diags, &root) : LW_NO_MEMORY;
    if (status == LW_OK) {
        params values = defaults();
        // However little memory is left, each of the four errors is counted.
        assert_int_equal(lw_options_parse(table, root, NULL, &values, NULL, diags), LW_BAD_INPUT);
        assert_int_equal(lw_diags_errors(diags), 4);
        char *shown = lw_diags_format(diags, arena, false);
        status = shown && strstr(shown, "allowed are packet, packet-exact, flow") ? LW_OK : LW_NO_MEMORY;
    }
    lw_arena_free(arena);
    return status;
}

static void errors_survive_out_of_memory(void **state) {
    (void)state;
    assert_true(lw_test_out_of_memory(read_options, NULL) > 3);
}

// ---- Other values, to find out whether an option matters ----

typedef struct tried {
    const lw_option *row;
    lw_text *values;  // with a comma before each
    int count, stop;  // enough from the visit `stop` on
    bool forbid;      // all others
} tried;

static lw_tried note_value(const void *target, void *user) {
    tried *t = user;
    char text[LW_QUANTITY_TEXT];
    params plain = defaults();
    lw_option_copy(t->row, target, &plain);
    assert_memory_equal(&plain, target, sizeof plain);  // nothing else is changed
    lw_text_print(t->values, ",%s", lw_option_print(t->row, target, text));
    return ++t->count >= t->stop ? LW_TRIED_ENOUGH : t->forbid ? LW_TRIED_FORBIDDEN : LW_TRIED;
}

static void other_values_are_tried(void **state) {
    (void)state;
    static const struct {
        const char *key;
        int stop;
        const char *values;
        bool forbid;
    } cases[] = {
        {"mode", 9, ",packet,packet-exact,flow", false},
        {"mode", 2, ",packet,packet-exact", false},
        {"flag", 9, ",false", false},
        {"bytes", 9, ",128 B,256 B,4 KiB", false},
        {"lanes", 9, ",1,2,4,8,16", false},
        {"seed", 9, ",0,2,1,1000000", false},  // no bounds
        {"big", 9, ",0 B,0 B,1 B,1 MB", false},
        {"tags", 22, ",auto,1024,1", false},                              // both ends of the range
        {"tags", 22, ",auto,1024,1,512,256,128,64,32,16,8,4,2,1", true},  // and octaves between
        // half and twice what it is
        {"share", 6, ",0.05,0.2,1,0", false},
        {"share", 6, ",0.05,0.2,1,0,0.5,0.25", true},
        {"latency", 3, ",auto,1 ms,0 ps", false},
        {"text", 9, "", false},  // no other could be guessed
        {"node", 9, "", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const params values = defaults();
        lw_text found = {0};
        tried t = {
            .row = lw_option_find(table, cases[i].key), .values = &found, .stop = cases[i].stop, .forbid = cases[i].forbid};
        bool stopped = lw_option_try_others(t.row, &values, sizeof values, note_value, &t);
        assert_string_equal(found.bytes != NULL ? found.bytes : "", cases[i].values);
        assert_int_equal(stopped, t.count == cases[i].stop);
        lw_text_free(&found);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_come_from_the_table),   cmocka_unit_test(values_are_read),
        cmocka_unit_test(a_capital_k_is_remarked),        cmocka_unit_test(wrong_values_are_explained),
        cmocka_unit_test(limits_are_met_from_both_sides), cmocka_unit_test(rates_round_a_little),
        cmocka_unit_test(parsing_goes_on_after_errors),   cmocka_unit_test(many_unknown_keys_are_counted),
        cmocka_unit_test(an_empty_map_sets_nothing),      cmocka_unit_test(values_print_as_they_are_written),
        cmocka_unit_test(near_words_are_suggested),       cmocka_unit_test(errors_survive_out_of_memory),
        cmocka_unit_test(other_values_are_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
