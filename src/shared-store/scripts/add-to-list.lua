-- Puts the member ARGV[1] at the end of a list, keeps the list for ARGV[2] ms and its newest ARGV[3] members; answers the others.
local key, member, ttlMs, most = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2] or 0
redis.call('ZADD', key, last + 1, member)
local surplus = redis.call('ZCARD', key) - most
local gone = {}
if surplus > 0 then
  local lastGone = string.format('%.0f', surplus - 1)
  gone = redis.call('ZRANGE', key, 0, lastGone)
  redis.call('ZREMRANGEBYRANK', key, 0, lastGone)
end
redis.call('PEXPIRE', key, ttlMs)
return gone
