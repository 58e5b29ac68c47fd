-- Takes back one hit that is counted.
local startedAt, count = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
if count and tonumber(count) > 0 then
  redis.call('SET', KEYS[1], string.format('%s %.0f', startedAt, count - 1), 'KEEPTTL')
end
