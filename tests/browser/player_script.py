"""A page with nothing on it but the player: the scene that the address names, from a file of scenes."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from dashboard.components.player import PlayerScene, ScenePeak, TraceScene, player
from db.location import data_folder
from engine.analysis import SpokenWord
from tests.browser.player_stage import SCENES

DIRECTION = "direction"


def scene_of(content: dict[str, Any]) -> PlayerScene:
    """A scene as the file holds it."""
    given = dict(content)
    given["words"] = tuple(SpokenWord(*word) for word in given.get("words", ()))
    given["peaks"] = tuple(ScenePeak(*peak) for peak in given.get("peaks", ()))
    given["trace"] = TraceScene(**given["trace"]) if given.get("trace") else None
    return PlayerScene(**given)


if __name__ == "__main__":
    scenes = json.loads((data_folder() / SCENES).read_text(encoding="utf-8"))
    st.set_page_config(layout="wide")
    st.html(f"<style>.stApp {{ direction: {st.query_params.get(DIRECTION, 'ltr')}; }}</style>")
    player(scene_of(scenes[st.query_params["scene"]]))
