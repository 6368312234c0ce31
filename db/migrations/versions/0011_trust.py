"""Trust in each modality beside the prediction's document, so that thresholds may depend on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.append_only import statements

revision = "0011"
down_revision = "0010"

MODALITIES = ("text", "voice", "face")


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    for modality in MODALITIES:
        op.add_column("predictions", sa.Column(f"{modality}_trust", sa.Float(precision=53), nullable=True))
    # What is filled in was stored all along, so the one trigger that forbids it steps aside meanwhile.
    if dialect == "sqlite":
        op.execute("DROP TRIGGER predictions_no_update")
    else:
        op.execute("ALTER TABLE predictions DISABLE TRIGGER predictions_append_only")
    filled = ", ".join(f"{modality}_trust = {_stored(modality, dialect)}" for modality in MODALITIES)
    op.execute(f"UPDATE predictions SET {filled}")
    if dialect == "sqlite":
        op.execute(statements("predictions", dialect=dialect)[0])
    else:
        op.execute("ALTER TABLE predictions ENABLE TRIGGER predictions_append_only")


def _stored(modality: str, dialect: str) -> str:
    if dialect == "sqlite":
        return f"json_extract(document, '$.modalities.{modality}.trust')"
    return f"CAST(document -> 'modalities' -> '{modality}' ->> 'trust' AS DOUBLE PRECISION)"
