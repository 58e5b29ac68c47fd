-- Rooms as they stand in someone's list. Arguments: whose list, and the pair of each. Those that are gone are left out.
due.sweep(options.mostDue)
local listed = {}
for index = 4, #ARGV do
  local member = rooms.findPair(ARGV[index], ARGV[3])
  if member and member.listed then listed[#listed + 1] = { ARGV[index], views.summary(member) } end
end
return answer(listed)
