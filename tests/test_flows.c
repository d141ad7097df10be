// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of flows from files: closed forms, the lists of other simulators, and files that are wrong.
#include <errno.h>
#include <sys/stat.h>

#include "scenario_helpers.h"
#include "sim/report/report.h"
#include "sim/workload/graph.h"

static const char folder[] = LW_BINARY_DIR "/flows-scratch";
static const char list_path[] = LW_BINARY_DIR "/flows-scratch/list.csv";

static void put_list(lw_test *test, const char *text, size_t length) {
    assert_int_equal(lw_folder_make(folder, test->diags), LW_OK);
    assert_int_equal(lw_file_write(list_path, text, length, test->diags), LW_OK);
}

// Eight hosts on a switch, 50 GB/s and 350 ns each.
static const char *star(lw_test *test, const char *engine, const char *file, const char *more) {
    const char *text = lw_arena_print(test->arena,
                                      "nodes: {hosts: {kind: host, count: 8}, s: {kind: switch}}\n"
                                      "links: {l: {between: [hosts, s], type: link, rate: 50 GB/s, latency: 350 ns}}\n"
                                      "engine: %s\n"
                                      "workloads: {replay: {kind: flows, on: hosts, file: '%s'%s\n",
                                      engine, file, more);
    assert_non_null(text);
    return text;
}

// Where the time of the point went to, by causes of this kind.
static double on_path_ps(const lw_point *point, lw_critical_kind kind) {
    double sum_ps = 0;
    for (size_t i = 0; i < point->path.count; i++) {
        sum_ps += point->path.part[i].kind == kind ? (double)point->path.part[i].time_ps : 0;
    }
    return sum_ps;
}

static const lw_workload_result *run_list(lw_test *test, const char *engine, const char *list, const char *more) {
    put_list(test, list, strlen(list));
    const lw_result result = run_text(test, star(test, engine, list_path, more));
    assert_int_equal(result.point_count, 1);
    const lw_workload_result *replay = workload_of(&result.point[0], "replay");
    assert_string_equal(replay->listed, "flows");
    return replay;
}

static const char *const engines[] = {"packet", "packet-exact", "flow", "auto"};

// Alone a flow takes its bytes at the rate of its links and the latency of both.
static void alone_a_flow_takes_the_closed_form(void **state) {
    (void)state;
    for (size_t e = 0; e < COUNT(engines); e++) {
        lw_test test = lw_test_begin();
        const lw_workload_result *replay = run_list(&test, engines[e],
                                                    "src,dst,bytes,start_us\n0,1,1000000,0\n2,3,50000,1.000001\n"
                                                    "4,5,0,7.5\n1,0,1000000,100\n",
                                                    "}}");
        static const int64_t finish_ps[] = {20700000, 1000001 + 1700000, 7500000 + 700020, 120700000};
        assert_int_equal(replay->member_count, COUNT(finish_ps));
        for (size_t m = 0; m < COUNT(finish_ps); m++) {
            assert_int_equal(replay->member[m].end_ps, finish_ps[m]);
        }
        assert_int_equal(replay->member[1].from, 2);
        assert_int_equal(replay->member[1].to, 3);
        assert_int_equal(replay->member[1].bytes, 50000);
        assert_int_equal(replay->member[1].start_ps, 1000001);
        assert_int_equal(replay->bytes, 2050000);
        assert_close(replay->time_s, 120.7e-6, 1e-12);
        assert_int_equal(replay->member_ps.count, 4);
        assert_close(replay->member_ps.least, 700020, 0);  // an empty one has a packet of a byte
        assert_close(replay->member_ps.most, 20.7e6, 1e-12);
        lw_test_end(&test);
    }
}

// 10 us alone, 20 us at half the rate with the other, which has 10 us more by itself.
static void two_flows_share_what_they_meet_at(void **state) {
    (void)state;
    for (size_t e = 0; e < COUNT(engines); e++) {
        lw_test test = lw_test_begin();
        const lw_workload_result *replay =
            run_list(&test, engines[e], "src,dst,bytes,start_us\n1,0,1000000,0\n2,0,1000000,10\n", "}}");
        const double packet = strcmp(engines[e], "flow") == 0 ? 0 : 1e-2;
        assert_close((double)replay->member[0].end_ps, 30.7e6, packet);
        assert_close((double)replay->member[1].end_ps, 40.7e6, 1e-12);
        lw_test_end(&test);
    }
}

