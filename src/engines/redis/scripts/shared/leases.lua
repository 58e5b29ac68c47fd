-- Who is here: people hold leases, one for each open connection, and are gone when the last one has ended.
--
-- leases:TAG:ID  hash: the lease -> until when it holds, when it was given up (false: it was not), and which node holds it

local function tellOthers(userId)
  for _, member in ipairs(rooms.of(userId)) do
    if privacy.hearsPresence(member.other, member) then
      local publication = telling.begin(member.room)
      telling.tellPresence(publication, member)
      telling.publish(publication)
    end
  end
end

-- Takes or renews a lease. Returns whether it is held anew.
function leases.hold(userId, leaseId, ttlMs)
  local key, person = keyOf('leases', userId), people.admit(userId)
  local isNew = redis.call('HSET', key, leaseId, cmsgpack.pack(now + ttlMs, false, nodeId)) == 1
  if redis.call('PTTL', key) < ttlMs + spareMs then redis.call('PEXPIRE', key, whole(ttlMs + spareMs)) end
  due.by('person ' .. userId, now + ttlMs)
  local isKnown = false
  for _, node in ipairs(person.nodes) do isKnown = isKnown or node == nodeId end
  if not isKnown then table.insert(person.nodes, nodeId) end
  if not person.online then
    person.online = true
    tally.add('online', 1)
    tellOthers(userId)
  end
  return isNew
end

-- Gives a lease up; it lingers. Nothing happens if it is not held.
function leases.drop(userId, leaseId, lingerMs)
  local key = keyOf('leases', userId)
  local packed = redis.call('HGET', key, leaseId)
  if not packed then return end
  local _, givenUpAt, node = cmsgpack.unpack(packed)
  if givenUpAt then return end
  redis.call('HSET', key, leaseId, cmsgpack.pack(now + lingerMs, now, node))
  due.by('person ' .. userId, now + lingerMs)
end

-- Ends the leases of a person whose time has come; with the last one the person is gone.
function leases.endDue(userId)
  local key, person = keyOf('leases', userId), people.change(userId)
  local all, nextAt, nodes, isThere = redis.call('HGETALL', key), never, {}, {}
  for index = 1, #all, 2 do
    local untilAt, givenUpAt, node = cmsgpack.unpack(all[index + 1])
    if untilAt > now then
      nextAt = math.min(nextAt, untilAt)
      if not isThere[node] then nodes[#nodes + 1] = node end
      isThere[node] = true
    else
      redis.call('HDEL', key, all[index])
      person.heldAt = math.max(person.heldAt, givenUpAt or untilAt)
    end
  end
  person.nodes = nodes
  due.at('person ' .. userId, nextAt)
  if nextAt < never or not person.online then return end
  person.online = false
  tally.add('online', -1)
  for _, member in ipairs(rooms.of(userId)) do rooms.schedule(member.room) end
  people.release(userId)
  tellOthers(userId)
end

-- Those who were blocked see the person go, unless they have been unblocked since.
function leases.leave(userId, otherId)
  local block = people.blockOf(userId, otherId)
  if block == nil or not block.online or block.leavesAt > now then return end
  block.online = false
  people.setBlock(userId, otherId, block)
  local pair = people.pairWith(userId, otherId)
  local member = pair and rooms.findPair(pair, userId)
  if not member then return end
  rooms.schedule(member.room)
  if not privacy.seesPresence(member.other, member) then return end
  local publication = telling.begin(member.room)
  telling.tellPresence(publication, member)
  telling.publish(publication)
end

-- Ends all leases of a person without a word: the end of their rooms follows.
function leases.forget(userId)
  redis.call('DEL', keyOf('leases', userId))
  due.drop('person ' .. userId)
  local person = people.change(userId)
  if person.online then tally.add('online', -1) end
  person.online = false
  people.release(userId)
end
