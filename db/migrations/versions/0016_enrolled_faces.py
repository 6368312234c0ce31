"""Faces of actors who consented to be recognised; rows may be deleted, since consent may be withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "enrolled_faces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("vector", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(actor) >= 1", name=op.f("ck_enrolled_faces_actor_given")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_enrolled_faces_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_enrolled_faces_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolled_faces")),
    )
    op.create_index(
        op.f("ix_enrolled_faces_project_id_actor"), "enrolled_faces", ["project_id", "actor"], unique=False
    )
    op.create_index(op.f("ix_enrolled_faces_person_id"), "enrolled_faces", ["person_id"], unique=False)