// A later start moves all of them, and so does other work that comes before.
static void starts_count_from_that_of_the_workload(void **state) {
    (void)state;
    static const char *const more[] = {"}}", ", start: 3 us}}",
                                       (", after: first}, first: {kind: copy, from: 'hosts[0]', to: "
                                        "'hosts[1]', bytes: 1 MB}}")};
    for (size_t e = 0; e < COUNT(engines); e++) {
        for (size_t i = 0; i < COUNT(more); i++) {
            lw_test test = lw_test_begin();
            const lw_workload_result *replay =
                run_list(&test, engines[e], "src,dst,bytes,start_us\n1,0,1000000,5\n2,0,1000,50\n", more[i]);
            assert_int_equal(replay->start_ps, i == 0 ? 0 : i == 1 ? 3000000 : 20700000);
            assert_int_equal(replay->member[0].end_ps, 25700000);
            assert_int_equal(replay->member[1].end_ps, 50720000);
            assert_close(replay->time_s, 50.72e-6, 1e-12);
            lw_test_end(&test);
        }
    }
}

// The wait for its own time is on the path of the last flow, whatever comes before that. Packets
// alone have a path.
static void the_path_knows_the_starts(void **state) {
    (void)state;
    for (size_t e = 0; e < COUNT(engines); e++) {
        for (int late = 0; late < 2 && strcmp(engines[e], "flow") != 0; late++) {
            lw_test test = lw_test_begin();
            const char *list = "src,dst,bytes,start_us\n1,0,1000000,5\n2,0,1000,50\n";
            put_list(&test, list, strlen(list));
            const lw_result result = run_text(&test, star(&test, engines[e], list_path, late == 1 ? ", start: 3 us}}" : "}}"));
            assert_close(on_path_ps(&result.point[0], LW_PATH_START) + on_path_ps(&result.point[0], LW_PATH_DELAY),
                         late == 1 ? 53e6 : 50e6, 1e-12);
            assert_close(on_path_ps(&result.point[0], LW_PATH_UNKNOWN), 0, 0);
            lw_test_end(&test);
        }
    }
}

// The link of the one that all send to is named, whatever engine ran; links with control traffic of
// their own are no exception.
static void the_common_link_is_named(void **state) {
    (void)state;
    for (size_t e = 0; e < COUNT(engines); e++) {
        lw_test test = lw_test_begin();
        const char *list = "src,dst,bytes,start_us\n1,0,1000000,0\n2,0,1000000,0\n3,0,1000000,0\n4,0,1000000,10\n";
        put_list(&test, list, strlen(list));
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "nodes: {servers: {preset: connectx-6, count: 5}, s: {preset: ethernet-switch}}\n"
                                           "links: {cables: {between: [servers, s], preset: ethernet-100g-rdma}}\n"
                                           "engine: %s\n"
                                           "workloads: {replay: {kind: flows, on: servers, file: '%s'}}\n",
                                           engines[e], list_path));
        const char *limit = limit_of_point(&test, &result.point[0]);
        assert_string_equal(limit, "links.cables[0] s->servers[0]: channel");
        lw_test_end(&test);
    }
}

// Over links side by side that share each flow by packets.
static void a_striped_flow_starts_once(void **state) {
    (void)state;
    static const char one[] = "src,dst,bytes,start_us\n0,1,1000000,5\n";
    lw_test test = lw_test_begin();
    put_list(&test, one, strlen(one));
    const lw_result result =
        run_text(&test, lw_arena_print(test.arena,
                                       "nodes: {gpus: {preset: a100-sxm4, count: 2}, s: {preset: nvswitch-2}}\n"
                                       "links: {l: {between: [gpus, s], preset: nvlink-a100}}\n"
                                       "workloads: {replay: {kind: flows, on: gpus, start: 1 us, file: '%s'}}\n",
                                       list_path));
    const lw_workload_result *replay = workload_of(&result.point[0], "replay");
    assert_int_equal(replay->start_ps, 1000000);
    assert_true(replay->member[0].end_ps > 5000000 && replay->member[0].end_ps < 15000000);
    lw_test_end(&test);
}

