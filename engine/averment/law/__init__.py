"""The law: what truth, cells, expressions, patterns and aggregates mean, as pure functions over a working memory."""
