// SPDX-License-Identifier: GPL-3.0-or-later
// Words of the field that are no preset and no family: what they mean, what was measured, where the
// model has them.
#include <string.h>

#include "sim/report/explain/explain.h"

const lw_term lw_terms[] = {
    {"passthrough", "Passthrough: a virtual machine has a whole card, and its driver speaks to the card itself. What is\n"
                    "left of virtualisation are translated addresses (IOMMU) and interrupts; of copies no loss was\n"
                    "published. Whole programs were: graphics ran 5 to 10 % slower, training 6 to 8 %, in a virtual\n"
                    "machine with a card of the class of an RTX 2060 (abstract of a paper on the overhead of GPU\n"
                    "virtualisation). Those are cores and driver, so the model takes copies for unchanged.\n"
                    "In a scenario: nodes: {gpu: {virtualisation: passthrough}}; see configs/scenarios/shared-gpu.yaml.\n"},
    {"mig", "MIG (Multi-Instance GPU): a card cut into instances with cores, memory and paths to it of their own.\n"
            "NVIDIA's documents say that instances do not disturb each other, and give no figure. The model gives\n"
            "each of `guests` its even part of the copy engines' rate, and no wait.\n"
            "\n"
            "In a scenario: nodes: {gpu: {virtualisation: mig, guests: 4}}, or guest_share for uneven parts; see\n"
            "configs/scenarios/shared-gpu.yaml.\n"},
    {"sr-iov", "SR-IOV: one device shows itself as many (virtual functions), each given to a virtual machine as if\n"
               "it were whole.\n"
               "\n"
               "Of a graphics card: nodes: {gpu: {virtualisation: sr-iov, guests: 4}} gives a guest its even part of\n"
               "the copy engines; no figure was published. Of a network card: links of type ethernet with path:\n"
               "sr-iov, preset ethernet-100g-sr-iov. Between two virtual machines 1024 B there and back by TCP took\n"
               "at most 44 us in 99 of 100 cases (cloud-bulldozer/k8s-netperf #246).\n"},
    {"time-slicing", "Time slicing: guests have the whole card by turns. NVIDIA's documents name the cost, a switch of\n"
                     "contexts, and that nothing is isolated, and give no figure; the turns of Intel's scheduler in Linux\n"
                     "(i915 GVT) last 1 ms.\n"
                     "\n"
                     "A call comes at any moment. Of n busy guests with turns of t each, it waits (n - 1)^2 t / 2 n on\n"
                     "average before it starts: 0.25 ms of two guests with 1 ms. Work longer than a turn is interrupted\n"
                     "and takes n times as long. The model takes both for copies; guests that are idle give their turns\n"
                     "away, so these are busy ones.\n"
                     "\n"
                     "In a scenario: nodes: {gpu: {virtualisation: time-slicing, guests: 2, time_slice: 1 ms}}; see\n"
                     "configs/scenarios/shared-gpu.yaml.\n"},
    {"api-remoting", "API remoting: a library takes a program's calls to the card and sends them to a daemon where the\n"
                     "card is, over a network or out of a virtual machine. rCUDA over two ports of FDR InfiniBand copied\n"
                     "9.91 GB/s to a remote K40, 10.06 GB/s to a local one (98.5 %; rcuda.net). That is a network as fast\n"
                     "as the card: a card of PCIe 5.0 takes 55 GB/s. Forwarding the driver of an RTX 3060 out of a virtual\n"
                     "machine kept frames of more than 2 ms within 2 % (nestrilabs/virtio-nvgpu).\n"
                     "\n"
                     "In a scenario: nodes: {gpu: {virtualisation: api-remoting}} keeps remoting_share of the rate, by\n"
                     "default those 98.5 %; make the network a link of its own (systems/remote-gpu-100g), or put the round\n"
                     "trip of a call into guest_call. See configs/scenarios/remote-gpu.yaml and\n"
                     "configs/scenarios/shared-gpu.yaml.\n"},
    {"cut-through", "Cut-through: a switch sends a packet on as soon as its head has come, and never its end before that\n"
                    "has come. On a link faster than one before the bytes trickle, and others may use the time that they\n"
                    "leave, so a wider link never makes a copy slower: 4 KiB over links of 4, 16 and 2 GB/s take the 2.05\n"
                    "us of the slowest. store_forward: true of a switch makes it wait for the whole packet instead.\n"
                    "\n"
                    "Of two that take turns one may end a little later over a wider link, since its turns come in another\n"
                    "order (R. L. Graham, Bounds on multiprocessing timing anomalies, 1969): reads and writes at once\n"
                    "(dma, op: both) over a random chain of PCIe do for one wider link in 140, by 6 % at most.\n"},
    {"flow", "Flow (engine: flow): transfers as fluids that share what they cross max-min fairly (D. Bertsekas, R.\n"
             "Gallager, Data Networks, 1992, section 6.5): all rates grow alike until a channel, engine, window or\n"
             "memory of theirs is full. No packet is simulated, so that thousands of cards and ten thousand flows\n"
             "take part of a second. A transfer that meets nobody takes the picoseconds of engine: packet, and on\n"
             "random fabrics long transfers end within 1 % of it. engine: auto takes it where packets do not repeat\n"
             "and would be more than 34 million events.\n"
             "\n"
             "Where the two differ: packets queue in order of arrival, and a switch serves its ports in turn, so\n"
             "that flows which come over one port share its turn; max-min fair sharing asks nobody where it comes\n"
             "from. Three copies of 1 GiB from one card and one from another over one PCIe 4.0 x16 port: by packets\n"
             "the lone one has half of the port and ends after 74.8 ms, the three after 149.5 ms; by flow all four\n"
             "end after 149.5 ms. Mean waits of packets, which are queues, are not in it.\n"},
    {"multicast", "Multicast: a switch sends one packet on to many, so a sender's link carries it once. A switch node\n"
                  "with multicast: true does it for a copy with in_switch: multicast from one node to a group. See\n"
                  "configs/scenarios/switch-that-adds.yaml.\n"},
    {"reduction", "Reduction in a switch: packets of many senders are added up where they meet, so the receiver's link\n"
                  "carries one stream. A switch node with multicast: true does it for a copy with in_switch: reduce\n"
                  "from a group to one node. See configs/scenarios/switch-that-adds.yaml, and lanewise explain nvls.\n"},
    {"nvls", "NVLS (NVLink SHARP): NVSwitch chips from the third on (H100) add up what passes and send the sum to\n"
             "all, so an all-reduce moves half of what a ring does. Eight H100 or H200 reach 480 GB/s of bus\n"
             "bandwidth with it, 367 by rings (S. Bekman, The ML Engineering Open Book). That is more than the 450\n"
             "GB/s of the wire, which is no error: the formula counts a ring's traffic. NCCL plans with 85 % of\n"
             "the rate on Hopper, 74 % on Blackwell, and 25 us before anything moves. Over several computers it\n"
             "sums up what the switches of each have added along trees (NVLSTree; lanewise explain nccl).\n"
             "\n"
             "In a scenario: a switch node with multicast: true and copies with in_switch: reduce and in_switch:\n"
             "multicast, see configs/scenarios/switch-that-adds.yaml.\n"},
    {"bias", "Bias (CXL): whom an accelerator asks before it uses its own memory. In device bias nobody; in host\n"
             "bias the host, over the link, for each line. Of an accelerator with 2 TB/s and 100 ns behind 16\n"
             "lanes of 64 GT/s a load then takes 248 ns, not 100, and many of them reach 474 GB/s, not 1969. The\n"
             "host reads such lines at full speed. Software changes the bias of pages, before and after a kernel\n"
             "that works on them.\n"
             "\n"
             "In a scenario: coherence: device_bias or host_bias of a cxl link, and a workload whose device and\n"
             "host both name the accelerator. See configs/scenarios/cxl-bias.yaml and lanewise explain cxl.\n"},
    {"back-invalidate", "Back-invalidation (CXL 3.0, flits of 256 B): a device keeps track of which of its lines hosts have\n"
                        "cached, and snoops them (BISnp) before it uses such a line or gives it to another host; the host\n"
                        "answers (BIRsp) within 90 ns from pins to pins, if it meets the standard's target. A line that must\n"
                        "be asked for comes 148 ns later over 16 lanes of 64 GT/s.\n"
                        "\n"
                        "In a scenario: coherence: back_invalidate of a cxl link, `asks` for the share of lines,\n"
                        "answer_latency for the host. See configs/scenarios/cxl-bias.yaml and lanewise explain cxl.\n"},
    {"ide", "IDE (Integrity and Data Encryption): codes that keep what crosses a CXL or PCI Express link secret\n"
            "and unaltered. They take a share of the flits, and time to encrypt and check. No figure has been\n"
            "published, so both cost nothing until a scenario says what they take: links: {x: {type: cxl,\n"
            "ide_share: 5 %, ide_latency: 10 ns}} with figures of its own.\n"},
    {"pbr", "PBR (port-based routing): flits of CXL 3.x that carry ids of 12 bits for source and destination, so\n"
            "that a fabric of switches joins up to 4096 ports. Their messages are longer, and fewer fit a slot;\n"
            "lanewise explain cxl-3.1-x16-pbr shows what is left.\n"
            "In a scenario: links: {x: {type: cxl, version: '3.1', lanes: 16, flit: pbr}}.\n"},
    {"pooling", "Pooling (CXL 2.0): a switch gives parts of one memory device, up to 16 logical devices, to several\n"
                "hosts. They share its link and its memory's rate, and each load crosses the switch twice, 90 ns per\n"
                "direction. Sharing the same lines takes back-invalidation (lanewise explain back-invalidate).\n"
                "In a scenario: hosts, a switch and a memory as nodes, see configs/scenarios/cxl-pool.yaml.\n"},
    {"bandwidth", "Bandwidth: payload that arrived over the time from the call to its end, in GB/s, 1 GB = 1e9 bytes.\n"
                  "Headers, acknowledgements and repeats are not payload; the call's own cost is in the time, so small\n"
                  "copies have little of it. The raw rate of a link is more: lanewise explain waterfall. Both\n"
                  "directions of a link carry it at once; a figure that adds them up is twice as large.\n"
                  "In results: bandwidth_GBps of a workload.\n"},
    {"credits", "Credits: room that a receiver has promised. A sender spends them with each packet and waits when\n"
                "none are left, so no buffer overflows; they come back as the receiver empties it. One buffer can be\n"
                "on its way in each round trip: 256 data credits of 16 B over 305 ns are 13.4 GB/s, on 16 lanes of\n"
                "PCIe 4.0 that would carry twice as much. A longer route needs more of them.\n"
                "\n"
                "PCI Express counts headers and data apart, of writes, requests and completions (PCIe Base 2.6.1). No\n"
                "vendor publishes its numbers, so they limit nothing until a scenario sets them: links: {slot: {type:\n"
                "pcie, posted_data_credits: 256}}. See configs/scenarios/credits-starved.yaml, and lanewise explain\n"
                "window.\n"},
    {"evidence", "Evidence: how a number is known, from best to weakest.\n"
                 "  specified    a standard or a vendor's document says it\n"
                 "  measured     someone measured exactly this\n"
                 "  calibrated   fitted to measured tables\n"
                 "  assumed      a stated assumption without a source, or the scenario's own time, rate or share\n"
                 "  announced    announced, not yet shipping\n"
                 "  speculative  physics says it could be; nobody built it\n"
                 "A result carries the weakest of what decides it. Rates and times are told apart: the rate of a PCIe\n"
                 "link is specified, the time of its ports is assumed, so a long copy over it is specified and a read\n"
                 "of 64 B is assumed. A copy counts times where a window, credits or a fixed cost limits it. What says\n"
                 "which machine it is (a generation, lanes, tags, a packet size) is nobody's guess.\n"},
    {"limited_by",
     "Limited by: what a workload would have to be rid of to be faster.\n"
     "  links.NAME a->b: channel  the wire in that direction is busy, with this or other work; of a tunnel the part is named\n"
     "  NAME memory, copy engine  a device is busy, or its dma engine, or a core that copies\n"
     "  NAME compute              the device computes what the workload itself has it compute\n"
     "  window                    all requests that may be outstanding are, and the link has time to spare\n"
     "  credits                   the receiver's buffer is full\n"
     "  repeats after errors      bad packets take a tenth of the wire or more\n"
     "  the offered load          nothing is: there is no more to send\n"
     "  fixed cost                the call, its completion or the latency takes most of the time\n"
     "Its share is the part of the time that goes to it. See lanewise explain window, and share; of a\n"
     "whole point lanewise explain critical_path. What it is worth to be rid of it: lanewise explain lift.\n"},
    {"lift", "Lift: lanewise run FILE --lift runs each point again without what limits its workloads, and tells how much\n"
             "faster each is and what then limits it: 1.02 says that the next limit lies right behind, so that a wider link\n"
             "alone would buy nothing.\n"
             "  links.NAME           both directions carry a thousand times as much, of a tunnel the part that limits; of a\n"
             "                       group of links all; the time of ports and cables stays\n"
             "  links.NAME window    as many requests as there are may be outstanding; credits: buffers without end\n"
             "  nodes.NAME memory    takes no time, of all members of a group; so of its copy engine, dma engine, cpu copy\n"
             "  nodes.NAME copy engines  as many as are asked for\n"
             "What is done stays: its order, its routes, and what a library chose. Fixed costs, computes, errors and an offered\n"
             "load are not lifted. JSON has it under lifted, CSV and assertions as lifted_us.\n"},
    {"critical_path",
     "Critical path: the chain of tasks (calls, copies, chunks) that ends with the last one, each of which waited for the\n"
     "one before. What lies off it could take longer and nothing would end later; what lies on it is worth speeding up.\n"
     "Its time from 0 to the end is split into what it went to, and the shares add up to 100 %:\n"
     "  links.NAME a->b      that direction was busy while a task of the path moved bytes over it, with this or other work\n"
     "  waiting for NAME     copy engines were at other copies, over links that the one that waited does not need\n"
     "  NAME memory, ...     a device, its copy engine at its own pace, or a core was busy\n"
     "  launch, completion   calls and submission; from the last delivery to the end\n"
     "  read tags, credits   nothing on the route was busy for want of these\n"
     "  latency              the same, for propagation and what switches and ports take\n"
     "  offered load         packets come at a rate, and had not come yet\n"
     "  delays of WORKLOAD   nothing moves; before its start: nothing was to be done\n"
     "Iterations of loops that the engine jumps count as if each had run. Only so many tasks are recorded, and of a\n"
     "long ring those on the path; what lies before is called not recorded. See lanewise explain limited_by.\n"},
    {"timeline", "Timeline: a chart of what each link direction, copy engine, core and caller does when, a panel a point. What\n"
                 "lies on the critical path is outlined. Where the engine jumped iterations of a loop the axis is broken, and\n"
                 "says how often what happened in how long came again. Of a sweep the first four points are drawn; --trace\n"
                 "FILE writes the same for ui.perfetto.dev.\n"
                 "In a scenario: charts: [{kind: timeline}], see configs/scenarios/one-copy-engine.yaml and\n"
                 "configs/scenarios/double-buffering.yaml.\n"},
    {"utilisation",
     "Utilisation: a chart of how busy each link direction, copy engine and core is over time, the busiest first, a\n"
     "panel a point: dark is busy, and the share of all the time stands at the right. It is drawn from the same record\n"
     "as a timeline: what a task moves is spread evenly over the time it takes, at the busy time that each byte of that\n"
     "direction costs in this run, so that a row adds up to what the table calls busy. What the engine jumped counts as\n"
     "if it had run. Of a sweep the first four points are drawn.\n"
     "In a scenario: charts: [{kind: utilisation}], see configs/scenarios/all-to-all-across-switches.yaml. In results\n"
     "links.NAME.A->B.utilisation is the share of the whole run.\n"},
    {"loaded-latency",
     "Loaded latency: a chart of how late what crosses a link is, against how much is offered to it: a swept rate of\n"
     "kind: stream, or of kind: dma with a rate:. Where packets come at random times (arrivals: poisson) each is timed,\n"
     "from its arrival at the source to its delivery: the line is the mean, the shade goes from the median to what 99 %\n"
     "do not exceed. Dotted along it: the mean of one queue of equal packets by theory (M/D/1: at a load rho they wait\n"
     "rho / (2 (1 - rho)) times their time on the wire), where nothing else is on that link. Loads past what the link\n"
     "carries are left out: there the queue grows as long as one looks. Reads of kind: read-latency beside such a load\n"
     "are drawn against it as well; where they begin they have a queue of their own, and a link takes turns between\n"
     "queues. In a scenario: charts: [{kind: loaded-latency, axis: linear}], see\n"
     "configs/scenarios/load-against-latency.yaml. In results mean_latency_us, latency_p50_us and latency_p99_us.\n"},
    {"margin", "Margin: what a radio's decoder has, signal to noise, less what its mode needs, in dB. Above 0 the\n"
               "link closes; below, nothing gets through, and the result has rate 0 and says what was missing.\n"
               "\n"
               "A radio that chooses its mode spends the margin on speed: with growing distance it falls, and jumps\n"
               "up where a slower mode or symbol rate takes over. With mcs and symbol_rate fixed it is that of a\n"
               "link budget on paper. What is kept for the unknown (the key margin of such a link) is taken off\n"
               "first.\n"
               "\n"
               "In results: received_dBm, noise_dBm, snr_dB and margin_dB of a workload. In a scenario: charts:\n"
               "[{kind: margin}] and a sweep over distance or weather, see\n"
               "configs/scenarios/thz-margin-by-weather.yaml.\n"},
    {"plane", "Plane: a chart with a mark for each link, the time of a short transfer across, the rate of a long\n"
              "one up. Left and high is good. Along a diagonal the product of the two, the bytes in flight on a\n"
              "full link, is the same. The look of a mark is its evidence, the weaker of rate and time.\n"
              "In a scenario: charts: [{kind: plane}] and a sweep over links and two sizes, see\n"
              "configs/scenarios/all-families.yaml.\n"},
    {"share", "Share, beside what limits a workload: the part of its time while that is busy (a channel, an engine,\n"
              "a memory), is waited for (a window, credits, the offered load) or is paid (a fixed cost, repeats).\n"
              "100 % means that nothing else matters; 50 % that something else holds it up as long. A link that\n"
              "starves for credits shows 97 % where it waits that long and sends in the rest.\n"
              "\n"
              "In the waterfall of a preset the share is another: of the raw rate, what is left after a stage.\n"
              "In results: limited_share of a workload.\n"},
    {"waterfall",
     "Waterfall: where the rate of a link goes, in stages that are the same for every family. Each shows\n"
     "what is left after it.\n"
     "  raw        signalling rate times lanes\n"
     "  line code  8b/10b, 128b/130b: bits that only keep the receiver in step\n"
     "  periodic   clock compensation and the like (SKP ordered sets), and what a tunnel keeps back\n"
     "  framing    headers, sequence numbers, CRC, FEC, the packing of flits, in packets of full size\n"
     "  control    acknowledgements and credits of the other direction, the residual of a platform, software in front of the wire\n"
     "  retry      packets sent again after errors\n"
     "  window     requests or credits that may be outstanding, over the round trip\n"
     "  sharing    other work that the link carries in the same direction meanwhile\n"
     "  endpoint   engines, memories, fixed costs: what arrived\n"
     "Up to retry the link decides, then the machine around it.\n"
     "\n"
     "lanewise explain NAME shows it of a preset; in a scenario: charts: [{kind: waterfall}], see\n"
     "configs/scenarios/waterfall-all.yaml.\n"},
    {"window", "Window: how much may be outstanding before an answer is needed. A reader sends requests until its\n"
               "tags are used up and then waits, so it gets at most tags x request size / round trip, however fast\n"
               "the link is: 32 tags of 128 B over 1.47 us are 2.8 GB/s, which is what Thunderbolt 4 lets a card\n"
               "read. A longer route (switches, cables, a busy memory) lowers it, more tags or larger requests raise\n"
               "it. Writes over PCIe need no answer and have none; credits are the window of the receiver's buffer.\n"
               "In a scenario: tags and mrrs of a link, tags of a device, outstanding of a dma; credits such as\n"
               "posted_data_credits.\n"},
    {"busbw",
     "Bus bandwidth: what nccl-tests makes of a collective so that it compares with a link. Algorithm bandwidth (algbw)\n"
     "is the size S by the time; bus bandwidth is that times what each rank must send for a byte of S:\n"
     "  all-reduce                               2 (n-1) / n\n"
     "  all-gather, reduce-scatter, all-to-all   (n-1) / n\n"
     "  broadcast, reduce, send-recv             1\n"
     "A ring of n ranks over links of B reaches B at large sizes, whatever n is. In results: algbw_GBps, busbw_GBps.\n"},
    {"ring", "How a collective is done. With n ranks, S bytes, a time a for the first byte of a message and b for each byte, an\n"
             "all-reduce takes\n"
             "  ring               2 (n-1) (a + S/n b)            least bytes, most steps: best for large S\n"
             "  rings              the same on S/k each           k rings that share no link: six of a mesh of eight\n"
             "  tree, double-tree  about 2 log2(n) steps          each step carries all of S, in chunks\n"
             "  halving-doubling   2 log2(n) a + 2 (n-1)/n S b    least bytes too, where any two ranks may talk at once\n"
             "  direct, two-shot   2 a + 2 S/n b on a full mesh   every rank with every other at once\n"
             "  one-shot           a + S b on a full mesh         one step in which all goes to all: small S\n"
             "  hierarchical       computer by computer           network cards carry a share of their card each\n"
             "See lanewise explain all-reduce, and lanewise run configs/scenarios/ring-or-tree.yaml.\n"},
    {"import", "What you measured yourself: lanewise import FILE reads what other tools print, lanewise validate FILE says\n"
               "whether it is normal, and what it looks like if not.\n"
               "\n"
               "  nvbandwidth, text and -j   copies by copy engines: h2d, d2h, each while the other is busy, card to card\n"
               "  bandwidthTest, and --csv   h2d and d2h; MB/s of old releases are MiB/s\n"
               "  p2pBandwidthLatencyTest    card to card, with and without peer access; both ways at once: half of the sum\n"
               "  rocm_bandwidth_test        the same and to and from processors, matrices and lists of sizes\n"
               "  TransferBench              text and CSV: tests of one transfer by a copy engine or a kernel, or of two that\n"
               "                             are each other's opposite\n"
               "  nccl-tests, text and -J    collectives of the cards of one machine, by the library's preset nearest to its\n"
               "                             release; of rccl-tests too, without a library\n"
               "  perftest                   ib_write_bw, ib_read_bw, ib_write_lat, ib_read_lat over the link that --on names;\n"
               "                             MB/sec of old releases are MiB/s\n"
               "  mlc                        Intel MLC --loaded_latency, reads over the link and of the memory that --on names\n"
               "  llama-bench                a language model's tokens (tg) and prompts (pp), as table, CSV, JSON, JSON lines\n"
               "                             or SQL: the model by its type, the runtime by the nearest build, layers,\n"
               "                             shares and depth as it says; what runs on the processor is left out and told\n"
               "  a list                     begins with bytes,GB/s (or MB/s, GiB/s, ...), if wanted ,direction,memory\n"
               "\n"
               "Rates become GB/s of 1e9 bytes, once. What is no copy over a link is left out and told; what is wrong\n"
               "(a cut row, 1,024, NaN, 0, a size twice, a rate above the link's wires) is an error at its line.\n"
               "\n"
               "The card is known by the name that its driver gives it; its link is not printed by any tool, so the\n"
               "widest that the card takes is assumed, unless --on says: --on oculink-2-x4, --on pcie-4-x8,rtx-3090,\n"
               "or a system: --on mini-pc-oculink. With -o DIR each direction of each card becomes a measured table.\n"
               "\n"
               "Normal is what is as near to the model as the worst of what others measured of such copies (README, how\n"
               "accurate it is): 10 % pinned, 20 % from card to card, 25 % pageable, 40 % with both directions busy,\n"
               "60 % of collectives, 10 % of RDMA, 30 % of single messages, 20 % of loads, 30 % of tokens, 65 % of\n"
               "prompts (95 % over several cards). Tokens that are not are compared with layers in host memory and with\n"
               "other builds; tokens that no memory of the card could give are impossible.\n"
               "What is not is compared with fewer lanes, older generations, a slot behind the chipset, pageable memory\n"
               "where a list does not say which, and copies without peer access; over a network with the other links of\n"
               "the family. Of those that are near the simplest come first. Where the link was assumed, cables that fit\n"
               "are named beside them.\n"
               "\n"
               "lanewise import --rate \"24 GB/s h2d\" names the links that one number fits.\n"
               "lanewise measure times the copies itself: both directions, pinned and pageable memory, each copy waited\n"
               "for and 16 queued, through OpenCL; --device takes another than the first card.\n"
               "\n"
               "What describes a machine becomes a system: lanewise explain import-system.\n"},
    {"import-system",
     "What describes a machine becomes a system, on stdout or by -o FILE.yaml, to include or to draw:\n"
     "  lspci -vv                  as root: cards, network cards, switches, each link; -nn knows more of them\n"
     "  nvidia-smi topo -m         sockets, switches and NVLink; nvidia-smi -L in the same file names the cards,\n"
     "                             or --on does; it tells no widths, so each card gets the widest that it takes\n"
     "  NCCL's topology            NCCL_TOPO_DUMP_FILE: what the ends of each link can, by libxml2\n"
     "  hwloc's topology           lstopo --of xml: the tree, and each link at the rate of that moment, by libxml2\n"
     "  --from-machine             instead of a file: this machine, its tree through hwloc, and each link's\n"
     "                             generation and width from sysfs\n"
     "Each link runs as the slower of its ends can. A card that runs at a lower generation than that has no\n"
     "work, and is taken as if it had some; fewer lanes are a fault and stay. Ports of USB4 and Thunderbolt\n"
     "print 2.5 GT/s x1 whatever they carry: the tunnel is known by the name of its bridge, or by --on. The\n"
     "switch inside a card of AMD or Intel is left out. In a virtual machine none of it is true. Comments in\n"
     "the system say what differs from the file and what is assumed; cards without a preset are of kind gpu.\n"},
    {"units", "Units: GB is 1,000,000,000 bytes (SI), GiB is 1,073,741,824 (IEC 80000-13), 7 % more. lanewise\n"
              "prints rates in GB/s; nvbandwidth, nccl-tests and data sheets count so, too, tools that print\n"
              "GiB or MiB do not. b is a bit, B a byte: 40 Gb/s of a cable are 5 GB/s before codes and headers.\n"
              "GT/s are transfers of a lane, one bit each up to PCIe 5.0; PCIe 6.0 sends two bits a symbol and\n"
              "still counts bits. `lanewise explain waterfall` shows what is left of the rate on the wire.\n"
              "Every quantity of a file needs its unit; KB is taken for kB with a warning, k and m without B\n"
              "are refused.\n"},
    {"numa", "NUMA: each processor of a computer has memory of its own, and what lies in that of another crosses the\n"
             "link between them: QPI, UPI, Infinity Fabric, X-Bus. lspci -vv names the NUMA node of a card,\n"
             "nvidia-smi topo -m its processor, numactl --membind says where memory comes from.\n"
             "\n"
             "In a scenario each processor is a host, and a link of the family socket joins them:\n"
             "  nodes:\n"
             "    near: {preset: server-epyc}\n"
             "    far: {preset: server-epyc}\n"
             "    gpu: {preset: a100-pcie}\n"
             "  links:\n"
             "    sockets: {between: [near, far], preset: socket-epyc-18}\n"
             "    slot: {between: [near, gpu], preset: pcie-4-x16}\n"
             "  workloads:\n"
             "    load: {kind: copy, from: far, to: gpu, bytes: 256 MiB}\n"
             "\n"
             "The model has the wires and 45 to 95 ns more a read. Measured: reads of 64 B from the other of two\n"
             "Xeon E5 lose a quarter, large ones nothing (pcie-bench); an MI100 gets 14 of 25 GB/s each way from\n"
             "the other of two EPYC 7003, a P100 3.8 of 12 between older processors, where the model has what the\n"
             "slot carries. lanewise run which-socket; the links: lanewise explain socket.\n"},
    {"egpu", "eGPU: a graphics card in a box of its own. Most cables carry four lanes of PCI Express, by OCuLink as they\n"
             "are, by Thunderbolt and USB4 inside a tunnel; a large copy takes a quarter of the rate of a slot with 16\n"
             "lanes of generation 4, or a tenth, and the call of a small one costs what it costs in a slot.\n"
             "\n"
             "Side by side: lanewise run oculink-or-thunderbolt; several of them: egpu-ring. One number that was\n"
             "measured: lanewise import --rate \"2.8 GB/s h2d\". The pages: lanewise explain oculink, usb4.\n"},
    {"thunderbolt", "Thunderbolt 3, 4 and 5 are of the family usb4: lanewise explain usb4, or a preset, as thunderbolt-4. Two\n"
                    "computers on such a cable: lanewise explain thunderbolt-net.\n"},
    {NULL, NULL},
};

