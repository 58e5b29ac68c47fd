-- A ledger of bytes that owners hold, each entry for a time. KEYS[1] has the entries by when they end, KEYS[2] what each holds, and
-- the sums. Every command first takes out what is over.
local due, held = KEYS[1], KEYS[2]
-- A command must not take long: what is left over waits for the next one.
local mostSwept = '1000'

-- As Lua passes it on, 60000 would be 6e+4.
local function whole(number)
  return string.format('%.0f', number)
end

local function sumOf(field)
  return tonumber(redis.call('HGET', held, field) or 0)
end

local function change(field, bytes)
  if redis.call('HINCRBY', held, field, whole(bytes)) <= 0 then redis.call('HDEL', held, field) end
end

-- Keeps an entry for so long from now on, and the ledger with it.
local function keep(entry, ttlMs)
  redis.call('ZADD', due, whole(now + ttlMs), entry)
  for _, key in ipairs(KEYS) do
    if redis.call('PTTL', key) < ttlMs then redis.call('PEXPIRE', key, whole(ttlMs)) end
  end
end

local function release(entry)
  redis.call('ZREM', due, entry)
  local bytes, owner = string.match(redis.call('HGET', held, 'entry ' .. entry) or '', '^(%d+) (.+)$')
  if bytes == nil then return end
  redis.call('HDEL', held, 'entry ' .. entry)
  change('owner ' .. owner, -tonumber(bytes))
  change('all', -tonumber(bytes))
end

for _, entry in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', whole(now), 'LIMIT', '0', mostSwept)) do
  release(entry)
end
