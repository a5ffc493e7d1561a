"""Détente: an open laboratory for trade wars and trade talks."""
