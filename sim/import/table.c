// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/quantity.h"
#include "sim/import/llm.h"

// within: how far, in percent, the model may be from a link without a fault: the worst that README,
// How accurate it is, shows of such tables, rounded up. Plateaus over PCIe 4.0 9.0 %, one direction
// while the other is busy 40 %, card to card 18 %, pageable memory 22 %, nine of ten sizes of
// collectives 58 %, RDMA 3.3 % (rates) and 27 % (single messages), CXL 19 %; single sizes 60 %. Tokens of language models
// 26 %; of prompts 62 %, over several cards nine of ten 94 %.
static const struct {
    const char *slug, *words;
    bool down, busy;
    int within;
} acts[LW_ACTS] = {
    [LW_ACT_H2D] = {"h2d", "host to card", false, false, 10},
    [LW_ACT_D2H] = {"d2h", "card to host", true, false, 10},
    [LW_ACT_H2D_BUSY] = {"h2d-while-d2h", "host to card, both busy", false, true, 40},
    [LW_ACT_D2H_BUSY] = {"d2h-while-h2d", "card to host, both busy", true, true, 40},
    [LW_ACT_PEER] = {"peer", "card to card", false, false, 20},
    [LW_ACT_PEER_BUSY] = {"peer-both", "card to card", false, true, 40},
    [LW_ACT_COLLECTIVE] = {"", "", false, false, 60},
    [LW_ACT_RDMA_WRITE] = {"writes", "RDMA writes", false, false, 10},
    [LW_ACT_RDMA_READ] = {"reads", "RDMA reads", false, false, 10},
    [LW_ACT_RDMA_WRITE_LATENCY] = {"one-write", "one RDMA write", false, false, 30},
    [LW_ACT_RDMA_READ_LATENCY] = {"one-read", "one RDMA read", false, false, 30},
    [LW_ACT_LOADED] = {"loaded", "a load among others", false, false, 20},
    [LW_ACT_DECODE] = {"decode", "tokens written", false, false, 30},
    [LW_ACT_PREFILL] = {"prefill", "a prompt", false, false, 65},
};
enum { WITHIN_PAGEABLE = 25, WITHIN_PROMPT_OF_SEVERAL = 95, WITHIN_WORST = 60 };

int lw_import_within(const lw_series *series) {
    const bool several = series->llm != NULL && series->llm->cards != NULL && strstr(series->llm->cards, ", ") != NULL;
    return series->pageable                           ? WITHIN_PAGEABLE
           : series->act == LW_ACT_PREFILL && several ? WITHIN_PROMPT_OF_SEVERAL
                                                      : acts[series->act].within;
}

char *lw_import_rate(lw_act act, double value, char *buffer) {
    const char *unit = lw_act_is_llm(act) ? " tokens/s" : " GB/s";
    (void)(value >= 1e3 && value < 1e9 ? snprintf(buffer, LW_NUMBER_TEXT, "%.0f", value)
                                       : snprintf(buffer, LW_NUMBER_TEXT, "%.3g", value));
    (void)lw_number_point(buffer);
    (void)strcat(buffer, unit);
    return buffer;
}

char *lw_import_print(const lw_series *series, const lw_seen *seen, char *buffer) {
    if (!lw_act_is_latency(series->act)) {
        return lw_import_rate(series->act, lw_seen_GBps(series->act, seen->bytes, seen->value), buffer);
    }
    (void)snprintf(buffer, LW_NUMBER_TEXT, "%.3g", seen->value);
    (void)lw_number_point(buffer);
    (void)strcat(buffer, " us");
    return buffer;
}

static bool several_devices(const lw_import *file) {
    const lw_series *series = LW_LIST_ITEMS(&file->series, const lw_series);
    for (size_t i = 0; i < file->series.count; i++) {
        if (series[i].device != series[0].device) {
            return true;
        }
    }
    return false;
}

const char *lw_import_series_words(const lw_import *file, const lw_series *series) {
    if (lw_act_is_remote(series->act)) {
        return acts[series->act].words;
    }
    if (lw_act_is_llm(series->act)) {
        return lw_arena_print(file->arena, "%s, %s", series->llm->model, acts[series->act].words);
    }
    if (series->act == LW_ACT_COLLECTIVE) {
        return lw_arena_print(file->arena, "%s of %d cards", series->work, series->ranks);
    }
    if (lw_act_is_peer(series->act)) {
        return lw_arena_print(file->arena, "card %d to card %d%s%s%s%s", series->device, series->peer,
                              acts[series->act].busy ? ", both busy" : "", series->direct ? "" : ", without peer access",
                              series->tag != NULL ? ", " : "", series->tag != NULL ? series->tag : "");
    }
    const char *which = several_devices(file) ? lw_arena_print(file->arena, ", card %d", series->device) : "";
    return which == NULL
               ? NULL
               : lw_arena_print(file->arena, "%s%s%s%s%s", acts[series->act].words, series->pageable ? ", pageable" : "",
                                series->tag != NULL ? ", " : "", series->tag != NULL ? series->tag : "", which);
}

