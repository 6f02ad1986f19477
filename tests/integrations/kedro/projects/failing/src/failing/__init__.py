"""Nodes that fail in the function, in a load or in a save, by the pipeline that is run."""
