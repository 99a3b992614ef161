#!/usr/bin/env python3
"""Checks that every metric which deploy/ asks for is in a live scrape, and that the scrape is sound.

metrics_present.py URL...      the /metrics addresses of a coordinator and its workers
"""

import os
import pathlib
import re
import subprocess
import sys
import urllib.request

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
USERS = ("prometheus/alerts.yml", "grafana/tricorn.json")


def asked():
    """Metric name -> the files that ask for it."""
    names = {}
    for user in USERS:
        for name in re.findall(r"\btricorn_\w+", (DEPLOY / user).read_text()):
            names.setdefault(name, set()).add(user)
    return names


def exported(scrape):
    """Names that a query can use: of samples, and of families that have none at the moment."""
    names = set(re.findall(r"^([a-zA-Z_:][\w:]*)(?:\{| )", scrape, re.MULTILINE))
    for name, kind in re.findall(r"^# TYPE (\S+) (\w+)", scrape, re.MULTILINE):
        names |= (
            {name + part for part in ("_bucket", "_sum", "_count")}
            if kind == "histogram"
            else {name}
        )
    return names


def main(urls):
    problems, present = [], set()
    for url in urls:
        with urllib.request.urlopen(url, timeout=10) as reply:
            scrape = reply.read().decode()
        present |= exported(scrape)
        check = subprocess.run(
            ["promtool", "check", "metrics"], input=scrape, capture_output=True, text=True
        )
        if check.returncode:
            problems.append(f"{url}: {check.stdout}{check.stderr}".strip())
    for name, users in sorted(asked().items()):
        if name not in present:
            problems.append(f"{name}: asked for by {', '.join(sorted(users))}, exported by nobody")
    for problem in problems:
        print(f"metrics: {problem}")
    print(f"metrics: {len(asked())} asked for, {len(present)} exported, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    addresses = sys.argv[1:] or os.environ.get("TRICORN_METRICS", "").split()
    sys.exit(main(addresses) if addresses else __doc__)
