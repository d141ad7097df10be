// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/replay/flow_list.h"

#include <math.h>
#include <string.h>

#include "sim/base/suggest.h"
#include "sim/base/utf8.h"
#include "sim/config/source.h"

typedef enum column { COLUMN_SRC, COLUMN_DST, COLUMN_BYTES, COLUMN_START, COLUMNS } column;

static const char *const column_words[] = {"src", "dst", "bytes", "start_us", NULL};
static const char head_hint[] = "the first line of a list is src,dst,bytes,start_us";

typedef struct field {
    const char *text;
    size_t length;
} field;

typedef struct reading {
    const lw_source *source;
    lw_diags *diags;
    lw_arena *arena;
    uint32_t nodes;
    const char *at, *end;  // of what is not read yet
    const char *line;      // the one that is being read
    const char *line_end;
    int number;              // of that line
    column column[COLUMNS];  // what the fields are, from the left
    const char *next_field;  // of the line; NULL: none is left
    lw_list flows;           // lw_member_result
    int64_t bytes;           // of all of them
    size_t faults;
} reading;

// The most that a workload may move, and the latest start (100 h): sums of few such numbers fit 64
// bits.
static const int64_t bytes_max = INT64_C(1) << 62;
static const double start_max_ps = 3.6e17;

// ---- Places ----

static int column_at(const reading *r, const char *text) {
    int characters = 1;
    for (const char *at = r->line; at < text; characters++) {
        uint32_t code;
        at += lw_utf8_next(at, (size_t)(text - at), &code);
    }
    return characters;
}

static lw_place place_at(const reading *r, const char *text) {
    return (lw_place){r->source, r->number, column_at(r, text)};
}

// The file as a whole, of which nothing is quoted.
static lw_status refuse(const reading *r, const char *hint, const char *why) {
    lw_source *named = LW_NEW(r->arena, lw_source);
    if (named == NULL) {
        return LW_NO_MEMORY;
    }
    named->name = r->source->name;
    return lw_error(r->diags, (lw_place){named, 0, 0}, hint, "%s", why);
}

// ---- Lines and fields ----

