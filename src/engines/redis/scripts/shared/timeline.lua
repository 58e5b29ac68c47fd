-- What happened in a room beside its messages: a bounded number of events, each until its time is over.
--
-- events:TAG:PAIR  packed: a list of events, each a list of the fields that timeline.note writes

local place = { id = 1, afterSeq = 6, endsAt = 9, knownTo = 10 }

local function read(room)
  local packed = room.eventsEnd and redis.call('GET', keyOf('events', room.pair))
  return packed and cmsgpack.unpack(packed) or {}
end

local function write(room, events)
  local key, first, last = keyOf('events', room.pair), never, 0
  for _, event in ipairs(events) do
    first, last = math.min(first, event[place.endsAt]), math.max(last, event[place.endsAt])
  end
  room.eventsEnd = first < never and first or nil
  rooms.change(room)
  if #events == 0 then
    redis.call('DEL', key)
    return
  end
  redis.call('SET', key, cmsgpack.pack(events))
  expireKey(key, last)
end

-- Notes what someone has done, in the place of the same done again by the same person; beyond a bound the oldest is forgotten.
-- Whoever has blocked the other never learns of it. Returns the event.
function timeline.note(member, what, lifetime, erases, endsAt, mayKnow)
  local room, knownTo = member.room, {}
  for _, each in ipairs(room.members) do
    knownTo[each.side] = privacy.mayUse(each) and (mayKnow == nil or mayKnow(each))
  end
  local id = string.format('%d-%s-%d', room.lastSeq, what, member.side - 1)
  local lifetimeMs, fromSeen = lifetime and lifetime.ms or 0, lifetime ~= nil and lifetime.fromSeen
  local event = { id, what, lifetimeMs, fromSeen, erases, room.lastSeq, member.side, now, endsAt, knownTo }
  local events = {}
  for _, each in ipairs(read(room)) do
    if each[place.id] ~= id then events[#events + 1] = each end
  end
  events[#events + 1] = event
  if #events > options.mostEvents then table.remove(events, 1) end
  write(room, events)
  return event
end

-- Forgets what is over.
function timeline.expire(room)
  if not room.eventsEnd or room.eventsEnd > now then return end
  local living = {}
  for _, event in ipairs(read(room)) do
    if event[place.endsAt] > now then living[#living + 1] = event end
  end
  write(room, living)
end

-- The events that someone may know of, which stand from one message up to another, in their order.
function timeline.knownTo(member, from, to)
  local known = {}
  for _, event in ipairs(read(member.room)) do
    if event[place.knownTo][member.side] and event[place.afterSeq] >= from and event[place.afterSeq] < to then
      known[#known + 1] = event
    end
  end
  return known
end
