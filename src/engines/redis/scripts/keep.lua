-- Keeps the messages that are about to expire for as long again. Arguments: room, who keeps them.
due.sweep(options.mostDue)
local member = rooms.enter(ARGV[3], ARGV[4])
if member == nil then return refuse('not_found') end
local room = member.room
local kept = messages.keepWarned(room)
if #kept == 0 then return answer() end
rooms.raiseVersionOf(room, kept)
local endsAt = now
for _, message in ipairs(kept) do endsAt = math.max(endsAt, message.endsAt) end
local noted = timeline.note(member, 'kept', nil, false, endsAt, function(each)
  for _, message in ipairs(kept) do
    if messages.isKnownTo(each.side, message) then return true end
  end
  return false
end)
rooms.schedule(room)
telling.publishKept(member, kept, 'kept', noted)
return answer()
