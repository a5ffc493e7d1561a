"""Duties on a day: the stack by sector, product and authority, its averages, and what others published of them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.policy.duties.base_year import (
        base_year_table as base_year_table,
        objections as objections,
    )
    from detente.policy.duties.bill import bill_table as bill_table, two_days_table as two_days_table
    from detente.policy.duties.by_product import product_duties as product_duties
    from detente.policy.duties.by_product_tables import (
        partner_table as partner_table,
        product_table as product_table,
    )
    from detente.policy.duties.cells import (
        Ints as Ints,
        cells_fit as cells_fit,
        importer_of_cells as importer_of_cells,
    )
    from detente.policy.duties.collected import collected_table as collected_table
    from detente.policy.duties.coverage import (
        coverage_table as coverage_table,
        covered_trade as covered_trade,
    )
    from detente.policy.duties.day import (
        DutyStack as DutyStack,
        added_duties as added_duties,
        duty_path as duty_path,
        duty_stack as duty_stack,
    )
    from detente.policy.duties.product_data import products as products
    from detente.policy.duties.published import published_table as published_table
    from detente.policy.duties.stacking import is_duty as is_duty
    from detente.policy.duties.tables import concept_table as concept_table, stack_table as stack_table
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "base_year": "base_year_table objections",
            "bill": "bill_table two_days_table",
            "by_product": "product_duties",
            "by_product_tables": "partner_table product_table",
            "cells": "Ints cells_fit importer_of_cells",
            "collected": "collected_table",
            "coverage": "coverage_table covered_trade",
            "day": "DutyStack added_duties duty_path duty_stack",
            "product_data": "products",
            "published": "published_table",
            "stacking": "is_duty",
            "tables": "concept_table stack_table",
        },
    )
