"""``thresholds``: learning thresholds from a table of rated rows, and applying them to rows."""

from __future__ import annotations

import argparse

from dashboard.services import thresholds_table


def fit(given: argparse.Namespace) -> int:
    """Write the policy learned from RATINGS.csv."""
    policy = thresholds_table.fit_file(given.ratings, given.out, context=given.context, group=given.group)
    print(f"{given.out}: policy {policy.version}")
    return 0


def predict(given: argparse.Namespace) -> int:
    """Write the verdicts of a policy on ROWS.csv."""
    count = thresholds_table.predict_file(given.policy, given.rows, given.out)
    print(f"{given.out}: {count} rows judged")
    return 0
