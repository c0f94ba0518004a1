"""What a unit's program may not do: everything that it does not need. Lines for the section `[Service]` of a unit."""

from collections.abc import Collection, Mapping, Sequence

FORBIDDEN: Mapping[str, str] = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "full",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "SystemCallFilter": "@system-service",
    "UMask": "0027",
}
"""Settings of systemd.exec(5). `ProtectSystem` is `full`, as many programs keep sockets and notes in /run and /var."""


def sandbox(
    families: Sequence[str] = ("AF_UNIX", "AF_INET", "AF_INET6"),
    capabilities: Sequence[str] = (),
    without: Collection[str] = (),
    **instead: str,
) -> str:
    """The lines: no capability but these, no family of addresses but these, and nothing of FORBIDDEN.

    `without` names what the program cannot do without; `instead` gives other values, or further settings.
    """
    kept = {name: value for name, value in FORBIDDEN.items() if name not in without} | instead
    kept |= {"RestrictAddressFamilies": " ".join(families), "CapabilityBoundingSet": " ".join(capabilities)}
    return "\n".join(f"{name}={value}" for name, value in kept.items())