const char *lw_import_table_name(const lw_import *file, const lw_series *series) {
    const char *path = file->source->name, *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    char *stem = lw_arena_copy_n(file->arena, base, dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base));
    if (stem == NULL) {
        return NULL;
    }
    char *to = stem;
    for (const char *c = stem; *c != '\0'; c++) {
        if (isalnum((unsigned char)*c)) {
            *to++ = *c;
        } else if (to > stem && to[-1] != '-') {
            *to++ = '-';
        }
    }
    to -= to > stem && to[-1] == '-';
    *to = '\0';
    const char *where = lw_act_is_peer(series->act) ? lw_arena_print(file->arena, "-%d-%d", series->device, series->peer)
                        : several_devices(file)     ? lw_arena_print(file->arena, "-gpu%d", series->device)
                                                    : "";
    return where == NULL
               ? NULL
               : lw_arena_print(file->arena, "%s-%s%s%s%s%s%s", stem[0] != '\0' ? stem : "import",
                                series->work != NULL ? series->work : acts[series->act].slug, series->pageable ? "-pageable" : "",
                                where, lw_act_is_peer(series->act) && !series->direct ? "-staged" : "",
                                series->tag != NULL ? "-" : "", series->tag != NULL ? series->tag : "");
}

static void add_quoted(const char *key, const char *value, lw_text *out) {
    lw_text_print(out, "%s: ", key);
    lw_text_json_string(out, value);
    lw_text_add(out, "\n");
}

// ---- Scenario ----

static void add_node(const char *name, const char *preset, const char *kind, const char *more, lw_text *out) {
    lw_text_print(out, "    %s: {%s: %s%s}\n", name, preset != NULL ? "preset" : "kind", preset != NULL ? preset : kind, more);
}

static void add_link(const char *name, const char *a, const char *b, const char *preset, const lw_variant *variant,
                     lw_text *out) {
    lw_text_print(out, "    %s: {between: [\"%s\", \"%s\"], preset: %s", name, a, b, preset);
    if (variant->gen > 0) {
        lw_text_print(out, ", gen: %" PRId64, variant->gen);
    }
    if (variant->lanes > 0) {
        lw_text_print(out, ", lanes: %" PRId64, variant->lanes);
    }
    lw_text_add(out, "}\n");
}

static void add_system(const lw_series *series, const lw_import_machine *machine, const lw_variant *variant, lw_text *out) {
    lw_text_print(out, "%s  include: systems/%s\n", series->act == LW_ACT_COLLECTIVE ? "  engine: flow\n" : "", machine->system);
    if (lw_act_is_peer(series->act) && series->direct) {
        lw_text_print(out, "  nodes:\n    %s: {p2p: true}\n", machine->card_spec);
    }
    if (variant->gen > 0 || variant->lanes > 0) {
        lw_text_print(out, "  links:\n    %s: {gen: %" PRId64 ", lanes: %" PRId64 "}\n", machine->link_name,
                      variant->gen > 0 ? variant->gen : machine->gen, variant->lanes > 0 ? variant->lanes : machine->lanes);
    }
}

static void add_group(const lw_series *series, const lw_import_machine *machine, const lw_variant *variant, lw_text *out) {
    char count[32];
    (void)snprintf(count, sizeof count, ", count: %d", series->ranks);
    lw_text_add(out, "  engine: flow\n  nodes:\n");
    if (!machine->between_cards) {
        add_node(machine->host_node, machine->host, "host", "", out);
    }
    add_node(machine->group, machine->card, "gpu", count, out);
    lw_text_add(out, "  links:\n");
    add_link(machine->link_name, machine->between_cards ? machine->peer_node : machine->host_node, machine->card_node,
             machine->link, variant, out);
}

