-- People: what is known of each while they have a room or a lease, what they keep from others, and their lists of rooms.
--
-- person:TAG:ID  packed: `known` (they have a room or a lease), `online`, `heldAt` (when the latest ended lease was given up or
--                lapsed), `sendsReceipts`, `sendsTyping`, `unread` (in all rooms of the list), `bytesSent`, `gone` (nonces that
--                are remembered), `rooms`, `told` (events, counted while somebody hears them), `nodes` (which hold leases for them)
-- blocks:TAG:ID  hash: whom they have blocked -> what each of these goes on seeing of them, packed
-- pairs:TAG:ID   hash: the other person -> the pair, for each of their rooms
-- chats:TAG:ID   sorted set: the rooms of their list, by when they were raised
-- alone:TAG:ID   sorted set: the rooms that they alone have opened and nobody has written in, by when they began

local loaded, changed, blocks = {}, {}, {}

local function makePerson()
  return {
    known = false,
    online = false,
    heldAt = 0,
    sendsReceipts = true,
    sendsTyping = true,
    unread = 0,
    bytesSent = 0,
    gone = 0,
    rooms = 0,
    told = 0,
    nodes = {},
  }
end

function people.get(id)
  local person = loaded[id]
  if person == nil then
    local packed = redis.call('GET', keyOf('person', id))
    person = packed and cmsgpack.unpack(packed) or makePerson()
    loaded[id] = person
  end
  return person
end

-- The same, for someone who is about to be changed.
function people.change(id)
  changed[id] = true
  return people.get(id)
end

function people.admit(id)
  local person = people.change(id)
  person.known = true
  return person
end

-- Forgets a person who has neither room nor lease, but not what they keep from others.
function people.release(id)
  local person = people.change(id)
  if person.rooms > 0 or redis.call('EXISTS', keyOf('leases', id)) == 1 then return end
  local released = makePerson()
  released.sendsReceipts, released.sendsTyping = person.sendsReceipts, person.sendsTyping
  for field, value in pairs(released) do person[field] = value end
end

function people.save()
  for id in pairs(changed) do
    local person, key = loaded[id], keyOf('person', id)
    if person.known or not person.sendsReceipts or not person.sendsTyping then
      redis.call('SET', key, cmsgpack.pack(person))
    else
      redis.call('DEL', key)
    end
  end
  changed = {}
end

-- What someone whom this person has blocked goes on seeing of them; nil when they have not.
function people.blockOf(id, otherId)
  local known = blocks[id]
  if known == nil then
    known = {}
    blocks[id] = known
  end
  if known[otherId] == nil then
    local packed = redis.call('HGET', keyOf('blocks', id), otherId)
    known[otherId] = packed and cmsgpack.unpack(packed) or false
  end
  return known[otherId] or nil
end

function people.setBlock(id, otherId, block)
  blocks[id] = blocks[id] or {}
  blocks[id][otherId] = block or false
  if block then
    redis.call('HSET', keyOf('blocks', id), otherId, cmsgpack.pack(block))
  else
    redis.call('HDEL', keyOf('blocks', id), otherId)
  end
end

-- Whom a person has blocked, as a set.
function people.blockedBy(id)
  local blocked = {}
  for _, otherId in ipairs(redis.call('HKEYS', keyOf('blocks', id))) do blocked[otherId] = true end
  return blocked
end

-- The pairs of all rooms of a person.
function people.pairsOf(id)
  return redis.call('HVALS', keyOf('pairs', id))
end

function people.pairWith(id, otherId)
  return redis.call('HGET', keyOf('pairs', id), otherId)
end

-- Forgets all that is known of a person whose account is gone.
function people.forget(id)
  for _, kind in ipairs({ 'person', 'blocks', 'pairs', 'chats', 'alone', 'leases' }) do redis.call('DEL', keyOf(kind, id)) end
  loaded[id], changed[id] = nil, nil
  blocks = {}
end
