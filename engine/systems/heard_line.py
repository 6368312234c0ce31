"""The words of a clip before a system reads them: given, recognised from the sound, or unknown.

Where a Whisper lies on this machine, it gives the line that nobody gave, the times of a given line's
words, and how far what was said is what the script says. Every system gets its line from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Final, Self

from engine.analysis import Analysis, ScriptMatch, SpokenWord
from engine.features.words import split_words
from engine.media import Media
from engine.media.sound import read_sound
from engine.media.survey import survey
from engine.script_match import compare
from engine.speech import SILENT, SUGGESTED, Transcript, at_hand
from engine.vocabulary import LineSource

NO_MODEL: Final = (
    "No line was given and no speech model is on this machine: give the line, or fetch a model with "
    f"`python -m dashboard models fetch {SUGGESTED}`."
)
NOTHING_HEARD: Final = "No words were recognised in the sound; give the line."


@dataclass(frozen=True, slots=True)
class HeardLine:
    """What a system is to read as the line of a clip.

    Attributes
    ----------
    line : str or None
    source : LineSource
    word_times : sequence of SpokenWord or None
        When each word of the line is said, where that is known.
    script : ScriptMatch or None
        Where a line was given and speech was recognised.
    warning : str or None
        Why there is no line.
    seconds : float or None
        What recognition took; ``None`` where nothing was recognised.
    """

    line: str | None
    source: LineSource
    word_times: Sequence[SpokenWord] | None = None
    script: ScriptMatch | None = None
    warning: str | None = None
    seconds: float | None = None

    @classmethod
    def of(
        cls,
        path: Path,
        *,
        line: str | None,
        word_times: Sequence[SpokenWord] | None = None,
        media: Media | None = None,
    ) -> Self:
        """Find the line of a clip.

        Parameters
        ----------
        line : str, optional
            As it was given.
        media : Media, optional
            A piece of the clip that is decoded already: its sound is listened to, not the whole.
        word_times : sequence of SpokenWord, optional
            As they were given; recognised ones never replace them.

        Raises
        ------
        MediaError
            If the file is no clip.
        WeightsError
            If there is a speech model and it is damaged.
        """
        given = line is not None and bool(split_words(line))
        known = cls(line, LineSource.GIVEN if given else LineSource.NONE, word_times)
        model = at_hand()
        if model is None:
            return known if given else replace(known, warning=NO_MODEL)
        started = perf_counter()
        sound = read_sound(path, survey(path))[0] if media is None else media.sound
        heard = SILENT if sound is None else model.recognise(sound)
        seconds = perf_counter() - started
        if line is not None and given:
            found = compare(line, heard.words)
            if sound is None or found is None:
                return known
            times = word_times if word_times is not None else found.line_times
            return replace(known, word_times=times, script=found.match, seconds=seconds)
        if not heard.words:
            return replace(known, warning=NOTHING_HEARD, seconds=seconds)
        return cls(heard.line, LineSource.RECOGNISED, _times(heard), seconds=seconds)

    def told(self, analysis: Analysis) -> Analysis:
        """The analysis with what is known of where its line came from."""
        warnings, timings = analysis.warnings, dict(analysis.timings_s)
        if self.warning is not None:
            warnings += (self.warning,)
        if self.source is LineSource.RECOGNISED:
            warnings += ("The line was recognised from the sound; check it before you rely on it.",)
        if self.seconds is not None:
            timings |= {"speech": self.seconds, "total": timings["total"] + self.seconds}
        return replace(
            analysis, line_source=self.source, script=self.script, warnings=warnings, timings_s=timings
        )


def _times(heard: Transcript) -> tuple[SpokenWord, ...] | None:
    """The times of a recognised line's words, if the line splits into the same words."""
    count = sum(len(split_words(word.text)) for word in heard.words)
    return heard.words if count == len(split_words(heard.line)) else None