static void add_parts(const lw_series *series, const lw_import_machine *machine, const lw_variant *variant, lw_text *out) {
    const bool peers = lw_act_is_peer(series->act);
    const char *options = peers && series->direct ? ", p2p: true" : "";
    const char *link = variant->link != NULL ? variant->link : machine->link;
    lw_text_add(out, "  nodes:\n");
    if (!machine->between_cards) {
        add_node(machine->host_node, machine->host, "host", "", out);
    }
    add_node(machine->card_node, machine->card, "gpu", options, out);
    if (peers) {
        add_node(machine->peer_node, machine->card, "gpu", options, out);
    }
    if (variant->chipset != NULL) {
        add_node("chipset", variant->chipset, "switch", "", out);
    }
    lw_text_add(out, "  links:\n");
    if (variant->chipset != NULL) {
        add_link("uplink", machine->host_node, "chipset", variant->uplink, &(lw_variant){0}, out);
    }
    const char *near = machine->between_cards ? machine->peer_node : variant->chipset != NULL ? "chipset" : machine->host_node;
    add_link(machine->link_name, near, machine->card_node, link, variant, out);
    if (peers && !machine->between_cards) {
        add_link("slot1", near, machine->peer_node, link, variant, out);
    }
}

static int64_t bytes_of(const lw_seen *seen, const lw_variant *variant) {
    return variant->most_bytes > 0 && seen->bytes > variant->most_bytes ? variant->most_bytes : seen->bytes;
}

static void add_copies(const lw_series *series, const lw_import_machine *machine, const lw_variant *variant, lw_text *out) {
    const bool peers = lw_act_is_peer(series->act), down = acts[series->act].down;
    const char *ends[2] = {peers ? machine->card_node : machine->host_node, peers ? machine->peer_node : machine->card_node};
    char queued[48] = "";
    if (series->queued > 1) {
        (void)snprintf(queued, sizeof queued, ", repeat: %d, overlap: true", series->queued);
    }
    const char *manner = peers                                   ? series->direct && !variant->staged ? "p2p: true" : "p2p: false"
                         : series->pageable || variant->pageable ? "memory: pageable"
                                                                 : "memory: pinned";
    const char *by = series->kernel ? ", by: kernel" : "";
    lw_text_print(out, "  workloads:\n    work: {kind: copy, from: \"%s\", to: \"%s\", bytes: 1 MiB, %s%s%s%s%s}\n", ends[down],
                  ends[!down], manner, by, series->api != NULL ? ", api: " : "", series->api != NULL ? series->api : "", queued);
    if (acts[series->act].busy) {
        int64_t most = 0;
        const lw_seen *seen = LW_LIST_ITEMS(&series->seen, const lw_seen);
        for (size_t i = 0; i < series->seen.count; i++) {
            const int64_t bytes = bytes_of(&seen[i], variant);
            most = bytes > most ? bytes : most;
        }
        // twice as much, so that it is under way for as long
        lw_text_print(out, "    other: {kind: copy, from: \"%s\", to: \"%s\", bytes: %" PRId64 " B, %s%s%s%s}\n", ends[!down],
                      ends[down], 2 * most, manner, by, series->api != NULL ? ", api: " : "",
                      series->api != NULL ? series->api : "");
    }
}

static void add_collective(const lw_series *series, const lw_import_machine *machine, lw_text *out) {
    if (machine->library != NULL) {
        lw_text_print(out, "  libraries:\n    library: {preset: %s", machine->library);
        if (series->queued > 1) {
            lw_text_print(out, ", calls: %d", series->queued);
        }
        lw_text_add(out, "}\n");
    }
    lw_text_print(out, "  workloads:\n    work: {kind: %s, on: %s, bytes: 1 MiB%s}\n", series->work, machine->group,
                  machine->library != NULL ? ", library: library" : "");
}

// A device and a host at the two ends of the link.
static void add_remote(const lw_series *series, const lw_import_machine *machine, const lw_variant *variant, lw_text *out) {
    static const char *const works[LW_ACTS] = {
        [LW_ACT_RDMA_WRITE] = "{kind: dma, device: card, host: host, op: write, bytes: 1 MiB, count: 128}",
        [LW_ACT_RDMA_READ] = "{kind: dma, device: card, host: host, op: read, bytes: 1 MiB, count: 128}",
        [LW_ACT_RDMA_WRITE_LATENCY] = "{kind: copy, from: card, to: host, bytes: 2 B}",
        [LW_ACT_RDMA_READ_LATENCY] = "{kind: read-latency, device: card, host: host, bytes: 2 B}",
        [LW_ACT_LOADED] =
            "{kind: dma, device: host, host: card, op: read, bytes: 64 B, count: 60000, rate: 1 GB/s, arrivals: poisson}",
    };
    lw_text_add(out, "  nodes:\n");
    add_node(machine->host_node, machine->host, "host", "", out);
    add_node(machine->card_node, machine->card, "nic", "", out);
    lw_text_add(out, "  links:\n");
    add_link(machine->link_name, machine->card_node, machine->host_node, variant->link != NULL ? variant->link : machine->link,
             &(lw_variant){0}, out);
    lw_text_print(out, "  workloads:\n    work: %s\n", works[series->act]);
}

