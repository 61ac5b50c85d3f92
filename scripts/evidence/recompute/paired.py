"""Computes the paired comparisons of a study again: the mean difference over seeds, and its interval by draws of our own."""

from collections import defaultdict

import numpy as np
from scipy.stats import norm, t

from figures import THEIR_DRAWS, delong_variance, drawn_counts, holm, on_draws, pair_matrix, value_of

BATCHES = 12
LOWER_IS_BETTER = ("brier", "log-loss")
BOUNDED = ("auroc", "auprc", "accuracy", "accuracy-of-classes", "brier", "c-index")


def seeds_of(study, row):
    """Both methods' groups at each seed of a comparison's point at which both have one."""
    point = study.point_key(row["point"])
    seeds = sorted({seed for own, seed, _, _ in study.groups if own == point})
    pairs = [
        tuple(study.groups.get((point, seed, method, row["test"])) for method in ("Gossip", row["baseline"]))
        for seed in seeds
    ]
    return [pair for pair in pairs if None not in pair and len(pair[0].labels) > 0]


def observed_differences(metric, pairs):
    return np.array([np.subtract(*(value_of(metric, g.labels, g.scores, g.times) for g in pair)) for pair in pairs])


def drawn_differences(rng, metric, pairs, draws):
    """[draws, seeds]: the difference at each seed on patients drawn within their class, alike where they are the same."""
    cohorts = defaultdict(list)
    for place, (ours, _) in enumerate(pairs):
        cohorts[ours.patients].append(place)
    drawn = np.empty((draws, len(pairs)))
    for places in cohorts.values():
        counts = drawn_counts(rng, pairs[places[0]][0].labels, draws)
        for place in places:
            ours, theirs = (on_draws(metric, g.labels, g.scores, counts, g.times) for g in pairs[place])
            drawn[:, place] = ours - theirs
    return drawn[~np.isnan(drawn).any(axis=1)]


def pigeonhole_draws(rng, observed, drawn):
    """
    Draws of the expanded pigeonhole bootstrap that src/evaluation/paired-difference.ts describes, and those of patients
    alone: draws of patients, less what they share with the seeds, and the seeds' deviations, widened by t (Hesterberg
    2015).
    """
    count = len(observed)
    on_patients = drawn.mean(1)
    deviations = rng.choice(observed, size=(len(drawn), count)).mean(1) - observed.mean()
    scale, widening = 1, 1
    if count > 1:
        interaction = (drawn - observed).var(axis=1, ddof=1).mean() / count
        variance = on_patients.var(ddof=1)
        scale = 1 if variance == 0 else np.sqrt(max(0, 1 - interaction / variance))
        widening = np.sqrt(count / (count - 1)) * t.ppf(0.975, count - 1) / norm.ppf(0.975)
    centre = on_patients.mean()
    return centre + scale * (on_patients - centre) + widening * deviations, on_patients


def limits_at(draws, value, low_level, largest):
    """Limits at a level: never within those of patients alone, never without the value, never beyond the largest."""
    both, alone = (np.quantile(own, [low_level, 1 - low_level]) for own in draws)
    return np.clip([min(value, both[0], alone[0]), max(value, both[1], alone[1])], -largest, largest)


def are_limits(told, rng, observed, drawn, largest):
    """
    Whether each limit lies within the Monte-Carlo error: six standard errors of what as many draws give, many times; or,
    where the differences are few and far apart, five standard errors of its rank among all draws.
    """
    value = observed.mean()
    batches = [pigeonhole_draws(rng, observed, batch) for batch in np.array_split(drawn, BATCHES)]
    limits = np.array([limits_at(batch, value, 0.025, largest) for batch in batches])
    near = np.abs(told - limits.mean(0)) <= 1e-9 + 6 * limits.std(0, ddof=1)
    error = 5 * np.sqrt(0.025 * 0.975 / THEIR_DRAWS)
    draws = pigeonhole_draws(rng, observed, drawn)
    wide, narrow = (limits_at(draws, value, max(0, 0.025 + away), largest) for away in (-error, error))
    ranked = [wide[0] - 1e-9 <= told[0] <= narrow[0] + 1e-9, narrow[1] - 1e-9 <= told[1] <= wide[1] + 1e-9]
    return near | ranked


def delong_p_over_seeds(pairs):
    """
    The two-sided p of DeLong's paired test of the mean difference over seeds: a patient's placements are averaged over
    the seeds that have it, other patients are independent. None where it is undefined.
    """
    cohorts = defaultdict(list)
    for ours, theirs in pairs:
        cohorts[ours.patients].append(pair_matrix(ours.labels, ours.scores) - pair_matrix(theirs.labels, theirs.scores))
    gains = [np.sum(own, axis=0) for own in cohorts.values()]
    if any(min(gain.shape) < 2 for gain in gains):
        return None
    difference, variance = sum(gain.mean() for gain in gains), sum(delong_variance(gain) for gain in gains)
    if difference == 0:
        return 1.0
    return float(2 * norm.sf(abs(difference) / np.sqrt(variance))) if variance > 0 else None


def outcome_of(row):
    """What the interval shows, in the comparison's own words."""
    low, high = (-row["high"], -row["low"]) if row["metric"] in LOWER_IS_BETTER else (row["low"], row["high"])
    if low > 0:
        return "better"
    if low > -row["margin"]:
        return "non-inferior"
    return "inferior" if high < -row["margin"] else "not-shown"


def check_comparison(check, study, row, rng):
    what = f"Gossip to {row['baseline']} on {row['test']} {row['point'] or ''}: {row['metric']}"
    metric = study.metric(row["metric"])
    pairs = seeds_of(study, row)
    lost = row["divergedSeeds"] + row["baselineDivergedSeeds"]
    check.that(row["seeds"] == len(pairs), f"{what}: seeds")
    check.that((row["outcome"] == "no-comparison") == (lost > 0), f"{what}: {row['outcome']} though {lost} ended early")
    if row["outcome"] == "no-comparison":
        check.that(row["difference"] is None and not row["isNonInferior"], f"{what}: a figure where there is none")
        return
    observed = observed_differences(metric, pairs)
    check.equal(row["difference"], observed.mean(), what)
    check.that(row["n"] == len(pairs[0][0].labels), f"{what}: patients")
    check.that(row["outcome"] == outcome_of(row), f"{what}: {row['outcome']} is not what the interval shows")
    check.that((row["covers"] == "patients") == (len(pairs) == 1), f"{what}: what the interval covers")
    drawn = drawn_differences(rng, metric, pairs, BATCHES * THEIR_DRAWS)
    told = np.array([row["low"], row["high"]])
    largest = 1 if metric in BOUNDED else np.inf
    for name, holds in zip(("low", "high"), are_limits(told, rng, observed, drawn, largest)):
        check.that(holds, f"{what} {name} {row[name]}")
    if row["p"] is not None:
        check.equal(row["p"], delong_p_over_seeds(pairs), f"{what} p")


def check_comparisons(check, study):
    rng = np.random.default_rng(1)
    rows = study.summary["comparisons"]
    for row in rows:
        check_comparison(check, study, row, rng)
    tested = [row for row in rows if row["p"] is not None]
    for row, value in zip(tested, holm([row["p"] for row in tested]) if tested else []):
        check.equal(row["pHolm"], value, f"Holm's p of {row['baseline']} on {row['test']}")
    names = [(study.point_key(row["point"]), row["baseline"], row["test"], row["metric"]) for row in rows]
    check.that(len(names) == len(set(names)), "a comparison stands twice")
