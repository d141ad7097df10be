// SPDX-License-Identifier: GPL-3.0-or-later
#include "link_helpers.h"

static double tunnel_Gbps(const lw_link_model *link, int dir) {
    const lw_channel *channel = &link->segment[0].channel[dir];
    lw_fraction ps;
    assert_true(lw_channel_ps_per_byte(channel, &ps));
    return 8000 / lw_fraction_value(ps);
}

// What displays and limits leave for the tunnel, Gb/s, host to device and back.
static void tunnel_rates(void **state) {
    (void)state;
    const struct {
        const char *text;
        double out, back;
    } rows[] = {
        {"{standard: thunderbolt-3}", 32, 32},
        {"{standard: thunderbolt-4}", 32, 32},
        {"{standard: thunderbolt-5}", 64, 64},
        // One HBR2 x4 display: 40 - 17.28, where the line code leaves 40 Gb/s.
        {"{standard: thunderbolt-3, displayport: 17.28 Gb/s}", 22.72, 32},
        {"{standard: thunderbolt-4, displayport: 17.28 Gb/s}", 40 * 128.0 / 132 - 17.28, 32},
        {"{standard: thunderbolt-5, displayport: 25.92 Gb/s, usb3: 10 Gb/s}", 80 - 25.92 - 10, 64},
        // Three lanes out, one back: displays gain, PCIe does not.
        {"{standard: thunderbolt-5, asymmetric: true}", 64, 40},
        {"{gen: 2}", 20 * 64.0 / 66, 20 * 64.0 / 66},
        {"{standard: thunderbolt-3, gen: 2}", 20, 20},
        {"{gen: 2, lanes: 1}", 10 * 64.0 / 66, 10 * 64.0 / 66},
        {"{gen: 3, pcie_limit: 16 Gb/s}", 16, 16},
        {"{gen: 4, efficiency: 0.5}", 32, 32},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lw_link_model link = lw_test_link(&test, "usb4", rows[i].text);
        assert_close(tunnel_Gbps(&link, 0), rows[i].out, 1e-9);
        assert_close(tunnel_Gbps(&link, 1), rows[i].back, 1e-9);
    }
    lw_test_end(&test);
}

static void two_segments(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link =
        lw_test_link(&test, "usb4", "{standard: thunderbolt-4, cable: 0.5 m, tunnel_latency: 300 ns, mrrs: 256 B, tags: 9}");
    assert_int_equal(link.segment_count, 2);
    assert_string_equal(link.segment[0].name, "tunnel");
    assert_string_equal(link.segment[1].name, "inner pcie");
    assert_int_equal(lw_channel_latency_ps(&link.segment[0].channel[0]), 302300);
    assert_int_equal(lw_channel_latency_ps(&link.segment[1].channel[0]), 105000);
    assert_int_equal(link.read_tags, 9);
    // Tunnel: header 16 + 10 B; inside the box 16 + 8 B; payload 128 B on both.
    assert_int_equal(lw_packet_wire_bytes(&link.segment[0].channel[0].format[LW_PACKET_WRITE], 128), 154);
    assert_int_equal(lw_packet_wire_bytes(&link.segment[0].channel[0].format[LW_PACKET_COMPLETION], 128), 150);
    assert_int_equal(lw_packet_wire_bytes(&link.segment[0].channel[0].format[LW_PACKET_REQUEST], 0), 26);
    assert_int_equal(lw_packet_wire_bytes(&link.segment[1].channel[0].format[LW_PACKET_WRITE], 128), 152);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(link.segment[i].channel[1].format[LW_PACKET_WRITE].payload_max_bytes, 128);
        assert_int_equal(link.segment[i].channel[1].request_max_bytes, 256);
    }
    assert_int_equal(link.segment[1].channel[0].control_bytes, 16);
    lw_test_end(&test);
}

// The Thunderbolt 4 case that the preset's latency comes from (apnex/aorus-5090-egpu, 2026-05-07):
// PCIe 3.0 x4 behind the tunnel, MPS and MRRS 128 B, 3.29 GB/s to the host and 2.80 GB/s from it.
static void thunderbolt_4_as_measured(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = lw_test_link(&test, "usb4", "{standard: thunderbolt-4, mrrs: 128 B, tags: 32, tunnel_latency: 481 ns}");
    lw_waterfall out;
    lw_link_model_waterfall(&link, 1, LW_PACKET_WRITE, 0, 0, &out);
    assert_int_equal(out.slowest_segment, 1);  // writes fill the link inside the box
    assert_close(out.rate_Bps[LW_STAGE_RETRY], 3.29e9, 0.05);
    lw_link_model_waterfall(&link, 0, LW_PACKET_COMPLETION, 0, 240000, &out);
    assert_close(out.window_Bps, 2.80e9, 0.01);
    assert_true(out.window_Bps < out.rate_Bps[LW_STAGE_RETRY]);  // reads wait for the round trip
    lw_test_end(&test);
}

