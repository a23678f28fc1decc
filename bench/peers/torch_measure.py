"""Timing as measure.ts and calls.ts do it."""
import statistics
import time

LEAST_REPEATS, MOST_REPEATS, MOST_STEPS = 3, 15, 16384
LEAST_CALLS, MOST_CALLS = 100, 10_000


def measure(step, seconds, settle, clock=time.perf_counter):
    """Median, shortest and longest repeat of many calls of step(i), in ms per call; settle() waits for them."""
    at = 0

    def timed(count):
        nonlocal at
        begin = clock()
        for i in range(at, at + count):
            step(i)
        settle()
        at += count
        return 1000 * (clock() - begin)

    timed(1)
    repeat_ms, count = 1000 * seconds / LEAST_REPEATS, 1
    while (ms := timed(count)) < repeat_ms / 4 and count < MOST_STEPS:
        count = min(MOST_STEPS, 4 * count)
    steps = max(1, min(MOST_STEPS, round(count * repeat_ms / ms)))
    times, end = [], clock() + seconds
    while len(times) < LEAST_REPEATS or (clock() < end and len(times) < MOST_REPEATS):
        times.append(timed(steps) / steps)
    return {
        "msPerStep": statistics.median(times),
        "minMs": min(times),
        "maxMs": max(times),
        "steps": steps,
        "repeats": len(times),
    }


def forget_peak():
    """The peak of this process's memory counts from here, where the system can do that."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def peak_rss():
    """The peak in bytes, where the system tells. Not getrusage(): that begins with what the starting process had."""
    try:
        with open("/proc/self/status") as file:
            lines = [line.split() for line in file]
    except OSError:
        return {}
    return {"rssBytes": 1024 * int(line[1]) for line in lines if line and line[0] == "VmHWM:"}


def call_times(step, seconds):
    """What half of the calls of step(i) stay below, and what 99 of 100 do, in ms, timed one by one for so long."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < LEAST_CALLS or (time.perf_counter() < end and len(times) < MOST_CALLS):
        begin = time.perf_counter()
        step(len(times))
        times.append(1000 * (time.perf_counter() - begin))
    times.sort()
    return {"p50Ms": times[len(times) // 2], "p99Ms": times[int(0.99 * len(times))]}
