"""Classes: students, work that is set, takes handed in, grades, and remarks about moments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements
from db.widened_check import widen

revision = "0013"
down_revision = "0012"

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise", "calm", "contempt", "shame")
"""As they were known when this migration was written; so are the words below."""

ROLES = ("rater", "instructor", "admin")
TARGETS = ("script", "strong", "restrained")
PARTS = ("mark", "moderation")


def upgrade() -> None:
    widen(op.get_bind(), "memberships", "role", ROLES, by="student")
    op.create_table(
        "class_assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column(
            "target",
            sa.Enum(*TARGETS, name="target_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column(
            "emotion",
            sa.Enum(*EMOTIONS, name="emotion_known", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("rubric", sa.JSON(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(title) >= 1", name=op.f("ck_class_assignments_title_given")),
        _foreign("class_assignments", "project_id", "projects.id"),
        _foreign("class_assignments", "created_by", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_assignments")),
    )
    _index("class_assignments", "project_id")
    _index("class_assignments", "created_by")
    op.create_table(
        "class_takes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("line_number >= 1", name=op.f("ck_class_takes_line_range")),
        _foreign("class_takes", "assignment_id", "class_assignments.id"),
        _foreign("class_takes", "person_id", "people.id"),
        _foreign("class_takes", "clip_id", "clips.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_takes")),
        sa.UniqueConstraint("clip_id", name=op.f("uq_class_takes_clip_id")),
    )
    _index("class_takes", "assignment_id", "person_id", "id")
    _index("class_takes", "person_id")
    op.create_table(
        "class_grades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(*PARTS, name="part_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _foreign("class_grades", "assignment_id", "class_assignments.id"),
        _foreign("class_grades", "student_id", "people.id"),
        _foreign("class_grades", "marker_id", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_grades")),
    )
    _index("class_grades", "assignment_id", "student_id", "id")
    _index("class_grades", "student_id")
    _index("class_grades", "marker_id")
    op.create_table(
        "second_markings",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _foreign("second_markings", "assignment_id", "class_assignments.id"),
        _foreign("second_markings", "student_id", "people.id"),
        _foreign("second_markings", "marker_id", "people.id"),
        _foreign("second_markings", "requested_by", "people.id"),
        sa.PrimaryKeyConstraint("assignment_id", "student_id", name=op.f("pk_second_markings")),
    )
    _index("second_markings", "marker_id")
    op.create_table(
        "timed_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Float(precision=53), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("at_s >= 0", name=op.f("ck_timed_comments_time_range")),
        sa.CheckConstraint("length(text) >= 1", name=op.f("ck_timed_comments_text_given")),
        _foreign("timed_comments", "clip_id", "clips.id"),
        _foreign("timed_comments", "author_id", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timed_comments")),
    )
    _index("timed_comments", "clip_id", "at_s")
    _index("timed_comments", "author_id")
    for statement in statements("class_grades", dialect=op.get_context().dialect.name):
        op.execute(statement)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)
