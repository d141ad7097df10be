// SPDX-License-Identifier: GPL-3.0-or-later
// The chain of bench_engine.c in ns-3 (www.nsnam.org), as lean as it goes there: point-to-point devices alone, no protocol stack.
// Packets of 256 B on the wire, 64 GB/s, 500 ns a link; every device hands what it receives to the next one.
//   peer_ns3 PACKETS HOPS    prints: packets that arrived, packet hops, seconds of processor time, events, simulated microseconds
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "ns3/core-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

namespace {

constexpr uint32_t kWireBytes = 256;
constexpr uint32_t kHeaderBytes = 2;  // point-to-point protocol
constexpr uint16_t kProtocol = 0x0800;

using Device = ns3::Ptr<ns3::PointToPointNetDevice>;

struct Source {
    Device device;
    uint64_t left;
};
Source source;
uint64_t arrived;

// One packet at a time: the next is made when the one before has left, so that memory does not grow with their number.
void SendNext(ns3::Ptr<const ns3::Packet>) {
    if (source.left > 0) {
        source.left--;
        source.device->Send(ns3::Create<ns3::Packet>(kWireBytes - kHeaderBytes), source.device->GetBroadcast(), kProtocol);
    }
}

bool Forward(Device next, ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet> packet, uint16_t protocol, const ns3::Address &) {
    return next->Send(packet->Copy(), next->GetBroadcast(), protocol);
}

bool Count(ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet>, uint16_t, const ns3::Address &) {
    arrived++;
    return true;
}

}  // namespace

int main(int argc, char **argv) {
    const uint64_t packets = argc == 3 ? std::strtoull(argv[1], nullptr, 10) : 0;
    const uint32_t hops = argc == 3 ? static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)) : 0;
    if (packets == 0 || hops == 0) {
        std::fprintf(stderr, "usage: peer_ns3 PACKETS HOPS\n");
        return 2;
    }
    const std::clock_t before = std::clock();
    ns3::NodeContainer nodes(hops + 1);
    ns3::PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", ns3::DataRateValue(ns3::DataRate(UINT64_C(512000000000))));
    link.SetChannelAttribute("Delay", ns3::TimeValue(ns3::NanoSeconds(500)));
    std::vector<Device> from, to;
    for (uint32_t i = 0; i < hops; i++) {
        ns3::NetDeviceContainer ends = link.Install(nodes.Get(i), nodes.Get(i + 1));
        from.push_back(ns3::DynamicCast<ns3::PointToPointNetDevice>(ends.Get(0)));
        to.push_back(ns3::DynamicCast<ns3::PointToPointNetDevice>(ends.Get(1)));
    }
    for (uint32_t i = 0; i + 1 < hops; i++) {
        to[i]->SetReceiveCallback(ns3::MakeBoundCallback(&Forward, from[i + 1]));
    }
    to[hops - 1]->SetReceiveCallback(ns3::MakeCallback(&Count));
    source = {from[0], packets};
    source.device->TraceConnectWithoutContext("PhyTxEnd", ns3::MakeCallback(&SendNext));
    ns3::Simulator::ScheduleNow(&SendNext, ns3::Ptr<const ns3::Packet>());
    ns3::Simulator::Run();
    std::printf("%llu %llu %.6f %llu %.6f\n", static_cast<unsigned long long>(arrived),
                static_cast<unsigned long long>(arrived * hops), static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC,
                static_cast<unsigned long long>(ns3::Simulator::GetEventCount()),
                static_cast<double>(ns3::Simulator::Now().GetNanoSeconds()) / 1e3);
    ns3::Simulator::Destroy();
    return arrived == packets ? 0 : 1;
}
