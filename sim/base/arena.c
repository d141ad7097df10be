// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

// Under AddressSanitizer every object gets its own chunk, so that a step beyond its end is seen.
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_CHUNK_BYTES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_CHUNK_BYTES 0
#endif
#endif
#ifndef ARENA_CHUNK_BYTES
#define ARENA_CHUNK_BYTES (64 * 1024)
#endif

enum { ARENA_ALIGN = 16 };

typedef struct chunk {
    struct chunk *next, *previous;
    size_t size, used;  // of bytes
    bool marked;        // it is part of the arena's mark, and stays where it is
    alignas(ARENA_ALIGN) unsigned char bytes[];
} chunk;

struct lw_arena {
    chunk *head;  // the one that is being filled; full ones, and those of one large object, follow
    size_t used;
};

static void *c_library_resize(void *old, size_t bytes, void *user) {
    (void)user;
    if (bytes == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, bytes);
}

static lw_memory_resize hook_resize = c_library_resize;
static void *hook_user;
static size_t chunk_bytes = ARENA_CHUNK_BYTES;

void lw_memory_hook(lw_memory_resize resize, void *user) {
    hook_resize = resize ? resize : c_library_resize;
    hook_user = user;
}

void lw_memory_chunks(size_t bytes) {
    const size_t most = ARENA_CHUNK_BYTES;
    chunk_bytes = bytes < most ? bytes : most;
}

void *lw_memory_resize_block(void *old, size_t bytes) {
    if (bytes == 0) {
        if (old) {
            hook_resize(old, 0, hook_user);
        }
        return NULL;
    }
    return hook_resize(old, bytes, hook_user);
}

void lw_memory_keep(void) {
#ifdef __GLIBC__
    enum { LARGE_BYTES = 32 << 20, KEPT_BYTES = 1 << 30, ASKED_BYTES = 1 << 20 };  // the first is glibc's own bound
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_TOP_PAD, ASKED_BYTES);
#endif
}

lw_arena *lw_arena_new(void) {
    lw_arena *arena = lw_memory_resize_block(NULL, sizeof *arena);
    if (arena) {
        *arena = (lw_arena){0};
    }
    return arena;
}

void lw_arena_free(lw_arena *arena) {
    if (!arena) {
        return;
    }
    for (chunk *at = arena->head; at;) {
        chunk *next = at->next;
        lw_memory_resize_block(at, 0);
        at = next;
    }
    lw_memory_resize_block(arena, 0);
}

static chunk *chunk_new(size_t size) {
    chunk *fresh = lw_memory_resize_block(NULL, sizeof(chunk) + size);
    if (fresh) {
        *fresh = (chunk){.size = size};
    }
    return fresh;
}

// An object that large has a chunk of its own.
static bool is_large(size_t bytes) {
    return bytes > chunk_bytes / 4;
}

// Its neighbours, and the arena, learn where a chunk is.
static chunk *join(lw_arena *arena, chunk *at) {
    *(at->previous ? &at->previous->next : &arena->head) = at;
    if (at->next) {
        at->next->previous = at;
    }
    return at;
}

// The chunk that has room for bytes more; NULL when out of memory.
static chunk *chunk_with_room(lw_arena *arena, size_t bytes) {
    chunk *head = arena->head;
    const bool large = is_large(bytes);
    if (head && !large && head->size - head->used >= bytes) {
        return head;
    }
    chunk *fresh = chunk_new(large ? bytes : chunk_bytes);
    if (!fresh) {
        return NULL;
    }
    // a large one goes behind the head, which may still have room for small ones
    fresh->previous = large ? head : NULL;
    fresh->next = large && head ? head->next : head;
    return join(arena, fresh);
}

