// Asks the browser for a passkey, or for a new one. A form with `data-passkey` holds what to ask; the answer
// goes into its field `credential`, and the form is sent as any other.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const described = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

const options = (form) => {
  const { publicKey } = JSON.parse(form.dataset.options);
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  publicKey.excludeCredentials = described(publicKey.excludeCredentials);
  publicKey.allowCredentials = described(publicKey.allowCredentials);
  return publicKey;
};

const answer = (credential) => {
  const { response } = credential;
  const given = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) given[name] = text(response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: text(credential.rawId), type, response: given });
};

const send = (form, credential) => {
  form.elements.credential.value = answer(credential);
  form.submit();
};

const ask = async (form, more) => {
  const publicKey = options(form);
  const kind = form.dataset.passkey;
  send(form, await navigator.credentials[kind]({ publicKey, ...more }));
};

const say = (form, words) => {
  form.querySelector("[role=status]").textContent = words;
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  form.hidden = false;
  let waiting = new AbortController();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    waiting.abort();
    waiting = new AbortController();
    say(form, "");
    try {
      await ask(form, { signal: waiting.signal });
    } catch (error) {
      const known = error.name === "InvalidStateError" && form.dataset.known;
      say(form, known || form.dataset.failed);
    }
  });
  const conditional = PublicKeyCredential.isConditionalMediationAvailable;
  if ("conditional" in form.dataset && (await conditional?.call(PublicKeyCredential))) {
    ask(form, { mediation: "conditional", signal: waiting.signal }).catch(() => {});
  }
}
