-- By which number a room stands in someone's list; -1 when it does not. Arguments: room, whose list.
due.sweep(options.mostDue)
local member = rooms.find(ARGV[3], ARGV[4])
local raised = member and member.listed and redis.call('ZSCORE', keyOf('chats', ARGV[4]), member.room.pair)
return answer(raised and tonumber(raised) or -1)
