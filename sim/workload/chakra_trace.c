// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of fields and types are those of et_def.proto (mlcommons/chakra, schema/protobuf).
// The wire format is read by hand: few fields are wanted, and each finding can name its byte.
#include "sim/workload/chakra_trace.h"

#include <stdlib.h>

// Fields of a node, and of an attribute.
enum { NODE_ID = 1, NODE_TYPE = 3, NODE_CTRL_DEPS = 4, NODE_DATA_DEPS = 5, NODE_DURATION = 7, NODE_ATTR = 10 };
enum { ATTR_NAME = 1, ATTR_INT32 = 7, ATTR_INT64 = 9, ATTR_UINT32 = 11, ATTR_UINT64 = 13, ATTR_BOOL = 27, ATTR_STRING = 29 };
enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };
enum { METADATA = 1, MEM_LOAD = 2, MEM_STORE = 3, COMP = 4, COMM_SEND = 5, COMM_RECV = 6, COMM_COLL = 7 };

typedef struct bytes {
    const unsigned char *at, *end;
} bytes;

// A node as it stands in the trace.
typedef struct node {
    uint64_t id, type, duration_us;
    uint64_t size, peer, tag, collective;
    bool has_size, has_peer, has_collective, on_cpu;
    bytes group;
    const unsigned char *begin;
} node;

// A node's identity, and the operation that it has become.
typedef struct identity {
    uint64_t id;
    uint32_t op;
} identity;

// A node that comes after another, whose identity may come later.
typedef struct pending {
    uint64_t on;
    uint32_t op, node;
} pending;

typedef struct trace {
    const lw_source *source;
    uint32_t rank;
    lw_goal *goal;
    lw_list *collectives;
    lw_arena *arena;
    lw_diags *diags;
    lw_list identities, pendings;
} trace;

static uint32_t offset_of(const trace *t, const unsigned char *at) {
    return (uint32_t)(at - (const unsigned char *)t->source->text);
}

static lw_status broken(const trace *t, const unsigned char *at, const char *what) {
    return lw_error(t->diags, (lw_place){t->source, 0, 0}, "is the file whole, and a Chakra trace of schema 0.0.4?",
                    "byte %u: %s", offset_of(t, at), what);
}

static lw_status refused(const trace *t, const node *n, const char *hint, const char *what) {
    return lw_error(t->diags, (lw_place){t->source, 0, 0}, hint, "node %llu (byte %u): %s", (unsigned long long)n->id,
                    offset_of(t, n->begin), what);
}

// ---- Wire format ----

static lw_status read_varint(const trace *t, bytes *b, uint64_t *out) {
    enum { BITS = 7, BYTES_MOST = 10 };
    const unsigned char *begin = b->at;
    uint64_t value = 0;
    for (int i = 0; i < BYTES_MOST; i++) {
        if (b->at == b->end) {
            return broken(t, begin, "a number ends in its midst");
        }
        const uint64_t part = *b->at & 0x7FU;
        const bool last = (*b->at++ & 0x80U) == 0;
        if (i == BYTES_MOST - 1 && part > 1) {
            break;
        }
        value |= part << (BITS * i);
        if (last) {
            *out = value;
            return LW_OK;
        }
    }
    return broken(t, begin, "a number is longer than 64 bits");
}

static lw_status read_bytes(const trace *t, bytes *b, bytes *out) {
    const unsigned char *begin = b->at;
    uint64_t length = 0;
    LW_TRY(read_varint(t, b, &length));
    if (length > (uint64_t)(b->end - b->at)) {
        return broken(t, begin, "a message ends in its midst");
    }
    *out = (bytes){b->at, b->at + length};
    b->at += length;
    return LW_OK;
}

// One field: a number, or bytes. Of 64 and 32 bits nothing is wanted.
typedef struct field {
    uint64_t number, value;
    unsigned wire;
    bytes content;
} field;

