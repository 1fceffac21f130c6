"""The outcome of a case: its claim, how settled it is, and what it hangs on. Read off an evaluation, whatever made it."""
