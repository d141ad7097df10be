#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas as a validator that is not ours sees them: valid, accept what is shipped, refuse what is wrong.

Usage: check_schema.py LANEWISE, in the root of the sources. Exit 0: fine, 1: a finding, 77: a Python module is missing (skipped).
"""
import copy
import json
import pathlib
import re
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

# Findings about one value or key, which a schema can see; the others need the whole file (names, routes, circles).
SCHEMA_SEES = re.compile(
    r"unknown key|no such word here|must be a (map|list)|'(assert|charts|after|between)' takes a list|takes the name of a file"
    r"|bare number needs a unit|is ambiguous|has no values|workloads\.\S+ .*needs the key|needs the key 'between'|has no kind"
    r"|does not say which format"
    r"|there is no (link type|node kind|workload kind)|is a map of keys|an assertion is a text|neither a preset nor a type|a range (needs|takes)"
    r"|(lanewise|seed|count)' is .*must be between"
)


class Yaml12Loader(yaml.SafeLoader):
    """As YAML 1.2 has it and editors read it: true and false alone are flags; `on` is a word, and here the key of a group."""


Yaml12Loader.yaml_implicit_resolvers = {
    letter: [(tag, what) for tag, what in rules if tag != "tag:yaml.org,2002:bool"]
    for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def load(path, loader=Yaml12Loader):
    """As editors read it; BaseLoader: scalars stay text, as lanewise reads them."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def first(mapping):
    return next(iter(mapping.values()))


def set_at(*path):
    """A change: the last of path becomes the value of the key before it, below the steps before that."""
    *steps, key, value = path

    def change(root):
        for step in steps:
            root = first(root) if step is None else root[step]
        root[key] = value

    return change


# Changes that make any scenario wrong; None steps into the first entry of a map.
WRONG = {
    "unknown key at the top": set_at("nodez", {}),
    "format version 2": set_at("lanewise", 2),
    "nodes as a list": set_at("nodes", []),
    "links as a text": set_at("links", "none"),
    "unknown key of a workload": set_at("workloads", None, "bites", "1 MiB"),
    "unknown kind of workload": set_at("workloads", None, "kind", "teleport"),
    "a size without a unit": set_at("workloads", None, "bytes", 4096),
    "a size with a wrong unit": set_at("workloads", None, "bytes", "3 parsec"),
    "between of one end": set_at("links", None, "between", ["host"]),
    "a map for a text": set_at("title", {"a": "b"}),
}


# The same of a measured table and of a plan.
WRONG_TABLE = {
    "no points": lambda root: root.pop("points"),
    "points as a map": set_at("points", {}),
    "unknown key at the top": set_at("pionts", []),
    "unknown use": set_at("use", "guess"),
    "unknown key of its source": set_at("source", "auther", "nobody"),
    "unknown key of its scenario": set_at("scenario", "sweep", {}),
    "unknown key of a workload": set_at("scenario", "workloads", None, "bites", "1 MiB"),
}
WRONG_PLAN = {
    "no needs": lambda root: root.pop("needs"),
    "a need without a kind": lambda root: first(root["needs"]).pop("kind"),
    "unknown kind of a need": set_at("needs", None, "kind", "teleport"),
    "unknown key of a need": set_at("needs", None, "wieght", 2),
    "a budget without a unit": set_at("budget", 1000),
    "unknown key of the computer": set_at("own", "host", "port", []),
}
# The same of a result.
WRONG_RESULT = {
    "another format": set_at("schema", "lanewise-result/2"),
    "no points": lambda root: root.pop("points"),
    "unknown key of a point": lambda root: root["points"][0].update(speed=1),
    "unknown metric of a workload": lambda root: first(root["points"][0]["workloads"]).update(time_ms=1),
    "a time as a text": lambda root: first(root["points"][0]["workloads"]).update(time_us="1 us"),
}
# Runs that have what some results have: members, latencies, a radio, a library's choice, failures, computes, assertions.
RESULTS = [
    "configs/scenarios/first.yaml",
    "configs/scenarios/oculink-or-thunderbolt.yaml",
    "configs/scenarios/two-gpus-one-switch.yaml",
    "configs/scenarios/shared-gpu.yaml",
    "tests/cli/data/assert.yaml",
    "tests/cli/data/collectives.yaml",
    "tests/cli/data/flows.yaml",
    "tests/cli/data/computes.yaml",
    "configs/scenarios/memory-under-load.yaml",
    "configs/lessons/scenarios/12-terahertz.yaml",
]


