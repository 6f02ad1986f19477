"""The process beside a Kedro run: it reads the run's spool and keeps the record, live and to the end."""
