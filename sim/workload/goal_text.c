// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar is that of LogGOPSim's txt2bin.re, but that a statement may end without the end of
// its line. Labels are those of one rank, and are known once they have been read.
#include "sim/workload/goal_text.h"

#include <string.h>

#include "sim/base/map.h"
#include "sim/machine/machine.h"

typedef struct scanner {
    lw_goal *goal;
    lw_arena *arena;
    lw_diags *diags;
    lw_arena *block;   // labels of the block of one rank
    lw_map label;      // op, by number of the label
    lw_list labelled;  // uint32_t, by number of the label
    uint32_t rank;
    size_t *seen;  // offset of each rank's block; 0: none yet
    const char *at, *end;
} scanner;

static const char *const words[] = {"send", "recv", "calc"};

const char *lw_goal_word(const lw_goal_op *op) {
    return words[op->kind];
}

// ---- Characters ----

static lw_place place_at(const lw_source *source, size_t offset) {
    lw_place place = {source, 1, 1};
    for (size_t i = 0; i < offset; i++) {
        const char c = source->text[i];
        place.line += c == '\n' ? 1 : 0;
        // characters, not bytes
        place.column = c == '\n' ? 1 : place.column + (((unsigned char)c & 0xC0) != 0x80 ? 1 : 0);
    }
    return place;
}

lw_place lw_goal_place(const lw_goal *goal, uint32_t op) {
    const lw_goal_op *at = lw_goal_op_at(goal, op);
    return goal->source != NULL ? place_at(goal->source, at->offset) : (lw_place){goal->of_rank[at->rank], 0, 0};
}

const char *lw_goal_where(const lw_goal *goal, uint32_t op, lw_diags *diags) {
    return goal->source != NULL ? lw_diags_text(diags, "line %d", lw_goal_place(goal, op).line)
                                : lw_diags_text(diags, "byte %u", lw_goal_op_at(goal, op)->offset);
}

static size_t offset_of(const scanner *s, const char *at) {
    return (size_t)(at - s->goal->source->text);
}

static lw_place place_of(const scanner *s, const char *at) {
    return place_at(s->goal->source, offset_of(s, at));
}

static lw_status wrong(const scanner *s, const char *at, const char *hint, const char *what) {
    return lw_error(s->diags, place_of(s, at), hint, "%s", what);
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static char next_char(const scanner *s) {
    return s->at < s->end ? *s->at : '\0';
}

static void skip_spaces(scanner *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r')) {
        s->at++;
    }
}

static bool begins_with(const scanner *s, const char *text) {
    const size_t length = strlen(text);
    return (size_t)(s->end - s->at) >= length && memcmp(s->at, text, length) == 0;
}

// A scenario may name any file of its reader as a schedule: what may be none is not quoted.
static lw_status refuse(const scanner *s) {
    lw_source *named = LW_NEW(s->arena, lw_source);
    if (named == NULL) {
        return LW_NO_MEMORY;
    }
    named->name = s->goal->source->name;
    return lw_error(s->diags, (lw_place){named, 0, 0}, "write num_ranks 2 first", "this is no GOAL schedule");
}

// White space and comments.
static lw_status skip(scanner *s) {
    for (;;) {
        skip_spaces(s);
        if (s->at < s->end && *s->at == '\n') {
            s->at++;
        } else if (begins_with(s, "//")) {
            while (s->at < s->end && *s->at != '\n') {
                s->at++;
            }
        } else if (begins_with(s, "/*")) {
            const char *open = s->at;
            s->at += 2;
            while (s->at < s->end && !begins_with(s, "*/")) {
                s->at++;
            }
            if (s->at == s->end) {
                return s->goal->ranks == 0 ? refuse(s) : wrong(s, open, "write */ where it ends", "the comment has no end");
            }
            s->at += 2;
        } else {
            return LW_OK;
        }
    }
}

// The word at the cursor, on this line; 0: there is none.
static size_t peek_word(scanner *s) {
    skip_spaces(s);
    size_t length = 0;
    while (s->at + length < s->end && is_word(s->at[length])) {
        length++;
    }
    return length;
}

