// SPDX-License-Identifier: GPL-3.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/text.h"
#include "sim/config/source.h"

// Everything up to one byte over the limit. False with errno on failure.
static bool read_all(int file, size_t most, lw_text *out) {
    char buffer[16384];
    while (out->length <= most && !out->failed) {
        ssize_t count = read(file, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return count == 0;
        }
        lw_text_add_n(out, buffer, (size_t)count);
    }
    return true;
}

static lw_status keep(const lw_text *text, const char *name, lw_arena *arena, const lw_source **out) {
    lw_source *source = LW_NEW(arena, lw_source);
    char *own_name = lw_arena_copy(arena, name);
    if (!source || !own_name || text->failed) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){.name = own_name};
    source->text = lw_arena_copy_n(arena, text->bytes ? text->bytes : "", text->length);
    source->length = text->length;
    if (!source->text) {
        return LW_NO_MEMORY;
    }
    *out = source;
    return LW_OK;
}

static lw_status too_large(const char *name, size_t most, lw_place place, lw_arena *arena, lw_diags *diags) {
    lw_source *source = LW_NEW(arena, lw_source);
    char *own_name = lw_arena_copy(arena, name);
    if (!source || !own_name) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){.name = own_name};
    return lw_error(diags, place.source != NULL ? place : (lw_place){source, 0, 0},
                    "split it, or move tables into files of their own", "the text%s%s is larger than %zu MiB",
                    place.source != NULL ? " of " : "", place.source != NULL ? name : "", most >> 20);
}

lw_status lw_source_read_at(const char *path, size_t most, lw_place place, lw_arena *arena, lw_diags *diags,
                            const lw_source **source) {
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "<stdin>" : path;
    int file = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    lw_text text = {0};
    bool ok = file >= 0 && read_all(file, most, &text);
    int cause = errno;
    if (file >= 0 && !is_stdin) {
        close(file);
    }
    lw_status status = LW_IO;
    if (ok) {
        status =
            text.length > most && !text.failed ? too_large(name, most, place, arena, diags) : keep(&text, name, arena, source);
    } else {
        lw_error(diags, place, NULL, "cannot read '%s': %s", name, strerror(cause));
    }
    lw_text_free(&text);
    return status;
}

lw_status lw_source_read(const char *path, lw_arena *arena, lw_diags *diags, const lw_source **source) {
    return lw_source_read_at(path, LW_SOURCE_BYTES_MAX, (lw_place){0}, arena, diags, source);
}

static bool is_readable_file(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, R_OK) == 0;
}

lw_status lw_source_find(const char *name, const char *const folder[2], lw_arena *arena, const char **path) {
    *path = NULL;
    for (int i = 0; i < 2 && *path == NULL; i++) {
        const char *tried = name[0] == '/' ? name : lw_arena_print(arena, "%s/%s", folder[i], name);
        if (tried == NULL) {
            return LW_NO_MEMORY;
        }
        *path = is_readable_file(tried) ? tried : NULL;
    }
    return LW_OK;
}

static const char ending[] = ".yaml";
enum { ENDING_LENGTH = sizeof ending - 1 };

bool lw_is_yaml_name(const char *name) {
    size_t length = strlen(name);
    return length > ENDING_LENGTH && strcmp(name + length - ENDING_LENGTH, ending) == 0;
}

const char *lw_yaml_stem(const char *path, lw_arena *arena) {
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *stem = lw_arena_copy_n(arena, name, strlen(name) - (lw_is_yaml_name(name) ? ENDING_LENGTH : 0));
    if (stem == NULL || lw_is_visible(stem)) {
        return stem;
    }
    lw_text shown = {0};
    lw_text_visible(&shown, stem);
    stem = shown.failed ? NULL : lw_arena_copy_n(arena, shown.bytes, shown.length);
    lw_text_free(&shown);
    return stem;
}

const char *lw_folder_of(const char *path, lw_arena *arena) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? "." : lw_arena_copy_n(arena, path, (size_t)(slash - path));
}
