// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/helpers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/file.h"
#include "sim/base/text.h"
#include "sim/base/utf8.h"
#include "sim/config/source.h"

// ---- A folder of its own for each test ----

typedef struct sandbox {
    lw_test test;
    char folder[64];
} sandbox;

static sandbox sandbox_begin(void) {
    sandbox box = {.test = lw_test_begin(), .folder = "/tmp/lanewise-test-XXXXXX"};
    assert_non_null(mkdtemp(box.folder));
    return box;
}

static const char *inside(sandbox *box, const char *name) {
    const char *path = lw_arena_print(box->test.arena, "%s/%s", box->folder, name);
    assert_non_null(path);
    return path;
}

// Number of entries of the folder; each is deleted if asked.
static int entries(sandbox *box, bool delete) {
    int count = 0;
    DIR *folder = opendir(box->folder);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            count++;
            if (delete) {
                remove(inside(box, entry->d_name));
            }
        }
    }
    closedir(folder);
    return count;
}

static void sandbox_end(sandbox *box) {
    entries(box, true);
    rmdir(box->folder);
    lw_test_end(&box->test);
}

static void assert_content(sandbox *box, const char *path, const char *expected) {
    const lw_source *source = NULL;
    assert_int_equal(lw_source_read(path, box->test.arena, box->test.diags, &source), LW_OK);
    assert_string_equal(source->text, expected);
    assert_int_equal(source->length, strlen(expected));
    assert_string_equal(source->name, path);
}

// ---- Text ----

static void text_grows(void **state) {
    (void)state;
    lw_text text = {0};
    for (int i = 0; i < 1000; i++) {
        lw_text_print(&text, "%03d", i);
        lw_text_add_n(&text, NULL, 0);
        lw_text_add(&text, ";");
    }
    assert_int_equal(text.length, 4000);
    assert_int_equal(strlen(text.bytes), 4000);
    assert_memory_equal(text.bytes + 3996, "999;", 5);
    assert_false(text.failed);
    lw_text_free(&text);
    assert_null(text.bytes);
    lw_text_free(&text);
}

static void text_failure_is_sticky(void **state) {
    (void)state;
    lw_test_memory memory = {.fail_at = 2};
    lw_memory_hook(lw_test_resize, &memory);
    lw_text text = {0};
    lw_text_add(&text, "kept");
    lw_text_print(&text, "%0500d", 1);
    assert_true(text.failed);
    memory.fail_at = INT64_MAX;
    lw_text_add(&text, "x");
    lw_text_print(&text, "x");
    assert_true(text.failed);
    assert_string_equal(text.bytes, "kept");
    lw_text_free(&text);
    assert_int_equal(memory.blocks, 0);
    lw_memory_hook(NULL, NULL);

    lw_text huge = {0};
    lw_text_add_n(&huge, "", SIZE_MAX);
    assert_true(huge.failed);
}

static void assert_json(const char *input, const char *expected) {
    lw_text text = {0};
    lw_text_json_string(&text, input);
    assert_string_equal(text.bytes, expected);
    lw_text_free(&text);
}

static void json_strings_follow_rfc_8259(void **state) {
    (void)state;
    assert_json("", "\"\"");
    assert_json("a\"b\\c/", "\"a\\\"b\\\\c/\"");
    assert_json("\n\t\x01\x1f\x7f", "\"\\n\\u0009\\u0001\\u001f\x7f\"");
    assert_json("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80", "\"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
    assert_json("a\xFFz", "\"a\xEF\xBF\xBDz\"");
    assert_json("\xC3", "\"\xEF\xBF\xBD\"");
}

static void utf8_is_decoded_strictly(void **state) {
    (void)state;
    const struct {
        const char *bytes;
        uint32_t code;
        size_t size;
    } cases[] = {
        {"a", 'a', 1},
        {"\x7F", 0x7F, 1},
        {"\xC2\x80", 0x80, 2},
        {"\xDF\xBF", 0x7FF, 2},
        {"\xE0\xA0\x80", 0x800, 3},
        {"\xED\x9F\xBF", 0xD7FF, 3},
        {"\xEE\x80\x80", 0xE000, 3},
        {"\xEF\xBF\xBF", 0xFFFF, 3},
        {"\xF0\x90\x80\x80", 0x10000, 4},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF, 4},
        {"\x80", LW_UTF8_BAD, 1},              // continues nothing
        {"\xC0\x80", LW_UTF8_BAD, 1},          // overlong
        {"\xC1\xBF", LW_UTF8_BAD, 1},          // overlong
        {"\xE0\x9F\xBF", LW_UTF8_BAD, 1},      // overlong
        {"\xF0\x8F\xBF\xBF", LW_UTF8_BAD, 1},  // overlong
        {"\xED\xA0\x80", LW_UTF8_BAD, 1},      // surrogate
        {"\xED\xBF\xBF", LW_UTF8_BAD, 1},      // surrogate
        {"\xF4\x90\x80\x80", LW_UTF8_BAD, 1},  // over U+10FFFF
        {"\xF5\x80\x80\x80", LW_UTF8_BAD, 1},  // over U+10FFFF
        {"\xFF", LW_UTF8_BAD, 1},
        {"\xC3", LW_UTF8_BAD, 1},      // cut
        {"\xE2\x82", LW_UTF8_BAD, 1},  // cut
        {"\xE2\x82x", LW_UTF8_BAD, 1},
        {"\xF0\x9F\x98", LW_UTF8_BAD, 1},  // cut
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t code;
        assert_int_equal(lw_utf8_next(cases[i].bytes, strlen(cases[i].bytes), &code), cases[i].size);
        assert_int_equal(code, cases[i].code);
    }
}

