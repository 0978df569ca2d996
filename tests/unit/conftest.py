"""Hypothesis without a clock: how long an example takes depends on the machine and proves nothing."""

from hypothesis import HealthCheck, settings

settings.register_profile("storepulse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("storepulse")
