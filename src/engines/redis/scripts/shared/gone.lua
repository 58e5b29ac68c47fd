-- What is left of a message that is gone, so that sending it again doubles nothing: its times, by a digest of its nonce. It goes
-- with its room, and in any case when its nonce need not be remembered any more. Beyond a bound the oldest are forgotten.
--
-- gone:TAG:PAIR:SIDE       hash: digest of the nonce -> the message without words, picture and nonce
-- gone:TAG:PAIR:SIDE:ends  sorted set: digest by when it is forgotten

local mostOfPerson, mostInAll = 10000, 200000

local function keysOf(room, side)
  local id = room.pair .. ':' .. side
  return keyOf('gone', id), keyOf('gone', id .. ':ends')
end

local function count(member, times)
  member.gone = member.gone + times
  rooms.change(member.room)
  local person = people.change(member.id)
  person.gone = person.gone + times
  tally.add('gone', times)
end

local function forget(member, digests)
  if #digests == 0 then return end
  local key, endsKey = keysOf(member.room, member.side)
  redis.call('HDEL', key, unpack(digests))
  redis.call('ZREM', endsKey, unpack(digests))
  count(member, -#digests)
end

local function forgetDue(member)
  local _, endsKey = keysOf(member.room, member.side)
  forget(member, redis.call('ZRANGEBYSCORE', endsKey, '-inf', now, 'LIMIT', 0, 64))
end

-- What is left of the message that someone sent with a nonce, if it is gone and remembered.
function gone.find(member, digest)
  if member.gone == 0 then return nil end
  forgetDue(member)
  local key, endsKey = keysOf(member.room, member.side)
  local endsAt = tonumber(redis.call('ZSCORE', endsKey, digest) or 0)
  local line = endsAt > now and redis.call('HGET', key, digest)
  return line and messages.unpack(line) or nil
end

-- Remembers the nonce of a message that is gone.
function gone.add(member, message)
  local endsAt = message.sentAt + options.rememberedMs
  if endsAt <= now then return end
  if member.gone > 0 then forgetDue(member) end
  local key, endsKey = keysOf(member.room, member.side)
  if member.person.gone >= mostOfPerson or tally.read('gone') >= mostInAll then
    forget(member, redis.call('ZRANGE', endsKey, 0, 0))
  end
  if member.person.gone >= mostOfPerson or tally.read('gone') >= mostInAll then return end
  local digest = message.digest
  message.imageId, message.digest, message.body = '', '', ''
  redis.call('HSET', key, digest, messages.pack(message))
  redis.call('ZADD', endsKey, endsAt, digest)
  local lastEnd = tonumber(redis.call('ZREVRANGE', endsKey, 0, 0, 'WITHSCORES')[2])
  for _, each in ipairs({ key, endsKey }) do redis.call('PEXPIRE', each, whole(lastEnd - now)) end
  count(member, 1)
end

-- Forgets all of a room.
function gone.forgetRoom(room)
  for _, member in ipairs(room.members) do
    redis.call('DEL', keysOf(room, member.side))
    if member.gone > 0 then count(member, -member.gone) end
  end
end