// The order of the columns, blanks, line ends, empty lines and a mark of byte order say nothing.
static void a_list_may_be_written_in_several_ways(void **state) {
    (void)state;
    static const char *const lists[] = {"src,dst,bytes,start_us\n3,4,123456,1.25\n5,6,7,2\n",
                                        "\xEF\xBB\xBFsrc,dst,bytes,start_us\r\n3,4,123456,1.25\r\n5,6,7,2",
                                        " start_us , bytes,dst,\tsrc\n\n1250e-3, 123456 ,4,3\n \n2.0,7,6,5\n\n",
                                        "dst,src,start_us,bytes\r4,3,1.2500000004,123456\r6,5,2,7\r"};
    for (size_t i = 0; i < COUNT(lists); i++) {
        lw_test test = lw_test_begin();
        const lw_workload_result *replay = run_list(&test, "flow", lists[i], "}}");
        lw_text csv = {0};
        lw_workload_result row = *replay;
        lw_point point = {.workload = &row, .workload_count = 1};
        const lw_result result = {.point = &point, .point_count = 1};
        assert_ptr_equal(lw_report_listed(&result, 0), &row);
        assert_null(lw_report_listed(&result, 1));
        assert_int_equal(lw_report_members_of(&result, &row, &csv), LW_OK);
        assert_string_equal(csv.bytes, "index,src,dst,bytes,start_us,finish_us\n0,3,4,123456,1.250000,4.419120\n"
                                       "0,5,6,7,2.000000,2.700140\n");
        lw_text_free(&csv);
        lw_test_end(&test);
    }
}

// A list with a sweep has a row for each flow and point.
static void every_point_has_its_rows(void **state) {
    (void)state;
    static const char one[] = "src,dst,bytes,start_us\n0,1,1000000,0\n";
    lw_test test = lw_test_begin();
    put_list(&test, one, strlen(one));
    const lw_result result = run_text(&test, star(&test, "flow", list_path, "}}\nsweep: {links.l.rate: [50 GB/s, 100 GB/s]}"));
    lw_text csv = {0};
    assert_non_null(lw_report_listed(&result, 0));
    assert_int_equal(lw_report_members_of(&result, lw_report_listed(&result, 0), &csv), LW_OK);
    assert_string_equal(csv.bytes, "index,src,dst,bytes,start_us,finish_us\n0,0,1,1000000,0.000000,20.700000\n"
                                   "1,0,1,1000000,0.000000,10.700000\n");
    lw_text_free(&csv);
    lw_test_end(&test);
}

// ---- The lists of other simulators ----

