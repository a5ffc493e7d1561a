"""Names the audit knows: labels of the shipped world, product lists, authorities, and units by instrument."""

from __future__ import annotations

from detente.dossier.measure import Instrument


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


REGIONS = _names("USA CHN EU27 JPN KOR TWN IND GBR CAN MEX BRA ANZ RUS IDN VNM TUR EFTA ASEAN MENA LATAM ROW")
"""Economies of the shipped world."""

SECTORS = _names(
    """
    A01_02 A03 B05_06 B07_08 B09 C10T12 C13T15 C16 C17_18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28 C29 C30 C31T33
    MAG REE CHP TOL BAT BAM SOY UTC TRT BUS PUB
    """
)
"""Sectors of the shipped world: 22 of goods, seven carved out of them (magnets, rare earths, chips, chip-making tools,
battery cells and materials, soybeans), four of services."""

PRODUCT_LISTS = _names(
    """
    all usmca canada-energy brazil-40-exempt s122-exempt
    s301-7.5 s301-25 s301-50 s301-100 s301-2026-7.5 s301-2026-25 s301-2026-50 s301-2026-100
    ieepa-exempt-apr2025 ieepa-exempt-electronics ieepa-exempt-nov2025
    s232-steel-2018 s232-aluminium-2018 s232-steel s232-aluminium s232-metals-aug2025
    s232-derivatives s232-derivatives-jun2025 s232-derivatives-aug2025 s232-traces s232-traces-aug2025 s232-beer
    s232-tracker s232-timber s232-furniture
    s232-autos s232-auto-parts s232-copper s232-metals-2026-25 s232-metals-2026-50
    china-feb2025-15 china-feb2025-10 china-mar2025-15 china-mar2025-10
    """
)
"""Product lists that the shipped world resolves."""

AUTHORITIES = _names(
    """
    mfn section-301 section-232 section-122 ieepa-fentanyl ieepa-reciprocal ieepa-other
    china-301-response china-fentanyl-response china-reciprocal-response canada-response
    port-fees export-controls entity-lists antitrust purchases threat minerals-pacts platform-law
    """
)
"""Switch names of measures."""

UNITS_OF: dict[Instrument, tuple[str, ...]] = {
    Instrument.tariff: ("fraction", "none"),
    Instrument.export_control: ("none", "share"),
    Instrument.entity_listing: ("none",),
    Instrument.port_fee: ("cny_per_net_ton", "usd_per_net_ton"),
    Instrument.purchase_halt: ("none", "share"),
    Instrument.purchase_pledge: ("none", "tonnes_per_year", "usd_mn_per_year"),
    Instrument.investigation: ("none",),
    Instrument.divestment_order: ("none",),
    Instrument.supply_pact: ("none",),
}
"""Units that belong to each instrument. A tariff without a rate is a rule on who pays it (small parcels)."""
