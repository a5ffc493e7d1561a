"""CORE: labels, units, errors, result codes, stamps and small pure helpers.

Comes in: nothing of ours. Goes out: the vocabulary every other room speaks.
Never does: import another room, read a dossier, or solve anything.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.core.arrays import (
        LARGEST as LARGEST,
        NUMBERS_AND_TEXT as NUMBERS_AND_TEXT,
        read_arrays as read_arrays,
    )
    from detente.core.chain import (
        CHAIN_START as CHAIN_START,
        chain_hash as chain_hash,
        chain_line as chain_line,
        read_chain as read_chain,
    )
    from detente.core.chunk_files import (
        code_key as code_key,
        load_chunk as load_chunk,
        save_chunk as save_chunk,
    )
    from detente.core.cluster import Cluster as Cluster
    from detente.core.days import (
        FIRST_DAY as FIRST_DAY,
        LAST_DAY as LAST_DAY,
        calendar_day as calendar_day,
        parse_day as parse_day,
    )
    from detente.core.digits import (
        bound as bound,
        known as known,
        known_all as known_all,
        known_each as known_each,
    )
    from detente.core.errors import (
        BalanceError as BalanceError,
        DateError as DateError,
        DetenteError as DetenteError,
        EvidenceError as EvidenceError,
        InputError as InputError,
        LabelError as LabelError,
        MeasurePlace as MeasurePlace,
        SchemaError as SchemaError,
        SolveError as SolveError,
        StaleError as StaleError,
        UnitError as UnitError,
    )
    from detente.core.files import (
        sha256_bytes as sha256_bytes,
        sha256_file as sha256_file,
        write_atomic as write_atomic,
        write_together as write_together,
    )
    from detente.core.folders import finish_folder as finish_folder, write_folder as write_folder
    from detente.core.helping import Helpers as Helpers, Later as Later
    from detente.core.kept import cache_folder as cache_folder
    from detente.core.labels import (
        EVERYBODY as EVERYBODY,
        SECTOR_WORDS as SECTOR_WORDS,
        Labels as Labels,
    )
    from detente.core.limits import (
        ENFORCEMENT as ENFORCEMENT,
        LOST_ON_THE_WAY as LOST_ON_THE_WAY,
        RENTS as RENTS,
        Enforcement as Enforcement,
        Lever as Lever,
        LimitKind as LimitKind,
        Rent as Rent,
        is_ban as is_ban,
        limit_word as limit_word,
    )
    from detente.core.plain import TYPED as TYPED, UNPRINTABLE as UNPRINTABLE, is_number as is_number
    from detente.core.reading import (
        csv_rows as csv_rows,
        is_file as is_file,
        is_folder as is_folder,
        is_there as is_there,
        name_of as name_of,
        open_lines as open_lines,
        read_bytes as read_bytes,
        read_json as read_json,
        read_text as read_text,
        readable_file as readable_file,
        unreadable as unreadable,
    )
    from detente.core.register import check_register as check_register, read_register as read_register
    from detente.core.results import RESULTS as RESULTS
    from detente.core.sequence import MOST_DIMENSIONS as MOST_DIMENSIONS, sobol as sobol
    from detente.core.special import (
        beta_below as beta_below,
        normal_below as normal_below,
        normal_quantile as normal_quantile,
    )
    from detente.core.spelling import nearest as nearest, suggestion as suggestion
    from detente.core.stamp import (
        Stamp as Stamp,
        package_commit as package_commit,
        package_version as package_version,
    )
    from detente.core.table import Cell as Cell, Column as Column, Table as Table
    from detente.core.units import UNITS as UNITS, unit_said as unit_said
    from detente.core.watch import checkpoint as checkpoint, watched as watched
    from detente.core.work import (
        Local as Local,
        Pool as Pool,
        Remote as Remote,
        Where as Where,
        run as run,
        stream as stream,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "arrays": "LARGEST NUMBERS_AND_TEXT read_arrays",
            "chain": "CHAIN_START chain_hash chain_line read_chain",
            "chunk_files": "code_key load_chunk save_chunk",
            "cluster": "Cluster",
            "days": "FIRST_DAY LAST_DAY calendar_day parse_day",
            "digits": "bound known known_all known_each",
            "errors": "BalanceError DateError DetenteError EvidenceError InputError LabelError MeasurePlace SchemaError SolveError StaleError UnitError",
            "files": "sha256_bytes sha256_file write_atomic write_together",
            "helping": "Helpers Later",
            "kept": "cache_folder",
            "folders": "finish_folder write_folder",
            "labels": "EVERYBODY Labels SECTOR_WORDS",
            "limits": "ENFORCEMENT Enforcement LOST_ON_THE_WAY Lever LimitKind RENTS Rent is_ban limit_word",
            "plain": "TYPED UNPRINTABLE is_number",
            "reading": "csv_rows is_file is_folder is_there name_of open_lines read_bytes read_json read_text readable_file unreadable",
            "register": "check_register read_register",
            "results": "RESULTS",
            "special": "beta_below normal_below normal_quantile",
            "sequence": "MOST_DIMENSIONS sobol",
            "spelling": "nearest suggestion",
            "stamp": "Stamp package_commit package_version",
            "table": "Cell Column Table",
            "units": "UNITS unit_said",
            "watch": "checkpoint watched",
            "work": "Local Pool Remote Where run stream",
        },
    )
