#!/usr/bin/env python3
"""Times jangbu and its peers in turn (A B C A B C ...), so that whatever else the machine does hits all of them alike.

    run.py job IN --jangbu BIN          fresh ledger from IN's files, outputs checked equal first
    run.py history IN --jangbu BIN      IN/history is there, then IN/new comes (--come recent: IN/recent)
    run.py readers IN --jangbu BIN      each file of IN by itself: read and normalise, write nothing

Wall time, cpu time (user and system) and peak memory are the operating system's figures of the finished process. Ratios
are taken round by round against polars; shown are medians with (min-max). Without --jangbu only the peers run.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
PEERS = ("polars", "polars_alone", "duckdb", "pandas")


def measure(command, log):
    """One run of `command`: seconds, seconds, MiB, MB written."""
    began = time.perf_counter()
    with log.open("wb") as out:
        child = subprocess.Popen([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"exit status {child.returncode}: {' '.join(map(str, command))}\n{log.read_text(errors='replace')[-2_000:]}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024,
            "written": usage.ru_oublock * 512 / 1e6}


class Bench:
    def __init__(self, a, work):
        self.work = work
        self.log = work / "log"
        self.rounds, self.warmup = a.rounds, a.warmup
        self.jangbu = a.jangbu and a.jangbu.resolve()
        names = ("jangbu", *PEERS) if a.jangbu else PEERS
        self.names = [n for n in names if not a.only or n in a.only.split(",")]
        self.results = {}

    def command(self, name, what, out):
        if name == "jangbu":
            return [self.jangbu, "ingest", what, "--ledger", out, "--quiet"]
        return [sys.executable, HERE / f"job_{name}.py", what, out]

    def tables(self, name, out):
        """Where check.py finds a contestant's tables; jangbu's come by its own export."""
        if name != "jangbu":
            return out
        folder = self.work / "exported"
        folder.mkdir(exist_ok=True)
        for table in ("order_items", "orders"):
            measure([self.jangbu, "export", table, "--out", folder / f"{table}.parquet", "--ledger", out, "--quiet"], self.log)
        return folder

    def check(self, outputs):
        """Stops unless every contestant's tables equal the first peer's."""
        base = next(n for n in self.names if n != "jangbu")
        for name in self.names:
            if name == base:
                continue
            found = subprocess.run([sys.executable, HERE / "check.py", self.tables(name, outputs[name]), outputs[base]],
                                   capture_output=True, text=True, check=False)
            if found.returncode:
                sys.exit(f"{name} and {base} disagree\n{found.stdout}{found.stderr}")
            print(f"checked: {name} and {base} hold the same rows", file=sys.stderr)

    def rounds_of(self, title, names, prepare):
        """`prepare(name)` gives a command and the folder to remove after it; only the command is timed."""
        measured = {n: [] for n in names}
        for r in range(self.warmup + self.rounds):
            for name in names:
                command, used = prepare(name)
                one = measure(command, self.log)
                shutil.rmtree(used, ignore_errors=True)
                if r >= self.warmup:
                    measured[name].append(one)
            print(f"{title}: round {r + 1} of {self.warmup + self.rounds}", file=sys.stderr)
        self.results[title] = measured
        report(title, measured)

    def fresh(self):
        return Path(tempfile.mkdtemp(dir=self.work)) / "out"

    def job(self, folder):
        outputs = {n: self.fresh() for n in self.names}
        for name, out in outputs.items():
            measure(self.command(name, folder, out), self.log)
        self.check(outputs)
        for out in outputs.values():
            shutil.rmtree(out.parent)

        def prepare(name):
            out = self.fresh()
            return self.command(name, folder, out), out.parent

        self.rounds_of("whole job", self.names, prepare)

    def history(self, folder, come):
        states = {n: self.fresh() for n in self.names}
        for name, out in states.items():
            measure(self.command(name, folder / "history", out), self.log)
            print(f"history: {name} is ready", file=sys.stderr)

        def prepare(name):
            out = self.fresh()
            subprocess.run(["cp", "-a", "--reflink=auto", states[name], out], check=True)
            os.sync()
            return self.command(name, folder / come, out), out.parent

        outputs = {}
        for name in self.names:
            command, _ = prepare(name)
            measure(command, self.log)
            outputs[name] = command[command.index("--ledger") + 1] if name == "jangbu" else command[-1]
        self.check(outputs)
        for out in outputs.values():
            shutil.rmtree(out.parent)
        self.rounds_of(f"incremental, {come}", self.names, prepare)

    def readers(self, folder):
        names = [n for n in self.names if n not in ("duckdb", "polars_alone")]
        for file in sorted(folder.iterdir()):
            def prepare(name, file=file):
                out = self.fresh()
                if name == "jangbu":
                    return [self.jangbu, "inspect", file], out.parent
                return [sys.executable, HERE / f"job_{name}.py", file], out.parent

            self.rounds_of(f"read {file.name} ({file.stat().st_size / 1e6:.0f} MB)", names, prepare)


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def report(title, measured):
    """A Markdown table."""
    base = measured.get("polars") or next(iter(measured.values()))
    print(f"\n{title}, {len(base)} rounds, load {os.getloadavg()[0]:.1f}\n")
    print("| contestant | wall s | cpu s | peak MiB | written MB | wall / polars | cpu / polars | peak / polars |")
    print("|---|---|---|---|---|---|---|---|")
    for name, runs in measured.items():
        cells = [spread([r[k] for r in runs]) for k in ("wall", "cpu")]
        cells += [f"{statistics.median(r[k] for r in runs):.0f}" for k in ("peak", "written")]
        cells += [spread([r[k] / b[k] for r, b in zip(runs, base)]) for k in ("wall", "cpu", "peak")]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("what", choices=("job", "history", "readers"))
    a.add_argument("inputs", type=Path)
    a.add_argument("--jangbu", type=Path, help="the release binary")
    a.add_argument("--come", choices=("new", "recent"), default="new")
    a.add_argument("--only", help="contestants, comma-separated")
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--warmup", type=int, default=1)
    a.add_argument("--work", type=Path, help="where ledgers and outputs are made (default: the system's)")
    a.add_argument("--json", type=Path, help="write every single measurement there")
    a = a.parse_args()
    with tempfile.TemporaryDirectory(dir=a.work) as work:
        bench = Bench(a, Path(work))
        match a.what:
            case "job":
                bench.job(a.inputs)
            case "history":
                bench.history(a.inputs, a.come)
            case "readers":
                bench.readers(a.inputs)
    if a.json:
        a.json.write_text(json.dumps(bench.results, indent=1) + "\n")


if __name__ == "__main__":
    main()
