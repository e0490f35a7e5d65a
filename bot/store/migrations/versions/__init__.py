"""One file for each change of the tables, called `r<revision>_<what>`."""
