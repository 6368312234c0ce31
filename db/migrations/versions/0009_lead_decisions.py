"""What the lead of a project decides: guidelines, label sets, gold answers, adjudications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0009"
down_revision = "0008"

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise", "calm", "contempt", "shame")
"""As they were known when this migration was written; so are the words below."""

CHANNELS = ("words", "voice", "face", "full")
PURPOSES = ("ordinary", "qualification", "gold_training", "gold_silent", "repeat")
APPEND_ONLY = ("gold", "guidelines", "label_sets", "adjudications")


def upgrade() -> None:
    op.create_table(
        "guidelines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_guidelines_version_range")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_guidelines_created_by_people")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_guidelines_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidelines")),
        sa.UniqueConstraint(
            "project_id", "language", "version", name=op.f("uq_guidelines_project_id_language_version")
        ),
    )
    op.create_index(op.f("ix_guidelines_created_by"), "guidelines", ["created_by"], unique=False)
    op.create_table(
        "label_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_label_sets_version_range")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_label_sets_created_by_people")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_label_sets_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_sets")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_label_sets_project_id_version")),
    )
    op.create_index(op.f("ix_label_sets_created_by"), "label_sets", ["created_by"], unique=False)
    op.create_table(
        "adjudications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=True),
        sa.Column(
            "emotion",
            sa.Enum(*EMOTIONS, name="emotion_known", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("expected_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("expressed_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("considered", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("delivery >= -2 AND delivery <= 2", name=op.f("ck_adjudications_delivery_range")),
        sa.CheckConstraint(
            "expected_intensity >= 0 AND expected_intensity <= 1",
            name=op.f("ck_adjudications_expected_range"),
        ),
        sa.CheckConstraint(
            "expressed_intensity >= 0 AND expressed_intensity <= 1",
            name=op.f("ck_adjudications_expressed_range"),
        ),
        sa.CheckConstraint("length(reason) >= 1", name=op.f("ck_adjudications_reason_given")),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_adjudications_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_adjudications_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjudications")),
    )
    op.create_index(
        op.f("ix_adjudications_clip_id_channel_id"),
        "adjudications",
        ["clip_id", "channel", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_adjudications_person_id"), "adjudications", ["person_id"], unique=False)
    op.create_table(
        "gold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column(
            "purpose",
            sa.Enum(*PURPOSES, name="purpose_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("accepts", sa.JSON(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_gold_clip_id_clips")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_gold_created_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold")),
    )
    op.create_index(op.f("ix_gold_clip_id_channel_id"), "gold", ["clip_id", "channel", "id"], unique=False)
    op.create_index(op.f("ix_gold_created_by"), "gold", ["created_by"], unique=False)
    for table in APPEND_ONLY:
        for statement in statements(table, dialect=op.get_context().dialect.name):
            op.execute(statement)
