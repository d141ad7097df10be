// SPDX-License-Identifier: GPL-3.0-or-later
// Tables, CSV, JSON, assertions and validation reports over results made by hand.
#include <time.h>

#include "helpers.h"
#include "sim/base/file.h"
#include "sim/base/text.h"
#include "sim/report/grid.h"
#include "sim/report/report.h"
#include "sim/report/writers.h"
#include "sim/result/metric_table.h"
#include "sim/study/assertion.h"
#include "sim/study/format.h"

// What stands around the evidence at the end of every table.
#define SHARE                                                                       \
    "Share: of the workload's time, while its limit is busy, waited for or paid.\n" \
    "GB/s counts payload, 1 GB = 1e9 bytes. "
#define FOOT "It is that of rates, and of times where one is the result or the limit.\n"

// ---- A result of two links and two sizes, upload only ----

enum { POINTS = 4 };

typedef struct fixture {
    lw_set_value set[POINTS][2];
    lw_workload_result workload[POINTS];
    lw_direction_result direction[POINTS][2];
    lw_stage_result stage[POINTS];
    lw_point point[POINTS];
    lw_result result;
} fixture;

static void make_result(fixture *f) {
    static const char *const links[] = {"oculink-2-x4", "thunderbolt \"4\", borrowed"};
    static const struct {
        double bytes;
        const char *text;
    } sizes[] = {{4096, "4 KiB"}, {1073741824, "1 GiB"}};
    static const int64_t times_ps[POINTS] = {12000000, 24000000, 160000000000, 400000000001};
    *f = (fixture){0};
    for (int i = 0; i < POINTS; i++) {
        const int64_t bytes = (int64_t)sizes[i / 2].bytes;
        f->set[i][0] = (lw_set_value){.path = "workloads.upload.bytes",
                                      .text = sizes[i / 2].text,
                                      .is_number = true,
                                      .number = sizes[i / 2].bytes,
                                      .dimension = LW_BYTES};
        f->set[i][1] = (lw_set_value){.path = "links.egpu", .text = links[i % 2]};
        f->workload[i] = (lw_workload_result){
            .name = "upload",
            .direction = "host->gpu",
            .copy = "h2d",
            .end_ps = times_ps[i],
            .bytes = bytes,
            .time_s = (double)times_ps[i] / 1e12,
            .bandwidth_GBps = (double)bytes / ((double)times_ps[i] / 1e3),
            .fixed_ps = 11000000,
            .limit = {.kind = LW_LIMITED_BY_CHANNEL, .name = "egpu", .direction = "host->gpu", .share = 0.875}};
        f->direction[i][0] = (lw_direction_result){.link = "egpu",
                                                   .direction = "host->gpu",
                                                   .utilisation = 0.75,
                                                   .payload_bytes = bytes,
                                                   .wire_bytes = bytes + bytes / 8,
                                                   .packets = bytes / 256};
        f->direction[i][1] = (lw_direction_result){.link = "egpu", .direction = "gpu->host", .utilisation = 0.125};
        f->stage[i] = (lw_stage_result){.workload = "upload", .link = "egpu", .label = "OCuLink", .family = "oculink"};
        f->stage[i].evidence = i % 2 == 0 ? LW_SPECIFIED : LW_CALIBRATED;
        f->stage[i].rate_GBps[LW_STAGE_RAW] = 8;
        f->point[i] = (lw_point){.index = i,
                                 .set = f->set[i],
                                 .set_count = 2,
                                 .engine = "packet",
                                 .workload = &f->workload[i],
                                 .workload_count = 1,
                                 .direction = f->direction[i],
                                 .direction_count = 2,
                                 .stage = &f->stage[i],
                                 .stage_count = 1,
                                 .evidence = i % 2 == 0 ? LW_SPECIFIED : LW_CALIBRATED};
    }
    f->result = (lw_result){.tool_version = "1.2.3",
                            .title = "A title",
                            .file = "a.yaml",
                            .sha256 = "abc",
                            .seed = 18446744073709551615U,
                            .point = f->point,
                            .point_count = POINTS};
}

static void assert_report(const lw_result *result, lw_report_format format, int width, const char *expected) {
    lw_text text = {0};
    assert_int_equal(lw_report(result, format, width, &text), LW_OK);
    assert_string_equal(text.bytes, expected);
    lw_text_free(&text);
}

