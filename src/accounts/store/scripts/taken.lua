-- Whether a name is too much like another, a name, and an e-mail are taken.
-- ARGV[1] and [2]  keys of the name and of the e-mail
-- ARGV[3] and on   the name's likenesses
local isAlike = 0
for index = 3, #ARGV do isAlike = math.max(isAlike, redis.call('HEXISTS', likenesses, ARGV[index])) end
return { isAlike, redis.call('HEXISTS', names, ARGV[1]), redis.call('HEXISTS', emails, ARGV[2]), 0 }
