-- A part of a person's list of rooms, the latest raised first. Arguments: whose list, how many rooms, the room that they follow
-- (empty: none), and whether only rooms with the people are wanted that are named after it.
local userId, limit, beforeId, isAmong = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6] == '1'
due.sweep(options.mostDue)

local chatsKey = keyOf('chats', userId)
local top, listed, hasEarlier = '+inf', {}, false
if beforeId ~= '' then
  local before = rooms.find(beforeId, userId)
  local raised = before and before.listed and redis.call('ZSCORE', chatsKey, before.room.pair)
  if not raised then return answer({}, false, people.get(userId).unread) end
  top = '(' .. raised
end

local function add(pair)
  local member = rooms.findPair(pair, userId)
  if member then listed[#listed + 1] = views.summary(member) end
end

if isAmong then
  local found, highest = {}, top == '+inf' and never or tonumber(string.sub(top, 2))
  for index = 7, #ARGV do
    local pair = people.pairWith(userId, ARGV[index])
    local raised = pair and tonumber(redis.call('ZSCORE', chatsKey, pair) or never)
    if raised and raised < highest then found[#found + 1] = { pair, raised } end
  end
  table.sort(found, function(a, b)
    return a[2] > b[2]
  end)
  hasEarlier = #found > limit
  for index = 1, math.min(limit, #found) do add(found[index][1]) end
else
  local found = redis.call('ZREVRANGEBYSCORE', chatsKey, top, '-inf', 'LIMIT', 0, whole(limit + 1))
  hasEarlier = #found > limit
  for index = 1, math.min(limit, #found) do add(found[index]) end
end
return answer(listed, hasEarlier, people.get(userId).unread)