static void matrix_of_sizes(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    assert_report(&f.result, LW_FORMAT_TABLE, 0,
                  "A title  (lanewise 1.2.3, seed 18446744073709551615, 4 points)\n"
                  "\n"
                  "upload, host->gpu, GB/s by links.egpu\n"
                  "   size  oculink-2-x4  thunderbolt \"4\", borrowed\n"
                  "  4 KiB         0.341                      0.171\n"
                  "  1 GiB          6.71                       2.68\n"
                  "\n"
                  "What limits them at 1 GiB\n"
                  "  links.egpu                 workload  link's evidence  share  limited by\n"
                  "  oculink-2-x4               upload    specified         88 %  links.egpu host->gpu: channel\n"
                  "  thunderbolt \"4\", borrowed  upload    calibrated        88 %  links.egpu host->gpu: channel\n"
                  "\n" SHARE
                  "Weakest evidence, devices included: calibrated\n(some numbers were fitted to measured tables).\n" FOOT);
}

// The same as a document: a heading, tables apart from text, and nothing that is HTML.
static void markdown_document(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.result.title = "A <b>title";
    assert_report(&f.result, LW_FORMAT_MARKDOWN, 0,
                  "# A \\<b>title  (lanewise 1.2.3, seed 18446744073709551615, 4 points)\n"
                  "\n"
                  "upload, host->gpu, GB/s by links.egpu\n"
                  "\n"
                  "| size | oculink-2-x4 | thunderbolt \"4\", borrowed |\n"
                  "|--:|--:|--:|\n"
                  "| 4 KiB | 0.341 | 0.171 |\n"
                  "| 1 GiB | 6.71 | 2.68 |\n"
                  "\n"
                  "What limits them at 1 GiB\n"
                  "\n"
                  "| links.egpu | workload | link's evidence | share | limited by |\n"
                  "|---|---|---|--:|---|\n"
                  "| oculink-2-x4 | upload | specified | 88 % | links.egpu host->gpu: channel |\n"
                  "| thunderbolt \"4\", borrowed | upload | calibrated | 88 % | links.egpu host->gpu: channel |\n"
                  "\n" SHARE
                  "Weakest evidence, devices included: calibrated\n(some numbers were fitted to measured tables).\n" FOOT);
    lw_text list = {0};
    lw_report_markdown("Title\n\n  Does not fit:\n  a: wide.\n  b: narrow.\n\n  End.\n", &list);
    assert_string_equal(list.bytes, "# Title\n\nDoes not fit:\n\n- a: wide.\n- b: narrow.\n\nEnd.\n");
    lw_text_free(&list);
}

static void matrix_with_a_hole(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.result.point_count = 3;  // an interrupt left the last one out
    f.result.planned = 4;
    f.result.not_run = 1;
    lw_text text = {0};
    assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, 0, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "A title  (lanewise 1.2.3, seed 18446744073709551615, 3 of 4 points, interrupted)\n"));
    assert_non_null(strstr(text.bytes, "  1 GiB          6.71                          -\n"));
    lw_text_free(&text);
}

static void narrow_terminal(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    lw_text text = {0};
    assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, 40, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "   size  oculink-2-x4\n  4 KiB         0.341\n  1 GiB          6.71\n\n"
                                       "   size  thunderbolt \"4\", borrowed\n  4 KiB                      0.171\n"));
    lw_text_free(&text);
}

// What was run stands below a title that leaves it no room; a title that is wider yet goes on.
static void narrow_title(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.result.title = "Copies \u2192 a card, of 4 KiB to 1 GiB, over two kinds of cables";
    f.result.seed = 1;
    static const struct {
        int width;
        const char *head;
    } rows[] = {
        {0, "Copies \u2192 a card, of 4 KiB to 1 GiB, over two kinds of cables  (lanewise 1.2.3, seed 1, 4 points)\n"},
        {96, "Copies \u2192 a card, of 4 KiB to 1 GiB, over two kinds of cables  (lanewise 1.2.3, seed 1, 4 points)\n"},
        {95, "Copies \u2192 a card, of 4 KiB to 1 GiB, over two kinds of cables\n (lanewise 1.2.3, seed 1, 4 points)\n"},
        {50, "Copies \u2192 a card, of 4 KiB to 1 GiB, over two kinds\n  of cables\n (lanewise 1.2.3, seed 1, 4 points)\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lw_text text = {0};
        assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, rows[i].width, &text), LW_OK);
        text.bytes[strlen(rows[i].head)] = '\0';
        assert_string_equal(text.bytes, rows[i].head);
        lw_text_free(&text);
    }
}