static char *read_all(const char *name) {
    char path[512];
    snprintf(path, sizeof path, LW_SOURCE_DIR "/../shared/facts/peers/%s.csv", name);
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? malloc(1 << 20) : NULL;
    if (text != NULL) {
        text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
    }
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

static void compare(lw_test *test, const char *name, const char *answers) {
    const lw_result result =
        run_text(test, lw_arena_print(test->arena,
                                      "nodes: {hosts: {kind: host, count: 64}, s: {kind: switch}}\n"
                                      "links: {l: {between: [hosts, s], type: link, rate: 50 GB/s, latency: 350 ns}}\n"
                                      "engine: flow\n"
                                      "workloads: {replay: {kind: flows, on: hosts, file: '%s/../shared/facts/peers/%s.csv'}}\n",
                                      LW_SOURCE_DIR, name));
    const lw_workload_result *replay = workload_of(&result.point[0], "replay");
    lw_text csv = {0};
    assert_int_equal(lw_report_members_of(&result, lw_report_listed(&result, 0), &csv), LW_OK);
    const char *row = strchr(csv.bytes, '\n') + 1, *answer = strchr(answers, '\n') + 1;
    for (size_t m = 0; m < replay->member_count; m++) {
        double finish_us = -1;
        assert_int_equal(sscanf(row, "0,%*d,%*d,%*d,%*f,%lf", &finish_us), 1);
        const double wanted_us = strtod(answer, NULL);
        assert_true(wanted_us > 0);
        assert_true(fabs(finish_us - wanted_us) <= fmax(1.0000001e-6, 1e-9 * wanted_us));
        row = strchr(row, '\n') + 1;
        answer = strchr(answer, '\n') + 1;
    }
    assert_true(*row == '\0' && *answer == '\0');
    lw_text_free(&csv);
}

static void other_simulators_agree(void **state) {
    (void)state;
    static const char *const names[] = {"w3_1000", "w3_1000_t0", "w3_10000", "w3_10000_t0"};
    for (size_t n = 0; n < COUNT(names); n++) {
        char name[64];
        snprintf(name, sizeof name, "%s_maxmin_star50GBps350ns", names[n]);
        char *answers = read_all(name);
        if (answers == NULL) {
            print_message("no lists of other simulators here: not compared\n");
            skip();
        }
        lw_test test = lw_test_begin();
        compare(&test, names[n], answers);
        lw_test_end(&test);
        free(answers);
    }
}

// ---- Files that are wrong ----

#define HEAD "src,dst,bytes,start_us\n"
#define OK_ROW "0,1,1000,0\n"

typedef struct wrong {
    const char *text;
    size_t length;  // 0: that of the text
    int line, column;
    const char *message;
} wrong;

static const wrong wrongs[] = {
    {"", 0, 0, 0, "the file is empty"},
    {"\xEF\xBB\xBF", 0, 0, 0, "the file is empty"},
    {HEAD, 0, 0, 0, "the list has no flows"},
    {HEAD "\n \n", 0, 0, 0, "the list has no flows"},
    {"a,b,c,d\n" OK_ROW, 0, 0, 0, "this is no list of flows"},
    {"root:x:0:0:root:/root:/bin/bash\n", 0, 0, 0, "this is no list of flows"},
    {OK_ROW, 0, 0, 0, "this is no list of flows"},
    {"\n" HEAD OK_ROW, 0, 0, 0, "this is no list of flows"},
    {HEAD "0,1,\0,0\n", sizeof(HEAD "0,1,\0,0\n") - 1, 0, 0, "this is no list of flows"},
    {"\x7F\x45LF\x02\x01\x00\xFF", 8, 0, 0, "this is no list of flows"},
    {"src,dst,bytes\n0,1,1000\n", 0, 1, 1, "the column 'start_us' is missing"},
    {"dst,bytes,start_us\n1,1000,0\n", 0, 1, 1, "the column 'src' is missing"},
    {"src,dst,bytes,start_ms\n" OK_ROW, 0, 1, 15, "unknown column"},
    {"src,dst,bytes,start_us,\n", 0, 1, 24, "unknown column"},
    {"src,dst,src,start_us\n" OK_ROW, 0, 1, 9, "the column 'src' stands there twice"},
    {HEAD OK_ROW "0,1,-5,0\n", 0, 3, 5, "'bytes' is negative"},
    {HEAD OK_ROW "0,1,5,-0.5\n", 0, 3, 7, "'start_us' is negative"},
    {HEAD "-1,1,5,0\n", 0, 2, 1, "'src' is negative"},
    {HEAD OK_ROW "0,8,5,0\n", 0, 3, 3, "'dst' is 8, and `on` has nodes 0 to 7"},
    {HEAD "99999999999999999999,1,5,0\n", 0, 2, 1, "'src' is too large"},
    {HEAD "0,1,1e6,0\n", 0, 2, 5, "'bytes' is no whole number"},
    {HEAD "0,1,\"5\",0\n", 0, 2, 5, "'bytes' is no whole number"},
    {HEAD "0,1,5,soon\n", 0, 2, 7, "'start_us' is no number"},
    {HEAD "0,1,5,nan\n", 0, 2, 7, "'start_us' is no number"},
    {HEAD "0,1,5,5 ms\n", 0, 2, 7, "'start_us' is no number"},
    {HEAD "0,1,5,1e30\n", 0, 2, 7, "'start_us' is more than 100 hours"},
    {HEAD "0,1,5,0000000000000000000000000000000000000000000000000000000000000000000001\n", 0, 2, 7, "'start_us' is no number"},
    {HEAD "0,1,,0\n", 0, 2, 5, "'bytes' is missing"},
    {HEAD "0,1,5,\n", 0, 2, 7, "'start_us' is missing"},
    {HEAD "0,1,5\n", 0, 2, 6, "the line has fewer fields than the head"},
    {HEAD "0,1,5,0,\n", 0, 2, 9, "the line has more fields than the head"},
    {HEAD "3,3,5,0\n", 0, 2, 1, "the flow goes from node 3 to itself"},
    {HEAD "0,1,4611686018427387904,0\n0,1,1,0\n", 0, 3, 5, "'bytes' makes more than 2^62 bytes of all flows"},
    {HEAD "0,1,4611686018427387905,0\n", 0, 2, 5, "'bytes' is too large"},
    {HEAD "\xC3\xA9,1,5,x\n", 0, 2, 7, "'start_us' is no number"},
};

// The finding with this message, in the list.
static const lw_diag *find_in_list(const lw_test *test, const char *message) {
    for (size_t i = 0; i < lw_diags_count(test->diags); i++) {
        const lw_diag *diag = lw_diags_at(test->diags, i);
        if (strcmp(diag->message, message) == 0) {
            assert_non_null(diag->place.source);
            assert_string_equal(diag->place.source->name, list_path);
            return diag;
        }
    }
    fail_msg("missing: %s\n%s", message, lw_diags_format(test->diags, test->arena, false));
    return NULL;
}

static void a_wrong_list_is_told_where_and_why(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(wrongs); i++) {
        const wrong *w = &wrongs[i];
        lw_test test = lw_test_begin();
        const lw_document *document = NULL;
        put_list(&test, w->text, w->length > 0 ? w->length : strlen(w->text));
        assert_int_equal(try_load(&test, star(&test, "flow", list_path, "}}"), NULL, &document), LW_BAD_INPUT);
        const lw_diag *diag = find_in_list(&test, w->message);
        if (diag->place.line != w->line || diag->place.column != w->column) {
            fail_msg("%s: at %d:%d, not %d:%d", w->message, diag->place.line, diag->place.column, w->line, w->column);
        }
        assert_non_null(diag->hint);
        // what is no list may be anybody's file, of which nothing is shown
        assert_true(w->line > 0 || diag->place.source->text == NULL);
        lw_test_end(&test);
    }
}

