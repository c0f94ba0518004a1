"""Run by Alembic for each command: hands it the connection and the tables as the models have them."""

from alembic import context
from guestbook.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)

with context.begin_transaction():
    context.run_migrations()
