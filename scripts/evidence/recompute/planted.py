"""Faults that are planted in what a study or a demo wrote; the checks must find each."""

import copy
import re

import numpy as np

from check import Check
from demo import check_demo
from figures import value_of
from study import POOLED, Study, check_read_study


def finished(study, metric=None):
    rows = study.summary["results"]
    own = [row for row in rows if row["value"] is not None and metric in (None, row["metric"])]
    return [row for row in own if study.group_of(row) is not None]


def scores_in_another_order(study):
    """R1: the pooled scores are permuted once more than their labels, and every figure follows from them."""
    rng = np.random.default_rng(1)
    for (point, seed, method, test), group in study.groups.items():
        if test == POOLED and method != "Gossip":
            group.scores = rng.permutation(group.scores)
    for row in finished(study):
        group = study.group_of(row)
        row["value"] = value_of(study.metric(row["metric"]), group.labels, group.scores, group.times)


def value_off(study):
    finished(study)[0]["value"] += 1e-6


def narrow_interval(study):
    row = next(row for row in finished(study) if row["low"] is not None and row["high"] - row["low"] > 0.05)
    row["low"] += 0.02


def one_patient_more(study):
    finished(study)[0]["n"] += 1


def value_of_another_seed(study):
    rows = finished(study)
    first = rows[0]
    other = next(row for row in rows if row["metric"] == first["metric"] and abs(row["value"] - first["value"]) > 1e-6)
    first["value"] = other["value"]


def difference_the_other_way(study):
    row = next(row for row in study.summary["comparisons"] if abs(row["difference"] or 0) > 1e-6)
    row["difference"] = -row["difference"]


def narrow_comparison(study):
    row = next(row for row in study.summary["comparisons"] if row["low"] is not None and row["high"] - row["low"] > 1e-3)
    row["low"] += (row["high"] - row["low"]) / 4


def other_cell_of_csv(study):
    line = next(line for line in study.csv if line["value"] != "")
    line["value"] = str(float(line["value"]) + 1e-6)


def labels_of_others(study):
    key = next(key for key in study.groups if key[2] == "Gossip" and key[3] != POOLED)
    study.groups[key].labels = np.roll(study.groups[key].labels, 1)


def verdict_of_another(study):
    row = next(row for row in study.summary["comparisons"] if row["outcome"] == "not-shown")
    row["outcome"] = "non-inferior"


def p_without_correction(study):
    row = next(row for row in study.summary["comparisons"] if row["p"] is not None and row["pHolm"] > row["p"])
    row["pHolm"] = row["p"]


def other_cell_of_the_report(study):
    place = study.report.index("95 % over patients</th>")
    head, table = study.report[:place], study.report[place:]
    pattern = r'(<td class="num">)0\.(\d)'
    changed = re.sub(pattern, lambda found: f"{found[1]}0.{9 - int(found[2])}", table, count=1)
    assert changed != table
    study.report = head + changed


STUDY_FAULTS = [
    scores_in_another_order,
    value_off,
    narrow_interval,
    one_patient_more,
    value_of_another_seed,
    difference_the_other_way,
    narrow_comparison,
    other_cell_of_csv,
    labels_of_others,
    verdict_of_another,
    p_without_correction,
    other_cell_of_the_report,
]


def study_faults_found(folder, known):
    """By name of each planted fault, whether the checks found more than the faults that are `known` without it."""
    found = {}
    for plant in STUDY_FAULTS:
        study = Study(folder)
        plant(study)
        check = Check()
        check_read_study(check, study)
        found[plant.__name__] = not set(check.faults) <= set(known)
    return found


def first_run(report):
    return report["runs"][0] if "runs" in report else report


def demo_value_off(report, scores):
    first_run(report)["pooled_test"]["gossip"]["accuracy"]["value"] += 1e-6


def demo_models_swapped(report, scores):
    pooled = first_run(report)["pooled_test"]
    pooled["gossip"], pooled["pooled"] = pooled["pooled"], pooled["gossip"]


def demo_interval_of_another(report, scores):
    pooled = first_run(report)["pooled_test"]
    pooled["gossip"]["auroc"]["low"] -= 0.01


def demo_scores_in_another_order(report, scores):
    own = next(entry for entry in scores["runs"][0]["scores"] if entry["test"] == "pooled_test")
    own["scores"] = own["scores"][1:] + own["scores"][:1]


def demo_site_of_fewer(report, scores):
    first_run(report)["sites"][0]["n_test"] -= 1


DEMO_FAULTS = [
    demo_value_off,
    demo_models_swapped,
    demo_interval_of_another,
    demo_scores_in_another_order,
    demo_site_of_fewer,
]


def demo_faults_found(report, scores, known):
    """By name of each planted fault, whether the checks found more than the faults that are `known` without it."""
    found = {}
    for plant in DEMO_FAULTS:
        own = copy.deepcopy(report), copy.deepcopy(scores)
        plant(*own)
        check = Check()
        check_demo(check, *own)
        found[plant.__name__] = not set(check.faults) <= set(known)
    return found
