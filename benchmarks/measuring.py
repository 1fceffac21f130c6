"""Measuring side by side: one core, every contender once a round, medians of processor time."""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path


def needs(*modules: str) -> None:
    """End with one line where one of these is not installed. Call it before any of them is imported."""
    lacking = [name for name in modules if find_spec(name) is None]
    if lacking:
        sys.exit(f"{Path(sys.argv[0]).name} needs {', '.join(lacking)}: run `just bench` first")


def pin() -> None:
    """Keep this process on one core. Call it before any library starts threads."""
    for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "ARROW_NUM_THREADS"):
        os.environ[name] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def interleaved(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of processor time of each contender over rounds A B C, A B C, … after one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, contender in contenders.items():
            gc.collect()
            start = time.process_time()
            contender()
            if number:
                times[name].append(time.process_time() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def latencies(
    contenders: Mapping[str, Callable[[object], object]], cases: Mapping[str, list[object]]
) -> dict[str, float]:
    """Median microseconds of one call of each contender, the contenders taking turns case by case."""
    times: dict[str, list[int]] = {name: [] for name in contenders}
    for number in range(len(next(iter(cases.values())))):
        for name, contender in contenders.items():
            case = cases[name][number]
            start = time.perf_counter_ns()
            contender(case)
            times[name].append(time.perf_counter_ns() - start)
    return {name: statistics.median(found) / 1000 for name, found in times.items()}


def show(title: str, cases: int, seconds: Mapping[str, float], base: str) -> None:
    """A table: cases per second of processor time, and how many times the base."""
    print(f"\n{title}")
    for name, found in seconds.items():
        print(f"  {name:<44} {cases / found:>14,.0f} cases/s  {seconds[base] / found:>7.2f} × {base}")