static void assert_csv(const char *input, const char *expected) {
    lw_text text = {0};
    lw_text_csv_field(&text, input);
    assert_string_equal(text.bytes, expected);
    lw_text_free(&text);
}

// What a spreadsheet would compute gets an apostrophe; numbers stay numbers.
static void csv_fields_are_no_formulas(void **state) {
    (void)state;
    assert_csv("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
    assert_csv("@SUM(1)", "\"'@SUM(1)\"");
    assert_csv("+cmd", "\"'+cmd\"");
    assert_csv("-5", "-5");
    assert_csv("+1.5e3", "+1.5e3");
    assert_csv("-", "\"'-\"");
}

static void control_characters_are_shown(void **state) {
    (void)state;
    lw_text text = {0};
    lw_text_visible(&text, "a\x1b[2J\x07\x7f\xC2\x85\xE2\x80\xAE\xFFz\n\t");
    assert_string_equal(text.bytes, "a\\x1b[2J\\x07\\x7f\\x85\\u202e\xEF\xBF\xBDz\n\t");
    assert_true(lw_is_visible(text.bytes));
    assert_false(lw_is_visible("\x1b"));
    lw_text_free(&text);
}

static void roff_stands_for_itself(void **state) {
    (void)state;
    lw_text text = {0};
    lw_text_roff(&text, ".so --a\\b\n'x ~^`\n1.5 \xC3\xA9\xE2\x82\xAC\xFF");
    assert_string_equal(text.bytes, "\\&.so \\-\\-a\\eb\n\\(aqx \\(ti\\(ha\\(ga\n1.5 \\[u00E9]\\[u20AC]\\[uFFFD]");
    lw_text_free(&text);
}

static void the_mode_of_a_replaced_file_stays(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    const char *path = inside(&box, "results.csv");
    static const mode_t modes[] = {0600, 0640, 0444};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(lw_file_write(path, "old", 3, box.test.diags), LW_OK);
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(lw_file_write(path, "new", 3, box.test.diags), LW_OK);
        struct stat info;
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 07777, modes[i]);
    }
    assert_int_equal(entries(&box, false), 1);
    sandbox_end(&box);
}

// A killed process leaves its temporary file: the next one that writes there removes it, but not
// that of a process that lives, nor what only looks alike.
static void litter_of_dead_processes_goes(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    char names[4][64];
    snprintf(names[0], sizeof names[0], ".a.csv.tmp.%ld.0", (long)child);
    snprintf(names[1], sizeof names[1], ".a.csv.tmp.%ld.0", (long)getppid());
    snprintf(names[2], sizeof names[2], ".a.csv.tmp.%ld.x", (long)child);
    snprintf(names[3], sizeof names[3], ".b.csv.tmp.%ld.0", (long)child);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(lw_file_write(inside(&box, names[i]), "", 0, box.test.diags), LW_OK);
    }
    assert_int_equal(lw_file_write(inside(&box, "a.csv"), "new", 3, box.test.diags), LW_OK);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(access(inside(&box, names[i]), F_OK), i == 0 ? -1 : 0);
    }
    sandbox_end(&box);
}

