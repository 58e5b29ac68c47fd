-- What the owner ARGV[2] holds, and what all hold, in bytes.
return { sumOf('owner ' .. ARGV[2]), sumOf('all') }
