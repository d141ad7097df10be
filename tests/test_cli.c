// SPDX-License-Identifier: GPL-3.0-or-later
// The program from outside. Each file of tests/cli/*.test is one command line and all that it must
// give, to the byte:
//
//     # what is shown
//     args: run tests/cli/data/one-copy.yaml --format csv
//     exit: 0
//     stdin: the text of stdin, one line              (optional, may repeat)
//     env: NAME=VALUE                                 (optional, may repeat)
//     stdout: /dev/full                               (optional: where stdout goes; "closed" is a pipe that nobody reads)
//     match: part                                     (optional: stdout may have more; see is_part_of)
//     --- stdout
//     ...
//     --- stderr
//     ...
//
// LANEWISE_UPDATE_GOLDEN=1 writes the files anew from what the program gives; read the difference
// before you commit it. The version is written VERSION and the scratch folder of the test SCRATCH,
// so that neither stands in a golden.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helpers.h"

enum { ITEMS_MAX = 32, TEXT_MAX = 1 << 18 };

typedef struct command {
    char *args[ITEMS_MAX + 2];  // argv: the program, its arguments, NULL
    char *env[ITEMS_MAX];
    size_t arg_count, env_count;
    char input[4096];
    const char *stdout_path;
    bool in_part;  // stdout may have more than the golden
    int exit_code;
} command;

typedef struct outcome {
    int exit_code;
    char out[TEXT_MAX], err[TEXT_MAX];
} outcome;

static const char scratch[] = LW_BINARY_DIR "/cli-scratch";
static char program[] = LW_PROGRAM;  // argv wants it writable

static void read_into(const char *path, char *text) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, TEXT_MAX - 1, file);
    fclose(file);
    text[length] = '\0';
}

static void remove_tree(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            char child[2048];
            snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
            struct stat info;
            if (lstat(child, &info) == 0 && S_ISDIR(info.st_mode)) {
                remove_tree(child);
            } else {
                remove(child);
            }
        }
    }
    closedir(folder);
    rmdir(path);
}

// ---- Running the program ----

static int open_or_die(const char *path, int flags) {
    int descriptor = open(path, flags, 0600);
    if (descriptor < 0) {
        _exit(99);
    }
    return descriptor;
}

static void become_program(const command *c, const char *in, const char *out, const char *err) {
    dup2(open_or_die(in, O_RDONLY), STDIN_FILENO);
    if (c->stdout_path != NULL && strcmp(c->stdout_path, "closed") == 0) {
        int ends[2];
        if (pipe(ends) != 0) {
            _exit(99);
        }
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
    } else {
        dup2(open_or_die(c->stdout_path != NULL ? c->stdout_path : out, O_WRONLY | O_CREAT | O_TRUNC), STDOUT_FILENO);
    }
    dup2(open_or_die(err, O_WRONLY | O_CREAT | O_TRUNC), STDERR_FILENO);
    for (size_t i = 0; i < c->env_count; i++) {
        char *value = strchr(c->env[i], '=');
        if (value == NULL) {
            _exit(99);
        }
        *value = '\0';
        setenv(c->env[i], value + 1, 1);
    }
    execv(LW_PROGRAM, c->args);
    _exit(99);
}

static void start_program(const command *c, pid_t *child) {
    FILE *input = fopen(LW_BINARY_DIR "/cli.in", "wb");
    assert_non_null(input);
    assert_int_equal(fwrite(c->input, 1, strlen(c->input), input), strlen(c->input));
    assert_int_equal(fclose(input), 0);
    remove(LW_BINARY_DIR "/cli.out");
    remove(LW_BINARY_DIR "/cli.err");
    *child = fork();
    assert_true(*child >= 0);
    if (*child == 0) {
        become_program(c, LW_BINARY_DIR "/cli.in", LW_BINARY_DIR "/cli.out", LW_BINARY_DIR "/cli.err");
    }
}

// Every occurrence of `from` becomes `to`.
static void replace(char *text, const char *from, const char *to) {
    const size_t from_length = strlen(from);
    const size_t to_length = strlen(to);
    for (char *at = text; (at = strstr(at, from)) != NULL; at += to_length) {
        assert_true(strlen(text) + to_length < TEXT_MAX);
        memmove(at + to_length, at + from_length, strlen(at + from_length) + 1);
        memcpy(at, to, to_length);
    }
}

