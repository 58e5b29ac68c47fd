import { aliceId } from '../http-client.js'
import type { PageSocket } from './page-socket.js'
import type { ProgramSocket } from './program-socket.js'

/**
 * Has alice, on a page, and bob, with a program, see each other, type, and send each other a message with all its ticks.
 * @returns the reply to the message that bob sent
 */
export async function exchange(page: PageSocket, program: ProgramSocket, roomId: string) {
  await page.shows(/id="presence".*Online/)

  // Typing, both ways.
  page.send({ type: 'typing:start' })
  await program.hears('typing:indicator', { userId: aliceId, isTyping: true })
  program.send({ type: 'typing:start', roomId })
  await page.shows(/bob is typing/)

  // From the page to the program, with ticks.
  page.send({ type: 'message:send', content: 'From the page', nonce: 'p1' })
  const { id: messageId } = await program.hears('message:new', { content: 'From the page' })
  await page.shows(new RegExp(`data-message-id="${messageId}"[^>]*data-status="sent"`))
  program.send({ type: 'message:status', roomId, messageId, status: 'delivered' })
  await page.shows(new RegExp(`id="s-${messageId}" class="status delivered"`))
  program.send({ type: 'message:status', roomId, messageId, status: 'seen' })
  await page.shows(new RegExp(`id="s-${messageId}" class="status seen"`))

  // From the program to the page, with ticks.
  const sent = await program.ask({ type: 'message:send', roomId, content: 'From <the> program', nonce: 'j1' })
  await page.shows(/From &lt;the&gt; program/)
  page.send({ type: 'message:status', messageId: sent.messageId, status: 'seen' })
  await program.hears('message:statusUpdated', { messageId: sent.messageId, status: 'seen' })
  return sent
}
