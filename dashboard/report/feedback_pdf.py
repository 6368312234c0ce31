"""A feedback sheet as PDF, in Latin, Devanagari and Arabic script, whichever stand in it.

fpdf2 writes it and HarfBuzz shapes the letters; the Noto fonts (SIL Open Font License) come in packages, so
that nothing has to be installed on the machine.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Final

from fpdf import FPDF
from PIL import Image, UnidentifiedImageError

from dashboard.report.feedback_page import clock, made_on
from dashboard.report.fonts import Script, path_of
from dashboard.services import messages
from dashboard.services.feedback import FeedbackSheet, ScoreLine

FONTS: Final = {"latin": Script.LATIN, "devanagari": Script.DEVANAGARI, "arabic": Script.ARABIC}
DEVANAGARI: Final = re.compile(r"[\u0900-\u097f]")

TITLE_PT: Final = 17
HEAD_PT: Final = 13
TEXT_PT: Final = 11
SMALL_PT: Final = 9
LEADING: Final = 0.55
"""Millimetres of a line's height for each point; Devanagari and Arabic stand high."""

STILL_MM: Final = 45
STILL_PIXELS: Final = 480
CLOCK_MM: Final = 20
WIDTHS: Final = (110, 40, 40)
"""Of the columns of the table of scores, millimetres."""


def render(sheet: FeedbackSheet) -> bytes:
    """The sheet in the language spoken now.

    Raises
    ------
    DailiesError
        If the fonts are not installed.
    """
    page = _Page(is_mirrored=messages.direction() == "rtl")
    say = messages.say
    page.write(say("feedback.title", student=sheet.student, work=sheet.title), TITLE_PT)
    page.write(f"{sheet.room} · {made_on(sheet)}", SMALL_PT)
    page.write(sheet.target, TEXT_PT)
    page.gap()
    if sheet.grade is None:
        page.write(say("feedback.no_grade"), HEAD_PT)
    else:
        page.write(say("feedback.grade", grade=f"{sheet.grade:.2f}", best=sheet.best), HEAD_PT)
    page.row((say("feedback.criterion"), say("feedback.share"), say("feedback.score")), WIDTHS)
    for line in sheet.scores:
        page.row(_cells(line), WIDTHS)
    page.gap()
    for remark in sheet.remarks:
        page.write(remark, TEXT_PT)
    for take in sheet.takes:
        page.gap()
        page.write(f"“{take.line}”", HEAD_PT)
        page.picture(take.still)
        for at_s, text in take.notes:
            page.note(clock(at_s), text)
        if not take.notes:
            page.write(say("feedback.no_notes"), SMALL_PT)
    page.gap()
    page.write(say("feedback.advisory"), SMALL_PT)
    return page.content()


def _cells(line: ScoreLine) -> tuple[str, str, str]:
    return line.label, f"{100 * line.share:.3g} %", "–" if line.score is None else f"{line.score:g}"


class _Page:
    """A4 pages that fill from the top."""

    def __init__(self, *, is_mirrored: bool) -> None:
        self._pdf = FPDF(format="A4")
        self._is_mirrored = is_mirrored
        self._align = "R" if is_mirrored else "L"
        for name, script in FONTS.items():
            self._pdf.add_font(name, "", path_of(script))
        self._pdf.set_fallback_fonts([name for name in FONTS if name != "latin"])
        self._pdf.set_auto_page_break(True, margin=18)
        self._pdf.add_page()

    def write(self, text: str, size: int) -> None:
        self._use(text, size)
        self._pdf.multi_cell(0, LEADING * size, text, align=self._align, new_x="LMARGIN", new_y="NEXT")

    def row(self, cells: tuple[str, ...], widths: tuple[int, ...]) -> None:
        pairs = list(zip(cells, widths, strict=True))
        for text, width in reversed(pairs) if self._is_mirrored else pairs:
            self._use(text, TEXT_PT)
            self._pdf.cell(width, LEADING * TEXT_PT + 1, text, border="B", align=self._align)
        self._pdf.ln()

    def note(self, time: str, text: str) -> None:
        """A moment and what was said about it, side by side."""
        height = LEADING * TEXT_PT
        if not self._is_mirrored:
            self._use(time, TEXT_PT)
            self._pdf.cell(CLOCK_MM, height, time)
            self._use(text, TEXT_PT)
            self._pdf.multi_cell(0, height, text, align="L", new_x="LMARGIN", new_y="NEXT")
            return
        self._use(time, TEXT_PT)
        top = self._pdf.get_y()
        self._pdf.set_x(self._pdf.w - self._pdf.r_margin - CLOCK_MM)
        self._pdf.cell(CLOCK_MM, height, time, align="R")
        self._pdf.set_xy(self._pdf.l_margin, top)
        self._use(text, TEXT_PT)
        self._pdf.multi_cell(self._pdf.epw - CLOCK_MM, height, text, align="R", new_x="LMARGIN", new_y="NEXT")

    def picture(self, still: bytes | None) -> None:
        if still is None:
            return
        try:
            shown = Image.open(BytesIO(still)).convert("RGB")
        except (UnidentifiedImageError, OSError):  # the sheet is as good without it
            return
        shown.thumbnail((STILL_PIXELS, STILL_PIXELS))
        place = self._pdf.w - self._pdf.r_margin - STILL_MM if self._is_mirrored else self._pdf.l_margin
        self._pdf.image(shown, x=place, w=STILL_MM)
        self._pdf.ln(2)

    def gap(self) -> None:
        self._pdf.ln(3)

    def content(self) -> bytes:
        return bytes(self._pdf.output())

    def _use(self, text: str, size: int) -> None:
        """Latin letters stand in the Devanagari font too, so its script has to be told, not guessed."""
        self._pdf.set_text_shaping(True, script="deva" if DEVANAGARI.search(text) else None)
        self._pdf.set_font("arabic", "", size)  # or the font that was fallen back on last would stay in use
        self._pdf.set_font("latin", "", size)
