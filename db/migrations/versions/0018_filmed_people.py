"""Who is filmed in a scene, tombstones of scenes, and takes of a class released to be rated elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "scene_people",
        sa.Column("scene_number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(subject) >= 1", name=op.f("ck_scene_people_subject_given")),
        sa.ForeignKeyConstraint(
            ["scene_number"], ["scenes.number"], name=op.f("fk_scene_people_scene_number_scenes")
        ),
        sa.PrimaryKeyConstraint("scene_number", "subject", name=op.f("pk_scene_people")),
    )
    op.create_table(
        "scene_tombstones",
        sa.Column("scene_id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "withdrawn",
                "expired",
                "retention",
                name="cause_known",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("withdrawal_id", sa.Integer(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_scene_tombstones_sha256_length")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_scene_tombstones_project_id_projects")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawal_id"],
            ["consent_withdrawals.id"],
            name=op.f("fk_scene_tombstones_withdrawal_id_consent_withdrawals"),
        ),
        sa.PrimaryKeyConstraint("scene_id", name=op.f("pk_scene_tombstones")),
    )
    op.create_index(
        op.f("ix_scene_tombstones_project_id_sha256"), "scene_tombstones", ["project_id", "sha256"]
    )
    op.create_index(op.f("ix_scene_tombstones_withdrawal_id"), "scene_tombstones", ["withdrawal_id"])
    op.create_table(
        "released_takes",
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("source_clip_id", sa.String(length=32), nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_released_takes_clip_id_clips")),
        sa.ForeignKeyConstraint(
            ["source_clip_id"], ["clips.id"], name=op.f("fk_released_takes_source_clip_id_clips")
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["people.id"], name=op.f("fk_released_takes_released_by_people")
        ),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_released_takes")),
    )
    op.create_index(op.f("ix_released_takes_source_clip_id"), "released_takes", ["source_clip_id"])
    op.create_index(op.f("ix_released_takes_released_by"), "released_takes", ["released_by"])
    op.create_index(op.f("ix_clips_project_id_actor"), "clips", ["project_id", "actor"])
    for statement in statements("scene_tombstones", dialect=op.get_context().dialect.name):
        op.execute(statement)
