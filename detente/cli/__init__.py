"""VERBS: parse the command line, call a room, print what it returns.

Comes in: words. Goes out: tables on stdout, notes on stderr, files where asked. Never does: any computation of its own.
"""
