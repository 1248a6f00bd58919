"""Writes reference.json, which StatisticsReferenceTest reads: statistics of made-up accuracies as
SciPy and statsmodels compute them. Python 3.11, Debian's python3-scipy and python3-statsmodels:

    python3 reference.py > reference.json
"""

import json
import platform

import numpy
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests

random = numpy.random.RandomState(7)


def noncentral_interval(t, n):
    """The exact 95 % interval of Cohen's d_z: noncentralities that leave 2.5 % beyond t."""
    low = optimize.brentq(lambda c: stats.nct.sf(t, n - 1, c) - 0.025, t - 12, t + 12)
    high = optimize.brentq(lambda c: stats.nct.cdf(t, n - 1, c) - 0.025, t - 12, t + 12)
    return [low / numpy.sqrt(n), high / numpy.sqrt(n)]


def signed_rank(difference):
    """Pratt's statistic: zeros are ranked, and their ranks left out."""
    ranks = stats.rankdata(numpy.abs(difference))
    return ranks[difference > 0].sum()


def wilcoxon(first, second):
    difference = numpy.round(first - second, 12)
    tied = len(set(numpy.abs(difference))) < len(difference) or (difference == 0).any()
    if not tied:
        return "wilcoxon, exact", stats.wilcoxon(difference, mode="exact").pvalue
    if len(difference) > 50:
        result = stats.wilcoxon(difference, zero_method="pratt", correction=True, mode="approx")
        return "wilcoxon, approximate", result.pvalue
    # scipy.stats.wilcoxon has no exact distribution for ties; its permutation test has: all signs.
    result = stats.permutation_test(
        (difference,), signed_rank, permutation_type="samples", n_resamples=numpy.inf, batch=4096)
    return "permutation_test, all signs", result.pvalue


def paired(n, decimals, shift):
    first = numpy.round(random.uniform(0.5, 0.9, n), decimals)
    second = numpy.round(first - shift + random.normal(0, 0.05, n), decimals)
    difference = first - second
    t = stats.ttest_rel(first, second)
    error = stats.sem(difference)
    method, probability = wilcoxon(first, second)
    return {
        "first": list(first), "second": list(second), "difference": difference.mean(),
        "t": t.pvalue,
        "interval": list(stats.t.interval(0.95, n - 1, difference.mean(), error)),
        "wilcoxon": probability, "wilcoxonBy": method,
        "effect": difference.mean() / difference.std(ddof=1),
        "effectInterval": noncentral_interval(t.statistic, n) if n >= 5 else None,
    }


def friedman(scenarios, strategies, decimals):
    strength = random.normal(0, 0.05, strategies)
    values = numpy.round(0.7 + strength + random.normal(0, 0.05, (scenarios, strategies)), decimals)
    chi = stats.friedmanchisquare(*values.T)
    rest = scenarios * (strategies - 1) - chi.statistic
    # All scenarios agree: the statistic is infinite, which JSON cannot say.
    f = (scenarios - 1) * chi.statistic / rest if rest > 1e-9 else None
    return {
        "values": [list(row) for row in values],
        "ranks": list(stats.rankdata(-values, axis=1).mean(axis=0)),
        "chiSquare": chi.statistic,
        "statistic": f,
        "probability": 0 if f is None
        else stats.f.sf(f, strategies - 1, (strategies - 1) * (scenarios - 1)),
    }


def holm(n):
    values = numpy.round(random.beta(0.4, 3, n), 4)
    return {"values": list(values), "corrected": list(multipletests(values, method="holm")[1])}


reference = {
    "by": f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, "
          f"numpy {numpy.__version__}, Python {platform.python_version()}",
    "paired": [paired(n, decimals, shift)
               for n in (2, 3, 5, 6, 8, 10, 14) for decimals in (2, 3, 8) for shift in (0.02, 0.1)]
              + [paired(40, 10, 0.01), paired(40, 10, 0.03), paired(60, 2, 0.0), paired(60, 2, 0.02)],
    "friedman": [friedman(n, k, decimals)
                 for n, k in ((2, 3), (4, 3), (6, 5), (12, 4), (30, 12)) for decimals in (1, 2, 6)],
    "holm": [holm(n) for n in (1, 2, 6, 15)],
    "nemenyi": {k: stats.studentized_range.ppf(0.95, k, numpy.inf) / numpy.sqrt(2)
                for k in range(2, 21)},
}

# A line a case.
lines = [f" {json.dumps(key)}: " + (
    "[\n  " + ",\n  ".join(map(json.dumps, value)) + "]" if isinstance(value, list)
    else json.dumps(value)) for key, value in reference.items()]
print("{\n" + ",\n".join(lines) + "\n}")
