"""Why a clip got its verdict, in sentences a person can check against the picture and the sound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dashboard.services.judging import InForce
from dashboard.services.messages import say, signed
from dashboard.services.script_words import script_sentence
from engine.analysis import Analysis, Judgement, likeliest
from engine.vocabulary import INTENSITY_UNIT, LineSource, Modality, Verdict

WORDS_NAMED: Final = 3
"""How many words of the line are named at most."""

TELLING: Final = 1.3
"""A word is named only if it got this many times the attention of an average word."""


def explain(analysis: Analysis, judgement: Judgement, policy: InForce) -> tuple[str, ...]:
    """Sentences in the order a person asks: what was compared, with which thresholds, seen where.

    Parameters
    ----------
    analysis : Analysis
    judgement : Judgement
        Under ``policy``, not the one made at the time of the analysis.
    policy : InForce
    """
    return (
        *_gap(analysis, judgement),
        *_third(analysis),
        *_thresholds(policy),
        *_frames(analysis),
        *_words(analysis),
        *_said(analysis),
        *_modalities(analysis),
    )


def _gap(analysis: Analysis, judgement: Judgement) -> Iterator[str]:
    gap = analysis.alignment
    if analysis.expected_intensity is None:
        yield say("why.no_line")
    if analysis.expressed_intensity is None:
        yield say("why.no_performance")
    if gap is None or judgement.verdict is None:
        return
    yield say(
        "why.gap",
        expected=analysis.expected_intensity,
        expressed=analysis.expressed_intensity,
        gap=signed(gap),
        unit=INTENSITY_UNIT,
    )
    yield say(f"why.rule.{judgement.verdict}", lower=signed(judgement.lower), upper=signed(judgement.upper))
    if len(judgement.verdict_set) > 1:
        names = [say(f"zone.{verdict}") for verdict in judgement.verdict_set]
        yield say("why.unsure", verdicts=say("why.or").join(names))
    elif judgement.probabilities is not None:
        share = round(100 * judgement.probabilities[judgement.verdict])
        yield say("why.probability", verdict=say(f"zone.{judgement.verdict}"), percent=share)


def _third(analysis: Analysis) -> Iterator[str]:
    """What the third model says, where one was trained with these weights; it decides nothing."""
    if analysis.trimodal is not None:
        verdict = likeliest(analysis.trimodal)
        share = round(100 * analysis.trimodal[verdict])
        yield say("why.third", verdict=say(f"zone.{verdict}"), percent=share)


def _thresholds(policy: InForce) -> Iterator[str]:
    if policy.suspended is not None:
        yield say("why.suspended", version=policy.suspended.version)
    record = policy.record
    if record is None or record.training_count == 0:
        yield say("why.fixed")
        return
    yield say(
        "why.learned",
        version=record.version,
        ratings=record.training_count,
        people=record.metrics.get("raters", 0),
    )


def _frames(analysis: Analysis) -> Iterator[str]:
    moments = [
        say("why.moment_word", time=peak.time_s, word=peak.word)
        if peak.word
        else say("why.moment", time=peak.time_s)
        for peak in analysis.peaks
    ]
    if moments and analysis.expressed_intensity is not None:
        yield say("why.frames", moments=say("why.comma").join(moments))
    lift = analysis.amplification
    if lift is not None:
        yield say(
            f"why.amplified.{lift.sign}",
            before=lift.before,
            after=lift.after,
            value=lift.value,
            time=lift.time_s,
        )


def _words(analysis: Analysis) -> Iterator[str]:
    if analysis.expected_intensity is None or len(analysis.words) < WORDS_NAMED:
        return
    average = sum(word.attention for word in analysis.words) / len(analysis.words)
    strongest = sorted(analysis.words, key=lambda word: -word.attention)[:WORDS_NAMED]
    named = [word.text for word in strongest if word.attention >= TELLING * average]
    if named:
        yield say("why.words", words=say("why.comma").join(say("why.quoted", word=word) for word in named))


def _said(analysis: Analysis) -> Iterator[str]:
    if analysis.line_source is LineSource.RECOGNISED:
        yield say("why.recognised")
    if analysis.script is not None:
        yield script_sentence(analysis.script)


def _modalities(analysis: Analysis) -> Iterator[str]:
    shares = {
        modality: reading.weight
        for modality, reading in analysis.modalities.items()
        if modality is not Modality.TEXT and reading.weight > 0
    }
    total = sum(shares.values())
    if len(shares) > 1:
        leading = max(shares, key=lambda modality: shares[modality])
        yield say(f"why.leads.{leading}", percent=round(100 * shares[leading] / total))
    for reading in analysis.modalities.values():
        if reading.note:
            yield reading.note


def verdict_sentence(verdict: Verdict | None) -> str:
    """The verdict in one plain sentence."""
    return say("why.verdict_unknown") if verdict is None else say(f"why.verdict.{verdict}")
