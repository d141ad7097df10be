// SPDX-License-Identifier: GPL-3.0-or-later
// A mutator for libFuzzer that knows lines and values: most of what it makes is YAML still, so that
// it gets past the parser.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t max_size,
                                 unsigned seed);

static const char *const extremes[] = {
    "0",
    "-1",
    "1",
    "1e308",
    "1e-308",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "nan",
    "inf",
    "0.1",
    "1e30 GiB",
    "1 EiB",
    "8 EiB",
    "1 B",
    "0 B",
    "3 B",
    "1 ps",
    "1e18 ps",
    "106 days",
    "0.1 ps",
    "1 b/s",
    "1 B/s",
    "1e18 B/s",
    "1 GT/s",
    "1e12 GT/s",
    "0 m",
    "1e20 m",
    "100 %",
    "0 %",
    "1e-300",
    "0.999999",
    "65536",
    "1048576",
    "64",
    "7",
    "auto",
    "true",
    "[]",
    "{}",
    "''",
    "null",
    "gpu",
    "packet-exact",
    "poisson",
    "\"*\"",
    "gpu[*]",
    "gpu[0]",
    "1 KiB",
    "4 KiB",
    "1 MiB",
    "1 GiB",
};

static size_t below(unsigned *seed, size_t count) {
    *seed = *seed * 1664525U + 1013904223U;
    return count == 0 ? 0 : (*seed >> 8) % count;
}

typedef struct span {
    size_t at, length;
} span;

// The line around a place, with its end.
static span line_at(const uint8_t *data, size_t size, size_t at) {
    size_t begin = at;
    while (begin > 0 && data[begin - 1] != '\n') {
        begin--;
    }
    const uint8_t *end = size > at ? memchr(data + at, '\n', size - at) : NULL;
    return (span){begin, (end == NULL ? size : (size_t)(end - data) + 1) - begin};
}

// A value: from behind ": " or "[" or ", " to the next end of one.
static span value_at(const uint8_t *data, size_t size, size_t at) {
    while (at < size && strchr(":[,", data[at]) == NULL) {
        at++;
    }
    at += at < size;
    while (at < size && data[at] == ' ') {
        at++;
    }
    size_t end = at;
    while (end < size && strchr(",]}\n", data[end]) == NULL) {
        end++;
    }
    return (span){at, end - at};
}

// Put bytes in the place of a span; the new size, or the old one where there is no room.
static size_t splice(uint8_t *data, size_t size, size_t max_size, span old, const uint8_t *bytes, size_t length) {
    if (size - old.length + length > max_size) {
        return size;
    }
    memmove(data + old.at + length, data + old.at + old.length, size - old.at - old.length);
    if (length > 0) {
        memcpy(data + old.at, bytes, length);
    }
    return size - old.length + length;
}

static size_t splice_copy(uint8_t *data, size_t size, size_t max_size, span old, span from) {
    uint8_t *copy = malloc(from.length + 1);
    if (copy == NULL) {
        return size;
    }
    memcpy(copy, data + from.at, from.length);
    size = splice(data, size, max_size, old, copy, from.length);
    free(copy);
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    if (size == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    const char *extreme = extremes[below(&seed, sizeof extremes / sizeof extremes[0])];
    span line = line_at(data, size, below(&seed, size));
    span other = line_at(data, size, below(&seed, size));
    span value = value_at(data, size, below(&seed, size));
    switch (below(&seed, 8)) {
    case 0:  // drop a line
        return splice(data, size, max_size, line, NULL, 0);
    case 1:  // repeat a line elsewhere
        return splice_copy(data, size, max_size, (span){line.at, 0}, other);
    case 2:  // one line in the place of another
        return splice_copy(data, size, max_size, line, other);
    case 3:  // one value in the place of another
        return splice_copy(data, size, max_size, value, value_at(data, size, below(&seed, size)));
    case 4:
    case 5:
    case 6:
        return splice(data, size, max_size, value, (const uint8_t *)extreme, strlen(extreme));
    default:
        return LLVMFuzzerMutate(data, size, max_size);
    }
}

// A line of b, or a value of b, goes into a.
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t max_size,
                                 unsigned seed) {
    size_t size = a_size < max_size ? a_size : max_size;
    if (size == 0 || b_size == 0) {
        return 0;
    }
    memcpy(out, a, size);
    span into = line_at(out, size, below(&seed, size));
    span from = line_at(b, b_size, below(&seed, b_size));
    if (below(&seed, 2) == 0) {
        into = value_at(out, size, below(&seed, size));
        from = value_at(b, b_size, below(&seed, b_size));
    } else if (below(&seed, 2) == 0) {
        into.length = 0;
    }
    return splice(out, size, max_size, into, b + from.at, from.length);
}
