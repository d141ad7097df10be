#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces of lanewise run --trace as a reader that is not ours sees them: JSON, named threads, spans that do not overlap,
sums that are those of the results.

Usage: check_trace.py LANEWISE, in the root of the sources. Exit 0: fine, 1: a finding.
"""
import collections
import decimal
import json
import pathlib
import subprocess
import sys
import tempfile

PAIR = """lanewise: 1
title: Trace
nodes: {a: {kind: gpu, submit: 5 us, finish: 3 us, copy_engines: 2}, b: {kind: gpu, count: 2}}
links: {l: {between: [a, b], type: link, rate: 10 GB/s, latency: 1 us}}
workloads:
"""
SCENARIOS = {
    "engine": PAIR + "  x: {kind: copy, from: a, to: 'b[0]', bytes: 1 MB}\n  y: {kind: copy, from: a, to: 'b[1]', bytes: 1 MB}\n",
    "chain": PAIR + "  x: {kind: copy, from: a, to: 'b[0]', bytes: 1 MB}\n"
                    "  y: {kind: copy, from: a, to: 'b[1]', bytes: 1 MB, after: [x]}\n",
    "calls": PAIR + "  x: {kind: copy, from: a, to: 'b[0]', bytes: 64 KiB, repeat: 10000}\n",
    "sweep": PAIR + "  x: {kind: copy, from: a, to: 'b[0]', bytes: 64 KiB}\nsweep: {workloads.x.bytes: {from: 1 KiB, to: 64 MiB, factor: 2}}\n",
    "staged": "lanewise: 1\ntitle: Staged\nnodes: {h: {kind: host, cpu_copy_rate: 8 GB/s}, g: {kind: gpu, staging_bytes: 64 KiB}}\n"
              "links: {l: {between: [h, g], preset: pcie-3-x8}}\n"
              "workloads: {up: {kind: copy, from: h, to: g, bytes: 16 MiB, memory: pageable}}\n",
}


def ps(microseconds):
    value = microseconds * 1000000
    assert value == int(value), microseconds
    return int(value)


def run(program, folder, name):
    scenario, trace = folder / f"{name}.yaml", folder / f"{name}.json"
    scenario.write_text(SCENARIOS[name], encoding="utf-8")
    done = subprocess.run([program, "run", str(scenario), "--format", "json", "--trace", str(trace)], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def load(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_float=decimal.Decimal)


def check(trace, point):
    """Everything that holds of every trace; the spans by process and thread name."""
    events = trace["traceEvents"]
    process = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
    thread = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    spans = collections.defaultdict(list)
    for e in events:
        assert e["ph"] in "MXsf", e
        if e["ph"] == "X":
            spans[e["pid"], e["tid"]].append((ps(e["ts"]), ps(e["ts"] + e["dur"]), e))
    end = point["critical_path"]["end_ps"]
    for key, row in spans.items():
        assert key in thread and key[0] in process, key
        row.sort(key=lambda span: span[:2])
        for before, after in zip(row, row[1:]):
            assert before[1] <= after[0], (process[key[0]], thread[key], before, after)
        assert row[0][0] >= 0 and row[-1][1] <= end, (process[key[0]], row[-1])
        assert all(from_ps < to_ps for from_ps, to_ps, _ in row)
    starts, ends = ({e["id"]: e for e in events if e["ph"] == phase} for phase in "sf")
    assert starts.keys() == ends.keys()
    for number, e in starts.items():
        assert e["ts"] <= ends[number]["ts"] and (e["pid"], e["tid"]) in thread
    return {(process[pid], thread[pid, tid]): row for (pid, tid), row in spans.items()}


def total(row):
    return sum(to_ps - from_ps for from_ps, to_ps, _ in row)


def check_engine(program, folder):
    """Two copies behind one engine: its row is held from the first to the last end."""
    result, _ = run(program, folder, "engine")
    rows = check(load(folder / "engine.json"), result["points"][0])
    assert total(rows["a copy engines", "that write"]) == 2 * 104 * 10**6
    assert total(rows["links.l[1]", "a->b[1]"]) == 101 * 10**6
    assert [e["args"].get("waited_us") for _, _, e in rows["links.l[1]", "a->b[1]"]] == [104]
    assert total(rows["run", "critical path"]) == result["points"][0]["critical_path"]["end_ps"]


def check_chain(program, folder):
    result, _ = run(program, folder, "chain")
    trace = load(folder / "chain.json")
    rows = check(trace, result["points"][0])
    assert [e["name"] for _, _, e in rows["run", "critical path"]] == ["x", "x", "y", "y"]
    assert total(rows["run", "critical path"]) == result["points"][0]["critical_path"]["end_ps"] == 2 * 109 * 10**6
    assert len([e for e in trace["traceEvents"] if e["ph"] == "s"]) == 3
    assert total(rows["calls", "calls"]) == 2 * 5 * 10**6


def check_calls(program, folder):
    """What was jumped is one gap: with the tasks that are told it is all."""
    result, _ = run(program, folder, "calls")
    trace = load(folder / "calls.json")
    rows = check(trace, result["points"][0])
    told = len(rows["a copy engines", "that write"]) + len(rows["calls", "calls"])
    jumped = [int(e["name"].split(", ")[1].split()[0]) for _, _, e in rows["run", "iterations jumped"]]
    assert told + sum(jumped) == result["points"][0]["critical_path"]["tasks"] == 20000, (told, jumped)
    assert sum(jumped) > 19000 and trace["otherData"]["tasks_left_out"] == 0


def check_staged(program, folder):
    result, _ = run(program, folder, "staged")
    rows = check(load(folder / "staged.json"), result["points"][0])
    assert any(process == "h cpu copy (up)" for process, _ in rows), rows.keys()


def check_sweep(program, folder):
    """A file a point, and a word about those that have none."""
    result, said = run(program, folder, "sweep")
    files = sorted(folder.glob("sweep-*.json"))
    assert len(files) == 16 and "--trace wrote the first 16 of 17 points" in said, (files, said)
    for point in result["points"][:16]:
        trace = load(folder / f"sweep-{point['index']}.json")
        assert trace["otherData"]["point"] == point["index"]
        check(trace, point)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for look in (check_engine, check_chain, check_calls, check_staged, check_sweep):
            look(sys.argv[1], pathlib.Path(folder))
    print("traces: fine")


if __name__ == "__main__":
    main()