static bool next_line(reading *r) {
    if (r->at == r->end) {
        return false;
    }
    r->number++;
    r->line = r->next_field = r->at;
    while (r->at < r->end && *r->at != '\n' && *r->at != '\r') {
        r->at++;
    }
    r->line_end = r->at;
    if (r->at < r->end) {
        r->at += *r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n' ? 2 : 1;
    }
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// The next one of the line, without blanks around it.
static bool next_field(reading *r, field *out) {
    if (r->next_field == NULL) {
        return false;
    }
    const char *begin = r->next_field, *end = memchr(begin, ',', (size_t)(r->line_end - begin));
    r->next_field = end != NULL ? end + 1 : NULL;
    end = end != NULL ? end : r->line_end;
    while (begin < end && is_blank(*begin)) {
        begin++;
    }
    while (end > begin && is_blank(end[-1])) {
        end--;
    }
    *out = (field){begin, (size_t)(end - begin)};
    return true;
}

static bool is_empty_line(const reading *r) {
    const char *at = r->line;
    while (at < r->line_end && is_blank(*at)) {
        at++;
    }
    return at == r->line_end;
}

// ---- The head ----

// COLUMNS: none.
static column column_of(const field *name) {
    column c = COLUMN_SRC;
    while (c < COLUMNS && (strlen(column_words[c]) != name->length || memcmp(column_words[c], name->text, name->length) != 0)) {
        c++;
    }
    return c;
}

// Two known names make a head; less is a text that may be anybody's.
static bool is_head(const reading *r) {
    reading ahead = *r;
    field name;
    int known = 0;
    while (next_field(&ahead, &name)) {
        known += column_of(&name) != COLUMNS ? 1 : 0;
    }
    return known >= 2;
}

static lw_status add_column(reading *r, const field *name, bool *given, size_t index) {
    const column c = column_of(name);
    if (c == COLUMNS) {
        const char *word = lw_arena_copy_n(r->arena, name->text, name->length);
        return word == NULL ? LW_NO_MEMORY
                            : lw_error(r->diags, place_at(r, name->text),
                                       lw_did_you_mean(r->diags, word, column_words, COLUMNS, head_hint), "unknown column");
    }
    if (given[c]) {
        return lw_error(r->diags, place_at(r, name->text), "name each column once", "the column '%s' stands there twice",
                        column_words[c]);
    }
    given[c] = true;
    r->column[index] = c;
    return LW_OK;
}

static lw_status read_head(reading *r) {
    bool given[COLUMNS] = {false};
    field name;
    if (!next_line(r) || !is_head(r)) {
        return refuse(r, head_hint, "this is no list of flows");
    }
    for (size_t i = 0; next_field(r, &name); i++) {
        LW_TRY(add_column(r, &name, given, i));
    }
    for (column c = COLUMN_SRC; c < COLUMNS; c++) {
        if (!given[c]) {
            return lw_error(r->diags, place_at(r, r->line), head_hint, "the column '%s' is missing", column_words[c]);
        }
    }
    return LW_OK;
}

// ---- Rows ----

// What is wrong with a whole number of 0 or more; NULL: nothing.
static const char *parse_whole(const field *f, int64_t most, int64_t *out) {
    int64_t value = 0;
    if (f->length == 0) {
        return "is missing";
    }
    for (size_t i = 0; i < f->length; i++) {
        const int digit = f->text[i] - '0';
        if (digit < 0 || digit > 9) {
            const bool negative = i == 0 && f->text[0] == '-' && f->length > 1 && f->text[1] >= '0' && f->text[1] <= '9';
            return negative ? "is negative" : "is no whole number";
        }
        if (value > (most - digit) / 10) {
            return "is too large";
        }
        value = 10 * value + digit;
    }
    *out = value;
    return NULL;
}

// Microseconds, to the nearest picosecond.
static const char *parse_time(const field *f, int64_t *out) {
    static const char unit[] = " us";
    char text[64];
    lw_quantity time;
    const char *problem, *hint;
    if (f->length == 0) {
        return "is missing";
    }
    if (f->length + sizeof unit > sizeof text) {
        return "is no number";
    }
    memcpy(text, f->text, f->length);
    memcpy(text + f->length, unit, sizeof unit);
    if (!lw_quantity_parse(text, LW_TIME, &time, &problem, &hint)) {
        return "is no number";
    }
    if (time.value < 0) {
        return "is negative";
    }
    if (time.value > start_max_ps) {
        return "is more than 100 hours";
    }
    *out = time.is_exact ? (int64_t)(((lw_int128)time.exact.num + time.exact.den / 2) / time.exact.den) : llround(time.value);
    return NULL;
}

static lw_status fault(reading *r, const field *f, column c, const char *problem) {
    static const char *const hints[] = {[COLUMN_SRC] = "write the number of a node of `on`, which count from 0",
                                        [COLUMN_DST] = "write the number of a node of `on`, which count from 0",
                                        [COLUMN_BYTES] = "write how many bytes the flow moves, such as 1000000",
                                        [COLUMN_START] = "write microseconds, such as 5.996"};
    r->faults++;
    return lw_error(r->diags, place_at(r, f->text), hints[c], "'%s' %s", column_words[c], problem);
}

static lw_status read_node(reading *r, const field *f, column c, int64_t *out) {
    const char *problem = parse_whole(f, INT64_MAX, out);
    if (problem != NULL) {
        return fault(r, f, c, problem);
    }
    return *out < r->nodes ? LW_OK
                           : fault(r, f, c,
                                   lw_diags_text(r->diags, "is %lld, and `on` has nodes 0 to %lld", (long long)*out,
                                                 (long long)r->nodes - 1));
}

static lw_status read_bytes(reading *r, const field *f, int64_t *out) {
    const char *problem = parse_whole(f, bytes_max, out);
    if (problem == NULL && *out > bytes_max - r->bytes) {
        problem = "makes more than 2^62 bytes of all flows";
    }
    if (problem != NULL) {
        return fault(r, f, COLUMN_BYTES, problem);
    }
    r->bytes += *out;
    return LW_OK;
}

static lw_status read_field(reading *r, const field *f, column c, lw_member_result *flow) {
    const char *problem;
    switch (c) {
    case COLUMN_SRC:
        return read_node(r, f, c, &flow->from);
    case COLUMN_DST:
        return read_node(r, f, c, &flow->to);
    case COLUMN_BYTES:
        return read_bytes(r, f, &flow->bytes);
    default:
        problem = parse_time(f, &flow->start_ps);
        return problem == NULL ? LW_OK : fault(r, f, COLUMN_START, problem);
    }
}

static lw_status read_row(reading *r, lw_member_result *flow) {
    field f = {r->line, 0};
    size_t fields = 0;
    lw_status status = LW_OK;
    for (; fields < COLUMNS && next_field(r, &f); fields++) {
        const lw_status read = read_field(r, &f, r->column[fields], flow);
        status = status == LW_OK ? read : status;
    }
    if (fields < COLUMNS || r->next_field != NULL) {
        r->faults++;
        return lw_error(r->diags, place_at(r, fields < COLUMNS ? r->line_end : r->next_field),
                        "write src, dst, bytes and start of one flow in a line", "the line has %s fields than the head",
                        fields < COLUMNS ? "fewer" : "more");
    }
    if (status == LW_OK && flow->from == flow->to) {
        r->faults++;
        return lw_error(r->diags, place_at(r, r->line), "leave it out, or name another node",
                        "the flow goes from node %lld to itself", (long long)flow->from);
    }
    return status;
}

// Reads on after a fault, up to half of what findings are kept, so that another point of a sweep
// repeats them and brings no others.
static lw_status read_rows(reading *r) {
    enum { FAULTS_MAX = LW_DIAG_MAX / 2 };
    lw_status status = LW_OK;
    while (r->faults < FAULTS_MAX && next_line(r)) {
        if (is_empty_line(r)) {
            continue;
        }
        if (r->flows.count == LW_FLOWS_MAX) {
            return lw_error(r->diags, place_at(r, r->line), "split it into files, each a workload of its own",
                            "the list has more than %d flows", LW_FLOWS_MAX);
        }
        lw_member_result *flow = LW_LIST_ADD(&r->flows, lw_member_result, r->arena);
        if (flow == NULL) {
            return LW_NO_MEMORY;
        }
        const lw_status read = read_row(r, flow);
        status = status == LW_OK ? read : status;
    }
    if (status == LW_OK && r->flows.count == 0) {
        return refuse(r, "write src,dst,bytes,start_us of each below the head", "the list has no flows");
    }
    return status;
}

// ---- Files ----

static lw_status read_list(reading *r) {
    static const char mark[] = "\xEF\xBB\xBF";  // of byte order, which is no character of the text
    const lw_source *source = r->source;
    r->at = source->text;
    r->end = source->text + source->length;
    if (source->length >= sizeof mark - 1 && memcmp(r->at, mark, sizeof mark - 1) == 0) {
        r->at += sizeof mark - 1;
    }
    if (r->at == r->end) {
        return refuse(r, head_hint, "the file is empty");
    }
    if (memchr(r->at, '\0', (size_t)(r->end - r->at)) != NULL) {
        return refuse(r, head_hint, "this is no list of flows");
    }
    LW_TRY(read_head(r));
    return read_rows(r);
}

lw_status lw_flow_list_read(const lw_graph_builder *builder, const char *name, uint32_t nodes, lw_flow_list *out) {
    const char *const folder[2] = {builder->setup->folder, lw_catalog_folder(builder->setup->catalog)};
    const lw_place place = lw_object_place(builder->object, "file");
    reading r = {.diags = builder->diags, .arena = builder->arena, .nodes = nodes};
    const char *path = NULL;
    LW_TRY(name[0] != '\0' ? lw_source_find(name, folder, builder->arena, &path) : LW_OK);
    if (path == NULL) {
        return lw_error(builder->diags, place,
                        lw_diags_text(builder->diags, "it is looked for in %s and %s", folder[0], folder[1]),
                        "workloads.%s: there is no file '%s' to read", builder->object->name, name);
    }
    lw_status status = lw_source_read(path, builder->arena, builder->diags, &r.source);
    status = status == LW_OK ? read_list(&r) : status;
    if (status == LW_BAD_INPUT) {
        lw_diags_own_sources(builder->diags);  // findings outlive the point that is being built
    }
    LW_TRY(status);
    *out = (lw_flow_list){LW_LIST_ITEMS(&r.flows, lw_member_result), r.flows.count};
    return LW_OK;
}
