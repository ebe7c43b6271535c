"""Drives an installed Firefox over WebDriver BiDi: Playwright brings only a Firefox of its own.

https://w3c.github.io/webdriver-bidi/
"""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import websocket

_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_EVENTS = ["log.entryAdded", "network.beforeRequestSent"]


@dataclass
class Firefox:
    """One tab, and what happened in it."""

    socket: websocket.WebSocket
    tab: str = ""
    numbers: Iterator[int] = field(default_factory=count)
    events: list[dict[str, object]] = field(default_factory=list)

    def send(self, method: str, **params: object) -> dict[str, object]:
        """Send a command; return its result, and keep the events that come before it."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            reply = json.loads(self.socket.recv())
            if reply.get("type") == "event":
                self.events.append(reply)
            elif reply.get("id") == number:
                if reply["type"] == "error":
                    raise AssertionError(f"{method}: {reply['message']}")
                return reply["result"]

    def visit(self, url: str) -> None:
        """Open an address in a fresh tab: what an earlier page leaves unfinished is not its."""
        left, self.tab = self.tab, self.send("browsingContext.create", type="tab")["context"]
        self.send("browsingContext.close", context=left)
        self.events.clear()
        self.send("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def ask(self, script: str) -> object:
        """Evaluate a script that says something as JSON, once it has."""
        result = self.send(
            "script.evaluate",
            expression=f"Promise.resolve({script}).then(JSON.stringify)",
            target={"context": self.tab},
            awaitPromise=True,
        )
        assert result["type"] == "success", result
        return json.loads(result["result"]["value"])

    def complaints(self) -> list[str]:
        """Return the errors that the tab's scripts raised, and the addresses elsewhere it asked."""
        self.ask("new Promise((resolve) => setTimeout(() => resolve(0), 300))")
        found = []
        for event in self.events:
            params = event["params"]
            if event["method"] == "log.entryAdded":
                if params["level"] == "error" and params["source"].get("context") == self.tab:
                    found.append(params["text"])
            elif params["context"] == self.tab:
                url = params["request"]["url"]
                if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
                    found.append(url)
        return found


@contextmanager
def firefox(program: str) -> Iterator[Firefox]:
    """Start Firefox without a window and with a profile of its own."""
    with tempfile.TemporaryDirectory() as profile:
        command = [program, "--headless", "--no-remote", "--profile", profile]
        process = subprocess.Popen(
            [*command, "--remote-debugging-port", "0", "about:blank"],
            env={**os.environ, "HOME": profile, "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            address = next(m[1] for line in process.stderr if (m := _LISTENING.search(line)))
            socket = websocket.create_connection(
                f"{address}/session", timeout=60, suppress_origin=True
            )
            driven = Firefox(socket)
            driven.send("session.new", capabilities={})
            tree = driven.send("browsingContext.getTree")
            driven.tab = tree["contexts"][0]["context"]
            driven.send("session.subscribe", events=_EVENTS)
            yield driven
            driven.send("browser.close")
            socket.close()
        finally:
            process.terminate()
            process.communicate()
