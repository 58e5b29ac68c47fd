-- Replaces an account by one of the same name and e-mail, if it is still as it was read. Answers whether it was.
-- ARGV[1] to [3]  id, the account before and after
-- ARGV[4], [5]    costs of the hash before and after
if redis.call('HGET', accounts, ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', accounts, ARGV[1], ARGV[3])
if ARGV[4] ~= ARGV[5] then
  countIn(costs, ARGV[4], -1)
  countIn(costs, ARGV[5], 1)
end
return 1
