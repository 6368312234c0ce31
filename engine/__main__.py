"""The engine's command line: ``python -m engine warm | train | tuned | evaluate | corpora | distil``.

Bad input ends with status 2 and one line on standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any, Final, NoReturn

from engine.errors import DailiesError, TableError, UnknownNameError

BAD_INPUT: Final = 2
BRAINS: Final = ("text", "performance")
"""In the order in which ``train all`` trains them."""
SYSTEMS: Final = ("meld", "ravdess", "mmmla")
"""That name emotions, trained after the brains; the last alone wants openSMILE."""

TEXT_WORDS: Final = "text-words"
"""Part of the text brain with a file of its own."""

FACE_READERS: Final = ("face-picture", "face-stills")
"""Parts of the performance brain with files of their own, in the order in which they build on each other."""

PARTS: Final = ("voice", "voice-heads", "face")
"""Of the performance brain; the voice heads are fitted beside the voice networks, so ``voice`` fits both."""

TRIMODAL: Final = "trimodal"
"""The third model; ``all`` leaves it out, since it is taught by a project's ratings."""

FACE: Final = "face"
"""Short for ``performance --only face``."""
TUNED: Final = ("text", "performance")
"""Brains whose heads an export of Dailies tunes."""

TUNED_PARTS: Final = ("text", "voice")
"""What such a head reads."""

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
    """Train one brain, a part of one, one system, or all of them, from one seed."""
    if chosen.only is not None and chosen.brain != "performance":
        raise UnknownNameError(f"--only names parts of the performance brain, not of {chosen.brain}.")
    is_tuning = chosen.brain in TUNED and _is_own_export(chosen.data)
    if not is_tuning and (chosen.language or chosen.candidate or chosen.json):
        raise UnknownNameError("--language, --candidate and --json are for tuning on an export of Dailies.")
    for brain in (*BRAINS, *SYSTEMS) if chosen.brain == "all" else (chosen.brain,):
        if is_tuning:
            from engine.training.tuning import train as tune

            done = tune(
                brain,
                chosen.data,
                chosen.out,
                seed=chosen.seed,
                language=chosen.language,
                promote=not chosen.candidate,
                progress=_said_in_json if chosen.json else None,
                say=(lambda _sentence: None) if chosen.json else print,
            )
            if chosen.json:
                told = {"brain": brain, "file": done.file, "in_force": done.is_in_force}
                judged = {"is_better": done.tuning.is_better, "reason": done.tuning.reason}
                print(json.dumps({**told, **judged, "figures": done.tuning.figures}, allow_nan=False))
            elif done.is_in_force:
                print(f"{done.file} is in force in {chosen.out}; use it with DAILIES_WEIGHTS={chosen.out}.")
            else:
                print(f"Nothing changes: {chosen.out} answers as before.")
            continue
        if brain == "text":
            from engine.training.text import train as train_text

            train_text(chosen.data, chosen.out, seed=chosen.seed, soft=chosen.soft)
            _train_text_words(chosen)
        elif brain == TEXT_WORDS:
            _train_text_words(chosen)
        elif brain in SYSTEMS:
            import_module(f"engine.training.{brain}").train(chosen.data, chosen.out, seed=chosen.seed)
        elif brain == TRIMODAL:
            from engine.training.trimodal import train as train_trimodal

            train_trimodal(chosen.data, chosen.out, seed=chosen.seed)
        elif brain in FACE_READERS:
            _train_face_reader(brain, chosen)
        else:
            from engine.training.performance import train as train_performance

            only = FACE if brain == FACE else chosen.only
            train_performance(chosen.data, chosen.out, seed=chosen.seed, only=only)
            for part in FACE_READERS if only is None else ():
                _train_face_reader(part, chosen)
        kind = "system" if brain in SYSTEMS else "model" if brain == TRIMODAL else "brain"
        print(f"The {brain} {kind} is trained; its weights lie in {chosen.out}.")


def _said_in_json(done: int, total: int) -> None:
    print(json.dumps({"done": done, "of": total}), flush=True)


def _is_own_export(folder: Path) -> bool:
    from engine.training.own_export import is_export

    return is_export(folder)


def tuned(chosen: argparse.Namespace) -> None:
    """List the heads of a weights folder and choose which is in force."""
    from engine.tuned_weights import heads_of, in_force, put_in_force
    from engine.vocabulary import Modality

    if chosen.off is not None:
        put_in_force(chosen.folder, Modality(chosen.off), None)
    if chosen.use is not None:
        modality = Modality.VOICE if Modality.VOICE.value in chosen.use else Modality.TEXT
        put_in_force(chosen.folder, modality, chosen.use)
    for modality in (Modality.TEXT, Modality.VOICE):
        for name, entry in heads_of(chosen.folder, modality).items():
            state = "in force" if name == in_force(modality, folder=chosen.folder) else "kept"
            print(f"{name:<32} {state:<9} {entry['reason']}")


