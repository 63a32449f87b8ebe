"""smtp_server.py PORT TLS_PORT: receives mail in the current folder, for `smtp`, which starts it there.

PORT is SMTP, with STARTTLS for whoever wants it; TLS_PORT is TLS from the first byte. Whoever logs in is
`reelgraph` with the password `mail secret`, and does so under TLS only.

Each message is kept in mail/NUMBER.eml as it came and in mail/NUMBER.json as a mail program understands it.

The file `behaviour` tells how to treat what comes in. Each line is STAGE RECEIVER ANSWER, where STAGE is `connect`,
`mail`, `rcpt` or `data`, RECEIVER an address or `*`, and ANSWER what the server says, such as `450 4.2.0 Later`, or
`hang`: nothing, ever; or `lose`: at `data`, the message is taken and nothing said. It is read anew each time.
"""

import asyncio
import email.policy
import json
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

PORT, TLS_PORT = map(int, sys.argv[1:])
CREDENTIALS = LoginPassword(b"reelgraph", b"mail secret")


def asked_for(stage, receivers):
    """What `behaviour` wants answered, or None."""
    try:
        lines = Path("behaviour").read_text().splitlines()
    except FileNotFoundError:
        return None
    for line in lines:
        wanted, receiver, answer = line.split(" ", 2)
        if wanted == stage and (receiver == "*" or receiver in receivers):
            return answer
    return None


async def answer(stage, receivers, usual):
    """What to answer, when it is to be answered at all."""
    wanted = asked_for(stage, receivers)
    if wanted in ("hang", "lose"):
        await asyncio.Event().wait()
    return wanted or usual


def keep(envelope, session, transport):
    """Writes a message down; its two files appear whole."""
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    seen = {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "tls": transport.get_extra_info("ssl_object") is not None,
        "user": session.authenticated and session.auth_data.login.decode(),
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "type": message.get_content_type(),
        "parts": parts,
    }
    number = sum(1 for _ in Path("mail").glob("*.json"))
    for ending, content in (("eml", envelope.content), ("json", json.dumps(seen).encode())):
        partial = Path("mail", f"{number:04}.partial")
        partial.write_bytes(content)
        partial.rename(Path("mail", f"{number:04}.{ending}"))


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        wanted = await answer("connect", [], None)
        return [wanted] if wanted else responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        wanted = await answer("mail", [], None)
        if wanted:
            return wanted
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        wanted = await answer("rcpt", [address], None)
        if wanted:
            return wanted
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        wanted = asked_for("data", envelope.rcpt_tos)
        if wanted in (None, "lose"):
            keep(envelope, session, server.transport)
        return await answer("data", envelope.rcpt_tos, "250 OK")


def log_in(server, session, envelope, mechanism, data):
    return AuthResult(success=data == CREDENTIALS, auth_data=data, handled=False)


async def serve():
    loop = asyncio.get_running_loop()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain("certificate.pem", "key.pem")

    def protocol(**arguments):
        return lambda: SMTP(Handler(), loop=loop, authenticator=log_in, enable_SMTPUTF8=False, **arguments)

    await loop.create_server(protocol(tls_context=tls), "127.0.0.1", PORT)
    # It sees an encrypted connection where there is no STARTTLS: a log-in is as safe as there.
    await loop.create_server(protocol(auth_require_tls=False), "127.0.0.1", TLS_PORT, ssl=tls)
    await asyncio.Event().wait()


asyncio.run(serve())
