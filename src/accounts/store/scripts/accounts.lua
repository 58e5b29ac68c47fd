-- What every command on accounts begins with. KEYS[1] is what all keys of accounts begin with; its hash tag puts them into one slot.
local accounts, names, emails = KEYS[1], KEYS[1] .. ':names', KEYS[1] .. ':emails'
local likenesses, search, costs = KEYS[1] .. ':likenesses', KEYS[1] .. ':search', KEYS[1] .. ':costs'

-- Counts one more or one less of something; what is counted to nothing goes.
local function countIn(key, field, difference)
  if redis.call('HINCRBY', key, field, difference) <= 0 then redis.call('HDEL', key, field) end
end
