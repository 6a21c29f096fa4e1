// The peer for guarded calls in TypeScript: the SDK's transport with sessions behind its own bearer
// middleware and jose. Arguments: port, issuer, audience, file with the key set.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import express from 'express';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const [port, issuer, audience, keysFile] = process.argv.slice(2);
const keys = createLocalJWKSet(JSON.parse(readFileSync(keysFile, 'utf8')));
const metadataPath = '/.well-known/oauth-protected-resource';
const here = `http://127.0.0.1:${port}`;

const verifier = {
  async verifyAccessToken(token) {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256'] });
      return { token, clientId: payload.client_id, scopes: payload.scope.split(' '), expiresAt: payload.exp };
    } catch {
      throw new InvalidTokenError('not accepted');
    }
  },
};
const transports = new Map();

async function open() {
  const transport = new StreamableHTTPServerTransport({
    enableJsonResponse: true,
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => transports.set(id, transport),
  });
  const server = new McpServer({ name: 'guarded-peer', version: '1.0.0' });
  server.registerTool('ping', { description: 'Answers.' }, () => ({ content: [{ type: 'text', text: 'pong' }] }));
  await server.connect(transport);
  return transport;
}

const app = express();
app.disable('x-powered-by');
app.get(metadataPath, (_, res) => res.json({ resource: `${here}/mcp`, authorization_servers: [issuer] }));
const auth = requireBearerAuth({ verifier, requiredScopes: ['ping:read'], resourceMetadataUrl: here + metadataPath });
app.post('/mcp', auth, express.json(), async (req, res) => {
  const transport = transports.get(req.headers['mcp-session-id']) ?? (await open());
  await transport.handleRequest(req, res, req.body);
});
app.listen(Number(port), '127.0.0.1');
