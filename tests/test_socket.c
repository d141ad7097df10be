// SPDX-License-Identifier: GPL-3.0-or-later
// Links between processors against the rates that their vendors name.
#include "link_helpers.h"

static void rates_are_those_of_the_vendors(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double wire_GBps, payload_GBps;
        const char *label;
    } cases[] = {
        // 16 of 20 lanes carry data; a line of 64 B takes 72: An Introduction to the Intel
        // QuickPath Interconnect (2009).
        {"{kind: qpi, rate: 6.4 GT/s, lanes: 20}", 12.8, 12.8 * 64 / 72, "QPI 6.4 GT/s, 1 link"},
        {"{kind: qpi, rate: 9.6 GT/s, lanes: 20, links: 2}", 38.4, 38.4 * 64 / 72, "QPI 9.6 GT/s, 2 links"},
        {"{kind: upi, rate: 10.4 GT/s, lanes: 20}", 20.8, 20.8 * 64 / 72, "UPI 10.4 GT/s, 1 link"},
        {"{kind: upi, rate: 16 GT/s, lanes: 24}", 38.4, 38.4 * 64 / 72, "UPI 16 GT/s, 1 link"},
        // A ninth of 36 GB/s is CRC: framing, as in xgmi.
        {"{kind: infinity-fabric, rate: 18 GT/s, lanes: 16}", 36.0, 32.0 * 64 / 72, "Infinity Fabric 18 GT/s, 1 link"},
        {"{kind: x-bus, rate: 16 GT/s, lanes: 32, line: 64 B}", 64.0, 64.0, "X-Bus 16 GT/s, 1 link"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_link_model link = lw_test_link(&test, "socket", cases[i].text);
        for (int dir = 0; dir < 2; dir++) {
            assert_close(lw_test_stage(&link, dir, LW_PACKET_WRITE, LW_STAGE_LINE_CODE), cases[i].wire_GBps * 1e9, 1e-12);
            // Beside the heads of lines, which are framing, a copy has one of 8 B in 4 KiB.
            assert_close(lw_test_stage(&link, dir, LW_PACKET_WRITE, LW_STAGE_FRAMING), cases[i].payload_GBps * 1e9 * 4096 / 4104,
                         1e-9);
        }
        assert_string_equal(link.label, cases[i].label);
        assert_int_equal(lw_channel_latency_ps(&link.segment[0].channel[0]), 22500);
        lw_test_end(&test);
    }
}

static void rates_must_be_whole(void **state) {
    (void)state;
    const lw_test_rule rows[] = {
        {"socket", "{rate: 1000000001 T/s, lanes: 1}", LW_BAD_INPUT,
         "1:8: the link's rate is no whole number of bytes per second | take a rate in whole MT/s"},
    };
    assert_rules(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_those_of_the_vendors),
        cmocka_unit_test(rates_must_be_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
