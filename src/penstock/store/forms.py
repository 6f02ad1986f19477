"""Typed params as forms ask for them: of pipelines, and of approvals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penstock.model.spec import ApprovalSpec, ParamSpec


def fields(params: Mapping[str, ParamSpec]) -> list[dict[str, Any]]:
    """As wire.ParamDocument."""
    return [
        {
            "name": name,
            "type": param.type,
            "default": param.default,
            "required": param.required,
            "choices": list(param.choices),
            "min": param.min,
            "max": param.max,
            "pattern": param.pattern,
            "description": param.description,
        }
        for name, param in params.items()
    ]


def question(approval: ApprovalSpec | None) -> dict[str, Any] | None:
    """What a person is asked, as wire.Question; None for a task that asks nobody."""
    if approval is None:
        return None
    return {
        "message": approval.message,
        "params": fields(approval.form),
        "on_timeout": approval.on_timeout,
        "default": approval.default,
    }