// Packets that come at random times have a latency each, and a time and a rate as a whole; reads one
// after the other have no sum.
static void latencies_beside_rates(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.result.point_count = 1;
    f.point[0].set_count = 0;
    f.point[0].workload[0].each_ps = (lw_distribution){.count = 100, .mean = 2e6, .median = 1e6, .p99 = 9e6};
    f.point[0].workload[0].mean_latency_ps = 2e6;
    f.point[0].workload[0].mean_wait_ps = 1e6;
    static const char *const rows[] = {
        "  workload  bytes  mean wait  mean latency    median      99 %  share  limited by\n"
        "  upload    4 KiB                 2.000 us  1.000 us  9.000 us   88 %  links.egpu host->gpu: channel\n",
        "  workload  bytes      time   GB/s  mean wait  mean latency    median      99 %  share  limited by\n"
        "  upload    4 KiB  12.00 us  0.341   1.000 us      2.000 us  1.000 us  9.000 us   88 %  links.egpu host->gpu: channel\n",
    };
    for (int paced = 0; paced < 2; paced++) {
        f.point[0].workload[0].paced = paced == 1;
        lw_text text = {0};
        assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, 0, &text), LW_OK);
        if (strstr(text.bytes, rows[paced]) == NULL) {
            fail_msg("%s", text.bytes);
        }
        lw_text_free(&text);
    }
}

static void one_point(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.result.point_count = 1;
    f.point[0].set_count = 0;
    assert_report(
        &f.result, LW_FORMAT_TABLE, 0,
        "A title  (lanewise 1.2.3, seed 18446744073709551615, 1 point)\n"
        "\n"
        "  workload  bytes      time   GB/s  share  limited by\n"
        "  upload    4 KiB  12.00 us  0.341   88 %  links.egpu host->gpu: channel\n"
        "\n"
        "  link  direction    busy  payload  on the wire  packets\n"
        "  egpu  host->gpu  75.0 %    4 KiB      4.5 KiB       16\n"
        "  egpu  gpu->host  12.5 %      0 B          0 B        0\n"
        "\n" SHARE
        "Weakest evidence, devices included: specified\n(every number stands in a standard or a vendor's document).\n" FOOT);
}

// Between two sizes the model's time is interpolated; tables outside the sweep, of another link or
// direction are left out, and so is what was no bandwidth or not over sizes.
static void measured_beside_the_model(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    double mid_bytes = 4096 + (1073741824.0 - 4096) / 2;
    double mid_s = (f.workload[0].time_s + f.workload[2].time_s) / 2;
    double points[][2] = {{4096, 0.3}, {mid_bytes, mid_bytes / mid_s / 1e9 / 1.25}, {4e9, 1}};
    double small[][2] = {{1024, 1}};
    const lw_measured_series near = {.table = "near",
                                     .series = "oculink-2-x4",
                                     .observe = lw_metric_find("bandwidth_GBps", LW_OF_WORKLOAD, NULL),
                                     .over_sizes = true,
                                     .points = points,
                                     .count = 3};
    lw_measured_series tables[6];
    for (size_t i = 0; i < COUNT(tables); i++) {
        tables[i] = near;
    }
    tables[1].table = "outside";
    tables[1].points = small;
    tables[1].count = 1;
    tables[2].table = "elsewhere";
    tables[2].series = "pcie-4-x16";
    tables[3].table = "back";
    tables[3].direction = "d2h";
    tables[4].table = "latencies";
    tables[4].observe = lw_metric_find("mean_latency_us", LW_OF_WORKLOAD, NULL);
    tables[5].table = "rates";
    tables[5].over_sizes = false;
    f.result.measured = tables;
    f.result.measured_count = COUNT(tables);
    lw_text text = {0};
    assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, 0, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "+25.0 %  near\n"));
    assert_null(strstr(text.bytes, "outside"));
    assert_null(strstr(text.bytes, "elsewhere"));
    assert_null(strstr(text.bytes, "back\n"));
    assert_null(strstr(text.bytes, "latencies"));
    assert_null(strstr(text.bytes, "rates\n"));
    lw_text_free(&text);
}

// Of a collective both stand there as bus bandwidth, whether time or bandwidth was measured.
static void measured_beside_a_collective(void **state) {
    (void)state;
    static const char *const observed[] = {"time_us", "bandwidth_GBps"};
    for (size_t i = 0; i < COUNT(observed); i++) {
        fixture f;
        make_result(&f);
        for (int p = 0; p < POINTS; p++) {
            f.workload[p].bytes = f.workload[p].bytes / 4 * 7;
            f.workload[p].collective = "all-reduce";
        }
        const double bytes = 1073741824, time_s = f.workload[2].time_s / 1.25;
        double points[][2] = {{bytes, i == 0 ? time_s * 1e6 : 1.75 * bytes / time_s / 1e9}};
        lw_measured_series table = {.table = "sums",
                                    .series = "oculink-2-x4",
                                    .observe = lw_metric_find(observed[i], LW_OF_WORKLOAD, NULL),
                                    .over_sizes = true,
                                    .collective = "all-reduce",
                                    .points = points,
                                    .count = 1};
        f.result.measured = &table;
        f.result.measured_count = 1;
        lw_text text = {0};
        assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, 0, &text), LW_OK);
        assert_non_null(strstr(text.bytes, "-20.0 %  sums\n"));
        assert_non_null(strstr(text.bytes, " 14.7 "));
        lw_text_free(&text);
        table.collective = "all-gather";
        assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, 0, &text), LW_OK);
        assert_null(strstr(text.bytes, "Measured by others"));
        lw_text_free(&text);
    }
}

