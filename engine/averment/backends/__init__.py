"""Backends: ways to find every firing of a program on a case. Each obeys the law exactly; none imports another."""
