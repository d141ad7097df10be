// SPDX-License-Identifier: GPL-3.0-or-later
// Facts about PCI Express links against outside values: the standard's tables and the published
// bandwidth model.
#include <inttypes.h>

#include "link_helpers.h"
#include "models/pcie_link.h"

// |actual - expected| within half a unit of the last of `digits` decimals.
#define assert_printed(actual, expected, digits) lw_assert_printed((actual), (expected), (digits), __FILE__, __LINE__)
static void lw_assert_printed(double actual, double expected, int digits, const char *file, int line) {
    if (!(fabs(actual - expected) <= 0.5000001 * pow(10, -digits))) {
        print_error("%.12g does not print as %.*f\n", actual, digits, expected);
        _fail(file, line);
    }
}

static lw_link_model pcie(lw_test *test, const char *format, ...) __attribute__((format(printf, 2, 3)));
static lw_link_model pcie(lw_test *test, const char *format, ...) {
    va_list list;
    va_start(list, format);
    const char *text = lw_arena_print_list(test->arena, format, list);
    va_end(list);
    assert_non_null(text);
    return lw_test_link(test, "pcie", text);
}

// ---- The published bandwidth model ----

typedef struct model_row {
    char unit[16];
    int gen, lanes, mps, mrrs, address_bits, ecrc, completion;
    int64_t bytes;
    double raw_Gbps, tlp_Gbps, write_Gbps, read_Gbps, both_Gbps;
} model_row;

static int64_t packets_of(int64_t bytes, int64_t each) {
    return (bytes + each - 1) / each;
}

// Wire bytes of n bytes in packets of the format.
static int64_t train_bytes(const lw_packet_format *format, int64_t payload_bytes, int64_t bytes) {
    int64_t full = bytes / payload_bytes;
    int64_t rest = bytes % payload_bytes;
    return full * lw_packet_wire_bytes(format, payload_bytes) + (rest > 0 ? lw_packet_wire_bytes(format, rest) : 0);
}

// The model as the authors wrote it, in doubles and without our channel: Gb/s for packets.
static double published_tlp_Gbps(const model_row *row) {
    double limit = (double)lw_pcie_ack_limit_symbols(row->gen, row->lanes, row->mps) *
                   (strcmp(row->unit, "symbol_time") == 0 ? (double)row->lanes : 1.0);
    double GTps = row->gen == 1 ? 2.5 : row->gen == 2 ? 5 : row->gen == 3 ? 8 : row->gen == 4 ? 16 : 32;
    double code = row->gen <= 2 ? 8.0 / 10 : 128.0 / 130;
    return GTps * code * row->lanes * (1 - 8 / limit - 8 / limit - 4.0 / 1538);
}

static void compare_with_model(lw_test *test, const model_row *row) {
    lw_link_model link =
        pcie(test, "{gen: %d, lanes: %d, mps: %d B, mrrs: %d B, address: %s, ecrc: %s, completion_bytes: %d B, dllp: %s}",
             row->gen, row->lanes, row->mps, row->mrrs, row->address_bits == 64 ? "4dw" : "3dw", row->ecrc ? "true" : "false",
             row->completion, row->unit);
    const lw_channel *channel = &link.segment[0].channel[0];
    const lw_packet_format *format = channel->format;
    lw_fraction ps;
    assert_true(lw_channel_ps_per_byte(channel, &ps));
    double tlp_Gbps = 8000 / lw_fraction_value(ps);
    assert_close(tlp_Gbps, published_tlp_Gbps(row), 1e-12);
    assert_printed(tlp_Gbps, row->tlp_Gbps, 6);
    assert_printed(lw_fraction_value(channel->raw_Bps) * lw_fraction_value(channel->line_code) * 8e-9, row->raw_Gbps, 6);

    int64_t n = row->bytes;
    int64_t completion = format[LW_PACKET_COMPLETION].payload_max_bytes;
    int64_t written = train_bytes(&format[LW_PACKET_WRITE], row->mps, n);
    int64_t asked = packets_of(n, channel->request_max_bytes) * lw_packet_wire_bytes(&format[LW_PACKET_REQUEST], 0);
    int64_t answered = train_bytes(&format[LW_PACKET_COMPLETION], completion, n);
    // Their sums, from header sizes by hand.
    int64_t extra = (row->address_bits == 64 ? 4 : 0) + (row->ecrc ? 4 : 0);
    assert_int_equal(written, n + (20 + extra) * packets_of(n, row->mps));
    assert_int_equal(answered, n + (20 + (row->ecrc ? 4 : 0)) * packets_of(n, completion));
    double size = (double)n;
    double both = (double)(written + asked > answered ? written + asked : answered);
    assert_printed(tlp_Gbps * size / (double)written, row->write_Gbps, 6);
    assert_printed(tlp_Gbps * size / (double)(asked > answered ? asked : answered), row->read_Gbps, 6);
    assert_printed(tlp_Gbps * size / both, row->both_Gbps, 6);

    if (n % row->mps == 0 && n % completion == 0) {
        assert_printed(lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RETRY) * 8e-9, row->write_Gbps, 6);
        assert_printed(lw_test_stage(&link, 1, LW_PACKET_COMPLETION, LW_STAGE_RETRY) * 8e-9, row->read_Gbps, 6);
    }
}

