"""Consent of people who are filmed, its withdrawal, and tombstones of clips that were removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import but_for_the_removed, statements
from db.widened_check import widen

revision = "0014"
down_revision = "0013"

STATUSES = ("queued", "analysing", "ready", "failed")
CAUSES = ("withdrawn", "expired", "retention")
APPEND_ONLY = ("consents", "consent_withdrawals", "tombstones")


def upgrade() -> None:
    widen(op.get_bind(), "clips", "status", STATUSES, by="withdrawn")
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(subject) >= 1", name=op.f("ck_consents_subject_given")),
        _foreign("consents", "project_id", "projects.id"),
        _foreign("consents", "person_id", "people.id"),
        _foreign("consents", "recorded_by", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_table(
        "consent_withdrawals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(subject) >= 1", name=op.f("ck_consent_withdrawals_subject_given")),
        _foreign("consent_withdrawals", "project_id", "projects.id"),
        _foreign("consent_withdrawals", "person_id", "people.id"),
        _foreign("consent_withdrawals", "recorded_by", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_withdrawals")),
    )
    for table in ("consents", "consent_withdrawals"):
        _index(table, "project_id", "subject", "id")
        _index(table, "person_id")
        _index(table, "recorded_by")
    op.create_table(
        "tombstones",
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(*CAUSES, name="cause_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("withdrawal_id", sa.Integer(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _foreign("tombstones", "clip_id", "clips.id"),
        _foreign("tombstones", "project_id", "projects.id"),
        _foreign("tombstones", "withdrawal_id", "consent_withdrawals.id"),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_tombstones")),
    )
    _index("tombstones", "project_id", "created_at")
    _index("tombstones", "withdrawal_id")
    dialect = op.get_context().dialect.name
    for table in APPEND_ONLY:
        for statement in statements(table, dialect=dialect):
            op.execute(statement)
    for statement in but_for_the_removed("predictions", dialect=dialect):
        op.execute(statement)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)
