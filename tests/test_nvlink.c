// SPDX-License-Identifier: GPL-3.0-or-later
#include "link_helpers.h"

static double rate_GBps(const lw_link_model *link, lw_stage stage) {
    return lw_test_stage(link, 0, LW_PACKET_WRITE, stage) * 1e-9;
}

// Published totals of a GPU, per direction (ML Engineering, network/README.md), and what signals on
// the wire.
static void totals_of_a_gpu(void **state) {
    (void)state;
    const struct {
        const char *text;
        double raw_GBps, useful_GBps;
    } rows[] = {
        {"{gen: 1}", 80, 80},
        {"{gen: 2}", 150, 150},
        {"{gen: 3}", 300, 300},
        {"{gen: 4}", 478.125, 450},
        {"{gen: 5}", 956.25, 900},
        {"{gen: 6}", 1912.5, 1800},
        {"{gen: 4, variant: c2c}", 450, 450},
        // One link: 2 x 106.25 / 8 x 16/17 = 25.
        {"{gen: 4, links: 1}", 26.5625, 25},
        {"{gen: 5, links: 1}", 53.125, 50},
        {"{gen: 1, links: 1}", 20, 20},
        {"{gen: 2, links: 1}", 25, 25},
        {"{gen: 3, links: 1}", 25, 25},
        // As nvidia-smi prints V100 and as the GA102 whitepaper has a link.
        {"{gen: 2, links: 1, lane_rate: 25.78125 Gb/s}", 25.78125, 25.78125},
        {"{gen: 3, links: 1, lane_rate: 28.125 Gb/s}", 14.0625, 14.0625},
        {"{gen: 3, links: 1, coding: rs-544-514}", 25, 400.0 / 17},
        {"{gen: 4, links: 1, coding: none}", 26.5625, 26.5625},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lw_link_model link = lw_test_link(&test, "nvlink", rows[i].text);
        assert_close(rate_GBps(&link, LW_STAGE_RAW), rows[i].raw_GBps, 1e-15);
        assert_close(rate_GBps(&link, LW_STAGE_LINE_CODE), rows[i].useful_GBps, 1e-14);
    }
    lw_test_end(&test);
}

// Payload share of packets of one head flit: 256 B 16/17, 64 B 4/5, 32 B 2/3.
static void packets(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = lw_test_link(&test, "nvlink", "{gen: 4}");
    const struct {
        int64_t payload_bytes, wire_bytes;
        double share;
    } rows[] = {{256, 272, 16.0 / 17}, {128, 144, 8.0 / 9}, {64, 80, 0.8}, {32, 48, 2.0 / 3}, {1, 32, 1.0 / 32}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const lw_packet_format *format = &link.segment[0].channel[0].format[LW_PACKET_WRITE];
        assert_int_equal(lw_packet_wire_bytes(format, rows[i].payload_bytes), rows[i].wire_bytes);
        lw_waterfall out;
        lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, rows[i].payload_bytes, 0, &out);
        assert_close(out.rate_Bps[LW_STAGE_FRAMING], 450e9 * rows[i].share, 1e-12);
    }
    assert_int_equal(lw_packet_wire_bytes(&link.segment[0].channel[0].format[LW_PACKET_REQUEST], 0), 16);
    lw_link_model extended = lw_test_link(&test, "nvlink", "{gen: 4, header: 48 B, payload: 128 B}");
    assert_int_equal(lw_packet_wire_bytes(&extended.segment[0].channel[0].format[LW_PACKET_COMPLETION], 128), 176);
    lw_test_end(&test);
}

