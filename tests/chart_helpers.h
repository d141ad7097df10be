// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of charts share. LANEWISE_PICTURES=DIR leaves pictures in DIR to be looked at;
// LANEWISE_UPDATE_GOLDEN=1 rewrites the golden files.
#ifndef LW_CHART_HELPERS_H
#define LW_CHART_HELPERS_H

#include "models/family.h"
#include "plots/chart.h"
#include "sim/base/file.h"
#include "sim/config/source.h"
#include "sim/result/metric_table.h"
#include "tests/helpers.h"

// As results have it: the hue of the link family, grey where there is none such.
static inline lw_hue hue_of(const char *name) {
    const lw_family *family = lw_family_find(name);
    return family != NULL ? family->hue : LW_HUE_GREY;
}

// What a measured table observes of a workload.
static inline const lw_metric *metric_of(const char *word) {
    const lw_metric *metric = lw_metric_find(word, LW_OF_WORKLOAD, NULL);
    assert_non_null(metric);
    return metric;
}

static inline lw_chart_request request_of(lw_chart_kind kind) {
    lw_chart_request request;
    lw_chart_request_default(kind, &request);
    return request;
}

static inline void leave(lw_test *test, const char *name, const lw_text *bytes) {
    const char *folder = getenv("LANEWISE_PICTURES");
    if (folder != NULL) {
        char *path = lw_arena_print(test->arena, "%s/%s", folder, name);
        assert_int_equal(lw_file_write(path, bytes->bytes, bytes->length, test->diags), LW_OK);
    }
}

static inline lw_status render(lw_test *test, const lw_chart_request *request, const lw_result *result, lw_picture *picture) {
    lw_font_metrics metrics = lw_font_metrics_fixed();
    return lw_chart_render_with(request, result, &metrics, test->arena, test->diags, picture);
}

static inline char *read_file(lw_test *test, const char *path) {
    const lw_source *source = NULL;
    return lw_source_read(path, test->arena, test->diags, &source) == LW_OK ? lw_arena_copy(test->arena, source->text) : NULL;
}

// The draw list is the one of tests/golden/plots/NAME.txt.
static inline void check_golden(lw_test *test, const lw_picture *picture, const char *name) {
    lw_text dump = {0};
    lw_draw_dump(picture->draw, &dump);
    const char *path = lw_arena_print(test->arena, "%s/tests/golden/plots/%s.txt", LW_SOURCE_DIR, name);
    if (getenv("LANEWISE_UPDATE_GOLDEN") != NULL) {
        assert_int_equal(lw_file_write(path, dump.bytes, dump.length, test->diags), LW_OK);
    }
    const char *golden = read_file(test, path);
    assert_non_null(golden);
    if (strcmp(golden, dump.bytes) != 0) {
        size_t same = 0;
        while (golden[same] == dump.bytes[same]) {
            same++;
        }
        while (same > 0 && golden[same - 1] != '\n') {
            same--;
        }
        fail_msg("%s differs:\n- %.*s\n+ %.*s\nIf that is wanted, run again with LANEWISE_UPDATE_GOLDEN=1 and look at the "
                 "difference",
                 path, (int)strcspn(golden + same, "\n"), golden + same, (int)strcspn(dump.bytes + same, "\n"),
                 dump.bytes + same);
    }
    lw_text_free(&dump);
}

typedef struct text_box {
    double left, top, right, bottom;
    const char *text;
} text_box;

// Letters reach 0.76 of the size above the baseline and 0.24 below (DejaVu Sans); a quarter less
// counts as touching.
static inline text_box box_of(const lw_font_metrics *metrics, const lw_draw_item *item) {
    double width = lw_text_width(metrics, item->text, item->font.size, item->font.bold);
    double left = item->at.x - (item->font.anchor == LW_ANCHOR_START ? 0.0
                                : item->font.anchor == LW_ANCHOR_END ? width
                                                                     : width / 2);
    return (text_box){left, item->at.y - 0.7 * item->font.size, left + width, item->at.y + 0.15 * item->font.size, item->text};
}

// Every text lies inside the picture and on no other.
static inline void check_texts(lw_test *test, const lw_picture *picture, const lw_font_metrics *metrics) {
    text_box *boxes = LW_NEW_ARRAY(test->arena, text_box, picture->draw->count);
    size_t count = 0;
    for (size_t i = 0; i < picture->draw->count; i++) {
        if (picture->draw->item[i].kind != LW_DRAW_TEXT) {
            continue;
        }
        text_box box = box_of(metrics, &picture->draw->item[i]);
        if (!(box.left >= 0 && box.top >= 0 && box.right <= picture->width && box.bottom <= picture->height)) {
            fail_msg("'%s' leaves the picture", box.text);
        }
        for (size_t k = 0; k < count; k++) {
            bool apart = box.right <= boxes[k].left || boxes[k].right <= box.left || box.bottom <= boxes[k].top ||
                         boxes[k].bottom <= box.top;
            if (!apart) {
                fail_msg("'%s' lies on '%s'", box.text, boxes[k].text);
            }
        }
        boxes[count++] = box;
    }
    assert_true(count > 5);
}

static inline bool has_text(const lw_picture *picture, const char *text) {
    for (size_t i = 0; i < picture->draw->count; i++) {
        if (picture->draw->item[i].kind == LW_DRAW_TEXT && strstr(picture->draw->item[i].text, text) != NULL) {
            return true;
        }
    }
    return false;
}

#endif
