"""Which prediction was handed to the page of which task: the server's own word on what a rater had seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0020"
down_revision = "0019"

CHANNELS = ("words", "voice", "face", "full")


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_sightings_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sightings_person_id_people")),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_sightings_prediction_id_predictions")
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "clip_id", "channel", "occasion", "prediction_id", name=op.f("pk_sightings")
        ),
    )
    op.create_index(op.f("ix_sightings_clip_id"), "sightings", ["clip_id"], unique=False)
    op.create_index(op.f("ix_sightings_prediction_id"), "sightings", ["prediction_id"], unique=False)
    for statement in statements("sightings", dialect=op.get_context().dialect.name):
        op.execute(statement)
