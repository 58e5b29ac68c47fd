-- Adds an account unless something of it is taken. Answers as taken.lua does, and last whether its id is.
-- ARGV[1] and [2]   keys of the name and of the e-mail
-- ARGV[3] to [6]    id, account, member of the index of names, cost of the hash
-- ARGV[7] and on    the name's likenesses
local name, email, id = ARGV[1], ARGV[2], ARGV[3]
local isAlike = 0
for index = 7, #ARGV do isAlike = math.max(isAlike, redis.call('HEXISTS', likenesses, ARGV[index])) end
local taken = {
  isAlike, redis.call('HEXISTS', names, name), redis.call('HEXISTS', emails, email), redis.call('HEXISTS', accounts, id),
}
if taken[1] + taken[2] + taken[3] + taken[4] > 0 then return taken end
redis.call('HSET', accounts, id, ARGV[4])
redis.call('HSET', names, name, id)
redis.call('HSET', emails, email, id)
redis.call('ZADD', search, 0, ARGV[5])
countIn(costs, ARGV[6], 1)
for index = 7, #ARGV do countIn(likenesses, ARGV[index], 1) end
return taken
