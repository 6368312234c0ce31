"""A text that a page could not send is not lost: it is refused in a sentence when it is pasted."""

from __future__ import annotations

from playwright.sync_api import Dialog, Page, expect

from tests.browser.served import Served

MOST = 300_000
PASTE = """(field, text) => {
  field.focus();
  const data = new DataTransfer();
  data.setData("text", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  if (field.dispatchEvent(event)) document.execCommand("insertText", false, text);
}"""


def test_a_script_too_long_to_be_pasted_is_told_so_and_what_stood_there_stays(
    page: Page, server: Served
) -> None:
    said: list[str] = []

    def close(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.accept()

    page.on("dialog", close)
    page.goto(f"{server.url}/scripts?project=Demo")
    field = page.get_by_role("textbox", name="Or paste lines here")
    expect(field).to_be_visible()
    field.fill("A line that stands here.\n")
    field.evaluate(PASTE, "A very long script. " * (MOST // 20))
    expect(field).to_have_value("A line that stands here.\n")
    assert len(said) == 1
    assert "text file" in said[0]
    field.evaluate(PASTE, "Another line.")
    expect(field).to_have_value("A line that stands here.\nAnother line.")
    assert len(said) == 1
