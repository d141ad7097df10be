// SPDX-License-Identifier: GPL-3.0-or-later
#include "helpers.h"
#include "models/channel.h"

// 1 GB/s, packets of 100 B with 25 B around them.
static lw_channel plain_channel(void) {
    lw_channel channel = {.raw_Bps = {1000000000, 1},
                          .line_code = {1, 1},
                          .periodic = {0, 1},
                          .control_share = {0, 1},
                          .expand = {1, 1},
                          .stall = {0, 1},
                          .request_max_bytes = 400,
                          .data_unit_bytes = 16,
                          .replay = LW_REPLAY_NONE};
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        channel.format[kind] = (lw_packet_format){kind == LW_PACKET_REQUEST ? 0 : 100, 25, 1};
    }
    return channel;
}

static lw_link_model plain_link(lw_channel channel) {
    lw_link_model link = {.segment_count = 1, .read_tags = LW_TAGS_INFINITE};
    link.segment[0] = (lw_segment){.name = "", .channel = {channel, channel}};
    return link;
}

static void wire_bytes_round_up_to_granules(void **state) {
    (void)state;
    lw_packet_format format = {256, 24, 4};
    assert_int_equal(lw_packet_wire_bytes(&format, 0), 24);
    assert_int_equal(lw_packet_wire_bytes(&format, 1), 28);
    assert_int_equal(lw_packet_wire_bytes(&format, 4), 28);
    assert_int_equal(lw_packet_wire_bytes(&format, 5), 32);
    format.granule_bytes = 1;
    assert_int_equal(lw_packet_wire_bytes(&format, 5), 29);
    format = (lw_packet_format){INT64_MAX, 0, 16};
    assert_int_equal(lw_packet_wire_bytes(&format, INT64_MAX - 15), INT64_MAX - 15);
}

static void byte_time_is_exact(void **state) {
    (void)state;
    lw_channel channel = plain_channel();
    channel.line_code = (lw_fraction){64, 65};
    channel.periodic = (lw_fraction){1, 100};
    channel.control_share = (lw_fraction){1, 50};
    channel.expand = (lw_fraction){64, 59};
    channel.stall = (lw_fraction){1, 10};
    lw_fraction ps;
    assert_true(lw_channel_ps_per_byte(&channel, &ps));
    // 1000 x 65/64 x 64/59 x 100/97 x 10/9
    lw_fraction expected = lw_fraction_of(INT64_C(1000) * 65 * 1000, INT64_C(59) * 97 * 9);
    assert_int_equal(ps.num, expected.num);
    assert_int_equal(ps.den, expected.den);
}

static void byte_time_that_does_not_fit_is_rounded(void **state) {
    (void)state;
    lw_channel channel = plain_channel();
    channel.raw_Bps = (lw_fraction){INT64_C(999999999989), 1};
    channel.line_code = (lw_fraction){INT64_C(999999937), INT64_C(1000000007)};
    channel.stall = (lw_fraction){1, INT64_C(998244353)};
    lw_fraction ps;
    assert_false(lw_channel_ps_per_byte(&channel, &ps));
    assert_true(ps.den <= 1 << 20);
    assert_close(lw_fraction_value(ps), 1.0, 1e-6);
}

static void latency_is_the_sum_of_its_parts(void **state) {
    (void)state;
    lw_channel channel = plain_channel();
    assert_int_equal(lw_channel_latency_ps(&channel), 0);
    channel.latency[0] = (lw_latency_part){"port", 1000};
    channel.latency[1] = (lw_latency_part){"propagation", 234};
    channel.latency_count = 2;
    assert_int_equal(lw_channel_latency_ps(&channel), 1234);
}

static void packet_error_keeps_small_probabilities(void **state) {
    (void)state;
    lw_channel channel = plain_channel();
    assert_true(lw_channel_packet_error(&channel, 1000) == 0.0);
    channel.error_probability = 1e-15;
    channel.error_unit_bytes = 1;
    assert_close(lw_channel_packet_error(&channel, 1000), 1e-12, 1e-9);
    channel.error_probability = 0.5;
    channel.error_unit_bytes = 236;
    assert_close(lw_channel_packet_error(&channel, 236), 0.5, 1e-15);
    assert_close(lw_channel_packet_error(&channel, 237), 0.75, 1e-15);
}

