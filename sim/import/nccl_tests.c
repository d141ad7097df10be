// SPDX-License-Identifier: GPL-3.0-or-later
// nccl-tests and rccl-tests (NVIDIA/nccl-tests a0b82b2, src/util.cu and common.cu): a line a size,
// as text or as JSON (-J). Its sizes are of the whole buffer, as lanewise counts them.
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/import/json_tree.h"
#include "sim/workload/kind.h"

enum { RANKS_MAX = 4096, COLUMNS = 4 };  // columns of each half: time, algbw, busbw, #wrong
enum { CALLS = 20 };                     // iters in src/common.cu

typedef struct reading {
    const char *work, *host;  // host: of the first card
    int64_t release;
    int ranks, calls;
    bool rccl, begun, ended;
    size_t head, time;  // columns of a line; the first that is a time
} reading;

// "all_reduce_perf", with a folder before it or not: the kind of work that is called so.
static const char *find_work(const char *test) {
    const char *slash = strrchr(test, '/');
    test = slash != NULL ? slash + 1 : test;
    for (const lw_work_kind *const *kind = lw_work_kinds; *kind != NULL; kind++) {
        const char *a = test, *b = (*kind)->type.name;
        while (*a != '\0' && *b != '\0' && strncmp(a, "_perf", 5) != 0) {
            a += *a == '_';
            b += *b == '-';
            if (*a != *b) {
                break;
            }
            a++;
            b++;
        }
        if (strncmp(a, "_perf", 5) == 0 && *b == '\0' && (*kind)->redop != NULL) {
            return (*kind)->type.name;
        }
    }
    return NULL;
}

static lw_status begin_series(lw_import *file, reading *in, lw_place place) {
    if (in->work == NULL) {
        return lw_error(file->diags, place, "put the command line before it, as # all_reduce_perf -b 8 -e 1G",
                        "nothing says which collective this is, or none such is modelled");
    }
    if (in->ranks < 2) {
        return lw_error(file->diags, place, "keep the lines '#  Rank  0 ...'",
                        "nothing says how many cards took part, or one alone did");
    }
    lw_series *series = lw_import_series(file, LW_ACT_COLLECTIVE, 0, 0);
    LW_TRY(series == NULL ? LW_NO_MEMORY : LW_OK);
    series->work = in->work;
    series->ranks = in->ranks;
    series->method = "out of place where that was measured";
    series->release = in->release;
    series->queued = in->calls;
    for (const lw_work_kind *const *kind = lw_work_kinds; !in->rccl && *kind != NULL; kind++) {
        const bool is_it = (*kind)->type.name == in->work;
        series->library = is_it && lw_option_find((*kind)->type.options, "library") != NULL ? "nccl-" : series->library;
    }
    in->begun = true;
    return LW_OK;
}

static lw_status add(lw_import *file, reading *in, double bytes, double time_us, lw_place place) {
    if (bytes < 1) {
        file->left_out++;  // a call without data
        return LW_OK;
    }
    LW_TRY(in->begun ? LW_OK : begin_series(file, in, place));
    return lw_import_point(file, bytes, time_us, place);
}

static lw_status add_card(lw_import *file, reading *in, const char *name, const char *host, lw_place place) {
    if (in->host != NULL && strcmp(host, in->host) != 0) {
        return lw_error(file->diags, place, "collectives within one machine are modelled",
                        "cards of several machines took part: %s and %s", in->host, host);
    }
    in->host = host;
    if (in->ranks == RANKS_MAX) {
        return lw_error(file->diags, place, NULL, "more than %d cards", RANKS_MAX);
    }
    return lw_import_card(file, (size_t)in->ranks++, name);
}

// ---- Text ----

// "#  Rank  0 Group  0 Pid   1234 on        box device  0 [0000:01:00] NVIDIA GeForce RTX 3090"
static lw_status read_rank(lw_import *file, const lw_line *line, reading *in) {
    lw_words words;
    LW_TRY(lw_line_words(file, line, false, &words));
    const char *host = NULL, *close = strchr(line->text, ']');
    for (size_t i = 0; i + 1 < words.count; i++) {
        host = host == NULL && strcmp(words.word[i].text, "on") == 0 ? words.word[i + 1].text : host;
    }
    if (host == NULL || close == NULL) {
        return lw_error(file->diags, lw_line_place(file, line, line->text), "is the file whole?",
                        "the line of a card has no name");
    }
    return add_card(file, in, close + 1 + strspn(close + 1, " "), host, lw_line_place(file, line, line->text));
}