// The version that the project gives itself.
static const char *project_version(void) {
    static char version[32];
    if (version[0] == '\0') {
        static char text[TEXT_MAX];
        read_into(LW_SOURCE_DIR "/CMakeLists.txt", text);
        const char *project = strstr(text, "project(lanewise VERSION ");
        assert_non_null(project);
        assert_int_equal(sscanf(project, "project(lanewise VERSION %31[0-9.]", version), 1);
    }
    return version;
}

static void finish_program(const command *c, pid_t child, outcome *result) {
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    result->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    result->out[0] = '\0';
    if (c->stdout_path == NULL) {
        read_into(LW_BINARY_DIR "/cli.out", result->out);
    }
    read_into(LW_BINARY_DIR "/cli.err", result->err);
    char shown[64];
    assert_true(snprintf(shown, sizeof shown, "lanewise %s", project_version()) < (int)sizeof shown);
    replace(result->out, shown, "lanewise VERSION");
    assert_true(snprintf(shown, sizeof shown, "\"version\":\"%s\"", project_version()) < (int)sizeof shown);
    replace(result->out, shown, "\"version\":\"VERSION\"");
    replace(result->out, "\"presets\":\"" LW_SOURCE_DIR, "\"presets\":\"SOURCE");
    replace(result->out, scratch, "SCRATCH");
    replace(result->err, scratch, "SCRATCH");
}

static void run_command(const command *c, outcome *result) {
    pid_t child = 0;
    start_program(c, &child);
    finish_program(c, child, result);
}

// ---- Reading a test ----

static void add_args(command *c, char *line) {
    c->args[0] = program;
    c->arg_count = 1;
    for (char *at = line; *at != '\0';) {
        const char end = *at == '\'' ? '\'' : ' ';
        at += end == '\'';
        assert_true(c->arg_count <= ITEMS_MAX);
        c->args[c->arg_count++] = at;
        char *stop = strchr(at, end);
        if (stop == NULL) {
            break;
        }
        *stop = '\0';
        at = stop + 1;
        at += strspn(at, " ");
    }
    c->args[c->arg_count] = NULL;
}

// The head of a test up to its first "---", cut up in place.
static void parse_head(char *head, command *c) {
    *c = (command){0};
    c->args[0] = program;
    for (char *line = strtok(head, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *value = strchr(line, ':');
        if (line[0] == '#' || value == NULL) {
            continue;
        }
        *value++ = '\0';
        value += *value == ' ';
        if (strcmp(line, "args") == 0) {
            add_args(c, value);
        } else if (strcmp(line, "exit") == 0) {
            c->exit_code = atoi(value);
        } else if (strcmp(line, "env") == 0) {
            assert_true(c->env_count < ITEMS_MAX);
            c->env[c->env_count++] = value;
        } else if (strcmp(line, "stdin") == 0) {
            assert_true(strlen(c->input) + strlen(value) + 2 < sizeof c->input);
            strcat(strcat(c->input, value), "\n");
        } else if (strcmp(line, "stdout") == 0) {
            c->stdout_path = value;
        } else if (strcmp(line, "match") == 0) {
            assert_string_equal(value, "part");
            c->in_part = true;
        } else {
            fail_msg("unknown key %s", line);
        }
    }
}

// The next word of a line; words end at spaces and commas. NULL at the end of the line.
static const char *next_word(const char **at, size_t *length) {
    *at += strspn(*at, " ,");
    const char *word = *at;
    *length = strcspn(word, " ,\n");
    *at += *length;
    return *length > 0 ? word : NULL;
}

// Do the words of the line `wanted` stand in that order in the line `found`?
static bool has_words(const char *found, const char *wanted) {
    size_t length, other_length;
    for (const char *word; (word = next_word(&wanted, &length)) != NULL;) {
        const char *other = next_word(&found, &other_length);
        while (other != NULL && (other_length != length || memcmp(word, other, length) != 0)) {
            other = next_word(&found, &other_length);
        }
        if (other == NULL) {
            return false;
        }
    }
    return true;
}

// Do the lines of `wanted` stand in that order among those of `found`, with their words in that
// order? Lists of what there is may grow, and their columns, without breaking a golden.
static bool is_part_of(const char *found, const char *wanted) {
    for (; *wanted != '\0'; wanted += strcspn(wanted, "\n") + 1) {
        const bool blank = *wanted == '\n';
        while (*found != '\0' && (blank ? *found != '\n' : !has_words(found, wanted))) {
            found += strcspn(found, "\n") + 1;
        }
        if (*found == '\0') {
            return false;
        }
        found += strcspn(found, "\n") + 1;
    }
    return true;
}

// Of a golden that is only a part of it, stdout stays.
static void update_golden(const char *path, const char *head, const outcome *result, const char *out) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (const char *line = head; *line != '\0';) {
        size_t length = strcspn(line, "\n") + 1;
        if (strncmp(line, "exit: ", 6) == 0) {
            fprintf(file, "exit: %d\n", result->exit_code);
        } else {
            fwrite(line, 1, length, file);
        }
        line += length;
    }
    fprintf(file, "--- stdout\n%s--- stderr\n%s", out, result->err);
    assert_int_equal(fclose(file), 0);
}

