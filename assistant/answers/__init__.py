"""What we know and what we say: loading, checking, signing and showing answers.

Nothing here imports Rasa, spaCy or TensorFlow, so `make check` answers in seconds.
"""
