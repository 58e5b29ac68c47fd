-- Takes the warning away for one person. Arguments: room, person.
due.sweep(options.mostDue)
local member = rooms.enter(ARGV[3], ARGV[4])
if member == nil then return refuse('not_found') end
local wasWarned = #messages.warnedOf(member) > 0
member.dismissedUpTo = member.room.lastSeq
rooms.change(member.room)
if wasWarned then
  local publication = telling.begin(member.room)
  telling.tell(publication, member, 'messages.expiring', { {} })
  telling.publish(publication)
end
return answer()
