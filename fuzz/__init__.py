"""Mutational fuzzing of everything Détente reads: `python -m fuzz`, `make fuzz`."""
