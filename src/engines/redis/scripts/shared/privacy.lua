-- Who hears and sees what in a room: src/chat/privacy.ts, rule by rule, in this language. test/engines/redis/rules.test.ts
-- compares the two. A person is a table with `shown`, `entered`, `hasBlocked`, `sendsReceipts` and `sendsTyping`.

function privacy.mayUse(person)
  return not person.hasBlocked
end

function privacy.hearsOf(person)
  return person.shown and not person.hasBlocked
end

function privacy.hearsOfEnds(person)
  return person.shown
end

function privacy.knowsWhyEnded(person)
  return privacy.hearsOf(person)
end

function privacy.isHeldFrom(recipient)
  return recipient.hasBlocked
end

function privacy.mayKnowOf(side, senderSide, isHeld)
  return not isHeld or senderSide == side
end

function privacy.hearsOfUnseenEnd(recipient)
  return recipient.shownSendsReceipts
end

function privacy.seesPresence(person, other)
  return privacy.hearsOf(person) and other.entered
end

function privacy.hearsPresence(person, other)
  return privacy.seesPresence(person, other) and not other.hasBlocked
end

function privacy.hearsTyping(person, typist)
  return privacy.hearsOf(person) and typist.entered and typist.sendsTyping
end

function privacy.showsReceipts(person)
  return person.sendsReceipts
end

function privacy.mayLiveFromSeen(members)
  return members[1].shownSendsReceipts and members[2].shownSendsReceipts
end