// V100 on NVSwitch (gpu-micro README): 145.57 GB/s written, the same read; 274 GB/s in sum when
// both directions run.
static void v100_as_measured(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = lw_test_link(&test, "nvlink", "{gen: 2, lane_rate: 25.78125 Gb/s}");
    assert_close(rate_GBps(&link, LW_STAGE_RETRY), 145.57, 2e-4);
    assert_close(lw_test_stage(&link, 0, LW_PACKET_COMPLETION, LW_STAGE_RETRY) * 1e-9, 145.5, 1e-3);
    const lw_channel *channel = &link.segment[0].channel[0];
    assert_int_equal(channel->control_bytes, 16);
    assert_true(channel->control_for_writes);
    // A response for each packet of the other direction: 256 of 272 + 16 B.
    assert_close(2 * rate_GBps(&link, LW_STAGE_LINE_CODE) * 256 / 288, 274, 4e-3);
    lw_test_end(&test);
}

static void latency(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = lw_test_link(&test, "nvlink", "{gen: 4}");
    assert_int_equal(lw_channel_latency_ps(&link.segment[0].channel[0]), 120600);
    // H100: there and back over two such links, half the switch in each, on top of the own memory's
    // 344.2 ns.
    assert_close(344.2 + 4e-3 * 120600, 826.6, 1e-12);
    link = lw_test_link(&test, "nvlink", "{gen: 4, port_latency: 169.675 ns}");
    assert_int_equal(lw_channel_latency_ps(&link.segment[0].channel[0]), 339350);
    // Chase in a peer's memory: the round trip on top of the own memory's 344.2 ns (gh_benchmark).
    assert_close(344.2 + 2e-3 * 339350, 1022.9, 1e-12);
    link = lw_test_link(&test, "nvlink", "{gen: 5, port_latency: 50 ns, cable: 1 m}");
    assert_int_equal(lw_channel_latency_ps(&link.segment[0].channel[1]), 104600);
    lw_test_end(&test);
}

static void replays(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = lw_test_link(&test, "nvlink", "{gen: 4, flit_error_rate: 1e-6}");
    const lw_channel *channel = &link.segment[0].channel[0];
    assert_int_equal(channel->replay, LW_REPLAY_GO_BACK_N);
    assert_int_equal(channel->replay_ps, 241200);
    assert_close(lw_channel_packet_error(channel, 272), 17e-6, 1e-5);
    assert_true(rate_GBps(&link, LW_STAGE_RETRY) < rate_GBps(&link, LW_STAGE_CONTROL));
    lw_test_end(&test);
}

static void labels_and_evidence(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_string_equal(lw_test_link(&test, "nvlink", "{gen: 4}").label, "NVLink 4 x18");
    assert_string_equal(lw_test_link(&test, "nvlink", "{gen: 5, variant: c2c}").label, "NVLink-C2C");
    assert_int_equal(lw_test_link(&test, "nvlink", "{gen: 5}").evidence, LW_CALIBRATED);
    assert_int_equal(lw_test_link(&test, "nvlink", "{gen: 6}").evidence, LW_ANNOUNCED);
    assert_true(lw_test_link(&test, "nvlink", "{gen: 4}").read_tags == LW_TAGS_INFINITE);
    assert_int_equal(lw_test_link(&test, "nvlink", "{gen: 4, tags: 64}").read_tags, 64);
    lw_test_end(&test);
}

static void rules(void **state) {
    (void)state;
    const lw_test_rule rows[] = {
        {"nvlink", "{gen: 3, payload: 100 B}", LW_BAD_INPUT, "1:19: 100 B are no whole flits | take a multiple of 16 B"},
        {"nvlink", "{gen: 3, response: 8 B}", LW_BAD_INPUT, "1:20: 8 B are no whole flits | take a multiple of 16 B"},
        {"nvlink", "{gen: 3, variant: c2c}", LW_BAD_INPUT,
         "1:19: NVLink-C2C came with generation 4 | take gen 4 (GH200) or later"},
        {"nvlink", "{gen: 2, links: 8}", LW_OK, "1:17: no chip of this generation has 8 links, the most is 6 | take at most 6"},
    };
    assert_rules(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_of_a_gpu), cmocka_unit_test(packets), cmocka_unit_test(v100_as_measured),
        cmocka_unit_test(latency),         cmocka_unit_test(replays), cmocka_unit_test(labels_and_evidence),
        cmocka_unit_test(rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