static void published_model_is_reproduced(void **state) {
    (void)state;
    FILE *file = fopen(LW_SOURCE_DIR "/tests/data/pcie_model_values.csv", "r");
    assert_non_null(file);
    char line[256];
    assert_non_null(fgets(line, sizeof line, file));
    int rows = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        model_row row;
        assert_int_equal(sscanf(line, "%15[a-z_],%d,%d,%d,%d,%d,%d,%d,%" SCNd64 ",%lf,%lf,%lf,%lf,%lf", row.unit, &row.gen,
                                &row.lanes, &row.mps, &row.mrrs, &row.address_bits, &row.ecrc, &row.completion, &row.bytes,
                                &row.raw_Gbps, &row.tlp_Gbps, &row.write_Gbps, &row.read_Gbps, &row.both_Gbps),
                         14);
        lw_test test = lw_test_begin();
        compare_with_model(&test, &row);
        lw_test_end(&test);
        rows++;
    }
    (void)fclose(file);
    assert_int_equal(rows, 340);
}

// The model takes 242 of 256 bytes as the coding of flit generations.
static void published_model_of_flit_generations(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = pcie(&test, "{gen: 6, lanes: 16, dllp: byte}");
    assert_close(lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RETRY),
                 128e9 * 242 / 256 * (1 - 16.0 / 168 - 4.0 / 1538) * 256 / 280, 1e-12);
    lw_test_end(&test);
}

// ---- Tables of the standard ----

static void raw_rates(void **state) {
    (void)state;
    // GB/s of one lane in one direction, before the line code.
    const double lane_GBps[] = {0.3125, 0.625, 1, 2, 4, 8, 16};
    for (int gen = 1; gen <= LW_PCIE_GEN_MAX; gen++) {
        for (int lanes = 1; lanes <= 32; lanes *= 2) {
            assert_true((double)lw_pcie_raw_Bps(gen, lanes) == lane_GBps[gen - 1] * lanes * 1e9);
        }
    }
}

static void coded_rates(void **state) {
    (void)state;
    // After the line code, x1 x4 x8 x16: Base ch. 4 and 8.
    const double GBps[LW_PCIE_GEN_MAX][4] = {
        {0.25, 1, 2, 4},
        {0.5, 2, 4, 8},
        {0.98462, 3.93846, 7.87692, 15.75385},
        {1.96923, 7.87692, 15.75385, 31.50769},
        {3.93846, 15.75385, 31.50769, 63.01538},
        {8, 32, 64, 128},
        {16, 64, 128, 256},
    };
    const int widths[] = {1, 4, 8, 16};
    lw_test test = lw_test_begin();
    for (int gen = 1; gen <= LW_PCIE_GEN_MAX; gen++) {
        for (int i = 0; i < 4; i++) {
            lw_link_model link = pcie(&test, "{gen: %d, lanes: %d}", gen, widths[i]);
            assert_printed(lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_LINE_CODE) * 1e-9, GBps[gen - 1][i], 5);
        }
    }
    lw_test_end(&test);
}

static void ack_limits(void **state) {
    (void)state;
    const struct {
        int gen, lanes, mps, symbols;
    } rows[] = {
        {1, 1, 128, 237},   {1, 4, 256, 118},  {1, 16, 256, 72},  {2, 8, 256, 158},   {3, 1, 128, 333},
        {3, 4, 256, 214},   {4, 8, 256, 203},  {5, 16, 256, 168}, {3, 16, 4096, 630}, {2, 32, 4096, 327},
        {1, 32, 2048, 148}, {3, 4, 2048, 634}, {3, 8, 512, 182},  {3, 12, 256, 186},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(lw_pcie_ack_limit_symbols(rows[i].gen, rows[i].lanes, rows[i].mps), rows[i].symbols);
    }
    // 203 symbols are 203 ns at 8 GT/s and 50.75 ns at 32 GT/s; a symbol is 4 and 2 ns with 8b/10b.
    assert_int_equal(lw_pcie_symbols_ps(3, 203), 203000);
    assert_int_equal(lw_pcie_symbols_ps(5, 203), 50750);
    assert_int_equal(lw_pcie_symbols_ps(1, 1), 4000);
    assert_int_equal(lw_pcie_symbols_ps(2, 1), 2000);
    assert_int_equal(lw_pcie_symbols_ps(6, 1), 125);
}

