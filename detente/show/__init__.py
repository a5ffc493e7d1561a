"""SHOW: tables become sentences and figures; the only room that rounds.

Comes in: `detente.core.Table` and plain arrays with labels. Goes out: `Figure` (a Vega-Lite chart with its table, its
finding as a title and its description in words) and `Sentence` (text with the numbers it was written from).
Never does: compute an economic result, read a dossier, or write a file.
"""