static int differs(const char *path, const char *what, const char *found, const char *wanted) {
    if (strcmp(found, wanted) == 0) {
        return 0;
    }
    print_error("%s: %s differs; found\n%s<<<\nwanted\n%s<<<\n", path, what, found, wanted);
    return 1;
}

static int golden_faults(const char *path) {
    static char text[TEXT_MAX];  // too large for the stack
    static char head[TEXT_MAX];
    static outcome result;
    read_into(path, text);
    char *out = strstr(text, "--- stdout\n");
    char *err = strstr(text, "--- stderr\n");
    size_t head_length = out != NULL ? (size_t)(out - text) : strlen(text);
    memcpy(head, text, head_length);
    head[head_length] = '\0';
    static char cut[TEXT_MAX];
    strcpy(cut, head);
    command c;
    // The scratch folder is named in the arguments too.
    replace(cut, "SCRATCH", scratch);
    parse_head(cut, &c);
    remove_tree(scratch);
    assert_int_equal(mkdir(scratch, 0700), 0);
    run_command(&c, &result);
    remove_tree(scratch);
    const char *update = getenv("LANEWISE_UPDATE_GOLDEN");
    bool has_golden = out != NULL && err != NULL && out < err;
    if (has_golden) {
        *err = '\0';
        out += strlen("--- stdout\n");
    }
    if (update != NULL && strcmp(update, "1") == 0) {
        update_golden(path, head, &result, has_golden && c.in_part ? out : result.out);
        return 0;
    }
    if (!has_golden) {
        print_error("%s has no golden; run with LANEWISE_UPDATE_GOLDEN=1\n", path);
        return 1;
    }
    int faults = c.in_part && is_part_of(result.out, out) ? 0 : differs(path, "stdout", result.out, out);
    faults += differs(path, "stderr", result.err, err + strlen("--- stderr\n"));
    if (result.exit_code != c.exit_code) {
        print_error("%s: exit code %d instead of %d\n", path, result.exit_code, c.exit_code);
        faults++;
    }
    return faults;
}

static void golden_command_lines(void **state) {
    (void)state;
    static const char folder[] = LW_SOURCE_DIR "/tests/cli";
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    int faults = 0;
    int tests = 0;
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length > 5 && strcmp(entry->d_name + length - 5, ".test") == 0) {
            char path[2048];
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            faults += golden_faults(path);
            tests++;
        }
    }
    closedir(stream);
    assert_true(tests > 10);
    assert_int_equal(faults, 0);
}

// ---- What a golden cannot say ----

static void run_words(char *words, outcome *result) {
    command c = {0};
    add_args(&c, words);
    run_command(&c, result);
}

static bool has_bytes(const char *path, const char *magic, size_t length) {
    char head[16] = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t got = fread(head, 1, sizeof head, file);
    fclose(file);
    return got >= length && memcmp(head, magic, length) == 0;
}

