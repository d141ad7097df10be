// SPDX-License-Identifier: GPL-3.0-or-later
// Communication libraries: what they make of a collective on the machine that they find. Each is a
// type of the section `libraries`, whose presets hold its figures.
#ifndef LW_LIBRARY_H
#define LW_LIBRARY_H

#include "sim/workload/collective/collective.h"

typedef enum lw_operation {
    LW_ALL_REDUCE,
    LW_ALL_GATHER,
    LW_REDUCE_SCATTER,
    LW_BROADCAST,
    LW_REDUCE,
    LW_ALL_TO_ALL,
    LW_SEND_RECV
} lw_operation;

// How ranks send: in lines with flags of their own, LL and LL128, or in large blocks.
typedef enum lw_protocol { LW_LL, LW_LL128, LW_SIMPLE, LW_PROTOCOLS } lw_protocol;
extern const char *const lw_protocol_words[], *const lw_protocol_names[];  // "auto" and those; as they are printed

// What a protocol sends and where to: options of all libraries that have these protocols.
typedef struct lw_protocol_figures {
    int64_t line_bytes[LW_SIMPLE], flag_bytes[LW_SIMPLE];
    int64_t buffer_bytes[LW_PROTOCOLS];  // as sent: of a channel, one way
    int64_t slots, chunk_slots, slices;  // of a buffer; of a chunk by Simple, and what that is sent as
} lw_protocol_figures;
// Data in what is sent.
double lw_protocol_data_share(const lw_protocol_figures *figures, lw_protocol protocol);
// Lines that are not all flags, and buffers with slots that a call can use, as the check of a type.
lw_status lw_library_check_lines(const lw_protocol_figures *figures, const lw_option *options, const lw_option_set *set,
                                 lw_place at, lw_diags *diags) LW_CHECKED;

// Rows of option tables; `at`: where the field lies in the parameters of the library.
#define LW_LIBRARY_PROTOCOL(at) \
    LW_WORK_WORD("protocol", at, "auto", lw_protocol_words, "as NCCL_PROTO says; auto: as the library chooses")
#define LW_LIBRARY_CANDIDATES(at)                                                         \
    {                                                                                     \
        .key = "candidates", .kind = LW_OPTION_FLAG, .offset = (at), .fallback = "false", \
        .help = "tell what each choice is reckoned to take, in the table and in JSON"     \
    }
#define LW_LIBRARY_SHARE(word, at, says) \
    { .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .offset = (at), .minimum = 0.01, .maximum = 1, .help = (says) }
#define LW_LIBRARY_SIZE(word, at, otherwise, most, says, of)                                                           \
    {                                                                                                                  \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_BYTES, .offset = (at), .fallback = (otherwise), \
        .minimum = 1, .maximum = (most), .help = (says), .source = "NVIDIA/nccl " of, .evidence = LW_SPECIFIED         \
    }
#define LW_LIBRARY_PIECES(word, at, otherwise, says, of)                                                                  \
    {                                                                                                                     \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = (at), .fallback = (otherwise), .minimum = 1, .maximum = 1024, \
        .help = (says), .source = "NVIDIA/nccl " of, .evidence = LW_SPECIFIED                                             \
    }
#define LW_FIGURE(at, field) ((at) + offsetof(lw_protocol_figures, field))
#define LW_LIBRARY_LINES(at)                                                                                                     \
    LW_LIBRARY_SIZE("ll_line", LW_FIGURE(at, line_bytes[LW_LL]), "16 B", 4096, "what LL sends at once", "src/include/device.h"), \
        LW_LIBRARY_SIZE("ll_flags", LW_FIGURE(at, flag_bytes[LW_LL]), "8 B", 2048, "of that, flags", "src/include/device.h"),    \
        LW_LIBRARY_SIZE("ll128_line", LW_FIGURE(at, line_bytes[LW_LL128]), "128 B", 4096, "what LL128 sends at once",            \
                        "src/include/device.h"),                                                                                 \
        LW_LIBRARY_SIZE("ll128_flags", LW_FIGURE(at, flag_bytes[LW_LL128]), "8 B", 2048, "of that, flags",                       \
                        "src/include/device.h")
#define LW_LIBRARY_BUFFERS(at)                                                                                        \
    LW_LIBRARY_SIZE("ll_buffer", LW_FIGURE(at, buffer_bytes[LW_LL]), "512 KiB", 0x1p40,                               \
                    "buffer of a channel one way by LL: 8 lines for each of 512 threads and slots",                   \
                    "src/include/device.h, src/init.cc"),                                                             \
        LW_LIBRARY_SIZE("ll128_buffer", LW_FIGURE(at, buffer_bytes[LW_LL128]), "4800 KiB", 0x1p40,                    \
                        "the same, LL128, as sent: 7.5 lines for each of 640 threads and slots",                      \
                        "src/include/device.h, src/init.cc"),                                                         \
        LW_LIBRARY_SIZE("simple_buffer", LW_FIGURE(at, buffer_bytes[LW_SIMPLE]), "4 MiB", 0x1p40, "the same, Simple", \
                        "src/init.cc, DEFAULT_BUFFSIZE"),                                                             \
        LW_LIBRARY_PIECES("slots", LW_FIGURE(at, slots), "8", "parts of a buffer that are under way at once",         \
                          "src/include/device.h, NCCL_STEPS"),                                                        \
        LW_LIBRARY_PIECES("chunk_slots", LW_FIGURE(at, chunk_slots), "4", "slots of a chunk by Simple",               \
                          "src/include/collectives.h, ALLREDUCE_CHUNKSTEPS"),                                         \
        LW_LIBRARY_PIECES("slices", LW_FIGURE(at, slices), "2", "pieces that a chunk is sent as",                     \
                          "src/include/collectives.h, ALLREDUCE_SLICESTEPS")

typedef struct lw_library {
    lw_type type;
    lw_operation last;  // there is a model of the operations up to this one
    // Write the tasks of an operation over these ranks, as `on` lists them. `chosen` is a copy of the workload's options
    // that the library may fill in; params: its own.
    lw_status (*write)(lw_graph_builder *builder, const void *params, lw_operation operation, const lw_ranks *ranks,
                       lw_collective_params *chosen);
} lw_library;

extern const lw_library lw_library_nccl, lw_library_rccl;
const lw_type *lw_library_type_at(size_t index);  // NULL past the last

// Let the library that the workload names write it, over ranks as listed; *taken is false when it names none.
lw_status lw_library_take(lw_graph_builder *builder, lw_operation operation, const lw_ranks *ranks, bool *taken) LW_CHECKED;

// All-gather and reduce-scatter: their options, and one of them as tasks.
extern const lw_option lw_parts_options[];
lw_status lw_parts_expand(lw_graph_builder *builder, lw_operation operation) LW_CHECKED;
// Their closed forms, for their pages.
#define LW_PARTS_FORMS                                                                                    \
    "With n ranks, a time a for the first byte of a link and b for each byte:\n"                          \
    "  ring              (n-1) a + (n-1)/n S b\n"                                                         \
    "  rings             the same of S/k each, on k rings that share no link\n"                           \
    "  halving-doubling  log2(n) a + (n-1)/n S b, of a power of two ranks\n"                              \
    "  pat               the same, with log2(n) rounded up, of any number of ranks\n"                     \
    "  direct            a + 1/n S b on a mesh of links; a shared port divides it\n"                      \
    "\n"                                                                                                  \
    "busbw_GBps is S (n-1)/n by time, as nccl-tests counts it, and `bytes` of the result likewise. See\n" \
    "lanewise explain all-reduce for order, channels and cards without peer to peer."

#endif