// A list with a fault in every line, or of too many lines, is not read to its end.
static void a_long_list_is_told_soon(void **state) {
    (void)state;
    enum { LINES = 65537 };
    for (int faulty = 0; faulty < 2; faulty++) {
        lw_test test = lw_test_begin();
        const lw_document *document = NULL;
        lw_text text = {0};
        lw_text_add(&text, HEAD);
        for (int i = 0; i < LINES; i++) {
            lw_text_add(&text, faulty == 1 ? "0,1,x,0\n" : "0,1,1,0\n");
        }
        put_list(&test, text.bytes, text.length);
        lw_text_free(&text);
        assert_int_equal(
            try_load(&test, star(&test, "flow", list_path, "}}\nsweep: {links.l.rate: [1 GB/s, 2 GB/s]}"), NULL, &document),
            LW_BAD_INPUT);
        const lw_diag *diag =
            find_in_list(&test, faulty == 1 ? "'bytes' is no whole number" : "the list has more than 65536 flows");
        assert_int_equal(diag->place.line, faulty == 1 ? 2 : LINES + 1);
        assert_int_equal(lw_diags_errors(test.diags), faulty == 1 ? 10 : 1);
        lw_test_end(&test);
    }
}

static void no_file_is_told_at_the_key(void **state) {
    (void)state;
    static const char pipe_path[] = LW_BINARY_DIR "/flows-scratch/pipe";
    static const char *const paths[] = {"no-such.csv", folder, pipe_path, "/dev/zero", ""};
    for (size_t i = 0; i < COUNT(paths); i++) {
        lw_test test = lw_test_begin();
        const lw_document *document = NULL;
        assert_int_equal(lw_folder_make(folder, test.diags), LW_OK);
        assert_true(mkfifo(pipe_path, 0600) == 0 || errno == EEXIST);
        assert_int_equal(try_load(&test, star(&test, "flow", paths[i], "}}"), NULL, &document), LW_BAD_INPUT);
        const char *message = lw_arena_print(test.arena, "workloads.replay: there is no file '%s' to read", paths[i]);
        assert_message(&test, LW_ERROR, message);
        assert_int_equal(lw_diags_at(test.diags, 0)->place.line, 4);
        lw_test_end(&test);
    }
}

// Beside the scenario, wherever that lies, before the folder of presets.
static void a_list_lies_beside_its_scenario(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_document *document = NULL;
    const char *path = LW_BINARY_DIR "/flows-scratch/beside.yaml";
    put_list(&test, HEAD OK_ROW, strlen(HEAD OK_ROW));
    write_file(&test, path, lw_arena_print(test.arena, "lanewise: 1\n%s", star(&test, "flow", "list.csv", "}}")));
    assert_int_equal(lw_scenario_load(path, shipped_catalog(&test), NULL, test.arena, test.diags, &document), LW_OK);
    assert_int_equal(first_point(&test, document)->graph.workload[0].members, 1);
    document = load_text(&test, star(&test, "flow", "flows/both-ways.csv", "}}"));
    assert_int_equal(first_point(&test, document)->graph.workload[0].members, 3);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_a_flow_takes_the_closed_form),
        cmocka_unit_test(two_flows_share_what_they_meet_at),
        cmocka_unit_test(starts_count_from_that_of_the_workload),
        cmocka_unit_test(the_path_knows_the_starts),
        cmocka_unit_test(the_common_link_is_named),
        cmocka_unit_test(a_striped_flow_starts_once),
        cmocka_unit_test(a_list_may_be_written_in_several_ways),
        cmocka_unit_test(every_point_has_its_rows),
        cmocka_unit_test(other_simulators_agree),
        cmocka_unit_test(a_wrong_list_is_told_where_and_why),
        cmocka_unit_test(a_long_list_is_told_soon),
        cmocka_unit_test(no_file_is_told_at_the_key),
        cmocka_unit_test(a_list_lies_beside_its_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
