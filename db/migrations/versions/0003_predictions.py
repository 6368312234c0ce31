"""What systems say about clips, append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0003"
down_revision = "0002"

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise", "calm", "contempt", "shame")
"""As they were known when this migration was written."""


def upgrade() -> None:
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column(
            "system",
            sa.Enum(
                "alignment",
                "mmmla",
                "meld",
                "ravdess",
                name="system_known",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("weights_version", sa.String(length=200), nullable=False),
        sa.Column("feature_schema", sa.String(length=200), nullable=False),
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
        sa.Column(
            "emotion",
            sa.Enum(*EMOTIONS, name="emotion_known", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("expected_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("expressed_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "expected_intensity >= 0 AND expected_intensity <= 1", name=op.f("ck_predictions_expected_range")
        ),
        sa.CheckConstraint(
            "expressed_intensity >= 0 AND expressed_intensity <= 1",
            name=op.f("ck_predictions_expressed_range"),
        ),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_predictions_clip_id_clips")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_predictions")),
    )
    op.create_index(
        op.f("ix_predictions_clip_id_system_id"), "predictions", ["clip_id", "system", "id"], unique=False
    )
    for table in ("predictions",):
        for statement in statements(table, dialect=op.get_context().dialect.name):
            op.execute(statement)
