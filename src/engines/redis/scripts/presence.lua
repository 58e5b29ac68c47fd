-- The presence of people whom someone may see. Arguments: who asks, and for each of the others their id and the pair of the two.
due.sweep(options.mostDue)
local found = {}
for index = 4, #ARGV, 2 do
  local member = rooms.findPair(ARGV[index + 1], ARGV[3])
  local presence = member and telling.presenceFor(member)
  if presence then found[#found + 1] = { ARGV[index], presence } end
end
return answer(found)
