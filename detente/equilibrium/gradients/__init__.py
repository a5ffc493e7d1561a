"""Derivatives of any output with respect to every duty, tax and trade cost, by the adjoint."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.equilibrium.gradients.derivatives import (
        gradients as gradients,
        own_gradients as own_gradients,
        real_income as real_income,
        tariff_revenue as tariff_revenue,
    )
    from detente.equilibrium.gradients.outputs import (
        Gradient as Gradient,
        Output as Output,
        OwnGradient as OwnGradient,
    )
    from detente.equilibrium.gradients.readings import consumer_price as consumer_price
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "outputs": "Gradient Output OwnGradient",
            "derivatives": "gradients own_gradients real_income tariff_revenue",
            "readings": "consumer_price",
        },
    )
