-- Stores a session, or restores one that Redis lost.
-- KEYS: session, sessions of the user, active sessions
-- ARGV: session id, user_id, uuid, milliseconds it lives without activity, its absolute end
--       (0: none), created, last seen (milliseconds since 1970)
-- Returns 1, or 0 when its time has run out already.
local seen = tonumber(ARGV[7])
local ends = seen + tonumber(ARGV[4])
local absolute = tonumber(ARGV[5])
if absolute > 0 and ends > absolute then
  ends = absolute
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if ends <= now then
  return 0
end
-- Two requests may restore it at once, and after a change of the name it is restored though it is there:
-- neither may set activity back.
local held = redis.call('HMGET', KEYS[1], 'uuid', 'seen')
if held[2] and tonumber(held[2]) >= seen then
  if held[1] == ARGV[3] then
    redis.call('HSET', KEYS[1], 'user_id', ARGV[2])
  end
  return 1
end

local stamp = string.format('%d', ends)
redis.call('HSET', KEYS[1], 'user_id', ARGV[2], 'uuid', ARGV[3], 'idle', ARGV[4],
  'absolute', ARGV[5], 'created', ARGV[6], 'seen', ARGV[7], 'ends', stamp)
redis.call('PEXPIREAT', KEYS[1], stamp)
for _, index in ipairs({KEYS[2], KEYS[3]}) do
  redis.call('ZADD', index, stamp, ARGV[1])
  if redis.call('PTTL', index) < ends - now then
    redis.call('PEXPIREAT', index, stamp)
  end
end
return 1
