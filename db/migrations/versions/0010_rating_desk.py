"""The desk of the raters: tasks handed out, drafts, withdrawals, flags, traces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0010"
down_revision = "0009"

CHANNELS = ("words", "voice", "face", "full")
PURPOSES = ("ordinary", "qualification", "gold_training", "gold_silent", "repeat")
APPEND_ONLY = ("withdrawals", "rating_circumstances", "flags", "traces")


def upgrade() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(*PURPOSES, name="purpose_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("control", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "skip_reason",
            sa.Enum(
                "cannot_play",
                "cannot_tell",
                "wrong_language",
                "upsetting",
                "knows_person",
                "other",
                name="skip_reason_known",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("skip_note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(skipped_at IS NULL) = (skip_reason IS NULL)", name=op.f("ck_assignments_skip_complete")
        ),
        sa.CheckConstraint("occasion >= 1", name=op.f("ck_assignments_occasion_range")),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_assignments_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_assignments_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint(
            "person_id",
            "clip_id",
            "channel",
            "occasion",
            name=op.f("uq_assignments_person_id_clip_id_channel_occasion"),
        ),
    )
    op.create_index(
        op.f("ix_assignments_clip_id_channel_expires_at"),
        "assignments",
        ["clip_id", "channel", "expires_at"],
        unique=False,
    )
    op.create_index(op.f("ix_assignments_person_id_id"), "assignments", ["person_id", "id"], unique=False)
    op.create_table(
        "channel_media",
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("media_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_channel_media_clip_id_clips")),
        sa.PrimaryKeyConstraint("clip_id", "channel", name=op.f("pk_channel_media")),
    )
    op.create_index(op.f("ix_channel_media_media_key"), "channel_media", ["media_key"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("tab", sa.String(length=200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_drafts_revision_range")),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_drafts_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drafts_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "clip_id", "channel", "occasion", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_clip_id"), "drafts", ["clip_id"], unique=False)
    op.create_table(
        "flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("resolves_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) >= 1", name=op.f("ck_flags_reason_given")),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_flags_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_flags_person_id_people")),
        sa.ForeignKeyConstraint(["resolves_id"], ["flags.id"], name=op.f("fk_flags_resolves_id_flags")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
    )
    op.create_index(op.f("ix_flags_clip_id"), "flags", ["clip_id"], unique=False)
    op.create_index(op.f("ix_flags_person_id"), "flags", ["person_id"], unique=False)
    op.create_index(op.f("ix_flags_resolves_id"), "flags", ["resolves_id"], unique=False)
    op.create_table(
        "traces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("clip_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel_known", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("rate_hz", sa.Float(precision=53), nullable=False),
        sa.Column("lag_s", sa.Float(precision=53), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lag_s >= 0 AND lag_s <= 10", name=op.f("ck_traces_lag_range")),
        sa.CheckConstraint("rate_hz > 0", name=op.f("ck_traces_rate_range")),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_traces_clip_id_clips")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_traces_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traces")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_traces_idempotency_key")),
    )
    op.create_index(op.f("ix_traces_clip_id_person_id"), "traces", ["clip_id", "person_id"], unique=False)
    op.create_index(op.f("ix_traces_person_id"), "traces", ["person_id"], unique=False)
    op.create_table(
        "rating_circumstances",
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column("intervals_s", sa.JSON(), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("fastest", sa.Float(precision=53), nullable=True),
        sa.Column("hidden_s", sa.Float(precision=53), nullable=False),
        sa.Column("elapsed_s", sa.Float(precision=53), nullable=True),
        sa.Column("guideline_id", sa.Integer(), nullable=True),
        sa.Column("interface_language", sa.String(length=35), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "replays >= 0 AND hidden_s >= 0", name=op.f("ck_rating_circumstances_counts_range")
        ),
        sa.ForeignKeyConstraint(
            ["guideline_id"], ["guidelines.id"], name=op.f("fk_rating_circumstances_guideline_id_guidelines")
        ),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["ratings.id"], name=op.f("fk_rating_circumstances_rating_id_ratings")
        ),
        sa.PrimaryKeyConstraint("rating_id", name=op.f("pk_rating_circumstances")),
    )
    op.create_index(
        op.f("ix_rating_circumstances_guideline_id"), "rating_circumstances", ["guideline_id"], unique=False
    )
    op.create_table(
        "withdrawals",
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_withdrawals_person_id_people")),
        sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_withdrawals_rating_id_ratings")),
        sa.PrimaryKeyConstraint("rating_id", name=op.f("pk_withdrawals")),
    )
    op.create_index(op.f("ix_withdrawals_person_id"), "withdrawals", ["person_id"], unique=False)
    op.add_column("ratings", sa.Column("occasion", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "ratings",
        sa.Column(
            "purpose",
            sa.Enum(*PURPOSES, name="purpose_known", native_enum=False, length=16),
            server_default="ordinary",
            nullable=False,
        ),
    )
    op.create_index(
        "uq_ratings_first_answer",
        "ratings",
        ["person_id", "clip_id", "channel", "occasion"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL"),
    )
    for table in APPEND_ONLY:
        for statement in statements(table, dialect=op.get_context().dialect.name):
            op.execute(statement)
