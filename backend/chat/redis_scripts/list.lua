-- Lists active sessions, the one that ends last first.
-- KEYS: an index of sessions   ARGV: prefix of a session's key, first, how many
local clock = redis.call('TIME')
local ids = redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', string.format('(%d', clock[1] * 1000),
  'LIMIT', ARGV[2], ARGV[3])
local found = {}
for _, id in ipairs(ids) do
  local held = redis.call('HMGET', ARGV[1] .. id, 'user_id', 'uuid', 'created', 'seen', 'ends')
  if held[1] then
    table.insert(found, {id, unpack(held)})
  end
end
return found
