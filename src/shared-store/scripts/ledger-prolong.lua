-- Keeps the entry ARGV[2] for ARGV[3] ms from now on, if there is one.
if redis.call('ZSCORE', due, ARGV[2]) then keep(ARGV[2], tonumber(ARGV[3])) end
return redis.status_reply('OK')
