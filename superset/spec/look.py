"""How every page looks: one column on a phone, and one colour for one thing."""

# The grid keeps its columns on a phone: there, one column is readable.
PHONE_CSS = """
@media (max-width: 600px) {
  .grid-row { flex-wrap: wrap !important; height: auto !important; }
  .grid-row > * { width: 100% !important; margin-right: 0 !important; margin-bottom: 12px; }
  .grid-row .resizable-container { width: 100% !important; max-width: 100% !important; }
  .superset-legacy-chart-big-number .header-line { font-size: 30px !important; }
  .superset-legacy-chart-big-number .subtitle-line,
  .superset-legacy-chart-big-number .subheader-line { font-size: 13px !important; }
  .dashboard-markdown .resizable-container { height: auto !important; min-height: 120px; }
  .dashboard-component-chart-holder .resizable-container { min-width: 100% !important; }
}
"""
# The same thing has the same colour on every page.
VIEW, CART, PURCHASE, REMOVAL = "#1FA8C9", "#FCC700", "#5AC189", "#E04355"
REVENUE = "#454E7C"
COLOURS = {
    **{"Views": VIEW, "Carts": CART, "Purchases": PURCHASE, "Removals": REMOVAL},
    **{"view": VIEW, "cart": CART, "purchase": PURCHASE, "remove_from_cart": REMOVAL},
    **{"Viewed": VIEW, "Put into a cart": CART, "Bought": PURCHASE, "bought": PURCHASE},
    **{"Abandoned": REMOVAL, "cart_left": CART, "browsed": VIEW, "one_event": "#A1A6BD"},
    **{"Emptied": "#A1A6BD", "Open": "#8FD3E4", "Revenue": REVENUE},
}