const lw_other_name lw_other_names[] = {{"host-bias", "bias"},
                                        {"device-bias", "bias"},
                                        {"back_invalidate", "back-invalidate"},
                                        {"host_bias", "bias"},
                                        {"device_bias", "bias"},
                                        {"back-invalidation", "back-invalidate"},
                                        {"nvlink-sharp", "nvls"},
                                        {"sriov", "sr-iov"},
                                        {"remoting", "api-remoting"},
                                        {"limited-by", "limited_by"},
                                        {"limited_share", "share"},
                                        {"bandwidth_GBps", "bandwidth"},
                                        {"specified", "evidence"},
                                        {"measured", "evidence"},
                                        {"calibrated", "evidence"},
                                        {"assumed", "evidence"},
                                        {"announced", "evidence"},
                                        {"speculative", "evidence"},
                                        {"raw", "waterfall"},
                                        {"line-code", "waterfall"},
                                        {"periodic", "waterfall"},
                                        {"framing", "waterfall"},
                                        {"control", "waterfall"},
                                        {"retry", "waterfall"},
                                        {"endpoint", "waterfall"},
                                        {"credit", "credits"},
                                        {"flow-control", "credits"},
                                        {"link-budget", "margin"},
                                        {"margin_dB", "margin"},
                                        {"snr_dB", "margin"},
                                        {"received_dBm", "margin"},
                                        {"noise_dBm", "margin"},
                                        {"algbw", "busbw"},
                                        {"algbw_GBps", "busbw"},
                                        {"busbw_GBps", "busbw"},
                                        {"tree", "ring"},
                                        {"double-tree", "ring"},
                                        {"halving-doubling", "ring"},
                                        {"rings", "ring"},
                                        {"nvlstree", "nvls"},
                                        {"nvls-tree", "nvls"},
                                        {"one-shot", "ring"},
                                        {"two-shot", "ring"},
                                        {"hierarchical", "ring"},
                                        {"far-memory", "numa"},
                                        {"numa-node", "numa"},
                                        {"sockets", "numa"},
                                        {"upi", "numa"},
                                        {"qpi", "numa"},
                                        {NULL, NULL}};

const lw_term *lw_term_find(const char *name) {
    for (const lw_other_name *other = lw_other_names; other->name != NULL; other++) {
        name = strcmp(name, other->name) == 0 ? other->term : name;
    }
    for (const lw_term *term = lw_terms; term->name != NULL; term++) {
        if (strcmp(term->name, name) == 0) {
            return term;
        }
    }
    return NULL;
}