static lw_status read_field(const trace *t, bytes *b, field *out) {
    enum { WIRE_BITS = 3 };
    const unsigned char *begin = b->at;
    uint64_t key = 0;
    LW_TRY(read_varint(t, b, &key));
    *out = (field){.number = key >> WIRE_BITS, .wire = (unsigned)(key & 7U)};
    const size_t skipped = out->wire == WIRE_64 ? 8 : 4;
    switch (out->wire) {
    case WIRE_VARINT:
        return read_varint(t, b, &out->value);
    case WIRE_BYTES:
        return read_bytes(t, b, &out->content);
    case WIRE_64:
    case WIRE_32:
        if ((size_t)(b->end - b->at) < skipped) {
            return broken(t, begin, "a field ends in its midst");
        }
        b->at += skipped;
        return LW_OK;
    default:
        return broken(t, begin, "there is no such field");
    }
}

// ---- Nodes ----

static lw_status add_pending(trace *t, uint64_t on) {
    pending *slot = LW_LIST_ADD(&t->pendings, pending, t->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = (pending){on, (uint32_t)t->goal->op.count, (uint32_t)t->identities.count};
    return LW_OK;
}

// One dependency, or several that are packed.
static lw_status read_dependencies(trace *t, const field *f) {
    if (f->wire == WIRE_VARINT) {
        return add_pending(t, f->value);
    }
    bytes packed = f->content;
    while (packed.at < packed.end) {
        uint64_t id = 0;
        LW_TRY(read_varint(t, &packed, &id));
        LW_TRY(add_pending(t, id));
    }
    return LW_OK;
}

static bool is_named(bytes name, const char *word) {
    const size_t length = (size_t)(name.end - name.at);
    return length == strlen(word) && memcmp(name.at, word, length) == 0;
}

static lw_status read_attribute(const trace *t, bytes content, node *n) {
    bytes name = {content.at, content.at}, text = name;
    uint64_t value = 0;
    bool whole = false;
    while (content.at < content.end) {
        field f;
        LW_TRY(read_field(t, &content, &f));
        if (f.number == ATTR_NAME && f.wire == WIRE_BYTES) {
            name = f.content;
        } else if (f.number == ATTR_STRING && f.wire == WIRE_BYTES) {
            text = f.content;
        } else if (f.wire == WIRE_VARINT && (f.number == ATTR_INT32 || f.number == ATTR_INT64 || f.number == ATTR_UINT32 ||
                                             f.number == ATTR_UINT64 || f.number == ATTR_BOOL)) {
            value = f.value;
            whole = true;
        }
    }
    if (is_named(name, "pg_name")) {
        n->group = text;
    }
    if (!whole) {
        return LW_OK;
    }
    if (is_named(name, "comm_type")) {
        n->collective = value;
        n->has_collective = true;
    } else if (is_named(name, "comm_size")) {
        n->size = value;
        n->has_size = true;
    } else if (is_named(name, n->type == COMM_SEND ? "comm_dst" : "comm_src")) {
        n->peer = value;
        n->has_peer = true;
    } else if (is_named(name, "comm_tag")) {
        n->tag = value;
    } else if (is_named(name, "is_cpu_op")) {
        n->on_cpu = value != 0;
    }
    return LW_OK;
}

static lw_status read_node(trace *t, bytes content, node *n) {
    *n = (node){.begin = content.at, .group = {content.at, content.at}};
    const bytes all = content;
    // attributes follow the type in most traces, but need not
    while (content.at < content.end) {
        field f;
        LW_TRY(read_field(t, &content, &f));
        if (f.number == NODE_CTRL_DEPS || f.number == NODE_DATA_DEPS) {
            LW_TRY(f.wire == WIRE_VARINT || f.wire == WIRE_BYTES ? read_dependencies(t, &f) : LW_OK);
        } else if (f.wire == WIRE_VARINT) {
            n->id = f.number == NODE_ID ? f.value : n->id;
            n->type = f.number == NODE_TYPE ? f.value : n->type;
            n->duration_us = f.number == NODE_DURATION ? f.value : n->duration_us;
        }
    }
    for (content = all; content.at < content.end;) {
        field f;
        LW_TRY(read_field(t, &content, &f));
        LW_TRY(f.number == NODE_ATTR && f.wire == WIRE_BYTES ? read_attribute(t, f.content, n) : LW_OK);
    }
    return LW_OK;
}

static lw_status check_message(const trace *t, const node *n) {
    const bool sends = n->type == COMM_SEND;
    if (!n->has_size || n->size > (UINT64_C(1) << 60)) {
        return refused(t, n, "give it comm_size, in bytes", "the message has no size");
    }
    if (!n->has_peer || n->peer >= t->goal->ranks) {
        return refused(t, n, sends ? "give it comm_dst, the number of a rank" : "give it comm_src, the number of a rank",
                       sends ? "the message goes to no rank that there is" : "the message comes from no rank that there is");
    }
    if (n->peer == t->rank) {
        return refused(t, n, "make it a compute node", "the rank sends to itself");
    }
    return n->tag >= LW_GOAL_ANY ? refused(t, n, NULL, "the tag is larger than 32 bits") : LW_OK;
}

static lw_status check_collective(const trace *t, const node *n) {
    if (!n->has_collective || n->collective >= LW_CHAKRA_TYPES) {
        return refused(t, n, "give it comm_type, 0 for an all-reduce to 9 for a barrier", "it is no collective that there is");
    }
    if (n->collective != LW_CHAKRA_BARRIER && (!n->has_size || n->size > (UINT64_C(1) << 50))) {
        return refused(t, n, "give it comm_size, in bytes", "the collective has no size");
    }
    return LW_OK;
}

static lw_status op_of_node(const trace *t, const node *n, lw_goal_op *out) {
    *out = (lw_goal_op){.rank = t->rank,
                        .offset = offset_of(t, n->begin),
                        .match = LW_GOAL_NONE,
                        .kind = LW_GOAL_CALC,
                        .cpu = LW_CHAKRA_ON_NOTHING};
    switch (n->type) {
    case METADATA:
        return LW_OK;
    case MEM_LOAD:
    case MEM_STORE:
    case COMP:
        out->cpu = n->type != COMP ? LW_CHAKRA_ON_MEMORY : n->on_cpu ? LW_CHAKRA_ON_CPU : LW_CHAKRA_ON_DEVICE;
        out->size = (int64_t)n->duration_us;
        return n->duration_us > INT32_MAX * UINT64_C(1000)
                   ? refused(t, n, NULL, "it takes longer than the simulator's clock can count")
                   : LW_OK;
    case COMM_SEND:
    case COMM_RECV:
        out->kind = n->type == COMM_SEND ? LW_GOAL_SEND : LW_GOAL_RECV;
        out->cpu = LW_CHAKRA_ON_CPU;
        LW_TRY(check_message(t, n));
        out->size = (int64_t)n->size;
        out->peer = (uint32_t)n->peer;
        out->tag = (uint32_t)n->tag;
        return LW_OK;
    case COMM_COLL:
        return check_collective(t, n);
    default:
        return refused(t, n, "taken are metadata, mem_load, mem_store, comp, comm_send, comm_recv and comm_coll",
                       "the type is not taken");
    }
}

// A collective is an operation before it, which comes after others, and one after it.
static lw_status add_collective(trace *t, const node *n, const lw_goal_op *op) {
    lw_chakra_collective *known = LW_LIST_ADD(t->collectives, lw_chakra_collective, t->arena);
    lw_goal_op *end = LW_LIST_ADD(&t->goal->op, lw_goal_op, t->arena);
    const char *group = lw_arena_copy_n(t->arena, (const char *)n->group.at, (size_t)(n->group.end - n->group.at));
    if (known == NULL || end == NULL || group == NULL) {
        return LW_NO_MEMORY;
    }
    *end = *op;
    *known = (lw_chakra_collective){.rank = t->rank,
                                    .begin = (uint32_t)t->goal->op.count - 2,
                                    .end = (uint32_t)t->goal->op.count - 1,
                                    .type = (uint32_t)n->collective,
                                    .bytes = (int64_t)n->size,
                                    .group = group,
                                    .id = n->id,
                                    .offset = op->offset};
    return LW_OK;
}

static lw_status add_node(trace *t, bytes content) {
    node n;
    lw_goal_op op;
    LW_TRY(read_node(t, content, &n));
    LW_TRY(op_of_node(t, &n, &op));
    identity *known = LW_LIST_ADD(&t->identities, identity, t->arena);
    lw_goal_op *slot = LW_LIST_ADD(&t->goal->op, lw_goal_op, t->arena);
    if (known == NULL || slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = op;
    LW_TRY(n.type == COMM_COLL ? add_collective(t, &n, &op) : LW_OK);
    *known = (identity){n.id, (uint32_t)t->goal->op.count - 1};
    return t->goal->op.count < LW_GOAL_NONE / 4 ? LW_OK : LW_LIMIT;
}

// ---- Dependencies ----

static int by_id(const void *left, const void *right) {
    const identity *a = left, *b = right;
    return a->id != b->id ? (a->id > b->id) - (a->id < b->id) : (a->op > b->op) - (a->op < b->op);
}

static int find_id(const void *key, const void *item) {
    const uint64_t id = *(const uint64_t *)key, other = ((const identity *)item)->id;
    return (id > other) - (id < other);
}

static node node_at(const trace *t, const identity *of) {
    return (node){.id = of->id, .begin = (const unsigned char *)t->source->text + lw_goal_op_at(t->goal, of->op)->offset};
}

static lw_status join_nodes(trace *t) {
    identity *known = LW_LIST_ITEMS(&t->identities, identity);
    const pending *wanted = LW_LIST_ITEMS(&t->pendings, const pending);
    const size_t count = t->identities.count;
    identity *sorted = LW_NEW_ARRAY(t->arena, identity, count);
    if (sorted == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = known[i];
    }
    qsort(sorted, count, sizeof *sorted, by_id);
    for (size_t i = 1; i < count; i++) {
        if (sorted[i].id == sorted[i - 1].id) {
            const node twice = node_at(t, &sorted[i]);
            return refused(t, &twice, "give each node an id of its own", "another node has the same id");
        }
    }
    for (size_t i = 0; i < t->pendings.count; i++) {
        const identity *own = &known[wanted[i].node];
        const identity *on = count > 0 ? bsearch(&wanted[i].on, sorted, count, sizeof *sorted, find_id) : NULL;
        if (on == NULL || on->op == own->op) {
            const node n = node_at(t, own);
            return refused(t, &n, "take the dependency out",
                           on == NULL ? lw_diags_text(t->diags, "it comes after node %llu, which is not in the trace",
                                                      (unsigned long long)wanted[i].on)
                                      : "it comes after itself");
        }
        lw_goal_need *need = LW_LIST_ADD(&t->goal->need, lw_goal_need, t->arena);
        if (need == NULL) {
            return LW_NO_MEMORY;
        }
        *need = (lw_goal_need){wanted[i].op, on->op, false};
        lw_goal_op_at(t->goal, wanted[i].op)->waits = true;
    }
    return LW_OK;
}

lw_status lw_chakra_read(const lw_source *source, uint32_t rank, lw_goal *goal, lw_list *collectives, lw_arena *arena,
                         lw_diags *diags) {
    trace t = {.source = source, .rank = rank, .goal = goal, .collectives = collectives, .arena = arena, .diags = diags};
    bytes all = {(const unsigned char *)source->text, (const unsigned char *)source->text + source->length};
    bytes content = {all.at, all.at};
    if (source->length >= 2 && all.at[0] == 0x1F && all.at[1] == 0x8B) {
        return lw_error(diags, (lw_place){source, 0, 0}, "gunzip it first", "the trace is compressed");
    }
    if (source->length == 0) {
        return broken(&t, all.at, "the trace is empty");
    }
    LW_TRY(read_bytes(&t, &all, &content));  // the metadata
    while (content.at < content.end) {
        field unused;
        LW_TRY(read_field(&t, &content, &unused));
    }
    while (all.at < all.end) {
        LW_TRY(read_bytes(&t, &all, &content));
        LW_TRY(add_node(&t, content));
    }
    return join_nodes(&t);
}
