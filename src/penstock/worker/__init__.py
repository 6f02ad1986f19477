"""Inside a worker process: loads the code of a pipeline, reads inputs, runs a task, stores outputs, reports."""
