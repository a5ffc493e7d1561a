"""Matrices with labels, whatever file they came in: one country at a time, either way round, held against what is stated."""

from __future__ import annotations

import numpy as np
import pytest
from published_tables import random_bilateral

from detente.core import BalanceError, InputError, LabelError, UnitError
from detente.world.read import build_world, table_of_matrices

COUNTRIES = ("AFG", "CHN", "XKX", "USA", "ROW")
SECTORS = ("Paddy rice", "Other grains", "Metals, nec", "Electricity")
TABLE = random_bilateral(COUNTRIES, SECTORS, 2)
SIZE = len(COUNTRIES) * len(SECTORS)
USES = TABLE.intermediate.reshape(SIZE, SIZE)
FINAL = np.stack([TABLE.final[..., :3].sum(3), TABLE.final[..., 3], TABLE.final[..., 4:].sum(3)], -1).reshape(
    SIZE, -1
)
SAID = {
    "countries": COUNTRIES,
    "sectors": SECTORS,
    "name": "emerging-shaped",
    "year": 1900,
    "unit": "million USD",
}


class Dataset:
    """Rows by slice, as a dataset of an HDF5 file gives them, and the most that was asked for at once."""

    def __init__(self, array):
        self.array, self.shape, self.most = array, array.shape, 0

    def __getitem__(self, rows):
        block = self.array[rows]
        self.most = max(self.most, len(block))
        return block


@pytest.mark.parametrize("rows", ["sellers", "buyers"])
def test_either_way_round_one_country_at_a_time(rows):
    uses, final = (Dataset(array if rows == "sellers" else array.T) for array in (USES, FINAL))
    read = table_of_matrices(
        uses,
        final,
        **SAID,
        rows=rows,
        output=TABLE.output.ravel()[:, None],
        value_added=(TABLE.output - TABLE.inputs.sum(1)).ravel()[None],
    )
    for name, wanted in (("flows", TABLE.flows), ("inputs", TABLE.inputs), ("final", TABLE.final_demand)):
        assert getattr(read, name) == pytest.approx(wanted, rel=1e-12, abs=1e-9), name
    assert max(uses.most, final.most) == len(SECTORS)
    assert read.labels.sectors == ("s001", "s002", "s003", "s004")
    assert read.labels.sector_name("s003") == "Metals, nec"
    assert any("stocks run down" in note for note in read.notes)
    economy = build_world(read, elasticities="4").economy
    np.testing.assert_allclose(economy.flows[1, 0], TABLE.flows[1, 0], rtol=1e-9)


def test_units_and_codes():
    said = SAID | {"unit": "thousand USD", "sectors": ("RICE", "GRAIN", "METAL", "POWER")}
    read = table_of_matrices(1e3 * USES, 1e3 * FINAL, **said)
    assert read.flows == pytest.approx(TABLE.flows)
    assert read.labels.sectors[0] == "RICE"
    slightly = table_of_matrices(USES, FINAL, **SAID, output=1.01 * TABLE.output)
    assert "differs from what is stated by 1.0000 %" in slightly.notes[0]


def test_what_is_wrong_is_named():
    def refused(kind, words, uses=USES, final=FINAL, **changed):
        with pytest.raises(kind, match=words) as error:
            table_of_matrices(uses, final, **(SAID | changed))
        assert error.value.hint
        return error.value.hint

    left = TABLE.output - TABLE.inputs.sum(1)
    for stated in ({"output": TABLE.output}, {"value_added": left}):
        hint = refused(BalanceError, "what is stated are apart", USES.T, **stated)
        assert "exchanged" in hint
    refused(BalanceError, "left to value added", value_added=TABLE.output)
    refused(BalanceError, "apart by", output=1e3 * TABLE.output)
    refused(InputError, "uses have shape", USES[:-1])
    refused(InputError, "final demand has shape", final=FINAL[:, :-1])
    refused(InputError, "final demand has shape", USES.T, FINAL, rows="buyers")
    refused(InputError, "unknown rows `seller`", rows="seller")
    refused(InputError, "3 numbers are stated", output=np.ones(3))
    refused(UnitError, "unknown unit", unit="million EUR")
    refused(UnitError, "more than any economy", 1e9 * USES)
    refused(UnitError, "missing or infinite", np.where(USES.max() / 2 < USES, np.nan, USES))
    refused(InputError, "negative use", np.where(np.arange(SIZE) == 7, -USES, USES))
    refused(LabelError, "AFG", countries=("AFG", "AFG", "XKX", "USA", "ROW"))
