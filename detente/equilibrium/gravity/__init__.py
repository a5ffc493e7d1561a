"""The one-sector family: gravity with scale, entry, destination margins and a supply of labour that duties can relieve."""
