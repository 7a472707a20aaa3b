"""Start the gateway: `python -m kinolog.gateway`."""

import asyncio

from kinolog.common.service import Service, read_settings, run
from kinolog.gateway.params import Gateway
from kinolog.gateway.server import Server
from kinolog.gateway.settings import GatewaySettings
from kinolog.gateway.uploads.sweep import keep_swept
from kinolog.gateway.wiring import build_app, build_server, open_gateway


async def serve(service: Service, settings: GatewaySettings) -> None:
    """Answer until the service is told to stop. A log that is not whole ends this with LogCorrupt."""
    async with open_gateway(service, settings) as gateway, asyncio.TaskGroup() as tasks:
        server = build_server(build_app(gateway, settings), gateway, settings)
        helpers = [
            tasks.create_task(gateway.live.follow(await service.log.last_sequence())),
            tasks.create_task(keep_swept(gateway.uploads, settings.upload_sweep_seconds)),
            tasks.create_task(_stop(server, gateway, service.stopping)),
        ]
        await server.serve()
        for helper in helpers:
            helper.cancel()


async def _stop(server: Server, gateway: Gateway, stopping: asyncio.Event) -> None:
    await stopping.wait()
    gateway.uploads.turns.end_all()
    server.stop()


def main() -> None:
    settings = read_settings("gateway", GatewaySettings)
    run("gateway", settings, lambda service: serve(service, settings))


if __name__ == "__main__":
    main()
