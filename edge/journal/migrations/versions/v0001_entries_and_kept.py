"""The chain of entries, and the small store beside it."""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("at", "kind", "body", "prev", "hash")),
    )
    op.create_table(
        "kept",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
