"""Numbers and findings as words."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.show.words.answers import (
        answer_sentence as answer_sentence,
        first_year_sentence as first_year_sentence,
        interval_sentence as interval_sentence,
        output_order_sentence as output_order_sentence,
        output_ranks as output_ranks,
        reversed_order as reversed_order,
    )
    from detente.show.words.choices import (
        choices_sentence as choices_sentence,
        explained_by as explained_by,
        foretold_worse as foretold_worse,
        no_swap_sentence as no_swap_sentence,
        plain_levers_sentence as plain_levers_sentence,
        standing_sentences as standing_sentences,
        wanted_sentences as wanted_sentences,
        whole_sentences as whole_sentences,
    )
    from detente.show.words.sentences import (
        SMALL_QUARREL as SMALL_QUARREL,
        Sentence as Sentence,
        both_sides_sentence as both_sides_sentence,
        change_sentence as change_sentence,
        clock_sentence as clock_sentence,
        duty_sentence as duty_sentence,
        ranking_sentence as ranking_sentence,
    )
    from detente.show.words.words import (
        NBSP as NBSP,
        THIN as THIN,
        cardinal as cardinal,
        count_words as count_words,
        counted as counted,
        date_words as date_words,
        enough_digits as enough_digits,
        joined as joined,
        lower_first as lower_first,
        money as money,
        number as number,
        percent as percent,
        percent_range as percent_range,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "choices": "choices_sentence explained_by foretold_worse no_swap_sentence plain_levers_sentence standing_sentences wanted_sentences whole_sentences",
            "answers": "answer_sentence first_year_sentence interval_sentence output_order_sentence output_ranks reversed_order",
            "sentences": "SMALL_QUARREL Sentence both_sides_sentence change_sentence clock_sentence duty_sentence ranking_sentence",
            "words": "NBSP THIN cardinal count_words counted date_words enough_digits joined lower_first money number percent percent_range",
        },
    )
