"""A scenario of one's own: half the threatened duty. It is written to a file, read, solved and compared."""

import tempfile
from pathlib import Path

from detente import Standoff
from detente.show.tables.metrics import country_outcome_table

TEXT = """
id: half-threat
title: Half the threat
story: 50 of the threatened 100 points come on 1 November.
dossier: busan-2025
date: 2025-11-08
set:
  usa-2025-threat-100: {status: in_force, value: 0.50, reason: half of what was threatened}
"""

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "half-threat.yaml")
    file.write_text(TEXT, encoding="utf-8")
    outcomes = Standoff.load("busan-2025").solve("standing", "talks-fail", file)
for row in country_outcome_table(outcomes, against="standing", countries=("USA", "CHN", "MEX")).records():
    money = row["equivalent_variation_usd_bn"]
    if row["measure"] == "delta":
        print(
            f"{row['outcome']:12} {row['country']}  {row['real_income_pct']:+.3f} %  {money:+7.1f} USD bn a year"
        )
print("against the standing state; long run; " + outcomes["half-threat"].scenario.story)

# Output
# talks-fail   USA  -0.285 %    -80.4 USD bn a year
# talks-fail   CHN  -0.122 %    -21.2 USD bn a year
# talks-fail   MEX  +0.140 %     +2.5 USD bn a year
# half-threat  USA  -0.209 %    -58.8 USD bn a year
# half-threat  CHN  -0.106 %    -18.4 USD bn a year
# half-threat  MEX  +0.115 %     +2.0 USD bn a year
# against the standing state; long run; 50 of the threatened 100 points come on 1 November.
