"""Speed and memory, measured beside a plain reference; `python -m benchmarks` prints a table and writes JSON."""
