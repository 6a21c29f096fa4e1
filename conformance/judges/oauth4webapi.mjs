// oauth4webapi with every check on, against all that the metadata claims.
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { CALLBACK } from '../keeper.mjs';
import { Person } from '../person.mjs';

const local = { [oauth.allowInsecureRequests]: true };
const SCOPE = 'openid profile email offline_access profile:read notes:read';
const METADATA = {
  client_name: 'oauth4webapi',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
};

export async function oauth4webapi({ tally, subject, documents, introspector }) {
  const judge = new Judge(subject, documents, introspector);
  const found = await tally.check(
    'oauth4webapi: both discovery documents and the protected resource documents',
    () => judge.discover(),
  );
  if (!found) return;
  for (const method of judge.as.token_endpoint_auth_methods_supported) {
    await tally.check(
      `oauth4webapi: ${method}: code, ID token, access token, UserInfo, refresh, introspection, revocation`,
      () => judge.flow(method),
    );
  }
  if (documents)
    await tally.check('oauth4webapi: private_key_jwt by metadata document with jwks_uri', () =>
      judge.document(),
    );
  await tally.check('oauth4webapi: an error carries state and iss', () => judge.denial());
  await tally.check('oauth4webapi: prompt=none, max_age and login_hint', () => judge.prompts());
  await tally.check('oauth4webapi: registration management', () => judge.management());
}

class Judge {
  constructor(subject, documents, introspector) {
    const issuer = new URL(subject.issuer);
    Object.assign(this, { subject, documents, introspector, issuer });
  }

  async discover() {
    const read = async (algorithm) =>
      oauth.processDiscoveryResponse(
        this.issuer,
        await oauth.discoveryRequest(this.issuer, { algorithm, ...local }),
      );
    this.as = await read('oauth2');
    assert.deepEqual(await read('oidc'), this.as);
    for (const resource of [this.subject.notes, this.subject.ping, this.subject.mcp]) {
      const url = new URL(resource);
      const document = await oauth.processResourceDiscoveryResponse(
        url,
        await oauth.resourceDiscoveryRequest(url, local),
      );
      assert.deepEqual(document.authorization_servers, [this.subject.issuer]);
    }
    const { as } = this;
    assert.equal(as.authorization_response_iss_parameter_supported, true);
    assert.deepEqual(as.code_challenge_methods_supported, ['S256']);
    for (const scope of SCOPE.split(' '))
      assert.ok(
        as.scopes_supported.includes(scope),
        `${scope} is not among ${as.scopes_supported}`,
      );
  }

  /** Registers a client for this way of authenticating; answers it with its authentication. */
  async register(method) {
    const keys = await oauth.generateKeyPair('RS256', { extractable: true });
    const jwk = {
      ...(await crypto.subtle.exportKey('jwk', keys.publicKey)),
      kid: 'judge',
      use: 'sig',
      alg: 'RS256',
    };
    const metadata = {
      ...METADATA,
      token_endpoint_auth_method: method,
      ...(method === 'private_key_jwt' ? { jwks: { keys: [jwk] } } : {}),
    };
    const response = await oauth.dynamicClientRegistrationRequest(this.as, metadata, local);
    const client = await oauth.processDynamicClientRegistrationResponse(response);
    assert.equal(client.token_endpoint_auth_method, method);
    const authentication = {
      none: () => oauth.None(),
      client_secret_basic: () => oauth.ClientSecretBasic(client.client_secret),
      client_secret_post: () => oauth.ClientSecretPost(client.client_secret),
      private_key_jwt: () => oauth.PrivateKeyJwt({ key: keys.privateKey, kid: 'judge' }),
    }[method]();
    return { client, authentication };
  }

  /** Sends the person through authorization; answers what came back, unvalidated. */
  async ask(client, more = {}, { person = new Person(), answer } = {}) {
    const verifier = oauth.generateRandomCodeVerifier();
    const sent = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier,
    };
    const url = new URL(this.as.authorization_endpoint);
    const parameters = {
      client_id: client.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: SCOPE,
      resource: this.subject.notes,
      state: sent.state,
      nonce: sent.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...more,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const landing = new URL(await person.authorize(url, answer));
    return { ...sent, landing };
  }

