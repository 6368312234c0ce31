"""Every word about agreement that code puts together is in the catalogue."""

from __future__ import annotations

import pytest

from dashboard.app_pages.agreement import PEOPLE, SIMULATED
from dashboard.services import messages
from dashboard.services.agreement_words import STRENGTHS
from dashboard.services.given_answers import Field
from engine.raters.agreement import CoefficientName, Note, Undefined
from engine.raters.functioning import Finding
from engine.vocabulary import Channel, Phase

KEYS = (
    *(f"agreement.coefficient.{name.value}" for name in CoefficientName),
    *(f"agreement.undefined.{why.value}" for why in Undefined),
    *(f"agreement.note.{note.value}.other" for note in Note),
    *(f"agreement.strength.{word}" for _, word in STRENGTHS),
    *(f"agreement.field.{field.value}" for field in Field),
    *(f"agreement.functioning.{finding.value}" for finding in Finding),
    *(f"agreement.part.phase.{phase.value}" for phase in Phase),
    *(f"agreement.part.channel.{channel.value}" for channel in Channel),
    *(f"agreement.functioning.{side}" for side in ("later", "sooner")),
    *(f"agreement.whose_name.{whose}" for whose in (PEOPLE, SIMULATED)),
)


@pytest.mark.parametrize("language", messages.languages())
def test_every_word_is_there(language: str) -> None:
    known = messages.catalogue(language).messages
    assert [key for key in KEYS if key not in known] == []
