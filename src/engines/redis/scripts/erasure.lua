-- Chooses whether a room is erased once both have left. Arguments: room, who chooses, 1 or 0.
local roomId, userId, erases = ARGV[3], ARGV[4], ARGV[5] == '1'
due.sweep(options.mostDue)
local member = rooms.enter(roomId, userId)
if member == nil then return refuse('not_found') end
local room = member.room
if room.erases == erases then return answer() end
room.erases = erases
rooms.raiseVersion(room)
local endsAt = now + lifetimes.longestLifeOf(rooms.lifetimeOf(room))
local noted = timeline.note(member, 'erasure', nil, erases, endsAt, nil)
rooms.schedule(room)
local publication = telling.begin(room)
telling.tellMembers(publication, 'erasure.changed', { erases, member.side, noted })
telling.publish(publication)
return answer()
