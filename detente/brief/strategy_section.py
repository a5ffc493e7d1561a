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
from detente.show.words import (
    Sentence,
    count_words,
    foretold_worse,
    joined,
    lower_first,
    no_swap_sentence,
    plain_levers_sentence,
    standing_sentences,
    wanted_sentences,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.brief.findings import Findings
    from detente.core import Table
    from detente.dossier import Dossier
    from detente.strategy import DealSpace, GameSpec, Lever, PayoffTensor, Preferences, Wanted


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
    from detente.strategy import load_preferences, near_tensor, payoff_tensor, wanted_in

    dossier = findings.dossier
    place = findings.source or dossier.id
    spec = _told_game(dossier, place)
    if spec is None:
        return None
    threats = {name: load_scenario(name, dossier=place) for name in spec.threats}
    scenarios = [scenario for name, scenario in threats.items() if name != "standing"]
    known = load_preferences(game=spec.id).known_by(dossier.asof)
    wanted = wanted_in(dossier, spec, known, sectors=findings.model.economy.labels.sectors)
    near = near_tensor(findings.model, dossier, spec, preferences=wanted.file.sets, scenarios=scenarios)
    few = payoff_tensor(findings.model, dossier, spec.small(), scenarios=scenarios)
    names = {name: scenario.title for name, scenario in threats.items()}
    front, behind = _leverage_blocks(near, dossier, wanted)
    space, points, packages = _space_blocks(few, spec, wanted, names)
    traded, swaps = _swap_blocks(near, spec, wanted)
    blocks = [*front, Paragraph((*traded, *_caution(spec, dossier))), points]
    return Section(
        "leverage",
        _title(space),
        tuple(block for block in blocks if not isinstance(block, Paragraph) or block.sentences),
        (*behind, *packages, *swaps),
        label="Leverage and deals",
    )


def _leverage_blocks(near: PayoffTensor, dossier: Dossier, wanted: Wanted) -> tuple[list[Block], list[Block]]:
    """What each measure does, under what leads and in plain income, and what of it nothing explains; and what stands behind it."""
    from detente.strategy import leverage, leverage_of, standing_verdicts

    spec, game = near.spec, near.game(wanted.leading)
    levers, (low, high) = leverage_of(game), leverage.extremes(game)
    beside = leverage_of(near.game(wanted.beside), gentle=low, harsh=high) if wanted.beside else ()
    stands = standing_verdicts(near, dossier, wanted)
    titles = {action.id: action.title for action in spec.actions}
    concept = f"{game.horizon}; {game.preferences.title.lower()}"
    note = f"{concept[0].upper()}{concept[1:]}."
    strongest, weaker = _first_of_each(levers)
    unexplained = standing_sentences(stands, titles)
    front: list[Block] = [
        Paragraph(
            (_opening(spec, wanted, several=False), *strongest, *plain_levers_sentence(levers, beside))
        ),
        *([Paragraph((unexplained[0],))] if unexplained else []),
    ]
    behind: list[Block] = [
        *([Paragraph(tuple(fit))] if (fit := [*wanted_sentences(wanted), *unexplained[1:]]) else []),
        *([Paragraph(tuple(weaker))] if weaker else []),
        *((make("leverage-ladder", levers=levers, concept=concept),) if moving(levers) else ()),
        TableBlock(build("leverage", levers=levers, note=note, beside=beside, stands=stands or None)),
        *([TableBlock(build("explained-lead", wanted=wanted))] if wanted.explained else []),
    ]
    return front, behind


def _space_blocks(
    few: PayoffTensor, spec: GameSpec, wanted: Wanted, names: Mapping[str, str]
) -> tuple[DealSpace, Block, list[Block]]:
    """The space of deals under what leads, its picture, and its table under every set of preferences."""
    from detente.strategy import deal_space

    sets = wanted.file.sets
    games = {preferences.id: few.game(preferences) for preferences in sets}
    spaces = {
        name: (each, [deal_space(each, threat) for threat in spec.threats]) for name, each in games.items()
    }
    game = few.game(wanted.leading)
    space, count = deal_space(game, spec.threats[0]), few.index.size
    reduced = _reduced_words(spec, count)
    concept = f"{game.horizon}; {game.preferences.title.lower()}; {reduced}"
    points = make("deal-space-points", game=game, space=space, threats=names, concept=concept)
    table = build("deal-space", games=spaces, names=names)
    told = _judged_in(spec, reduced, count) or (_opening(spec, wanted, several=len(sets) > 1),)
    return space, points, [Paragraph(told), TableBlock(replace(table, title=f"{table.title}, {reduced}"))]


def _swap_blocks(near: PayoffTensor, spec: GameSpec, wanted: Wanted) -> tuple[list[Sentence], list[Block]]:
    """What is said of exchanges, and their tables: those that are expected, and the smallest under what leads or in plain income."""
    from detente.strategy import judge, smallest_swaps

    shown = {each.id: near.game(each) for each in wanted.shown}
    game, *other = shown.values()
    swaps = smallest_swaps(game, most=1, count=12)
    less = smallest_swaps(other[0], most=1) if other and not swaps else []
    said: list[Sentence] = []
    blocks: list[Block] = []
    if spec.expected:
        for each in shown.values():
            verdicts = judge(each, spec.expected, spec.threats)
            said.append(expected_sentence(verdicts, spec.players, each.preferences.title))
        blocks.append(TableBlock(_expected(near, spec, wanted.shown if other else wanted.file.sets)))
    beside = said[1:]  # in plain income: told behind the page
    said = [*said[:1], *(swap_sentence(game, swap, table="swaps") for swap in swaps[:1])]
    if other and not swaps:
        beside.append(no_swap_sentence(wanted, len(less)))
    if beside:
        blocks.append(Paragraph(tuple(beside)))
    if swaps or less:
        read = game if swaps else other[0]
        more = tuple(swap_sentence(read, swap, table="swaps") for swap in (swaps[1:3] or less[:2]))
        table = build(
            "swaps", game=read, swaps=swaps or less[:12], beside=other[0] if other and swaps else None
        )
        blocks += [*([Paragraph(more)] if more else []), TableBlock(table)]
    return said, blocks


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


def _opening(spec: GameSpec, wanted: Wanted, *, several: bool) -> Sentence:
    """How the measures of the game are taken, and what a side wants."""
    blind = foretold_worse(wanted) if wanted.explained else ()
    doubt = f" (out of sample worse than chance for {joined(list(blind))})" if blind else ""
    wants = (
        f"what explains its choices best{doubt}, with plain income beside it"
        if wanted.explained
        else "real income"
    )
    more = " unless said otherwise; the tables repeat every conclusion under other weights" * several
    return Sentence(
        f"Each of the game’s {count_words(len(spec.actions), 'measure')} is taken alone, everything else as it stands; every state is "
        f"solved as an equilibrium of its own. What a side wants is {wants}{more}."
    )


def _caution(spec: GameSpec, dossier: Dossier) -> tuple[Sentence, ...]:
    """What the ranking understates or leaves out; nothing where it does neither."""
    held = [action.title for action in spec.actions if len(action.rungs) == 1]
    says = []
    if any(dossier.measures[name].instrument is not Instrument.tariff for name in spec.measures):
        says.append(
            "a control is a cap where the record states a quantity and a small assumed cost elsewhere, so what is held through "
            "the latter is understated"
        )
    if held:
        says.append(
            f"only the measures left free are ranked, not those held fixed, such as “{lower_first(held[0])}”"
        )
    return (Sentence(f"Read the ranking with care: {'; and '.join(says)}."),) if says else ()
