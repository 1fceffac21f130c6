"""Text as trees of nodes, each with its span; all the defence against hostile text is here."""
