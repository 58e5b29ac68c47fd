-- Opens the room of two people. Arguments: pair, who opens, the other, and for a new room its id, epoch and begin of message
-- ids. Answers, before the room, whether it is new.
local pair, userId, otherId, id, epoch, idBegin = unpack(ARGV, 3, 8)
due.sweep(options.mostDue)
if options.waitsForPrivacy and not tally.isTold() then return refuse('storage_failed') end
if people.blockOf(userId, otherId) then return refuse('blocked') end
due.settle('room ' .. pair)
local room = rooms.load(pair)
local isNew = room == nil
if isNew then room = rooms.create(pair, userId, otherId, id, epoch, idBegin) end
local member = rooms.enter(room.id, userId)
rooms.boundUnshared(userId)
return answer(isNew, views.room(member, { of = 'visit' }))