static void csv_fields_follow_rfc_4180(void **state) {
    (void)state;
    assert_csv("", "");
    assert_csv("plain text", "plain text");
    assert_csv("a,b", "\"a,b\"");
    assert_csv("say \"x\"\"", "\"say \"\"x\"\"\"\"\"");
    assert_csv("two\nlines", "\"two\nlines\"");
    assert_csv("cr\r", "\"cr\r\"");
    assert_csv(" led", "\" led\"");
    assert_csv("trailed ", "\"trailed \"");
}

static void assert_number(double value, const char *expected) {
    lw_text text = {0};
    lw_text_number(&text, value);
    assert_string_equal(text.bytes, expected);
    lw_text_free(&text);
}

static void numbers_print_shortest(void **state) {
    (void)state;
    assert_number(0, "0");
    assert_number(0.1, "0.1");
    assert_number(-2.5, "-2.5");
    assert_number(1.0 / 3, "0.3333333333333333");
    assert_number(5e-324, "5e-324");
    assert_number(1.7976931348623157e308, "1.7976931348623157e+308");
    assert_number((double)NAN, "null");
    assert_number((double)INFINITY, "null");
    assert_number(-(double)INFINITY, "null");
}

// ---- Files ----

static void a_file_is_written_and_replaced(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    const char *path = inside(&box, "out.csv");
    assert_int_equal(lw_file_write(path, "first", 5, box.test.diags), LW_OK);
    assert_content(&box, path, "first");
    assert_int_equal(lw_file_write(path, "2nd", 3, box.test.diags), LW_OK);
    assert_content(&box, path, "2nd");
    assert_int_equal(lw_file_write(path, "", 0, box.test.diags), LW_OK);
    assert_content(&box, path, "");
    struct stat made;
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(stat(path, &made), 0);
    assert_int_equal(made.st_mode & 0777, 0666 & ~mask);
    assert_int_equal(entries(&box, false), 1);
    sandbox_end(&box);
}

static void a_long_name_leaves_room_for_the_temporary_one(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    const char *path = inside(&box, name);
    assert_int_equal(lw_file_write(path, "x", 1, box.test.diags), LW_OK);
    assert_content(&box, path, "x");
    sandbox_end(&box);
}

static void another_ones_temporary_file_is_left_alone(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    char name[64];
    snprintf(name, sizeof name, ".out.tmp.%ld.0", (long)getpid());
    assert_int_equal(lw_file_write(inside(&box, name), "theirs", 6, box.test.diags), LW_OK);
    assert_int_equal(lw_file_write(inside(&box, "out"), "ours", 4, box.test.diags), LW_OK);
    assert_content(&box, inside(&box, name), "theirs");
    assert_content(&box, inside(&box, "out"), "ours");
    assert_int_equal(entries(&box, false), 2);
    sandbox_end(&box);
}

// open, write, fsync, close, rename: whichever fails, the old file stays and no temporary is left.
static void each_step_may_fail(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    const char *path = inside(&box, "out");
    assert_int_equal(lw_file_write(path, "old", 3, box.test.diags), LW_OK);
    for (int64_t step = 1; step <= 5; step++) {
        lw_test test = lw_test_begin();
        lw_file_fail_at(step);
        assert_int_equal(lw_file_write(path, "new", 3, test.diags), LW_IO);
        assert_int_equal(lw_diags_errors(test.diags), 1);
        const char *message = lw_diags_at(test.diags, 0)->message;
        assert_non_null(strstr(message, path));
        assert_non_null(strstr(message, strerror(EIO)));
        assert_content(&box, path, "old");
        assert_int_equal(entries(&box, false), 1);
        lw_test_end(&test);
    }
    lw_file_fail_at(6);  // of the second write
    assert_int_equal(lw_file_write(path, "new", 3, box.test.diags), LW_OK);
    assert_int_equal(lw_file_write(path, "newer", 5, box.test.diags), LW_IO);
    assert_content(&box, path, "new");
    lw_file_fail_at(0);
    assert_int_equal(lw_file_write(path, "newest", 6, box.test.diags), LW_OK);
    assert_content(&box, path, "newest");
    sandbox_end(&box);
}

