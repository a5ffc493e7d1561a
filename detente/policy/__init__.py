"""POLICY: what measures are in force on a day, as duties, trade costs and limits on quantities.

Comes in: a `Dossier`, a `Scenario`, the labels of an `Economy`. Goes out: `Wedges`, `QuantityLimit`, footprints of measures.
Never does: solve anything, or decide what a number means for anybody.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.policy.by_measure import Contribution as Contribution, contributions as contributions
    from detente.policy.carbon import (
        Accounts as Accounts,
        CarbonDuty as CarbonDuty,
        carbon_tariff as carbon_tariff,
        rent_shares as rent_shares,
        stated_intensities as stated_intensities,
    )
    from detente.policy.compensation import (
        Compensation as Compensation,
        aid_of_record as aid_of_record,
        compensation_paid as compensation_paid,
    )
    from detente.policy.effects import (
        as_costs_only as as_costs_only,
        at_value as at_value,
        effect_hat as effect_hat,
    )
    from detente.policy.enacted import (
        Footprint as Footprint,
        apply_scenario as apply_scenario,
        wedges_and_footprints as wedges_and_footprints,
        wedges_at as wedges_at,
    )
    from detente.policy.firing import (
        Fired as Fired,
        Timing as Timing,
        check_hold as check_hold,
        timing as timing,
    )
    from detente.policy.forks import (
        Branch as Branch,
        Fork as Fork,
        Likeliest as Likeliest,
        Way as Way,
        branches as branches,
    )
    from detente.policy.later import (
        NotYet as NotYet,
        first_known as first_known,
        tellable as tellable,
        waiting_words as waiting_words,
    )
    from detente.policy.limits import (
        effect_limits as effect_limits,
        join_limits as join_limits,
        limits_at as limits_at,
    )
    from detente.policy.model_options import (
        ModelOptions as ModelOptions,
        read_model_options as read_model_options,
        refuse_model_options as refuse_model_options,
    )
    from detente.policy.quantity import QuantityLimit as QuantityLimit
    from detente.policy.scenario import (
        Scenario as Scenario,
        load_scenario as load_scenario,
        reading_code as reading_code,
        scenario_folder as scenario_folder,
        shipped_scenarios as shipped_scenarios,
    )
    from detente.policy.settings import (
        Setting as Setting,
        Window as Window,
        check_setting as check_setting,
        live as live,
        places_of_values as places_of_values,
        setting_places as setting_places,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "by_measure": "Contribution contributions",
            "compensation": "Compensation aid_of_record compensation_paid",
            "effects": "as_costs_only at_value effect_hat",
            "firing": "Fired Timing check_hold timing",
            "forks": "Branch Fork Likeliest Way branches",
            "later": "NotYet first_known tellable waiting_words",
            "limits": "effect_limits join_limits limits_at",
            "carbon": "Accounts CarbonDuty carbon_tariff rent_shares stated_intensities",
            "model_options": "ModelOptions read_model_options refuse_model_options",
            "quantity": "QuantityLimit",
            "scenario": "Scenario load_scenario reading_code scenario_folder shipped_scenarios",
            "enacted": "Footprint apply_scenario wedges_and_footprints wedges_at",
            "settings": "Setting Window check_setting live places_of_values setting_places",
        },
    )
