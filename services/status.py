"""`make status`: one row a service: state, pid, ports, memory, address."""

import json
from typing import Any

from rich.console import Console
from rich.table import Table

from services.processes import tree_memory
from services.stack import Stack

MEBIBYTE = 1024**2


def rows(stack: Stack) -> list[dict[str, Any]]:
    """service, state, pid, ports, memory_mb, url of every program, in the order of the flow."""
    states = stack.supervisor.states()
    found = []
    for service in [*stack.base, *stack.jobs]:
        info = states.get(service.name, {})
        pid = info.get("pid") or 0
        found.append(
            {
                "service": service.name,
                "state": info.get("statename", "DOWN").lower(),
                "pid": pid or None,
                "ports": list(service.ports.values()),
                "memory_mb": round(tree_memory(pid) / MEBIBYTE) if pid else 0,
                "url": service.url,
            }
        )
    return found


def show(stack: Stack, console: Console, as_json: bool) -> None:
    """Print the rows as a table for people or as JSON for scripts."""
    found = rows(stack)
    if as_json:
        print(json.dumps(found, indent=2))
        return
    table = Table("service", "state", "pid", "port", "memory", "address", box=None)
    for row in found:
        ports = ", ".join(str(port) for port in row["ports"])
        memory = f"{row['memory_mb']} MB" if row["memory_mb"] else ""
        table.add_row(
            *(row["service"], row["state"], str(row["pid"] or ""), ports, memory, row["url"])
        )
    table.add_section()
    table.add_row("together", "", "", "", f"{sum(row['memory_mb'] for row in found)} MB", "")
    console.print(table)
