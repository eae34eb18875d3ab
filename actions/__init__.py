"""What needs the database in a conversation: checking and sending booking requests.

`rasa run actions` loads every module here. Wording is in data/responses, judgement in
assistant.booking; an action only carries slots there and events back.
"""