static bool take_word(scanner *s, const char *word) {
    const size_t length = peek_word(s);
    const bool same = length == strlen(word) && memcmp(s->at, word, length) == 0;
    s->at += same ? length : 0;
    return same;
}

// most: the largest that is allowed.
static lw_status read_number(scanner *s, uint64_t most, const char *hint, uint64_t *out) {
    skip_spaces(s);
    const char *begin = s->at;
    uint64_t value = 0;
    bool large = false;
    for (; s->at < s->end && is_digit(*s->at); s->at++) {
        const uint64_t digit = (uint64_t)(*s->at - '0');
        large = large || value > (UINT64_MAX - digit) / 10;
        value = large ? UINT64_MAX : value * 10 + digit;
    }
    if (s->at == begin) {
        return wrong(s, begin, hint, "a whole number is wanted here");
    }
    if (value > most) {
        return lw_error(s->diags, place_of(s, begin), NULL, "the number is larger than %llu", (unsigned long long)most);
    }
    *out = value;
    return LW_OK;
}

// ---- Statements ----

static const char statement_hint[] = "write [label:] send 8b to 1 tag 0, recv 8b from 1, calc 100, or b requires a";

// "-1", where any will do.
static bool take_any(scanner *s) {
    skip_spaces(s);
    const bool any = begins_with(s, "-1");
    s->at += any ? 2 : 0;
    return any;
}

static lw_status read_peer(scanner *s, lw_goal_op *op) {
    const bool sends = op->kind == LW_GOAL_SEND;
    uint64_t rank = 0;
    if (!take_word(s, sends ? "to" : "from")) {
        return wrong(s, s->at, sends ? "write send 8b to 1" : "write recv 8b from 1",
                     sends ? "'to' is wanted here" : "'from' is wanted here");
    }
    skip_spaces(s);
    const char *at = s->at;
    if (!sends && take_any(s)) {
        op->peer = LW_GOAL_ANY;
        s->goal->has_any = true;
        return LW_OK;
    }
    LW_TRY(read_number(s, UINT32_MAX, "write the number of a rank", &rank));
    if (rank >= s->goal->ranks) {
        return lw_error(s->diags, place_of(s, at), "ranks are counted from 0", "there is no rank %llu: num_ranks is %u",
                        (unsigned long long)rank, s->goal->ranks);
    }
    if (rank == op->rank) {
        return lw_error(s->diags, place_of(s, at), "write a calc for a copy within a rank", "rank %u %ss itself", op->rank,
                        sends ? "send" : "receive");
    }
    op->peer = (uint32_t)rank;
    return LW_OK;
}

// "tag 3 cpu 0 nic 1": on the same line, in any order, each before a number; else it is the label
// of the next statement.
static lw_status read_attributes(scanner *s, lw_goal_op *op) {
    static const char *const attribute[] = {"tag", "cpu", "nic"};
    const bool calc = op->kind == LW_GOAL_CALC;
    for (;;) {
        const char *begin = s->at;
        size_t which = calc ? 1 : 0;
        while (which < 3 && !take_word(s, attribute[which])) {
            which++;
        }
        skip_spaces(s);
        if (which == 3 || !(is_digit(next_char(s)) || next_char(s) == '-')) {
            s->at = begin;
            return LW_OK;
        }
        uint64_t value = 0;
        if (which == 0 && op->kind == LW_GOAL_RECV && take_any(s)) {
            op->tag = LW_GOAL_ANY;
            s->goal->has_any = true;
            continue;
        }
        LW_TRY(read_number(s, which == 0 ? UINT32_MAX - 1 : UINT8_MAX, "write tag 3, cpu 0 or nic 0", &value));
        op->tag = which == 0 ? (uint32_t)value : op->tag;
        op->cpu = which == 1 ? (uint8_t)value : op->cpu;
        s->goal->has_nic = s->goal->has_nic || which == 2;
    }
}

static lw_status read_size(scanner *s, lw_goal_op *op) {
    const uint64_t most = UINT64_C(1) << 60;
    uint64_t size = 0;
    LW_TRY(read_number(s, most, op->kind == LW_GOAL_CALC ? "write calc 1500" : "write send 4096b to 1", &size));
    op->size = (int64_t)size;
    if (op->kind == LW_GOAL_CALC) {
        return LW_OK;
    }
    if (!take_word(s, "b")) {
        return wrong(s, s->at, "write 4096b", "a size ends with b, for bytes");
    }
    return read_peer(s, op);
}

