"""Why an equilibrium differs from another: exact accounts, channels, and parts by measure."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.equilibrium.explain.accounts import Account as Account, Shift as Shift
    from detente.equilibrium.explain.attribute import (
        Attribution as Attribution,
        Move as Move,
        Target as Target,
        chebyshev as chebyshev,
        integrated_gradients as integrated_gradients,
        shapley as shapley,
        solve_path as solve_path,
    )
    from detente.equilibrium.explain.channels import decompose_path as decompose_path
    from detente.equilibrium.explain.decompose import (
        WelfareParts as WelfareParts,
        decompose_welfare as decompose_welfare,
    )
    from detente.equilibrium.explain.demand import rent as rent
    from detente.equilibrium.explain.targets import account as account, target as target
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "accounts": "Account Shift",
            "attribute": "Attribution Move Target chebyshev integrated_gradients shapley solve_path",
            "channels": "decompose_path",
            "decompose": "WelfareParts decompose_welfare",
            "demand": "rent",
            "targets": "account target",
        },
    )
