"""Networks written here, one family a file, to be read top to bottom."""
