// A passkey needs a script and a browser that knows passkeys; only then is it offered.
if (window.PublicKeyCredential) {
  for (const offer of document.querySelectorAll('[data-passkey]')) offer.hidden = false
}