// A copy of one size is not that of the sweep of another copy: only a table's point of its own size
// stands beside it.
static void measured_beside_the_copy_it_is_about(void **state) {
    (void)state;
    for (int own = 0; own < 2; own++) {
        fixture f;
        make_result(&f);
        for (int i = 0; i < POINTS; i++) {
            f.set[i][0].path = "workloads.other.bytes";
            f.workload[i].bytes = 1073741824;
            f.workload[i].time_s = 0.16;
        }
        double points[][2] = {{own ? 1073741824 : 65536, 1073741824 / 0.16 / 1e9 / 1.25}};
        lw_measured_series table = {.table = "fixed",
                                    .series = "oculink-2-x4",
                                    .observe = lw_metric_find("bandwidth_GBps", LW_OF_WORKLOAD, NULL),
                                    .over_sizes = true,
                                    .points = points,
                                    .count = 1};
        f.result.measured = &table;
        f.result.measured_count = 1;
        lw_text text = {0};
        assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, 0, &text), LW_OK);
        assert_true((strstr(text.bytes, "+25.0 %  fixed\n") != NULL) == (own == 1));
        assert_true((strstr(text.bytes, "Measured by others") != NULL) == (own == 1));
        lw_text_free(&text);
    }
}

static void no_point(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.result.point_count = 0;
    assert_report(&f.result, LW_FORMAT_TABLE, 0,
                  "A title  (lanewise 1.2.3, seed 18446744073709551615, 0 points)\n\nNo point finished.\n");
    assert_report(&f.result, LW_FORMAT_CSV, 0, "index,makespan_us,limited_by,evidence,engine\n");
}

static void rows_for_other_sweeps(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.workload[3].mean_wait_ps = 1500;
    f.workload[3].mean_latency_ps = 2500;
    f.workload[3].paced = true;
    for (int i = 0; i < POINTS; i++) {
        f.set[i][0].is_number = false;  // no number: no matrix
        f.set[i][0].text = "poisson";
    }
    lw_text text = {0};
    assert_int_equal(lw_report(&f.result, LW_FORMAT_TABLE, 0, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "  workloads.upload.bytes  links.egpu                 workload  bytes"));
    assert_non_null(strstr(text.bytes, "1 GiB  400.0 ms"));
    assert_non_null(strstr(text.bytes, "1.500 ns"));
    assert_non_null(strstr(text.bytes, "2.500 ns"));
    assert_null(strstr(text.bytes, "  0  "));  // a copy has no packets that are watched
    lw_text_free(&text);
}

static void csv(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.point[1].workload_count = 0;  // a point may lack what others have
    f.point[1].last = SIZE_MAX;
    f.point[1].direction_count = 0;
    f.result.point_count = 2;
    assert_report(
        &f.result, LW_FORMAT_CSV, 0,
        "index,workloads.upload.bytes [B],links.egpu,upload.time_us,upload.bandwidth_GBps,upload.bytes,upload.mean_wait_us,"
        "upload.limited_by,egpu.host->gpu.utilisation,egpu.gpu->host.utilisation,makespan_us,limited_by,evidence,engine\n"
        "0,4096,oculink-2-x4,12,0.3413333333333333,4096,0,links.egpu host->gpu: channel,0.75,0.125,0,links.egpu host->gpu: channel,"
        "specified,packet\n"
        "1,4096,\"thunderbolt \"\"4\"\", borrowed\",,,,,,,,0,nothing,calibrated,packet\n");
}

