-- The time of a command in ms. ARGV[1] is a test's own time; empty in production, where Redis's own time counts.
local now = tonumber(ARGV[1])
-- How much longer a key may stay than it counts: a test's clock stands still while Redis's goes on.
local spareMs = 3600000
if now == nil then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
  spareMs = 0
end
