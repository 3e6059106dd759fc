"""Create an access token from the command line, and keep its secret in a private file.

    python examples/create_token.py ci --days 90 --output ci-token.json

KODEXA_URL and KODEXA_API_KEY are read from the environment. The platform shows the secret
once, in its answer, so the whole answer is kept.
"""

import argparse
import datetime
import json
import sys
from pathlib import Path

from kodexa_client import KodexaClient, KodexaError, ResponseValidationError, expires_in


def create_token(name: str, expires_at: datetime.datetime) -> bytes:
    """Create a token, and return the platform's answer, which holds the secret."""
    try:
        # The URL and the key come from the environment.
        with KodexaClient() as client:
            token = client.access_tokens.create(name=name, expires_at=expires_at)
    except ResponseValidationError as error:
        # The token was created. What came is not what was promised, but it may be
        # the only copy of the secret.
        print(error, file=sys.stderr)
        return error.body
    return json.dumps(token.to_dict(), indent=2).encode()


def main() -> int:
    """Run the command, and return its exit code."""
    parser = argparse.ArgumentParser(description="Create an access token of the Kodexa platform.")
    parser.add_argument("name", help="name of the token; a unique one is easy to find again")
    parser.add_argument("--days", type=int, default=90, help="days until it expires (default: 90)")
    parser.add_argument(
        "--output",
        required=True,
        help="file to create for the answer with the secret, or - for standard output",
    )
    options = parser.parse_args()
    try:
        expires_at = expires_in(days=options.days)
    except ValueError as error:
        parser.error(f"--days: {error}")

    if options.output == "-":
        try:
            answer = create_token(options.name, expires_at)
        except KodexaError as error:
            # It says what happened, whether a token may exist now, and what to do.
            print(error, file=sys.stderr)
            return 1
        sys.stdout.buffer.write(answer + b"\n")
        return 0

    path = Path(options.output)
    # Before the token is created: a secret with no place to go would be lost.
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        parser.error(f"--output: {error}")
    try:
        answer = create_token(options.name, expires_at)
    except KodexaError as error:
        path.unlink()
        print(error, file=sys.stderr)
        return 1
    path.write_bytes(answer)
    print(f"Created the access token {options.name!r}. The answer with its secret is in {path}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
