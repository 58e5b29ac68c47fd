-- Deletes a message for both. Arguments: room, whose message, message.
local roomId, userId, messageId = unpack(ARGV, 3, 5)
due.sweep(options.mostDue)
local member = rooms.find(roomId, userId)
local message = member and messages.find(member.room, messageId)
if not message or message.side ~= member.side then return refuse('not_found') end
member.activeAt = now
rooms.change(member.room)
rooms.retract(member.room, message)
return answer()
