"""The BentoML service: ``bentoml serve serving.service:Mingcha``.

BentoML packs the service and runs its processes. Requests go straight to the application,
without the layers that BentoML puts before a mounted one: they would show pages of its own,
label metrics by raw path, log values of refused input, and keep each request in memory for the
length of the time-out.
"""

import os
from typing import Any

import bentoml
from starlette.types import ASGIApp, Receive, Scope, Send

from serving import journal
from serving.app import build_app
from serving.bootstrap import Runtime, library
from serving.settings import Settings

_settings = Settings.from_environment(os.environ)


class Direct(bentoml.Service[Any]):  # type: ignore[misc]
    """A service whose requests go to the application; its start and end go through BentoML."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """The ASGI application of one worker, wired here: the workers' parent needs none."""
        journal.write_to_stderr()
        app = build_app(Runtime(_settings, library(_settings.policy)))
        self.mount_apps[:] = [(app, "/", "api")]
        around: ASGIApp = super().to_asgi(is_main)

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await (around if scope["type"] == "lifespan" else app)(scope, receive, send)

        return serve


@bentoml.service(
    service_class=Direct,
    workers=_settings.workers,
    envs=[{"name": "OMP_NUM_THREADS", "value": "1"}],
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
class Mingcha:
    """Scores live speech and listings: pass, review or block, with evidence."""
