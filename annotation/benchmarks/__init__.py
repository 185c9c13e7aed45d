"""Performance figures come from here (`./scriptorium bench`), never from timed tests. Quote ratios: machines differ."""
