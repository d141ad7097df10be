// SPDX-License-Identifier: GPL-3.0-or-later
// The shape of the house, read from its sources: who may include whom, who may allocate, print or
// exit, how long files and functions may be, and that each carries its licence.
#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

#include "helpers.h"
#include "models/family.h"
#include "sim/workload/kind.h"

enum { FILE_LINES_MAX = 800, FUNCTION_LINES_MAX = 80, PATH_MAX_BYTES = 1024 };

// A file under `area` includes only what begins with one of `allowed`. The first area that fits
// counts. Rooms stand in the order in which they build on each other.
typedef struct layer {
    const char *area;
    const char *allowed[12];
} layer;

static const layer layers[] = {
    {"sim/base/", {"sim/base/"}},
    {"sim/config/", {"sim/config/", "sim/base/"}},
    {"sim/result/", {"sim/result/", "sim/base/"}},
    {"models/", {"models/", "sim/config/", "sim/base/"}},
    {"sim/engine/", {"sim/engine/", "models/channel.h", "sim/base/"}},
    {"sim/machine/", {"sim/machine/", "models/family.h", "sim/config/", "sim/base/"}},
    {"sim/workload/", {"sim/workload/", "sim/machine/", "sim/engine/engine.h", "sim/result/", "sim/config/", "sim/base/"}},
    {"sim/fabric/", {"sim/fabric/", "sim/workload/", "sim/machine/", "sim/engine/engine.h", "sim/result/", "sim/base/"}},
    {"sim/study/",
     {"sim/study/", "sim/fabric/", "sim/workload/", "sim/machine/", "sim/engine/engine.h", "sim/result/", "sim/config/",
      "sim/base/"}},
    {"sim/plan/", {"sim/plan/", "sim/study/", "sim/workload/kind.h", "sim/result/", "sim/config/", "sim/base/"}},
    {"sim/report/",
     {"sim/report/", "sim/plan/plan.h", "sim/study/", "sim/workload/kind.h", "models/family.h", "sim/result/", "sim/config/",
      "sim/base/"}},
    {"sim/import/",
     {"sim/import/", "sim/report/grid.h", "sim/study/", "sim/workload/kind.h", "sim/machine/machine.h", "models/family.h",
      "sim/result/", "sim/config/", "sim/base/"}},
    {"plots/", {"plots/", "sim/result/", "sim/config/option.h", "sim/config/yaml.h", "sim/base/"}},
    {"sim/lanewise.h", {NULL}},
    {"sim/lanewise",
     {"sim/lanewise", "sim/import/", "sim/report/", "sim/plan/plan.h", "sim/study/", "sim/result/", "sim/config/", "sim/base/"}},
    {"sim/cli/", {"sim/cli/", "sim/lanewise.h", "plots/", "sim/base/"}},
};

// A new family needs nothing outside models/, and a new kind of work nothing outside sim/workload/,
// so nobody else knows one by name.
static const char families_at[] = "models/", kinds_at[] = "sim/workload/";

// A library's header is included only below one path.
static const struct {
    const char *header, *where;
} foreign[] = {{"yaml.h", "sim/config/yaml.c"}, {"jansson.h", "sim/import/json_tree.h"}, {"cairo", "plots/"},
               {"fontconfig/", "plots/"},       {"libxml/", "sim/import/xml_tree.h"},    {"hwloc", "sim/import/hwloc.c"},
               {"CL/", "sim/import/opencl.c"}};

// Calls that only some files may make.
static const struct {
    const char *name, *where;
} calls[] = {
    {"malloc", "sim/base/arena.c"}, {"calloc", "sim/base/arena.c"}, {"realloc", "sim/base/arena.c"},
    {"free", "sim/base/arena.c"},   {"strdup", "sim/base/arena.c"}, {"printf", "sim/cli/"},
    {"fprintf", "sim/cli/"},        {"vprintf", "sim/cli/"},        {"puts", "sim/cli/"},
    {"fputs", "sim/cli/"},          {"putchar", "sim/cli/"},        {"perror", "sim/cli/"},
    {"exit", "sim/cli/"},           {"abort", "sim/cli/"},          {"rand", "nowhere"},
    {"srand", "nowhere"},           {"setlocale", "nowhere"},
};