static const char json_point_0[] =
    "{\"index\":0,\"set\":{\"workloads.upload.bytes\":4096,\"links.egpu\":\"oculink-2-x4\"},\"engine\":\"packet\",\"makespan_us\":0,"
    "\"workloads\":{\"upload\":{\"time_us\":12,\"bandwidth_GBps\":0.3413333333333333,\"bytes\":4096,\"mean_wait_us\":0,"
    "\"fixed_us\":11,\"limited_share\":0.875,\"direction\":\"host->gpu\",\"start_ps\":0,\"end_ps\":12000000,"
    "\"limited_by\":\"links.egpu host->gpu: channel\"}},\"links\":{\"egpu\":{\"host->gpu\":{\"utilisation\":0.75,\"payload_bytes\":4096,\"wire_bytes\":"
    "4608,"
    "\"packets\":16,\"replays\":0},\"gpu->host\":{\"utilisation\":0.125,\"payload_bytes\":0,\"wire_bytes\":0,\"packets\":0,"
    "\"replays\":0}}},"
    "\"stages\":[{\"workload\":\"upload\",\"link\":\"egpu\",\"label\":\"OCuLink\",\"family\":\"oculink\",\"evidence\":"
    "\"specified\",\"rate_GBps\":{\"raw\":"
    "8,"
    "\"line_code\":0,\"periodic\":0,\"framing\":0,\"control\":0,\"retry\":0,\"window\":0,\"sharing\":0,\"endpoint\":0}}],\"routes\":[],\"copy_engines\":[],"
    "\"limited_by\":\"links.egpu host->gpu: channel\",\"evidence\":\"specified\"}";
static const char json_head[] = "{\"schema\":\"lanewise-result/"
                                "1\",\"tool\":{\"name\":\"lanewise\",\"version\":\"1.2.3\"},\"scenario\":{\"title\":\"A title\","
                                "\"file\":\"a.yaml\",\"sha256\":\"abc\"},\"seed\":18446744073709551615,"
                                "\"sweep\":[{\"path\":\"workloads.upload.bytes\",\"unit\":\"B\"},{\"path\":\"links.egpu\"}]";

static void json(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    f.result.point_count = 1;
    char expected[4096];
    snprintf(expected, sizeof expected, "%s,\"points\":[\n%s\n]}\n", json_head, json_point_0);
    assert_report(&f.result, LW_FORMAT_JSON, 0, expected);
    snprintf(expected, sizeof expected, "%s,\"point_count\":1}\n{\"file\":\"a.yaml\",%s\n", json_head, json_point_0 + 1);
    assert_report(&f.result, LW_FORMAT_JSONL, 0, expected);
    // Only what comes at a rate has a latency.
    f.workload[0].paced = true;
    f.workload[0].mean_wait_ps = 250e3;
    f.workload[0].mean_latency_ps = 1.5e6;
    lw_text paced = {0};
    assert_int_equal(lw_report(&f.result, LW_FORMAT_JSON, 0, &paced), LW_OK);
    assert_non_null(strstr(paced.bytes, "\"mean_wait_us\":0.25,\"mean_latency_us\":1.5,\"fixed_us\":11,"));
    lw_text_free(&paced);
    f.result.planned = 4;
    f.result.not_run = 1;
    for (int format = LW_FORMAT_JSON; format <= LW_FORMAT_JSONL; format++) {
        lw_text text = {0};
        assert_int_equal(lw_report(&f.result, (lw_report_format)format, 0, &text), LW_OK);
        assert_non_null(strstr(text.bytes, "\"seed\":18446744073709551615,\"interrupted\":true,\"points_planned\":4,"));
        lw_text_free(&text);
    }
}

// Numbers must read back as the very same double.
static void json_numbers_are_exact(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    lw_text text = {0};
    assert_int_equal(lw_report(&f.result, LW_FORMAT_JSONL, 0, &text), LW_OK);
    const char *at = text.bytes;
    for (int i = 0; i < POINTS; i++) {
        at = strstr(at, "\"time_us\":");
        assert_non_null(at);
        at += strlen("\"time_us\":");
        assert_true(strtod(at, NULL) == (double)f.workload[i].end_ps / 1e6);
        at = strstr(at, "\"bandwidth_GBps\":");
        assert_non_null(at);
        at += strlen("\"bandwidth_GBps\":");
        assert_true(strtod(at, NULL) == f.workload[i].bandwidth_GBps);
    }
    lw_text_free(&text);
}

static void json_keys_come_once(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    lw_direction_result mixed[] = {
        {.link = "a", .direction = "x->y"}, {.link = "b", .direction = "x->y"}, {.link = "a", .direction = "y->x"}};
    f.point[0].direction = mixed;
    f.point[0].direction_count = 3;
    f.result.point_count = 1;
    lw_text text = {0};
    assert_int_equal(lw_report(&f.result, LW_FORMAT_JSON, 0, &text), LW_OK);
    const char *first = strstr(text.bytes, "\"a\":{");
    assert_non_null(first);
    assert_null(strstr(first + 1, "\"a\":{"));
    assert_non_null(strstr(text.bytes, "\"b\":{\"x->y\":"));
    lw_text_free(&text);
}

