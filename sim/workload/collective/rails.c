// SPDX-License-Identifier: GPL-3.0-or-later
// All-to-all and sends to the next rank by rails, as NCCL sends where each card has a network card of its own (PXN: "network of a
// peer over NVLink", NVIDIA, "Doubling all2all performance with NCCL 2.12", 2022): a rank hands what
// is for another rail to the rank of its computer that has that rail's network card, and that one
// sends a rank elsewhere its own part at once, and what it was handed for it as one message.
#include "sim/workload/collective/collective.h"

typedef struct rails {
    lw_plan plan;
    lw_computers all;
    uint32_t each;     // ranks of each computer
    uint32_t *handed;  // [from * each + to]: the step from one rank of the computer at hand to another
} rails;

static lw_status start(const lw_plan *plan, rails *h) {
    lw_graph_builder *builder = plan->builder;
    LW_TRY(lw_computers_alike(builder, "rails", &h->all));
    h->each = h->all.computer[0].ranks.count;
    h->plan = *plan;
    uint32_t *nic = LW_NEW_ARRAY(builder->arena, uint32_t, builder->machine->node_count);
    h->handed = LW_NEW_ARRAY(builder->arena, uint32_t, (size_t)h->each * h->each);
    if (nic == NULL || h->handed == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_computers_nics(builder, &h->all, nic));
    h->plan.computers = &h->all;
    h->plan.nic = nic;
    return LW_OK;
}

// Of a buffer of so many bytes, what rank `to` of each computer gets.
static int64_t bytes_of_rail(const rails *h, int64_t bytes, uint32_t to) {
    const uint32_t n = h->all.count * h->each;
    int64_t sum = 0;
    for (uint32_t c = 0; c < h->all.count; c++) {
        sum += lw_share_of(bytes, n, c * h->each + to);
    }
    return sum;
}

static void hand_over(rails *h, const lw_ranks *own) {
    const int64_t bytes = h->plan.params->bytes;
    for (uint32_t from = 0; from < h->each; from++) {
        for (uint32_t apart = 1; apart < h->each; apart++) {
            const uint32_t to = (from + apart) % h->each;
            const int64_t all = bytes_of_rail(h, bytes, to);
            h->handed[from * h->each + to] =
                lw_plan_send(&h->plan, lw_plan_lane(&h->plan, own->node[from], own->node[to]), all, all);
        }
    }
}

static void send_out(rails *h, uint32_t computer) {
    const lw_ranks *own = &h->all.computer[computer].ranks;
    const uint32_t n = h->all.count * h->each;
    for (uint32_t apart = 1; apart < h->all.count; apart++) {
        const uint32_t other = (computer + apart) % h->all.count;
        for (uint32_t rail = 0; rail < h->each; rail++) {
            const uint32_t lane = lw_plan_lane(&h->plan, own->node[rail], h->all.computer[other].ranks.node[rail]);
            const int64_t own_bytes = lw_share_of(h->plan.params->bytes, n, other * h->each + rail);
            const int64_t handed_bytes = own_bytes * (h->each - 1);
            (void)lw_plan_send(&h->plan, lane, own_bytes, own_bytes);
            if (h->each > 1) {
                (void)lw_plan_send(&h->plan, lane, handed_bytes, handed_bytes);
            }
            for (uint32_t from = 0; from < h->each; from++) {
                if (from != rail) {
                    lw_plan_wait(&h->plan, h->handed[from * h->each + rail], 0);
                }
            }
        }
    }
}

lw_status lw_rails(const lw_plan *plan) {
    rails h = {0};
    LW_TRY(start(plan, &h));
    for (uint32_t c = 0; c < h.all.count; c++) {
        hand_over(&h, &h.all.computer[c].ranks);
        send_out(&h, c);
    }
    return lw_plan_write(&h.plan, 1, h.each > 1 ? 2 : 1, bytes_of_rail(&h, h.plan.params->bytes, 0));
}

static uint32_t place_of(const lw_ranks *ranks, uint32_t node) {
    uint32_t i = 0;
    while (ranks->node[i] != node) {
        i++;
    }
    return i;
}

// To a rank elsewhere from the card beside that one's rail, which sends on what it gets, chunk by chunk: it
// begins with the first.
static void send_by_rail(rails *h, const uint32_t pair[2], int64_t bytes) {
    const lw_computer *own = &h->all.computer[h->all.of[pair[0]]], *other = &h->all.computer[h->all.of[pair[1]]];
    const uint32_t beside = own->ranks.node[place_of(&other->ranks, pair[1])];
    if (own == other || h->plan.nic[beside] == h->plan.nic[pair[0]]) {
        (void)lw_plan_send(&h->plan, lw_plan_lane(&h->plan, pair[0], pair[1]), bytes, bytes);
        return;
    }
    const int64_t chunk = bytes < h->plan.staging_bytes ? bytes : h->plan.staging_bytes;
    const uint32_t lane = lw_plan_lane(&h->plan, pair[0], beside), first = lw_plan_send(&h->plan, lane, chunk, chunk);
    if (bytes > chunk) {
        (void)lw_plan_send(&h->plan, lane, bytes - chunk, bytes - chunk);
        lw_plan_wait(&h->plan, first, 0);
    }
    (void)lw_plan_send(&h->plan, lw_plan_lane(&h->plan, beside, pair[1]), bytes, bytes);
    lw_plan_wait(&h->plan, first, 0);
}

lw_status lw_rails_shift(const lw_plan *plan, const lw_ranks *ranks) {
    const int64_t bytes = plan->params->bytes;
    rails h = {0};
    LW_TRY(start(plan, &h));
    for (uint32_t r = 0; r < ranks->count; r++) {
        send_by_rail(&h, (const uint32_t[]){ranks->node[r], ranks->node[(r + 1) % ranks->count]}, bytes);
    }
    return lw_plan_write(&h.plan, 1, 1, bytes);
}