static bool begins(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool ends(const char *text, const char *suffix) {
    size_t length = strlen(text);
    size_t wanted = strlen(suffix);
    return length >= wanted && strcmp(text + length - wanted, suffix) == 0;
}

// ---- Findings of one file; text is the whole file, cut up by the checks that need it ----

static int complain(const char *path, int line, const char *what, const char *detail) {
    print_error("%s:%d: %s%s\n", path, line, what, detail);
    return 1;
}

// Comments, strings and characters become spaces; lines stay where they are.
static void blank_out(char *text) {
    char inside = 0;  // '/' line comment, '*' block comment, '"' or '\'' literal
    for (char *c = text; *c != '\0'; c++) {
        if (inside == 0) {
            if (c[0] == '/' && (c[1] == '/' || c[1] == '*')) {
                inside = c[1];
            } else if (c[0] == '"' || (c[0] == '\'' && (c == text || !isalnum((unsigned char)c[-1])))) {
                inside = c[0];
            } else {
                continue;
            }
            *c = ' ';
            continue;
        }
        if (inside == '*' && c[0] == '*' && c[1] == '/') {
            c[0] = c[1] = ' ';
            inside = 0;
        } else if ((inside == '"' || inside == '\'') && c[0] == '\\' && c[1] != '\n' && c[1] != '\0') {
            c[0] = c[1] = ' ';
        } else if (*c == inside && inside != '*' && inside != '/') {
            inside = 0;
            *c = ' ';
        } else if (*c == '\n') {
            inside = inside == '/' ? 0 : inside;
        } else {
            *c = ' ';
        }
    }
}

static int check_include(const char *path, int line, const char *directive) {
    char name[256];
    if (sscanf(directive, "#include \"%255[^\"]\"", name) == 1) {
        for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
            if (begins(path, layers[i].area)) {
                for (size_t k = 0; k < COUNT(layers[i].allowed) && layers[i].allowed[k] != NULL; k++) {
                    if (begins(name, layers[i].allowed[k])) {
                        return 0;
                    }
                }
                return complain(path, line, "must not include ", name);
            }
        }
        return complain(path, line, "belongs to no layer", "");
    }
    if (sscanf(directive, "#include <%255[^>]>", name) == 1) {
        for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
            if (begins(name, foreign[i].header) && !begins(path, foreign[i].where)) {
                return complain(path, line, "must not include ", name);
            }
        }
    }
    return 0;
}

// A registered name in a line, comments aside.
static int check_name(const char *path, int line, const char *text, const char *name, const char *what) {
    const char *comment = strstr(text, "//");
    char literal[64];
    snprintf(literal, sizeof literal, "\"%s\"", name);
    const char *at = strstr(text, literal);
    return at != NULL && (comment == NULL || at < comment) ? complain(path, line, what, literal) : 0;
}

static int check_names(const char *path, int line, const char *text) {
    static const char generic[] = "link";  // a family by name, and a word for all of them
    int found = 0;
    for (size_t i = 0; !begins(path, families_at) && lw_families[i] != NULL; i++) {
        const bool word = strcmp(lw_families[i]->type.name, generic) == 0;
        found += word ? 0 : check_name(path, line, text, lw_families[i]->type.name, "must not know the family ");
    }
    for (size_t i = 0; !begins(path, kinds_at) && lw_work_kinds[i] != NULL; i++) {
        found += check_name(path, line, text, lw_work_kinds[i]->type.name, "must not know the kind of work ");
    }
    return found;
}

// Calls in a line without comments and literals.
static int check_calls(const char *path, int line, const char *code) {
    int found = 0;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        const size_t length = strlen(calls[i].name);
        for (const char *at = code; (at = strstr(at, calls[i].name)) != NULL; at += length) {
            bool whole = (at == code || (!isalnum((unsigned char)at[-1]) && at[-1] != '_')) && at[length] == '(';
            if (whole && !begins(path, calls[i].where)) {
                found += complain(path, line, "must not call ", calls[i].name);
            }
        }
    }
    return found;
}

