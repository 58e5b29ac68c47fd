-- Counts a hit in a window of ARGV[2] ms, in which ARGV[3] pass, if it has to wait ARGV[4] ms at most.
local isCounted, count, waitMs, resetAfterMs =
  countHit(KEYS[1], now, testSpareMs, tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]))
return { isCounted and 1 or 0, count, waitMs, resetAfterMs }
