-- The other people of a person's list of rooms, each with the number by which the room was raised. Arguments: whose list, how many.
local userId = ARGV[3]
due.sweep(options.mostDue)
local others = {}
local raised = redis.call('ZREVRANGE', keyOf('chats', userId), 0, whole(tonumber(ARGV[4]) - 1), 'WITHSCORES')
for index = 1, #raised, 2 do
  local member = rooms.findPair(raised[index], userId)
  if member then others[#others + 1] = { member.other.id, tonumber(raised[index + 1]) } end
end
return answer(others)
