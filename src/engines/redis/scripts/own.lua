-- What is held of one person's rooms. Argument: person.
local count, living, bytes = 0, 0, 0
due.sweep(options.mostDue)
for _, pair in ipairs(redis.call('ZRANGE', keyOf('chats', ARGV[3]), 0, -1)) do
  local member = rooms.findPair(pair, ARGV[3])
  if member then
    count, living, bytes = count + 1, living + member.messages, bytes + member.bytes
  end
end
return answer(count, living, bytes)