static void output_folder_has_everything(void **state) {
    (void)state;
    static outcome result;
    remove_tree(scratch);
    char words[] = "run tests/cli/data/sweep.yaml -o '" LW_BINARY_DIR "/cli-scratch/a/b' --pdf --quiet --format csv";
    run_words(words, &result);
    assert_string_equal(result.err, "");
    assert_int_equal(result.exit_code, 0);
    static char csv[TEXT_MAX];
    read_into(LW_BINARY_DIR "/cli-scratch/a/b/results.csv", csv);
    assert_string_equal(csv, result.out);
    assert_true(has_bytes(LW_BINARY_DIR "/cli-scratch/a/b/results.json", "{\"schema\":\"", 11));
    assert_true(has_bytes(LW_BINARY_DIR "/cli-scratch/a/b/bandwidth.svg", "<", 1));
    assert_true(has_bytes(LW_BINARY_DIR "/cli-scratch/a/b/bandwidth.png", "\x89PNG", 4));
    assert_true(has_bytes(LW_BINARY_DIR "/cli-scratch/a/b/bandwidth.pdf", "%PDF", 4));
    remove_tree(scratch);
}

// What became of each line of a list lies in a file of its own, exactly.
static void lists_have_their_files(void **state) {
    (void)state;
    static outcome result;
    static char csv[TEXT_MAX];
    static const char at[] = LW_BINARY_DIR "/cli-scratch/replay.flows.csv";
    remove_tree(scratch);
    char words[] = "run -q --engine flow tests/cli/data/flows.yaml -o '" LW_BINARY_DIR "/cli-scratch'";
    run_words(words, &result);
    assert_int_equal(result.exit_code, 0);
    read_into(at, csv);
    assert_string_equal(csv, "index,src,dst,bytes,start_us,finish_us\n0,0,1,1000000,0.000000,30.700000\n"
                             "0,2,1,1000000,10.000000,40.700000\n0,3,0,50000,5.250000,6.950000\n");
    remove_tree(scratch);
}

// The picture that the README shows is what its scenario draws.
static void demo_is_what_the_program_draws(void **state) {
    (void)state;
    static outcome result;
    static char drawn[TEXT_MAX];
    static char kept[TEXT_MAX];
    remove_tree(scratch);
    char words[] = "run configs/scenarios/oculink-or-thunderbolt.yaml -q -o '" LW_BINARY_DIR "/cli-scratch'";
    run_words(words, &result);
    assert_int_equal(result.exit_code, 0);
    read_into(LW_BINARY_DIR "/cli-scratch/bandwidth.svg", drawn);
    read_into(LW_SOURCE_DIR "/plots/demo.svg", kept);
    if (strcmp(drawn, kept) != 0) {
        fail_msg("plots/demo.svg is stale: ./dev demo && cp out/demo/bandwidth.svg plots/demo.svg");
    }
    remove_tree(scratch);
}

// Each question that is listed has a command that answers it.
static void questions_have_answers(void **state) {
    (void)state;
    static outcome list, result;
    char words[] = "list questions";
    run_words(words, &list);
    assert_int_equal(list.exit_code, 0);
    size_t count = 0;
    for (char *line = strchr(list.out, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        char asked[512];
        const char *at = line;
        for (const char *gap = strstr(line, "  "); gap != NULL && gap < strchr(line, '\n'); gap = strstr(gap + 1, "  ")) {
            at = gap + 2;  // the last column
        }
        (void)snprintf(asked, sizeof asked, "%.*s -q", (int)strcspn(at, "\n"), at);
        const bool quiet =
            strncmp(asked, "explain", 7) != 0 && strncmp(asked, "init", 4) != 0 && strncmp(asked, "lesson", 6) != 0;
        asked[strlen(asked) - (quiet ? 0 : 3)] = '\0';
        run_words(asked, &result);
        if (result.exit_code != 0 || result.out[0] == '\0') {
            fail_msg("%s: %d, %s", asked, result.exit_code, result.err);
        }
        count++;
    }
    assert_true(count >= 30);
}

// So are the chart of a plan, and the sentences of its answer.
static void readme_shows_what_a_plan_says(void **state) {
    (void)state;
    static outcome result;
    static char drawn[TEXT_MAX], kept[TEXT_MAX], readme[TEXT_MAX];
    remove_tree(scratch);
    char words[] = "plan configs/plans/local-llm.yaml -q -o '" LW_BINARY_DIR "/cli-scratch'";
    run_words(words, &result);
    assert_int_equal(result.exit_code, 0);
    read_into(LW_BINARY_DIR "/cli-scratch/cost.svg", drawn);
    read_into(LW_SOURCE_DIR "/plots/plan.svg", kept);
    if (strcmp(drawn, kept) != 0) {
        fail_msg("plots/plan.svg is stale: lanewise plan configs/plans/local-llm.yaml -o out && cp out/cost.svg plots/plan.svg");
    }
    read_into(LW_SOURCE_DIR "/README.md", readme);
    for (char *at = readme; *at != '\0'; at++) {
        *at = *at == '\n' ? ' ' : *at;
    }
    static const char *const heads[] = {"  Take ", "  Such cards stay first ", "  To own: "};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char *line = strstr(result.out, heads[i]);
        assert_non_null(line);
        line += 2;
        line[strcspn(line, "\n")] = '\0';
        if (strstr(readme, line) == NULL) {
            fail_msg("README.md does not have: %s", line);
        }
        line[strlen(line)] = '\n';
    }
    remove_tree(scratch);
}