static void control_traffic_without_flits(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = pcie(&test, "{gen: 3, lanes: 8}");
    assert_int_equal(link.segment[0].channel[0].control_bytes, 16);
    assert_int_equal(link.segment[0].channel[0].control_interval_ps, 203000);
    assert_false(link.segment[0].channel[0].control_by_timer);
    assert_true(pcie(&test, "{gen: 3, lanes: 8, dllp: timer}").segment[0].channel[0].control_by_timer);
    link = pcie(&test, "{gen: 3, lanes: 8, dllp: none}");
    assert_int_equal(link.segment[0].channel[0].control_bytes, 0);
    link = pcie(&test, "{gen: 6, lanes: 8}");
    assert_int_equal(link.segment[0].channel[0].control_bytes, 0);
    lw_test_end(&test);
}

static void packet_overheads(void **state) {
    (void)state;
    const struct {
        const char *text;
        int write, request, completion;
    } rows[] = {
        {"{gen: 1, lanes: 1}", 24, 24, 20},
        {"{gen: 3, lanes: 1}", 24, 24, 20},
        {"{gen: 5, lanes: 1, address: 3dw}", 20, 20, 20},
        {"{gen: 5, lanes: 1, ecrc: true}", 28, 28, 24},
        {"{gen: 5, lanes: 1, flit_mode: on}", 16, 16, 12},
        {"{gen: 6, lanes: 1, address: 3dw, ecrc: true}", 16, 16, 16},
        {"{gen: 6, lanes: 1, ohc: 1}", 20, 20, 16},
        {"{gen: 5, lanes: 1, ohc: 1}", 24, 24, 20},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lw_link_model link = pcie(&test, "%s", rows[i].text);
        const lw_packet_format *format = link.segment[0].channel[1].format;
        assert_int_equal(format[LW_PACKET_WRITE].overhead_bytes, rows[i].write);
        assert_int_equal(format[LW_PACKET_REQUEST].overhead_bytes, rows[i].request);
        assert_int_equal(format[LW_PACKET_COMPLETION].overhead_bytes, rows[i].completion);
    }
    lw_test_end(&test);
}

// Full writes with 64-bit addresses before Ack and UpdateFC, worked out from the sizes of Base 2.2,
// 3 and 4.2.3 with the SKP interval of each width, GB/s: x4 and x16 at MPS 128, 256, 512.
static void framing_ceilings(void **state) {
    (void)state;
    const struct {
        const char *gen;
        double GBps[6];
        int digits[6];
    } rows[] = {
        {"3", {3.308, 13.23, 3.591, 14.37, 3.752, 15.01}, {3, 2, 3, 2, 3, 2}},
        {"4", {6.616, 26.46, 7.183, 28.73, 7.504, 30.02}, {3, 2, 3, 2, 3, 2}},
        {"5", {13.23, 52.92, 14.37, 57.46, 15.01, 60.03}, {2, 2, 2, 2, 2, 2}},
        {"5, flit_mode: on", {12.87, 51.50, 13.63, 54.53, 14.05, 56.18}, {2, 2, 2, 2, 2, 2}},
        {"6", {26.13, 104.5, 27.67, 110.7, 28.51, 114.0}, {2, 1, 2, 1, 2, 1}},
        {"7", {52.27, 209.1, 55.34, 221.4, 57.02, 228.1}, {2, 1, 2, 1, 2, 1}},
    };
    lw_test test = lw_test_begin();
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        for (int i = 0; i < 6; i++) {
            lw_link_model link =
                pcie(&test, "{gen: %s, lanes: %d, mps: %d B}", rows[row].gen, i % 2 == 0 ? 4 : 16, 128 << (i / 2));
            assert_printed(lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_FRAMING) * 1e-9, rows[row].GBps[i],
                           rows[row].digits[i]);
        }
    }
    lw_test_end(&test);
}

static void worked_examples(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    // Before SKP: 15.753846 x 256/280 and 7.876923 x 128/152.
    lw_link_model link = pcie(&test, "{gen: 3, lanes: 16}");
    assert_printed(lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_LINE_CODE) * 256 / 280 * 1e-9, 14.403516, 6);
    link = pcie(&test, "{gen: 4, lanes: 4, mps: 128 B}");
    assert_printed(lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_LINE_CODE) * 128 / 152 * 1e-9, 6.633198, 6);
    // Reads of full completions and of 64 B ones.
    link = pcie(&test, "{gen: 3, lanes: 8, dllp: none}");
    assert_close(lw_test_stage(&link, 0, LW_PACKET_COMPLETION, LW_STAGE_RETRY), 8e9 * 64 / 65 * 374 / 375 * 256 / 276, 1e-12);
    link = pcie(&test, "{gen: 3, lanes: 8, dllp: none, completion_bytes: 64 B}");
    assert_close(lw_test_stage(&link, 0, LW_PACKET_COMPLETION, LW_STAGE_RETRY), 8e9 * 64 / 65 * 374 / 375 * 64 / 84, 1e-12);
    lw_test_end(&test);
}

