// Dynamic registration of a public client, without any library.
import assert from 'node:assert/strict';

/** Answers the client id. */
export async function register(subject, redirect, client_name = 'Conformance') {
  const response = await fetch(`${subject.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name,
      redirect_uris: [redirect],
      token_endpoint_auth_method: 'none',
    }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return (await response.json()).client_id;
}
