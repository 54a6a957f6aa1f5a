-- Forgets activity that was written down, unless it has moved on since.
-- KEYS: waiting activity   ARGV: member, score, member, score, ...
-- Returns how many were forgotten.
local settled = 0
for i = 1, #ARGV, 2 do
  if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i])) == tonumber(ARGV[i + 1]) then
    settled = settled + redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return settled
