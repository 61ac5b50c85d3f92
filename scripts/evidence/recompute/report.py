"""Reads the tables of a study's report.html, and computes what stands in them again."""

import re
from collections import Counter, defaultdict
from html.parser import HTMLParser

import numpy as np
from scipy.stats import t

LABELS = {
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "accuracy": "Accuracy",
    "brier": "Brier score",
    "log-loss": "Log-loss",
    "c-index": "C-index",
}
NUMBER = re.compile(r"[+\u2212-]?\d[\d,]*(?:\.\d+)?(?:e[+\u2212-]?\d+)?")
# A figure has three decimals, so that it is within half of the last of what it stands for.
HALF = 0.0005 + 1e-9
LEAST_FOR_INTERVAL = 3


class Tables(HTMLParser):
    """Tables as (caption, head, rows of cells)."""

    def __init__(self, text):
        super().__init__()
        self.tables = []
        self.cell = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.tables.append((dict(attributes).get("aria-label", ""), []))
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append([])
        elif tag in ("td", "th") and self.tables:
            self.cell = []

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            self.tables[-1][1][-1].append("".join(self.cell).strip())
            self.cell = None


def numbers(text):
    return [float(found.replace(",", "").replace("\u2212", "-")) for found in NUMBER.findall(text)]


def over_seeds(values, metric):
    """Mean, deviation and 95 % limits of the mean by Student's t, on the logit or logarithmic scale by the delta method."""
    values = np.asarray(values, float)
    mean, count = values.mean(), len(values)
    if count < 2:
        return [mean, None, None, None]
    deviation = values.std(ddof=1)
    if count < LEAST_FOR_INTERVAL:
        return [mean, deviation, None, None]
    reach = t.ppf(0.975, count - 1) * deviation / np.sqrt(count)
    if deviation == 0:
        return [mean, deviation, mean, mean]
    if metric == "log-loss":
        return [mean, deviation, *np.exp(np.log(mean) + np.array([-1, 1]) * reach / mean)]
    logit = np.log(mean / (1 - mean)) + np.array([-1, 1]) * reach / (mean * (1 - mean))
    return [mean, deviation, *(1 / (1 + np.exp(-logit)))]


def mean_of(values):
    return None if not values or None in values else float(np.mean(values))


class ReportCheck:
    """Checks the tables of one report against the study's rows, which are checked by themselves."""

    def __init__(self, check, study):
        self.check = check
        self.study = study
        self.points = []
        self.rows = defaultdict(list)
        for row in study.summary["results"]:
            key = study.point_key(row["point"])
            if key not in self.points:
                self.points.append(key)
            self.rows[key, row["method"], row["test"], row["metric"]].append(row)
        self.seen = Counter()

    def numbers_are(self, cell, expected, what):
        """The numbers in a cell are those expected, as far as its decimals go."""
        told = numbers(cell)
        expected = [value for value in expected if value is not None]
        self.check.that(len(told) == len(expected), f"report: {what}: {cell!r} for {expected}")
        for shown, value in zip(told, expected):
            self.check.that(abs(shown - value) <= HALF, f"report: {what}: {shown} for {value}")

    def values_of(self, point, method, test, metric):
        own = self.rows[point, method, test, metric]
        return own, [row["value"] for row in own if row["value"] is not None]

    def results(self, point, caption, rows):
        label, _, test = caption.partition(" on ")
        metric = next(name for name, own in LABELS.items() if own == label)
        for method, n, mean, deviation, seeds, patients in rows:
            own, values = self.values_of(point, method, test, metric)
            what = f"{method}, {caption}"
            if not values:
                self.check.that(not numbers(mean), f"report: {what}: a mean of nothing")
                continue
            found = over_seeds(values, metric)
            sizes = sorted({row["n"] for row in own})
            self.numbers_are(n, sizes if len(sizes) == 1 else [sizes[0], sizes[-1]], f"{what} n")
            self.numbers_are(mean.split("(")[0], found[:1], f"{what} mean")
            self.numbers_are(deviation, found[1:2], f"{what} SD")
            self.numbers_are(seeds, found[2:], f"{what} over seeds")
            defined = [row for row in own if row["value"] is not None]
            limits = [mean_of([row[key] for row in defined]) for key in ("low", "high")]
            self.numbers_are(patients, limits, f"{what} over patients")

    def matrix(self, point, caption, head, rows):
        label = caption.partition(" by group")[0]
        metric = next(name for name, own in LABELS.items() if own == label)
        for method, *cells in rows:
            for test, cell in zip(head[1:], cells):
                _, values = self.values_of(point, method, test, metric)
                found = over_seeds(values, metric)[:2] if values else []
                self.numbers_are(cell.split("(")[0], found, f"{method} on {test}, {caption}")

    def comparisons(self, point, rows):
        told = [row for row in self.study.summary["comparisons"] if self.study.point_key(row["point"]) == point]
        self.check.that(len(told) == len(rows), "report: as many comparisons as in the summary")
        for row, cells in zip(told, rows):
            baseline, test, _, n, seeds, difference, limits, margin = cells[:8]
            what = f"Gossip to {baseline} on {test}"
            self.check.that((baseline, test) == (row["baseline"], row["test"]), f"report: order of {what}")
            self.numbers_are(n, [row["n"]], f"{what} n")
            self.numbers_are(seeds, [row["seeds"]], f"{what} seeds")
            self.numbers_are(difference, [row["difference"]], what)
            self.numbers_are(limits, [row["low"], row["high"]], f"{what} limits")
            self.numbers_are(margin, [row["margin"]], f"{what} margin")
            for cell, key in zip(cells[9:], ("p", "pHolm")):
                value = row[key]
                shown = None if value is None else 0.001 if value < 0.001 else value
                self.numbers_are(cell, [shown], f"{what} {key}")

    def sites(self, point, caption, rows):
        label = re.search(r"and (.*) on their own", caption)[1]
        metric = next(name for name, own in LABELS.items() if own == label)
        known = {site["name"]: site for site in self.study.summary["sites"]}
        for name, role, *cells in rows:
            site = known[name]
            for cell, key in zip(cells, ("train", "validation", "test")):
                self.numbers_are(cell, [site[key]], f"{name} {key}")
            alone = self.values_of(point, f"Local {name}", name, metric)[1]
            joined = self.values_of(point, "Gossip", name, metric)[1]
            if not alone or not joined:
                continue
            means = float(np.mean(alone)), float(np.mean(joined))
            for cell, value, what in zip(cells[4:], (*means, means[1] - means[0]), ("alone", "joined", "gain")):
                self.numbers_are(cell, [value], f"{name} {what}")

    def table(self, caption, rows):
        if not rows:
            return
        head, *body = rows
        place = self.seen[caption, tuple(head)]
        self.seen[caption, tuple(head)] += 1
        point = self.points[min(place, len(self.points) - 1)]
        if head[:6] == ["Method", "n", "Mean", "SD over seeds", "95 % over seeds", "95 % over patients"]:
            self.results(point, caption, body)
        elif " by group of test patients" in caption:
            self.matrix(point, caption, head, body)
        elif head[:3] == ["Baseline", "Test", "Metric"]:
            self.comparisons(point, body)
        elif head[:2] == ["Site", "Role"]:
            self.sites(point, caption, body)


def check_report(check, study, text):
    """@param text of report.html"""
    report = ReportCheck(check, study)
    tables = Tables(text).tables
    before = check.figures
    for caption, rows in tables:
        report.table(caption, rows)
    check.that(check.figures - before > 20, "report: hardly a figure was found in its tables")
