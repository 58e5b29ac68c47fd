-- Reads a room. Arguments: room, who reads, and the window: what it is of, and up to three numbers.
local roomId, userId, of, first, second, third = unpack(ARGV, 3, 8)
due.sweep(options.mostDue)
local member = rooms.enter(roomId, userId)
if member == nil then return refuse('not_found') end
return answer(views.room(member, views.askOf(of, first, second, third)))
