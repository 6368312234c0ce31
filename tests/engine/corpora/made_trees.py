"""Tiny corpora laid out as their owners unpack them."""

from __future__ import annotations

import csv
from pathlib import Path


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def put_table(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([header, *rows])
    return path


def iemocap(root: Path) -> Path:
    """Two sessions, one dialogue each; five turns, one of them frustrated, one without its sound."""
    for session, turns in (
        (1, [("F000", "neu", "2.5, 2.5, 2.5"), ("M000", "fru", "2.0, 4.0, 3.0"), ("F001", "exc", "4, 5, 3")]),
        (2, [("F000", "ang", "1.5, 4.5, 4.0"), ("M000", "xxx", "3.0, 3.0, 3.0")]),
    ):
        name = f"Ses0{session}F_impro01"
        base = root / f"Session{session}"
        lines = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
        words = []
        for at, (turn, label, rated) in enumerate(turns):
            lines += [
                f"[{6.29 + at:.4f} - {8.23 + at:.4f}]\t{name}_{turn}\t{label}\t[{rated}]",
                "C-E2:\tNeutral;\t()",
                "A-E3:\tval 3; act 2; dom  3;\t()",
                "",
            ]
            words.append(f"{name}_{turn} [006.2901-008.2357]: Excuse me, {at}.")
            if turn != "F001":
                put(base / "sentences" / "wav" / name / f"{name}_{turn}.wav")
        put(base / "dialog" / "EmoEvaluation" / f"{name}.txt", "\n".join(lines))
        put(base / "dialog" / "EmoEvaluation" / "Categorical" / f"{name}_e1_cat.txt", "not read")
        put(base / "dialog" / "transcriptions" / f"{name}.txt", "\n".join(words))
    return root


MOSEI_COLUMNS = [
    "HITId",
    "Input.VIDEO_ID",
    "Input.CLIP",
    "Answer.anger",
    "Answer.disgust",
    "Answer.fear",
    "Answer.happiness",
    "Answer.sadness",
    "Answer.surprise",
    "Answer.sentiment",
]


def mosei(root: Path) -> Path:
    """Three videos with four clips: joy by two raters, nothing felt, a tie, and anger."""
    raw = root / "Raw"
    rows: list[list[object]] = [
        ["a", "-3g5yACwYnA", 2, 0, 0, 0, 3, 0, 0, 2],
        ["b", "-3g5yACwYnA", 2, 1, 0, 0, 2, "", 0, 1],
        ["c", "-3g5yACwYnA", 3, 0, 0, 0, 0, 0, 0, 0],
        ["d", "0K7dCp80n9c", 0, 2, 2, 0, 0, 0, 0, -2],
        ["e", "100178", 1, 1.5, 0, 0, 0, 0, 0, -1],
    ]
    put_table(raw / "Labels" / "5000_batch_raw.csv", MOSEI_COLUMNS, rows)
    put_table(raw / "Labels" / "extreme_sentiment_results.csv", ["HITId", "Answer.sentiment"], [["x", 3]])
    put(
        raw / "Transcript" / "Segmented" / "Combined" / "-3g5yACwYnA.txt",
        "-3g5yACwYnA___2___13.1___20.5___It was ___ a great film.\n-3g5yACwYnA___3___20.5___22___Well.\n",
    )
    put(raw / "Videos" / "Segmented" / "Combined" / "-3g5yACwYnA_2.mp4")
    return root


def cremad(root: Path) -> Path:
    """Two actors, four clips, one of them fetched as sound alone and one not at all."""
    header = ["ActorID", "Age", "Sex", "Race", "Ethnicity"]
    put_table(
        root / "VideoDemographics.csv",
        header,
        [[1001, 51, "Male", "Caucasian", "Not Hispanic"], [1002, 21, "Female", "Asian", "Not Hispanic"]],
    )
    stems = ["1001_DFA_ANG_XX", "1001_IEO_HAP_HI", "1002_IEO_HAP_LO", "1002_WSI_NEU_XX"]
    put_table(
        root / "SentenceFilenames.csv",
        ["Stimulus_Number", "Filename"],
        [[at, stem] for at, stem in enumerate(stems, start=1)],
    )
    for stem in stems[:3]:
        put(root / "AudioWAV" / f"{stem}.wav")
    for stem in stems[:2]:
        put(root / "VideoFlash" / f"{stem}.flv")
    put_table(
        root / "processedResults" / "summaryTable.csv",
        [
            "",
            "FileName",
            "VoiceVote",
            "VoiceLevel",
            "FaceVote",
            "FaceLevel",
            "MultiModalVote",
            "MultiModalLevel",
        ],
        [
            [1, "1001_DFA_ANG_XX", "A", "60", "A", "70", "A", "62.5"],
            [2, "1001_IEO_HAP_HI", "H", "80", "H", "80", "H:N", "81:40"],
            [3, "1002_IEO_HAP_LO", "N", "NA", "N", "NA", "N", "NA"],
        ],
    )
    return root


def meld(root: Path) -> Path:
    """Train with two dialogues and dev with one; a film is missing, and one label is unknown."""
    header = ["Sr No.", "Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID"]
    put_table(
        root / "train" / "train_sent_emo.csv",
        header,
        [
            [1, "You\x92re kidding\x85 right?", "Joey", "surprise", "positive", 0, 0],
            [2, "No.", "Monica", "neutral", "neutral", 0, 1],
            [3, "Oh my God", "Ross", "bewilderment", "negative", 1, 0],
        ],
    )
    put_table(root / "dev_sent_emo.csv", header, [[1, "Great, fine.", "Joey", "anger", "negative", 0, 0]])
    put(root / "train" / "train_splits" / "dia0_utt0.mp4")
    put(root / "train" / "train_splits" / "dia1_utt0.mp4")
    put(root / "dev" / "dev_splits_complete" / "dia0_utt0.mp4")
    return root


def ravdess(root: Path) -> Path:
    """A film with its muted and sung fellows, the same take as sound, and another actor's sound."""
    film = root / "Video_Speech_Actor_01" / "Actor_01"
    put(film / "01-01-05-02-01-01-01.mp4")
    put(film / "02-01-05-02-01-01-01.mp4")
    put(film / "01-02-05-02-01-01-01.mp4")
    put(root / "Audio_Speech_Actors_01-24" / "Actor_01" / "03-01-05-02-01-01-01.wav")
    put(root / "Audio_Speech_Actors_01-24" / "Actor_14" / "03-01-02-01-02-01-14.wav")
    return root
