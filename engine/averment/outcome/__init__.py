"""The outcome of a case: its claim, how settled that is and what it hangs on, read off an evaluation."""
