-- Erases a room for both. Arguments: room, who ends it.
due.sweep(options.mostDue)
local member = rooms.find(ARGV[3], ARGV[4])
if member == nil then return refuse('not_found') end
rooms.dissolve(member.room, 'ended', member.id)
return answer()
