"""From Python to PipelineSpec: what users write, how it is wired, and how it is found in files."""
