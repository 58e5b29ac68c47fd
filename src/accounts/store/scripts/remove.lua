-- Removes an account, if it is still as it was read. Answers whether it was.
-- ARGV[1] and [2]   keys of the name and of the e-mail
-- ARGV[3] to [6]    id, account, member of the index of names, cost of the hash
-- ARGV[7] and on    the name's likenesses
if redis.call('HGET', accounts, ARGV[3]) ~= ARGV[4] then return 0 end
redis.call('HDEL', accounts, ARGV[3])
redis.call('HDEL', names, ARGV[1])
redis.call('HDEL', emails, ARGV[2])
redis.call('ZREM', search, ARGV[5])
countIn(costs, ARGV[6], -1)
for index = 7, #ARGV do countIn(likenesses, ARGV[index], -1) end
return 1
