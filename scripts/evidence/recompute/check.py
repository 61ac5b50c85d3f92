"""Counts what was computed again, and keeps what differs."""

import math


class Check:
    TOLERANCE = 1e-9

    def __init__(self):
        self.figures = 0
        self.largest = 0.0
        self.faults = []

    def equal(self, told, value, what):
        """A figure equals the one that was computed again."""
        self.figures += 1
        if told is None or not math.isfinite(told):
            self.faults.append(f"{what}: told {told}, is {value}")
            return
        difference = abs(told - value)
        self.largest = max(self.largest, difference)
        if not difference <= self.TOLERANCE:
            self.faults.append(f"{what}: told {told}, is {value}")

    def that(self, holds, what):
        """A law holds, or a limit is where it can be."""
        self.figures += 1
        if not holds:
            self.faults.append(what)
