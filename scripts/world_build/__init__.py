"""How the shipped world is made: inputs → technology → trade → duties → balance → data sheet.

Needs the raw inputs, which are not part of Détente. Every step is a pure function from arrays to arrays.
"""
