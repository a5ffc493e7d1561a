"""`python -m detente`, the same as the command `detente`."""

from detente.cli.entry import command

if __name__ == "__main__":
    command()
