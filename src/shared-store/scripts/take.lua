-- The same, and nothing is left of it.
local remainsMs = redis.call('PTTL', KEYS[1])
local value = redis.call('GETDEL', KEYS[1])
return value and { value, remainsMs }
