"""Placeholder until the service lands."""

import streamlit as st


def show() -> None:
    st.header("thresholds")
