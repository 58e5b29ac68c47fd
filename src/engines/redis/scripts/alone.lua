-- The rooms that a person alone has opened and nobody has written in, the oldest first, each with the number that says when it
-- began. Argument: person.
due.sweep(options.mostDue)
local all, found = redis.call('ZRANGE', keyOf('alone', ARGV[3]), 0, -1, 'WITHSCORES'), {}
for index = 1, #all, 2 do found[#found + 1] = { all[index], tonumber(all[index + 1]) } end
return answer(found)
