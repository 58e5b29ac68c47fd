-- How far a message has come with its recipient. Arguments: room, message.
local roomId, messageId = unpack(ARGV, 3, 4)
due.sweep(options.mostDue)
local room = rooms.get(roomId)
local message = room and messages.find(room, messageId)
if not message or message.held then return answer(false) end
local recipient = room.members[3 - message.side]
if not privacy.mayUse(recipient) then return answer(false) end
local isDelivered, isSeen = message.seq <= recipient.delivered, message.seq <= recipient.seen
return answer({ recipient.id, recipient.entered, isDelivered, isSeen, message.endsAt })