def distil(chosen: argparse.Namespace) -> None:
    """Have emotion classifiers score lines for the text brain to learn from."""
    from engine.training.distillation import distil as scored

    count = scored(chosen.models, chosen.lines, chosen.out)
    print(f"{count} lines are scored; train with `python -m engine train text --soft {chosen.out}`.")


def _train_text_words(chosen: argparse.Namespace) -> None:
    from engine.training.plain_words import train as train_words

    train_words(chosen.data, chosen.out)


def _train_face_reader(part: str, chosen: argparse.Namespace) -> None:
    if part == "face-picture":
        from engine.training.face_picture import train as train_part
    else:
        from engine.training.face_stills import train as train_part
    train_part(chosen.data, chosen.out, seed=chosen.seed)


def evaluate(chosen: argparse.Namespace) -> None:
    """Measure the shipped weights on one labelled file or folder."""
    from engine.training.evaluate import evaluate as measured

    figures = measured(chosen.task, chosen.path, enrolled=chosen.enrolled)
    if chosen.json:
        print(json.dumps(figures, allow_nan=False, default=float))
        return
    for name, figure in _flat(figures):
        print(f"{name:<32} {figure:.4f}" if isinstance(figure, float) else f"{name:<32} {figure}")


def corpora(chosen: argparse.Namespace) -> None:
    """Say which corpus a folder is and what it holds; write its lines as a table where that is asked for."""
    from engine.training.corpora.reading import contents, open_corpus, write_table

    corpus = open_corpus(chosen.folder)
    if chosen.table is not None:
        try:
            write_table(corpus, chosen.folder, chosen.table)
        except OSError as error:
            raise TableError(
                f"{chosen.table.name} cannot be written ({error.strerror}); name another place."
            ) from error
    held = contents(corpus)
    if chosen.data is not None:
        from engine.training.corpora.laying_out import lay_out

        laid = lay_out(corpus, chosen.data)
        held |= {
            "written": {"sounds": laid.sounds, "lines": laid.lines, "unreadable": len(laid.unreadable)},
            "notes": [*held["notes"], *(f"{name} could not be heard." for name in laid.unreadable)],
        }
    if chosen.json:
        print(json.dumps(held, allow_nan=False))
        return
    notes = held.pop("notes")
    for name, figure in _flat(held):
        print(f"{name:<32} {figure}")
    print("\n".join(notes))


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

    training = commands.add_parser("train", help="train a brain or a system and write its weights")
    training.add_argument(
        "brain", choices=(*BRAINS, TEXT_WORDS, FACE, *FACE_READERS, *SYSTEMS, TRIMODAL, "all")
    )
    training.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="the training sets, or a project's export; of trimodal also an exported table of ratings",
    )
    training.add_argument("--out", type=Path, required=True, metavar="WEIGHTS_DIR")
    training.add_argument("--seed", type=_seed, default=DEFAULT_SEED, metavar="N")
    training.add_argument(
        "--soft", type=Path, metavar="CSV", help="soft scores for the text brain, as distil writes them"
    )
    training.add_argument("--only", choices=PARTS, help="of the performance brain, train this part alone")
    training.set_defaults(run=train)

    training.add_argument("--language", metavar="CODE", help="of an export, only clips in this language")
    training.add_argument(
        "--candidate", action="store_true", help="of an export: keep the head, put none in force"
    )
    training.add_argument(
        "--json", action="store_true", help="of an export: progress and result as JSON lines"
    )

    tuning = commands.add_parser("tuned", help="list heads tuned on own labels; go back to the shipped ones")
    tuning.add_argument("folder", type=Path, metavar="WEIGHTS_DIR")
    choice = tuning.add_mutually_exclusive_group()
    choice.add_argument("--use", metavar="FILE", help="put this head in force")
    choice.add_argument("--off", choices=TUNED_PARTS, help="let the shipped weights answer alone")
    tuning.set_defaults(run=tuned)

    distilling = commands.add_parser("distil", help="score lines by emotion classifiers, to train on")
    distilling.add_argument("--models", nargs="+", required=True, metavar="FOLDER", help="or hub names")
    distilling.add_argument("--lines", type=Path, required=True, metavar="CSV", help="with a column text")
    distilling.add_argument("--out", type=Path, required=True, metavar="CSV")
    distilling.set_defaults(run=distil)

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

    holding = commands.add_parser("corpora", help="say which corpus a folder is and what it holds")
    holding.add_argument("folder", type=Path, metavar="DIR", help="as its owners unpack it")
    holding.add_argument("--table", type=Path, metavar="OUT.csv", help="write its labelled lines as a table")
    holding.add_argument(
        "--data", type=Path, metavar="OUT", help="lay sounds and lines out as train and evaluate read them"
    )
    holding.add_argument("--json", action="store_true", help="print one JSON object")
    holding.set_defaults(run=corpora)
    return parser


def _seed(text: str) -> int:
    seed = int(text) if text.isdecimal() else -1
    if not 0 <= seed < 2**32:
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 to {2**32 - 1}, not {text!r}")
    return seed


if __name__ == "__main__":
    sys.exit(main())
