"""The section on leverage and deals: the ladder, the space of deals, the smallest swaps, the expected exchanges.

What one measure or one exchange does is read from the whole game, solved around the state as it stands: the same numbers as
`detente leverage` and `detente deals`. All joint choices together would take minutes on a fresh machine, so their space is
that of the reduced game which the file declares, and is headed as such; the page does not depend on what a cache holds.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from detente.brief.content import Block, Paragraph, Section, TableBlock
from detente.dossier import Instrument
from detente.show import build, make
from detente.show.figures import country_name, lever_sentences, moving, swap_sentence
from detente.show.tables import expected_sentence
from detente.show.words import Sentence, count_words, lower_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.brief.findings import Findings
    from detente.core import Table
    from detente.dossier import Dossier
    from detente.strategy import DealSpace, Game, GameSpec, Lever, PayoffTensor, Preferences, Swap


def _told_game(dossier: Dossier, place: str) -> GameSpec | None:
    """The game of the record on its day; None where none has moves, or none could be told on the day."""
    from detente.strategy import load_game, shipped_games

    if not shipped_games(place, dossier.asof):
        return None
    spec = load_game(dossier=place, asof=dossier.asof)
    known = spec.measures and all(name in dossier.measures for name in spec.measures)
    return spec if known else None


def _expected(tensor: PayoffTensor, spec: GameSpec, sets: Sequence[Preferences]) -> Table:
    """What the exchanges that the reports expect would be worth, under every set of preferences."""
    from detente.strategy import judge

    return build(
        "expected-swaps",
        verdicts={
            preferences.id: judge(tensor.game(preferences), spec.expected, spec.threats)
            for preferences in sets
        },
        players=spec.players,
        names={preferences.id: preferences.title for preferences in sets},
    )


def strategy_section(findings: Findings) -> Section | None:
    """Leverage and deals of the dossier's game; nothing when the dossier declares no game.

    Raises
    ------
    SolveError
        When a joint profile has no equilibrium.
    """
    from detente.policy import load_scenario
    from detente.strategy import (
        deal_space,
        leverage_of,
        load_preferences,
        near_tensor,
        payoff_tensor,
        smallest_swaps,
    )

    dossier = findings.dossier
    place = findings.source or dossier.id
    spec = _told_game(dossier, place)
    if spec is None:
        return None
    scenarios = [load_scenario(name, dossier=place) for name in spec.threats if name != "standing"]
    known = load_preferences(game=spec.id)
    near = near_tensor(findings.model, dossier, spec, preferences=known.sets, scenarios=scenarios)
    game = near.game(known.named())
    levers = leverage_of(game)
    concept = f"{game.horizon}; {game.preferences.title.lower()}"
    tensor = payoff_tensor(findings.model, dossier, spec.small(), scenarios=scenarios)
    games = {preferences.id: tensor.game(preferences) for preferences in known.sets}
    spaces = {
        name: (each, [deal_space(each, threat) for threat in spec.threats]) for name, each in games.items()
    }
    few = tensor.game(known.named())
    space = deal_space(few, spec.threats[0])
    names = {name: load_scenario(name, dossier=place).title for name in spec.threats}
    swaps = smallest_swaps(game, most=1, count=12)
    reduced = _reduced_words(spec, tensor.index.size)
    ladder = (make("leverage-ladder", levers=levers, concept=concept),) if moving(levers) else ()
    points = make("deal-space-points", game=few, space=space, threats=names, concept=f"{concept}; {reduced}")
    table = build("deal-space", games=spaces, names=names)
    strongest, weaker = _first_of_each(levers)
    behind: list[Block] = [
        *([Paragraph(tuple(weaker))] if weaker else []),
        *ladder,
        TableBlock(build("leverage", levers=levers, note=f"{concept[0].upper()}{concept[1:]}.")),
        Paragraph(
            _judged_in(spec, reduced, tensor.index.size) or (_opening(spec, several=len(known.sets) > 1),)
        ),
        TableBlock(replace(table, title=f"{table.title}, {reduced}")),
    ]
    blocks: list[Block] = [Paragraph((_opening(spec, several=False), *strongest))]
    if spec.expected:
        behind.append(TableBlock(_expected(near, spec, known.sets)))
    if swaps:
        said = tuple(swap_sentence(game, swap, table="swaps") for swap in swaps[1:3])
        behind += [*([Paragraph(said)] if said else []), TableBlock(build("swaps", game=game, swaps=swaps))]
    blocks += [Paragraph((*_traded(game, spec, swaps), *_caution(spec, dossier))), points]
    return Section(
        "leverage",
        _title(space),
        tuple(block for block in blocks if not isinstance(block, Paragraph) or block.sentences),
        tuple(behind),
        label="Leverage and deals",
    )


def _judged_in(spec: GameSpec, reduced: str, count: int) -> tuple[Sentence, ...]:
    """In which game packages are judged; nothing where it is the whole one."""
    if spec.small() == spec:
        return ()
    return (
        Sentence(
            f"Packages are judged in the {reduced.split(':')[0]}, whose {count:,} joint choices are all solved; the "
            f"whole game has {math.prod(spec.shape):,}, and `detente deals --table space` solves them."
        ),
    )


def _traded(game: Game, spec: GameSpec, swaps: Sequence[Swap]) -> list[Sentence]:
    """By how many of the exchanges that the reports expect everybody gains, and the smallest swap that both gain by."""
    from detente.strategy import judge

    said = []
    if spec.expected:
        verdicts = judge(game, spec.expected, spec.threats)
        said.append(expected_sentence(verdicts, spec.players, game.preferences.title))
    return [*said, *(swap_sentence(game, swap, table="swaps") for swap in swaps[:1])]


def _first_of_each(levers: Sequence[Lever]) -> tuple[list[Sentence], list[Sentence]]:
    """What is said of the strongest lever of each side, and everything else that is said of levers."""
    said = lever_sentences(levers, table="leverage")
    names = [country_name(code, in_sentence=True) for code in dict.fromkeys(lever.player for lever in levers)]
    first = [
        next(
            sentence
            for sentence in said
            if sentence.text.startswith((f"Of what {who} can do", f"No measure of {who} "))
        )
        for who in names
    ]
    return first, [sentence for sentence in said if sentence not in first]


def _title(space: DealSpace) -> str:
    """How much there is to trade."""
    if not space.better:
        return "No exchange would leave both sides better off"
    share = space.better / len(space.gains)
    words = "Nearly every" if share > 0.9 else "Most" if share > 0.5 else "Many" if share > 0.2 else "Few"
    noun, verb = ("combination", "leaves") if words == "Nearly every" else ("combinations", "leave")
    return f"{words} {noun} of measures {verb} both sides better off than no deal"


def _reduced_words(spec: GameSpec, count: int) -> str:
    """Which joint choices the space of deals is over, for headings."""
    whole = math.prod(spec.shape)
    return (
        f"{count:,} joint choices"
        if count == whole
        else f"reduced game: {count:,} of {whole:,} joint choices"
    )


def _opening(spec: GameSpec, *, several: bool) -> Sentence:
    """How the measures of the game are taken, and what a side wants."""
    return Sentence(
        f"Each of the game’s {count_words(len(spec.actions), 'measure')} is taken alone, everything else as it stands; every state is "
        "solved as an equilibrium of its own. "
        f"What a side wants is real income{' unless said otherwise; the tables repeat every conclusion under other weights' * several}."
    )


def _caution(spec: GameSpec, dossier: Dossier) -> tuple[Sentence, ...]:
    """What the ranking understates or leaves out; nothing where it does neither."""
    held = [action.title for action in spec.actions if len(action.rungs) == 1]
    says = []
    if any(dossier.measures[name].instrument is not Instrument.tariff for name in spec.measures):
        says.append(
            "a control is a cap where the record states a quantity and a small assumed cost elsewhere, so what is held through "
            "the latter is understated (what other models say about chokepoints comes on top)"
        )
    if held:
        says.append(
            f"only the measures left free are ranked, not those held fixed, such as “{lower_first(held[0])}”"
        )
    return (Sentence(f"Read the ranking with care: {'; and '.join(says)}."),) if says else ()