// "#       size         count      type   redop    root     time   algbw   busbw  #wrong ..."
static lw_status read_head(lw_import *file, const lw_words *words, reading *in) {
    in->head = words->count - 1;
    in->time = 0;
    for (size_t i = 1; i < words->count && in->time == 0; i++) {
        in->time = strcmp(words->word[i].text, "time") == 0 ? i - 1 : 0;
        if (strcmp(words->word[i].text, "cputime") == 0) {
            return lw_error(file->diags, words->word[i].place, "run it without -C 1",
                            "times of the processor are none of the cards");
        }
    }
    return in->time > 0 ? LW_OK
                        : lw_error(file->diags, words->word[0].place, "is the file whole?", "the head has no column 'time'");
}

static lw_status read_size(lw_import *file, const lw_words *words, reading *in) {
    double bytes = 0, time_us = 0;
    LW_TRY(lw_word_number(file, &words->word[0], "the size", &bytes));
    // In place alone: the half out of place is blank.
    const bool whole = words->count >= in->head, half = words->count + COLUMNS == in->head;
    if (in->time == 0 || (!whole && !half)) {
        return lw_error(file->diags, words->word[words->count - 1].place, "is the file whole?",
                        "%zu values under a head of %zu columns", words->count, in->head);
    }
    LW_TRY(lw_word_number(file, &words->word[in->time], "the time", &time_us));
    const lw_word *bad = &words->word[in->time + COLUMNS - 1];
    if (strcmp(bad->text, "0") != 0 && strcmp(bad->text, "N/A") != 0 && strcmp(bad->text, "0e+00") != 0) {
        lw_warn(file->diags, bad->place, NULL, "the test counted wrong results: %s", bad->text);
    }
    return add(file, in, bytes, time_us, words->word[in->time].place);
}

static lw_status find_test(lw_import *file, const char *text, reading *in) {
    const char *perf = strstr(text, "_perf");
    const char *begin = perf;
    while (begin != NULL && begin > text && (begin[-1] == '_' || (begin[-1] >= 'a' && begin[-1] <= 'z'))) {
        begin--;
    }
    const char *name = begin != NULL ? lw_arena_copy_n(file->arena, begin, (size_t)(perf + 5 - begin)) : NULL;
    LW_TRY(begin != NULL && name == NULL ? LW_NO_MEMORY : LW_OK);
    const char *work = name != NULL ? find_work(name) : NULL;
    if (work != NULL && work != in->work) {
        in->work = work;
        in->begun = false;
    }
    return LW_OK;
}

// Calls that are enqueued, of which times are the mean (-n).
static int calls_of(const char *line, int otherwise) {
    static const char warm[] = "warmup iters: ", timed[] = " iters: ";
    const char *before = strstr(line, warm), *at = before != NULL ? strstr(before + sizeof warm - 1, timed) : NULL;
    const long calls = at != NULL ? strtol(at + sizeof timed - 1, NULL, 10) : 0;
    return calls > 0 && calls <= INT_MAX ? (int)calls : otherwise;
}

static lw_status read_remark(lw_import *file, const lw_line *line, const lw_words *words, reading *in) {
    static const char release[] = "nccl-library=", wrong[] = "Out of bounds values";
    const char *library = strstr(line->text, release);
    LW_TRY(find_test(file, line->text, in));
    in->release = library != NULL ? strtol(library + sizeof release - 1, NULL, 10) : in->release;
    in->calls = calls_of(line->text, in->calls);
    in->rccl = in->rccl || strstr(line->text, "rccl") != NULL || strstr(line->text, "RCCL") != NULL;
    if (words->count > 2 && strcmp(words->word[1].text, "Rank") == 0) {
        return read_rank(file, line, in);
    }
    if (words->count > 2 && strcmp(words->word[1].text, "size") == 0) {
        return read_head(file, words, in);
    }
    if (strstr(line->text, wrong) != NULL && strstr(line->text, "OK") == NULL) {
        lw_warn(file->diags, words->word[0].place, NULL, "the test says that results were wrong");
    }
    in->ended = in->ended || strstr(line->text, "Avg bus bandwidth") != NULL;
    return LW_OK;
}

