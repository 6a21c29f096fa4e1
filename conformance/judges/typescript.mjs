// The official TypeScript clients, both generations: the whole dance by registration and by metadata document.
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import {
  auth as authV1,
  UnauthorizedError as UnauthorizedV1,
} from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import assert from 'node:assert/strict';
import { dance } from '../dance.mjs';
import { CALLBACK } from '../keeper.mjs';

const self = { name: 'conformance', version: '1' };

const v1 = {
  name: 'sdk v1',
  client: () => new ClientV1(self),
  transport: (url, authProvider) => new TransportV1(url, { authProvider }),
  isUnauthorized: (error) => error instanceof UnauthorizedV1,
  finish: (transport, landing) => transport.finishAuth(codeOf(landing)),
  // This generation answers a 403 by refreshing, gets the same scope again and gives up (typescript-sdk #1582):
  // its host has to ask for the scope itself.
  async stepUp(host, scope, call) {
    await assert.rejects(call, /403/);
    host.keeper.invalidateCredentials('tokens');
    const request = { serverUrl: host.url, scope };
    assert.equal(await authV1(host.keeper, request), 'REDIRECT');
    assert.equal(
      await authV1(host.keeper, { ...request, authorizationCode: codeOf(host.keeper.landing) }),
      'AUTHORIZED',
    );
    await host.connect();
    await call();
  },
};

const v2 = (mode) => ({
  name: `client v2 (${mode})`,
  client: () => new Client(self, { versionNegotiation: { mode } }),
  transport: (url, authProvider) => new StreamableHTTPClientTransport(url, { authProvider }),
  isUnauthorized: (error) => error instanceof UnauthorizedError,
  finish: (transport, landing) => transport.finishAuth(new URLSearchParams(landing.search)),
  stepUp: (_host, _scope, call) => call(),
});

function codeOf(landing) {
  const code = landing.searchParams.get('code');
  if (!code) throw new Error(`no code: ${landing.searchParams.get('error')}`);
  return code;
}

export async function typescript({ tally, subject, documents }) {
  for (const library of [v1, v2('legacy'), v2('auto')]) {
    await dance({ tally, subject, library, way: 'registration' });
    const clientMetadataUrl = documents?.publish(
      `typescript-${library.name.replace(/\W+/g, '-')}`,
      {
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    );
    if (clientMetadataUrl)
      await dance({ tally, subject, library, way: 'metadata document', clientMetadataUrl });
  }
}