// A line at the margin that ends in { with a ( in it opens a function; } at the margin closes it.
static int check_function(const char *path, int line, const char *code, int *opened) {
    if (*opened == 0 && (isalpha((unsigned char)code[0]) || code[0] == ' ') && strchr(code, '(') != NULL && ends(code, "{")) {
        *opened = code[0] == ' ' ? 0 : line;
    } else if (*opened != 0 && code[0] == '}') {
        int length = line - *opened + 1;
        *opened = 0;
        if (length > FUNCTION_LINES_MAX) {
            return complain(path, line, "the function that ends here is too long", "");
        }
    }
    return 0;
}

static int check_source(const char *path, char *text) {
    int found = 0;
    if (!begins(text, "// SPDX-License-Identifier: GPL-3.0-or-later\n")) {
        found += complain(path, 1, "the first line must be the SPDX line", "");
    }
    char *code = strdup(text);
    assert_non_null(code);
    blank_out(code);
    int line = 0;
    int opened = 0;
    char *next_code = code;
    for (char *next = text; next != NULL && *next != '\0';) {
        char *now = next;
        char *now_code = next_code;
        line++;
        next = strchr(now, '\n');
        if (next != NULL) {
            now_code[next - now] = '\0';
            next_code = now_code + (next - now) + 1;
            *next++ = '\0';
        }
        found += check_include(path, line, now);
        found += check_names(path, line, now);
        found += check_calls(path, line, now_code);
        found += check_function(path, line, now_code, &opened);
    }
    free(code);
    return line <= FILE_LINES_MAX ? found : found + complain(path, line, "the file is too long", "");
}

static int check_text_file(const char *path, const char *text) {
    return begins(text, "# SPDX-License-Identifier: GPL-3.0-or-later\n")
               ? 0
               : complain(path, 1, "the first line must be the SPDX line", "");
}

// ---- All files ----

typedef struct survey {
    int files, findings;
} survey;

static char *read_whole(const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    char *text = calloc((size_t)length + 1, 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)length, file), length);
    fclose(file);
    return text;
}

static void check_file(const char *root, const char *path, survey *out) {
    bool source = ends(path, ".c") || ends(path, ".h");
    bool marked = ends(path, ".yaml") || ends(path, ".cmake") || ends(path, "CMakeLists.txt");
    if (!source && !marked) {
        return;
    }
    char full[2 * PATH_MAX_BYTES];
    snprintf(full, sizeof full, "%s/%s", root, path);
    char *text = read_whole(full);
    out->files++;
    out->findings += source ? check_source(path, text) : check_text_file(path, text);
    free(text);
}

static void walk(const char *root, const char *folder, survey *out) {
    char full[2 * PATH_MAX_BYTES];
    snprintf(full, sizeof full, "%s/%s", root, folder);
    DIR *stream = opendir(full);
    if (stream == NULL) {
        fail_msg("cannot read %s", full);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[PATH_MAX_BYTES];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_true(length > 0 && (size_t)length < sizeof path);
        snprintf(full, sizeof full, "%s/%s", root, path);
        struct stat info;
        if (stat(full, &info) == 0 && S_ISDIR(info.st_mode)) {
            walk(root, path, out);
        } else {
            check_file(root, path, out);
        }
    }
    closedir(stream);
}

// ---- Circles ----

// Folders, or files (a header with its source), and who includes whom.
enum { VERTICES_MAX = 512 };

typedef struct graph {
    char name[VERTICES_MAX][128];
    size_t count;
    bool arrow[VERTICES_MAX][VERTICES_MAX];
    bool by_file;
} graph;