static void waterfall_of_a_write(void **state) {
    (void)state;
    lw_channel channel = plain_channel();
    channel.line_code = (lw_fraction){4, 5};
    channel.periodic = (lw_fraction){1, 10};
    channel.control_share = (lw_fraction){1, 10};
    channel.stall = (lw_fraction){1, 2};
    lw_link_model link = plain_link(channel);
    lw_waterfall out;
    lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, 0, 0, &out);
    assert_close(out.rate_Bps[LW_STAGE_RAW], 1e9, 1e-15);
    assert_close(out.rate_Bps[LW_STAGE_LINE_CODE], 0.8e9, 1e-15);
    assert_close(out.rate_Bps[LW_STAGE_PERIODIC], 0.72e9, 1e-15);
    assert_close(out.rate_Bps[LW_STAGE_FRAMING], 0.576e9, 1e-15);
    assert_close(out.rate_Bps[LW_STAGE_CONTROL], 0.8e9 * 0.8 * 0.8 / 2, 1e-15);
    assert_close(out.rate_Bps[LW_STAGE_RETRY], 0.256e9, 1e-15);
    assert_true(isinf(out.window_Bps));
    assert_int_equal(out.slowest_segment, 0);
    // Half a packet: 50 of 75 B.
    lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, 50, 0, &out);
    assert_close(out.rate_Bps[LW_STAGE_FRAMING], 0.48e9, 1e-15);
}

static void waterfall_of_replays(void **state) {
    (void)state;
    lw_channel channel = plain_channel();
    channel.error_probability = 0.2;
    channel.error_unit_bytes = 125;
    channel.replay_ps = 500000;
    channel.replay = LW_REPLAY_SELECTIVE;
    lw_link_model link = plain_link(channel);
    lw_waterfall out;
    // A packet needs 1 / 0.8 rounds of 125 ns.
    lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, 0, 0, &out);
    assert_close(out.rate_Bps[LW_STAGE_RETRY], 0.8e9 * 0.8, 1e-12);
    // Going back costs 500 ns more in each of the 0.25 extra rounds.
    channel.replay = LW_REPLAY_GO_BACK_N;
    link = plain_link(channel);
    lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, 0, 0, &out);
    assert_close(out.rate_Bps[LW_STAGE_RETRY], 100 / (125e-9 * 1.25 + 500e-9 * 0.25), 1e-12);
}

static void waterfall_of_packet_times_and_outages(void **state) {
    (void)state;
    lw_channel channel = plain_channel();
    channel.packet_ps = 75000;  // beside 125 ns for its bytes
    channel.stall = (lw_fraction){1, 2};
    channel.outages = (lw_outages){.gap_ps = 3000, .length_ps = 1000};
    channel.latency[0] = (lw_latency_part){"propagation", 1000000};
    channel.latency_count = 1;
    channel.credits[LW_PACKET_WRITE] = (lw_credits){4, LW_CREDITS_INFINITE};
    channel.credit_return_ps = 675000;
    lw_link_model link = plain_link(channel);
    lw_waterfall out;
    lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, 0, 0, &out);
    assert_close(out.rate_Bps[LW_STAGE_PERIODIC], 1e9, 1e-12);
    assert_close(out.rate_Bps[LW_STAGE_FRAMING], 100 / 200e-9, 1e-12);
    // the stall stretches the bytes, not the rest
    assert_close(out.rate_Bps[LW_STAGE_CONTROL], 100 / 325e-9, 1e-12);
    assert_close(out.rate_Bps[LW_STAGE_RETRY], 0.75 * 100 / 325e-9, 1e-12);
    // Four packets in 325 + 1000 + 675 ns.
    assert_close(out.window_Bps, 4 * 100 / 2e-6, 1e-12);
    // A replay takes the packet's time again: half of the packets fail.
    channel.error_probability = 0.5;
    channel.error_unit_bytes = 125;
    channel.replay = LW_REPLAY_SELECTIVE;
    link = plain_link(channel);
    lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, 0, 0, &out);
    assert_close(out.rate_Bps[LW_STAGE_RETRY], 0.75 * 50 / 325e-9, 1e-12);
    // A read of 400 B: 25 B and 75 ns out (bytes at half the speed), four packets back, 1 us per
    // direction.
    link.read_tags = 1;
    lw_link_model_waterfall(&link, 1, LW_PACKET_COMPLETION, 0, 0, &out);
    assert_close(out.window_Bps, 400 / ((50 + 75 + 4 * 325 + 2000) * 1e-9), 1e-12);
}