// So that the next one is aligned, too.
static size_t rounded_up(size_t bytes) {
#if ARENA_CHUNK_BYTES > 0
    bytes = (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
#endif
    return bytes;
}

// Memory for bytes; not cleared.
static void *take(lw_arena *arena, size_t bytes) {
    // no object is that large, and sums of sizes stay far from an overflow
    if (bytes > PTRDIFF_MAX / 2) {
        return NULL;
    }
    bytes = rounded_up(bytes);
    chunk *room = chunk_with_room(arena, bytes);
    if (!room) {
        return NULL;
    }
    void *memory = room->bytes + room->used;
    room->used += bytes;
    arena->used += bytes;
    return memory;
}

void *lw_arena_alloc(lw_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return NULL;
    }
    if (bytes == 0) {
        bytes = 1;  // a pointer of its own even for nothing
    }
    void *memory = take(arena, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

void *lw_arena_grow(lw_arena *arena, void *old, size_t old_bytes, size_t bytes) {
    const size_t before = rounded_up(old_bytes), after = bytes <= PTRDIFF_MAX / 2 ? rounded_up(bytes) : 0;
    unsigned char *grown = NULL;
    chunk *own = old && after > 0 && is_large(before) ? (chunk *)((unsigned char *)old - offsetof(chunk, bytes)) : NULL;
    if (own && !own->marked) {
        own = lw_memory_resize_block(own, sizeof *own + after);
        if (!own) {
            return NULL;
        }
        own->size = own->used = after;
        arena->used += after - before;
        grown = join(arena, own)->bytes;
    } else {
        grown = take(arena, bytes);
        if (grown && old) {
            memcpy(grown, old, old_bytes);
        }
    }
    if (grown) {
        memset(grown + old_bytes, 0, bytes - old_bytes);
    }
    return grown;
}

char *lw_arena_copy_n(lw_arena *arena, const char *text, size_t length) {
    char *copy = length < SIZE_MAX ? take(arena, length + 1) : NULL;
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

char *lw_arena_copy(lw_arena *arena, const char *text) {
    return lw_arena_copy_n(arena, text, strlen(text));
}

char *lw_arena_join(lw_arena *arena, const char *first, const char *second, const char *third) {
    const size_t lengths[] = {strlen(first), strlen(second), strlen(third)};
    char *text = take(arena, lengths[0] + lengths[1] + lengths[2] + 1);
    if (text) {
        memcpy(text, first, lengths[0]);
        memcpy(text + lengths[0], second, lengths[1]);
        memcpy(text + lengths[0] + lengths[1], third, lengths[2] + 1);
    }
    return text;
}

char *lw_arena_member(lw_arena *arena, const char *name, size_t index) {
    char digits[32] = {0};
    char *at = digits + sizeof digits - 1;
    *--at = ']';
    do {
        *--at = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    return lw_arena_join(arena, name, "[", at);
}

// Short texts are printed once.
char *lw_arena_print_list(lw_arena *arena, const char *format, va_list list) {
    char brief[128];
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(brief, sizeof brief, format, list);
    char *text = length >= 0 ? take(arena, (size_t)length + 1) : NULL;
    if (text && (size_t)length < sizeof brief) {
        memcpy(text, brief, (size_t)length + 1);
    } else if (text) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

char *lw_arena_print(lw_arena *arena, const char *format, ...) {
    va_list list;
    va_start(list, format);
    char *text = lw_arena_print_list(arena, format, list);
    va_end(list);
    return text;
}

// A chunk as it was; what of it was used follows behind all of them.
typedef struct marked_chunk {
    chunk *at, *next, *previous;
    size_t used;
} marked_chunk;

struct lw_arena_mark {
    lw_arena was;
    size_t count;
    marked_chunk chunk[];
};

lw_arena_mark *lw_arena_mark_new(lw_arena *arena) {
    size_t count = 0, bytes = 0;
    for (const chunk *at = arena->head; at; at = at->next) {
        count++;
        bytes += at->used;
    }
    lw_arena_mark *mark = lw_memory_resize_block(NULL, sizeof *mark + count * sizeof *mark->chunk + bytes);
    if (!mark) {
        return NULL;
    }
    *mark = (lw_arena_mark){.was = *arena, .count = count};
    unsigned char *to = (unsigned char *)&mark->chunk[count];
    marked_chunk *marked = mark->chunk;
    for (chunk *at = arena->head; at; at = at->next, marked++) {
        at->marked = true;
        *marked = (marked_chunk){at, at->next, at->previous, at->used};
        memcpy(to, at->bytes, at->used);
        to += at->used;
    }
    return mark;
}

void lw_arena_go_back(lw_arena *arena, const lw_arena_mark *mark) {
    for (chunk *at = arena->head; at;) {
        chunk *next = at->next;
        if (!at->marked) {
            lw_memory_resize_block(at, 0);
        }
        at = next;
    }
    const unsigned char *from = (const unsigned char *)&mark->chunk[mark->count];
    for (size_t i = 0; i < mark->count; i++) {
        const marked_chunk *marked = &mark->chunk[i];
        marked->at->next = marked->next;
        marked->at->previous = marked->previous;
        marked->at->used = marked->used;
        memcpy(marked->at->bytes, from, marked->used);
        from += marked->used;
    }
    *arena = mark->was;
}

void lw_arena_mark_free(lw_arena_mark *mark) {
    lw_memory_resize_block(mark, 0);
}

size_t lw_arena_used(const lw_arena *arena) {
    return arena->used;
}