// Bytes for packets, GB/s, and the share of SKP sets in a flit stream.
static void flit_ceilings(void **state) {
    (void)state;
    const struct { int lanes, flits; } rows[] = {{16, 748}, {8, 374}, {4, 187}, {2, 93}, {1, 46}};
    lw_test test = lw_test_begin();
    for (int gen = 6; gen <= 7; gen++) {
        for (size_t i = 0; i < 5; i++) {
            lw_link_model link = pcie(&test, "{gen: %d, lanes: %d}", gen, rows[i].lanes);
            const lw_channel *channel = &link.segment[0].channel[0];
            double skp = 40.0 / (rows[i].flits * 256.0 / rows[i].lanes + 40);
            lw_fraction ps;
            assert_true(lw_channel_ps_per_byte(channel, &ps));
            assert_close(1e12 / lw_fraction_value(ps), (gen == 6 ? 8e9 : 16e9) * rows[i].lanes * 236 / 256 * (1 - skp), 1e-12);
        }
    }
    lw_link_model link = pcie(&test, "{gen: 6, lanes: 16}");
    lw_fraction ps;
    assert_true(lw_channel_ps_per_byte(&link.segment[0].channel[0], &ps));
    assert_printed(1e3 / lw_fraction_value(ps), 117.607, 3);
    assert_close(lw_fraction_value(link.segment[0].channel[0].periodic), 40.0 / 12008, 1e-15);
    // SRIS, PAM4 and NRZ.
    link = pcie(&test, "{gen: 6, lanes: 8, clocking: sris}");
    assert_close(lw_fraction_value(link.segment[0].channel[0].periodic), 40.0 / (37 * 32 + 40), 1e-15);
    link = pcie(&test, "{gen: 5, lanes: 16, flit_mode: on, clocking: sris}");
    assert_close(lw_fraction_value(link.segment[0].channel[0].periodic), 16.0 / (37 * 16 + 16), 1e-15);
    lw_test_end(&test);
}

// Flits between SKP sets: Base 6.x table 4-30, lanes 16, 8, 4, 2, 1.
static void flit_skp_intervals(void **state) {
    (void)state;
    const struct {
        int gen;
        const char *clocking;
        int symbols, flits[5];
    } rows[] = {
        {6, "common", 40, {748, 374, 187, 93, 46}}, {6, "srns", 40, {748, 374, 187, 93, 46}},
        {5, "common", 16, {374, 187, 93, 46, 23}},  {6, "sris", 40, {74, 37, 18, 9, 4}},
        {3, "sris", 16, {37, 18, 9, 4, 2}},
    };
    lw_test test = lw_test_begin();
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        for (int i = 0; i < 5; i++) {
            lw_link_model link =
                pcie(&test, "{gen: %d, lanes: %d, clocking: %s, flit_mode: on}", rows[row].gen, 16 >> i, rows[row].clocking);
            double symbols = rows[row].flits[i] * 16.0 * (1 << i);
            assert_close(lw_fraction_value(link.segment[0].channel[0].periodic),
                         rows[row].symbols / (symbols + rows[row].symbols), 1e-15);
        }
    }
    lw_test_end(&test);
}

static void skp_without_flits(void **state) {
    (void)state;
    const struct {
        const char *text;
        double low, high;
    } rows[] = {
        {"{gen: 1, lanes: 4}", 4.0 / 1538, 4.0 / 1180},
        {"{gen: 4, lanes: 4}", 1.0 / 375, 1.0 / 370},
        {"{gen: 2, lanes: 4, clocking: sris}", 4.0 / 154, 4.0 / 150},
        {"{gen: 5, lanes: 4, clocking: sris}", 1.0 / 38, 1.0 / 36},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lw_link_model link = pcie(&test, "%s", rows[i].text);
        double share = lw_fraction_value(link.segment[0].channel[0].periodic);
        assert_true(share >= rows[i].low && share <= rows[i].high);
    }
    lw_test_end(&test);
}

// ---- Latency, errors, credits, tags ----

static int64_t part_ps(const lw_channel *channel, const char *name) {
    for (int i = 0; i < channel->latency_count; i++) {
        if (strcmp(channel->latency[i].name, name) == 0) {
            return channel->latency[i].ps;
        }
    }
    return 0;
}

