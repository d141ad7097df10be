// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/loaded.h"

#include <dlfcn.h>
#include <string.h>

lw_status lw_library_load(const lw_library *library, const char *const *name, size_t count, const lw_import *file, void *calls) {
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL), *found = handle;
    for (size_t i = 0; i < count && found != NULL; i++) {
        found = dlsym(handle, name[i]);
        memcpy((char *)calls + i * sizeof found, &found, sizeof found);
    }
    if (found == NULL) {
        const char *why = dlerror();
        (void)lw_error(file->diags, (lw_place){file->source, 0, 0}, lw_diags_text(file->diags, "install %s", library->package),
                       "%s: %s", library->task,
                       why != NULL ? why : lw_diags_text(file->diags, "%s is another library", library->file));
        return LW_IO;
    }
    return LW_OK;
}
