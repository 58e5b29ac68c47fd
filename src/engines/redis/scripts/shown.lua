-- Takes note that a person was shown how many messages had vanished. Arguments: room, person, totals of the other's and of their
-- own.
local roomId, userId = ARGV[3], ARGV[4]
due.sweep(options.mostDue)
local member = rooms.enter(roomId, userId)
if member == nil then return refuse('not_found') end
for index, counted in ipairs({ member.theirs, member.mine }) do
  counted.shown = math.max(counted.shown, math.min(counted.total, tonumber(ARGV[4 + index])))
end
rooms.letGoOfCounts(member)
rooms.schedule(member.room)
return answer()
