// SPDX-License-Identifier: GPL-3.0-or-later
// Libraries that few runs need: loaded where they are called, by the name that the linker would have
// noted, so that no other run waits for them and for the libraries that they bring.
#ifndef LW_LOADED_H
#define LW_LOADED_H

#include "sim/import/import.h"

typedef struct lw_library {
    const char *file;  // "libxml2.so.2"
    const char *package;
    const char *task;  // what it is loaded for, as a sentence: "NCCL's topology is XML"
} lw_library;

// CALLS(CALL) lists functions whose declarations are known, CALL(name) each; a struct of pointers to
// them is struct { CALLS(LW_LOADED_MEMBER) }, their names are {CALLS(LW_LOADED_NAME)}.
// A declaration takes no parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define LW_LOADED_MEMBER(name) __typeof__(name) *name;
#define LW_LOADED_NAME(name) #name,

// Set the `count` pointers of such a struct. LW_IO with a finding: it, or a function of it, is not there.
lw_status lw_library_load(const lw_library *library, const char *const *name, size_t count, const lw_import *file,
                          void *calls) LW_CHECKED;

#endif