// A table that holds the numbers of another model is not listed as a measurement.
static void models_are_listed_as_models(void **state) {
    (void)state;
    static outcome result;
    char words[] = "list measured";
    run_words(words, &result);
    assert_int_equal(result.exit_code, 0);
    const char *const rows[][2] = {{"\ncxl-expander-mess-reads ", " model "}, {"\nh200-gen5x16-h2d ", " measured "}};
    for (size_t i = 0; i < 2; i++) {
        char *row = strstr(result.out, rows[i][0]);
        assert_non_null(row);
        const char *word = strstr(row, rows[i][1]);
        assert_true(word != NULL && word < strchr(row + 1, '\n'));
    }
}

static void threads_change_nothing(void **state) {
    (void)state;
    static outcome one;
    static outcome seven;
    char words_one[] = "run tests/cli/data/sweep.yaml --format json -j 1";
    char words_seven[] = "run -j7 --format=json tests/cli/data/sweep.yaml";
    run_words(words_one, &one);
    run_words(words_seven, &seven);
    assert_int_equal(one.exit_code, 0);
    assert_string_equal(one.out, seven.out);
}

static void stats_are_one_line_of_json(void **state) {
    (void)state;
    static outcome result;
    char words[] = "run tests/cli/data/sweep.yaml --stats --quiet";
    run_words(words, &result);
    static const char *const keys[] = {"{\"points\":4,", "\"packets\":", "\"packet_hops\":",    "\"events\":",
                                       "\"wall_s\":",    "\"cpu_s\":",   "\"peak_rss_bytes\":", "\"threads\":"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_non_null(strstr(result.err, keys[i]));
    }
    assert_true(strchr(result.err, '\n') == result.err + strlen(result.err) - 1);
}

// The program may need long to come up on a busy machine: wait until it catches SIGINT.
static void wait_for_handler(pid_t child) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/status", (long)child);
    for (int i = 0; i < 3000; i++) {
        static char text[TEXT_MAX];
        read_into(path, text);
        const char *caught = strstr(text, "SigCgt:");
        if (caught != NULL && (strtoull(caught + strlen("SigCgt:"), NULL, 16) >> (SIGINT - 1) & 1) != 0) {
            return;
        }
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    fail_msg("the program never caught SIGINT");
}

// Ctrl-C, or SIGTERM, in the middle of a long run: what is finished is printed, exit code 130.
static void interrupted_by(int number, const char *format, const char *said) {
    static outcome result;
    char words[128];
    snprintf(words, sizeof words, "run tests/cli/data/long.yaml -j 1 --engine packet-exact --format %s", format);
    command c = {0};
    add_args(&c, words);
    pid_t child = 0;
    start_program(&c, &child);
    wait_for_handler(child);
    assert_int_equal(kill(child, number), 0);
    finish_program(&c, child, &result);
    assert_int_equal(result.exit_code, 130);
    assert_non_null(strstr(result.out, said));
    assert_non_null(strstr(result.err, "tests/cli/data/long.yaml: interrupted, "));
    assert_non_null(strstr(result.err, " of 2000 points are finished"));
}

static void interrupt_keeps_what_is_finished(void **state) {
    (void)state;
    interrupted_by(SIGINT, "jsonl", "\"interrupted\":true,\"points_planned\":2000");
    interrupted_by(SIGTERM, "jsonl", "\"interrupted\":true,\"points_planned\":2000");
    interrupted_by(SIGTERM, "csv", "not run: interrupted");
}

