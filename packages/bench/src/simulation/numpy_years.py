"""What the simulation is held against: the same counts, losses and figures with NumPy, a scenario at a time, each as arrays.

It reads {"scenarios": [{"rate", "low", "high"}], "trials", "seed"} from stdin and writes its figures as JSON. Starting Python and
importing NumPy are not in its time.
"""

import json
import sys
import time

import numpy

asked = json.load(sys.stdin)
trials = asked["trials"]
generator = numpy.random.default_rng(asked["seed"])
z95 = 1.6448536269514722
percents = (5, 25, 50, 75, 90, 95, 99, 99.9)
places = [max(0, int(numpy.ceil(percent / 100 * trials - 1e-9)) - 1) for percent in percents]


def figures(years):
    ordered = numpy.partition(years, places)
    return years.mean(), years.std(), ordered[places], ordered[places[5] + 1 :].mean(), ordered[places[6] + 1 :].mean()


began = time.perf_counter()
total = numpy.zeros(trials)
kept = []
for scenario in asked["scenarios"]:
    low, high = numpy.log(scenario["low"]), numpy.log(scenario["high"])
    counts = generator.poisson(scenario["rate"], trials)
    losses = generator.lognormal((low + high) / 2, (high - low) / (2 * z95), counts.sum())
    # The sum of each year's losses: from where they begin to where those of the next year do.
    hit = numpy.flatnonzero(counts)
    years = numpy.zeros(trials)
    if hit.size:
        begins = numpy.zeros(hit.size, dtype=numpy.int64)
        numpy.cumsum(counts[hit][:-1], out=begins[1:])
        years[hit] = numpy.add.reduceat(losses, begins)
    total += years
    kept.append(figures(years))
expected, deviation, *_ = figures(total)
curve = numpy.sort(total)
seconds = time.perf_counter() - began
json.dump(
    {
        "seconds": seconds,
        "expected": expected,
        "standardError": deviation / trials**0.5,
        "version": numpy.__version__,
    },
    sys.stdout,
)
