"""
Computes figures again by other means than the program's, and prints what it found as one JSON object.

  python3 main.py study FOLDER [--planted]        what `consilium simulate --out FOLDER` wrote
  python3 main.py demo REPORT SCORES [--planted]  what `consilium demo --json REPORT --scores SCORES` wrote

With --planted, faults are put into copies of the same files, and each must be found. Exit status 1 where a figure
differs or a planted fault is missed.
"""

import json
import sys
from pathlib import Path

from check import Check
from demo import check_demo
from planted import demo_faults_found, study_faults_found
from study import check_study


def read(file):
    return json.loads(Path(file).read_text())


def main(kind, *words):
    is_planted = "--planted" in words
    files = [word for word in words if not word.startswith("--")]
    check = Check()
    if kind == "study":
        check_study(check, files[0])
        planted = study_faults_found(files[0], check.faults) if is_planted else {}
    else:
        report, scores = map(read, files)
        check_demo(check, report, scores)
        planted = demo_faults_found(report, scores, check.faults) if is_planted else {}
    found = {"figures": check.figures, "largest_difference": check.largest, "faults": check.faults, "planted": planted}
    print(json.dumps(found))
    return 1 if check.faults or not all(planted.values()) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