// Points need not have the same links: each has its own columns, and where a point lacks one its
// cell is empty.
static void columns_of_other_links(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    lw_direction_result other[] = {{.link = "ne", .direction = "twork", .utilisation = 0.5},
                                   {.link = "egpu", .direction = "gpu->host", .utilisation = 0.25},
                                   {.link = "net", .direction = "work", .utilisation = 0.625}};
    f.point[1].direction = other;
    f.point[1].direction_count = 3;
    f.result.point_count = 2;
    lw_text text = {0};
    assert_int_equal(lw_report(&f.result, LW_FORMAT_CSV, 0, &text), LW_OK);
    assert_non_null(strstr(text.bytes, ",egpu.host->gpu.utilisation,egpu.gpu->host.utilisation,ne.twork.utilisation,"
                                       "net.work.utilisation,"));
    assert_non_null(strstr(text.bytes, ",0.75,0.125,,,"));
    assert_non_null(strstr(text.bytes, ",,0.25,0.5,0.625,"));
    lw_text_free(&text);
}

// Every format writes what a full mesh of 280 GPUs has in time that grows with its size, not with
// its square (a minute).
static void reports_of_many_links_take_no_time(void **state) {
    (void)state;
    enum { LINKS = 40000, ROWS = 2 * LINKS };
    static lw_direction_result row[2][ROWS];
    lw_test test = lw_test_begin();
    fixture f;
    make_result(&f);
    for (size_t i = 0; i < ROWS; i++) {
        size_t link = i / 2;
        row[0][i] = (lw_direction_result){.link = lw_arena_print(test.arena, "mesh[%zu]", link),
                                          .direction = i % 2 == 0 ? "there" : "back"};
        row[1][ROWS - 1 - i] = row[0][i];  // in no order that could be guessed
    }
    for (int p = 0; p < 2; p++) {
        f.point[p].direction = row[p];
        f.point[p].direction_count = ROWS;
    }
    f.result.point_count = 2;
    clock_t begin = clock();
    for (int format = 0; lw_format_words[format] != NULL; format++) {
        lw_text text = {0};
        assert_int_equal(lw_report(&f.result, (lw_report_format)format, 0, &text), LW_OK);
        lw_text_free(&text);
    }
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    print_message("             reports of %d links: %.2f s\n", (int)LINKS, seconds);
    assert_true(seconds < 10);
    lw_test_end(&test);
}

typedef struct report_job {
    const lw_result *result;
    lw_report_format format;
} report_job;

static lw_status report_once(void *user) {
    const report_job *job = user;
    lw_text text = {0};
    lw_status status = lw_report(job->result, job->format, 0, &text);
    lw_text_free(&text);
    return status;
}

static void reports_survive_lack_of_memory(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    for (int format = 0; lw_format_words[format] != NULL; format++) {
        report_job job = {&f.result, (lw_report_format)format};
        assert_true(lw_test_out_of_memory(report_once, &job) > 0);
    }
}

// ---- What limits a workload ----

static void limits_have_words(void **state) {
    (void)state;
    static const struct {
        lw_limit limit;
        const char *words;
    } cases[] = {
        {{.kind = LW_LIMITED_BY_NOTHING}, "nothing"},
        {{.kind = LW_LIMITED_BY_FIXED_COST, .part = LW_FIXED_SUBMISSION, .time_ps = 9500000}, "fixed cost (submission 9.5 us)"},
        {{.kind = LW_LIMITED_BY_FIXED_COST, .part = LW_FIXED_COMPLETION, .time_ps = 1000000}, "fixed cost (completion 1 us)"},
        {{.kind = LW_LIMITED_BY_FIXED_COST, .part = LW_FIXED_LATENCY, .time_ps = 105000}, "fixed cost (latency 105 ns)"},
        {{.kind = LW_LIMITED_BY_CHANNEL, .name = "egpu", .direction = "host->gpu", .segment = ""},
         "links.egpu host->gpu: channel"},
        {{.kind = LW_LIMITED_BY_CHANNEL, .name = "egpu", .direction = "host->gpu", .segment = "tunnel"},
         "links.egpu host->gpu: tunnel"},
        {{.kind = LW_LIMITED_BY_NODE, .name = "gpu memory"}, "gpu memory"},
        {{.kind = LW_LIMITED_BY_DMA_ENGINE, .name = "gpu dma engine", .time_ps = 25500}, "gpu dma engine (25.5 ns a packet)"},
        {{.kind = LW_LIMITED_BY_DMA_ENGINE, .name = "gpu dma engine", .time_ps = 5000, .for_requests = true},
         "gpu dma engine (5 ns a request)"},
        {{.kind = LW_LIMITED_BY_READ_WINDOW, .name = "egpu", .count = 32, .bytes = 512, .time_ps = 1200000},
         "links.egpu: window (32 tags x 512 B, round trip 1.2 us)"},
        {{.kind = LW_LIMITED_BY_WRITE_WINDOW, .name = "egpu", .count = 1}, "links.egpu: window (1 outstanding write)"},
        {{.kind = LW_LIMITED_BY_WRITE_WINDOW, .name = "egpu", .count = 4}, "links.egpu: window (4 outstanding writes)"},
        {{.kind = LW_LIMITED_BY_CREDITS, .name = "egpu", .direction = "gpu->host"}, "links.egpu gpu->host: credits"},
        {{.kind = LW_LIMITED_BY_REPEATS, .name = "radio"}, "links.radio: repeats after errors"},
        {{.kind = LW_LIMITED_BY_OFFERED_LOAD}, "the offered load"},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(lw_limit_text(&cases[i].limit, test.arena), cases[i].words);
    }
    lw_test_end(&test);
}

