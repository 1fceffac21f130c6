"""What every question asks: the claim of a case under changes of it, one or thousands at once, within its time."""
