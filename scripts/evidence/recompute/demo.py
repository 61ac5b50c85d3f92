"""Computes every figure of `consilium demo --json` again from the scores that `--scores` wrote."""

import numpy as np

from figures import DRAWS, delong, drawn_counts, is_percentile, on_draws, value_of, wilson

FIGURES = {"auroc": "auroc", "auprc": "auprc", "accuracy": "accuracy", "brier": "brier", "log_loss": "log-loss"}


def check_figures(check, place, figures, entry):
    labels, scores = np.array(entry["labels"]), np.array(entry["scores"], float)
    rng = np.random.default_rng(len(labels))
    counts = drawn_counts(rng, labels, DRAWS) if len(labels) else None
    for name, metric in FIGURES.items():
        told = figures[name]
        value = value_of(metric, labels, scores)
        if value is None or told is None:
            check.that(value is None and told is None, f"{place} {name}: one side is undefined")
            continue
        check.equal(told["value"], value, f"{place} {name}")
        if name in ("auroc", "accuracy"):
            limits = delong(labels, scores) if name == "auroc" else wilson(labels, (scores > 0.5) == (labels == 1))
            check.equal(told["low"], limits[0], f"{place} {name} low")
            check.equal(told["high"], limits[1], f"{place} {name} high")
        else:
            results = on_draws(metric, labels, scores, counts)
            check.that(is_percentile(told["low"], 0.025, results), f"{place} {name} low {told['low']}")
            check.that(is_percentile(told["high"], 0.975, results), f"{place} {name} high {told['high']}")


def check_run(check, report, run):
    """One run of the demo: every model on every group of patients, and the groups among one another."""
    found = {(entry["test"], entry["model"]): entry for entry in run["scores"]}
    expected = set()

    def judge(test, model, figures, patients=None):
        expected.add((test, model))
        entry = found[test, model]
        check.that(patients is None or patients == len(entry["labels"]), f"{test} {model}: number of patients")
        check_figures(check, f"{test} {model}", figures, entry)

    for site in report["sites"]:
        judge(site["name"], f"local {site['name']}", site["local"], site["n_test"])
        for model in ("gossip", "pooled"):
            judge(site["name"], model, site[model], site["n_test"])
    groups = [("pooled_test", report["pooled_test"], sum(site["n_test"] for site in report["sites"]))]
    groups += [(f"external {site['name']}", site, site["n"]) for site in report["external"]]
    for test, group, patients in groups:
        for name, figures in group["local"].items():
            judge(test, f"local {name}", figures, patients)
        for model in ("gossip", "pooled"):
            judge(test, model, group[model], patients)
    check.that(expected == set(found), "models and groups of the report are those of the scores")
    check.that(len(set(report["final_parameters_sha256"].values())) == 1, "one final model")
    for test in {test for test, _ in found}:
        labels = [entry["labels"] for (own, _), entry in found.items() if own == test]
        check.that(all(own == labels[0] for own in labels), f"{test}: every model is judged on the same labels")
    sites = [label for site in report["sites"] for label in found[site["name"], "gossip"]["labels"]]
    check.that(sites == found["pooled_test", "gossip"]["labels"], "the pooled test is the sites' patients")


def check_mean(check, report):
    """The means over the runs of a leave-one-site-out demo."""
    for key, groups in (
        ("external", [site for run in report["runs"] for site in run["external"]]),
        ("pooled_test", [run["pooled_test"] for run in report["runs"]]),
    ):
        for name in FIGURES:
            for model in ("local", "gossip", "pooled"):
                chosen = [own for group in groups for own in (group["local"].values() if model == "local" else [group[model]])]
                values = [own[name]["value"] for own in chosen if own[name] is not None]
                told = report["mean"][key][model][name]
                if values:
                    check.equal(told, float(np.mean(values)), f"mean {key} {model} {name}")
                else:
                    check.that(told is None, f"mean {key} {model} {name} of nothing")


def check_demo(check, report, scores):
    runs = report["runs"] if "runs" in report else [report]
    check.that(len(runs) == len(scores["runs"]), "as many runs as scores")
    for own, run in zip(runs, scores["runs"]):
        check.that(own["seed"] == run["seed"], "the seeds are the same")
        check_run(check, own, run)
    if "mean" in report:
        check_mean(check, report)
