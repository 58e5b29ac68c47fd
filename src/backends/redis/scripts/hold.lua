-- Takes or renews a lease among those of a key. Arguments: its name, for how long it holds, and how many leases the key may have.
-- Answers those that hold; none where there is no room for it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttlMs = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return {} end
redis.call('ZADD', KEYS[1], now + ttlMs, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ttlMs)
return redis.call('ZRANGE', KEYS[1], 0, -1)
