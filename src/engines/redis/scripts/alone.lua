-- What a partition knows of two people who have a new room in another one: the rooms that the first alone has opened and nobody has
-- written in, each with the number that says when it began, and when each of the two was here last (0: unknown). Arguments: the two.
due.sweep(options.mostDue)
local all, found = redis.call('ZRANGE', keyOf('alone', ARGV[3]), 0, -1, 'WITHSCORES'), {}
for index = 1, #all, 2 do found[#found + 1] = { all[index], tonumber(all[index + 1]) } end
return answer(found, people.get(ARGV[3]).heldAt, people.get(ARGV[4]).heldAt)
