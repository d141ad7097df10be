// SPDX-License-Identifier: GPL-3.0-or-later
// Memory: everything that belongs together lies in one arena and is freed by one call. No other
// file calls malloc, realloc or free; all memory goes through one hook so that tests can make the
// n-th request fail.
#ifndef LW_ARENA_H
#define LW_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/status.h"

typedef struct lw_arena lw_arena;

// resize(old, bytes, user): behaves as realloc; bytes == 0 frees. NULL restores the C library's.
// Set it only while no arena exists and no other thread runs.
typedef void *(*lw_memory_resize)(void *old, size_t bytes, void *user);
void lw_memory_hook(lw_memory_resize resize, void *user);
// Arenas ask for memory in chunks of at most so many bytes; 0: for each object alone, so that a
// hook sees them all. SIZE_MAX restores the usual. As above, only while no arena exists.
void lw_memory_chunks(size_t bytes);

// Raw blocks for the few buffers that grow; same hook. bytes == 0 frees and returns NULL.
void *lw_memory_resize_block(void *old, size_t bytes);

// For a program, not for a library in one: memory that is freed stays with the process, whose next
// request then costs no fresh pages. It is half the time of a run that builds large machines.
void lw_memory_keep(void);

// NULL when out of memory. Free with lw_arena_free (NULL is allowed).
lw_arena *lw_arena_new(void);
void lw_arena_free(lw_arena *arena);

// Zeroed memory for count objects of size bytes, aligned to 16; NULL when out of memory or when
// count * size overflows. count or size 0 gives a valid pointer to nothing.
void *lw_arena_alloc(lw_arena *arena, size_t count, size_t size) LW_CHECKED;
#define LW_NEW(arena, type) ((type *)lw_arena_alloc((arena), 1, sizeof(type)))
#define LW_NEW_ARRAY(arena, type, count) ((type *)lw_arena_alloc((arena), (count), sizeof(type)))

// A block of the arena, or NULL, larger: bytes > old_bytes, of which those behind are zeroed. It may
// move; a large one leaves nothing behind. NULL when out of memory: the old one is as it was.
void *lw_arena_grow(lw_arena *arena, void *old, size_t old_bytes, size_t bytes) LW_CHECKED;

// Copies; NULL when out of memory. The result is always terminated.
char *lw_arena_copy(lw_arena *arena, const char *text) LW_CHECKED;
char *lw_arena_copy_n(lw_arena *arena, const char *text, size_t length) LW_CHECKED;

// "a->b", "gpus[3]": the same as by lw_arena_print, for names of which there are many.
char *lw_arena_join(lw_arena *arena, const char *first, const char *second, const char *third) LW_CHECKED;
char *lw_arena_member(lw_arena *arena, const char *name, size_t index) LW_CHECKED;
// printf into the arena; NULL when out of memory.
char *lw_arena_print(lw_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3))) LW_CHECKED;
char *lw_arena_print_list(lw_arena *arena, const char *format, va_list list) __attribute__((format(printf, 2, 0))) LW_CHECKED;

// The arena as it is now, with a copy of all that lies in it. Going back to it gives every object that
// there was its place and contents, and frees what came later. One mark an arena, free it before or after
// that. NULL when out of memory.
typedef struct lw_arena_mark lw_arena_mark;
lw_arena_mark *lw_arena_mark_new(lw_arena *arena) LW_CHECKED;
void lw_arena_go_back(lw_arena *arena, const lw_arena_mark *mark);
void lw_arena_mark_free(lw_arena_mark *mark);

// Bytes handed out so far, for --stats and tests.
size_t lw_arena_used(const lw_arena *arena);

#endif