static lw_status add_op(scanner *s, lw_goal_kind kind, const char *begin) {
    lw_goal_op op = {.rank = s->rank, .offset = (uint32_t)offset_of(s, begin), .match = LW_GOAL_NONE, .kind = (uint8_t)kind};
    LW_TRY(read_size(s, &op));
    LW_TRY(read_attributes(s, &op));
    lw_goal_op *slot = LW_LIST_ADD(&s->goal->op, lw_goal_op, s->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = op;
    return LW_OK;
}

static bool take_operation(scanner *s, lw_goal_kind *out) {
    for (int kind = LW_GOAL_SEND; kind <= LW_GOAL_CALC; kind++) {
        if (take_word(s, words[kind])) {
            *out = (lw_goal_kind)kind;
            return true;
        }
    }
    return false;
}

// The label is that of the operation which was read last.
static lw_status define(scanner *s, const char *begin, size_t length) {
    const char *name = lw_arena_copy_n(s->block, begin, length);
    bool fresh = false;
    const size_t number = name != NULL ? lw_map_number(&s->label, 0, name, &fresh) : LW_MAP_NONE;
    if (number == LW_MAP_NONE) {
        return LW_NO_MEMORY;
    }
    if (!fresh) {
        const uint32_t first = LW_LIST_ITEMS(&s->labelled, const uint32_t)[number];
        return lw_error(s->diags, place_of(s, begin), "give each operation of a rank a label of its own",
                        "rank %u has two labels '%.60s', the first in line %d", s->rank, name,
                        lw_goal_place(s->goal, first).line);
    }
    uint32_t *slot = LW_LIST_ADD(&s->labelled, uint32_t, s->block);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = (uint32_t)s->goal->op.count - 1;
    return LW_OK;
}

static lw_status find_label(scanner *s, const char *begin, size_t length, uint32_t *out) {
    char name[64];
    const size_t kept = length < sizeof name ? length : sizeof name - 1;
    memcpy(name, begin, kept);
    name[kept] = '\0';
    const char *whole = kept == length ? name : lw_arena_copy_n(s->block, begin, length);
    if (whole == NULL) {
        return LW_NO_MEMORY;
    }
    const size_t number = lw_map_find(&s->label, 0, whole);
    if (number == LW_MAP_NONE) {
        return lw_error(s->diags, place_of(s, begin), "labels are known behind the operation that has them",
                        "rank %u has no label '%s' so far", s->rank, name);
    }
    *out = LW_LIST_ITEMS(&s->labelled, const uint32_t)[number];
    return LW_OK;
}

// "b requires a", whose first word has been read.
static lw_status add_need(scanner *s, const char *begin, size_t length, bool begun) {
    lw_goal_need need = {.begun = begun};
    const char *second = (skip_spaces(s), s->at);
    const size_t second_length = peek_word(s);
    if (second_length == 0) {
        return wrong(s, second, "write b requires a", "a label is wanted here");
    }
    LW_TRY(find_label(s, begin, length, &need.op));
    LW_TRY(find_label(s, second, second_length, &need.on));
    s->at += second_length;
    if (need.op == need.on) {
        return wrong(s, second, "take the line out", "an operation waits for itself");
    }
    lw_goal_need *slot = LW_LIST_ADD(&s->goal->need, lw_goal_need, s->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = need;
    lw_goal_op_at(s->goal, need.op)->waits = true;
    lw_goal_op *on = lw_goal_op_at(s->goal, need.on);
    on->starts_some = on->starts_some || begun;
    return LW_OK;
}

static lw_status read_statement(scanner *s) {
    const char *begin = s->at;
    lw_goal_kind kind;
    if (take_operation(s, &kind)) {
        return add_op(s, kind, begin);
    }
    const size_t length = peek_word(s);
    if (length == 0 || is_digit(*begin) || *begin == '_') {
        return wrong(s, begin, statement_hint, "a statement is wanted here, or }");
    }
    s->at += length;
    skip_spaces(s);
    if (next_char(s) == ':') {
        s->at++;
        skip_spaces(s);
        if (!take_operation(s, &kind)) {
            return wrong(s, s->at, statement_hint, "send, recv or calc is wanted behind a label");
        }
        LW_TRY(add_op(s, kind, begin));
        return define(s, begin, length);
    }
    const bool begun = take_word(s, "irequires");
    if (begun || take_word(s, "requires")) {
        return add_need(s, begin, length, begun);
    }
    return wrong(s, begin, statement_hint, "this is no statement");
}

// ---- Blocks ----

// After a finding: on to the next line.
static void give_up_line(scanner *s) {
    while (s->at < s->end && *s->at != '\n') {
        s->at++;
    }
}

static lw_status read_statements(scanner *s, const char *open) {
    lw_status status = LW_OK;
    for (;;) {
        LW_TRY(skip(s));
        if (s->at == s->end) {
            return lw_error(s->diags, place_of(s, open), "write } where it ends", "the block of rank %u has no end", s->rank);
        }
        if (*s->at == '}') {
            s->at++;
            return status;
        }
        const lw_status read = read_statement(s);
        if (read == LW_NO_MEMORY || lw_diags_errors(s->diags) >= LW_DIAG_MAX || s->goal->op.count >= LW_GOAL_NONE / 4) {
            return read == LW_OK ? LW_LIMIT : read;
        }
        if (read != LW_OK) {
            status = read;
            give_up_line(s);
        }
    }
}

static lw_status read_block(scanner *s) {
    const char *open = s->at;
    if (!take_word(s, "rank")) {
        return wrong(s, s->at, "write rank 0 { ... }", "the block of a rank is wanted here");
    }
    skip_spaces(s);
    const char *at = s->at;
    uint64_t rank = 0;
    LW_TRY(read_number(s, UINT32_MAX, "write rank 0 {", &rank));
    if (rank >= s->goal->ranks) {
        return lw_error(s->diags, place_of(s, at), "ranks are counted from 0", "there is no rank %llu: num_ranks is %u",
                        (unsigned long long)rank, s->goal->ranks);
    }
    if (s->seen[rank] != 0) {
        return lw_error(s->diags, place_of(s, at), "put all of a rank into one block",
                        "rank %llu has two blocks, the first in line %d", (unsigned long long)rank,
                        place_at(s->goal->source, s->seen[rank]).line);
    }
    s->seen[rank] = offset_of(s, open);
    s->rank = (uint32_t)rank;
    LW_TRY(skip(s));
    if (next_char(s) != '{') {
        return wrong(s, s->at, "write rank 0 {", "{ is wanted here");
    }
    s->at++;
    s->block = lw_arena_new();
    if (s->block == NULL) {
        return LW_NO_MEMORY;
    }
    s->label = (lw_map){.arena = s->block};
    s->labelled = (lw_list){0};
    const lw_status status = read_statements(s, open);
    lw_arena_free(s->block);
    return status;
}

lw_status lw_goal_parse(const lw_source *source, lw_arena *arena, lw_diags *diags, lw_goal *out) {
    *out = (lw_goal){.source = source};
    scanner s = {.goal = out, .arena = arena, .diags = diags};
    s.at = source->text;
    s.end = source->text + source->length;
    uint64_t ranks = 0;
    LW_TRY(skip(&s));
    if (!take_word(&s, "num_ranks")) {
        return refuse(&s);
    }
    skip_spaces(&s);
    const char *at = s.at;
    LW_TRY(read_number(&s, LW_NODES_MAX, "write num_ranks 2", &ranks));
    if (ranks == 0) {
        return wrong(&s, at, "write num_ranks 2", "the schedule has no ranks");
    }
    out->ranks = (uint32_t)ranks;
    s.seen = LW_NEW_ARRAY(arena, size_t, ranks);
    if (s.seen == NULL) {
        return LW_NO_MEMORY;
    }
    for (;;) {
        LW_TRY(skip(&s));
        if (s.at == s.end) {
            return LW_OK;
        }
        LW_TRY(read_block(&s));
    }
}
