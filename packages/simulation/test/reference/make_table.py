"""Writes distributions.json: what NumPy and SciPy say of the distributions that the tests compare with.

    python3 make_table.py > distributions.json

It is run by hand when a row is added; the tests read the committed table and need no Python.
"""

import json
import sys

import numpy
import scipy
from scipy import stats

PS = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

PERTS = [(0, 1, 2), (0, 0, 10), (10, 30, 30), (1000, 20000, 500000), (0.05, 0.2, 3), (1e5, 1.0001e5, 9e9)]
LOGNORMALS = [(1, 10), (0.5, 0.6), (1e4, 1e6), (0.01, 12), (250000, 250001), (1e-3, 1e3)]
POISSONS = [0.05, 0.7, 3, 12.5, 29.9, 180]


def pert(low, mode, high):
    alpha = 1 + 4 * (mode - low) / (high - low)
    beta = 1 + 4 * (high - mode) / (high - low)
    d = stats.beta(alpha, beta, loc=low, scale=high - low)
    return {
        "low": low, "mode": mode, "high": high, "alpha": alpha, "beta": beta,
        "mean": d.mean(), "variance": d.var(), "quantiles": [float(d.ppf(p)) for p in PS],
    }


def lognormal(low, high):
    z = stats.norm.ppf(0.95)
    mu = (numpy.log(low) + numpy.log(high)) / 2
    sigma = numpy.log1p((high - low) / low) / (2 * z)
    d = stats.lognorm(sigma, scale=numpy.exp(mu))
    return {
        "low": low, "high": high, "mu": float(mu), "sigma": float(sigma),
        "mean": float(d.mean()),
        # SciPy takes 1 from exp(sigma ** 2), which leaves no digits where the interval is narrow.
        "variance": float(numpy.expm1(sigma**2) * numpy.exp(2 * mu + sigma**2)),
        "quantiles": [float(d.ppf(p)) for p in PS],
    }


def poisson(rate):
    d = stats.poisson(rate)
    return {"rate": rate, "at": [float(d.pmf(k)) for k in (0, 1, 2, 5, 20, 200)], "quantiles": [int(d.ppf(p)) for p in PS]}


NORMAL_PS = [1e-300, 1e-30, 1e-12, 1e-5, 0.02, 0.074, 0.076, 0.3, 0.5, 0.8, 0.95, 0.999, 1 - 1e-9]
NORMAL_XS = [-37, -20, -8, -5, -3.0000001, -2.9999999, -1, -0.1, 0, 0.5, 1, 2.5, 4, 8]

json.dump(
    {
        "origin": f"make_table.py, NumPy {numpy.__version__}, SciPy {scipy.__version__}",
        "ps": PS,
        "pert": [pert(*row) for row in PERTS],
        "lognormal": [lognormal(*row) for row in LOGNORMALS],
        "poisson": [poisson(rate) for rate in POISSONS],
        "normalQuantile": [[p, float(stats.norm.ppf(p))] for p in NORMAL_PS],
        "normalBelow": [[x, float(stats.norm.cdf(x))] for x in NORMAL_XS],
    },
    sys.stdout,
    indent=1,
)
sys.stdout.write("\n")
