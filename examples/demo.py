"""Create an access token over a real socket, against the fake platform: `make demo`."""

import asyncio

from kodexa_client import AsyncKodexaClient, expires_in
from kodexa_client.testing import FakePlatform


async def create_token(base_url: str) -> None:
    """Create a token and show what may be shown of it."""
    async with AsyncKodexaClient(api_key="test-key", base_url=base_url) as client:
        token = await client.access_tokens.create(name="ci", expires_at=expires_in(days=90))
    print("Created an access token:")
    print(f"  name     {token.name}")
    print(f"  id       {token.id}")
    print(f"  expires  {token.expires_at}")
    print(f"  secret   received as {', '.join(token.additional_properties)!r}, and not printed")


def main() -> None:
    """Start the fake platform, and create a token there."""
    with FakePlatform().serve() as base_url:
        asyncio.run(create_token(base_url))


if __name__ == "__main__":
    main()