// Each file of tests/bad says in its first line what it is told: "# expect: LINE:COLUMN: error:
// beginning of the message".
static void bad_files_are_told_where_and_why(void **state) {
    (void)state;
    static outcome result;
    DIR *stream = opendir(LW_SOURCE_DIR "/tests/bad");
    assert_non_null(stream);
    int files = 0;
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        const char *dot = strrchr(entry->d_name, '.');
        if (entry->d_name[0] == '.' || dot == NULL || strcmp(dot, ".yaml") != 0) {
            continue;
        }
        static char text[TEXT_MAX];
        char path[1024];
        snprintf(path, sizeof path, LW_SOURCE_DIR "/tests/bad/%s", entry->d_name);
        read_into(path, text);
        text[strcspn(text, "\n")] = '\0';
        static const char mark[] = "# expect: ";
        if (strncmp(text, mark, strlen(mark)) != 0) {
            fail_msg("%s does not begin with %s", entry->d_name, mark);
        }
        char expected[2048];
        assert_true(snprintf(expected, sizeof expected, "tests/bad/%s:%s", entry->d_name, text + strlen(mark)) <
                    (int)sizeof expected);
        char words[1024];
        snprintf(words, sizeof words, "check tests/bad/%s", entry->d_name);
        run_words(words, &result);
        if (result.exit_code != 3 || strstr(result.err, expected) == NULL) {
            fail_msg("exit code %d; wanted\n%s\nfound\n%s", result.exit_code, expected, result.err);
        }
        files++;
    }
    closedir(stream);
    assert_true(files >= 6);
}

// Every file that comes with the program stands in the list of its kind, at the beginning of a
// line.
static void lists_name_every_file(void **state) {
    (void)state;
    static outcome result;
    static const char *const subjects[] = {"links", "devices", "systems", "measured", "scenarios"};
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        char words[64];
        char folder[1024];
        snprintf(words, sizeof words, "list %s", subjects[i]);
        run_words(words, &result);
        assert_string_equal(result.err, "");
        assert_int_equal(result.exit_code, 0);
        snprintf(folder, sizeof folder, LW_SOURCE_DIR "/configs/%s", subjects[i]);
        DIR *stream = opendir(folder);
        assert_non_null(stream);
        int files = 0;
        for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
            const char *dot = strrchr(entry->d_name, '.');
            if (entry->d_name[0] == '.' || dot == NULL || strcmp(dot, ".yaml") != 0) {
                continue;
            }
            char row[300];
            snprintf(row, sizeof row, "\n%.*s ", (int)(dot - entry->d_name), entry->d_name);
            if (strstr(result.out, row) == NULL) {
                fail_msg("lanewise list %s does not name %s", subjects[i], entry->d_name);
            }
            files++;
        }
        closedir(stream);
        assert_true(files >= 5);
    }
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LW_THREAD_SANITIZER 1
#endif
#endif

// A limit on the size of files (ulimit -f): the picture that is larger is an error, what is smaller
// is there, no half file is.
static void too_large_a_file_is_not_begun(void **state) {
    (void)state;
#ifdef LW_THREAD_SANITIZER
    skip();  // its run time maps files that are larger, and dies of the limit itself
#endif
    static outcome result;
    remove_tree(scratch);
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    const struct rlimit small = {.rlim_cur = 65536, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    char words[] = "run tests/cli/data/sweep.yaml -o '" LW_BINARY_DIR "/cli-scratch' --scale 4";
    run_words(words, &result);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_non_null(strstr(result.err, "bandwidth.png': File too large"));
    assert_int_equal(result.exit_code, 4);
    assert_true(has_bytes(LW_BINARY_DIR "/cli-scratch/results.json", "{\"schema\":\"", 11));
    DIR *stream = opendir(scratch);
    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        assert_null(strstr(entry->d_name, ".tmp."));
    }
    closedir(stream);
    remove_tree(scratch);
}

// No memory for a second thread: whatever OpenMP does about it, it is not the exit code of a failed
// check.
static void too_few_threads_are_no_failed_check(void **state) {
    (void)state;
    static outcome result;
    char words[] = "run tests/cli/data/sweep.yaml -j 2";
    char env[] = "OMP_STACKSIZE=1000000G";
    command c = {.env = {env}, .env_count = 1};
    add_args(&c, words);
    run_command(&c, &result);
    assert_int_not_equal(result.exit_code, 1);
}

