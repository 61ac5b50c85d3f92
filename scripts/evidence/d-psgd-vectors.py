"""Known answers for decentralised SGD (D-PSGD) on fixed and changing graphs, by numpy and nothing of this package.

Writes test/simulation/baselines/d-psgd-vectors.json, which d-psgd.test.ts holds the simulator's method against:

    python3 scripts/evidence/d-psgd-vectors.py > test/simulation/baselines/d-psgd-vectors.json

Six sites fit logistic regression on rows of their own. In each round every site takes full-batch gradient steps from its
own model, then each takes the weighted mean of its own and its neighbours' models. Of the mixing matrices the rows and
columns sum to 1, which is asserted here.

Lian et al., Can decentralized algorithms outperform centralized algorithms?, NeurIPS 2017, algorithm 1; with several local
steps: Koloskova et al., A unified theory of decentralized SGD with changing topology and local updates, ICML 2020,
algorithm 1. Weights of symmetric graphs: Xiao & Boyd 2004, section 4.2. Exponential graphs: Ying et al., NeurIPS 2021,
equations 5 and 6.
"""
import json
import math
import sys

import numpy as np

SITES, FEATURES, ROUNDS, STEPS, RATE = 6, 3, 24, 2, 0.3
CUSTOM = [[0, 1], [1, 2], [2, 3], [3, 4], [1, 4], [4, 5]]


def metropolis(edges):
    degree = [len({b for a, b in edges if a == i} | {a for a, b in edges if b == i}) for i in range(SITES)]
    w = np.zeros((SITES, SITES))
    for a, b in edges:
        w[a, b] = w[b, a] = 1 / (1 + max(degree[a], degree[b]))
    return w + np.diag(1 - w.sum(axis=1))


def hearing(hops):
    """Each site hears those `hops` places before it, all with the same share as its own."""
    w = np.zeros((SITES, SITES))
    for i in range(SITES):
        for other in [i] + [(i - hop) % SITES for hop in hops]:
            w[i, other] += 1 / (1 + len(hops))
    return w


def unique(pairs):
    return sorted({tuple(sorted(pair)) for pair in pairs if pair[0] != pair[1]})


def graphs():
    powers = [2**j for j in range(math.ceil(math.log2(SITES)))]
    ring = unique((i, (i + 1) % SITES) for i in range(SITES))
    # Two rows of three: the nearest to a square. Up and down are the same neighbour.
    torus = unique(
        pair
        for row in range(2)
        for column in range(3)
        for pair in [
            (3 * row + column, 3 * row + (column + 1) % 3),
            (3 * row + column, 3 * ((row + 1) % 2) + column),
        ]
    )
    everybody = unique((a, b) for a in range(SITES) for b in range(SITES))
    return {
        "ring": lambda _: metropolis(ring),
        "torus": lambda _: metropolis(torus),
        "complete": lambda _: metropolis(everybody),
        "edges": lambda _: metropolis(CUSTOM),
        "exponential": lambda _: hearing(powers),
        "one-peer-exponential": lambda t: hearing([powers[t % len(powers)]]),
    }


def gradient(x, rows, labels):
    p = 1 / (1 + np.exp(-(rows @ x[:-1] + x[-1])))
    residual = (p - labels) / len(labels)
    return np.append(rows.T @ residual, residual.sum())


def run(matrix_of, data, start):
    x = np.tile(start, (SITES, 1))
    for t in range(ROUNDS):
        for i, (rows, labels) in enumerate(data):
            for _ in range(STEPS):
                x[i] = x[i] - RATE * gradient(x[i], rows, labels)
        w = matrix_of(t)
        assert np.allclose(w.sum(axis=0), 1) and np.allclose(w.sum(axis=1), 1) and (w >= -1e-15).all()
        x = w @ x
    return x


def main():
    random = np.random.default_rng(20261130)
    data = []
    for site in range(SITES):
        n = 8 + 3 * site
        rows = np.round(random.normal(size=(n, FEATURES)) + 0.4 * site, 3)
        labels = (rows[:, 0] - rows[:, 1] + 0.5 * (site - 2) + random.normal(size=n) > 0).astype(int)
        # As binary32 has them, so that both sides see the same numbers.
        data.append((rows.astype(np.float32).astype(np.float64), labels))
    start = np.round(random.normal(size=FEATURES + 1), 3).astype(np.float32).astype(np.float64)
    json.dump(
        {
            "origin": f"scripts/evidence/d-psgd-vectors.py, numpy {np.__version__}",
            "rounds": ROUNDS,
            "steps": STEPS,
            "learningRate": RATE,
            "edges": CUSTOM,
            "start": start.tolist(),
            "sites": [{"rows": rows.tolist(), "labels": labels.tolist()} for rows, labels in data],
            "models": {name: run(matrix_of, data, start).tolist() for name, matrix_of in graphs().items()},
        },
        sys.stdout,
    )
    print()


main()
