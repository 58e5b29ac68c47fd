-- Where a part of a person's list of rooms stands among those of other partitions, the latest raised first. Arguments: whose list,
-- how many rooms at most, the number below which they were raised (empty: any), and whether only rooms with the people are wanted
-- that are named after it. Answers pairs with numbers, and the unseen messages in all rooms.
local userId, limit, top = ARGV[3], tonumber(ARGV[4]), ARGV[5]
due.sweep(options.mostDue)
local found = {}
if ARGV[6] == '1' then
  for index = 7, #ARGV do
    local pair = people.pairWith(userId, ARGV[index])
    local raised = pair and redis.call('ZSCORE', keyOf('chats', userId), pair)
    if raised and (top == '' or tonumber(raised) < tonumber(top)) then found[#found + 1] = { pair, tonumber(raised) } end
  end
else
  local highest = top == '' and '+inf' or '(' .. top
  local limits = { 'LIMIT', 0, whole(limit) }
  local all = redis.call('ZREVRANGEBYSCORE', keyOf('chats', userId), highest, '-inf', 'WITHSCORES', unpack(limits))
  for index = 1, #all, 2 do found[#found + 1] = { all[index], tonumber(all[index + 1]) } end
end
return answer(found, people.get(userId).unread)
