"""Whose failures to sign in are counted together: a name's from an address, a browser's, an address's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "failed_sign_ins",
        sa.Column(
            "kind",
            sa.Enum(
                "name",
                "account",
                "pair",
                "device",
                "address",
                name="kind_known",
                native_enum=False,
                create_constraint=False,
                length=16,
            ),
            server_default="name",
            nullable=False,
        ),
    )
    op.create_index(
        op.f("ix_failed_sign_ins_kind_last_at"), "failed_sign_ins", ["kind", "last_at"], unique=False
    )