static void latency_parts(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = pcie(&test, "{gen: 4, lanes: 16, retimers: 2, cable: 2 m, tx_port: 10 ns, rx_port: 20 ns}");
    const lw_channel *channel = &link.segment[0].channel[1];
    assert_int_equal(part_ps(channel, "sending port"), 10000);
    assert_int_equal(part_ps(channel, "receiving port"), 20000);
    assert_int_equal(part_ps(channel, "propagation"), 9200);
    assert_int_equal(part_ps(channel, "retimers"), 128000);
    assert_int_equal(lw_channel_latency_ps(channel), 167200);
    // A flit takes 2 / 4 / 8 / 16 / 32 ns at 64 GT/s and 4.06 ns at 32 GT/s x16.
    for (int lanes = 16, ns = 2; lanes >= 1; lanes /= 2, ns *= 2) {
        link = pcie(&test, "{gen: 6, lanes: %d}", lanes);
        assert_int_equal(part_ps(&link.segment[0].channel[0], "flit check"), ns * 1000);
        assert_int_equal(part_ps(&link.segment[0].channel[0], "FEC"), 2000);
    }
    link = pcie(&test, "{gen: 5, lanes: 16, flit_mode: on}");
    assert_int_equal(part_ps(&link.segment[0].channel[0], "flit check"), 4063);
    lw_test_end(&test);
}

// Base 6.x table 4-76: most that a retimer may add.
static void retimer_limits(void **state) {
    (void)state;
    const int64_t ps[LW_PCIE_GEN_MAX] = {128000, 64000, 64000, 64000, 64000, 64000, 64000};
    lw_test test = lw_test_begin();
    for (int gen = 1; gen <= LW_PCIE_GEN_MAX; gen++) {
        lw_link_model link = pcie(&test, "{gen: %d, lanes: 1, retimers: 1}", gen);
        assert_int_equal(part_ps(&link.segment[0].channel[0], "retimers"), ps[gen - 1]);
    }
    assert_int_equal(
        lw_channel_latency_ps(&pcie(&test, "{gen: 5, lanes: 1, retimers: 2, retimer_latency: 10 ns}").segment[0].channel[0]),
        125000);
    lw_test_end(&test);
}

// Base 6.x 4.2.3.4.2.1: recommended longest turn-round of an Ack; a replay needs two of them and
// the way both ways.
static void flit_turn_rounds(void **state) {
    (void)state;
    const int ns[] = {50, 52, 56, 64, 80};
    lw_test test = lw_test_begin();
    for (int i = 0; i < 5; i++) {
        lw_link_model link = pcie(&test, "{gen: 6, lanes: %d, flit_error_rate: 1e-6, cable: 1 m, cable_loss: 1 dB/m}", 16 >> i);
        assert_int_equal(link.segment[0].channel[0].replay_ps, 2 * (ns[i] * 1000 + 4600));
    }
    lw_test_end(&test);
}

// Pad to pad, dB; a cable of 1 m that loses 0.1 dB less passes in silence. Nothing is known of
// generation 7.
static void loss_budgets(void **state) {
    (void)state;
    const double budget_dB[LW_PCIE_GEN_MAX] = {13.2, 17, 22, 28, 36, 32, 0};
    for (int gen = 1; gen <= LW_PCIE_GEN_MAX; gen++) {
        for (int over = 0; over <= 1; over++) {
            lw_test test = lw_test_begin();
            (void)pcie(&test, "{gen: %d, lanes: 4, cable: 1 m, fixed_loss: 0 dB, cable_loss: %.1f dB/m}", gen,
                       budget_dB[gen - 1] > 0 ? budget_dB[gen - 1] + (over ? 0.1 : -0.1) : 900);
            assert_int_equal(lw_diags_warnings(test.diags), over && budget_dB[gen - 1] > 0);
            lw_test_end(&test);
        }
    }
}

// The usual loss, with the root of the frequency: 22.48 dB of 5 m at 12.8906 GHz, and at 16 GHz
// 29.5 dB for a riser: package 9, half of a 16 dB board, two connectors of 1.5 and a card of 9.5
// (Astera Labs); 31 dB for OCuLink with a dock, 21.5 for CopprLink.
static void usual_losses(void **state) {
    (void)state;
    const double nyquist_GHz[LW_PCIE_GEN_MAX] = {1.25, 2.5, 4, 8, 16, 16, 32};
    const struct {
        const char *family;
        double fixed_dB;
        int gen_min, gen_max;
    } rows[] = {{"pcie", 29.5, 1, 7}, {"m2", 29.5, 1, 5}, {"oculink", 31, 1, 4}, {"copprlink", 21.5, 5, 6}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        for (int gen = rows[r].gen_min; gen <= rows[r].gen_max; gen++) {
            double nyquist = nyquist_GHz[gen - 1];
            double loss_dB = 2 * 22.48 / 5 * sqrt(nyquist / 12.8906) + rows[r].fixed_dB * sqrt(nyquist / 16);
            for (int over = 0; over <= 1; over++) {
                lw_test test = lw_test_begin();
                double budget_dB = loss_dB + (over ? -0.001 : 0.001);
                (void)lw_test_link(
                    &test, rows[r].family,
                    lw_arena_print(test.arena, "{gen: %d, lanes: 4, cable: 2 m, loss_budget: %.6f dB}", gen, budget_dB));
                assert_int_equal(lw_diags_warnings(test.diags), over);
                lw_test_end(&test);
            }
        }
    }
}

