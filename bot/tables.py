"""The tables of the bot's own database: conversations, proactive messages, files. Made by bot/migrations/."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

conversation = Table(
    "conversation",
    METADATA,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),  # 1 at first, one more at each write
    Column("person_id", String, nullable=False),  # Entra object id in a personal chat, "" elsewhere
    Column("reference", Text, nullable=False),  # JSON, bot.reference.Reference
    Column("body", Text, nullable=False),  # JSON, bot.memory.Memory
    Column("updated_at", BigInteger, nullable=False),  # milliseconds since 1970, UTC; so are all times here
    Index("conversation_person", "person_id"),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("key", String, primary_key=True),  # the caller's: one message a key
    Column("kind", String, nullable=False),  # "message"
    Column("state", String, nullable=False),  # pending, sending, sent, unsure, dead
    Column("activity_id", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("card", String, nullable=False),  # the key of the card in it, "" for none
    Column("body", Text, nullable=False),  # JSON, dialogs.talk.Reply
    Column("updated_at", BigInteger, nullable=False),
    Index("outbox_card", "conversation", "card"),
)

blob = Table(
    "blob",
    METADATA,
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("content_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("blob_expires", "expires_at"),
)
