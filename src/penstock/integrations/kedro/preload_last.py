"""Imported last by the process that workers are forked from, when all other libraries are there.

Kedro's settings ask `inspect` for the module of each frame of the stack (dynaconf.loaders.py_loader). It looks into
every module that is loaded, 1,400 with pandas, and remembers them: once here, and not in each worker.
"""

from __future__ import annotations

import inspect

from penstock.integrations.kedro import lean

lean.end()
inspect.getmodule(inspect.currentframe())