// What each cable may at most be, and that no word is lost on shorter ones.
static void longest_cables(void **state) {
    (void)state;
    const struct {
        const char *family, *start;
        double longest_m;
    } rows[] = {
        {"oculink", "gen: 3, lanes: 4", 2.596}, {"oculink", "gen: 4, lanes: 4", 1.716},
        {"oculink", "gen: 2, lanes: 4", 2.398}, {"oculink", "gen: 1, lanes: 4", 3.239},
        {"m2", "gen: 4, lanes: 4", 2.016},      {"pcie", "gen: 5, lanes: 16", 1.297},
        {"pcie", "gen: 7, lanes: 16", 2.0},     {"copprlink", "gen: 6, lanes: 4", 2.0},
        {"copprlink", "gen: 5, lanes: 4", 2.0}, {"oculink", "gen: 4, lanes: 4, retimers: 1", 9.622},
        {"pcie", "gen: 2, lanes: 1", 2.697},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int over = 0; over <= 1; over++) {
            lw_test test = lw_test_begin();
            (void)lw_test_link(
                &test, rows[i].family,
                lw_arena_print(test.arena, "{%s, cable: %.3f m}", rows[i].start, rows[i].longest_m + (over ? 0.002 : -0.002)));
            if (lw_diags_warnings(test.diags) != (size_t)over) {
                fail_msg("%s {%s}: %.3f m", rows[i].family, rows[i].start, rows[i].longest_m);
            }
            lw_test_end(&test);
        }
    }
}

static void replays(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = pcie(&test, "{gen: 3, lanes: 4, bit_error_rate: 1e-12}");
    const lw_channel *channel = &link.segment[0].channel[0];
    assert_int_equal(channel->replay, LW_REPLAY_GO_BACK_N);
    // 280 B of 8.125 bits.
    assert_close(lw_channel_packet_error(channel, 280), 280 * 8.125e-12, 1e-6);
    assert_true(channel->replay_ps > 2 * lw_channel_latency_ps(channel));
    // Flits: two turn-rounds of 50 ns; about 3e-5 x 50 flits of 2 ns are repeated in standard mode,
    // 3e-5 in selective mode.
    link = pcie(&test, "{gen: 6, lanes: 16, flit_error_rate: 3e-5}");
    channel = &link.segment[0].channel[0];
    assert_int_equal(channel->replay, LW_REPLAY_GO_BACK_N);
    assert_int_equal(channel->replay_ps, 100000);
    assert_close(lw_channel_packet_error(channel, 236), 3e-5, 1e-9);
    double before = lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_CONTROL);
    double after = lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RETRY);
    assert_true(1 - after / before > 1e-3 && 1 - after / before < 4e-3);
    link = pcie(&test, "{gen: 6, lanes: 16, flit_error_rate: 3e-5, replay: selective}");
    before = lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_CONTROL);
    after = lw_test_stage(&link, 0, LW_PACKET_WRITE, LW_STAGE_RETRY);
    assert_close(1 - after / before, 6e-5, 1e-3);  // a packet of 272 B touches two flits
    assert_int_equal(link.segment[0].channel[0].replay, LW_REPLAY_SELECTIVE);
    link = pcie(&test, "{gen: 6, lanes: 16, bit_error_rate: 1e-6}");
    assert_int_equal(link.segment[0].channel[0].replay, LW_REPLAY_NONE);
    lw_test_end(&test);
}

static void credits_are_infinite_unless_given(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = pcie(&test, "{gen: 4, lanes: 16}");
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        assert_true(link.segment[0].channel[0].credits[kind].packets == LW_CREDITS_INFINITE);
        assert_true(link.segment[0].channel[0].credits[kind].data_units == LW_CREDITS_INFINITE);
    }
    link = pcie(&test, "{gen: 3, lanes: 8, posted_header_credits: 64, posted_data_credits: 512, nonposted_header_credits: 32, "
                       "completion_header_credits: 8, completion_data_credits: 128}");
    const lw_channel *channel = &link.segment[0].channel[0];
    assert_int_equal(channel->credits[LW_PACKET_WRITE].packets, 64);
    assert_int_equal(channel->credits[LW_PACKET_WRITE].data_units, 512);
    assert_int_equal(channel->credits[LW_PACKET_REQUEST].packets, 32);
    assert_int_equal(channel->credits[LW_PACKET_COMPLETION].packets, 8);
    assert_int_equal(channel->credits[LW_PACKET_COMPLETION].data_units, 128);
    assert_int_equal(channel->data_unit_bytes, 16);
    assert_int_equal(channel->credit_return_ps, 203000 + 105000);
    link = pcie(&test, "{gen: 3, lanes: 8, posted_header_credits: 64, credit_return: 1 us}");
    assert_int_equal(link.segment[0].channel[0].credit_return_ps, 1000000);
    lw_test_end(&test);
}

