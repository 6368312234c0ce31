"""A tiny Whisper of the real classes that says what it was told to, whatever it hears.

Each place of its decoder points at the token that is due next, so that loading, windows, word times and
decoding are the library's own work while the words are known beforehand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import torch
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizer,
)
from transformers.models.whisper.tokenization_whisper import LANGUAGES

SAID: Final = ("How", "dare", "you", "leave", "me!")
WIDTH: Final = 64
PLACES: Final = 64
TIMESTAMPS: Final = 1501
"""<|0.00|> to <|30.00|>."""
LOUD: Final = 20.0
"""How far a place's own voice drowns the token that stands there."""


def save_tiny_whisper(
    folder: Path, said: tuple[str, ...] = SAID, *, until_s: float = 2.0, is_english_only: bool = False
) -> Path:
    """Write a Whisper that says ``said`` from 0 to ``until_s`` of each window of 30 s."""
    folder.mkdir(parents=True)
    tokenizer = _tokenizer(folder)
    config = WhisperConfig(
        vocab_size=len(tokenizer),
        d_model=WIDTH,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=WIDTH,
        decoder_ffn_dim=WIDTH,
        max_target_positions=PLACES,
        pad_token_id=tokenizer.eos_token_id,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=_id(tokenizer, "startoftranscript"),
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(config)
    words = tokenizer("".join(f" {word}" for word in said), add_special_tokens=False)["input_ids"]
    due = [
        _id(tokenizer, "startoftranscript"),
        *([] if is_english_only else [_id(tokenizer, "en"), _id(tokenizer, "transcribe")]),
        _id(tokenizer, "0.00"),
        *words,
        _id(tokenizer, f"{until_s:.2f}"),
    ]
    due += [tokenizer.eos_token_id] * (PLACES + 1 - len(due))
    with torch.no_grad():
        tokens = model.model.decoder.embed_tokens.weight
        tokens.normal_()
        model.model.decoder.embed_positions.weight.copy_(LOUD * tokens[due[1:]])
    _describe(model.generation_config, tokenizer)
    if is_english_only:
        for name in ("lang_to_id", "task_to_id"):
            delattr(model.generation_config, name)
        model.generation_config.is_multilingual = False
    model.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=config.num_mel_bins).save_pretrained(folder)
    return folder


def _tokenizer(folder: Path) -> WhisperTokenizer:
    """Bytes alone: no merges, so that a word is as many tokens as it has letters."""
    bytes_known = {sign: number for number, sign in enumerate(sorted(ByteLevel.alphabet()))}
    special = [
        "endoftext",
        "startoftranscript",
        *LANGUAGES,
        "translate",
        "transcribe",
        "startoflm",
        "startofprev",
        "nospeech",
        "notimestamps",
    ]
    tokenizer = WhisperTokenizer(vocab=bytes_known, merges=[])
    tokenizer.add_tokens([f"<|{name}|>" for name in special], special_tokens=True)
    tokenizer.add_tokens([f"<|{number * 0.02:.2f}|>" for number in range(TIMESTAMPS)])
    tokenizer.save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(bytes_known))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return tokenizer


def _describe(generation: object, tokenizer: WhisperTokenizer) -> None:
    """What the published models say of their own tokens."""
    facts = {
        "alignment_heads": [[0, 0], [0, 1]],
        "is_multilingual": True,
        "lang_to_id": {f"<|{code}|>": _id(tokenizer, code) for code in LANGUAGES},
        "task_to_id": {task: _id(tokenizer, task) for task in ("translate", "transcribe")},
        "no_timestamps_token_id": _id(tokenizer, "notimestamps"),
        "prev_sot_token_id": _id(tokenizer, "startofprev"),
        "max_initial_timestamp_index": 50,
        "max_length": PLACES,
        "_from_model_config": False,
    }
    for name, fact in facts.items():
        setattr(generation, name, fact)


def _id(tokenizer: WhisperTokenizer, name: str) -> int:
    return int(tokenizer.convert_tokens_to_ids(f"<|{name}|>"))
