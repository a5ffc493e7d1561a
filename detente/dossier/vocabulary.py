"""Names the audit knows: labels of the shipped world, product lists, authorities, and plausible bands by unit."""

from __future__ import annotations

from detente.dossier.measure import Instrument

REGIONS = frozenset(
    "USA CHN EU27 JPN KOR TWN IND GBR CAN MEX BRA ANZ RUS IDN VNM TUR EFTA ASEAN MENA LATAM ROW".split()
)
"""Economies of the shipped world."""

SECTORS = frozenset(
    "A01_02 A03 B05_06 B07_08 B09 C10T12 C13T15 C16 C17_18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28 C29 C30 C31T33 "
    "UTC TRT BUS PUB".split()
)
"""Sectors of the shipped world: 22 of goods, four of services."""

PRODUCT_LISTS = frozenset(
    "all s301-7.5 s301-25 s301-50 s301-100 ieepa-exempt-apr2025 ieepa-exempt-electronics ieepa-exempt-nov2025 "
    "s232-steel s232-aluminium s232-autos s232-auto-parts s232-copper usmca "
    "china-feb2025-15 china-feb2025-10 china-mar2025-15 china-mar2025-10".split()
)
"""Product lists that the world resolves."""

AUTHORITIES = frozenset(
    "mfn section-301 section-232 section-122 ieepa-fentanyl ieepa-reciprocal ieepa-other china-301-response "
    "china-fentanyl-response china-reciprocal-response canada-response port-fees export-controls entity-lists antitrust "
    "purchases threat minerals-pacts platform-law".split()
)
"""Switch names of measures."""

BANDS: dict[str, tuple[float, float]] = {
    "fraction": (0.0, 1.5),
    "cny_per_net_ton": (1.0, 5000.0),
    "usd_per_net_ton": (1.0, 500.0),
    "tonnes_per_year": (1e3, 2e8),
    "share": (0.0, 1.0),
    "none": (0.0, 0.0),
}
"""Lowest and highest plausible value by unit; duties above 150 percent are nearly always percent taken for fractions."""

UNITS_OF: dict[Instrument, tuple[str, ...]] = {
    Instrument.tariff: ("fraction",),
    Instrument.export_control: ("none", "share"),
    Instrument.entity_listing: ("none",),
    Instrument.port_fee: ("cny_per_net_ton", "usd_per_net_ton"),
    Instrument.purchase_halt: ("none", "share"),
    Instrument.purchase_pledge: ("none", "tonnes_per_year"),
    Instrument.investigation: ("none",),
    Instrument.divestment_order: ("none",),
    Instrument.supply_pact: ("none",),
}
"""Units that belong to each instrument."""