static void tags_by_generation(void **state) {
    (void)state;
    const int64_t tags[LW_PCIE_GEN_MAX] = {32, 32, 256, 768, 768, 768, 768};
    lw_test test = lw_test_begin();
    for (int gen = 1; gen <= LW_PCIE_GEN_MAX; gen++) {
        assert_int_equal(pcie(&test, "{gen: %d, lanes: 1}", gen).read_tags, tags[gen - 1]);
    }
    assert_int_equal(pcie(&test, "{gen: 3, lanes: 1, tags: 7}").read_tags, 7);
    assert_int_equal(pcie(&test, "{gen: 6, lanes: 1, tags: 10000}").read_tags, 10000);
    // Little's law: 8 tags of 512 B over a round trip.
    lw_link_model link = pcie(&test, "{gen: 3, lanes: 8, tags: 8, dllp: none}");
    lw_waterfall out;
    lw_link_model_waterfall(&link, 0, LW_PACKET_COMPLETION, 0, 500000, &out);
    double byte_s = 1 / (8e9 * 64 / 65 * 374 / 375);
    assert_close(out.window_Bps, 8 * 512 / (500e-9 + 2 * 105e-9 + (24 + 2 * 276) * byte_s), 1e-12);
    lw_test_end(&test);
}

static void completions_fit_their_request(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model link = pcie(&test, "{gen: 3, lanes: 8, mrrs: 128 B}");
    assert_int_equal(link.segment[0].channel[0].format[LW_PACKET_COMPLETION].payload_max_bytes, 128);
    assert_int_equal(link.segment[0].channel[0].format[LW_PACKET_WRITE].payload_max_bytes, 256);
    lw_test_end(&test);
}

static void efficiency_slows_the_wire(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_link_model full = pcie(&test, "{gen: 4, lanes: 4}");
    lw_link_model part = pcie(&test, "{gen: 4, lanes: 4, efficiency: 0.93}");
    assert_close(lw_test_stage(&part, 0, LW_PACKET_WRITE, LW_STAGE_RETRY),
                 0.93 * lw_test_stage(&full, 0, LW_PACKET_WRITE, LW_STAGE_RETRY), 1e-12);
    lw_test_end(&test);
}

static void labels(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_string_equal(pcie(&test, "{gen: 4, lanes: 16}").label, "PCIe 4.0 x16");
    assert_string_equal(lw_test_link(&test, "oculink", "{gen: 4, lanes: 4}").label, "OCuLink PCIe 4.0 x4");
    assert_string_equal(lw_test_link(&test, "copprlink", "{gen: 6, lanes: 8}").label, "CopprLink PCIe 6.0 x8");
    assert_string_equal(lw_test_link(&test, "m2", "{gen: 4, lanes: 4}").label, "M.2 PCIe 4.0 x4");
    lw_test_end(&test);
}

// ---- Rules ----

