-- The account that a key of a name or an e-mail belongs to. ARGV[1] is the index, ARGV[2] the key.
local id = redis.call('HGET', KEYS[1] .. ':' .. ARGV[1], ARGV[2])
return id and redis.call('HGET', accounts, id)
