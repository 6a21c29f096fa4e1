"""The Python clients `mcp` and `fastmcp`: the whole dance by registration and by metadata document.

Arguments: the MCP URL, the person's script, the metadata documents of both clients (or -). A person signs in by that script.
"""

import asyncio
import json
import os
import subprocess
import sys
import traceback
import urllib.parse
import urllib.request
import warnings

from fastmcp import Client as FastClient
from fastmcp.client.auth import OAuth
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

warnings.filterwarnings("ignore")
URL, PERSON, MCP_DOCUMENT, FASTMCP_DOCUMENT = sys.argv[1:5]
NODE = os.environ["NODE"]
CALLBACK = "http://127.0.0.1:41999/callback"


async def check(name, body):
    try:
        async with asyncio.timeout(90):
            await body
        print(f"ok {name}", flush=True)
        return True
    except BaseException as error:  # an exception group is not an Exception
        reason = "".join(traceback.format_exception(error)).strip().splitlines()
        print(f"FAIL {name}: {' | '.join(reason[-6:])}", flush=True)
        return False


class Storage:
    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Person:
    """Follows the library's links with the script; counts how often it was asked."""

    asked = 0

    async def follow(self, url):
        self.asked += 1
        process = await asyncio.create_subprocess_exec(NODE, PERSON, "--print", url, stdout=subprocess.PIPE)
        out, _ = await process.communicate()
        assert process.returncode == 0, "the person was stopped"
        self.landing = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(out.decode().strip()).query))

    async def callback(self):
        return AuthorizationCodeResult(code=self.landing["code"], state=self.landing["state"], iss=self.landing["iss"])


def revoke(tokens, client_id):
    root = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(URL))
    with urllib.request.urlopen(f"{root}/.well-known/oauth-authorization-server") as answer:
        endpoint = json.load(answer)["revocation_endpoint"]
    body = urllib.parse.urlencode({"token": tokens.refresh_token, "client_id": client_id}).encode()
    assert urllib.request.urlopen(endpoint, body).status == 200


def text_of(result):
    assert not result.is_error, result
    return "\n".join(part.text for part in result.content)


async def mcp_dance(way, document):
    storage, person = Storage(), Person()
    metadata = OAuthClientMetadata(client_name="Python", redirect_uris=[CALLBACK], token_endpoint_auth_method="none")
    auth = OAuthClientProvider(URL, metadata, storage, person.follow, person.callback, client_metadata_url=document)

    async def use(*steps):
        async with create_mcp_http_client(auth=auth) as http:
            async with Client(streamable_http_client(URL, http_client=http)) as client:
                for step in steps:
                    await step(client)

    def calling(name, **arguments):
        async def call(client):
            return text_of(await client.call_tool(name, arguments))

        return call

    async def first():
        os.environ["PERSON_REFUSES"] = "notes:write"
        await use(calling("auth_whoami"), calling("notes_list"))
        assert person.asked == 1, person.asked
        assert (storage.client.client_id == document) == bool(document), storage.client

    async def step_up():
        os.environ["PERSON_REFUSES"] = ""
        await use(calling("notes_add", text="from Python"), calling("notes_list"))
        assert person.asked == 2, person.asked

    async def refresh():
        before = storage.tokens
        auth.context.token_expiry_time = 1.0
        await use(calling("auth_whoami"))
        assert storage.tokens.access_token != before.access_token
        assert storage.tokens.refresh_token != before.refresh_token
        assert person.asked == 2, person.asked

    async def again():
        revoke(storage.tokens, storage.client.client_id)
        await use(calling("auth_whoami"))
        assert person.asked == 3, person.asked

    title = f"python mcp, {way}: "
    if await check(title + "discovers, registers, signs in and calls", first()):
        await check(title + "steps up when a tool needs more", step_up())
        await check(title + "refreshes an expired access token", refresh())
        await check(title + "a revoked grant ends, and the next sign-in works", again())


async def fastmcp_dance(way, document):
    os.environ["BROWSER"] = f"{NODE} {PERSON} %s &"
    auth = OAuth(client_metadata_url=document, callback_timeout=30)

    async def use(*names):
        async with FastClient(URL, auth=auth) as client:
            for name, arguments in names:
                result = await client.call_tool(name, arguments)
                assert not result.is_error, result

    async def first():
        os.environ["PERSON_REFUSES"] = "notes:write"
        await use(("auth_whoami", {}), ("notes_list", {}))

    async def step_up():
        os.environ["PERSON_REFUSES"] = ""
        await use(("notes_add", {"text": "from fastmcp"}), ("notes_list", {}))

    async def refresh():
        before = await auth.token_storage_adapter.get_tokens()
        auth.context.token_expiry_time = 1.0
        await use(("auth_whoami", {}))
        after = await auth.token_storage_adapter.get_tokens()
        assert after.refresh_token != before.refresh_token

    async def again():
        tokens = await auth.token_storage_adapter.get_tokens()
        revoke(tokens, auth.context.client_info.client_id)
        await use(("auth_whoami", {}))

    title = f"python fastmcp, {way}: "
    if await check(title + "discovers, registers, signs in and calls", first()):
        await check(title + "steps up when a tool needs more", step_up())
        await check(title + "refreshes an expired access token", refresh())
        await check(title + "a revoked grant ends, and the next sign-in works", again())


async def main():
    await mcp_dance("registration", None)
    await fastmcp_dance("registration", None)
    if MCP_DOCUMENT != "-":
        await mcp_dance("metadata document", MCP_DOCUMENT)
        await fastmcp_dance("metadata document", FASTMCP_DOCUMENT)


asyncio.run(main())