// ---- Assertions ----

// Parse and check one assertion; the status is that of the first step that fails.
static lw_status check_text(lw_test *test, const char *text, const lw_result *result) {
    const lw_yaml *list = lw_test_tree(test, lw_arena_print(test->arena, "assert: ['%s']", text))->first;
    const lw_assertion *assertion = NULL;
    size_t count = 0;
    LW_TRY(lw_assertions_parse(list, test->arena, test->diags, &assertion, &count));
    return lw_assertions_check(assertion, count, result, test->diags);
}

static void assertions_that_hold(void **state) {
    (void)state;
    static const char *const texts[] = {
        "workloads.upload.bandwidth_GBps > 0.17",
        "workloads.upload.bandwidth > 170 MB/s",
        "workloads.upload.time >= 12 us",
        "workloads.upload.time_us<=400000.000001",
        "workloads.upload.time < 1 s",
        "workloads.upload.bytes != 4 MiB",
        "workloads.upload.limited_share == 0.875",
        "workloads.upload.fixed == 11 us",
        "workloads.upload.fixed_us == 11",
        "workloads.upload.mean_wait_us == 0",
        "workloads.upload.mean_wait < 1 ns",
        "workloads.upload.mean_latency_us == 0",
        "workloads.upload.mean_latency < 1 ns",
        "links.egpu.host->gpu.utilisation < 76 %",
        "links.egpu.gpu->host.wire_bytes == 0 B",
        "links.egpu.gpu->host.payload_bytes == 0 B",
        "links.egpu.host->gpu.packets > 15",
        "links.egpu.host->gpu.replays == 0",
    };
    fixture f;
    make_result(&f);
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (check_text(&test, texts[i], &f.result) != LW_OK) {
            fail_msg("%s: %s", texts[i], lw_diags_format(test.diags, test.arena, false));
        }
    }
    lw_test_end(&test);
}

static void assertions_that_fail(void **state) {
    (void)state;
    fixture f;
    make_result(&f);
    lw_test test = lw_test_begin();
    assert_int_equal(check_text(&test, "workloads.upload.bandwidth > 200 MB/s", &f.result), LW_CHECK_FAILED);
    assert_int_equal(lw_diags_errors(test.diags), 1);
    assert_diag(&test, 0,
                "1:10: assertion failed at point 1 (workloads.upload.bytes = 4 KiB, links.egpu = thunderbolt \"4\", borrowed): "
                "bandwidth is 170.7 MB/s, not > 200 MB/s");
    assert_int_equal(check_text(&test, "links.egpu.host->gpu.utilisation != 0.75", &f.result), LW_CHECK_FAILED);
    assert_int_equal(lw_diags_errors(test.diags), 1 + POINTS);
    assert_diag(&test, 1,
                "1:10: assertion failed at point 0 (workloads.upload.bytes = 4 KiB, links.egpu = oculink-2-x4): utilisation is "
                "0.75, not != 0.75");
    lw_test_end(&test);
}