static void assert_write_fails(const char *path, int cause, const char *hint) {
    lw_test test = lw_test_begin();
    assert_int_equal(lw_file_write(path, "bytes", 5, test.diags), LW_IO);
    const lw_diag *diag = lw_diags_at(test.diags, 0);
    assert_string_equal(diag->message, lw_arena_print(test.arena, "cannot write '%s': %s", path, strerror(cause)));
    if (hint) {
        assert_string_equal(diag->hint, hint);
    } else {
        assert_null(diag->hint);
    }
    lw_test_end(&test);
}

static void causes_are_named(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    assert_write_fails("/dev/full", ENOSPC, "free some space, or write to another disk");
    assert_write_fails(inside(&box, "no/such/folder"), ENOENT, "make the folder first");
    assert_write_fails(box.folder, EISDIR, NULL);
    assert_write_fails("", ENOENT, "make the folder first");
    sandbox_end(&box);
}

static void devices_are_written_through(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_int_equal(lw_file_write("/dev/null", "x", 1, test.diags), LW_OK);
    struct stat device;
    assert_int_equal(stat("/dev/null", &device), 0);
    assert_true(S_ISCHR(device.st_mode));
    for (int64_t step = 1; step <= 3; step++) {
        lw_file_fail_at(step);
        assert_int_equal(lw_file_write("/dev/null", "x", 1, test.diags), LW_IO);
    }
    lw_file_fail_at(0);
    lw_test_end(&test);
}

static lw_status write_something(void *user) {
    return lw_file_write(user, "x", 1, NULL) == LW_OK ? LW_OK : LW_NO_MEMORY;
}

static lw_status make_a_folder(void *user) {
    return lw_folder_make(user, NULL);
}

static void running_out_of_memory_is_reported(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    char path[128];
    snprintf(path, sizeof path, "%s/x", box.folder);
    assert_int_equal(lw_test_out_of_memory(write_something, path), 1);
    assert_int_equal(entries(&box, false), 1);
    assert_int_equal(lw_test_out_of_memory(make_a_folder, box.folder), 1);
    sandbox_end(&box);
}

// A process that is killed while it writes leaves the old file or the new one, never a part.
static void a_killed_writer_leaves_a_whole_file(void **state) {
    (void)state;
    enum { LENGTH = 3000000, ROUNDS = 8 };
    sandbox box = sandbox_begin();
    const char *path = inside(&box, "big");
    char *bytes = malloc(LENGTH);
    assert_non_null(bytes);
    for (int round = 0; round < ROUNDS; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            for (unsigned char fill = 'a';; fill = (unsigned char)('a' + (fill - 'a' + 1) % 26)) {
                memset(bytes, fill, LENGTH);
                if (lw_file_write(path, bytes, LENGTH, NULL) != LW_OK) {
                    _exit(1);
                }
            }
        }
        nanosleep(&(struct timespec){.tv_nsec = 5000000 + 3000000 * round}, NULL);
        kill(child, SIGKILL);
        int how;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how));
        FILE *file = fopen(path, "rb");
        if (file) {
            assert_int_equal(fread(bytes, 1, LENGTH, file), LENGTH);
            assert_int_equal(fgetc(file), EOF);
            assert_int_equal(memcmp(bytes, bytes + 1, LENGTH - 1), 0);
            fclose(file);
        }
    }
    free(bytes);
    sandbox_end(&box);
}

static void folders_are_made_with_their_parents(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    const char *deep = inside(&box, "a//b/c/");
    assert_int_equal(lw_folder_make(deep, box.test.diags), LW_OK);
    assert_int_equal(lw_folder_make(deep, box.test.diags), LW_OK);
    struct stat made;
    assert_int_equal(stat(inside(&box, "a/b/c"), &made), 0);
    assert_true(S_ISDIR(made.st_mode));
    assert_int_equal(lw_file_write(inside(&box, "file"), "x", 1, box.test.diags), LW_OK);
    assert_int_equal(lw_folder_make(inside(&box, "file"), box.test.diags), LW_IO);
    assert_int_equal(lw_folder_make(inside(&box, "file/below"), box.test.diags), LW_IO);
    assert_int_equal(lw_folder_make("", box.test.diags), LW_IO);
    assert_int_equal(lw_diags_errors(box.test.diags), 3);
    assert_non_null(strstr(lw_diags_at(box.test.diags, 0)->message, strerror(ENOTDIR)));
    rmdir(inside(&box, "a/b/c"));
    rmdir(inside(&box, "a/b"));
    sandbox_end(&box);
}

