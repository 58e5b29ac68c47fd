-- Chooses how long messages live in a room. Arguments: room, who chooses, ms, from when that is counted.
local roomId, userId, ms, fromSeen = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6] == 'seen'
due.sweep(options.mostDue)
local member = rooms.enter(roomId, userId)
if member == nil then return refuse('not_found') end
local room = member.room
if fromSeen and not privacy.mayLiveFromSeen(room.members) then return refuse('invalid') end
local current = rooms.lifetimeOf(room)
if current.ms == ms and current.fromSeen == fromSeen then return answer() end
local noted = rooms.changeLifetime(member, ms, fromSeen)
rooms.schedule(room)
telling.publishLifetime(member, {}, noted)
return answer()
