// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/llm/network.h"

#define AT(field) offsetof(lw_network, field)
static const lw_option options[] = {{.key = "parameters",
                                     .kind = LW_OPTION_QUANTITY_REAL,
                                     .offset = AT(parameters),
                                     .minimum = 1,
                                     .maximum = 1e15,
                                     .help = "numbers that it is made of: 25.6e6"},
                                    {.key = "trained",
                                     .kind = LW_OPTION_QUANTITY_REAL,
                                     .offset = AT(trained),
                                     .fallback = "auto",
                                     .minimum = 1,
                                     .maximum = 1e15,
                                     .help = "of them those that have gradients; auto: all"},
                                    {.key = "forward",
                                     .kind = LW_OPTION_QUANTITY_REAL,
                                     .dimension = LW_FLOPS,
                                     .offset = AT(forward_FLOP),
                                     .minimum = 1,
                                     .maximum = 1e24,
                                     .help = "operations of a sample, forward: a multiplication and its sum are two"},
                                    {.key = "layers",
                                     .kind = LW_OPTION_INTEGER,
                                     .offset = AT(layers),
                                     .fallback = "16",
                                     .minimum = 1,
                                     .maximum = 10000,
                                     .help = "parts that follow one another, taken as alike"},
                                    {.key = "between",
                                     .kind = LW_OPTION_QUANTITY_REAL,
                                     .dimension = LW_BYTES,
                                     .offset = AT(between_bytes),
                                     .fallback = "0 B",
                                     .maximum = 1e15,
                                     .help = "of a sample, from one part to the next: what a pipeline carries"},
                                    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const lw_network *network = params;
    if (!lw_is_auto(network->trained) && network->trained > network->parameters) {
        return lw_error(diags, lw_type_place(options, set, "trained", at), "give as many as parameters at most",
                        "%.4g of %.4g parameters are trained", network->trained, network->parameters);
    }
    return LW_OK;
}

const lw_type lw_network_type = {
    .name = "network",
    .summary = "a model of any kind by its parameters and operations, to be trained",
    .page = "A model of which no more is told than how many parameters it has and how many operations a sample\n"
            "takes: convolutions, diffusion, anything that `kind: train-step` trains.\n"
            "\n"
            "  models: {mine: {type: network, parameters: 2.6e9, forward: 6 TFLOP, layers: 24}}\n"
            "\n"
            "Many lists count a multiplication and its sum as one (MAC): operations are twice as many. Parameters\n"
            "and operations are spread evenly over the layers, which those of convolutions are not: the last ones\n"
            "hold most parameters, whose gradients come first.",
    .example = "{type: network, parameters: 25.6e6, forward: 8.18 GFLOP}",
    .options = options,
    .params_size = sizeof(lw_network),
    .check = check};
