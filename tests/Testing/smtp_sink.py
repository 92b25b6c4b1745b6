"""An SMTP server for tests: real, and told how to behave by the file "mode" in its folder.

Every mail that it accepts becomes NNNN.eml and one line of JSON in mails.jsonl. The first line on stdout is the port.
"""

import argparse
import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--user")
parser.add_argument("--password")
args = parser.parse_args()


def mode():
    with open(os.path.join(args.folder, "mode"), encoding="utf-8") as file:
        return file.read().strip()


def parts(message, kind):
    found = message.get_body((kind,))
    return found.get_content() if found else None


class Server(SMTP):
    # System.Net.Mail writes "AUTH login"; aiosmtpd knows only the capital form.
    async def auth_login(self, server, auth_args):
        return await server.auth_LOGIN(server, auth_args)


class Sink:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        while mode() == "slow":
            await asyncio.sleep(0.02)
        if mode() == "tempfail":
            return "451 4.3.0 Try again later"
        if mode() == "greylist":
            return "450 4.2.0 Greylisted"
        if mode() == "reject":
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode() == "reject-data":
            return "554 5.6.0 Content refused"
        self.accept(session, envelope)
        if mode() == "drop":
            server.transport.abort()
        return "250 OK"

    def accept(self, session, envelope):
        Sink.count += 1
        name = f"{Sink.count:04}.eml"
        with open(os.path.join(args.folder, name), "wb") as file:
            file.write(envelope.content)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        line = json.dumps({
            "file": name,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "user": session.auth_data.login.decode() if session.auth_data else None,
            "headers": {key: str(value) for key, value in message.items()},
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "types": [part.get_content_type() for part in message.walk()],
            "text": parts(message, "plain"),
            "html": parts(message, "html"),
        })
        with open(os.path.join(args.folder, "mails.jsonl"), "a", encoding="utf-8") as file:
            file.write(line + "\n")


def authenticate(server, session, envelope, mechanism, data):
    right = data.login.decode() == args.user and data.password.decode() == args.password
    return AuthResult(success=right, handled=False, auth_data=data)


async def main():
    tls = None
    if args.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(args.certificate, args.key)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Server(
            Sink(), hostname="localhost", tls_context=tls, require_starttls=tls is not None, loop=loop,
            auth_required=args.user is not None, auth_require_tls=tls is not None,
            authenticator=authenticate if args.user else None),
        "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with the test, also with one that was killed: then nobody holds the other end any more.
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
