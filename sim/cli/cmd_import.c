// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise import: what other tools measured becomes measured tables; and which links one number
// fits.
#include <string.h>
#include <sys/stat.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status usage(const lw_context *context, const char *what) {
    (void)lw_error(
        context->diags, (lw_place){0},
        "usage: lanewise import [FLAGS] FILE, lanewise import --from-machine, or lanewise import --rate \"24 GB/s h2d\"", "%s",
        what);
    return LW_BAD_USAGE;
}

static lw_status import_rate(const lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const lanewise_run run = {.threads = (int)arguments->threads, .stop = lw_console_catch_interrupt()};
    char *text = NULL;
    lw_status status =
        (lw_status)lanewise_import_rate(context->catalog, arguments->rate, arguments->on, &run, context->findings, &text);
    lw_status printed = lw_console_print_text(LANEWISE_OK, text, context->diags);
    return status != LW_OK ? status : printed;
}

// One table goes to the file that -o names; several, or one where -o is a folder, to files in it.
static lw_status write_tables(const lw_context *context, const lanewise_imported *imported) {
    static const char ending[] = ".yaml";
    const char *output = context->arguments->output;
    const size_t count = lanewise_imported_tables(imported), length = strlen(output), end = sizeof ending - 1;
    struct stat info;
    const bool exists = stat(output, &info) == 0;
    const bool is_file = exists ? !S_ISDIR(info.st_mode) : length > end && strcmp(output + length - end, ending) == 0;
    if (is_file && count > 1) {
        return usage(context, "the file has several tables, which need a folder: -o DIR");
    }
    LW_TRY(is_file ? LW_OK : lw_folder_make(output, context->diags));
    lw_text told = {0};
    lw_status status = LW_OK;
    for (size_t i = 0; i < count && status == LW_OK; i++) {
        const char *yaml = lanewise_imported_yaml(imported, i);
        const char *path =
            is_file ? output : lw_arena_print(context->arena, "%s/%s.yaml", output, lanewise_imported_name(imported, i));
        status = path == NULL ? LW_NO_MEMORY : lw_file_write(path, yaml, strlen(yaml), context->diags);
        lw_text_add(&told, "wrote ");
        lw_text_visible(&told, path != NULL ? path : "");
        lw_text_add(&told, "\n");
    }
    return lw_console_print(status, &told, context->diags);
}

lw_status lw_command_imported(const lw_context *context, lanewise_imported *imported) {
    char *text = NULL;
    // a system is its own overview: it goes to the file or to stdout
    const bool writes = context->arguments->output != NULL, shown = !writes || !lanewise_imported_is_system(imported);
    lw_status status = shown ? (lw_status)lanewise_imported_overview(imported, &text) : LW_OK;
    status = shown ? lw_console_print_text((lanewise_status)status, text, context->diags) : status;
    status = status == LW_OK && writes ? write_tables(context, imported) : status;
    lanewise_imported_free(imported);
    return status;
}

static lw_status import_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    if (arguments->rate != NULL) {
        return arguments->file_count > 0 ? usage(context, "a file or --rate, not both") : import_rate(context);
    }
    if (arguments->from_machine && arguments->file_count > 0) {
        return usage(context, "a file or --from-machine, not both");
    }
    if (arguments->file_count == 0 && !arguments->from_machine) {
        return usage(context, "missing on the command line: FILE");
    }
    const lanewise_importing how = {arguments->as < 0 ? NULL : lanewise_import_formats()[arguments->as], arguments->on};
    lanewise_imported *imported = NULL;
    LW_TRY((lw_status)lanewise_import(context->catalog, arguments->from_machine ? NULL : arguments->file[0], &how,
                                      context->findings, &imported));
    return lw_command_imported(context, imported);
}

static const char *const flag_names[] = {"as", "on", "rate", "from-machine", "output", "threads", NULL};

const lw_verb lw_verb_import = {
    .name = "import",
    .operands = "[FILE]",
    .summary = "Make measured tables or a system of what another tool printed, or name the links that a number fits.",
    .examples = "  lanewise import nvbandwidth.txt                       what is in it\n"
                "  lanewise import nvbandwidth.txt -o mine               and a measured table for each card and direction\n"
                "  lanewise import list.csv --on oculink-2-x4,rtx-4090   a list of bytes,GB/s, measured on this link\n"
                "  lanewise import lspci.txt -o machine.yaml             a machine: its cards, switches and links\n"
                "  lanewise import --from-machine -o machine.yaml        the same of this machine, through hwloc\n"
                "  lanewise import --rate \"24 GB/s h2d\"                  which links does one number fit?\n"
                "  lanewise validate nvbandwidth.txt                     is what I measured normal?\n",
    .details = "lanewise explain import says what is read of each tool, and how tables are made of it.\n",
    .flags = flag_names,
    .output = "a folder of measured tables, or the file of one; of a machine its .yaml",
    .least = 0,
    .most = 1,
    .run = import_verb,
};
