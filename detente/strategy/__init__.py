"""GAMES: the equilibrium as payoff — who holds leverage over whom, and which deals beat no deal.

Comes in: `Economy`, `Dossier`, a game's declaration and the players' preferences. Goes out: `PayoffTensor`, `Game`,
leverage, equilibria and deals as plain values and tables. Never does: solve an equilibrium by itself, draw at random, print,
or hide what a conclusion rests on.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.strategy.bargains import (
        Lottery as Lottery,
        kalai_smorodinsky as kalai_smorodinsky,
        nash_point as nash_point,
        pareto_front as pareto_front,
    )
    from detente.strategy.caps import CONTROLS as CONTROLS
    from detente.strategy.choices import (
        Decision as Decision,
        PublicStep as PublicStep,
        decisions as decisions,
        steps_of as steps_of,
    )
    from detente.strategy.deals import (
        DealSpace as DealSpace,
        Gift as Gift,
        Payment as Payment,
        Swap as Swap,
        deal_space as deal_space,
        gifts as gifts,
        payments as payments,
        smallest_swaps as smallest_swaps,
    )
    from detente.strategy.equilibria import (
        Quantal as Quantal,
        RungDominance as RungDominance,
        StrategicForm as StrategicForm,
        logit_quantal as logit_quantal,
        pure_equilibria as pure_equilibria,
        regret as regret,
        strategic_form as strategic_form,
    )
    from detente.strategy.explained import (
        EXPLAINED as EXPLAINED,
        HeldOut as HeldOut,
        explained_sets as explained_sets,
        explained_sides as explained_sides,
        hold_out as hold_out,
    )
    from detente.strategy.export import efg_text as efg_text, known_form as known_form, nfg_text as nfg_text
    from detente.strategy.games import (
        GameSpec as GameSpec,
        Profile as Profile,
        load_game as load_game,
        shipped_games as shipped_games,
    )
    from detente.strategy.inverse import (
        ChoiceVerdict as ChoiceVerdict,
        Inferred as Inferred,
        explain_choices as explain_choices,
        judge_choices as judge_choices,
    )
    from detente.strategy.leverage import (
        NOTHING as NOTHING,
        Lever as Lever,
        Reach as Reach,
        horizons as horizons,
        leverage_of as leverage_of,
        reach as reach,
    )
    from detente.strategy.motives import (
        Choice as Choice,
        MotiveFile as MotiveFile,
        choices_text as choices_text,
        motives_of as motives_of,
        read_choices as read_choices,
        weigh_choices as weigh_choices,
    )
    from detente.strategy.near import near_tensor as near_tensor
    from detente.strategy.payoff import (
        Game as Game,
        PayoffTensor as PayoffTensor,
        payoff_tensor as payoff_tensor,
    )
    from detente.strategy.preferences import (
        PreferenceFile as PreferenceFile,
        Preferences as Preferences,
        load_preferences as load_preferences,
        preference_table as preference_table,
    )
    from detente.strategy.screening import screen as screen
    from detente.strategy.shares import shares_of as shares_of
    from detente.strategy.verdicts import (
        Verdict as Verdict,
        judge as judge,
        judge_at as judge_at,
        judge_under as judge_under,
    )
    from detente.strategy.wanted import (
        Wanted as Wanted,
        standing_verdicts as standing_verdicts,
        wanted_in as wanted_in,
        whole_verdicts as whole_verdicts,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "bargains": "Lottery kalai_smorodinsky nash_point pareto_front",
            "caps": "CONTROLS",
            "choices": "Decision PublicStep decisions steps_of",
            "deals": "DealSpace Gift Payment Swap deal_space gifts payments smallest_swaps",
            "equilibria": "Quantal RungDominance StrategicForm logit_quantal pure_equilibria regret strategic_form",
            "explained": "EXPLAINED HeldOut explained_sets explained_sides hold_out",
            "export": "efg_text known_form nfg_text",
            "games": "GameSpec Profile load_game shipped_games",
            "inverse": "Inferred ChoiceVerdict explain_choices judge_choices",
            "leverage": "Lever NOTHING Reach horizons leverage_of reach",
            "motives": "Choice MotiveFile choices_text motives_of read_choices weigh_choices",
            "near": "near_tensor",
            "payoff": "Game PayoffTensor payoff_tensor",
            "preferences": "PreferenceFile Preferences load_preferences preference_table",
            "screening": "screen",
            "shares": "shares_of",
            "verdicts": "Verdict judge judge_at judge_under",
            "wanted": "Wanted standing_verdicts wanted_in whole_verdicts",
        },
    )
