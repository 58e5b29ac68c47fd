-- Counts a hit in a window of so many ms, in which `limit` pass, if it has to wait `mostWaitMs` at most. The same as
-- window-counters.ts does in memory. The key holds when its window began, and how many were counted since; it stays `spareMs`
-- longer than it counts. Returns whether the hit was counted, how many were, how long it waits, and when the window ends, in ms.
local function countHit(key, now, spareMs, windowMs, limit, mostWaitMs)
  local startedAt, count = string.match(redis.call('GET', key) or '', '^(%d+) (%d+)$')
  startedAt, count = tonumber(startedAt) or now, tonumber(count) or 0
  local windowsOver = math.floor((now - startedAt) / windowMs)
  if windowsOver > 0 then
    count = math.max(0, count - windowsOver * limit)
    startedAt = count > 0 and startedAt + windowsOver * windowMs or now
  end
  local waitMs = math.max(0, startedAt + math.floor(count / limit) * windowMs - now)
  local isCounted = waitMs <= mostWaitMs
  if isCounted then
    count = count + 1
    local endsAt = startedAt + math.ceil(count / limit) * windowMs
    local ttlMs = math.max(endsAt - now, 1) + spareMs
    -- As Lua passes it on, 60000 would be 6e+4.
    redis.call('SET', key, string.format('%.0f %.0f', startedAt, count), 'PX', string.format('%.0f', ttlMs))
  end
  return isCounted, count, waitMs, startedAt + windowMs - now
end