static void sources_are_read_up_to_the_limit(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    char *bytes = malloc(LW_SOURCE_BYTES_MAX + 1);
    assert_non_null(bytes);
    memset(bytes, '#', LW_SOURCE_BYTES_MAX + 1);
    const char *path = inside(&box, "x.yaml");
    for (size_t length = LW_SOURCE_BYTES_MAX - 1; length <= LW_SOURCE_BYTES_MAX + 1; length++) {
        const lw_source *source = NULL;
        assert_int_equal(lw_file_write(path, bytes, length, box.test.diags), LW_OK);
        lw_status status = lw_source_read(path, box.test.arena, box.test.diags, &source);
        assert_int_equal(status, length <= LW_SOURCE_BYTES_MAX ? LW_OK : LW_BAD_INPUT);
        if (status == LW_OK) {
            assert_int_equal(source->length, length);
        }
    }
    assert_string_equal(lw_diags_at(box.test.diags, 0)->message, "the text is larger than 1 MiB");
    assert_string_equal(lw_diags_at(box.test.diags, 0)->place.source->name, path);
    free(bytes);
    sandbox_end(&box);
}

static void unreadable_sources_are_named(void **state) {
    (void)state;
    sandbox box = sandbox_begin();
    const lw_source *source = NULL;
    assert_int_equal(lw_source_read(inside(&box, "none.yaml"), box.test.arena, box.test.diags, &source), LW_IO);
    assert_int_equal(lw_source_read(box.folder, box.test.arena, box.test.diags, &source), LW_IO);
    assert_non_null(strstr(lw_diags_at(box.test.diags, 0)->message, "none.yaml': No such file"));
    assert_non_null(strstr(lw_diags_at(box.test.diags, 1)->message, "Is a directory"));
    assert_int_equal(lw_source_read("/dev/zero", box.test.arena, box.test.diags, &source), LW_BAD_INPUT);
    assert_null(source);
    sandbox_end(&box);
}

static void standard_input_is_a_source(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    int ends[2], kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a: 1\n", 5), 5);
    close(ends[1]);
    assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
    close(ends[0]);
    const lw_source *source = NULL;
    assert_int_equal(lw_source_read("-", test.arena, test.diags, &source), LW_OK);
    assert_string_equal(source->name, "<stdin>");
    assert_string_equal(source->text, "a: 1\n");
    if (kept >= 0) {
        dup2(kept, STDIN_FILENO);
        close(kept);
    }
    lw_test_end(&test);
}

static lw_status read_something(void *user) {
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena ? lw_diags_new(arena) : NULL;
    const lw_source *source = NULL;
    lw_status status = diags ? lw_source_read(user, arena, diags, &source) : LW_NO_MEMORY;
    lw_arena_free(arena);
    return status;
}

static void reading_reports_every_failed_allocation(void **state) {
    (void)state;
    char path[] = LW_SOURCE_DIR "/CMakeLists.txt";
    assert_true(lw_test_out_of_memory(read_something, path) >= 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows),
        cmocka_unit_test(text_failure_is_sticky),
        cmocka_unit_test(json_strings_follow_rfc_8259),
        cmocka_unit_test(utf8_is_decoded_strictly),
        cmocka_unit_test(csv_fields_are_no_formulas),
        cmocka_unit_test(control_characters_are_shown),
        cmocka_unit_test(roff_stands_for_itself),
        cmocka_unit_test(the_mode_of_a_replaced_file_stays),
        cmocka_unit_test(litter_of_dead_processes_goes),
        cmocka_unit_test(csv_fields_follow_rfc_4180),
        cmocka_unit_test(numbers_print_shortest),
        cmocka_unit_test(a_file_is_written_and_replaced),
        cmocka_unit_test(a_long_name_leaves_room_for_the_temporary_one),
        cmocka_unit_test(another_ones_temporary_file_is_left_alone),
        cmocka_unit_test(each_step_may_fail),
        cmocka_unit_test(causes_are_named),
        cmocka_unit_test(devices_are_written_through),
        cmocka_unit_test(running_out_of_memory_is_reported),
        cmocka_unit_test(a_killed_writer_leaves_a_whole_file),
        cmocka_unit_test(folders_are_made_with_their_parents),
        cmocka_unit_test(sources_are_read_up_to_the_limit),
        cmocka_unit_test(unreadable_sources_are_named),
        cmocka_unit_test(standard_input_is_a_source),
        cmocka_unit_test(reading_reports_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
