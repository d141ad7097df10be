// SPDX-License-Identifier: GPL-3.0-or-later
// A system as a tree of text: each line says which link leads there and what stands at its end.
#include <string.h>

#include "sim/base/quantity.h"
#include "sim/report/topology_text.h"

static void add_link(const lw_topology_link *link, lw_text *out) {
    char there[LW_QUANTITY_TEXT], back[LW_QUANTITY_TEXT];
    lw_quantity_print(lw_topology_round(link->rate_Bps[0]), LW_RATE, there);
    lw_quantity_print(lw_topology_round(link->rate_Bps[1]), LW_RATE, back);
    lw_text_print(out, "%s, %s", link->label, there);
    if (strcmp(there, back) != 0) {
        lw_text_print(out, " and %s back", back);
    }
    if (link->evidence >= LW_ANNOUNCED) {
        lw_text_print(out, ", %s", lw_evidence_words[link->evidence]);
    }
}

static void add_node(const lw_topology_node *node, lw_text *out) {
    lw_text_add(out, node->name);
    if (node->count > 1) {
        lw_text_print(out, " x%u", node->count);
    }
    lw_text_print(out, " (%s%s%s)", node->kind, node->detail[0] != '\0' ? ": " : "", node->detail);
}

enum { INDENT_MAX = 64 };  // deeper trees stay at this indent

static void add_branch(const lw_topology *topology, uint32_t at, char *indent, lw_text *out) {
    size_t length = strlen(indent);
    uint32_t left = 0;
    for (uint32_t i = 0; i < topology->node_count; i++) {
        const lw_topology_node *node = &topology->node[i];
        left += node->up != LW_TOPOLOGY_NONE &&
                (topology->link[node->up].end[0] == at || topology->link[node->up].end[1] == at) &&
                node->depth == topology->node[at].depth + 1;
    }
    for (uint32_t i = 0; i < topology->node_count && left > 0; i++) {
        const lw_topology_node *node = &topology->node[i];
        if (node->up == LW_TOPOLOGY_NONE || node->depth != topology->node[at].depth + 1) {
            continue;
        }
        const lw_topology_link *link = &topology->link[node->up];
        if (link->end[0] != at && link->end[1] != at) {
            continue;
        }
        left--;
        lw_text_print(out, "%s%s ", indent, left > 0 ? "\u251c\u2500" : "\u2514\u2500");
        if (link->count > 1) {
            lw_text_print(out, "%u x ", link->count);
        }
        add_link(link, out);
        lw_text_add(out, " \u2500 ");
        add_node(node, out);
        lw_text_add(out, "\n");
        if (length + 8 < INDENT_MAX) {
            strcat(indent, left > 0 ? "\u2502  " : "   ");
        }
        add_branch(topology, i, indent, out);
        indent[length] = '\0';
    }
}

static bool is_branch(const lw_topology *topology, uint32_t link) {
    const uint32_t *end = topology->link[link].end;
    return topology->node[end[0]].up == link || topology->node[end[1]].up == link;
}

// "gpus[0]" or, for all links of a key, what its ends have in common: "gpus".
static const char *end_name(const lw_topology *topology, const lw_topology_link *link, int side, bool all) {
    const lw_topology_node *node = &topology->node[link->end[side]];
    return all ? node->group : node->name;
}

enum { LISTED_MAX = 4 };  // more links of one key are counted, not listed

// The links that close circles, those of one key together.
static void add_rest(const lw_topology *topology, lw_text *out) {
    const char *head = "\nLinks that close circles\n";
    for (uint32_t first = 0, next; first < topology->link_count; first = next) {
        uint32_t rest = 0, example = LW_TOPOLOGY_NONE;
        uint64_t links = 0;
        for (next = first; next < topology->link_count && strcmp(topology->link[next].group, topology->link[first].group) == 0;
             next++) {
            if (!is_branch(topology, next)) {
                rest++;
                links += topology->link[next].count;
                example = next;
            }
        }
        for (uint32_t l = first; rest > 0 && l < next; l++) {
            bool all = rest > LISTED_MAX;
            if (is_branch(topology, l) || (all && l != example)) {
                continue;
            }
            const lw_topology_link *link = &topology->link[l];
            const char *a = end_name(topology, link, 0, all), *b = end_name(topology, link, 1, all);
            lw_text_print(out, "%s  %s: ", head, all ? link->group : link->name);
            head = "";
            if (all || link->count > 1) {
                lw_text_print(out, "%llu%s x ", (unsigned long long)(all ? links : link->count),
                              all && links < next - first ? " more" : "");
            }
            add_link(link, out);
            if (strcmp(a, b) == 0) {
                lw_text_print(out, ", among %s (%s)\n", a, link->pattern);
            } else {
                lw_text_print(out, ", %s \u2500 %s\n", a, b);
            }
        }
    }
}

lw_status lw_topology_text(const lw_topology *topology, lw_text *out) {
    lw_text_print(out, "%s\n\n", topology->title);
    for (uint32_t i = 0; i < topology->node_count; i++) {
        if (topology->node[i].up == LW_TOPOLOGY_NONE) {
            char indent[INDENT_MAX + 8] = "";
            add_node(&topology->node[i], out);
            lw_text_add(out, "\n");
            add_branch(topology, i, indent, out);
        }
    }
    add_rest(topology, out);
    lw_text_add(out, "\nRates are those of a link's slowest part after its line code, per direction.\n");
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
