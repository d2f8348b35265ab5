"""A real SMTP server on loopback that answers by the recipient's local part, and can kill whoever sends to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import ssl
import threading
import warnings
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

STALL = 30
"""Seconds a stalling answer takes: longer than any timeout in the tests."""


@dataclass
class Delivery:
    """What the server took: recipient and the bytes."""

    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail as Python's strict parser reads it."""
        return message_from_bytes(self.content, policy=policy.default.clone(raise_on_defect=True))

    @property
    def id(self) -> str:
        """The Message-ID."""
        return str(self.message["Message-ID"])


@dataclass
class Sink:
    """Answers, and what came in. Local parts:

    ``refused`` 550 at RCPT, ``full`` 552 at DATA, ``rejected`` 554 at DATA, ``later`` 451 the first two times,
    ``never`` 451 always, ``slow`` stalls once before it takes the mail, ``drop`` takes it once and hangs up,
    ``bye`` 421 once, ``much`` 450 4.7.1 once, ``kill-rcpt`` and ``kill-data`` kill the sender once, before and after
    taking the mail.
    """

    taken: list[Delivery] = field(default_factory=list)
    tried: Counter = field(default_factory=Counter)
    connections: int = 0
    victims: list[int] = field(default_factory=list)
    kill_at_connect: bool = False
    kill_after: int = 0
    refuse_sender: str = ""
    password: str = ""
    certificate: tuple[Path, Path] | None = None
    """Chain and key: with them the server takes mail over TLS only."""
    before_rcpt: list = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)

    def ids(self) -> Counter:
        """How many copies of each Message-ID came in."""
        return Counter(delivery.id for delivery in self.taken)

    def to(self, local: str) -> list[Delivery]:
        """What came in for an address."""
        return [delivery for delivery in self.taken if delivery.to.startswith(local)]

    def kill(self) -> None:
        """Kill the senders as the system would when memory is out."""
        victims, self.victims = self.victims, []
        for victim in victims:
            os.kill(victim, signal.SIGKILL)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        local = address.partition("@")[0].partition("+")[0]
        self.tried[address] += 1
        for hook in list(self.before_rcpt):
            await asyncio.to_thread(hook)
        first = self.tried[address] == 1
        if local == "refused":
            return "550 5.1.1 No such mailbox"
        if local == "never" or (local == "later" and self.tried[address] <= 2):
            return "451 4.3.0 Come again later"
        if local == "much" and first:
            return "450 4.7.1 Too many mails"
        if local == "bye" and first:
            return "421 4.3.2 Shutting down"
        if local == "kill-rcpt" and first:
            self.kill()
            await asyncio.sleep(STALL)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        address = envelope.rcpt_tos[0]
        local = address.partition("@")[0].partition("+")[0]
        first = self.tried[address] == 1
        if local == "full":
            return "552 5.3.4 Too large"
        if local == "rejected":
            return "554 5.7.1 Not wanted"
        if local == "slow" and first:
            self.stalled.set()
            await asyncio.sleep(STALL)
            return "250 OK"
        self.taken.append(Delivery(address, envelope.original_content))
        if self.kill_after and len(self.taken) >= self.kill_after:
            self.kill_after = 0
            self.kill()
            await asyncio.sleep(STALL)
        if local == "drop" and first:
            server.transport.abort()
            await asyncio.sleep(STALL)
        if local == "kill-data" and first:
            self.kill()
            await asyncio.sleep(STALL)
        return "250 OK"


class _Server(SMTP):
    def connection_made(self, transport):
        sink = self.event_handler
        sink.connections += 1
        if sink.kill_at_connect:
            sink.kill()
        super().connection_made(transport)


class _Controller(Controller):
    def factory(self):
        handler = self.handler
        options = {"hostname": "sink.test", "decode_data": False, "loop": self.loop}
        if handler.password:
            options |= {"authenticator": self._check, "auth_require_tls": False, "auth_required": True}
        if handler.certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*handler.certificate)
            options |= {"tls_context": tls, "require_starttls": True}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a password without TLS, on loopback
            return _Server(handler, **options)

    def _check(self, server, session, envelope, mechanism, data):
        good = data.password == self.handler.password.encode()
        return AuthResult(success=good, handled=False)

    def _trigger_server(self):
        """The base class connects once to see whether the server answers; we count senders only."""
        super()._trigger_server()
        self.handler.connections = 0


@contextlib.contextmanager
def running(sink: Sink | None = None, port: int = 0):
    """Run a sink on a free port; yields it with ``port`` set."""
    sink = sink or Sink()
    controller = _Controller(sink, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    sink.port = controller.port
    try:
        yield sink
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens at."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
