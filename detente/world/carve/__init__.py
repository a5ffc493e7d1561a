"""Sectors carved out of others so that the others stay unchanged to the cent."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.world.carve.disaggregation import (
        disaggregate as disaggregate,
        merge_carved as merge_carved,
    )
    from detente.world.carve.parents import carved as carved
    from detente.world.carve.specification import (
        Disaggregation as Disaggregation,
        assumption_table as assumption_table,
        load_disaggregation as load_disaggregation,
        shipped_chokepoints as shipped_chokepoints,
        specification_table as specification_table,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "disaggregation": "disaggregate merge_carved",
            "parents": "carved",
            "specification": "Disaggregation assumption_table load_disaggregation shipped_chokepoints specification_table",
        },
    )
