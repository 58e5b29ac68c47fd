import { expect, test } from './fixtures.js'
import { button, click, composer, expectRead, field, fill, heading, link, message, see, textsOf } from './targets.js'

test('without JavaScript two people register, find each other, chat, end it and log out', async ({ open, person }) => {
  const ben = await person('Plain-Ben')
  const [page, other] = [
    await (await open({ javaScript: false })).tab(),
    await (await open({ javaScript: false })).tab(),
  ]
  const name = `Plain-${Date.now()}`
  await page.open('/register')
  await fill(page, field('Username'), name)
  await fill(page, field('Email'), `${name}@example.com`)
  await fill(page, field('Password'), 'long enough 1')
  await click(page, button('Create account'))
  await see(page, heading('Chats'))
  await fill(page, field('Find people'), ben.name)
  await click(page, button('Find'))
  await expectRead(page, () => location.pathname, '/people', 'what was found is there')
  await click(page, button(`Chat with ${ben.name}`))
  await see(page, heading(`Chat with ${ben.name}`))
  await fill(page, composer, 'Hello without a script')
  await click(page, button('Send'))
  await see(page, message('Hello without a script'))

  await other.open('/login')
  await fill(other, field('Email'), ben.email)
  await fill(other, field('Password'), ben.password)
  await click(other, button('Log in'))
  await click(other, { css: 'a[href]', begins: name, holds: '1 unread' })
  await see(other, message('Hello without a script'))
  await fill(other, composer, 'Hello back')
  await click(other, button('Send'))

  await click(page, link('Check for new messages'))
  await see(page, message('Hello back'))
  await click(page, button('Chat options'))
  await click(page, { css: '#options button', name: 'End chat' })
  await see(page, heading('End this chat?'))
  await click(page, button('End for both'))
  await see(page, heading('Chats'))
  expect(await textsOf(page, link(ben.name))).toEqual([])
  await click(page, button('Log out'))
  await see(page, heading('Log in'))
})
