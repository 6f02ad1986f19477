"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A machine with other things to do is slow, and slow is no failure. In CI Hypothesis also draws the same each time.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
