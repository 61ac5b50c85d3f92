"""Computes every figure of a simulated study again from the scores that its trials keep."""

import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from figures import DRAWS, delong, drawn_counts, is_percentile, on_draws, value_of, wilson
from paired import check_comparisons
from report import check_report

POOLED = "Pooled Test"
LINEAR = ("accuracy", "brier", "log-loss")


class Group:
    """One model on one group of test patients."""

    def __init__(self, group):
        self.test = group["test"]
        self.is_site = group["isSite"]
        self.patients = group["patients"]
        self.labels = np.array(group["labels"])
        self.scores = np.array(group["scores"], float)
        self.times = np.array(group["times"], float) if "times" in group else None


def point_key(point):
    return json.dumps(point, sort_keys=True)


class Study:
    """A folder that `consilium simulate --out` wrote."""

    def __init__(self, folder):
        folder = Path(folder)
        self.summary = json.loads((folder / "summary.json").read_text())
        self.settings = json.loads((folder / "config.resolved.json").read_text())
        self.trials = [json.loads(file.read_text()) for file in sorted((folder / "trials").glob("*.json"))]
        with open(folder / "results.csv", newline="") as file:
            self.csv = list(csv.DictReader(file))
        self.report = (folder / "report.html").read_text()
        self.groups = {}
        for trial in self.trials:
            for scored in trial["scores"]:
                for group in scored["groups"]:
                    key = point_key(trial["point"]), trial["seed"], scored["method"], group["test"]
                    self.groups[key] = Group(group)
        self.has_classes = any(group.labels.max(initial=0) > 1 for group in self.groups.values())

    @staticmethod
    def point_key(point):
        return point_key(point)

    def group_of(self, row):
        return self.groups.get((point_key(row["point"]), row["seed"], row["method"], row["test"]))

    def metric(self, name):
        return "accuracy-of-classes" if name == "accuracy" and self.has_classes else name


def check_row(check, study, row, draws_of):
    what = f"{row['method']} on {row['test']}, seed {row['seed']} {row['point'] or ''}: {row['metric']}"
    group = study.group_of(row)
    if row["status"] != "finished" or group is None:
        check.that(row["value"] is None and row["status"] != "finished", f"{what}: a figure without scores")
        return
    metric = study.metric(row["metric"])
    labels, scores = group.labels, group.scores
    check.that(row["n"] == len(labels) == len(scores), f"{what}: number of patients")
    value = value_of(metric, labels, scores, group.times)
    if value is None or row["value"] is None:
        check.that(value is None and row["value"] is None, f"{what}: told {row['value']}, is {value}")
        return
    check.equal(row["value"], value, what)
    if row["low"] is None:
        check.that(row["high"] is None, f"{what}: half an interval")
    elif metric in ("auroc", "accuracy", "accuracy-of-classes"):
        is_right = scores.astype(int) == labels if study.has_classes else (scores > 0.5) == (labels == 1)
        limits = delong(labels, scores) if metric == "auroc" else wilson(labels, is_right)
        check.equal(row["low"], limits[0], f"{what} low")
        check.equal(row["high"], limits[1], f"{what} high")
    else:
        results = on_draws(metric, labels, scores, draws_of(group), group.times)
        if np.isnan(results).any():
            check.that((row["low"], row["high"]) == (0, 1), f"{what}: an interval though a draw is undefined")
            return
        check.that(is_percentile(row["low"], 0.025, results), f"{what} low {row['low']}")
        check.that(is_percentile(row["high"], 0.975, results), f"{what} high {row['high']}")


def check_csv(check, study):
    """results.csv has the summary's rows, in their order and to the last digit."""
    rows = study.summary["results"]
    check.that(len(rows) == len(study.csv), "results.csv has as many rows as the summary")
    for line, row in zip(study.csv, rows):
        for column in ("test", "method", "seed", "value", "metric", "n", "low", "high", "status"):
            told = "" if row[column] is None else row[column]
            same = line[column] == told if isinstance(told, str) else float(line[column]) == told
            check.that(same, f"results.csv {row['method']} {row['test']} {row['metric']}: {column}")


def check_laws(check, study):
    """
    All test patients together are the sites' test patients. Where each site's patients are scored by the same model and
    scaling in both, the pooled test has the sites' scores with the sites' labels, and every figure that is a mean over
    patients is the mean of the sites' figures, weighted by patients.
    """
    sites = {site["name"] for site in study.summary["sites"] if site["role"] == "trainer"}
    has_own_scaling = study.settings["plan"]["task"]["standardisation"] == "site"
    for (point, seed, method, test), pooled in study.groups.items():
        if test != POOLED:
            continue
        what = f"{method}, seed {seed}"
        held = [study.groups[point, seed, method, site] for site in sites if (point, seed, method, site) in study.groups]
        check.that(sum(len(group.labels) for group in held) == len(pooled.labels), f"{what}: patients of the pooled test")
        apart = np.sort(np.concatenate([group.scores for group in held]))
        if has_own_scaling and not np.array_equal(np.sort(pooled.scores), apart):
            continue  # a common model: together, patients are scaled by the pooled statistics, as in FLamby
        check.that(patients_of([pooled]) == patients_of(held), f"{what}: the pooled test has other scores or labels")
    check_means(check, study, sites, has_own_scaling)
    check_labels(check, study, sites)


def patients_of(groups):
    """Score, label and time of each patient, without their order."""
    return sorted(
        (score, label, time)
        for group in groups
        for score, label, time in zip(
            group.scores, group.labels, group.labels if group.times is None else group.times, strict=True
        )
    )


def check_means(check, study, sites, has_own_scaling):
    rows = defaultdict(dict)
    for row in study.summary["results"]:
        if row["value"] is not None and row["metric"] in LINEAR:
            rows[point_key(row["point"]), row["seed"], row["method"], row["metric"]][row["test"]] = row
    for (_, seed, method, metric), own in rows.items():
        held = [row for test, row in own.items() if test in sites]
        if POOLED not in own or len(held) == 0 or (has_own_scaling and method != "Local"):
            continue
        mean = sum(row["n"] * row["value"] for row in held) / sum(row["n"] for row in held)
        check.equal(own[POOLED]["value"], mean, f"{method}, seed {seed}: pooled {metric} is the sites' weighted mean")


def check_labels(check, study, sites):
    """At one point and seed all methods are judged on the same patients with the same labels."""
    seen = {}
    for (point, seed, method, test), group in study.groups.items():
        first = seen.setdefault((point, seed, test), group)
        same = np.array_equal(first.labels, group.labels) and first.patients == group.patients
        check.that(same, f"{method} on {test}, seed {seed}: other patients than other methods")
        check.that(group.is_site == (test in sites), f"{test}: whether it is a site")


def check_study(check, folder):
    """All that a folder holds."""
    check_read_study(check, Study(folder))


def check_read_study(check, study):
    told = [row for trial in study.trials for row in trial["results"]]
    check.that(told == study.summary["results"], "the summary has the trials' results")
    draws = {}

    def draws_of(group):
        key = group.patients, group.test, group.labels.tobytes()
        if key not in draws:
            draws[key] = drawn_counts(np.random.default_rng(len(draws)), group.labels, DRAWS)
        return draws[key]

    for row in study.summary["results"]:
        check_row(check, study, row, draws_of)
    check_csv(check, study)
    check_laws(check, study)
    check_comparisons(check, study)
    check_report(check, study, study.report)
