"""What speaks: one module a protocol, the gateway, quarantine."""
