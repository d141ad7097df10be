// SPDX-License-Identifier: GPL-3.0-or-later
// Pages: all parts are there, what others wrote is text and nothing else, and nothing is loaded.
#include "plots/draw.h"
#include "plots/plots.h"
#include "sim/lanewise.h"
#include "sim/report/answer.h"
#include "sim/report/grid.h"
#include "sim/report/page/page.h"
#include "tests/helpers.h"

#define EVIL "<script>alert(1)</script>\"' onload=x & \u202e"

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        count++;
    }
    return count;
}

static char *written(const lw_page *page) {
    lw_text text = {0};
    assert_int_equal(lw_page_write(page, &text), LW_OK);
    return text.bytes;
}

// In reading order.
static void assert_in_order(const char *text, const char *const *part) {
    for (const char *at = text; *part != NULL; part++) {
        const char *found = strstr(at, *part);
        if (found == NULL) {
            fail_msg("\"%s\" is missing, or stands too early", *part);
            return;
        }
        at = found + strlen(*part);
    }
}

// Links are anchors to sources alone; whatever a browser would fetch is named by one of these.
static void assert_loads_nothing(const char *html) {
    static const char *const never[] = {"src=",       "<link",  "<img",           "<iframe", "@import",
                                        "@font-face", "fetch(", "XMLHttpRequest", "import("};
    for (size_t i = 0; i < COUNT(never); i++) {
        if (strstr(html, never[i]) != NULL) {
            fail_msg("%s", never[i]);
        }
    }
    assert_int_equal(count_of(html, "url("), count_of(html, "url(#"));
    assert_int_equal(count_of(html, "href=\""), count_of(html, "href=\"#") + count_of(html, "<a rel=\"noreferrer\" href=\"http"));
    assert_non_null(strstr(html, "default-src 'none'"));
}

static void all_parts_are_there(void **state) {
    (void)state;
    const lw_page_chart charts[] = {{"First", "What it shows", "<svg id=\"a\"></svg>\n"},
                                    {"Second", NULL, "<svg id=\"b\"></svg>\n"}};
    const lw_page_section sections[] = {{"Results", "words\n| a | b |\n|---|--:|\n| x | 1 |\n"}, {"Grounds", "more"}};
    const lw_page page = {"Title",    "made by", "What?",   "This.", charts, 2, sections, 2, "lanewise run a.yaml",
                          ".light{}", ".dark{}", ".print{}"};
    char *html = written(&page), *again = written(&page);
    static const char *const parts[] = {"<!DOCTYPE html>",
                                        "<html lang=\"en\">",
                                        "<title>Title</title>",
                                        "@media screen {\n.light{}",
                                        "(prefers-color-scheme: dark) {\n.dark{}",
                                        "@media print {\n.print{}",
                                        "<h1>Title</h1>",
                                        "made by",
                                        "<nav",
                                        "<main",
                                        "What?",
                                        "This.",
                                        "aria-label=\"Chart: First\"",
                                        "<svg id=\"a\">",
                                        "<figcaption>What it shows",
                                        "<svg id=\"b\">",
                                        "<figcaption>Second",
                                        "Results</h2>",
                                        "<caption id=\"part-1-table-1\">words</caption>",
                                        "Grounds</h2>",
                                        "lanewise run a.yaml",
                                        "</main>",
                                        "<script>",
                                        "</html>",
                                        NULL};
    assert_in_order(html, parts);
    assert_string_equal(html, again);
    assert_loads_nothing(html);
    assert_int_equal(count_of(html, "<script"), 1);
    lanewise_free(html);
    lanewise_free(again);
}

static void what_is_missing_leaves_no_trace(void **state) {
    (void)state;
    char *html = written(&(const lw_page){.title = "Alone"});
    static const char *const none[] = {"Question", "Answer", "Charts", "<figure", "<pre", "<table", "(null)"};
    const char *body = strstr(html, "<body>");
    assert_non_null(body);
    char *end = strstr(html, "<script>");
    assert_non_null(end);
    *end = '\0';  // the script names them
    for (size_t i = 0; i < COUNT(none); i++) {
        assert_null(strstr(body, none[i]));
    }
    lanewise_free(html);
}