  async exchange({ client, authentication }, { landing, state, nonce, verifier }, maxAge) {
    const parameters = oauth.validateAuthResponse(this.as, client, landing, state);
    const more = { additionalParameters: { resource: this.subject.notes }, ...local };
    const response = await oauth.authorizationCodeGrantRequest(
      this.as,
      client,
      authentication,
      parameters,
      CALLBACK,
      verifier,
      more,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(this.as, client, response, {
      expectedNonce: nonce,
      maxAge,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(this.as, response, local);
    return tokens;
  }

  async flow(method) {
    const registered = await this.register(method);
    const { client, authentication } = registered;
    const tokens = await this.exchange(
      registered,
      await this.ask(client, { max_age: '3600' }),
      3600,
    );
    const { sub } = oauth.getValidatedIdTokenClaims(tokens);

    const claims = await this.accessToken(tokens.access_token);
    assert.equal(claims.sub, sub);
    assert.equal(claims.client_id, client.client_id);
    await assert.rejects(this.accessToken(tokens.access_token, this.subject.ping));

    const userInfo = await oauth.userInfoRequest(this.as, client, tokens.access_token, local);
    const info = await oauth.processUserInfoResponse(this.as, client, sub, userInfo);
    assert.equal(typeof info.email, 'string');
    assert.equal(typeof info.email_verified, 'boolean');

    const again = await oauth.refreshTokenGrantRequest(
      this.as,
      client,
      authentication,
      tokens.refresh_token,
      local,
    );
    const refreshed = await oauth.processRefreshTokenResponse(this.as, client, again);
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
    assert.equal((await this.accessToken(refreshed.access_token)).sub, sub);

    if (this.introspector) await this.introspect(refreshed.access_token, sub);
    const revoked = await oauth.revocationRequest(
      this.as,
      client,
      authentication,
      refreshed.refresh_token,
      local,
    );
    await oauth.processRevocationResponse(revoked);
    const dead = await oauth.refreshTokenGrantRequest(
      this.as,
      client,
      authentication,
      refreshed.refresh_token,
      local,
    );
    await assert.rejects(oauth.processRefreshTokenResponse(this.as, client, dead), {
      error: 'invalid_grant',
    });
    const away = await oauth.userInfoRequest(this.as, client, refreshed.access_token, local);
    assert.equal(away.status, 401);
  }

  accessToken(token, audience = this.subject.notes) {
    const request = new Request(audience, { headers: { authorization: `Bearer ${token}` } });
    return oauth.validateJwtAccessToken(this.as, request, audience, local);
  }

  async introspect(token, sub) {
    const client = { client_id: this.introspector.client_id };
    const secret = oauth.ClientSecretBasic(this.introspector.client_secret);
    const ask = async (value) => {
      const response = await oauth.introspectionRequest(this.as, client, secret, value, local);
      return oauth.processIntrospectionResponse(this.as, client, response);
    };
    const answer = await ask(token);
    assert.equal(answer.active, true);
    assert.equal(answer.sub, sub);
    assert.deepEqual(await ask('nonsense'), { active: false });
  }

  async document() {
    const keys = await oauth.generateKeyPair('RS256', { extractable: true });
    const jwk = {
      ...(await crypto.subtle.exportKey('jwk', keys.publicKey)),
      kid: 'document',
      use: 'sig',
      alg: 'RS256',
    };
    const client_id = this.documents.publish('oauth4webapi', {
      ...METADATA,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'RS256',
      jwks_uri: this.documents.serve('/keys.json', { keys: [jwk] }),
    });
    const authentication = oauth.PrivateKeyJwt({ key: keys.privateKey, kid: 'document' });
    await this.exchange({ client: { client_id }, authentication }, await this.ask({ client_id }));
    const landed = await this.ask({ client_id });
    await assert.rejects(
      this.exchange({ client: { client_id }, authentication: oauth.None() }, landed),
      { error: 'invalid_client' },
    );
  }

  async denial() {
    const { client } = await this.register('none');
    const { landing, state } = await this.ask(client, {}, { answer: { allow: false } });
    assert.throws(() => oauth.validateAuthResponse(this.as, client, landing, state), {
      error: 'access_denied',
    });
    assert.equal(landing.searchParams.get('iss'), this.subject.issuer);
  }

  async prompts() {
    const registered = await this.register('none');
    const { client } = registered;
    const person = new Person();
    const stranger = await this.ask(client, { prompt: 'none' });
    assert.equal(stranger.landing.searchParams.get('error'), 'login_required');
    assert.equal(stranger.landing.searchParams.get('iss'), this.subject.issuer);
    await this.exchange(registered, await this.ask(client, {}, { person }));
    const known = await this.ask(client, { prompt: 'none' }, { person });
    // Silence is never given to a client whose redirect is loopback; either answer is an honest one.
    if (known.landing.searchParams.get('error'))
      assert.equal(known.landing.searchParams.get('error'), 'consent_required');
    const before = Math.floor(Date.now() / 1000);
    await new Promise((done) => setTimeout(done, 1100));
    const fresh = await this.exchange(
      registered,
      await this.ask(client, { prompt: 'login', login_hint: person.email }, { person }),
    );
    assert.ok(
      oauth.getValidatedIdTokenClaims(fresh).auth_time >= before,
      'prompt=login did not sign in again',
    );
  }

  async management() {
    const { client } = await this.register('client_secret_basic');
    const headers = { authorization: `Bearer ${client.registration_access_token}` };
    const read = await fetch(client.registration_client_uri, { headers });
    assert.equal(read.status, 200);
    assert.equal((await read.json()).client_id, client.client_id);
    const stranger = await fetch(client.registration_client_uri, {
      headers: { authorization: 'Bearer nonsense' },
    });
    assert.equal(stranger.status, 401);
    const gone = await fetch(client.registration_client_uri, { method: 'DELETE', headers });
    assert.equal(gone.status, 204);
    assert.equal((await fetch(client.registration_client_uri, { headers })).status, 401);
  }
}
