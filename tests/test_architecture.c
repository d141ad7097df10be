// SPDX-License-Identifier: GPL-3.0-or-later
// The shape of the house, read from its sources: who may include whom, who may allocate, print or exit, how long files and
// functions may be, and that each carries its licence.
#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

#include "helpers.h"
#include "models/family.h"

enum { FILE_LINES_MAX = 800, FUNCTION_LINES_MAX = 80, PATH_MAX_BYTES = 1024 };

// A file under `area` includes only what begins with one of `allowed`. The first area that fits counts.
typedef struct layer {
    const char *area;
    const char *allowed[8];
} layer;

static const layer layers[] = {
    {"sim/base/", {"sim/base/"}},
    {"sim/config/", {"sim/", "models/family.h"}},
    {"models/", {"models/", "sim/config/", "sim/base/"}},
    {"sim/engine/", {"sim/engine/", "models/channel.h", "sim/base/"}},
    {"sim/machine/", {"sim/machine/", "sim/workload/", "sim/config/", "sim/lanewise.h", "models/family.h", "sim/base/"}},
    {"sim/workload/", {"sim/workload/", "sim/machine/", "sim/lanewise.h", "sim/base/"}},
    {"sim/fabric/", {"sim/", "models/family.h"}},
    {"sim/result/", {"sim/result/", "models/channel.h", "sim/base/"}},
    {"sim/study/", {"sim/", "models/family.h"}},
    {"sim/report/", {"sim/", "models/channel.h", "models/family.h"}},
    {"plots/", {"plots/", "sim/result/", "models/channel.h", "sim/config/", "sim/base/"}},
    {"sim/cli/", {"sim/", "models/family.h", "plots/"}},
    {"sim/lanewise.h", {"sim/", "models/family.h"}},
};

// A new family needs nothing outside models/, so nobody there knows one by name. Colours go by name, but one without has its own.
static const char *const may_name_families[] = {"models/", "plots/theme.c"};

// A library's header is included only below one path.
static const struct {
    const char *header, *where;
} foreign[] = {{"yaml.h", "sim/config/yaml.c"}, {"cairo", "plots/"}, {"fontconfig/", "plots/"}};

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
                for (size_t k = 0; k < 8 && layers[i].allowed[k] != NULL; k++) {
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

// Families named by a line, comments aside.
static int check_families(const char *path, int line, const char *text) {
    for (size_t i = 0; i < COUNT(may_name_families); i++) {
        if (begins(path, may_name_families[i])) {
            return 0;
        }
    }
    const char *comment = strstr(text, "//");
    int found = 0;
    for (const lw_family *const *family = lw_families; *family != NULL; family++) {
        char literal[64];
        snprintf(literal, sizeof literal, "\"%s\"", (*family)->name);
        const char *at = strstr(text, literal);
        if (at != NULL && (comment == NULL || at < comment)) {
            found += complain(path, line, "must not know the family ", literal);
        }
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
        found += check_families(path, line, now);
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
        cmocka_unit_test(checks_find_faults),
        cmocka_unit_test(checks_leave_the_rest_alone),
        cmocka_unit_test(house_is_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
