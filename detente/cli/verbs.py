"""The verbs of `detente` by name: the module that defines each, and what its help says of it in a line.

They are known before any of them is loaded: what lists them, or says that one is misspelt, reads none of their options.
"""

from __future__ import annotations

VERBS: dict[str, tuple[str, str]] = {
    "brief": ("briefing", "Write the briefing: one page, its annex, its data as CSV, and a manifest."),
    "serve": ("serve", "Open the explorer: the whole laboratory as a page with controls, on this machine."),
    "run": ("solving", "Solve scenarios and print what they do."),
    "compare": ("solving", "Put two scenarios side by side: the difference, then each as a level."),
    "scenarios": (
        "lists",
        "List the scenarios that come with a dossier, and which of them could be told on an earlier day.",
    ),
    "measures": ("lists", "List measures with their status and value on a day, and the source of each."),
    "duties": (
        "duties",
        "Print the stack of duties by sector or product and authority, and its averages, each named "
        "by its concept.",
    ),
    "clocks": (
        "lists",
        "List what fires when, unless somebody acts: what it snaps back to, and what is at stake.",
    ),
    "claims": ("lists", "List what the reports claim, with the place in the text; or their contradictions."),
    "check": (
        "checking",
        "Check the world's identities, the record, the scenarios and the solver, and say what a "
        "dossier of your own still lacks.",
    ),
    "cite": (
        "checking",
        "List what to cite: data, elasticities, method, and the sources of the measures used.",
    ),
    "new": (
        "skeleton",
        "Write the skeleton of a dossier for named parties: record, scenarios and game, with comments.",
    ),
    "completion": ("completion", "Print a script by which a shell completes verbs, options and ids."),
    "explain": (
        "explain",
        "Say why a number is what it is: its parts by measure and by channel, what it rests on, and "
        "how sure it is.",
    ),
    "audit": ("ledger", "Hold a record against its rules; exits with 4 when one of them is broken."),
    "controls": (
        "ledger",
        "List controls, fees and listings on a day: what each binds, since when, and what ends it.",
    ),
    "pledges": ("ledger", "List purchase pledges on a day: promised, delivered, and how late."),
    "ingest": (
        "intake",
        "Read news reports and write a draft of claims and possible conflicts, for a person to accept.",
    ),
    "validate": (
        "validate",
        "Solve published tables, closed forms and identities again, beside the published figures; "
        "exits with 4 when one is missed.",
    ),
    "bridge": (
        "bridge",
        "Walk from a study's published number to ours, one solved assumption at a time; what no step "
        "names is called unexplained.",
    ),
    "path": (
        "path",
        "Say what a scenario or a cut of deliveries does along time, and to whom, while stocks run down.",
    ),
    "rupture": (
        "rupture",
        "Cut the trade between the parties step by step: where the loss is convex, and where it is not.",
    ),
    "constituencies": (
        "constituencies",
        "Say which sectors, firms and places gain or lose from an outcome, what aid leaves of a loss,"
        " and who would want what given up.",
    ),
    "nash": (
        "nash",
        "Find duties that are best for whoever sets them: in a trade war, alone, or agreed in talks.",
    ),
    "leverage": (
        "strategy",
        "Say what each measure costs the other side, its own side and everybody else, and at which horizon.",
    ),
    "preferences": (
        "preferences",
        "Say what each side's choices tell of what it wants: weights that explain them, how firmly, "
        "and what nothing explains.",
    ),
    "deals": (
        "strategy",
        "Say which exchanges beat no deal for both, under which weights, and what a side would have "
        "to be paid.",
    ),
    "outlook": (
        "outlook",
        "Say what may come next, how likely, what moves the odds, and how good such odds have been.",
    ),
    "score": (
        "outlook",
        "Say how good forecasts of this standoff have been: against the schedule, climatology, "
        "persistence, and human prices.",
    ),
    "market": (
        "market",
        "Say how far markets moved at the record's steps, how much a full surprise moves them, and "
        "which odds a move implies.",
    ),
    "data": ("register", "List the data files that come with Détente, with sources, licences and hashes."),
    "game": (
        "game",
        "Say what the two sides would do without an agreement: equilibria, dominance, quantal "
        "response; export the game.",
    ),
    "world": ("world", "Show, check and compare worlds; make one from a table, coarser, or finer."),
    "campaign": (
        "campaign",
        "Play a standoff forward, by hand or by rule, day by day: one move a call, kept in a small file.",
    ),
}
"""In the order of `detente --help`: the module below `detente.cli`, and the first paragraph of the function's docstring."""
GROUPS = ("world", "campaign")
"""Verbs with verbs below them: what is taken from their module is `app`."""
OF_ANOTHER_NAME = {"game": "game_verb"}
"""Functions that are not called as their verb is."""