static void rules(void **state) {
    (void)state;
    const lw_test_rule rows[] = {
        {"pcie", "{gen: 6, lanes: 16, flit_mode: off}", LW_BAD_INPUT,
         "1:32: generation 6 cannot run without flits | leave flit_mode out, or take gen 5"},
        {"pcie", "{gen: 6, lanes: 12}", LW_BAD_INPUT, "1:17: there are no flits on 12 lanes | take 1, 2, 4, 8 or 16 lanes"},
        {"pcie", "{gen: 5, lanes: 12}", LW_OK, NULL},
        {"pcie", "{gen: 5, lanes: 8, flit_mode: on, dllp: byte}", LW_BAD_INPUT,
         "1:41: this dllp count describes a link without flits | take dllp: share"},
        {"pcie", "{gen: 4, lanes: 8, mps: 128 B, completion_bytes: 256 B}", LW_BAD_INPUT,
         "1:50: a completion of 256 B does not fit mps 128 B | lower completion_bytes or raise mps"},
        {"pcie", "{gen: 4, lanes: 8, rcb: 128 B, completion_bytes: 64 B}", LW_BAD_INPUT,
         "1:50: a completion of 64 B is no multiple of rcb 128 B | take a multiple of rcb"},
        {"pcie", "{gen: 3, lanes: 8, tags: 257}", LW_BAD_INPUT,
         "1:26: generation 3 cannot have 257 tags | up to 256 with 8-bit tags, 768 with 10-bit tags (from gen 4), more only "
         "with flits"},
        {"pcie", "{gen: 4, lanes: 8, posted_data_credits: 15}", LW_BAD_INPUT,
         "1:41: 15 data credits of 16 B never let a packet of 256 B pass | take at least 16"},
        {"pcie", "{gen: 4, lanes: 8, completion_data_credits: 16}", LW_OK, NULL},
        {"pcie", "{gen: 4, lanes: 4, cable: 1 m, cable_loss: 20 dB/m}", LW_OK,
         "1:27: 1 m of cable loses 40.9 dB with ports, boards and connectors, the budget of generation 4 is 28.0 dB | at most 0.4 m without a retimer, or run a lower generation"},
        {"oculink", "{gen: 4, lanes: 4, cable: 3 m}", LW_OK,
         "1:27: 3 m of cable loses 32.5 dB with ports, boards and connectors, the budget of generation 4 is 28.0 dB | at most 1.7 m without a retimer, or run a lower generation"},
        {"oculink", "{gen: 4, lanes: 4, cable: 12 m, retimers: 1}", LW_OK,
         "1:27: 12 m of cable loses 64.4 dB with ports, boards and connectors, the budget of generation 4 is 28.0 dB a section | at most 9.6 m without another retimer, or run a lower generation"},
        {"oculink", "{gen: 4, lanes: 4, loss_budget: 1 dB, cable: 1 m}", LW_OK,
         "1:46: 1 m of cable loses 25.5 dB with ports, boards and connectors, loss_budget is 1.0 dB | no passive cable fits; use a retimer or a lower generation"},
        {"pcie", "{gen: 7, lanes: 4, cable: 5 m}", LW_OK,
         "1:27: no loss budget of generation 7 is known, and no standard has a passive cable of 5 m | set loss_budget, or take a lower generation"},
        {"pcie", "{gen: 7, lanes: 4, cable: 1 m, cable_loss: 20 dB/m}", LW_OK, NULL},
        {"oculink", "{gen: 5, lanes: 4}", LW_OK,
         "1:7: no standard has oculink at generation 5 | OCuLink-1 is PCIe 3.0, OCuLink-2 is PCIe 4.0; for cabled PCIe 5.0 see "
         "copprlink"},
        {"oculink", "{gen: 4, lanes: 16}", LW_BAD_INPUT,
         "1:17: oculink has no cable or connector of 16 lanes | OCuLink connectors have 4 or 8 lanes"},
        {"copprlink", "{gen: 6, lanes: 8, cable: 2.5 m}", LW_OK,
         "1:27: a copprlink cable of 2.5 m is longer than the 2 m that the standard names | 1 m inside a case (SFF-TA-1016), 2 m "
         "outside (SFF-TA-1032)"},
        // 41.2 kbit, each wrong once in a thousand times; once in 60,000, half of the packets
        // arrive.
        {"pcie", "{gen: 2, lanes: 1, mps: 4096 B, bit_error_rate: 0.001}", LW_OK,
         "1:49: 100 % of full packets would be bad, and nothing gets through | the standard's target is 1e-12; or take a smaller "
         "mps"},
        {"pcie", "{gen: 2, lanes: 1, mps: 4096 B, bit_error_rate: 1.6e-5}", LW_OK, NULL},
        {"pcie", "{gen: 6, lanes: 16, mps: 4096 B, flit_error_rate: 0.5}", LW_OK,
         "1:51: 100 % of full packets would be bad, and nothing gets through | the standard's target is 3e-5; or take a smaller "
         "mps"},
        {"pcie", "{gen: 6, lanes: 16, mps: 128 B, flit_error_rate: 0.5}", LW_OK, NULL},
        {"m2", "{gen: 4, lanes: 8}", LW_BAD_INPUT,
         "1:17: m2 has no cable or connector of 8 lanes | an M.2 slot has at most 4 lanes"},
    };
    assert_rules(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_model_is_reproduced),
        cmocka_unit_test(published_model_of_flit_generations),
        cmocka_unit_test(raw_rates),
        cmocka_unit_test(coded_rates),
        cmocka_unit_test(ack_limits),
        cmocka_unit_test(control_traffic_without_flits),
        cmocka_unit_test(packet_overheads),
        cmocka_unit_test(framing_ceilings),
        cmocka_unit_test(worked_examples),
        cmocka_unit_test(flit_ceilings),
        cmocka_unit_test(flit_skp_intervals),
        cmocka_unit_test(skp_without_flits),
        cmocka_unit_test(latency_parts),
        cmocka_unit_test(retimer_limits),
        cmocka_unit_test(flit_turn_rounds),
        cmocka_unit_test(loss_budgets),
        cmocka_unit_test(usual_losses),
        cmocka_unit_test(longest_cables),
        cmocka_unit_test(replays),
        cmocka_unit_test(credits_are_infinite_unless_given),
        cmocka_unit_test(tags_by_generation),
        cmocka_unit_test(completions_fit_their_request),
        cmocka_unit_test(efficiency_slows_the_wire),
        cmocka_unit_test(labels),
        cmocka_unit_test(rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
