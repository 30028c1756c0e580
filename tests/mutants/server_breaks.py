"""Breaks of what is believed of a building-management system over OPC UA, and of what is written to it."""

from tests.mutants.breaks import Break, broken

MAPPING, NODES = "edge/profiles/opcua_mapping.py", "drivers/opcua/nodes.py"
LINK, SESSION, ORDERS, TELLER = (f"drivers/opcua/{name}.py" for name in ("link", "session", "orders", "teller"))

VALUES = ("tests/drivers/opcua/test_mapping.py",)
ON_A_SERVER = ("tests/drivers/opcua/test_link.py",)

SERVER_BREAKS: tuple[Break, ...] = (
    broken(
        "what a lost sensor said last is its value",
        NODES,
        "if status is not None and not status.is_good():",
        "if False:",
        ON_A_SERVER,
    ),
    broken(
        "what a node holds besides is taken as it is",
        MAPPING,
        "            if said not in self.values:\n",
        "            if False:\n",
        VALUES,
    ),
    broken(
        "a value that the point cannot carry is told",
        MAPPING,
        "        if problem := kind.problem_with(value):\n",
        "        if problem := None:\n",
        VALUES,
    ),
    broken(
        "what does not fit into a node is written", MAPPING, "if low <= round(value) <= high:", "if (low, high) != (1, 0):", VALUES
    ),
    broken(
        "one is the same as true for a server",
        MAPPING,
        "if meant == value and type(meant) is type(value)]",
        "if meant == value]",
        VALUES,
    ),
    broken(
        "an older order is written to a server", LINK, " and number > self._newest.get(command.point, (-1, -1))", "", ON_A_SERVER
    ),
    broken("a write confirms itself", ORDERS, "        await self._read_back(route)\n", "        pass\n", ON_A_SERVER),
    broken("what the server refuses counts as written", ORDERS, "            status.check()\n", "            pass\n", ON_A_SERVER),
    broken(
        "a forgotten subscription is not missed",
        SESSION,
        "if now - self._published_at >= self._silence_s:",
        "if False:",
        ON_A_SERVER,
    ),
    broken(
        "a device outlives its main point",
        TELLER,
        "            presence.good = not said.bad\n",
        "            presence.good = True\n",
        ON_A_SERVER,
    ),
)
