"""What is kept of a conversation, and nothing about Rasa: tables, reading, writing, forgetting."""