static void assertions_that_make_no_sense(void **state) {
    (void)state;
    static const struct {
        const char *text, *diag;
    } cases[] = {
        {"workloads.upload.bandwidth", "1:10: an assertion needs a comparison: <, <=, >, >=, == or != | write for example: "
                                       "workloads.upload.bandwidth > 6 GB/s, or links.egpu.host->gpu.utilisation < 90 %"},
        {"workloads.upload.bandwith > 1 GB/s", "1:10: a workload has no metric \"bandwith\" | did you mean 'bandwidth'?"},
        {"links.egpu.host->gpu.colour > 1",
         "1:10: a link has no metric \"colour\" | it has utilisation, payload_bytes, wire_bytes, packets, replays"},
        {"nodes.gpu.memory > 1", "1:10: an assertion is about workloads or links, not about \"nodes\" | write for example: "
                                 "workloads.upload.bandwidth > 6 GB/s, or links.egpu.host->gpu.utilisation < 90 %"},
        {"upload > 1", "1:10: \"upload\" is no path to a result | write for example: "
                       "workloads.upload.bandwidth > 6 GB/s, or links.egpu.host->gpu.utilisation < 90 %"},
        {"links.egpu.utilisation < 1",
         "1:10: links.egpu needs a direction, as in links.egpu.host->gpu.utilisation | write for example: "
         "workloads.upload.bandwidth > 6 GB/s, or links.egpu.host->gpu.utilisation < 90 %"},
        {"workloads.download.time > 1 us", "1:10: there is no workloads.download | the results have workloads.upload"},
        {"links.slot.host->gpu.packets > 1",
         "1:10: there is no links.slot.host->gpu | the results have links.egpu.host->gpu, links.egpu.gpu->host"},
    };
    fixture f;
    make_result(&f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        assert_int_equal(check_text(&test, cases[i].text, &f.result), LW_BAD_INPUT);
        assert_diag(&test, 0, cases[i].diag);
        lw_test_end(&test);
    }
    lw_test test = lw_test_begin();
    // a rate needs a unit
    assert_int_equal(check_text(&test, "workloads.upload.bandwidth > 6", &f.result), LW_BAD_INPUT);
    const lw_assertion *assertion = NULL;
    size_t count = 7;
    assert_int_equal(lw_assertions_parse(NULL, test.arena, test.diags, &assertion, &count), LW_OK);
    assert_int_equal(count, 0);
    assert_int_equal(lw_assertions_parse(lw_test_tree(&test, "assert: 3")->first, test.arena, test.diags, &assertion, &count),
                     LW_BAD_INPUT);
    assert_int_equal(lw_assertions_parse(lw_test_tree(&test, "assert: [[a]]")->first, test.arena, test.diags, &assertion, &count),
                     LW_BAD_INPUT);
    lw_test_end(&test);
}

static void assertions_about_what_is_there(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_object egpu = {.name = "egpu"}, slots = {.name = "slots"}, upload = {.name = "upload"};
    const lw_object *links[] = {&egpu, &slots}, *workloads[] = {&upload};
    const lw_document scenario = {.format = lw_scenario_format(),
                                  .object = {[LW_SECTION_LINKS] = links, [LW_SECTION_WORKLOADS] = workloads},
                                  .count = {[LW_SECTION_LINKS] = 2, [LW_SECTION_WORKLOADS] = 1}};
    static const struct {
        const char *text, *diag;
    } cases[] = {
        {"workloads.upload.time > 1 us", NULL},
        {"links.slots[3].host->gpu.packets > 1", NULL},
        {"links.host memory.both.packets > 1", NULL},
        {"workloads.download.time > 1 us", "1:10: the scenario has no workloads.download | under workloads stand: upload"},
        {"links.slot.a->b.packets > 1", "1:10: the scenario has no links.slot | under links stand: egpu, slots"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const lw_yaml *list = lw_test_tree(&test, lw_arena_print(test.arena, "assert: ['%s']", cases[i].text))->first;
        const lw_assertion *assertion = NULL;
        size_t count = 0;
        assert_int_equal(lw_assertions_parse(list, test.arena, test.diags, &assertion, &count), LW_OK);
        size_t before = lw_diags_count(test.diags);
        assert_int_equal(lw_assertions_check_names(assertion, count, &scenario, test.diags),
                         cases[i].diag == NULL ? LW_OK : LW_BAD_INPUT);
        if (cases[i].diag != NULL) {
            assert_diag(&test, before, cases[i].diag);
        }
    }
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrix_of_sizes),
        cmocka_unit_test(markdown_document),
        cmocka_unit_test(matrix_with_a_hole),
        cmocka_unit_test(narrow_terminal),
        cmocka_unit_test(narrow_title),
        cmocka_unit_test(latencies_beside_rates),
        cmocka_unit_test(one_point),
        cmocka_unit_test(measured_beside_the_model),
        cmocka_unit_test(measured_beside_the_copy_it_is_about),
        cmocka_unit_test(measured_beside_a_collective),
        cmocka_unit_test(no_point),
        cmocka_unit_test(rows_for_other_sweeps),
        cmocka_unit_test(csv),
        cmocka_unit_test(json),
        cmocka_unit_test(json_numbers_are_exact),
        cmocka_unit_test(json_keys_come_once),
        cmocka_unit_test(columns_of_other_links),
        cmocka_unit_test(reports_of_many_links_take_no_time),
        cmocka_unit_test(reports_survive_lack_of_memory),
        cmocka_unit_test(limits_have_words),
        cmocka_unit_test(assertions_that_hold),
        cmocka_unit_test(assertions_that_fail),
        cmocka_unit_test(assertions_that_make_no_sense),
        cmocka_unit_test(assertions_about_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
