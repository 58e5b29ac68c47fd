-- Takes note of what a person keeps from others. Arguments: person, whether they send receipts and typing (1 or 0), for how long
-- those who are blocked now see them as here, and whom they have blocked. Answers who is blocked now and was not before.
local userId, sendsReceipts, sendsTyping, lingerMs = ARGV[3], ARGV[4] == '1', ARGV[5] == '1', tonumber(ARGV[6])
due.sweep(options.mostDue)

local person = people.get(userId)
local isOnline = person.online
local before, after, blocked, unblocked = people.blockedBy(userId), {}, {}, {}
for index = 7, #ARGV do
  local otherId = ARGV[index]
  if not before[otherId] and not after[otherId] then blocked[#blocked + 1] = otherId end
  after[otherId] = true
end
local function roomWith(otherId)
  local pair = people.pairWith(userId, otherId)
  return pair and rooms.findPair(pair, userId) or nil
end
for otherId in pairs(before) do
  local member = not after[otherId] and roomWith(otherId)
  if member then
    unblocked[#unblocked + 1] = { member, member.attendance.online, telling.watch(member.room) }
  end
end
local mayBefore, members = {}, rooms.of(userId)
for index, member in ipairs(members) do mayBefore[index] = privacy.mayLiveFromSeen(member.room.members) end

for otherId in pairs(before) do
  if not after[otherId] then people.setBlock(userId, otherId, nil) end
end
for _, otherId in ipairs(blocked) do
  people.setBlock(userId, otherId, {
    online = isOnline,
    heldAt = isOnline and now or person.heldAt,
    sendsReceipts = sendsReceipts,
    leavesAt = now + lingerMs,
  })
end
person = people.change(userId)
person.sendsReceipts, person.sendsTyping = sendsReceipts, sendsTyping

for _, each in ipairs(unblocked) do
  local member, wasOnline, tellWhoSees = unpack(each)
  if member.shown then rooms.raise(member, tally.draw()) end
  rooms.schedule(member.room)
  local publication = telling.begin(member.room)
  if privacy.hearsOf(member) then telling.tell(publication, member, 'room.opened', {}) end
  tellWhoSees(publication)
  if member.attendance.online ~= wasOnline and privacy.seesPresence(member.other, member) then
    telling.tellPresence(publication, member)
  end
  telling.publish(publication)
end
for index, member in ipairs(members) do rooms.followReceipts(member, mayBefore[index]) end
for _, otherId in ipairs(blocked) do
  local member = roomWith(otherId)
  if member then
    rooms.unlist(member)
    rooms.schedule(member.room)
    telling.noteUnread(member)
  end
  if isOnline then due.at('leave ' .. userId .. ' ' .. otherId, now + lingerMs) end
end
due.sweep(options.mostDue)
return answer(blocked)
