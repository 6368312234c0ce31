"""What people answer, append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0005"
down_revision = "0004"

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise", "calm", "contempt", "shame")
"""As they were known when this migration was written."""


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column(
            "phase",
            sa.Enum(
                "assisted",
                "blind",
                "revised",
                name="phase_known",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "words",
                "voice",
                "face",
                "full",
                name="channel_known",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("delivery", sa.Integer(), nullable=True),
        sa.Column(
            "emotion",
            sa.Enum(*EMOTIONS, name="emotion_known", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("expected_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("expressed_intensity", sa.Float(precision=53), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("prediction_shown", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("watched_share", sa.Float(precision=53), nullable=True),
        sa.Column("active_time_s", sa.Float(precision=53), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lock_hash", sa.String(length=64), nullable=True),
        sa.Column("selection_probability", sa.Float(precision=53), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(locked_at IS NULL) = (lock_hash IS NULL)", name=op.f("ck_ratings_lock_complete")
        ),
        sa.CheckConstraint("active_time_s >= 0", name=op.f("ck_ratings_active_time_range")),
        sa.CheckConstraint("delivery >= -2 AND delivery <= 2", name=op.f("ck_ratings_delivery_range")),
        sa.CheckConstraint(
            "delivery IS NOT NULL OR emotion IS NOT NULL OR expected_intensity IS NOT NULL "
            "OR expressed_intensity IS NOT NULL",
            name=op.f("ck_ratings_says_something"),
        ),
        sa.CheckConstraint(
            "expected_intensity >= 0 AND expected_intensity <= 1", name=op.f("ck_ratings_expected_range")
        ),
        sa.CheckConstraint(
            "expressed_intensity >= 0 AND expressed_intensity <= 1", name=op.f("ck_ratings_expressed_range")
        ),
        sa.CheckConstraint("length(idempotency_key) >= 1", name=op.f("ck_ratings_key_given")),
        sa.CheckConstraint(
            "selection_probability > 0 AND selection_probability <= 1",
            name=op.f("ck_ratings_selection_probability_range"),
        ),
        sa.CheckConstraint(
            "watched_share >= 0 AND watched_share <= 1", name=op.f("ck_ratings_watched_share_range")
        ),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_ratings_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_ratings_person_id_people")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_ratings_policy_id_policies")),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_ratings_prediction_id_predictions")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["ratings.id"], name=op.f("fk_ratings_supersedes_id_ratings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ratings_idempotency_key")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_ratings_supersedes_id")),
    )
    op.create_index(
        op.f("ix_ratings_clip_id_person_id_id"), "ratings", ["clip_id", "person_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_ratings_person_id_clip_id_id"), "ratings", ["person_id", "clip_id", "id"], unique=False
    )
    op.create_index(op.f("ix_ratings_policy_id"), "ratings", ["policy_id"], unique=False)
    op.create_index(op.f("ix_ratings_prediction_id"), "ratings", ["prediction_id"], unique=False)
    for table in ("ratings",):
        for statement in statements(table, dialect=op.get_context().dialect.name):
            op.execute(statement)
