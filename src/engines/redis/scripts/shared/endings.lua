-- Why rooms ended, for a day: remembered for each of the two people by itself, one for each pair.
--
-- gone:TAG:PERSON  hash: the other person -> the ending, packed

local mostEndings = 100

function endings.add(holderId, roomId, otherId, reason, byId)
  local key, endsAt = keyOf('gone', holderId), now + options.endingMs
  redis.call('HSET', key, otherId, cmsgpack.pack(roomId, otherId, reason, byId, endsAt, tally.draw()))
  redis.call('PEXPIRE', key, whole(options.endingMs))
  if redis.call('HLEN', key) <= mostEndings then return end
  local oldestId, oldest = nil, never
  local all = redis.call('HGETALL', key)
  for index = 1, #all, 2 do
    local _, _, _, _, _, drawn = cmsgpack.unpack(all[index + 1])
    if drawn < oldest then oldestId, oldest = all[index], drawn end
  end
  redis.call('HDEL', key, oldestId)
end

-- What is remembered for someone, as endings.add packed it, in no order.
function endings.of(holderId)
  local found = {}
  for _, packed in ipairs(redis.call('HVALS', keyOf('gone', holderId))) do
    local _, otherId, _, _, endsAt = cmsgpack.unpack(packed)
    if endsAt > now and not people.blockOf(holderId, otherId) then found[#found + 1] = packed end
  end
  return found
end

function endings.has(holderId, otherId)
  local packed = redis.call('HGET', keyOf('gone', holderId), otherId)
  if not packed then return false end
  local _, _, _, _, endsAt = cmsgpack.unpack(packed)
  return endsAt > now
end

function endings.drop(holderId, otherId)
  redis.call('HDEL', keyOf('gone', holderId), otherId)
end

function endings.dropAll(holderId)
  redis.call('DEL', keyOf('gone', holderId))
end
