// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/font_metrics.h"

#include <string.h>

const char lw_font_family[] = "DejaVu Sans";

static bool continues(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static double fixed_width(void *user, const char *utf8, double size, bool bold) {
    (void)user;
    double characters = 0.0;
    for (const char *at = utf8; *at != '\0'; at++) {
        characters += continues(*at) ? 0.0 : 1.0;
    }
    return characters * size * (bold ? 0.64 : 0.6);
}

lw_font_metrics lw_font_metrics_fixed(void) {
    return (lw_font_metrics){.width = fixed_width, .family = lw_font_family};
}

double lw_text_width(const lw_font_metrics *metrics, const char *utf8, double size, bool bold) {
    return metrics->width(metrics->user, utf8, size, bold);
}

// The longest beginning of text[0..length) that fits with an ellipsis behind it.
static char *cut(const lw_face *face, lw_arena *arena, const char *utf8, size_t length, double width) {
    static const char ellipsis[] = "\xE2\x80\xA6";
    char *buffer = LW_NEW_ARRAY(arena, char, length + sizeof ellipsis);
    if (buffer == NULL) {
        return NULL;
    }
    size_t low = 0;  // fits for certain: an ellipsis alone is the least that is shown
    size_t high = length;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        size_t end = middle;
        while (end > 0 && continues(utf8[end])) {
            end--;
        }
        memcpy(buffer, utf8, end);
        memcpy(buffer + end, ellipsis, sizeof ellipsis);
        if (lw_text_width(face->metrics, buffer, face->size, face->bold) <= width) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    while (low > 0 && (continues(utf8[low]) || utf8[low - 1] == ' ')) {
        low--;
    }
    memcpy(buffer, utf8, low);
    memcpy(buffer + low, ellipsis, sizeof ellipsis);
    return buffer;
}

char *lw_text_fit(const lw_font_metrics *metrics, lw_arena *arena, const char *utf8, double size, bool bold, double width) {
    if (lw_text_width(metrics, utf8, size, bold) <= width) {
        return lw_arena_copy(arena, utf8);
    }
    return cut(&(const lw_face){metrics, size, bold}, arena, utf8, strlen(utf8), width);
}

size_t lw_text_wrap(const lw_face *face, lw_arena *arena, const char *utf8, double width, const char **lines, size_t max) {
    size_t count = 0;
    while (*utf8 != '\0' && count < max) {
        if (count + 1 == max) {
            lines[count] = lw_text_fit(face->metrics, arena, utf8, face->size, face->bold, width);
            return lines[count] == NULL ? 0 : max;
        }
        char *line = lw_arena_copy(arena, utf8);
        if (line == NULL) {
            return 0;
        }
        // Shorten word by word. A single word that is too long is cut.
        size_t taken = strlen(line);
        while (lw_text_width(face->metrics, line, face->size, face->bold) > width) {
            char *space = strrchr(line, ' ');
            if (space == NULL || space == line) {
                break;
            }
            *space = '\0';
            taken = (size_t)(space - line) + 1;
        }
        lines[count] = lw_text_fit(face->metrics, arena, line, face->size, face->bold, width);
        if (lines[count] == NULL) {
            return 0;
        }
        count++;
        utf8 += taken;
    }
    return count;
}