def validator_of(kind):
    printed = subprocess.run([sys.argv[1], "check", "--schema", kind], check=True, capture_output=True, text=True).stdout
    schema = json.loads(printed)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    return validator(schema)


def check_files(kind, paths, wrong, findings):
    """All that is shipped of a kind of file; returns how many were accepted, and how many wrong ones were looked at."""
    validator = validator_of(kind)
    refused = 0
    for path in paths:
        root = load(path)
        for error in [*validator.iter_errors(root), *validator.iter_errors(load(path, yaml.BaseLoader))]:
            findings.append(f"{path}: refused at {error.json_path}: {error.message[:300]}")
    for what, change in wrong.items():
        root = copy.deepcopy(load(paths[0]))
        change(root)
        if validator.is_valid(root):
            findings.append(f"{paths[0]}: accepted with {what}")
        refused += 1
    return len(paths), refused


def check_results(findings):
    validator = validator_of("result")
    told = 0
    for path in RESULTS:
        run = subprocess.run([sys.argv[1], "run", path, "-q", "--format", "json", "--percentiles", "50,99.9", "--fit", "hockney"], capture_output=True, text=True)
        result = json.loads(run.stdout)
        for error in validator.iter_errors(result):
            findings.append(f"{path}: its result is refused at {error.json_path}: {error.message[:300]}")
        for what, change in WRONG_RESULT.items():
            wrong = copy.deepcopy(result)
            change(wrong)
            if validator.is_valid(wrong):
                findings.append(f"{path}: its result is accepted with {what}")
        told += run.stdout.count('"percentiles_us":{')
    if told == 0:
        findings.append("no result has percentiles")
    return len(RESULTS), len(WRONG_RESULT)


def main():
    findings = []
    validator = validator_of("scenario")
    others = [
        check_files("measured", sorted(pathlib.Path("configs/measured").glob("*.yaml"))[::7], WRONG_TABLE, findings),
        check_files("plan", sorted(pathlib.Path("configs/plans").glob("*.yaml")), WRONG_PLAN, findings),
        check_results(findings),
    ]

    accepted = refused = 0
    for path in sorted([*pathlib.Path("configs/scenarios").glob("*.yaml"), *pathlib.Path("configs/systems").glob("*.yaml")]):
        scenario = load(path)
        for error in [*validator.iter_errors(scenario), *validator.iter_errors(load(path, yaml.BaseLoader))]:
            findings.append(f"{path}: refused at {error.json_path}: {error.message}")
        accepted += 1
        if "include" in scenario or not {"links", "workloads"} <= scenario.keys():  # half a scenario has too little to spoil
            continue
        for what, change in WRONG.items():
            wrong = copy.deepcopy(scenario)
            change(wrong)
            if validator.is_valid(wrong):
                findings.append(f"{path}: accepted with {what}")
            refused += 1

    for path in sorted(pathlib.Path("tests/bad").glob("*.yaml")):
        expected = path.read_text(encoding="utf-8", errors="replace").splitlines()[0]
        if not SCHEMA_SEES.search(expected):
            continue
        if validator.is_valid(load(path)):
            findings.append(f"{path}: accepted, but {expected.lstrip('# ')}")
        refused += 1

    if accepted == 0 or refused == 0 or not all(count for pair in others for count in pair):
        findings.append("nothing to check: no file found")
    for finding in findings:
        print(finding)
    accepted += sum(pair[0] for pair in others)
    refused += sum(pair[1] for pair in others)
    print(f"{accepted} files accepted, {refused} wrong ones refused" if not findings else f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