// The tunnel adds the same to packets of any size.
static void overhead_of_large_packets(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    for (int64_t mps = 128; mps <= 512; mps *= 2) {
        const char *text = lw_arena_print(test.arena, "{standard: thunderbolt-5, mps: %d B, tunnel_overhead: 7 B}", (int)mps);
        lw_link_model link = lw_test_link(&test, "usb4", text);
        const lw_packet_format *write = &link.segment[0].channel[0].format[LW_PACKET_WRITE];
        assert_int_equal(lw_packet_wire_bytes(write, write->payload_max_bytes), mps + 16 + 7);
        assert_int_equal(lw_packet_wire_bytes(write, 1), 1 + 16 + 7);
    }
    assert_null(strstr(lw_option_find(lw_family_find("usb4")->type.options, "tunnel_overhead")->help, "mps"));
    lw_test_end(&test);
}

// What is uncertain is given by keys, and what is known better than that stays.
static void the_band_is_given(void **state) {
    (void)state;
    const struct {
        const char *text;
        int64_t fast_ps, slow_ps, slow_tags, slow_mrrs;
        double slow_Gbps;
    } rows[] = {
        {"{tunnel_latency: 400 ns}", 210000, 610000, 32, 128, 0.91 * 32},
        {"{tunnel_latency: 100 ns, tags: 64, slow_efficiency: 0.5}", 100000, 610000, 64, 512, 16},
        {"{tunnel_latency: 700 ns, fast_tunnel_latency: 300 ns, slow_tags: 8, slow_mrrs: 256 B}", 300000, 700000, 8, 256,
         0.91 * 32},
        {"{pcie_gen: 2, efficiency: 0.9, slow_tunnel_latency: 900 ns, mrrs: 256 B, slow_mrrs: 4096 B, slow_tags: 700}", 210000,
         900000, 32, 256, 0.9 * 0.91 * 32},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(rows); i++) {
        lw_test_params params;
        const lw_family *family = lw_test_family(&test, "usb4", rows[i].text, &params);
        lw_link_model slow, fast;
        family->band(params.bytes, &slow, &fast);
        assert_int_equal(fast.segment[0].channel[0].latency[0].ps, rows[i].fast_ps);
        assert_int_equal(slow.segment[0].channel[0].latency[0].ps, rows[i].slow_ps);
        assert_int_equal(slow.read_tags, rows[i].slow_tags);
        assert_int_equal(slow.segment[0].channel[0].request_max_bytes, rows[i].slow_mrrs);
        assert_close(tunnel_Gbps(&slow, 0), rows[i].slow_Gbps, 1e-6);
    }
    lw_test_end(&test);
    const lw_test_effect effects[] = {{"usb4", "{}", "slow_tunnel_latency", true},
                                      {"usb4", "{}", "fast_tunnel_latency", true},
                                      {"usb4", "{}", "slow_efficiency", true},
                                      {"usb4", "{}", "slow_mrrs", true},
                                      {"usb4", "{tags: 32}", "slow_tags", false}};
    assert_effects(effects);
}

static void labels(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_string_equal(lw_test_link(&test, "usb4", "{standard: thunderbolt-3}").label, "Thunderbolt 3");
    assert_string_equal(lw_test_link(&test, "usb4", "{standard: thunderbolt-5}").label, "Thunderbolt 5");
    assert_string_equal(lw_test_link(&test, "usb4", "{gen: 2, lanes: 1}").label, "USB4 10 Gb/s");
    assert_string_equal(lw_test_link(&test, "usb4", "{gen: 4}").label, "USB4 80 Gb/s");
    lw_test_end(&test);
}

static void rules(void **state) {
    (void)state;
    const lw_test_rule rows[] = {
        {"usb4", "{standard: thunderbolt-4, gen: 4}", LW_BAD_INPUT,
         "1:32: thunderbolt-4 does not run at USB4 generation 4 | leave gen out"},
        {"usb4", "{gen: 3, asymmetric: true}", LW_BAD_INPUT,
         "1:22: generation 3 with 2 lanes is always symmetric | only generation 4 with 2 lanes can turn a lane round"},
        {"usb4", "{gen: 3, lanes: 1, displayport: 25.92 Gb/s}", LW_BAD_INPUT,
         "1:33: nothing of the link's 19.4 Gb/s is left for PCIe | take a smaller display or a faster link"},
        {"usb4", "{completion_bytes: 96 B}", LW_BAD_INPUT,
         "1:20: a completion cannot have 96 B with mps 128 B | take a multiple of 64 B up to mps"},
        {"usb4", "{tags: 300}", LW_BAD_INPUT,
         "1:8: PCIe generation 3 cannot have 300 tags | take at most 256 tags, or pcie_gen 4"},
        {"usb4", "{cable: 2 m}", LW_OK,
         "1:9: a passive cable of 2 m is longer than the 0.8 m usual at this rate | an active cable does it; it may add some "
         "delay of its own"},
    };
    assert_rules(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tunnel_rates),
        cmocka_unit_test(two_segments),
        cmocka_unit_test(thunderbolt_4_as_measured),
        cmocka_unit_test(overhead_of_large_packets),
        cmocka_unit_test(the_band_is_given),
        cmocka_unit_test(labels),
        cmocka_unit_test(rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