static void hostile_text_is_text(void **state) {
    (void)state;
    const lw_page_chart chart = {EVIL, EVIL, "<svg></svg>\n"};
    const lw_page_section section = {EVIL, "## " EVIL "\n- " EVIL "\n\n" EVIL "\n| " EVIL " | `" EVIL "` |\n|---|---|\n| **" EVIL
                                           "** | https://a.example/" EVIL " |\n"};
    const lw_page page = {EVIL, EVIL, EVIL, EVIL, &chart, 1, &section, 1, EVIL, NULL, NULL, NULL};
    char *html = written(&page);
    assert_int_equal(count_of(html, "<script"), 1);  // the page's own
    assert_null(strstr(html, "<script>alert"));
    assert_null(strstr(html, "\u202e"));
    assert_true(count_of(html, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x &amp; \\u202e") >= 10);
    assert_loads_nothing(html);
    lanewise_free(html);
}

static void assert_markdown(const char *markdown, const char *html) {
    lw_text text = {0};
    lw_page_markdown(markdown, "p", &text);
    assert_false(text.failed);
    assert_string_equal(text.bytes != NULL ? text.bytes : "", html);
    lw_text_free(&text);
}

static void markdown_becomes_html(void **state) {
    (void)state;
    assert_markdown("", "");
    assert_markdown("\n\n  \n", "");
    assert_markdown("one\n  two\n\nthree", "<p>one two</p>\n<p>three</p>\n");
    assert_markdown("# a\n## b\n### c\n###### d\n", "<h3>a</h3>\n<h3>b</h3>\n<h4>c</h4>\n<h6>d</h6>\n");
    assert_markdown("- a\n- `b`\n", "<ul>\n<li>a</li>\n<li><code>b</code></li>\n</ul>\n");
    assert_markdown("a `b` **c** d*e ` f ** g \\| h \\\\ \\n",
                    "<p>a <code>b</code> <strong>c</strong> d*e ` f ** g | h \\ \\n</p>\n");
    assert_markdown("see https://a.example/b?c=d&e. Or http://f (https://g.example/h), http://",
                    "<p>see <a rel=\"noreferrer\" href=\"https://a.example/b?c=d&amp;e\">https://a.example/b?c=d&amp;e</a>. Or "
                    "<a rel=\"noreferrer\" href=\"http://f\">http://f</a> (<a rel=\"noreferrer\" "
                    "href=\"https://g.example/h\">https://g.example/h</a>), http://</p>\n");
    assert_markdown("| no table |\n", "<p>| no table |</p>\n");
    assert_markdown(
        "about\n| a\\|b | n |\n|---|--:|\n| x |  |\n| y | 2 |\nnote\n",
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"p-table-1\">\n<table>\n"
        "<caption id=\"p-table-1\">about</caption>\n<thead>\n"
        "<tr><th scope=\"col\" class=\"s\">a|b</th><th scope=\"col\" class=\"n\">n</th></tr>\n</thead>\n<tbody>\n"
        "<tr><th scope=\"row\">x</th><td class=\"n\"></td></tr>\n<tr><th scope=\"row\">y</th><td class=\"n\">2</td></tr>\n"
        "</tbody>\n</table>\n</div>\n<p>note</p>\n");
}

static void long_tables_are_cut(void **state) {
    (void)state;
    lw_text text = {0}, html = {0};
    lw_text_add(&text, "| a |\n|---|\n");
    for (int i = 0; i < 2003; i++) {
        lw_text_print(&text, "| %d |\n", i);
    }
    lw_page_markdown(text.bytes, "p", &html);
    assert_int_equal(count_of(html.bytes, "<tr>"), 2001);
    assert_non_null(strstr(html.bytes, "And 3 rows more"));
    lw_text_free(&text);
    lw_text_free(&html);
}

static void a_grid_becomes_markdown(void **state) {
    (void)state;
    lw_arena *arena = lw_arena_new();
    lw_text text = {0};
    lw_grid *grid = lw_grid_new(arena, "lr");
    LW_GRID_ADD(grid, "what", "n", "a|b\\c\nd", "1", "short");
    assert_int_equal(lw_grid_write(grid, 2, LW_WIDTH_MARKDOWN, &text), LW_OK);
    assert_string_equal(text.bytes, "| what | n |\n|---|--:|\n| a\\|b\\\\c d | 1 |\n| short |  |\n");
    lw_text_free(&text);
    lw_arena_free(arena);
}

// ---- Charts in pages ----

static void charts_have_ids_of_their_own(void **state) {
    (void)state;
    lw_arena *arena = lw_arena_new();
    lw_draw draw;
    lw_text part = {0}, file = {0};
    lw_draw_begin(&draw, arena);
    lw_draw_group(&draw, "panel", "series", "A & B");
    lw_draw_clip(&draw, 0, 0, 10, 10);
    lw_draw_unclip(&draw);
    lw_draw_spot(&draw, (lw_rect){1, 2, 3, 4}, "A & B, 4 KiB: 1 GB/s (0.9 GB/s to 1.1 GB/s)");
    lw_draw_ungroup(&draw);
    const lw_picture picture = {100, 50, &draw, lw_theme_of(LW_THEME_LIGHT), EVIL, "d", "DejaVu Sans"};
    assert_int_equal(lw_picture_svg_part(&picture, "chart-2-", &part), LW_OK);
    assert_int_equal(lw_picture_svg(&picture, &file, NULL), LW_OK);
    assert_int_equal(strncmp(part.bytes, "<svg", 4), 0);
    assert_int_equal(count_of(part.bytes, " id=\""), count_of(part.bytes, " id=\"chart-2-"));
    assert_non_null(strstr(part.bytes, "aria-labelledby=\"chart-2-title chart-2-desc\""));
    assert_non_null(strstr(part.bytes, "url(#chart-2-clip-1)"));
    assert_non_null(
        strstr(part.bytes, "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" class=\"spot\"><title>A &amp; B, 4 KiB: 1 GB/s (0.9"));
    assert_null(strstr(part.bytes, "<style"));
    assert_null(strstr(part.bytes, "<script"));
    assert_null(strstr(file.bytes, "spot"));  // a file is as it was painted
    lw_text_free(&part);
    lw_text_free(&file);
    lw_arena_free(arena);
}

static void styles_name_every_role(void **state) {
    (void)state;
    for (int kind = 0; kind < LW_THEME_KINDS; kind++) {
        lw_text text = {0};
        assert_int_equal(lw_theme_style(kind, &text), LW_OK);
        assert_int_equal(count_of(text.bytes, ".s-"), LW_ROLE_COUNT - 1);
        const lw_theme *theme = lw_theme_of(kind);
        for (int hue = 0; hue < LW_HUES; hue++) {  // names that are hard to read have another colour
            char name[LW_ROLE_NAME], rule[64];
            const lw_role third = lw_role_of((lw_hue)hue, LW_SHADE_THIRD);
            (void)snprintf(rule, sizeof rule, "text.f-%s{", lw_role_name(third, name));
            assert_int_equal(strstr(text.bytes, rule) != NULL,
                             lw_contrast(theme->colour[third], theme->colour[LW_ROLE_BACKGROUND]) < 4.5);
        }
        lw_text_free(&text);
    }
}

// ---- Answers ----

static lanewise_result *result_of(const char *yaml, lanewise_findings *findings, lanewise_catalog **catalog,
                                  lanewise_scenario **scenario) {
    static const char path[] = LW_BINARY_DIR "/page.yaml";
    const lanewise_run run = {.threads = 1};
    lanewise_result *result = NULL;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(yaml, file);
    fclose(file);
    assert_int_equal(lanewise_catalog_open(LW_SOURCE_DIR "/configs", findings, catalog), LANEWISE_OK);
    assert_int_equal(lanewise_scenario_load(*catalog, path, NULL, findings, scenario), LANEWISE_OK);
    assert_int_equal(lanewise_scenario_run(*scenario, &run, findings, &result), LANEWISE_OK);
    return result;
}

#define HEAD(title, link)                                                                                                      \
    "# SPDX-License-Identifier: none\n# Said above the keys,\n# in two lines.\n#   lanewise run x\nlanewise: 1\ntitle: " title \
    "\n"                                                                                                                       \
    "nodes:\n  host: {preset: desktop-ddr5}\n  gpu: {preset: rtx-5090}\nlinks:\n  egpu: {between: [host, gpu], " link "}\n"    \
    "workloads:\n  up: {kind: copy, from: host, to: gpu, bytes: 1 GiB}\n"

// The page of a scenario with these parts in this order, twice the same.
static void assert_page(const char *yaml, const char *const *parts) {
    lanewise_findings *findings = lanewise_findings_new();
    lanewise_catalog *catalog = NULL;
    lanewise_scenario *scenario = NULL;
    lanewise_result *result = result_of(yaml, findings, &catalog, &scenario);
    const lanewise_page with = {.command = "lanewise run page.yaml -o DIR"};
    char *html = NULL, *again = NULL;
    assert_int_equal(lanewise_result_page(result, &with, &html), LANEWISE_OK);
    assert_int_equal(lanewise_result_page(result, &with, &again), LANEWISE_OK);
    assert_string_equal(html, again);
    assert_in_order(html, parts);
    assert_loads_nothing(html);
    assert_int_equal(count_of(html, "<script"), 1);
    lanewise_free(html);
    lanewise_free(again);
    lanewise_result_free(result);
    lanewise_scenario_free(scenario);
    lanewise_catalog_close(catalog);
    lanewise_findings_free(findings);
}

static void a_sweep_says_who_is_fastest(void **state) {
    (void)state;
    static const char *const parts[] = {"&lt;script&gt;alert(1)&lt;/script&gt;</h1>",
                                        "3 of 3 points",
                                        "<p>Said above the keys, in two lines.</p>",
                                        "pcie-4-x16 is the fastest for up (host-&gt;gpu): 29 GB/s, ",
                                        " times as fast as oculink-2-x4 at 6.76 GB/s (",
                                        "thunderbolt-4",
                                        ", the slowest. What limits it is links.egpu host-&gt;gpu: channel.",
                                        "Results</h2>",
                                        "What it stands on</h2>",
                                        "What presets say",
                                        "oculink-2-x4",
                                        "SFF-8611",
                                        "What the scenario says itself",
                                        "links.egpu.between",
                                        "page.yaml:11",
                                        "sweep of links.egpu",
                                        "Defaults that no standard says",
                                        "assumed",
                                        "lanewise run page.yaml -o DIR",
                                        NULL};
    assert_page(HEAD("\"<script>alert(1)</script>\"", "preset: pcie-4-x16") "sweep:\n  links.egpu: [{preset: pcie-4-x16}, "
                                                                            "{preset: oculink-2-x4}, {preset: thunderbolt-4}]\n",
                parts);
}

static void a_size_and_a_point_are_told(void **state) {
    (void)state;
    static const char *const trend[] = {"<p>Why &lt;b&gt;?</p>", "From 4 KiB to 16 MiB up (host-&gt;gpu) goes from ",
                                        " GB/s. What limits it at 16 MiB is ", ", at 4 KiB fixed cost", NULL};
    assert_page(
        "description: Why <b>?\n" HEAD("t", "preset: pcie-4-x16") "sweep:\n  workloads.up.bytes: [4 KiB, 1 MiB, 16 MiB]\n",
        trend);
    static const char *const single[] = {"1 of 1 point<", "up takes ", ": 6.76 GB/s (",
                                         "What limits it is links.egpu host-&gt;gpu: channel, for 100 % of its time.", NULL};
    assert_page(HEAD("t", "preset: oculink-2-x4"), single);
}

static void a_held_number_and_equals_are_told(void **state) {
    (void)state;
    static const char *const equal[] = {"At 1 GiB both are equally fast for up (host-&gt;gpu): ", NULL};
    assert_page(
        HEAD(
            "t",
            "preset: oculink-2-x4") "sweep:\n  links.egpu: [{preset: oculink-2-x4}, {preset: m2-gen4-x4}]\n  workloads.up.bytes: [4 KiB, 1 GiB]\n",
        equal);
}

static void what_cannot_work_is_told(void **state) {
    (void)state;
    lw_arena *arena = lw_arena_new();
    lw_text text = {0};
    lw_point_failure failure = {.reason = "it burnt"};
    const lw_result none = {.failure = &failure, .failure_count = 1, .planned = 1};
    assert_int_equal(lw_report_answer(&none, arena, &text), LW_OK);
    assert_string_equal(text.bytes, "No point finished: it burnt.");
    lw_text_free(&text);
    lw_set_value set[2] = {{.path = "links.air", .text = "near"}, {.path = "links.air", .text = "far"}};
    const lw_limit lost = {
        .kind = LW_FAILED_FOR_SIGNAL, .name = "air", .direction = "a->b", .mode = "qpsk", .snr_dB = 1, .needed_dB = 6};
    lw_workload_result work[2] = {{.name = "send", .limit = lost}, {.name = "send", .limit = lost}};
    lw_point point[2] = {{.set = &set[0], .set_count = 1, .workload = &work[0], .workload_count = 1},
                         {.set = &set[1], .set_count = 1, .workload = &work[1], .workload_count = 1}};
    const lw_result two = {.point = point, .point_count = 2, .planned = 2};
    assert_int_equal(lw_report_answer(&two, arena, &text), LW_OK);
    assert_int_equal(strncmp(text.bytes, "Nothing works: near and 1 more cannot work (links.air a->b does not close", 73), 0);
    lw_text_free(&text);
    work[0] = (lw_workload_result){.name = "send", .time_s = 1, .bandwidth_GBps = 2, .end_ps = 1000};
    assert_int_equal(lw_report_answer(&two, arena, &text), LW_OK);
    assert_int_equal(strncmp(text.bytes, "near alone works for send: 2 GB/s.", 34), 0);
    assert_non_null(strstr(text.bytes, " far cannot work ("));
    lw_text_free(&text);
    lw_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_parts_are_there),
        cmocka_unit_test(what_is_missing_leaves_no_trace),
        cmocka_unit_test(hostile_text_is_text),
        cmocka_unit_test(markdown_becomes_html),
        cmocka_unit_test(long_tables_are_cut),
        cmocka_unit_test(a_grid_becomes_markdown),
        cmocka_unit_test(charts_have_ids_of_their_own),
        cmocka_unit_test(styles_name_every_role),
        cmocka_unit_test(a_sweep_says_who_is_fastest),
        cmocka_unit_test(a_size_and_a_point_are_told),
        cmocka_unit_test(a_held_number_and_equals_are_told),
        cmocka_unit_test(what_cannot_work_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
