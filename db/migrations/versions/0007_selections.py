"""Which clips the queue chose for whom, and with what chance, append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "selections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(precision=53), nullable=False),
        sa.Column("even_probability", sa.Float(precision=53), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "even_probability > 0 AND even_probability <= 1",
            name=op.f("ck_selections_even_probability_range"),
        ),
        sa.CheckConstraint(
            "probability > 0 AND probability <= 1", name=op.f("ck_selections_probability_range")
        ),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_selections_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_selections_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
        sa.UniqueConstraint("person_id", "clip_id", name=op.f("uq_selections_person_id_clip_id")),
    )
    op.create_index(op.f("ix_selections_clip_id"), "selections", ["clip_id"], unique=False)
    for statement in statements("selections", dialect=op.get_context().dialect.name):
        op.execute(statement)
