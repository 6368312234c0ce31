"""Clips and how far their analysis is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise", "calm", "contempt", "shame")
"""As they were known when this migration was written."""


def upgrade() -> None:
    op.create_table(
        "clips",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("media_key", sa.String(length=200), nullable=False),
        sa.Column("browser_key", sa.String(length=200), nullable=True),
        sa.Column("thumbnail_key", sa.String(length=200), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Float(precision=53), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column(
            "line_source",
            sa.Enum(
                "given",
                "recognised",
                "none",
                name="line_source_known",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("genre", sa.String(length=200), nullable=True),
        sa.Column(
            "directed_emotion",
            sa.Enum(
                *EMOTIONS, name="directed_emotion_known", native_enum=False, create_constraint=True, length=16
            ),
            nullable=True,
        ),
        sa.Column("directed_intensity", sa.Float(precision=53), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "analysing",
                "ready",
                "failed",
                name="status_known",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'failed' OR message IS NOT NULL", name=op.f("ck_clips_failed_says_why")
        ),
        sa.CheckConstraint(
            "directed_intensity >= 0 AND directed_intensity <= 1",
            name=op.f("ck_clips_directed_intensity_range"),
        ),
        sa.CheckConstraint("duration_s > 0", name=op.f("ck_clips_duration_range")),
        sa.CheckConstraint("length(original_name) >= 1", name=op.f("ck_clips_name_given")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_clips_sha256_length")),
        sa.CheckConstraint("size_bytes > 0 AND width > 0 AND height > 0", name=op.f("ck_clips_size_range")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_clips_project_id_projects")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_clips")),
        sa.UniqueConstraint("id", name=op.f("uq_clips_id")),
        sa.UniqueConstraint("project_id", "sha256", name=op.f("uq_clips_project_id_sha256")),
    )
    op.create_index(op.f("ix_clips_browser_key"), "clips", ["browser_key"], unique=False)
    op.create_index(op.f("ix_clips_media_key"), "clips", ["media_key"], unique=False)
    op.create_index(op.f("ix_clips_project_id_number"), "clips", ["project_id", "number"], unique=False)
    op.create_index(
        op.f("ix_clips_project_id_status_number"), "clips", ["project_id", "status", "number"], unique=False
    )
    op.create_index(op.f("ix_clips_status_number"), "clips", ["status", "number"], unique=False)
    op.create_index(op.f("ix_clips_thumbnail_key"), "clips", ["thumbnail_key"], unique=False)
