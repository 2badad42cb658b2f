// Passkeys: asks the court for a challenge, the device for its answer, and gives it back.
// Without this script or without passkeys in the browser the password form beside it does the same.

const supported = window.PublicKeyCredential
  && typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function"
  && typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function";

async function post(address, token, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
    body: JSON.stringify(body),
  });
  // Who has to prove again who she is gets a page in place of an answer.
  const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  if (!isJson && answer.status === 403) window.location.assign("/account/confirm?next=" + encodeURIComponent(window.location.pathname));
  if (!answer.ok || !isJson) throw new Error("refused");
  return answer.json();
}

async function run(place) {
  const { options, answer, next, token } = place.dataset;
  const asked = await post(options, token, {});
  const made = place.dataset.passkey === "make"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
  const name = place.querySelector("input");
  const result = await post(answer, token, { credential: made.toJSON(), name: name ? name.value : "", next: next || "" });
  // Inside the form of an act one stays: what was typed is there, and the act is sent by its own button.
  if (place.dataset.passkey !== "here") { window.location.assign(result.next); return; }
  place.closest("[data-identity]").querySelector("input").closest(".govuk-form-group").hidden = true;
  place.querySelector("button").hidden = true;
  place.querySelector("[data-accepted]").hidden = false;
}

for (const place of supported ? document.querySelectorAll("[data-passkey]") : []) {
  place.hidden = false;
  const complaint = place.querySelector("[data-complaint]");
  place.querySelector("button").addEventListener("click", async () => {
    complaint.hidden = true;
    try {
      await run(place);
    } catch {
      complaint.hidden = false;
    }
  });
}
