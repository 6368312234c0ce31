"""Scripts and their lines, takes, scenes and their utterances."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

EMOTIONS = (
    "anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise", "calm", "contempt", "shame",
)  # fmt: skip


def upgrade() -> None:
    _scripts()
    _takes()
    _scenes()


def _scripts() -> None:
    op.create_table(
        "scripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(title) >= 1", name=op.f("ck_scripts_title_given")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_scripts_project_id_projects")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_scripts_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scripts")),
    )
    op.create_index(op.f("ix_scripts_project_id_id"), "scripts", ["project_id", "id"])
    op.create_index(op.f("ix_scripts_person_id"), "scripts", ["person_id"])
    op.create_table(
        "script_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.String(length=200), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("expected_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("emotion", _words("emotion_known", *EMOTIONS), nullable=True),
        sa.Column("read_with", sa.String(length=200), nullable=True),
        sa.CheckConstraint("length(text) >= 1", name=op.f("ck_script_lines_text_given")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_script_lines_position_range")),
        sa.CheckConstraint(
            "expected_intensity >= 0 AND expected_intensity <= 1",
            name=op.f("ck_script_lines_expected_range"),
        ),
        sa.ForeignKeyConstraint(
            ["script_id"], ["scripts.id"], name=op.f("fk_script_lines_script_id_scripts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_lines")),
        sa.UniqueConstraint("script_id", "position", name=op.f("uq_script_lines_script_id_position")),
    )
    op.create_index(op.f("ix_script_lines_read_with_id"), "script_lines", ["read_with", "id"])


def _takes() -> None:
    op.create_table(
        "takes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("recording_key", sa.String(length=200), nullable=False),
        sa.Column("script_line_id", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(recording_key) >= 1", name=op.f("ck_takes_key_given")),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_takes_clip_id_clips")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_takes_project_id_projects")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_takes_person_id_people")),
        sa.ForeignKeyConstraint(
            ["script_line_id"], ["script_lines.id"], name=op.f("fk_takes_script_line_id_script_lines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takes")),
        sa.UniqueConstraint("clip_id", name=op.f("uq_takes_clip_id")),
        sa.UniqueConstraint("recording_key", name=op.f("uq_takes_recording_key")),
    )
    op.create_index(op.f("ix_takes_person_id_project_id_id"), "takes", ["person_id", "project_id", "id"])
    op.create_index(op.f("ix_takes_project_id"), "takes", ["project_id"])
    op.create_index(op.f("ix_takes_script_line_id"), "takes", ["script_line_id"])


def _scenes() -> None:
    op.create_table(
        "scenes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("script_id", sa.Integer(), nullable=True),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_key", sa.String(length=200), nullable=False),
        sa.Column("browser_key", sa.String(length=200), nullable=True),
        sa.Column("duration_s", sa.Float(precision=53), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("cut_by", _words("cut_by_known", "times", "subtitles", "pauses"), nullable=False),
        sa.Column(
            "status",
            _words("scene_status_known", "queued", "looking", "reading", "ready", "failed"),
            nullable=False,
        ),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_scenes_sha256_length")),
        sa.CheckConstraint("length(original_name) >= 1", name=op.f("ck_scenes_name_given")),
        sa.CheckConstraint("duration_s > 0", name=op.f("ck_scenes_duration_range")),
        sa.CheckConstraint(
            "status <> 'failed' OR message IS NOT NULL", name=op.f("ck_scenes_failed_says_why")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_scenes_project_id_projects")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_scenes_person_id_people")),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_scenes_script_id_scripts")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_scenes")),
        sa.UniqueConstraint("id", name=op.f("uq_scenes_id")),
    )
    op.create_index(op.f("ix_scenes_project_id_number"), "scenes", ["project_id", "number"])
    op.create_index(op.f("ix_scenes_status_number"), "scenes", ["status", "number"])
    for column in ("person_id", "script_id", "media_key", "browser_key"):
        op.create_index(op.f(f"ix_scenes_{column}"), "scenes", [column])
    op.create_table(
        "utterances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scene_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(precision=53), nullable=False),
        sa.Column("end_s", sa.Float(precision=53), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("given_speaker", sa.String(length=200), nullable=True),
        sa.Column("heard_speaker", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            _words("utterance_status_known", "queued", "analysing", "ready", "failed"),
            nullable=False,
        ),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("expected_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("expressed_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("document", sa.JSON(), nullable=True),
        sa.CheckConstraint("start_s >= 0 AND end_s > start_s", name=op.f("ck_utterances_span_range")),
        sa.CheckConstraint(
            "expected_intensity >= 0 AND expected_intensity <= 1", name=op.f("ck_utterances_expected_range")
        ),
        sa.CheckConstraint(
            "expressed_intensity >= 0 AND expressed_intensity <= 1",
            name=op.f("ck_utterances_expressed_range"),
        ),
        sa.CheckConstraint(
            "status <> 'failed' OR message IS NOT NULL", name=op.f("ck_utterances_failed_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["scene_number"], ["scenes.number"], name=op.f("fk_utterances_scene_number_scenes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_utterances")),
        sa.UniqueConstraint("scene_number", "position", name=op.f("uq_utterances_scene_number_position")),
    )
    op.create_index(
        op.f("ix_utterances_scene_number_status_position"),
        "utterances",
        ["scene_number", "status", "position"],
    )


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=16)
