"""The bot's database schema, one file under versions/ for each change."""
