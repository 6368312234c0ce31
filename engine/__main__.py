"""The engine's command line: ``python -m engine warm | train | evaluate``.

Bad input ends with status 2 and one line on standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final, NoReturn

from engine.errors import DailiesError, UnknownNameError

BAD_INPUT: Final = 2
BRAINS: Final = ("text", "performance")
"""In the order in which ``train all`` trains them."""

PARTS: Final = ("voice", "voice-heads", "face")
"""Of the performance brain; the voice heads are fitted beside the voice networks, so ``voice`` fits both."""

DEFAULT_SEED: Final = 0


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Print the complaint and where help is, and leave with status 2."""
        words = " ".join(message.split())
        print(f"{words[:1].upper()}{words[1:]}; see {self.prog} --help.", file=sys.stderr)
        sys.exit(BAD_INPUT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    # Native libraries read these when they are first imported, which the commands below do.
    os.environ.setdefault("GLOG_minloglevel", "3")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except DailiesError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Stopped; what was finished before is kept.", file=sys.stderr)
        return 130
    return 0


def warm(_chosen: argparse.Namespace) -> None:
    """Load every model and compile what is compiled at first use."""
    from engine.systems.alignment import AlignmentSystem

    started = perf_counter()
    system = AlignmentSystem.load()
    print(f"Models {system.version} are loaded and warm after {perf_counter() - started:.1f} s.")


def train(chosen: argparse.Namespace) -> None:
    """Train one brain, a part of one, or all of them, from one seed."""
    if chosen.only is not None and chosen.brain != "performance":
        raise UnknownNameError(f"--only names parts of the performance brain, not of {chosen.brain}.")
    for brain in BRAINS if chosen.brain == "all" else (chosen.brain,):
        if brain == "text":
            from engine.training.text import train as train_text

            train_text(chosen.data, chosen.out, seed=chosen.seed)
        else:
            from engine.training.performance import train as train_performance

            train_performance(chosen.data, chosen.out, seed=chosen.seed, only=chosen.only)
        print(f"The {brain} brain is trained; its weights lie in {chosen.out}.")


def evaluate(chosen: argparse.Namespace) -> None:
    """Measure the shipped weights on one labelled file or folder."""
    from engine.training.evaluate import evaluate as measured

    figures = measured(chosen.task, chosen.path, enrolled=chosen.enrolled)
    if chosen.json:
        print(json.dumps(figures, allow_nan=False, default=float))
        return
    for name, figure in _flat(figures):
        print(f"{name:<32} {figure:.4f}" if isinstance(figure, float) else f"{name:<32} {figure}")


def _flat(figures: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, figure in figures.items():
        if isinstance(figure, Mapping):
            rows += _flat(figure, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", figure))
    return rows


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="python -m engine", description="Warm, train and measure the models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=OneLineParser)

    warming = commands.add_parser("warm", help="load and compile everything, so that later starts are fast")
    warming.set_defaults(run=warm)

    training = commands.add_parser("train", help="train a brain and write its weights")
    training.add_argument("brain", choices=(*BRAINS, "all"))
    training.add_argument("--data", type=Path, required=True, metavar="DIR", help="the training sets")
    training.add_argument("--out", type=Path, required=True, metavar="WEIGHTS_DIR")
    training.add_argument("--seed", type=_seed, default=DEFAULT_SEED, metavar="N")
    training.add_argument("--only", choices=PARTS, help="of the performance brain, train this part alone")
    training.set_defaults(run=train)

    measuring = commands.add_parser("evaluate", help="measure the shipped weights")
    measuring.add_argument("task", metavar="TASK", help="text-emotion, voice-intensity, face-emotion …")
    measuring.add_argument("path", type=Path, metavar="PATH")
    measuring.add_argument(
        "--enrolled",
        action="store_true",
        help="voice tasks: also measure with each speaker's own clips known, without their labels",
    )
    measuring.add_argument("--json", action="store_true", help="print one JSON object")
    measuring.set_defaults(run=evaluate)
    return parser


def _seed(text: str) -> int:
    seed = int(text) if text.isdecimal() else -1
    if not 0 <= seed < 2**32:
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 to {2**32 - 1}, not {text!r}")
    return seed


if __name__ == "__main__":
    sys.exit(main())
