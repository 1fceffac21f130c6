"""The command line: thin edges around the library. Data goes to standard output, talk to standard error."""
