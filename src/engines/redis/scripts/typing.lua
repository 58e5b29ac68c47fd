-- Tells the other that a person types, or no longer. Arguments: room, person, 1 or 0.
due.sweep(options.mostDue)
local member = rooms.find(ARGV[3], ARGV[4])
if member == nil then return refuse('not_found') end
if privacy.hearsTyping(member.other, member) then
  local publication = telling.begin(member.room)
  telling.tell(publication, member.other, 'typing.changed', { ARGV[5] == '1' })
  telling.publish(publication)
end
return answer()
