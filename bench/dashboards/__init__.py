"""How fast the dashboards are in real browsers."""
