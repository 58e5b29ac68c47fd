-- The other people of a person's list of rooms, each with when the room was raised. Arguments: whose list, how many.
local userId = ARGV[3]
due.sweep(options.mostDue)
local others = {}
for _, pair in ipairs(redis.call('ZREVRANGE', keyOf('chats', userId), 0, whole(tonumber(ARGV[4]) - 1))) do
  local member = rooms.findPair(pair, userId)
  if member then others[#others + 1] = { member.other.id, member.raisedAt } end
end
return answer(others)