static size_t vertex(graph *g, const char *path) {
    char name[128];
    snprintf(name, sizeof name, "%s", path);
    char *end = strrchr(name, g->by_file ? '.' : '/');
    if (end != NULL) {
        *end = '\0';
    }
    if (begins(name, "sim/engine/")) {  // an engine is one thing in many files
        snprintf(name, sizeof name, "%s", strchr(name + strlen("sim/engine/"), '/') != NULL ? "sim/engine/packet" : path);
        if (g->by_file && (end = strrchr(name, '.')) != NULL) {
            *end = '\0';
        } else if (!g->by_file) {
            snprintf(name, sizeof name, "sim/engine");
        }
    }
    for (size_t i = 0; i < g->count; i++) {
        if (strcmp(g->name[i], name) == 0) {
            return i;
        }
    }
    assert_true(g->count < VERTICES_MAX);
    memcpy(g->name[g->count], name, sizeof name);
    return g->count++;
}

static void add_arrows(graph *g, const char *path, const char *text) {
    size_t from = vertex(g, path);
    for (const char *at = text; (at = strstr(at, "#include \"")) != NULL; at++) {
        char name[128];
        if (sscanf(at, "#include \"%127[^\"]\"", name) == 1) {
            size_t to = vertex(g, name);
            g->arrow[from][to] = g->arrow[from][to] || from != to;
        }
    }
}

// Does the vertex include one that is left, or (back) is it included by one?
static bool has_arrow(const graph *g, const bool *gone, size_t vertex, bool back) {
    for (size_t k = 0; k < g->count; k++) {
        if (!gone[k] && (back ? g->arrow[k][vertex] : g->arrow[vertex][k])) {
            return true;
        }
    }
    return false;
}

// Take away what includes nothing that is left, or is included by nothing, until all that stay are
// in circles.
static int count_circles(const graph *g) {
    bool gone[VERTICES_MAX] = {false};
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < g->count; i++) {
            if (!gone[i] && (!has_arrow(g, gone, i, false) || !has_arrow(g, gone, i, true))) {
                gone[i] = moved = true;
            }
        }
    }
    int left = 0;
    for (size_t i = 0; i < g->count; i++) {
        left += gone[i] ? 0 : complain(g->name[i], 0, "is in a circle of includes", "");
    }
    return left;
}

static void draw(const char *folder, graph *g) {
    char full[2 * PATH_MAX_BYTES];
    snprintf(full, sizeof full, "%s/%s", LW_SOURCE_DIR, folder);
    DIR *stream = opendir(full);
    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        char path[PATH_MAX_BYTES];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        snprintf(full, sizeof full, "%s/%s", LW_SOURCE_DIR, path);
        if (entry->d_name[0] == '.' || stat(full, &info) != 0) {
            continue;
        }
        if (S_ISDIR(info.st_mode)) {
            draw(path, g);
        } else if (ends(path, ".c") || ends(path, ".h")) {
            char *text = read_whole(full);
            add_arrows(g, path, text);
            free(text);
        }
    }
    closedir(stream);
}

static void there_are_no_circles(void **state) {
    (void)state;
    static graph g;
    for (int by_file = 0; by_file < 2; by_file++) {
        memset(&g, 0, sizeof g);
        g.by_file = by_file == 1;
        static const char *const folders[] = {"sim", "models", "plots"};
        for (size_t i = 0; i < COUNT(folders); i++) {
            draw(folders[i], &g);
        }
        assert_true(g.count > (size_t)(g.by_file ? 50 : 10));
        assert_int_equal(count_circles(&g), 0);
    }
}

static void circles_are_found(void **state) {
    (void)state;
    static graph g;
    memset(&g, 0, sizeof g);
    g.by_file = true;
    add_arrows(&g, "sim/a/x.c", "#include \"sim/a/x.h\"\n#include \"sim/b/y.h\"\n");
    assert_int_equal(count_circles(&g), 0);
    print_message("the complaints that follow are wanted\n");
    add_arrows(&g, "sim/b/y.c", "#include \"sim/c/z.h\"\n");
    add_arrows(&g, "sim/c/z.h", "#include \"sim/a/x.h\"\n");
    assert_int_equal(count_circles(&g), 3);
}