static lw_status read_line(lw_import *file, const lw_line *line, reading *in) {
    lw_words words;
    LW_TRY(lw_line_words(file, line, false, &words));
    if (words.count == 0) {
        return LW_OK;
    }
    if (words.word[0].text[0] == '#') {
        return read_remark(file, line, &words, in);
    }
    if (lw_word_looks_number(words.word[0].text)) {
        return read_size(file, &words, in);
    }
    if (strstr(line->text, "_perf") != NULL) {  // the command line
        return find_test(file, line->text, in);
    }
    lw_line_is_strange(file, line);
    return LW_OK;
}

static lw_status read_text(lw_import *file, reading *in) {
    lw_lines lines;
    lw_line line;
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        const lw_status status = read_line(file, &line, in);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    if (!in->ended) {
        lw_warn(file->diags, (lw_place){file->source, (int)lines.count, 1}, "is the file whole?",
                "the file ends without 'Avg bus bandwidth': its last value may be cut");
    }
    return LW_OK;
}

// ---- JSON ----

static lw_status read_json_result(lw_import *file, const json_t *result, size_t r, reading *in) {
    static const char *const halves[] = {"out_of_place", "in_place"};
    const json_t *size = json_object_get(result, "size");
    const char *half = json_is_object(json_object_get(result, halves[0])) ? halves[0] : halves[1];
    const json_t *time = json_object_get(json_object_get(result, half), "time");
    const lw_place place = lw_json_place_of(file, "results[%zu].%s.time", r, half);
    if (!json_is_number(size) || !json_is_number(time)) {
        return lw_error(file->diags, place.line > 0 ? place : lw_json_place_of(file, "results[%zu]", r),
                        "is it what nccl-tests -J wrote?", "a result should have a size and a time");
    }
    return add(file, in, json_number_value(size), json_number_value(time), place);
}

static lw_status read_json_tree(lw_import *file, const json_t *root, reading *in) {
    const json_t *devices = json_object_get(root, "devices"), *results = json_object_get(root, "results");
    const json_t *release = json_object_get(root, "nccl_version");
    const char *test = json_string_value(json_array_get(json_object_get(root, "args"), 0));
    LW_TRY(test != NULL ? find_test(file, test, in) : LW_OK);
    in->release = json_is_integer(release) ? json_integer_value(release) : 0;
    for (size_t i = 0; i < json_array_size(devices); i++) {
        const json_t *device = json_array_get(devices, i);
        const char *name = json_string_value(json_object_get(device, "device_info"));
        const char *host = json_string_value(json_object_get(device, "hostname"));
        host = lw_arena_copy(file->arena, host != NULL ? host : "");
        LW_TRY(host == NULL ? LW_NO_MEMORY : LW_OK);
        LW_TRY(add_card(file, in, name != NULL ? name : "", host, lw_json_place_of(file, "devices[%zu]", i)));
    }
    if (!json_is_array(results)) {
        return lw_error(file->diags, (lw_place){file->source, 0, 0}, "is it what nccl-tests -J wrote?",
                        "it has no list of results");
    }
    for (size_t r = 0; r < json_array_size(results); r++) {
        const lw_status status = read_json_result(file, json_array_get(results, r), r, in);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    }
    return LW_OK;
}

static lw_status read(lw_import *file) {
    reading in = {.calls = CALLS};
    if (file->source->text[strspn(file->source->text, " \t\r\n")] != '{') {
        LW_TRY(read_text(file, &in));
    } else {
        json_t *root = NULL;
        LW_TRY(lw_json_load(file, &root));
        const lw_status status = read_json_tree(file, root, &in);
        json_decref(root);
        LW_TRY(status);
    }
    file->tool = in.rccl ? "rccl-tests" : "nccl-tests";
    return LW_OK;
}

static const char *const marks[] = {"# nccl-tests version",
                                    "# Collective test starting",
                                    "# Using devices",
                                    "# Avg bus bandwidth",
                                    "\"average_bus_bandwidth\"",
                                    "\"out_of_place\"",
                                    NULL};
extern const lw_import_format lw_import_nccl_tests;
const lw_import_format lw_import_nccl_tests = {"nccl-tests", "nccl-tests and rccl-tests, text or JSON", marks, NULL, read};
