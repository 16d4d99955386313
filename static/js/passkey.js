// A passkey needs a browser that knows passkeys, and a page that came safely.
if (!window.PublicKeyCredential) {
  for (const offer of document.querySelectorAll('[data-passkey]')) offer.hidden = true
}
// Somebody who closes the browser's window has not failed: say how else to go on.
document.addEventListener('allauth.error', (event) => {
  event.preventDefault()
  for (const words of document.querySelectorAll('[data-passkey-failed]')) words.hidden = false
})
