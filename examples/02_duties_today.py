"""The duty of the United States on China on three days, by authority, and on one day by concept of average."""

import datetime as dt

from detente.dossier import load_dossier
from detente.policy.duties.day import duty_stack
from detente.world import load_world

world, dossier = load_world(), load_dossier("busan-2025")
print(f"What was known on {dossier.asof}; import-weighted, per cent")
for day in (dt.date(2024, 12, 31), dt.date(2025, 4, 12), dossier.asof):
    stack = duty_stack(world, dossier, date=day, importer="USA", exporter="CHN")
    layers = ", ".join(
        f"{name} {100 * rate:.1f}" for name, rate in zip(stack.authorities, stack.weighted(), strict=True)
    )
    print(f"{day}  {100 * stack.averages['import_weighted_2024'].value:5.1f}  = {layers}")

print(f"\nThe same duty on {dossier.asof}, by concept")
for concept, average in stack.averages.items():
    published = "" if average.published is None else f"  (published {100 * average.published:.1f})"
    print(f"{concept:30}{100 * average.value:6.1f}{published}")

# Output
# What was known on 2025-10-28; import-weighted, per cent
# 2024-12-31   12.8  = mfn 2.4, section-301 10.3, section-232 0.1
# 2025-04-12  116.8  = mfn 2.4, section-301 10.4, ieepa-fentanyl 19.3, ieepa-reciprocal 83.4, section-232 1.2
# 2025-10-28   43.0  = mfn 2.4, section-301 10.4, ieepa-fentanyl 19.3, ieepa-reciprocal 5.7, section-232 5.1
#
# The same duty on 2025-10-28, by concept
# import_weighted_2024            43.0
# collected_base_plus_added       41.3  (published 41.9)
# headline_2025                   30.0  (published 30.0)
# simple_average                  54.5
# fixed_2017_bilateral            43.2  (published 57.6)
# fixed_2017_world                46.1  (published 57.6)
# published_base_plus_headline    55.9  (published 57.6)
