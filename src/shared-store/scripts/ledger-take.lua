-- Counts ARGV[4] bytes of the owner ARGV[3] as the entry ARGV[2], for ARGV[5] ms, unless all together would hold more than ARGV[6]
-- bytes, or the owner more than ARGV[7]. Answers which of these was in the way, or 'taken'.
local entry, owner, bytes = ARGV[2], ARGV[3], tonumber(ARGV[4])
if sumOf('owner ' .. owner) + bytes > tonumber(ARGV[7]) then return 'owner' end
if sumOf('all') + bytes > tonumber(ARGV[6]) then return 'all' end
redis.call('HSET', held, 'entry ' .. entry, whole(bytes) .. ' ' .. owner)
change('owner ' .. owner, bytes)
change('all', bytes)
keep(entry, tonumber(ARGV[5]))
return 'taken'