static void house_is_in_order(void **state) {
    (void)state;
    survey found = {0};
    static const char *const folders[] = {"sim", "models", "plots", "configs"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        walk(LW_SOURCE_DIR, folders[i], &found);
    }
    assert_true(found.files > 50);
    assert_int_equal(found.findings, 0);
}

// ---- The checks find what they look for ----

static int findings(const char *path, const char *body) {
    char text[8192];
    snprintf(text, sizeof text, "// SPDX-License-Identifier: GPL-3.0-or-later\n%s", body);
    return check_source(path, text);
}

static void checks_find_faults(void **state) {
    (void)state;
    print_message("the complaints that follow are wanted\n");
    assert_int_equal(findings("models/x.c", "#include \"sim/lanewise.h\"\n"), 1);
    assert_int_equal(findings("sim/lanewise.h", "#include \"sim/base/status.h\"\n"), 1);
    assert_int_equal(findings("sim/cli/x.c", "#include \"sim/study/run.h\"\n"), 1);
    assert_int_equal(findings("sim/fabric/x.c", "    staged = strcmp(kind, \"copy\") == 0;\n"), 1);
    assert_int_equal(findings("plots/x.c", "#include \"sim/engine/engine.h\"\n"), 1);
    assert_int_equal(findings("sim/study/x.c", "#include \"plots/plots.h\"\n"), 1);
    assert_int_equal(findings("sim/report/x.c", "#include <cairo.h>\n"), 1);
    assert_int_equal(findings("sim/study/x.c", "#include \"models/pcie_link.h\"\n"), 1);
    assert_int_equal(findings("sim/study/x.c", "    radio = strcmp(name, \"thz\") == 0;  // \"cxl\"\n"), 1);
    assert_int_equal(findings("elsewhere/x.c", "#include \"a.h\"\n"), 1);
    assert_int_equal(findings("sim/base/x.c", "void *p = malloc(3);\n"), 1);
    assert_int_equal(findings("sim/base/x.c", "    printf(\"x\"); exit(1);\n"), 2);
    char no_licence[] = "int x;\n";
    assert_int_equal(check_source("sim/base/x.c", no_licence), 1);
    assert_int_equal(check_text_file("configs/x.yaml", "a: b\n"), 1);
    char body[8192] = "int f(void) {\n";
    for (int i = 0; i < FUNCTION_LINES_MAX - 1; i++) {
        strcat(body, "    x();\n");
    }
    strcat(body, "}\n");
    assert_int_equal(findings("sim/base/x.c", body), 1);
    for (int i = 0; i < FILE_LINES_MAX; i++) {
        strcat(body, "\n");
    }
    assert_int_equal(findings("sim/base/x.c", body), 2);
}

static void checks_leave_the_rest_alone(void **state) {
    (void)state;
    assert_int_equal(findings("models/x.c", "#include \"models/channel.h\"\n#include <math.h>\n"), 0);
    assert_int_equal(findings("sim/base/arena.c", "    free(malloc(3));\n"), 0);
    assert_int_equal(
        findings("sim/base/x.c", "// malloc(3) and \"free(\"\n/* exit(1)\nabort() */\n    lw_free(a); freed(b); snprintf(c);\n"),
        0);
    assert_int_equal(findings("sim/base/x.c", "    x = \"printf(\\\"exit(1)\\\")\"; y = '\"'; z = 1'000; // free(\n"), 0);
    assert_int_equal(findings("models/x.c", "    .family = \"usb4\",\n"), 0);
    assert_int_equal(findings("sim/cli/x.c", "    say(\"write type: pcie\");  // \"pcie\"\n"), 0);
    assert_int_equal(findings("sim/cli/x.c", "    fputs(a, stderr);\n"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_find_faults), cmocka_unit_test(checks_leave_the_rest_alone), cmocka_unit_test(circles_are_found),
        cmocka_unit_test(house_is_in_order),  cmocka_unit_test(there_are_no_circles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
