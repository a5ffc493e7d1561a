"""Readers of tables other people publish, and the build of a world from one of them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.world.read.build import WorldReport as WorldReport, build_world as build_world
    from detente.world.read.cp_text import read_cp_folder as read_cp_folder
    from detente.world.read.exiobase import read_exiobase as read_exiobase
    from detente.world.read.folders import (
        read_cp_parquet_folder as read_cp_parquet_folder,
        read_cube_folder as read_cube_folder,
        read_ossa_folder as read_ossa_folder,
        read_uschina_folder as read_uschina_folder,
    )
    from detente.world.read.frames import table_of_frames as table_of_frames
    from detente.world.read.icio import read_icio as read_icio
    from detente.world.read.long_csv import (
        read_long_folder as read_long_folder,
        write_long_folder as write_long_folder,
    )
    from detente.world.read.maps import read_map as read_map
    from detente.world.read.matrices import table_of_matrices as table_of_matrices
    from detente.world.read.moved import largest_moves as largest_moves, moved_table as moved_table
    from detente.world.read.sources import READERS as READERS, read_source as read_source
    from detente.world.read.table import SourceTable as SourceTable
    from detente.world.read.trade_gdp import (
        read_trade_gdp_folder as read_trade_gdp_folder,
        trade_gdp_table as trade_gdp_table,
    )
    from detente.world.read.wiod import read_wiod as read_wiod
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "build": "WorldReport build_world",
            "cp_text": "read_cp_folder",
            "exiobase": "read_exiobase",
            "folders": "read_cp_parquet_folder read_cube_folder read_ossa_folder read_uschina_folder",
            "frames": "table_of_frames",
            "icio": "read_icio",
            "long_csv": "read_long_folder write_long_folder",
            "maps": "read_map",
            "matrices": "table_of_matrices",
            "moved": "largest_moves moved_table",
            "sources": "READERS read_source",
            "table": "SourceTable",
            "trade_gdp": "read_trade_gdp_folder trade_gdp_table",
            "wiod": "read_wiod",
        },
    )
