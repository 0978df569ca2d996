"""How every page looks: one column on a phone, and one colour for one thing."""

# Superset scales the words below a number until nobody can read them. A table of the top rows says so in
# its title. The grid keeps its columns on a phone: there, one column is readable.
CSS = """
.superset-legacy-chart-big-number .header-line { font-size: 26px !important; }
.superset-legacy-chart-big-number .subtitle-line,
.superset-legacy-chart-big-number .subheader-line { font-size: 13px !important; }
.anticon-warning[aria-describedby="tt-rowcount-tooltip"] { display: none; }
@media (max-width: 600px) {
  .grid-row { flex-wrap: wrap !important; height: auto !important; }
  .grid-row > * { width: 100% !important; margin-right: 0 !important; margin-bottom: 12px; }
  .grid-row .resizable-container { width: 100% !important; max-width: 100% !important; }
  .dashboard-markdown .resizable-container { height: auto !important; min-height: 120px; }
  .dashboard-component-chart-holder .resizable-container { min-width: 100% !important; }
  [data-test="metadata-bar"], [data-test="fave-unfave-icon"] { display: none !important; }
  .superset-chart-table th, .superset-chart-table td {
    padding: 3px 2px !important; font-size: 10px !important;
  }
  .superset-chart-table td:first-child { overflow-wrap: anywhere; }
  .superset-chart-table th svg { display: none; }
}
"""
# The same thing has the same colour on every page.
VIEW, CART, PURCHASE, REMOVAL = "#1FA8C9", "#FCC700", "#5AC189", "#E04355"
# Readable on white and on black.
REVENUE, SHARE, REFUSED = "#6673B8", "#5B8FA8", "#9467BD"
COLOURS = {
    **{"Views": VIEW, "Carts": CART, "Purchases": PURCHASE, "Removals": REMOVAL},
    **{"view": VIEW, "cart": CART, "purchase": PURCHASE, "remove_from_cart": REMOVAL},
    **{"Viewed": VIEW, "Put into a cart": CART, "Bought": PURCHASE},
    **{"Abandoned": "#F28E2B", "Left a cart": CART, "Browsed": VIEW, "One event": "#A1A6BD"},
    **{"Emptied": REMOVAL, "Open": "#8FD3E4", "Revenue": REVENUE},
    **{"Conversion, %": SHARE, "Completeness, %": SHARE, "Events": "#7F8FA9", "Refused": REFUSED},
    # Reasons are no types of events.
    **{"bad_price": REFUSED, "not_json": "#8C564B", "bad_text": "#C5B0D5", "too_large": "#C49C94"},
    **{"bad_event_time": "#B5651D", "missing_field": "#637939", "unknown_event_type": "#B5BD61"},
    **{"future_event_time": "#393B79"},
}
