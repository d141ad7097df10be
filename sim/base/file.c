// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/text.h"

static int64_t fail_at;  // steps until one fails; 0: none does

void lw_file_fail_at(int64_t step) {
    fail_at = step;
}

// Is this step the one that must fail? Only tests set fail_at, so that threads only read it.
static bool must_fail(void) {
    if (fail_at == 0 || --fail_at > 0) {
        return false;
    }
    errno = EIO;
    return true;
}

static bool write_all(int file, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return true;
}

// Write and close; the file is closed in any case.
static bool fill_and_close(int file, const char *bytes, size_t length, bool sync) {
    bool ok = !must_fail() && write_all(file, bytes, length);
    ok = ok && (!sync || (!must_fail() && fsync(file) == 0));
    int cause = errno;
    bool closed = close(file) == 0;
    if (!ok) {
        errno = cause;
        return false;
    }
    return !must_fail() && closed;
}

// A new file beside path that no one else has; its name into *name. -1 with errno on failure.
static int open_temporary(const char *path, mode_t mode, lw_text *name) {
    enum { TRIES = 1000, NAME_KEPT = 200 };  // the whole name must stay within 255 bytes
    const char *slash = strrchr(path, '/');
    int folder_length = slash ? (int)(slash - path + 1) : 0;
    for (int i = 0; i < TRIES; i++) {
        name->length = 0;
        lw_text_print(name, "%.*s.%.*s.tmp.%ld.%d", folder_length, path, NAME_KEPT, path + folder_length, (long)getpid(), i);
        if (name->failed) {
            errno = ENOMEM;
            return -1;
        }
        if (must_fail()) {
            return -1;
        }
        int file = open(name->bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (file >= 0 || errno != EEXIST) {
            return file;
        }
    }
    return -1;
}

// Remove what a process that is no more left of this file: ".NAME.tmp.PID.N".
static void remove_litter(const char *path) {
    enum { NAME_KEPT = 200 };
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    char folder[PATH_MAX], prefix[NAME_KEPT + 16];
    int folder_length =
        snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(base - path) : 1, slash != NULL ? path : ".");
    int length = snprintf(prefix, sizeof prefix, ".%.*s.tmp.", NAME_KEPT, base);
    DIR *stream = folder_length < PATH_MAX ? opendir(folder) : NULL;
    for (const struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
        char *end = NULL;
        if (strncmp(entry->d_name, prefix, (size_t)length) != 0) {
            continue;
        }
        const char *number = entry->d_name + length;
        long pid = number[0] >= '0' && number[0] <= '9' ? strtol(number, &end, 10) : 0;
        bool ours =
            pid > 0 && pid <= INT_MAX && end[0] == '.' && end[1] != '\0' && end[1 + strspn(end + 1, "0123456789")] == '\0';
        if (ours && kill((pid_t)pid, 0) != 0 && errno == ESRCH) {
            (void)unlinkat(dirfd(stream), entry->d_name, 0);
        }
    }
    if (stream != NULL) {
        closedir(stream);
    }
}

// old: the file that is replaced; NULL: none. Its mode is kept, from the first byte on.
static bool write_beside(const char *path, const struct stat *old, const void *bytes, size_t length) {
    enum { MODE_MASK = 07777, MODE_NEW = 0666 };
    lw_text name = {0};
    remove_litter(path);
    int file = open_temporary(path, old != NULL ? old->st_mode & S_IRWXU : MODE_NEW, &name);
    bool ok = file >= 0 && (old == NULL || fchmod(file, old->st_mode & MODE_MASK) == 0);
    if (file >= 0 && !ok) {
        int cause = errno;
        close(file);
        unlink(name.bytes);
        errno = cause;
    }
    if (ok) {
        ok = fill_and_close(file, bytes, length, true) && !must_fail() && rename(name.bytes, path) == 0;
        if (!ok) {
            int cause = errno;
            unlink(name.bytes);
            errno = cause;
        }
    }
    int cause = errno;
    lw_text_free(&name);
    errno = cause;
    return ok;
}

// Devices and pipes (/dev/stdout, /dev/null) cannot be replaced by another file.
static bool write_through(const char *path, const void *bytes, size_t length) {
    int file = must_fail() ? -1 : open(path, O_WRONLY | O_CLOEXEC);
    return file >= 0 && fill_and_close(file, bytes, length, false);
}

static const char *hint_for(int cause) {
    switch (cause) {
    case ENOSPC:
    case EDQUOT:
        return "free some space, or write to another disk";
    case ENOENT:
        return "make the folder first";
    case EACCES:
    case EROFS:
        return "choose a folder that you may write to";
    default:
        return NULL;
    }
}

lw_status lw_file_write(const char *path, const void *bytes, size_t length, lw_diags *diags) {
    struct stat old;
    bool exists = stat(path, &old) == 0;
    bool ok;
    if (exists && S_ISDIR(old.st_mode)) {
        errno = EISDIR;
        ok = false;
    } else if (exists && !S_ISREG(old.st_mode)) {
        ok = write_through(path, bytes, length);
    } else {
        ok = write_beside(path, exists ? &old : NULL, bytes, length);
    }
    if (!ok) {
        int cause = errno;
        lw_error(diags, (lw_place){0}, hint_for(cause), "cannot write '%s': %s", path, strerror(cause));
        return LW_IO;
    }
    return LW_OK;
}

// mkdir that is content with a folder that exists.
static bool make_one(const char *path) {
    struct stat old;
    if (mkdir(path, 0777) == 0) {
        return true;
    }
    if (errno != EEXIST) {
        return false;
    }
    if (stat(path, &old) == 0 && S_ISDIR(old.st_mode)) {
        return true;
    }
    errno = ENOTDIR;
    return false;
}

lw_status lw_folder_make(const char *path, lw_diags *diags) {
    lw_text prefix = {0};
    lw_text_add(&prefix, path);
    if (prefix.failed) {
        lw_text_free(&prefix);
        return LW_NO_MEMORY;
    }
    bool ok = true;
    for (size_t i = 1; ok && i <= prefix.length; i++) {
        if (i == prefix.length || prefix.bytes[i] == '/') {
            prefix.bytes[i] = '\0';
            ok = make_one(prefix.bytes);
            prefix.bytes[i] = path[i];
        }
    }
    int cause = prefix.length == 0 ? ENOENT : errno;
    ok = ok && prefix.length > 0;
    lw_text_free(&prefix);
    if (!ok) {
        lw_error(diags, (lw_place){0}, NULL, "cannot make the folder '%s': %s", path, strerror(cause));
        return LW_IO;
    }
    return LW_OK;
}
