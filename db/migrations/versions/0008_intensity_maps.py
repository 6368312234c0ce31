"""Maps from the model's intensities to the raters' by version and when they were in force, append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0008"
down_revision = "0007"


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=16)


def upgrade() -> None:
    op.create_table(
        "intensity_maps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("side", _word("side_known", "expected", "expressed"), nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("training_hash", sa.String(length=64), nullable=False),
        sa.Column("training_count", sa.Integer(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("gate_open", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("system", _word("system_known", "alignment", "mmmla", "meld", "ravdess"), nullable=False),
        sa.Column("weights_version", sa.String(length=200), nullable=False),
        sa.Column("feature_schema", sa.String(length=200), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["people.id"], name=op.f("fk_intensity_maps_created_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["intensity_maps.id"], name=op.f("fk_intensity_maps_parent_id_intensity_maps")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_intensity_maps_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intensity_maps")),
        sa.UniqueConstraint(
            "project_id", "side", "version", name=op.f("uq_intensity_maps_project_id_side_version")
        ),
    )
    op.create_index(op.f("ix_intensity_maps_created_by"), "intensity_maps", ["created_by"])
    op.create_index(op.f("ix_intensity_maps_parent_id"), "intensity_maps", ["parent_id"])
    op.create_table(
        "intensity_promotions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("side", _word("side_known", "expected", "expressed"), nullable=False),
        sa.Column("map_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["map_id"], ["intensity_maps.id"], name=op.f("fk_intensity_promotions_map_id_intensity_maps")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_intensity_promotions_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_intensity_promotions_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intensity_promotions")),
    )
    op.create_index(op.f("ix_intensity_promotions_map_id"), "intensity_promotions", ["map_id"])
    op.create_index(op.f("ix_intensity_promotions_person_id"), "intensity_promotions", ["person_id"])
    op.create_index(
        op.f("ix_intensity_promotions_project_id_side_id"),
        "intensity_promotions",
        ["project_id", "side", "id"],
    )
    for table in ("intensity_maps", "intensity_promotions"):
        for statement in statements(table, dialect=op.get_context().dialect.name):
            op.execute(statement)
