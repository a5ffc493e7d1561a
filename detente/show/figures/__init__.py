"""Pictures: a chart, the sentence that says its finding, its description, and the table behind it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.show.figures.charts import OutcomeRow as OutcomeRow, SectorRow as SectorRow
    from detente.show.figures.deal_space import (
        deal_figure as deal_figure,
        point_names as point_names,
        space_sentence as space_sentence,
        swap_sentence as swap_sentence,
    )
    from detente.show.figures.figures import (
        NARROW as NARROW,
        WIDE as WIDE,
        Figure as Figure,
        draw_ahead as draw_ahead,
        figure_png as figure_png,
        figure_svg as figure_svg,
    )
    from detente.show.figures.headline import (
        HorizonChange as HorizonChange,
        headline_figure as headline_figure,
    )
    from detente.show.figures.levers import (
        ladder_figure as ladder_figure,
        lever_sentences as lever_sentences,
        moving as moving,
        strongest_levers as strongest_levers,
    )
    from detente.show.figures.lifelines import Span as Span, timeline as timeline
    from detente.show.figures.odds import (
        RungOdds as RungOdds,
        fan_figure as fan_figure,
        rungs_figure as rungs_figure,
    )
    from detente.show.figures.parts import parts_figure as parts_figure
    from detente.show.figures.paths import Event as Event, duty_path_figure as duty_path_figure
    from detente.show.figures.plots import Plot as Plot, plot as plot
    from detente.show.figures.rows import fold as fold
    from detente.show.figures.theme import (
        FONT as FONT,
        GRADES as GRADES,
        INK as INK,
        MUTED as MUTED,
        STATUSES as STATUSES,
        Look as Look,
        authority_look as authority_look,
        country_name as country_name,
        look as look,
    )
    from detente.show.figures.tiles import STRONG as STRONG, map_figure as map_figure
    from detente.show.figures.timelines import ClockDot as ClockDot
    from detente.show.figures.worlds import (
        comparison_figure as comparison_figure,
        world_figure as world_figure,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "charts": "OutcomeRow SectorRow",
            "deal_space": "deal_figure point_names space_sentence swap_sentence",
            "figures": "Figure NARROW WIDE draw_ahead figure_png figure_svg",
            "headline": "HorizonChange headline_figure",
            "levers": "ladder_figure lever_sentences moving strongest_levers",
            "lifelines": "Span timeline",
            "odds": "RungOdds fan_figure rungs_figure",
            "parts": "parts_figure",
            "paths": "Event duty_path_figure",
            "plots": "Plot plot",
            "rows": "fold",
            "theme": "FONT GRADES INK MUTED Look STATUSES authority_look country_name look",
            "tiles": "STRONG map_figure",
            "timelines": "ClockDot",
            "worlds": "comparison_figure world_figure",
        },
    )
