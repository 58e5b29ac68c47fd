-- Takes the entry ARGV[2] out.
release(ARGV[2])
return redis.status_reply('OK')
