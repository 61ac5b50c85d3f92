"""Clinical figures by other means than src/evaluation: scikit-learn, lifelines, scipy, and definitions over all pairs."""

import numpy as np
from lifelines.utils import concordance_index
from scipy.stats import binomtest, norm
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

Z95 = norm.ppf(0.975)
# What src/evaluation draws, and how many draws check it.
THEIR_DRAWS = 1000
DRAWS = 4000


def has_both(labels):
    return labels.min(initial=1) == 0 and labels.max(initial=0) == 1


def value_of(metric, labels, scores, times=None):
    """The figure of one model on one group of patients; None where it is undefined."""
    if len(labels) == 0:
        return None
    if metric == "c-index":
        comparable = comparable_pairs(times, labels)
        return concordance_index(times, -scores, labels) if comparable.any() else None
    if metric == "accuracy-of-classes":
        return accuracy_score(labels, scores.astype(int))
    if metric == "accuracy":
        return accuracy_score(labels, scores > 0.5)
    if metric == "brier":
        return brier_score_loss(labels, scores)
    if metric == "log-loss":
        clip = 2.0**-23
        return log_loss(labels, np.clip(scores, clip, 1 - clip), labels=[0, 1])
    if not has_both(labels):
        return None
    return roc_auc_score(labels, scores) if metric == "auroc" else average_precision_score(labels, scores)


def wilson(labels, is_right):
    interval = binomtest(int(is_right.sum()), len(labels)).proportion_ci(method="wilson")
    return interval.low, interval.high


def pair_matrix(labels, scores):
    """[positives, negatives]: 1 where the positive scores higher, one half where both score alike."""
    gap = scores[labels == 1][:, None] - scores[labels == 0][None, :]
    return (gap > 0) + 0.5 * (gap == 0)


def delong_variance(*matrices):
    """DeLong's variance of an AUROC or, of two matrices, of their difference."""
    gain = matrices[0] if len(matrices) == 1 else matrices[0] - matrices[1]
    positives, negatives = gain.shape
    return gain.mean(axis=1).var(ddof=1) / positives + gain.mean(axis=0).var(ddof=1) / negatives


def delong(labels, scores):
    pairs = pair_matrix(labels, scores)
    if min(pairs.shape) < 2:
        return 0.0, 1.0
    half = Z95 * np.sqrt(delong_variance(pairs))
    return max(0.0, pairs.mean() - half), min(1.0, pairs.mean() + half)


def holm(values):
    """Holm's step-down adjusted p-values, in the order given."""
    values = np.asarray(values, float)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate((len(values) - np.arange(len(values))) * values[order])
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(1, stepped)
    return adjusted


def comparable_pairs(times, events):
    """[n, n]: whether the row's patient is known to have had the event before the column's."""
    earlier = times[:, None] < times[None, :]
    same_but_censored = (times[:, None] == times[None, :]) & (events[None, :] == 0)
    return (events[:, None] == 1) & (earlier | same_but_censored)


def drawn_counts(rng, strata, draws):
    """[draws, n]: how often each patient is drawn, with replacement within its stratum."""
    counts = np.zeros((draws, len(strata)))
    for stratum in np.unique(strata):
        places = np.flatnonzero(strata == stratum)
        counts[:, places] = rng.multinomial(len(places), np.full(len(places), 1 / len(places)), size=draws)
    return counts


def average_precision_on_draws(labels, scores, counts):
    """[draws]: scikit-learn's average precision with the draws' counts as weights, for all draws at once."""
    order = np.argsort(-scores, kind="stable")
    is_last = np.append(np.diff(scores[order]) != 0, True)
    drawn = counts[:, order]
    found = (drawn * (labels[order] == 1)).cumsum(1)[:, is_last]
    seen = drawn.cumsum(1)[:, is_last]
    gained = np.diff(found, axis=1, prepend=0)
    return (gained * found / np.maximum(seen, 1)).sum(1) / found[:, -1]


def on_draws(metric, labels, scores, counts, times=None):
    """[draws]: the figure on each draw of patients; NaN where it is undefined there."""
    if metric == "c-index":
        pairs = comparable_pairs(times, labels)
        gap = scores[:, None] - scores[None, :]
        right = pairs * ((gap > 0) + 0.5 * (gap == 0))
        with np.errstate(invalid="ignore"):
            return ((counts @ right) * counts).sum(1) / ((counts @ pairs.astype(float)) * counts).sum(1)
    if metric == "auroc":
        pairs = pair_matrix(labels, scores)
        positive, negative = counts[:, labels == 1], counts[:, labels == 0]
        return ((positive @ pairs) * negative).sum(1) / (positive.sum(1) * negative.sum(1))
    if metric == "auprc":
        return average_precision_on_draws(labels, scores, counts)
    clip = 2.0**-23
    losses = {
        "accuracy": lambda: (scores > 0.5) == (labels == 1),
        "accuracy-of-classes": lambda: scores.astype(int) == labels,
        "brier": lambda: (scores - labels) ** 2,
        "log-loss": lambda: -np.log(np.clip(np.where(labels == 1, scores, 1 - scores), clip, 1 - clip)),
    }
    return counts @ losses[metric]().astype(float) / counts.sum(1)


def is_percentile(limit, probability, results):
    """
    Whether `limit` can be the quantile of THEIR_DRAWS draws, judged by draws of our own: its rank among ours is a
    binomial share, so it lies within 5 standard errors of both (and never fails one limit in a million by chance).
    """
    error = np.sqrt(probability * (1 - probability) * (1 / THEIR_DRAWS + 1 / len(results)))
    low, high = np.clip([probability - 5 * error, probability + 5 * error], 0, 1)
    slack = 1e-9
    return np.quantile(results, low) - slack <= limit <= np.quantile(results, high) + slack
