// SPDX-License-Identifier: GPL-3.0-or-later
// How cores use a memory: line by line, at their own latency, each line in a bank of its own.
#include <math.h>
#include <string.h>

#include "sim/fabric/builder.h"

enum { MEMORY_BUFFER_PACKETS = 4, BANKS_MOST = 4096 };

static const lw_node_spec *spec_of(const lw_builder *builder, uint32_t node) {
    return builder->machine->node[node].spec;
}

// Is it a core that asks, not a device? An accelerator that uses its own memory counts as one.
static bool is_of_cores(const lw_builder *builder, const lw_move *move) {
    return move->by == LW_BY_OWNER || (move->by == LW_BY_ENGINE && spec_of(builder, move->executor)->kind == LW_NODE_HOST);
}

static bool is_read(const lw_move *move) {
    return move->by == LW_BY_OWNER ? !move->writes : move->executor == move->to;
}

// The node whose memory the cores ask.
static uint32_t memory_of(const lw_move *move) {
    return move->by == LW_BY_OWNER || move->executor == move->to ? move->from : move->to;
}

int64_t lw_line_read_ps(const lw_builder *builder, const lw_move *move) {
    const lw_node_params *params = spec_of(builder, move->from)->params;
    return is_of_cores(builder, move) && params->load_ps != LW_AUTO ? params->load_ps : params->read_latency_ps;
}

int64_t lw_banks_of(const lw_node *node) {
    const lw_node_params *params = node->spec->params;
    const bool has = params->memory_rate_Bps != LW_AUTO && params->bank_ps > 0;
    const double banks = (double)params->memory_rate_Bps * (double)params->bank_ps / 1e12 / LW_LINE_BYTES;
    return has ? (int64_t)fmin(BANKS_MOST, fmax(1, round(banks))) : 0;
}

// A packet of so many bytes takes the memory as long as this many more would.
static int64_t extra_bytes(const lw_node_params *params, bool read, int64_t bytes) {
    return llround((double)bytes * ((read ? 1 : params->write_cost) / params->load_share - 1));
}

// Does each of its packets take a bank? They are lines that come at random, one a message.
static bool takes_banks(const lw_builder *builder, const lw_move *move, uint32_t node) {
    return is_of_cores(builder, move) && node == memory_of(move) && lw_banks_of(&builder->machine->node[node]) > 0 &&
           move->arrivals == LW_ARRIVALS_POISSON && move->message_bytes <= LW_LINE_BYTES && move->message_bytes != LW_AUTO;
}

lw_status lw_add_memory(lw_builder *builder, const lw_move *move, uint32_t node, lw_list *hops) {
    const lw_node_params *params = spec_of(builder, node)->params;
    const bool banks = takes_banks(builder, move, node), limited = params->memory_rate_Bps != LW_AUTO;
    lw_hop memory = {.granule_bytes = 1, .buffer_packets = move->by == LW_BY_OWNER ? 0 : MEMORY_BUFFER_PACKETS};
    lw_hop bank = {.granule_bytes = 1, .paces = true};
    lw_hop *added;
    if (limited || move->by == LW_BY_OWNER) {
        LW_TRY(lw_server_of_memory(builder, node, &memory.server));
    }
    if (banks) {
        LW_TRY(lw_server_of_banks(builder, node, &bank.server));
        bank.overhead_bytes = llround(LW_BANK_PARTS * (is_read(move) ? 1 : params->write_cost)) - move->message_bytes;
        added = LW_LIST_ADD(hops, lw_hop, builder->arena);
        if (added == NULL) {
            return LW_NO_MEMORY;
        }
        *added = bank;
    }
    if (!limited && move->by != LW_BY_OWNER) {
        return LW_OK;
    }
    if (limited && is_of_cores(builder, move) && node == memory_of(move) && move->message_bytes != LW_AUTO) {
        memory.overhead_bytes = extra_bytes(params, is_read(move), move->message_bytes);
    }
    added = LW_LIST_ADD(hops, lw_hop, builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = memory;
    return LW_OK;
}

// The same over another bank.
static lw_transfer *over_bank(lw_builder *builder, const lw_transfer *first, uint32_t bank, uint32_t which) {
    lw_transfer *part = LW_NEW(builder->arena, lw_transfer);
    lw_hop *data = LW_NEW_ARRAY(builder->arena, lw_hop, first->flow.data_count);
    if (part == NULL || data == NULL) {
        return NULL;
    }
    memcpy(data, first->flow.data, first->flow.data_count * sizeof *data);
    for (size_t h = 0; h < first->flow.data_count; h++) {
        data[h].server += data[h].server == bank ? which : 0;
    }
    *part = *first;
    part->flow.data = data;
    part->part = which;
    part->routes = (lw_routes){0};
    return part;
}

lw_status lw_transfer_spread(lw_builder *builder, const lw_move *move, lw_transfer *transfer) {
    const uint32_t node = memory_of(move);
    if (!takes_banks(builder, move, node) || transfer->next != NULL) {
        return LW_OK;
    }
    const uint32_t bank = builder->of_node[node].bank;
    const int64_t banks = lw_banks_of(&builder->machine->node[node]);
    lw_transfer **last = &transfer->next;
    transfer->share = 1 / (double)banks;
    transfer->flow.bounded = true;
    for (int64_t i = 1; i < banks; i++) {
        *last = over_bank(builder, transfer, bank, (uint32_t)i);
        if (*last == NULL) {
            return LW_NO_MEMORY;
        }
        (*last)->next = NULL;
        last = &(*last)->next;
    }
    return LW_OK;
}
