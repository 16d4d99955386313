// What a script adds to the forms of an entrance: without one they work as they are.
class ShowPassword extends HTMLElement {
  connectedCallback() {
    if (this.querySelector('button')) return
    const button = document.createElement('button')
    button.type = 'button'
    button.setAttribute('aria-pressed', 'false')
    button.addEventListener('click', () => this.turn(button))
    this.append(button)
    this.label(button, false)
  }

  turn(button) {
    const input = this.querySelector('input')
    const shown = input.type === 'password'
    input.type = shown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(shown))
    this.label(button, shown)
    input.focus()
  }

  label(button, shown) {
    button.textContent = shown ? this.dataset.hide : this.dataset.show
  }
}
customElements.define('show-password', ShowPassword)

// A whole code that is pasted is meant: nobody needs to press after it.
const WHOLE = /^\s*([a-z0-9]{4}-?[a-z0-9]{4}|\d{6})\s*$/i
for (const field of document.querySelectorAll('input[autocomplete="one-time-code"]')) {
  field.addEventListener('input', (event) => {
    if (event.inputType === 'insertFromPaste' && WHOLE.test(field.value)) field.form.requestSubmit()
  })
}

// With a mouse at hand there is a keyboard too; on a phone it would cover the page.
if (matchMedia('(pointer: fine)').matches && document.activeElement === document.body) {
  const first = document.querySelector('.entrance :is([aria-invalid="true"], form input:not([type="hidden"]))')
  if (first && !first.closest('details:not([open])')) first.focus()
}