// One example shows a cable that is too long, others what cards could whose driver lets them.
static const char *wanted_warning(const char *example) {
    static const char *const warnings[][2] = {
        {"long-cable.yaml", "warning: 2 m of cable loses 29.0 dB"},
        {"one-slow-card.yaml", "copies straight to other cards, which its preset (rtx-4090) cannot"},
        {"two-gpus-behind.yaml", "copies straight to other cards, which its preset (rtx-4090) cannot"},
        {"p2p-on-or-off.yaml", "copies straight to other cards, which its preset (rtx-4090) cannot"},
        {"two-gpus-one-switch.yaml", "goes straight between the cards, which 'gpu0' (rtx-4090) cannot"}};
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++) {
        if (strcmp(warnings[i][0], example) == 0) {
            return warnings[i][1];
        }
    }
    return NULL;
}

// Every shipped example is in order and runs.
static void examples_run(void **state) {
    (void)state;
    static outcome result;
    DIR *stream = opendir(LW_SOURCE_DIR "/configs/scenarios");
    assert_non_null(stream);
    int examples = 0;
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (entry->d_name[0] != '.') {
            char words[1024];
            snprintf(words, sizeof words, "run configs/scenarios/%s --format csv", entry->d_name);
            run_words(words, &result);
            const char *wanted = wanted_warning(entry->d_name);
            const bool warned = strstr(result.err, wanted != NULL ? wanted : "warning") != NULL;
            if (result.exit_code != 0 || strstr(result.err, "error") != NULL || warned != (wanted != NULL)) {
                fail_msg("%s gave %d\n%s", entry->d_name, result.exit_code, result.err);
            }
            examples++;
        }
    }
    closedir(stream);
    assert_true(examples >= 5);
}

// What `init` writes for a collective runs as it is.
static void starters_run(void **state) {
    (void)state;
    static outcome result;
    static const char *const kinds[] = {"all-reduce", "all-gather", "reduce-scatter", "broadcast",
                                        "reduce",     "all-to-all", "send-recv"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char words[1100];
        snprintf(words, sizeof words, "init %s", kinds[i]);
        run_words(words, &result);
        assert_int_equal(result.exit_code, 0);
        assert_non_null(strstr(result.out, kinds[i]));
        char path[1024];
        snprintf(path, sizeof path, "%s/starter.yaml", LW_BINARY_DIR);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(result.out, file) >= 0);
        assert_int_equal(fclose(file), 0);
        snprintf(words, sizeof words, "run '%s' --format csv", path);
        run_words(words, &result);
        assert_string_equal(result.err, "");
        assert_int_equal(result.exit_code, 0);
    }
}

// And the table that it writes is accepted as it is, without a word.
static void template_of_a_table_is_accepted(void **state) {
    (void)state;
    static outcome result;
    const char *path = LW_BINARY_DIR "/my-table.yaml";
    char words[1100] = "init measured";
    run_words(words, &result);
    assert_int_equal(result.exit_code, 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(result.out, file) >= 0);
    assert_int_equal(fclose(file), 0);
    snprintf(words, sizeof words, "validate '%s'", path);
    run_words(words, &result);
    assert_string_equal(result.err, "");
    assert_int_equal(result.exit_code, 0);
    assert_non_null(strstr(result.out, "my-table"));
}

int main(void) {
    // What the user's shell says must not reach the program.
    unsetenv("LANEWISE_CONFIGS");
    unsetenv("OMP_NUM_THREADS");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_command_lines),
        cmocka_unit_test(output_folder_has_everything),
        cmocka_unit_test(lists_have_their_files),
        cmocka_unit_test(starters_run),
        cmocka_unit_test(template_of_a_table_is_accepted),
        cmocka_unit_test(demo_is_what_the_program_draws),
        cmocka_unit_test(questions_have_answers),
        cmocka_unit_test(readme_shows_what_a_plan_says),
        cmocka_unit_test(models_are_listed_as_models),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(stats_are_one_line_of_json),
        cmocka_unit_test(interrupt_keeps_what_is_finished),
        cmocka_unit_test(bad_files_are_told_where_and_why),
        cmocka_unit_test(lists_name_every_file),
        cmocka_unit_test(too_large_a_file_is_not_begun),
        cmocka_unit_test(too_few_threads_are_no_failed_check),
        cmocka_unit_test(examples_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
