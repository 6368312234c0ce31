"""Indexes for projects of a hundred thousand clips: what is in hand, what is newest, what was left out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_index(op.f("ix_clips_project_id_updated_at"), "clips", ["project_id", "updated_at"])
    op.create_index(op.f("ix_ratings_person_id_id"), "ratings", ["person_id", "id"])
    op.create_index(
        op.f("ix_assignments_person_id_expires_at_id"), "assignments", ["person_id", "expires_at", "id"]
    )
    op.create_index(op.f("ix_assignments_expires_at"), "assignments", ["expires_at"])
    left_out = sa.text("skipped_at IS NOT NULL")
    op.create_index(
        "ix_assignments_left_out",
        "assignments",
        ["person_id", "skipped_at", "id"],
        sqlite_where=left_out,
        postgresql_where=left_out,
    )
