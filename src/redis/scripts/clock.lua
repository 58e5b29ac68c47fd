-- The time of a command in ms. ARGV[1] is a test's own time; empty in production, where Redis's own time counts and never a node's.
local now = tonumber(ARGV[1])
-- How much longer a key stays than it counts: a test's clock stands still while Redis's goes on.
local testSpareMs = 3600000
if now == nil then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
  testSpareMs = 0
end
