-- Counts a hit in a window of ARGV[2] ms, in which ARGV[3] pass, if it has to wait ARGV[4] ms at most. The same as
-- window-counters.ts does in memory. The key holds when its window began, and how many were counted since.
local key, windowMs, limit, mostWaitMs = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
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
return { isCounted and 1 or 0, count, waitMs, startedAt + windowMs - now }
