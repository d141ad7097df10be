// SPDX-License-Identifier: GPL-3.0-or-later
// The report on measured tables: every table, and sums by family or class and side, with their systems.
#include "sim/report/accuracy.h"
#include "sim/result/metric_table.h"
#include "tests/helpers.h"

static lw_status report(lw_validation *tables, size_t count, lw_report_format format, lw_text *out) {
    const lw_accuracy accuracy = {.tool_version = "0.0.0", .tables = {tables, count}};
    return lw_report_accuracy(&accuracy, format, out);
}

static void validation(void **state) {
    (void)state;
    lw_compared near[] = {{.x = 1024, .measured = 1.0, .model = 1.02}, {.x = 2048, .measured = 2.0, .model = 1.9}};
    lw_compared far[] = {{.x = 4096, .measured = 4.0, .model = 5.0}};
    lw_validation tables[] = {
        {.name = "near",
         .family = "pcie",
         .use = "calibrate",
         .system_id = "desk",
         .points = 2,
         .error = {0.035, 0.05, 0.05},
         .limited = true,
         .limit_median = 0.1,
         .limit_worst = 0.3,
         .ok = true,
         .rows = near},
        {.name = "far",
         .family = "usb4",
         .use = "calibrate",
         .system_id = "desk",
         .points = 1,
         .error = {0.25, 0.25, 0.25},
         .limited = true,
         .limit_median = 0.001,
         .limit_worst = 0.002,
         .ok = false,
         .rows = far},
    };
    lw_text text = {0};
    assert_int_equal(report(tables, 2, LW_FORMAT_TABLE, &text), LW_OK);
    assert_string_equal(text.bytes,
                        "Distance |model / measured - 1|; limit is median / worst.\n"
                        "\n"
                        "measured table  family  use        points  median     p90   worst        limit\n"
                        "near            pcie    calibrate       2   3.5 %   5.0 %   5.0 %    10 / 30 %  ok\n"
                        "far             usb4    calibrate       1  25.0 %  25.0 %  25.0 %  0.1 / 0.2 %  OVER\n"
                        "\n"
                        "all points of  use        systems  tables  points  median     p90   worst\n"
                        "family pcie    calibrate        1       1       2   3.5 %   5.0 %   5.0 %  ok\n"
                        "family usb4    calibrate        1       1       1  25.0 %  25.0 %  25.0 %  1 over the limit\n"
                        "use calibrate                   1       2       3   5.0 %  25.0 %  25.0 %  1 over the limit\n"
                        "all                             1       2       3   5.0 %  25.0 %  25.0 %  1 over the limit\n");
    lw_text_free(&text);
    assert_int_equal(report(tables, 1, LW_FORMAT_JSON, &text), LW_OK);
    const char *head =
        "{\"schema\":\"lanewise-validate/1\",\"tables\":[\n{\"name\":\"near\",\"family\":\"pcie\",\"use\":\"calibrate\","
        "\"system_id\":\"desk\",\"points\":2,\"median\":0.035,\"p90\":0.05,\"worst\":0.05,\"limit\":{\"median\":0.1,\"worst\":0.3},\"ok\":true,"
        "\"rows\":[[1024,1,1.02],[2048,2,1.9]]}\n],\"totals\":[\n"
        "{\"by\":\"family\",\"name\":\"pcie\",\"use\":\"calibrate\",\"systems\":1,\"tables\":1,\"points\":2,\"median\":";
    assert_memory_equal(text.bytes, head, strlen(head));
    lw_text_free(&text);
    // of what the model states a band, how often it was right
    tables[0].banded = 2;
    tables[0].inside = 1;
    assert_int_equal(report(tables, 2, LW_FORMAT_TABLE, &text), LW_OK);
    assert_non_null(strstr(text.bytes,
                           "family pcie    calibrate        1       1       2   3.5 %   5.0 %   5.0 %   1 of 2  ok\n"
                           "family usb4    calibrate        1       1       1  25.0 %  25.0 %  25.0 %           1 over"));
    lw_text_free(&text);
    assert_int_equal(report(tables, 2, LW_FORMAT_JSON, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "\"points\":2,\"banded\":2,\"inside\":1,\"median\""));
    lw_text_free(&text);
    // no limit, and a name in the place of a number
    tables[0].limited = false;
    near[1].name = "slot \"A\"";
    assert_int_equal(report(tables, 1, LW_FORMAT_TABLE, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "5.0 %   none  ok\n"));
    lw_text_free(&text);
    assert_int_equal(report(tables, 1, LW_FORMAT_JSON, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "\"worst\":0.05,\"ok\":true,\"rows\":[[1024,1,1.02],[\"slot \\\"A\\\"\",2,1.9]]}"));
    lw_text_free(&text);
    near[1].name = NULL;
    tables[0].limited = true;
    // a class stands for the family of those that have one
    tables[0].banded = tables[0].inside = 0;
    tables[1].class = "far-away";
    assert_int_equal(report(tables, 2, LW_FORMAT_TABLE, &text), LW_OK);
    assert_non_null(strstr(text.bytes,
                           "family pcie     calibrate        1       1       2   3.5 %   5.0 %   5.0 %  ok\n"
                           "class far-away  calibrate        1       1       1  25.0 %  25.0 %  25.0 %  1 over the limit\n"
                           "use calibrate                    1       2"));
    lw_text_free(&text);
    assert_int_equal(report(tables, 2, LW_FORMAT_JSON, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "\"family\":\"usb4\",\"class\":\"far-away\",\"use\""));
    lw_text_free(&text);
    assert_int_equal(report(tables, 1, LW_FORMAT_NCCL_TESTS, &text), LW_BAD_USAGE);
    // a row a point
    tables[0].metric = tables[1].metric = lw_metric_find("bandwidth_GBps", LW_OF_WORKLOAD, NULL);
    far[0].error = 0.02;
    assert_int_equal(report(tables, 2, LW_FORMAT_CSV, &text), LW_OK);
    assert_string_equal(text.bytes, "table,system,class,side,metric,x,bytes,measured,model,error,standard_error\n"
                                    "near,desk,pcie,calibrate,bandwidth_GBps,1024,0,1,1.02,0.02,\n"
                                    "near,desk,pcie,calibrate,bandwidth_GBps,2048,0,2,1.9,-0.05,\n"
                                    "far,desk,far-away,calibrate,bandwidth_GBps,4096,0,4,5,0.25,0.02\n");
    lw_text_free(&text);
    // both sides of a class in one row of the page
    static const char *const pictures[] = {"parity.svg", NULL};
    const lw_accuracy accuracy = {.tool_version = "0.0.0", .tables = {tables, 2}};
    tables[0].class = "far-away";
    tables[0].use = "validate";
    tables[0].label = "Near";
    tables[1].label = "Far";
    assert_int_equal(lw_report_accuracy_page(&accuracy, pictures, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "\n![parity.svg](parity.svg)\n"));
    assert_non_null(strstr(text.bytes, "\n| `far-away` | 1, 1 | 25.0 / 25.0 / 25.0 % | 1, 2 | 3.5 / 5.0 / 5.0 % |\n"));
    assert_non_null(
        strstr(text.bytes, "\n| `far` | Far | far-away | calibrate | 1 | 25.0 / 25.0 / 25.0 % | 0.1 / 0.2 % **over** |\n"));
    lw_text_free(&text);
    assert_int_equal(report(tables, 0, LW_FORMAT_JSON, &text), LW_OK);
    lw_text_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(validation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
