"""The tables of the registry, a line each: name (and its name in files), title, maker, arguments, needs, columns."""
