"""EVIDENCE: what was done, when, by whom, says which source.

Comes in: YAML files. Goes out: a frozen `Dossier`. Never does: economics.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.dossier.announced import Announcements as Announcements, announcements as announcements
    from detente.dossier.asof import known_by as known_by
    from detente.dossier.audit_record import (
        audit as audit,
        audit_table as audit_table,
        coverage_by_grade as coverage_by_grade,
        errors as errors,
        refuse_stale as refuse_stale,
    )
    from detente.dossier.audit_rules import RULES as RULES, Finding as Finding
    from detente.dossier.authorities import authority_table as authority_table
    from detente.dossier.bands import (
        BANDS as BANDS,
        POSSIBLE as POSSIBLE,
        POSSIBLE_SHARE as POSSIBLE_SHARE,
        SHARE_BAND as SHARE_BAND,
        Doubt as Doubt,
        doubts_on as doubts_on,
    )
    from detente.dossier.base import (
        Field as Field,
        PrivateAttr as PrivateAttr,
        field_validator as field_validator,
        model_validator as model_validator,
    )
    from detente.dossier.claims import (
        chains as chains,
        claims_table as claims_table,
        clock_table as clock_table,
        conflict_table as conflict_table,
        economy_names as economy_names,
        measure_table as measure_table,
        show_value as show_value,
        verify_places as verify_places,
    )
    from detente.dossier.conflict_sheets import conflict_list as conflict_list, sheets as sheets
    from detente.dossier.controls import control_table as control_table, fee_table as fee_table
    from detente.dossier.dossier import (
        Actor as Actor,
        Dossier as Dossier,
        FrozenDict as FrozenDict,
        Parameter as Parameter,
        age as age,
        require_fresh as require_fresh,
    )
    from detente.dossier.effect import Content as Content, Effect as Effect
    from detente.dossier.exposures import CHANNELS as CHANNELS, Aid as Aid, Exposure as Exposure
    from detente.dossier.firing import (
        Change as Change,
        changes as changes,
        record_span as record_span,
        running as running,
        turns as turns,
        waiting as waiting,
    )
    from detente.dossier.form import validate as validate
    from detente.dossier.held import moves_something as moves_something
    from detente.dossier.ics import calendar as calendar
    from detente.dossier.kept import checked_kept as checked_kept, errors_kept as errors_kept
    from detente.dossier.load import (
        folder_of as folder_of,
        load_dossier as load_dossier,
        read_record as read_record,
        shipped_dossiers as shipped_dossiers,
    )
    from detente.dossier.measure import (
        Claim as Claim,
        Clock as Clock,
        Conflict as Conflict,
        DatedValue as DatedValue,
        Document as Document,
        FirmRate as FirmRate,
        Frozen as Frozen,
        Grade as Grade,
        Instrument as Instrument,
        Measure as Measure,
        Products as Products,
        Reading as Reading,
        Round as Round,
        Slug as Slug,
        Source as Source,
        Status as Status,
    )
    from detente.dossier.parties import (
        all_codes as all_codes,
        codes_of as codes_of,
        parties_of as parties_of,
    )
    from detente.dossier.pledges import pledge_table as pledge_table
    from detente.dossier.scope import OrdinaryDuty as OrdinaryDuty, TradeLine as TradeLine
    from detente.dossier.timeline import (
        MeasureState as MeasureState,
        acts_of as acts_of,
        known_day as known_day,
        resolve as resolve,
    )
    from detente.dossier.vocabulary import (
        Authority as Authority,
        authorities_of as authorities_of,
        authority_of as authority_of,
        hint_for_part as hint_for_part,
        shared_vocabulary as shared_vocabulary,
    )
    from detente.dossier.yaml_reader import (
        KeyPath as KeyPath,
        YamlFile as YamlFile,
        key_text as key_text,
        read_yaml as read_yaml,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "announced": "Announcements announcements",
            "parties": "all_codes codes_of parties_of",
            "asof": "known_by",
            "audit_record": "audit audit_table coverage_by_grade errors refuse_stale",
            "audit_rules": "Finding RULES",
            "authorities": "authority_table",
            "bands": "BANDS Doubt POSSIBLE POSSIBLE_SHARE SHARE_BAND doubts_on",
            "base": "Field PrivateAttr field_validator model_validator",
            "claims": "chains claims_table clock_table conflict_table economy_names measure_table show_value verify_places",
            "conflict_sheets": "conflict_list sheets",
            "controls": "control_table fee_table",
            "dossier": "Actor Dossier FrozenDict Parameter age require_fresh",
            "exposures": "Aid CHANNELS Exposure",
            "firing": "Change changes record_span running turns waiting",
            "form": "validate",
            "held": "moves_something",
            "ics": "calendar",
            "kept": "checked_kept errors_kept",
            "load": "folder_of load_dossier read_record shipped_dossiers",
            "effect": "Content Effect",
            "measure": "Claim Clock Conflict DatedValue Document FirmRate Frozen Grade Instrument Measure Products Reading Round Slug Source Status",
            "pledges": "pledge_table",
            "scope": "OrdinaryDuty TradeLine",
            "timeline": "MeasureState acts_of known_day resolve",
            "vocabulary": "Authority authorities_of authority_of hint_for_part shared_vocabulary",
            "yaml_reader": "KeyPath YamlFile key_text read_yaml",
        },
    )
