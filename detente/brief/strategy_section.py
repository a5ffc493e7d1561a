"""The section on leverage and deals: the ladder, the space of deals, the smallest swaps, the expected exchanges.

The briefing solves the small game that the game's file declares, always the same one, so that the page does not depend on
what a cache happens to hold; the whole game is on the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.brief.content import Block, Paragraph, Section, TableBlock
from detente.dossier import Instrument
from detente.show import build, make
from detente.show.figures import lever_sentences, moving, space_sentence, swap_sentence
from detente.show.words import Sentence, cardinal, count_words, lower_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.brief.findings import Findings
    from detente.core import Table
    from detente.dossier import Dossier
    from detente.strategy import GameSpec, PayoffTensor, Preferences


def _small_game(dossier: Dossier, place: str) -> GameSpec | None:
    """The game that the briefing solves; None where none has moves, or none could be told on the day."""
    from detente.strategy import load_game, shipped_games

    if not shipped_games(place, dossier.asof):
        return None
    spec = load_game(dossier=place, asof=dossier.asof).small()
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
        payoff_tensor,
        smallest_swaps,
    )

    dossier = findings.dossier
    place = findings.source or dossier.id
    spec = _small_game(dossier, place)
    if spec is None:
        return None
    scenarios = [load_scenario(name, dossier=place) for name in spec.threats if name != "standing"]
    tensor = payoff_tensor(findings.model, dossier, spec, scenarios=scenarios)
    known = load_preferences(game=spec.id)
    game = tensor.game(known.named())
    levers = leverage_of(game)
    concept = f"{game.horizon}; {game.preferences.title.lower()}"
    spaces = {
        preferences.id: (
            tensor.game(preferences),
            [deal_space(tensor.game(preferences), name) for name in spec.threats],
        )
        for preferences in known.sets
    }
    space = deal_space(game, spec.threats[0])
    names = {name: load_scenario(name, dossier=place).title for name in spec.threats}
    swaps = smallest_swaps(game, most=1, count=12)
    ladder = (make("leverage-ladder", levers=levers, concept=concept),) if moving(levers) else ()
    points = make(
        "deal-space-points",
        game=game,
        space=space,
        threats=names,
        concept=f"{concept}; {len(space.gains):,} joint choices",
    )
    blocks: list[Block] = [
        Paragraph((_opening(spec, several=len(known.sets) > 1),)),
        Paragraph((*lever_sentences(levers, table="leverage"), *_caution(spec, dossier))),
        *ladder,
        TableBlock(build("leverage", levers=levers, note=f"{concept[0].upper()}{concept[1:]}."), folded=True),
        Paragraph((space_sentence(game, space, name=names[space.threat], table="deal-space"),)),
        points,
        TableBlock(build("deal-space", games=spaces, names=names), folded=True),
    ]
    if swaps:
        said = tuple(swap_sentence(game, swap, table="swaps") for swap in swaps[:2])
        blocks += [Paragraph(said), TableBlock(build("swaps", game=game, swaps=swaps), folded=True)]
    if spec.expected:
        blocks.append(TableBlock(_expected(tensor, spec, known.sets), folded=True))
    return Section("leverage", "Who holds what over whom, and what could be traded", tuple(blocks))


def _opening(spec: GameSpec, *, several: bool) -> Sentence:
    """How many measures are free to move, on how many positions, and what a side wants."""
    rungs = sorted({len(action.rungs) for action in spec.actions if len(action.rungs) > 1})
    free = sum(len(action.rungs) > 1 for action in spec.actions)
    positions = (
        count_words(rungs[0], "position")
        if len(rungs) == 1
        else f"{cardinal(rungs[0])} to {count_words(rungs[-1], 'position')}"
    )
    whole = free == len(spec.actions)
    moving = (
        f"All {free} measures of the game are"
        if whole
        else f"Of the game’s {len(spec.actions)} measures, {free} are"
    )
    return Sentence(
        f"{moving} free to move here, on {positions} each; every one of the joint choices is solved as an equilibrium of its own. "
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
