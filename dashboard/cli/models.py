"""``models``: which models that are not shipped can be used, and fetching them."""

from __future__ import annotations

import argparse
import sys

from engine.errors import DailiesError

YES: frozenset[str] = frozenset({"y", "yes"})


def add_models(words: argparse.ArgumentParser) -> None:
    """The words of ``models``."""
    actions = words.add_subparsers(required=True, metavar="list|fetch")
    known_words = actions.add_parser("list", help="say what can be fetched and what is here; asks no network")
    known_words.set_defaults(run=listed)
    fetch_words = actions.add_parser("fetch", help="say exactly what would be fetched, ask, and fetch it")
    fetch_words.add_argument("names", nargs="*", metavar="NAME", help="as in the list; else the usual ones")
    fetch_words.add_argument("--yes", action="store_true", help="fetch without asking")
    fetch_words.add_argument("--hub", metavar="ADDRESS", help="a mirror of the hub, over https")
    fetch_words.set_defaults(run=fetch)


def listed(_given: argparse.Namespace) -> int:
    """Say of each model what it is for, whether it is here, and where it would come from; asks no network."""
    from dashboard.services.model_catalogue import OFFERS
    from dashboard.services.model_fetching import PUBLIC_HUB

    for offer in OFFERS:
        found = offer.found
        print(offer.name)
        print(f"  used for  {offer.used_for}")
        print(f"  licence   {offer.licence}")
        print(f"  from      {offer.url or f'{PUBLIC_HUB}/{offer.name}'}, about {offer.megabytes} MB")
        print(f"  here      {'no' if found is None else found}")
    return 0


def fetch(given: argparse.Namespace) -> int:
    """Say what would be fetched, ask, fetch."""
    from huggingface_hub.utils import disable_progress_bars

    from dashboard.services import model_catalogue, model_fetching

    if not sys.stderr.isatty():
        disable_progress_bars()
    hub = (given.hub or model_fetching.PUBLIC_HUB).rstrip("/")
    offers = model_catalogue.named(given.names)
    if not given.names:
        offers = tuple(offer for offer in offers if offer.found is None)
    if not offers:
        print("Every model that is fetched unasked is here; name one to fetch it anew.")
        return 0
    plans = [model_fetching.plan(offer, hub=hub) for offer in offers]
    for each in plans:
        sums = sum(file.sha256 is not None for file in each.files)
        print(f"{each.offer.name}: {each.offer.used_for}")
        print(f"  from {each.source}")
        print(f"  {', '.join(file.name for file in each.files)}")
        print(f"  {each.megabytes:.1f} MB; licence: {each.licence}; SHA-256 known of {sums} file(s)")
        print(f"  to   {each.offer.destination}")
    if not (given.yes or _agreed(sum(each.megabytes for each in plans))):
        print("Nothing was fetched.")
        return 0
    for each in plans:
        print(f"Fetched {each.offer.name} to {model_fetching.fetch(each)}.", flush=True)
    return 0


def _agreed(megabytes: float) -> bool:
    print(f"Fetch these {megabytes:.1f} MB? [y/N] ", end="", flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print()
        raise DailiesError("Nobody is there to agree, so nothing was fetched; say --yes to fetch unasked.")
    return answer.strip().casefold() in YES
