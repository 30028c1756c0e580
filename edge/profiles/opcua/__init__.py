"""Building-management systems that speak OPC UA, a file each; docs/opcua.md."""
