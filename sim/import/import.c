// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/import.h"

#include <string.h>

#include "sim/base/suggest.h"
#include "sim/import/formats.h"
#include "sim/import/hardware.h"

// The first mark of the format; NULL: none.
static const char *find_mark(const lw_import_format *format, const char *text) {
    const char *first = NULL;
    for (const char *const *mark = format->marks; *mark != NULL; mark++) {
        const char *at = strstr(text, *mark);
        first = at != NULL && (first == NULL || at < first) ? at : first;
    }
    return first;
}

static const lw_import_format *recognise(const char *text) {
    const lw_import_format *found = NULL;
    const char *first = NULL;
    for (const lw_import_format *const *format = lw_import_formats; *format != NULL; format++) {
        const char *at = find_mark(*format, text);
        if (at != NULL && (first == NULL || at < first)) {
            first = at;
            found = *format;
        }
    }
    for (const lw_import_format *const *format = lw_import_formats; found == NULL && *format != NULL; format++) {
        found = (*format)->is != NULL && (*format)->is(text) ? *format : NULL;
    }
    return found;
}

static bool is_yaml(const char *text) {
    static const char *const keys[] = {"lanewise:", "measured:", "preset:"};
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            if (strncmp(line, keys[i], strlen(keys[i])) == 0) {
                return true;
            }
        }
    }
    return false;
}

// As PowerShell writes what it redirects.
static bool is_utf16(const lw_source *source) {
    return strncmp(source->text, "\xFF\xFE", 2) == 0;
}

bool lw_import_knows(const lw_source *source) {
    return is_utf16(source) || (!is_yaml(source->text) && recognise(source->text) != NULL);
}

static lw_place place_at(const lw_source *source, const char *at) {
    lw_place place = {source, 1, 1};
    for (const char *c = source->text; c < at; c++) {
        place.line += *c == '\n';
        place.column = *c == '\n' ? 1 : place.column + (((unsigned char)*c & 0xC0) != 0x80);
    }
    return place;
}

// A file of two tools would be read by halves.
static lw_status refuse_others(const lw_import *file) {
    for (const lw_import_format *const *format = lw_import_formats; *format != NULL; format++) {
        const char *at = find_mark(*format, file->source->text);
        if (*format != file->format && at != NULL) {
            return lw_error(file->diags, place_at(file->source, at), "put each tool's output into a file of its own",
                            "output of %s begins here, in a file of %s", (*format)->name, file->format->name);
        }
    }
    return LW_OK;
}

static lw_status find_format(lw_import *file, const char *as) {
    for (const lw_import_format *const *format = lw_import_formats; as != NULL && *format != NULL; format++) {
        file->format = strcmp((*format)->name, as) == 0 ? *format : file->format;
    }
    if (as != NULL) {
        if (file->format == NULL) {
            (void)lw_error(file->diags, (lw_place){0},
                           lw_did_you_mean(file->diags, as, lw_import_words, lw_word_count(lw_import_words),
                                           "lanewise import --help lists the formats"),
                           "there is no format '%s'", as);
        }
        return file->format != NULL ? LW_OK : LW_BAD_USAGE;
    }
    file->format = recognise(file->source->text);
    if (file->format == NULL) {
        return lw_error(file->diags, (lw_place){file->source, 0, 0},
                        "lanewise import --help lists the tools; a list of your own begins with the line bytes,GB/s",
                        "this is the output of no tool that is known");
    }
    return refuse_others(file);
}

static lw_status refuse_empty(const lw_import *file) {
    const bool machine = file->hardware != NULL, guest = machine && file->hardware->guest.source != NULL;
    if (machine ? file->hardware->part.count > 0 : file->points > 0) {
        return LW_OK;
    }
    const char *title = file->format != NULL ? file->format->title : file->tool;
    return lw_error(file->diags, (lw_place){file->source, 0, 0},
                    guest                  ? "it is of a virtual machine, which shows no links: read it on the host"
                    : file->format != NULL ? "is the file whole?"
                                           : NULL,
                    machine ? "no card on a PCIe link is in it (%s)" : "nothing in it measures a link (%s)", title);
}

lw_status lw_import_here(lw_arena *arena, lw_diags *diags, lw_import *out) {
    static const lw_source here = {"this machine", "", 0};
    *out = (lw_import){.source = &here, .arena = arena, .diags = diags};
    LW_TRY(lw_hwloc_read(out));
    return refuse_empty(out);
}

lw_status lw_import_read(const lw_source *source, const char *as, lw_arena *arena, lw_diags *diags, lw_import *out) {
    lw_import file = {.source = source, .arena = arena, .diags = diags};
    const char *zero = memchr(source->text, 0, source->length);
    if (zero != NULL || is_utf16(source)) {
        return lw_error(diags, (lw_place){source, 0, 0}, "save it as UTF-8; in PowerShell: TOOL | Out-File -Encoding utf8 FILE",
                        "this is no text in UTF-8");
    }
    const size_t errors = lw_diags_errors(diags);
    LW_TRY(find_format(&file, as));
    file.tool = file.format->name;
    LW_TRY(file.format->read(&file));
    LW_TRY(lw_diags_errors(diags) > errors ? LW_BAD_INPUT : refuse_empty(&file));
    *out = file;
    return LW_OK;
}
