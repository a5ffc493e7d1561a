"""Tables of news reports, of checks, and of the data that come with Détente.

A line holds name (and name in files), title, maker, arguments, needs and columns; see `detente.show.registry`.
"""

from typing import Final

ROWS: Final[tuple[tuple[str, str, str, str, str, str], ...]] = (
    (
        "intake",
        "What news reports hold",
        "detente.intake:draft_summary_table",
        "draft",
        "reports",
        (
            "report day day_rule story furniture[count] measure[count] date[count] amount[count] quotation[count] actor[count] place[count] event[count] "
            "claims[count] conflicts[count]"
        ),
    ),
    (
        "possible-conflicts as possible_conflicts",
        "Possible conflicts of news reports",
        "detente.intake:conflicts_table",
        "draft",
        "reports",
        "kind question reports ledger why confidence_pct[%]",
    ),
    (
        "items",
        "What was found in news reports",
        "detente.intake:items_table",
        "draft",
        "reports",
        "report line[line] kind value words rule confidence_pct[%]",
    ),
    (
        "check",
        "Whether everything checks",
        "selfcheck:self_check",
        "dossier reports? source? world?",
        "record",
        "what outcome detail",
    ),
    (
        "validation",
        "Published tables, closed forms and identities, solved again",
        "validation:validation_table",
        "checks",
        "checks",
        "group what unit published ours exact cells[count] gap tolerance verdict source note",
    ),
    (
        "data-files",
        "Data files that come with Détente",
        "register:data_file_table",
        "",
        "nothing",
        "file title sources licences bytes[bytes] sha256",
    ),
    (
        "data-sources",
        "Sources of the data that come with Détente, and their terms",
        "register:data_source_table",
        "",
        "nothing",
        "source title publisher licence terms basis taken acknowledge url",
    ),
)