static void add_scenario(const lw_series *series, const lw_import_machine *machine, const lw_variant *variant, lw_text *out) {
    if (lw_act_is_llm(series->act)) {
        lw_llm_scenario(series, machine, variant, out);
        return;
    }
    if (lw_act_is_remote(series->act)) {
        add_remote(series, machine, variant, out);
        return;
    }
    if (machine->system != NULL) {
        add_system(series, machine, variant, out);
    } else if (series->act == LW_ACT_COLLECTIVE) {
        add_group(series, machine, variant, out);
    } else {
        add_parts(series, machine, variant, out);
    }
    if (series->act == LW_ACT_COLLECTIVE) {
        add_collective(series, machine, out);
    } else {
        add_copies(series, machine, variant, out);
    }
}

// ---- The table ----

// A size as people write it where that is exact.
static void add_bytes(int64_t bytes, lw_text *out) {
    char buffer[LW_QUANTITY_TEXT];
    lw_quantity quantity;
    const char *problem = NULL, *hint = NULL;
    const char *text = lw_quantity_print((double)bytes, LW_BYTES, buffer);
    if (lw_quantity_parse(text, LW_BYTES, &quantity, &problem, &hint) && quantity.is_exact && (int64_t)quantity.value == bytes) {
        lw_text_add(out, text);
    } else {
        lw_text_print(out, "%" PRId64 " B", bytes);
    }
}

// Six digits: no tool prints more, and units that were converted would show a dozen.
static void add_rate(double value, lw_text *out) {
    char buffer[LW_NUMBER_TEXT];
    (void)snprintf(buffer, sizeof buffer, "%.6g", value);
    lw_text_add(out, lw_number_point(buffer));
}

lw_status lw_import_table(const lw_import *file, const lw_series *series, const lw_import_machine *machine,
                          const lw_variant *variant, lw_text *out) {
    const char *name = lw_import_table_name(file, series), *words = lw_import_series_words(file, series);
    if (name == NULL || words == NULL) {
        return LW_NO_MEMORY;
    }
    const char *label = lw_arena_print(file->arena, "%s, %s", machine->words, words);
    LW_TRY(label == NULL ? LW_NO_MEMORY : LW_OK);
    lw_text_print(out, "# Written by lanewise import. %s\nmeasured: 1\nname: %s\n",
                  lw_act_is_llm(series->act) ? "Rates are in tokens/s." : "Rates are in GB/s, 1 GB = 1e9 bytes.", name);
    add_quoted("label", label, out);
    lw_text_add(out, "source:\n");
    add_quoted("  title", file->tool, out);
    lw_text_add(out, "  author: \"own measurement\"\n  date: \"not recorded\"\n");
    add_quoted("system", machine->said, out);
    add_quoted("method", series->method != NULL ? series->method : file->format->title, out);
    const int within = lw_import_within(series);
    const bool llm = lw_act_is_llm(series->act);
    if (llm) {
        lw_text_print(out, "class: llm-%s\n", acts[series->act].slug);
    }
    lw_text_print(out, "use: validate\nlimit: {median: %d %%, worst: %d %%}\nscenario:\n", within,
                  within > WITHIN_WORST ? within : WITHIN_WORST);
    add_scenario(series, machine, variant, out);
    lw_text_print(out, "vary: [workloads.work.%s]\nobserve: workloads.work.%s\npoints:\n",
                  llm                            ? "tokens, workloads.work.context"
                  : series->act == LW_ACT_LOADED ? "rate"
                                                 : "bytes",
                  series->act == LW_ACT_LOADED                                         ? "mean_latency_us"
                  : series->act == LW_ACT_PREFILL                                      ? "prompt_tokens_per_s"
                  : llm                                                                ? "tokens_per_s"
                  : series->act == LW_ACT_COLLECTIVE || lw_act_is_latency(series->act) ? "time_us"
                                                                                       : "bandwidth_GBps");
    const lw_seen *seen = LW_LIST_ITEMS(&series->seen, const lw_seen);
    for (size_t i = 0; i < series->seen.count; i++) {
        lw_text_add(out, "  - [");
        if (series->act == LW_ACT_LOADED) {
            add_rate((double)seen[i].bytes / 1e9, out);
            lw_text_add(out, " GB/s");
        } else if (llm) {
            lw_text_print(out, "%" PRId64 ", %" PRId64, seen[i].bytes, seen[i].context);
        } else {
            add_bytes(bytes_of(&seen[i], variant), out);
        }
        lw_text_add(out, ", ");
        add_rate(seen[i].value, out);
        lw_text_add(out, "]\n");
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
