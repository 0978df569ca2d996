"""Every report and profile counted again from the raw tables by DuckDB and plain Python.

Nothing of the models is used.
"""
