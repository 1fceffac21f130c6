"""A disk that is slow and a clock that is off, for the processes that a program starts, from one moment to the next.

What stands between them and the C library is compiled at once, by the C compiler that averment is set up with; whoever
began with ``environment`` then takes so much longer over each sync, and is told another time of day. The clock that
only measures goes on as it is, as on a real machine.
"""

from __future__ import annotations

import mmap
import os
import shutil
import struct
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

_BETWEEN = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *world; /* microseconds more for each sync, seconds that the time of day is off */

__attribute__((constructor)) static void look(void) {
    const char *path = getenv("FAULTY_WORLD");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *held = mmap(0, 16, PROT_READ, MAP_SHARED, file, 0);
    if (held != MAP_FAILED) world = held;
    close(file);
}

static void wait_longer(void) {
    int64_t more = world ? world[0] : 0;
    struct timespec left = {more / 1000000, more % 1000000 * 1000};
    if (more) nanosleep(&left, 0);
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_longer();
    return real(file);
}

int fdatasync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_longer();
    return real(file);
}

int clock_gettime(clockid_t clock, struct timespec *told) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, told);
    if (!failed && world && clock == CLOCK_REALTIME) told->tv_sec += world[1];
    return failed;
}

int gettimeofday(struct timeval *told, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
"""


class World:
    """As it is until something else is said. ``folder``: where it keeps what it is made of."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise SystemExit("a C compiler is needed for a slow disk and a clock that is off")
        source, self._between, self._path = folder / "between.c", folder / "between.so", folder / "world"
        source.write_text(_BETWEEN)
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", str(self._between), str(source), "-ldl"], check=True)
        self._path.write_bytes(bytes(16))
        with self._path.open("r+b") as file:
            self._held = mmap.mmap(file.fileno(), 16)

    @property
    def environment(self) -> dict[str, str]:
        """What a process begins with that is to live in this world."""
        return {**os.environ, "LD_PRELOAD": str(self._between), "FAULTY_WORLD": str(self._path)}

    def slow(self, seconds: float) -> None:
        """From now on each sync takes so much longer."""
        self._held[:8] = struct.pack("=q", round(seconds * 1_000_000))

    def step(self, seconds: int) -> None:
        """From now on the time of day is so much later than it is, or earlier."""
        self._held[8:] = struct.pack("=q", seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()
