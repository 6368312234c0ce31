"""What raters say of the facial cues and of whose face is read; the newest prediction of a clip by its id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0012"
down_revision = "0011"

APPEND_ONLY = ("cue_answers", "face_choices")


def upgrade() -> None:
    op.create_table(
        "cue_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(idempotency_key) >= 1", name=op.f("ck_cue_answers_key_given")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_cue_answers_person_id_people")),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_cue_answers_prediction_id_predictions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cue_answers")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_cue_answers_idempotency_key")),
    )
    op.create_index(
        op.f("ix_cue_answers_prediction_id_person_id_id"),
        "cue_answers",
        ["prediction_id", "person_id", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_cue_answers_person_id"), "cue_answers", ["person_id"], unique=False)
    op.create_table(
        "face_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("face", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("face >= 1", name=op.f("ck_face_choices_face_range")),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_face_choices_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_face_choices_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_choices")),
    )
    op.create_index(op.f("ix_face_choices_clip_id_id"), "face_choices", ["clip_id", "id"], unique=False)
    op.create_index(op.f("ix_face_choices_person_id"), "face_choices", ["person_id"], unique=False)
    op.drop_index("ix_predictions_clip_id_system_id", "predictions")
    op.create_index(op.f("ix_predictions_clip_id_id"), "predictions", ["clip_id", "id"], unique=False)
    for table in APPEND_ONLY:
        for statement in statements(table, dialect=op.get_context().dialect.name):
            op.execute(statement)
