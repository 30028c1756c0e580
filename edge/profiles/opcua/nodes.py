"""Any device of a building-management system, by its nodes: the site file names the node of each point. It keeps what it is told.

A node that ends an unlock by itself is told apart in the site file: `lease: pulse` or `lease: watchdog`. `lacks` says what there is
no node for.
Site file:
    fan: {type: relay, profile: opcua.nodes, connection: bms, points: {on: {node: "ns=2;s=AHU1.Fan.Cmd"}}}
    gas: {type: alarm-input, profile: opcua.nodes, connection: bms, alarm: gas,
      points: {active: {node: "ns=2;i=50", values: {2: true, 0: false}}}}
"""

from edge.profiles.opcua_mapping import OpcuaMapping
from edge.profiles.profile import Profile

PROFILE = Profile(OpcuaMapping(), lease="latch")
