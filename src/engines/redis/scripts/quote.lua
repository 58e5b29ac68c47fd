-- The message that a reply would answer, as far as someone may know of it. Arguments: room, who asks, message.
local roomId, userId, messageId = unpack(ARGV, 3, 5)
due.sweep(options.mostDue)
local member = rooms.find(roomId, userId)
if member == nil then return refuse('not_found') end
local room, message = member.room, messages.find(member.room, messageId)
local isKnown = message and messages.isKnownTo(member.side, message)
return answer(room.id, room.idBegin, room.members[1].id, room.members[2].id, isKnown and message.line or false)
