import { describe, expect, it } from 'vitest'
import { ChatError, InvalidInput } from '#src/chat/errors.js'
import { translator } from '#src/rendering/sentences.js'
import { formErrors, formHeading } from '#src/web/page/forms.js'

const t = translator('en')

describe('what is said of a refused form', () => {
  it('has an entry for each field, with the name of the field where it has one', () => {
    const error = new InvalidInput({ username: 'username_taken', invite: 'required' })
    expect(formErrors(error, t)).toEqual([
      {
        field: 'username',
        text: 'This username is taken. Choose another.',
        summary: 'Username: This username is taken. Choose another.',
      },
      { field: 'invite', text: 'Fill in this field.', summary: 'Fill in this field.' },
    ])
  })

  it.each([
    ['username', 'Username'],
    ['email', 'Email'],
    ['password', 'Password'],
    ['currentPassword', 'Current password'],
    ['newPassword', 'New password'],
  ])('names the field %s', (field, label) => {
    expect(formErrors(new InvalidInput({ [field]: 'required' }), t)[0]?.summary).toBe(`${label}: Fill in this field.`)
  })

  it('is something of the form where there is no sentence for a field', () => {
    const [error] = formErrors(new InvalidInput({ email: 'unknown_problem' }), t)
    expect(error?.text).toBe("There's a problem with what you entered.")
  })

  it('is one entry for the whole form in other cases', () => {
    expect(formErrors(new ChatError('rate_limited', 5000), t)).toEqual([
      { field: null, text: "You're going too fast. Wait 5 seconds and try again." },
    ])
  })

  it('is said in the language of the page', () => {
    const [error] = formErrors(new InvalidInput({ email: 'required' }), translator('de'))
    expect(error?.summary).toBe('E-Mail-Adresse: Fülle dieses Feld aus.')
  })
})

it('the title of a form says first that something is wrong', () => {
  expect(formHeading(t, 'login.title', [])).toBe('Log in')
  expect(formHeading(t, 'login.title', [{ field: null, text: 'x' }])).toBe('Error: Log in')
})
