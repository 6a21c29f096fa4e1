// What an MCP host keeps for its client library: registration, tokens, verifier; and a person who follows its links.
import { randomBytes } from 'node:crypto';

export const CALLBACK = 'http://127.0.0.1:41999/callback';

export class Keeper {
  dances = 0;
  registrations = 0;
  answer = {};

  constructor(person, { clientMetadataUrl, scope } = {}) {
    Object.assign(this, { person, clientMetadataUrl, scope });
  }

  get redirectUrl() {
    return CALLBACK;
  }

  get clientMetadata() {
    return {
      client_name: 'Conformance',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(this.scope ? { scope: this.scope } : {}),
    };
  }

  state() {
    // Base64 with all its signs: a state must come back byte for byte.
    this.sent = `${randomBytes(9).toString('base64')}+/==`;
    return this.sent;
  }

  clientInformation() {
    return this.client;
  }

  saveClientInformation(client) {
    if (!this.client) this.registrations += 1;
    this.client = client;
  }

  tokens() {
    return this.kept;
  }

  saveTokens(tokens) {
    this.kept = tokens;
  }

  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }

  codeVerifier() {
    return this.verifier;
  }

  saveDiscoveryState(state) {
    this.discovered = state;
  }

  discoveryState() {
    return this.discovered;
  }

  invalidateCredentials(what) {
    if (what === 'all' || what === 'client') this.client = undefined;
    if (what === 'all' || what === 'tokens') this.kept = undefined;
  }

  async redirectToAuthorization(url) {
    this.dances += 1;
    this.requested = new URL(url);
    this.landing = new URL(await this.person.authorize(url, this.answer));
    if (this.landing.searchParams.get('state') !== this.sent)
      throw new Error(`state came back changed: ${this.landing}`);
  }
}
