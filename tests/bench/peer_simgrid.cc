// SPDX-License-Identifier: GPL-3.0-or-later
// A list of flows over a star in SimGrid (simgrid.org), by its fully optimised network model without what it adds for TCP: max-min
// shares of each link, latencies besides.
//   peer_simgrid LIST HOSTS    LIST: the columns src,dst,bytes,start_us; prints: flows, seconds of processor time, the last finish in us
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <simgrid/s4u.hpp>

namespace sg = simgrid::s4u;

namespace {

constexpr double kRate = 50e9;        // of a link, B/s
constexpr double kLatency = 350e-9;   // of a link, s

struct Flow {
    unsigned from, to;
    double bytes, start_us;
};

std::vector<Flow> Read(const char *path) {
    std::vector<Flow> flows;
    std::FILE *file = std::fopen(path, "r");
    char head[256];
    if (file != nullptr && std::fgets(head, sizeof head, file) != nullptr) {
        Flow flow;
        while (std::fscanf(file, "%u,%u,%lf,%lf", &flow.from, &flow.to, &flow.bytes, &flow.start_us) == 4) {
            flows.push_back(flow);
        }
    }
    if (file != nullptr) {
        std::fclose(file);
    }
    return flows;
}

std::vector<sg::Host *> MakeStar(unsigned count) {
    std::vector<sg::Host *> hosts;
    sg::NetZone *zone = sg::create_star_zone("star");
    for (unsigned i = 0; i < count; i++) {
        const std::string name = "h" + std::to_string(i);
        sg::Host *host = zone->create_host(name, 1e9)->seal();
        const sg::Link *up = zone->create_link(name + "-up", kRate)->set_latency(kLatency)->seal();
        const sg::Link *down = zone->create_link(name + "-down", kRate)->set_latency(kLatency)->seal();
        zone->add_route(host->get_netpoint(), nullptr, nullptr, nullptr, {sg::LinkInRoute(up)}, false);
        zone->add_route(nullptr, host->get_netpoint(), nullptr, nullptr, {sg::LinkInRoute(down)}, false);
        hosts.push_back(host);
    }
    zone->seal();
    return hosts;
}

}  // namespace

int main(int argc, char **argv) {
    const std::clock_t before = std::clock();
    sg::Engine engine(&argc, argv);
    for (const char *setting : {"network/model:CM02", "network/optim:Full", "network/crosstraffic:0", "network/TCP-gamma:0"}) {
        sg::Engine::set_config(setting);
    }
    const unsigned count = argc == 3 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)) : 0;
    const std::vector<Flow> flows = count > 0 ? Read(argv[1]) : std::vector<Flow>();
    if (flows.empty()) {
        std::fprintf(stderr, "usage: peer_simgrid LIST HOSTS\n");
        return 2;
    }
    const std::vector<sg::Host *> hosts = MakeStar(count);
    double last = 0;
    for (const Flow &flow : flows) {
        if (flow.from >= count || flow.to >= count) {
            return 2;
        }
        sg::Host *from = hosts[flow.from], *to = hosts[flow.to];
        sg::Actor::create("flow", from, [flow, from, to, &last] {
            sg::this_actor::sleep_until(flow.start_us * 1e-6);
            sg::Comm::sendto(from, to, static_cast<uint64_t>(flow.bytes));
            last = sg::Engine::get_clock();
        });
    }
    engine.run();
    std::printf("%zu %f %f\n", flows.size(), static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, last * 1e6);
    return 0;
}
