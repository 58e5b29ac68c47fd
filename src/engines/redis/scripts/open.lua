-- Opens the room of two people. Arguments: pair, who opens, the other, and for a new room its id, epoch and begin of message ids.
local pair, userId, otherId, id, epoch, idBegin = unpack(ARGV, 3, 8)
due.sweep(options.mostDue)
if people.blockOf(userId, otherId) then return refuse('blocked') end
due.settle('room ' .. pair)
local room = rooms.load(pair) or rooms.create(pair, userId, otherId, id, epoch, idBegin)
local member = rooms.enter(room.id, userId)
rooms.boundUnshared(userId)
return answer(views.room(member, { of = 'visit' }))
