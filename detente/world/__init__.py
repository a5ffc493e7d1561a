"""ECONOMY: one baseline year as labelled arrays that balance.

Comes in: shipped tables, or your own.
Goes out: a checked `Economy`, and the `Wedges` of a policy.
Never does: solve anything.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.world.aggregation import aggregate as aggregate
    from detente.world.content import content_shares as content_shares
    from detente.world.describe import (
        compare_worlds as compare_worlds,
        flow_table as flow_table,
        provenance_table as provenance_table,
        shipped_table as shipped_table,
        size_table as size_table,
    )
    from detente.world.described import load_described as load_described
    from detente.world.economy import (
        Array as Array,
        Economy as Economy,
        flows_abroad as flows_abroad,
        frozen as frozen,
    )
    from detente.world.elasticities import (
        divisions as divisions,
        elasticity_set as elasticity_set,
        elasticity_sets as elasticity_sets,
        elasticity_table as elasticity_table,
        set_horizon as set_horizon,
        with_elasticity_set as with_elasticity_set,
    )
    from detente.world.embodied import embodied_intensity as embodied_intensity
    from detente.world.goods import goods_sectors as goods_sectors
    from detente.world.held import (
        StockFigure as StockFigure,
        sector_groups as sector_groups,
        stock_figures as stock_figures,
        stock_of_flows as stock_of_flows,
    )
    from detente.world.identities import check as check
    from detente.world.known_facts import benchmarks as benchmarks
    from detente.world.load import load_world as load_world, shipped_worlds as shipped_worlds
    from detente.world.named import countries_named as countries_named, sectors_named as sectors_named
    from detente.world.people import (
        Count as Count,
        People as People,
        people_counted as people_counted,
        people_of as people_of,
    )
    from detente.world.save import save_world as save_world
    from detente.world.sound import check_sound as check_sound
    from detente.world.tables import (
        country_table as country_table,
        duty_table as duty_table,
        sector_table as sector_table,
    )
    from detente.world.toy_world import toy as toy
    from detente.world.uses import split_uses as split_uses
    from detente.world.wedges import (
        Wedges as Wedges,
        repeats as repeats,
        stack_scenarios as stack_scenarios,
        unrepeated as unrepeated,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "aggregation": "aggregate",
            "content": "content_shares",
            "describe": "compare_worlds flow_table provenance_table shipped_table size_table",
            "described": "load_described",
            "economy": "Array Economy flows_abroad frozen",
            "wedges": "Wedges repeats stack_scenarios unrepeated",
            "elasticities": "divisions elasticity_set elasticity_sets elasticity_table set_horizon with_elasticity_set",
            "embodied": "embodied_intensity",
            "held": "StockFigure sector_groups stock_figures stock_of_flows",
            "identities": "check",
            "known_facts": "benchmarks",
            "goods": "goods_sectors",
            "named": "countries_named sectors_named",
            "load": "load_world shipped_worlds",
            "people": "Count People people_counted people_of",
            "save": "save_world",
            "sound": "check_sound",
            "tables": "country_table duty_table sector_table",
            "toy_world": "toy",
            "uses": "split_uses",
        },
    )