static void waterfall_of_a_read(void **state) {
    (void)state;
    lw_channel channel = plain_channel();
    channel.control_bytes = 10;
    channel.control_interval_ps = 1000000;
    channel.latency[0] = (lw_latency_part){"port", 100000};
    channel.latency_count = 1;
    lw_link_model link = plain_link(channel);
    link.read_tags = 3;
    lw_waterfall out;
    // Requests of 400 B come every 500 ns, and the answer to the second is due 1 us after the last
    // one: 10 ns more.
    lw_link_model_waterfall(&link, 1, LW_PACKET_COMPLETION, 0, 300000, &out);
    assert_close(out.rate_Bps[LW_STAGE_CONTROL], 800 / 1010e-9, 1e-12);
    // Round trip: 25 B out, 4 x 125 B back, 100 ns per direction, 300 ns at the completer.
    assert_close(out.window_Bps, 3 * 400 / 1025e-9, 1e-12);
    // An interval that ends between two requests lasts until the next one.
    link.segment[0].channel[0].control_interval_ps = 1200000;
    lw_link_model_waterfall(&link, 1, LW_PACKET_COMPLETION, 0, 300000, &out);
    assert_close(out.rate_Bps[LW_STAGE_CONTROL], 1200 / 1510e-9, 1e-12);
    // An interval shorter than the time between requests: one answer a request.
    link.segment[0].channel[0].control_interval_ps = 100000;
    lw_link_model_waterfall(&link, 1, LW_PACKET_COMPLETION, 0, 300000, &out);
    assert_close(out.rate_Bps[LW_STAGE_CONTROL], 400 / 510e-9, 1e-12);
    // A write does not meet the control traffic that it causes.
    lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, 0, 0, &out);
    assert_close(out.rate_Bps[LW_STAGE_CONTROL], 0.8e9, 1e-12);
}

static void waterfall_takes_the_slowest_segment(void **state) {
    (void)state;
    lw_channel fast = plain_channel();
    lw_channel slow = plain_channel();
    fast.raw_Bps.num = 2000000000;
    slow.format[LW_PACKET_WRITE].payload_max_bytes = 50;
    lw_link_model link = {.segment_count = 2, .read_tags = LW_TAGS_INFINITE};
    link.segment[0].channel[0] = fast;
    link.segment[1].channel[0] = slow;
    lw_waterfall out;
    lw_link_model_waterfall(&link, 0, LW_PACKET_WRITE, 0, 0, &out);
    assert_int_equal(out.slowest_segment, 1);
    assert_close(out.rate_Bps[LW_STAGE_RAW], 1e9, 1e-15);
    assert_close(out.rate_Bps[LW_STAGE_FRAMING], 1e9 * 50 / 75, 1e-12);
}

static void stages_have_words(void **state) {
    (void)state;
    for (int stage = 0; stage < LW_STAGE_COUNT; stage++) {
        assert_non_null(lw_stage_words[stage]);
    }
    assert_null(lw_stage_words[LW_STAGE_COUNT]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire_bytes_round_up_to_granules),
        cmocka_unit_test(byte_time_is_exact),
        cmocka_unit_test(byte_time_that_does_not_fit_is_rounded),
        cmocka_unit_test(latency_is_the_sum_of_its_parts),
        cmocka_unit_test(packet_error_keeps_small_probabilities),
        cmocka_unit_test(waterfall_of_a_write),
        cmocka_unit_test(waterfall_of_replays),
        cmocka_unit_test(waterfall_of_packet_times_and_outages),
        cmocka_unit_test(waterfall_of_a_read),
        cmocka_unit_test(waterfall_takes_the_slowest_segment),
        cmocka_unit_test(stages_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
