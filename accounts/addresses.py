"""Network addresses, as far as we care: one household or one rack counts as one, and some are this machine."""

import ipaddress


def block(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    width = 24 if parsed.version == 4 else 64
    return str(ipaddress.ip_network(f"{parsed}/{width}", strict=False))


def is_here(address: str) -> bool:
    """Of this very machine, also when a socket of both kinds writes it as ::ffff:127.0.0.1."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
