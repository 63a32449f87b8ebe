"""What ends a run with a message instead of a traceback."""

import subprocess


class Failure(Exception):
    """Something that whoever started the run can understand, and perhaps put right."""


def call(command, **more):
    """Runs a command to its end; it must succeed."""
    try:
        return subprocess.run([str(part) for part in command], check=True, text=True, **more)
    except FileNotFoundError:
        raise Failure(f"there is no {command[0]}") from None
    except subprocess.CalledProcessError as error:
        raise Failure(f"{' '.join(map(str, command))} ended with {error.returncode}{said(error)}") from None


def said(error):
    words = (error.stderr or "").strip()
    return f":\n{words[-2000:]}" if words else ""
